"""Places that answer, or are called, as they were in gracedb-sdk.

It gave the raw response of whatever it sent by PUT or PATCH, and a file as urllib3 gives one;
all else is as the core has it.
"""

from __future__ import annotations

import functools
import io
import re
from numbers import Number
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Optional, Type, TypeVar

from gracedb_core import resources
from gracedb_core._encode import Names, further, names, segment
from gracedb_core._files import Progress
from gracedb_core._flow import Flow, Open
from gracedb_core._ids import Kind
from gracedb_core._node import Faces, Json, Mode, Node, opens, verb
from gracedb_core._routes import ROUTES
from gracedb_core._settling import invoke
from gracedb_core._telling import TellingFile
from gracedb_core._twins import as_response
from gracedb_core._upload import Contents, FileName
from gracedb_core._whole import whole
from gracedb_core.resources._parts import file_part

__all__ = ["FACES", "Events", "Superevents"]

#: The core's places, but for those of this module.
FACES: Faces = dict(Node._faces)

N = TypeVar("N", bound="Node[Any]")


def _stands_for(row: str, *kinds: Kind) -> Callable[[Type[N]], Type[N]]:
    def register(cls: Type[N]) -> Type[N]:
        FACES.update({(row, kind): cls for kind in kinds or tuple(Kind)})
        return cls

    return register


class Place(Node[Mode]):
    """A place that knows its URL, and below which there are more of these."""

    _faces: ClassVar[Faces] = FACES

    @property
    def url(self) -> str:
        """Where it is."""
        path = ROUTES[self._row].paths[self._kind] or ""
        return self._session.address.url + path.format(*self._keys)


class Answering(Place[Mode]):
    """A place whose PUT and PATCH give the raw response."""

    def _ask(self, verb: str, **what: Any) -> Flow[Any]:
        call = self._call(verb, **what)
        if call.cell.method not in ("PUT", "PATCH"):
            return (yield from invoke(self._session, call))
        response, asked = yield from whole(self._session, call)
        assert isinstance(response.body, bytes)
        status, reason = response.status, response.reason
        return as_response(status, reason, response.headers, response.body, asked)


def _called_as_before(method: Callable[..., Flow[Any]]) -> verb[..., Any]:
    """Make a verb that takes other arguments than that of the core."""
    return verb(method)


def _also_with(method: Any, **older: str) -> Any:
    """Make a verb of the core take an argument by its older name, too."""

    @functools.wraps(method)
    def call(node: Any, *arguments: Any, **keywords: Any) -> Any:
        for old, new in older.items():
            if old in keywords:
                keywords[new] = keywords.pop(old)
        return method(node, *arguments, **keywords)

    return call


@_stands_for("labels")
class Labels(Answering[Mode], resources.Labels[Mode]):
    """The labels of an event, where `create` gives the raw response, or of a superevent."""

    delete = _also_with(resources.Labels.delete, key="label")


@_stands_for("logs[].tags")
class Tags(Answering[Mode], resources.Tags[Mode]):
    """The tags of a message, where `create` gives the raw response if it is an event's."""

    delete = _also_with(resources.Tags.delete, key="tag")
    if not TYPE_CHECKING:  # which sees the call of the core
        create = _also_with(resources.Tags.create, label="tag")


@_stands_for("logs[]")
class Log(Place[Mode], resources.Log[Mode]):
    """One log message."""

    tags: Tags[Mode]

    @property
    def url(self) -> str:
        """Where it is, without the slash that the server adds for a superevent's."""
        return super().url.rstrip("/")


@_stands_for("logs")
class Logs(Place[Mode], resources.Logs[Mode]):
    """The log of an event or superevent."""

    if not TYPE_CHECKING:  # likewise

        @functools.wraps(resources.Logs.create)
        def create(self, /, comment=None, **options):
            """Write a number as its digits, and take an empty text for no tags."""
            if isinstance(comment, Number) and not isinstance(comment, bool):
                comment = str(comment)
            if isinstance(options.get("tags"), str) and not options["tags"]:
                del options["tags"]
            return super().create(comment, **options)


@_stands_for("voevents")
class VOEvents(Place[Mode], resources.VOEvents[Mode]):
    """The VOEvents made for an event or superevent."""


@_stands_for("pipeline_preferred_events", Kind.SUPEREVENT)
class PipelinePreferredEvents(Place[Mode], resources.PipelinePreferredEvents[Mode]):
    """The event that each pipeline prefers."""


@_stands_for("files[]")
class File(Place[Mode], resources.File[Mode]):
    """One file, or one version of it."""

    @opens
    def get(self) -> Flow[io.BufferedReader]:
        """Give a readable binary file, decompressed, with its ``status`` and ``headers``."""
        response, asked = yield from whole(self._session, self._call("get"))
        file = yield Open(response, asked)
        return TellingFile(file, response, asked) if isinstance(file, io.BufferedReader) else file


@_stands_for("files")
class Files(Place[Mode], resources.Files[Mode]):
    """The files of an event or superevent."""


@_stands_for("/*[]", Kind.EVENT)
class Event(Place[Mode], resources.Event[Mode]):
    """One event."""

    files: Files[Mode]
    labels: Labels[Mode]
    logs: Logs[Mode]
    voevents: VOEvents[Mode]


@_stands_for("/*[]", Kind.SUPEREVENT)
class Superevent(Place[Mode], resources.Superevent[Mode]):
    """One superevent."""

    files: Files[Mode]
    labels: Labels[Mode]
    logs: Logs[Mode]
    pipeline_preferred_events: PipelinePreferredEvents[Mode]
    voevents: VOEvents[Mode]

    @_called_as_before
    def signoff(
        self, signoff_type: str, status: str, comment: str = "", *, exist_ok: bool = False
    ) -> Flow[None]:
        """Sign off as ``ADV`` or for a detector such as ``H1``; the server judges all else."""
        detector = signoff_type if re.match(r"[A-Z]\d\Z", signoff_type) else ""
        fields = {
            "status": status,
            "comment": comment,
            "signoff_type": "OP" if detector else signoff_type,
            "instrument": detector,
        }
        yield from self._ask("create", row="signoffs", fields=fields, lenient=exist_ok)


@_stands_for("/*", Kind.EVENT)
class Events(Answering[Mode], resources.Events[Mode]):
    """All events."""

    @_called_as_before
    def update(
        self,
        key: str,
        filename: FileName = "initial.data",
        filecontents: Contents = None,
        *,
        labels: Names = None,
        progress: Optional[Progress] = None,
        **fields: Any,
    ) -> Flow[Any]:
        """Replace the data of the event *key*; gives the raw response."""
        part = yield from file_part("eventFile", filename, filecontents, progress)
        sent: Json = {"labels": names(labels, "labels")}
        known = (*sent, "progress")
        what = {"keys": (segment(key),), "fields": {**sent, **further(fields, known)}}
        return (yield from self._ask("update", row="/*[]", **what, files=(part,)))


@_stands_for("/*", Kind.SUPEREVENT)
class Superevents(Answering[Mode], resources.Superevents[Mode]):
    """All superevents, where `update` gives the raw response."""

    update = _also_with(resources.Superevents.update, key="superevent_id")
