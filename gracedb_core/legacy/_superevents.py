"""Superevents: searched, read, made and changed, and the events in them."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Optional

from .._encode import segment
from .._ids import Kind
from .._routes import Encoding
from .._upload import Contents, FileName
from ..resources._parts import file_part
from ._answers import Response
from ._checks import code, one_of, several, some_of, together
from ._errors import NotThere, WrongKind
from ._events import Events
from ._making import sent

__all__ = ["Superevents"]

#: What a superevent may be without.
_CLEARABLE = frozenset({"em_type", "time_coinc_far", "space_coinc_far"})


class Superevents(Events):
    """What is asked of superevents alone."""

    def superevent(self, superevent_id: str) -> Response:
        """Read a superevent."""
        return self._of("get", "/*[]", superevent_id)

    def superevents(
        self,
        query: str = "",
        orderby: Any = None,
        count: Optional[int] = None,
        columns: Any = None,
        max_results: Optional[int] = None,
    ) -> Iterator[Dict[str, Any]]:
        """Iterate over the superevents that answer *query*, or over *columns* of them."""
        params = {"query": query or None, "count": count, "sort": together(orderby)}
        chosen = columns.split(",") if isinstance(columns, str) else columns
        call = self._call("search", "/*", Kind.SUPEREVENT, (), params=params)
        for row in self._walk(call, max_results):
            yield {column: row[column] for column in chosen} if chosen else row

    def create_superevent(
        self,
        t_start: Any,
        t_0: Any,
        t_end: Any,
        preferred_event: str,
        category: str = "production",
        events: Any = None,
        labels: Any = None,
    ) -> Response:
        """Make a superevent of *preferred_event*; times are GPS seconds."""
        if not isinstance(category, str):
            raise WrongKind(f"category must be a str, not {type(category).__name__}.")
        fields = {
            "t_start": t_start,
            "t_0": t_0,
            "t_end": t_end,
            "preferred_event": preferred_event,
            "category": code(category, self.superevent_categories, "category"),
            "events": several(events, "events"),
            "labels": several(labels, "labels"),
        }
        for label in fields["labels"] or ():
            one_of(label, self.allowed_labels, "label")
        return self._ask("create", "/*", Kind.SUPEREVENT, fields=fields)

    def update_superevent(
        self,
        superevent_id: str,
        t_start: Any = None,
        t_0: Any = None,
        t_end: Any = None,
        preferred_event: Optional[str] = None,
        em_type: Optional[str] = None,
        time_coinc_far: Optional[float] = None,
        space_coinc_far: Optional[float] = None,
    ) -> Response:
        """Change a superevent; empty text clears *em_type* or a rate, and is nothing elsewhere."""
        fields = {
            "t_start": t_start,
            "t_0": t_0,
            "t_end": t_end,
            "preferred_event": preferred_event,
            "em_type": em_type,
            "time_coinc_far": time_coinc_far,
            "space_coinc_far": space_coinc_far,
        }
        some_of(fields)
        empty = {name for name, value in fields.items() if isinstance(value, str) and not value}
        kept = {name: value for name, value in fields.items() if name not in empty - _CLEARABLE}
        call = self._call("update", "/*[]", Kind.SUPEREVENT, (segment(superevent_id),), fields=kept)
        if empty & _CLEARABLE:
            # In a form alone an empty value means that there is none.
            call = call._replace(cell=call.cell.replaced(encoding=Encoding.FORM))
        return self._run(sent(self._session(), call))

    def add_event_to_superevent(self, superevent_id: str, graceid: str) -> Response:
        """Make an event a member."""
        return self._of("create", "events", superevent_id, name=graceid)

    def remove_event_from_superevent(self, superevent_id: str, graceid: str) -> Response:
        """Make an event a member no more."""
        return self._of("delete", "events", superevent_id, name=graceid)

    def add_pipeline_preferred_event(self, superevent_id: str, graceid: str) -> Response:
        """Make an event its pipeline's preferred one."""
        return self._of("create", "pipeline_preferred_events", superevent_id, name=graceid)

    def remove_pipeline_preferred_event(self, superevent_id: str, graceid: str) -> Response:
        """Make an event its pipeline's preferred one no more."""
        return self._of("delete", "pipeline_preferred_events", superevent_id, name=graceid)

    def confirm_superevent_as_gw(self, superevent_id: str, gw_id: Optional[str] = None) -> Response:
        """Confirm a superevent as a gravitational wave, which cannot be undone."""
        return self._of("create", "confirm_as_gw", superevent_id, fields={"gw_id": gw_id})

    def notices(self, superevent_id: str, notice_num: Optional[int] = None) -> Response:
        """Read the notices about a superevent, or one of them; newer servers only."""
        self._see_that_it_has_notices()
        if notice_num:
            return self._ask("get", "notices[]", Kind.SUPEREVENT, superevent_id, notice_num)
        return self._of("get", "notices", superevent_id)

    def create_notice(
        self, superevent_id: str, filename: FileName, filecontents: Contents = None
    ) -> Response:
        """Store a notice, a JSON document of the public alert schema; newer servers only."""
        self._see_that_it_has_notices()
        call = self._call("create", "notices", Kind.SUPEREVENT, (segment(superevent_id),))
        return self._send(file_part("upload", filename, filecontents), call)

    def _see_that_it_has_notices(self) -> None:
        if "superevent-notice-list-template" not in (self.templates or {}):
            raise NotThere("This server has no notices; newer ones do, with api_version='v2'.")

    def _of(self, verb: str, row: str, superevent_id: str, **what: Any) -> Response:
        return self._ask(verb, row, Kind.SUPEREVENT, superevent_id, **what)
