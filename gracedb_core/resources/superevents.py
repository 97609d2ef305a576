"""Superevents: events that are one candidate, and what the world is told of it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Union

from .._encode import Names, further, names, segment
from .._flow import Flow
from .._ids import Kind, category_of, kind_of
from .._node import Json, Mode, Node, face, verb
from .._upload import Contents, FileName
from ._parts import file_part
from .annotations import signoff_fields
from .objects import Object, Objects
from .records import Listed, Record

__all__ = ["Members", "Notices", "PipelinePreferredEvents", "Superevent", "Superevents"]


@face("events", Kind.SUPEREVENT)
class Members(Listed[Mode]):
    """The events of a superevent."""

    def __getitem__(self, graceid: str) -> Record[Mode]:
        """Go to one member."""
        return self._record(graceid, "id")

    @verb
    def create(self, event_id: str, *, exist_ok: bool = False) -> Flow[Json]:
        """Make *event_id* a member; gives ``{"self", "graceid"}``.

        One that is a member already is refused (`BadRequest`), unless *exist_ok*.
        """
        return self._ask("create", name=event_id, lenient=exist_ok)

    @verb
    def delete(self, event_id: str, *, missing_ok: bool = False) -> Flow[None]:
        """Make *event_id* a member no more; `NotFound` where it is none, unless *missing_ok*."""
        yield from self._ask("delete", name=event_id, lenient=missing_ok)


@face("pipeline_preferred_events", Kind.SUPEREVENT)
class PipelinePreferredEvents(Node[Mode]):
    """The event that each pipeline prefers."""

    def __getitem__(self, graceid: str) -> Record[Mode]:
        """Go to one of them."""
        record: Record[Mode] = self._at(f"{self._row}[]", segment(graceid))
        return record

    @verb
    def get(self) -> Flow[List[str]]:
        """List their graceids."""
        return self._ask("get")

    @verb
    def create(self, event_id: str, *, exist_ok: bool = False) -> Flow[Json]:
        """Make *event_id* its pipeline's preferred one; gives ``{"self", "graceid"}``.

        One that is so already is refused (`BadRequest`), unless *exist_ok*.
        """
        return self._ask("create", name=event_id, lenient=exist_ok)

    @verb
    def delete(self, event_id: str, *, missing_ok: bool = False) -> Flow[None]:
        """Make *event_id* preferred no more; `NotFound` where it is not, unless *missing_ok*."""
        yield from self._ask("delete", name=event_id, lenient=missing_ok)

    @verb
    def add(self, event_id: str, *, exist_ok: bool = False) -> Flow[None]:
        """Do what `create` does, and give nothing."""
        yield from self._ask("create", name=event_id, lenient=exist_ok)

    @verb
    def remove(self, event_id: str, *, missing_ok: bool = False) -> Flow[None]:
        """Do what `delete` does."""
        yield from self._ask("delete", name=event_id, lenient=missing_ok)


@face("notices", Kind.SUPEREVENT)
class Notices(Listed[Mode]):
    """The notices sent about a superevent; newer servers only."""

    def __getitem__(self, number: Union[int, str]) -> Record[Mode]:
        """Go to notice *number*, counted from 1."""
        return self._record(number, "notice number")

    @verb
    def create(
        self, filename: FileName = "notice.json", filecontents: Contents = None
    ) -> Flow[Json]:
        """Store a notice, a JSON document of the public alert schema; gives its record."""
        part = yield from file_part("upload", filename, filecontents)
        part = part._replace(content_type="application/json")
        notice: Json = yield from self._ask("create", files=(part,))
        return notice


@face("/*[]", Kind.SUPEREVENT)
class Superevent(Object[Mode]):
    """One superevent."""

    events: Members[Mode]
    notices: Notices[Mode]
    pipeline_preferred_events: PipelinePreferredEvents[Mode]

    @verb
    def add(self, event_id: str, *, exist_ok: bool = False) -> Flow[None]:
        """Make *event_id* a member; one that is so already is refused, unless *exist_ok*."""
        yield from self._ask("create", row="events", name=event_id, lenient=exist_ok)

    @verb
    def remove(self, event_id: str, *, missing_ok: bool = False) -> Flow[None]:
        """Make *event_id* a member no more; the preferred event must stay.

        `NotFound` where it is none, unless *missing_ok*.
        """
        yield from self._ask("delete", row="events", name=event_id, lenient=missing_ok)

    @verb
    def is_exposed(self) -> Flow[bool]:
        """Tell whether the public may see it."""
        rows = yield from self._ask("get", row="permissions")
        return any(
            row.get("group") == "public_users" and row.get("permission") == "view_superevent"
            for row in rows
        )

    @verb
    def expose(self) -> Flow[None]:
        """Let the public see it; its log messages and files stay hidden unless tagged."""
        yield from self._ask("create", row="exposure", fields={"action": "expose"})

    @verb
    def unexpose(self) -> Flow[None]:
        """Hide it from the public again."""
        yield from self._ask("create", row="exposure", fields={"action": "hide"})

    @verb
    def signoff(
        self, kind: str, status: str, comment: str = "", *, exist_ok: bool = False
    ) -> Flow[None]:
        """Sign off as ``ADV`` or for a detector such as ``H1``: ``OK`` or ``NO``.

        A second signoff is refused (`BadRequest`), unless *exist_ok* and it says the same.
        """
        fields = signoff_fields(kind, status, comment)
        yield from self._ask("create", row="signoffs", fields=fields, lenient=exist_ok)

    @verb
    def confirm_as_gw(self, gw_id: Optional[str] = None) -> Flow[Json]:
        """Confirm it as a gravitational wave, which cannot be undone; gives the superevent."""
        return self._ask("create", row="confirm_as_gw", fields={"gw_id": gw_id})


@face("/*", Kind.SUPEREVENT)
class Superevents(Objects[Mode]):
    """All superevents."""

    def __getitem__(self, superevent_id: str) -> Superevent[Mode]:
        """Go to the superevent *superevent_id*; an event's id leads to the event."""
        superevent: Superevent[Mode] = self._object(superevent_id)
        return superevent

    @verb
    def create(
        self,
        /,
        *,
        t_start: Any = None,
        t_0: Any = None,
        t_end: Any = None,
        preferred_event: Optional[str] = None,
        events: Names = None,
        labels: Names = None,
        category: Optional[str] = None,
        **fields: Any,
    ) -> Flow[Json]:
        """Make a superevent of *preferred_event*, and give it.

        Times are GPS seconds, sent as they are: numbers of any kind, or text. The category is
        the preferred event's; *category* (``P``, ``T`` or ``M``) counts only where its id does
        not tell. Further *fields* are sent as they are.
        """
        sent = self._described(t_start, t_0, t_end, preferred_event, category)
        sent["events"] = names(events, "events") or None
        sent["labels"] = names(labels, "labels") or None
        return self._ask("create", fields={**sent, **further(fields, sent)})

    @verb
    def update(
        self,
        /,
        superevent_id: str,
        *,
        t_start: Any = None,
        t_0: Any = None,
        t_end: Any = None,
        preferred_event: Optional[str] = None,
        unchanged_ok: bool = False,
        **fields: Any,
    ) -> Flow[Json]:
        """Change a superevent, and give it.

        The server refuses a change that changes nothing (`BadRequest`), unless *unchanged_ok*.

        Servers also take *em_type*, *time_coinc_far* and *space_coinc_far* (Hz).
        """
        sent: Json = self._described(t_start, t_0, t_end, preferred_event, None)
        sent.update(further(fields, (*sent, "unchanged_ok")))
        keys = (segment(superevent_id),)
        return self._ask("update", row="/*[]", keys=keys, fields=sent, lenient=unchanged_ok)

    @staticmethod
    def _described(
        t_start: Any, t_0: Any, t_end: Any, preferred: Optional[str], category: Optional[str]
    ) -> Dict[str, Any]:
        if preferred is not None and (category is None or kind_of(preferred) is Kind.EVENT):
            category = category_of(preferred)
        return {
            "t_start": t_start,
            "t_0": t_0,
            "t_end": t_end,
            "preferred_event": preferred,
            "category": category,
        }
