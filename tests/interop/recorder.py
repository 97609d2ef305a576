"""A stub of GraceDB that writes down every request and gives canned, contract-shaped answers.

Each call is given a base URL of its own, `{origin}/{call}/api/`, so that requests that belong to
different calls never mix, whatever a client does with its connections.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, ClassVar, Dict, List, Pattern, Tuple

Answer = Tuple[int, Dict[str, str], bytes]
Reply = Callable[["Recorded", str], Answer]


@dataclass(frozen=True)
class Recorded:
    """One request: the call it belongs to, and what was on the wire, `path` below the API root."""

    call: str
    method: str
    path: str
    headers: Dict[str, str]
    body: bytes


def answer(status: int, document: Any) -> Reply:
    """The reply that gives this JSON document; `{root}` in it is the API root of the call."""

    def reply(request: Recorded, root: str) -> Answer:
        text = json.dumps(document, separators=(",", ":")).replace("{root}", root)
        return status, {"Content-Type": "application/json"}, text.encode()

    return reply


def empty(status: int) -> Reply:
    """The reply with no body at all."""
    return lambda request, root: (status, {}, b"")


def binary(body: bytes, **headers: str) -> Reply:
    """The reply that gives these bytes, as a file download does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, root: (200, {"Content-Type": "application/octet-stream", **named}, body)


def pages(key: str, identifier: str, prefix: str) -> Reply:
    """A search of two pages when the query is `pages`, else of one; `next` is null at the end."""

    def reply(request: Recorded, root: str) -> Answer:
        second = "start=1" in request.path
        more = "query=pages" in request.path and not second
        rows = [{identifier: prefix + ("2" if second else "1")}]
        following = f"{root}{key}/?count=1&query=pages&start=1" if more else None
        document = {"numRows": 2 if more or second else 1, key: rows, "links": {"next": following}}
        return answer(200, document)(request, root)

    return reply


def redirected(reply: Reply) -> Reply:
    """The answer of Django to a superevent path without its final slash: go to the slashed one."""

    def choose(request: Recorded, root: str) -> Answer:
        if request.path.endswith("/"):
            return reply(request, root)
        return 301, {"Location": f"{root}{request.path}/"}, b""

    return choose


LOG = {"N": 3, "comment": "a comment", "tag_names": ["sky_loc"], "file": None}
TAG = {"name": "sky_loc", "displayName": "Sky Localization"}
VOEVENT = {"N": 1, "voevent_type": "PR", "filename": "S1-1-Preliminary.xml"}
SUPEREVENT = {"superevent_id": "S190425z", "labels": ["INJ"], "preferred_event": "G1", "t_0": 2.0}
EVENT = {"graceid": "G1", "labels": ["INJ"], "far": 9.838364843405464e-07, "warnings": []}
FOOTPRINT = {"N": 1, "group": "Test", "footprints": []}
SIGNOFF = {"signoff_type": "ADV", "instrument": "", "status": "OK"}
NOTICE = {"N": 1, "notice_type": "PR", "filename": "S190425z-1-preliminary.json"}
CATALOGUE = {"number": "4", "version": 1, "gwtc_superevents": {}}
EXPOSED = [{"group": "public_users", "permission": "view_superevent"}]
EVENT_TEMPLATES = {
    "event-detail": "",
    "event-upload": "/upload/",
    "update-grbevent": "/update-grbevent/",
    "voevent-detail": "/voevent/{N}",
    "emobservation-list": "/emobservation/",
    "emobservation-detail": "/emobservation/{N}",
}
SUPEREVENT_TEMPLATES = {
    "event-list": "events/",
    "label-detail": "labels/{label_name}/",
    "log-detail": "logs/{N}/",
    "voevent-detail": "voevents/{N}/",
    "emobservation-list": "emobservations/",
    "emobservation-detail": "emobservations/{N}/",
    "confirm-as-gw": "confirm-as-gw/",
    "signoff-list": "signoffs/",
    "signoff-detail": "signoffs/{typeinst}/",
    "permission-list": "permissions/",
    "notice-list": "notices/",
    "notice-detail": "notices/{N}/",
}
#: As much of the root document as the clients read that take their URLs from it.
ROOT = {
    "links": {name: "{root}" + name + "/" for name in ("events", "gwtc", "user-info")},
    "templates": {
        "event-reserve-template": "{root}events/reserve/",
        "gwtc-number-list": "{root}gwtc/{number}/",
        "gwtc-version-detail": "{root}gwtc/{number}/{version}/",
        **{
            f"{name}-template": "{root}events/{graceid}" + path
            for name, path in EVENT_TEMPLATES.items()
        },
        **{
            f"superevent-{name}-template": "{root}superevents/{superevent_id}/" + path
            for name, path in SUPEREVENT_TEMPLATES.items()
        },
    },
    "groups": ["Test"],
    "pipelines": ["gstlal"],
    "searches": ["LowMass"],
    "labels": ["INJ", "DQV"],
    "em-groups": ["Test"],
    "signoff-types": {"OP": "operator", "ADV": "advocate"},
    "signoff-statuses": {"OK": "OKAY", "NO": "NOT OKAY"},
    "instruments": {"H1": "LHO", "L1": "LLO", "V1": "Virgo"},
    "server-version": "2.36.0",
    "api-default": "v2",
}
SKY_MAP = bytes(range(256)) * 16


def envelope(key: str, *rows: Any) -> Reply:
    """A list in the envelope of nested resources."""
    return answer(200, {"start": 0, "numRows": len(rows), key: list(rows), "links": {}})


def members(request: Recorded, root: str) -> Answer:
    """The events of a superevent, under the key that the path names."""
    key = request.path.rstrip("/").rsplit("/", 1)[-1]
    rows = [{"graceid": name, "self": f"{root}events/{name}"} for name in ("G1", "G2")]
    return answer(200, {key: rows, "numRows": 2})(request, root)


ROUTES: List[Tuple[str, str, Reply]] = [
    ("GET", r"", answer(200, ROOT)),
    ("GET", r"user-info/", answer(200, {"username": "albert.einstein", "is_internal_user": True})),
    ("GET", r"tag/", answer(200, {"tags": {"sky_loc": {"displayName": "Sky", "blessed": True}}})),
    ("GET", r"events/", pages("events", "graceid", "G")),
    ("POST", r"events/", answer(201, EVENT)),
    ("POST", r"events/reserve/", answer(201, {"graceid": "G1", "submitter": "albert.einstein"})),
    ("POST", r"events/[^/]+/upload/", answer(201, EVENT)),
    ("GET", r"events/[^/]+", answer(200, EVENT)),
    ("PUT", r"events/[^/]+", empty(202)),
    ("PATCH", r"events/[^/]+/update-grbevent/", answer(200, EVENT)),
    ("GET", r"events/[^/]+/neighbors/", answer(200, {"neighbors": [EVENT], "numRows": 1})),
    ("PUT", r"events/[^/]+/labels/[^/]+", answer(201, "{}")),
    ("PUT", r"events/[^/]+/log/\d+/tag/[^/]+", answer(201, "Tag created.")),
    ("GET", r"events/[^/]+/log/", envelope("log", LOG)),
    ("GET", r"events/[^/]+/(tag|log/\d+/tag)/", answer(200, {"tags": [TAG]})),
    ("GET", r"events/[^/]+/signoff/", envelope("signoffs", SIGNOFF)),
    ("GET", r"superevents/", pages("superevents", "superevent_id", "S")),
    ("POST", r"superevents/", answer(201, SUPEREVENT)),
    ("GET", r"superevents/[^/]+/", answer(200, SUPEREVENT)),
    ("PATCH", r"superevents/[^/]+/", answer(200, SUPEREVENT)),
    (
        "POST",
        r"superevents/[^/]+/confirm-as-gw/",
        answer(200, {**SUPEREVENT, "gw_id": "GW190425A"}),
    ),
    ("GET", r"superevents/[^/]+/(pipeline_preferred_)?events/", members),
    ("POST", r"superevents/[^/]+/(pipeline_preferred_)?events/", answer(201, {"graceid": "G1"})),
    (
        "POST",
        r"superevents/[^/]+/labels/",
        answer(201, {"name": "DQV", "creator": "albert.einstein"}),
    ),
    ("GET", r"superevents/[^/]+/logs/", envelope("log", LOG)),
    ("GET", r"superevents/[^/]+/logs/\d+/tags/", answer(200, {"tags": [TAG]})),
    ("POST", r"superevents/[^/]+/logs/\d+/tags/", answer(201, TAG)),
    ("GET", r"superevents/S200101a/permissions/", envelope("permissions")),
    ("GET", r"superevents/[^/]+/permissions/", envelope("permissions", *EXPOSED)),
    ("POST", r"superevents/[^/]+/permissions/modify/", answer(200, EXPOSED)),
    ("GET", r"superevents/[^/]+/signoffs/", envelope("signoffs", SIGNOFF)),
    ("GET", r"superevents/[^/]+/signoffs/[^/]+/", answer(200, SIGNOFF)),
    ("GET", r"superevents/[^/]+/labels/[^/]+/", answer(200, {"name": "INJ"})),
    ("POST", r"superevents/[^/]+/signoffs/", answer(201, SIGNOFF)),
    ("PATCH", r"superevents/[^/]+/signoffs/[^/]+/", answer(200, SIGNOFF)),
    ("GET", r"superevents/[^/]+/notices/", answer(200, {"numRows": 1, "notices": [NOTICE]})),
    ("GET", r"superevents/[^/]+/notices/\d+/", answer(200, NOTICE)),
    ("POST", r"superevents/[^/]+/notices/", answer(201, NOTICE)),
    ("GET", r"events/[^/]+/log/\d+", answer(200, LOG)),
    ("GET", r"superevents/[^/]+/logs/\d+/?", redirected(answer(200, LOG))),
    ("POST", r"[^/]+/[^/]+/logs?/", answer(201, LOG)),
    ("GET", r"[^/]+/[^/]+/labels/", answer(200, {"labels": [{"name": "INJ"}], "links": {}})),
    ("GET", r"[^/]+/[^/]+/voevents?/", envelope("voevents", VOEVENT)),
    ("GET", r"[^/]+/[^/]+/voevents?/\d+/?", answer(200, VOEVENT)),
    ("POST", r"[^/]+/[^/]+/voevents?/", answer(201, VOEVENT)),
    ("GET", r"[^/]+/[^/]+/emobservations?/", envelope("observations", FOOTPRINT)),
    ("GET", r"[^/]+/[^/]+/emobservations?/\d+/?", answer(200, FOOTPRINT)),
    ("POST", r"[^/]+/[^/]+/emobservations?/", answer(201, FOOTPRINT)),
    ("GET", r"[^/]+/[^/]+/files/", answer(200, {"a.txt": "{root}events/G1/files/a.txt"})),
    (
        "GET",
        r"[^/]+/[^/]+/files/.*\.gz(,\d+)?",
        binary(gzip.compress(SKY_MAP), Content_Encoding="gzip"),
    ),
    ("GET", r"[^/]+/[^/]+/files/.*", binary(SKY_MAP)),
    (
        "GET",
        r"gwtc/|gwtc/[^/]+/",
        answer(200, {"count": 1, "next": None, "previous": None, "results": [CATALOGUE]}),
    ),
    ("POST", r"gwtc/", answer(201, CATALOGUE)),
    ("GET", r"gwtc/[^/]+/[^/]+/", answer(200, CATALOGUE)),
    ("DELETE", r"events/.*", empty(204)),
    ("DELETE", r"superevents/.*", redirected(empty(204))),
]


COMPILED: List[Tuple[str, Pattern[str], Reply]] = [
    (verb, re.compile(path), reply) for verb, path, reply in ROUTES
]


def canned(request: Recorded, root: str) -> Answer:
    """The answer of the first route that fits."""
    place = request.path.partition("?")[0]
    for method, pattern, reply in COMPILED:
        if method == request.method and pattern.fullmatch(place):
            return reply(request, root)
    return answer(404, {"detail": "Not found."})(request, root)


class Handler(BaseHTTPRequestHandler):
    """Writes the request down, then answers it; keeps the connection open as GraceDB does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    recorder: ClassVar[Recorder]

    def handle_one(self) -> None:
        """Serve one request of any method."""
        _, call, _, path = self.path.split("/", 3)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Recorded(call, self.command, path, dict(self.headers.items()), body)
        self.recorder.requests.append(request)
        status, headers, content = canned(request, f"{self.recorder.origin}/{call}/api/")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the record is the log."""


class Recorder:
    """A running stub; `requests` is everything it has heard, in order of arrival."""

    def __init__(self) -> None:
        self.requests: List[Recorded] = []
        handler = type("BoundHandler", (Handler,), {"recorder": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Recorder:
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def heard(self, call: str) -> List[Recorded]:
        """The requests of one call."""
        return [request for request in self.requests if request.call == call]
