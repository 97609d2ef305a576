"""Events: searched, read, uploaded."""

from __future__ import annotations

import warnings
from typing import Any, Dict, Iterator, Optional

from .._encode import segment
from .._flow import Flow
from .._ids import Kind
from .._upload import Contents, FileName, Part
from ..errors import InputError
from ..resources._parts import content_id, file_part
from ._answers import Response
from ._checks import labels as checked_labels
from ._checks import one_of, see_text, some_of, together
from ._errors import NotThere, WrongKind
from ._site import Site

__all__ = ["Events"]

_KAFKA = "Events are not uploaded over Kafka by this client; leave kafka= out to upload over HTTP."


class Events(Site):
    """What is asked of events alone."""

    def event(self, graceid: str) -> Response:
        """Read an event."""
        return self._ask("get", "/*[]", Kind.EVENT, graceid)

    def events(
        self,
        query: Optional[str] = None,
        orderby: Any = None,
        max_results: Optional[int] = None,
        **kwargs: Any,
    ) -> Iterator[Dict[str, Any]]:
        """Iterate over the events that answer *query*; of *kwargs*, *columns* and *count* count."""
        params = {
            "query": query or None,
            "sort": together(orderby),
            "columns": together(kwargs.get("columns")),
            "count": kwargs.get("count"),
        }
        yield from self._walk(
            self._call("search", "/*", Kind.EVENT, (), params=params), max_results
        )

    def num_events(self, query: Optional[str] = None) -> int:
        """Count the events that answer *query*."""
        page = self._ask("get", "/*", params={"query": query or None}).json()
        rows: int = page["numRows"]
        return rows

    def create_event(
        self,
        group: str,
        pipeline: str,
        filename: FileName,
        search: Optional[str] = None,
        labels: Any = None,
        offline: bool = False,
        filecontents: Contents = None,
        kafka: Any = None,
        http_fallback: bool = False,
        gracedb_upload: bool = True,
        skip_supervisor: bool = False,
        replay_id: Optional[str] = None,
        **kwargs: Any,
    ) -> Response:
        """Upload an event; further *kwargs* become fields of the form."""
        if kafka is not None:
            if not http_fallback:
                raise InputError(_KAFKA)
            warnings.warn(_KAFKA.partition(";")[0] + ".", UserWarning, stacklevel=2)
        see_text(replay_id, "replay_id")
        fields = {"labels": checked_labels(labels), **kwargs}
        one_of(group, self.groups, "group")
        one_of(pipeline, self.pipelines, "pipeline")
        if search:
            one_of(search, self.searches, "search")
        for label in fields["labels"]:
            one_of(label, self.allowed_labels, "label")
        if not isinstance(offline, bool):
            raise WrongKind(f"offline must be a bool, not {type(offline).__name__}.")
        fields.update(group=group, pipeline=pipeline, search=search, offline=offline)
        fields["replay_id"] = replay_id
        call = self._call("create", "/*", Kind.EVENT, (), fields=fields)
        part = file_part("eventFile", filename, filecontents)

        def named() -> Flow[Part]:
            """Add the id by which newer servers know what is uploaded."""
            upload = yield from part
            fields["content_id"] = yield from content_id(upload, filecontents)
            return upload

        return self._send(named(), call)

    def replace_event(
        self, graceid: str, filename: FileName, filecontents: Contents = None
    ) -> Response:
        """Replace the data of an event."""
        call = self._call("update", "/*[]", Kind.EVENT, (segment(graceid),))
        return self._send(file_part("eventFile", filename, filecontents), call)

    def upload_reserved_event(
        self,
        graceid: str,
        filename: FileName,
        filecontents: Contents = None,
        labels: Any = None,
        kafka_server: Any = None,
        kafka_topic: Any = None,
    ) -> Response:
        """Upload the data of an event that was reserved; newer servers only."""
        if kafka_server is not None or kafka_topic is not None:
            raise InputError(_KAFKA)
        self._see_that_it_reserves()
        fields = {"graceid": graceid, "labels": checked_labels(labels)}
        call = self._call("create", "upload", Kind.EVENT, (segment(graceid),), fields=fields)
        return self._send(file_part("eventFile", filename, filecontents), call)

    def _reserve_graceid(
        self,
        group: str,
        pipeline: str,
        search: Optional[str] = None,
        file_content_id: Optional[str] = None,
        replay_id: Optional[str] = None,
    ) -> Response:
        """Reserve a graceid; newer servers only."""
        self._see_that_it_reserves()
        fields = {
            "group": group,
            "pipeline": pipeline,
            "search": search,
            "content_id": file_content_id,
            "replay_id": replay_id,
        }
        return self._ask("create", "reserve", fields=fields)

    def _see_that_it_reserves(self) -> None:
        if "event-upload-template" not in (self.templates or {}):
            raise NotThere("This server reserves no events; upload them with create_event().")

    def update_grbevent(
        self,
        graceid: str,
        ra: Optional[float] = None,
        dec: Optional[float] = None,
        error_radius: Optional[float] = None,
        t90: Optional[float] = None,
        redshift: Optional[float] = None,
        designation: Optional[str] = None,
    ) -> Response:
        """Correct a gamma-ray burst: degrees and seconds."""
        fields = {
            "ra": ra,
            "dec": dec,
            "error_radius": error_radius,
            "t90": t90,
            "redshift": redshift,
            "designation": designation,
        }
        if all(value is None for value in fields.values()):
            some_of(fields)
        return self._ask("update", "update_grbevent", Kind.EVENT, graceid, fields=fields)
