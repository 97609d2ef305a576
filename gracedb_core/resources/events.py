"""Events: candidates as their pipelines uploaded them."""

from __future__ import annotations

import math
from typing import Any, List, Optional, Tuple

from .._encode import Names, further, names, segment
from .._files import Progress
from .._flow import Flow
from .._ids import Kind
from .._node import Json, Mode, Node, face, verb
from .._upload import Contents, FileName
from ..errors import InputError
from ._parts import content_id as content_id_of
from ._parts import file_part
from .objects import Object, Objects
from .records import Listed, Record

__all__ = ["Event", "EventTags", "Events", "Neighbors"]


@face("neighbors", Kind.EVENT)
class Neighbors(Node[Mode]):
    """Events close in time."""

    @verb
    def get(self, neighborhood: Optional[Tuple[float, float]] = None) -> Flow[List[Json]]:
        """List the events within *neighborhood*, seconds around it; (-5, 5) by default."""
        window = None
        if neighborhood is not None:
            start, end = _edges(neighborhood)
            window = f"{start},{end}"
        return self._ask("get", params={"neighborhood": window})


def _edges(neighborhood: Any) -> Tuple[float, float]:
    try:
        start, end = neighborhood
        if math.isfinite(start) and math.isfinite(end):
            return start, end
    except (OverflowError, TypeError, ValueError):
        pass
    raise InputError(
        f"neighborhood is two times in seconds, such as (-5, 5), not {neighborhood!r:.80}."
    )


@face("tags", Kind.EVENT)
class EventTags(Listed[Mode]):
    """The tags that the messages of an event carry."""

    def __getitem__(self, name: str) -> Record[Mode]:
        """Go to one tag, and to the messages that carry it."""
        return self._record(name, "tag")


@face("/*[]", Kind.EVENT)
class Event(Object[Mode]):
    """One event."""

    neighbors: Neighbors[Mode]
    tags: EventTags[Mode]

    @verb
    def update_grbevent(
        self,
        *,
        ra: Optional[float] = None,
        dec: Optional[float] = None,
        error_radius: Optional[float] = None,
        t90: Optional[float] = None,
        redshift: Optional[float] = None,
        designation: Optional[str] = None,
    ) -> Flow[Json]:
        """Correct a gamma-ray burst: degrees and seconds; gives the event."""
        fields = {
            "ra": ra,
            "dec": dec,
            "error_radius": error_radius,
            "t90": t90,
            "redshift": redshift,
            "designation": designation,
        }
        return self._ask("update", row="update_grbevent", fields=fields)

    @verb
    def upload(
        self,
        /,
        filename: FileName = "initial.data",
        filecontents: Contents = None,
        *,
        labels: Names = None,
        progress: Optional[Progress] = None,
        **fields: Any,
    ) -> Flow[Json]:
        """Upload the data of an event that was reserved; gives the event. Newer servers only."""
        part = yield from file_part("eventFile", filename, filecontents, progress)
        # The server wants the id in the form too.
        sent: Json = {"labels": names(labels, "labels"), "graceid": self._keys[0]}
        sent.update(further(fields, (*sent, "progress")))
        event: Json = yield from self._ask("create", row="upload", fields=sent, files=(part,))
        return event


@face("/*", Kind.EVENT)
class Events(Objects[Mode]):
    """All events."""

    def __getitem__(self, graceid: str) -> Event[Mode]:
        """Go to the event *graceid*; a superevent's id leads to the superevent."""
        event: Event[Mode] = self._object(graceid)
        return event

    @verb
    def create(
        self,
        /,
        filename: FileName = "initial.data",
        filecontents: Contents = None,
        *,
        group: Optional[str] = None,
        pipeline: Optional[str] = None,
        search: Optional[str] = None,
        labels: Names = None,
        offline: Optional[bool] = None,
        content_id: Optional[str] = None,
        replay_id: Optional[str] = None,
        progress: Optional[Progress] = None,
        **fields: Any,
    ) -> Flow[Json]:
        """Upload a new event, and give it as the server understood it.

        *filecontents* are bytes, str or an open file; None reads the file at *filename*, where
        ``-`` is standard input. *content_id*, by which newer servers know the upload, is made
        from the data. *progress* is called with the bytes of the file so far and in all, in the
        thread that sends, from 0 again where they are sent again. Further *fields* are sent as
        they are. Raises `OSError` for a file that cannot be read,
        `OutcomeUnknown` where nobody knows whether the event was made.
        """
        if pipeline is None:
            # Of this one alone the server does not say that it is missing: it fails.
            raise InputError("An event needs pipeline=, the name of the search that found it.")
        part = yield from file_part("eventFile", filename, filecontents, progress)
        own = "" if content_id else (yield from content_id_of(part, filecontents))
        sent: Json = {
            "labels": names(labels, "labels"),
            "group": group,
            "pipeline": pipeline,
            "search": search,
            "offline": offline,
            "content_id": content_id or own,
            "replay_id": replay_id,
        }
        sent.update(further(fields, (*sent, "progress")))
        event: Json = yield from self._ask("create", fields=sent, files=(part,), content_id=own)
        return event

    @verb
    def update(
        self,
        event_id: str,
        filename: FileName = "initial.data",
        filecontents: Contents = None,
        *,
        progress: Optional[Progress] = None,
    ) -> Flow[None]:
        """Replace the data of an event; its old file stays as an earlier version."""
        part = yield from file_part("eventFile", filename, filecontents, progress)
        keys = (segment(event_id),)
        yield from self._ask("update", row="/*[]", keys=keys, files=(part,))

    @verb
    def reserve(
        self,
        *,
        group: str,
        pipeline: str,
        search: Optional[str] = None,
        content_id: Optional[str] = None,
        replay_id: Optional[str] = None,
    ) -> Flow[Json]:
        """Reserve a graceid, to be followed by `Event.upload`. Newer servers only."""
        fields = {
            "group": group,
            "pipeline": pipeline,
            "search": search,
            "content_id": content_id,
            "replay_id": replay_id,
        }
        return self._ask("create", row="reserve", fields=fields)
