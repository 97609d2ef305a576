"""What a client said and got in one call, reduced to its meaning, so that two can be compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple
from urllib.parse import parse_qsl, unquote

from . import calls
from .recorder import Recorded, Recorder

Pairs = Tuple[Tuple[str, str], ...]
HERE = Path(__file__).parent
STANDARD_INPUT = b"what came through the pipe"

#: Headers that say nothing of a client's meaning: who is spoken to, over which connection, and the
#: length that the compared body has anyway.
UNCOMPARED = frozenset({"host", "connection", "content-length"})


class Part(NamedTuple):
    """One part of a multipart body. `filename` is None for a field."""

    name: str
    filename: Any
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """The meaning of a body: a JSON document, form fields, or parts; fields in order of name."""

    kind: str = ""
    document: Any = None
    fields: Pairs = ()
    parts: Tuple[Part, ...] = ()


@dataclass(frozen=True)
class Heard:
    """One request: method, decoded path segments, query, the headers that are compared, body."""

    method: str
    path: Tuple[str, ...]
    query: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = Body()


@dataclass(frozen=True)
class Spoken:
    """One call: the requests it made, the kind of value it returned, and the value."""

    requests: Tuple[Heard, ...]
    kind: str
    value: Any


def by_name(pairs: Any) -> Any:
    """Fields in order of name; those of one name keep theirs, the only order that has a meaning."""
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def read_part(raw: bytes) -> Part:
    """A part's headers and content. Headers are UTF-8, as browsers send them."""
    head, _, content = raw.partition(b"\r\n\r\n")
    headers: Dict[str, str] = {}
    for line in head.decode("utf-8").split("\r\n"):
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    disposition = dict(
        piece.split("=", 1) for piece in headers["content-disposition"].split("; ")[1:]
    )
    filename = disposition.get("filename")
    return Part(
        disposition["name"].strip('"'),
        None if filename is None else filename.strip('"'),
        headers.get("content-type", ""),
        content,
    )


def read_parts(content_type: str, body: bytes) -> List[Part]:
    """The parts of a multipart body, as they were sent."""
    boundary = b"--" + content_type.partition("boundary=")[2].strip('"').encode()
    *parts, end = body.split(boundary)[1:]
    assert end.strip() == b"--", "a multipart body must end with its closing boundary"
    return [read_part(raw[2:-2]) for raw in parts]


def read_body(content_type: str, body: bytes) -> Body:
    """A body by its content type."""
    kind = content_type.partition(";")[0]
    if kind == "application/json":
        return Body(kind, document=json.loads(body))
    if kind == "application/x-www-form-urlencoded":
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body))
        return Body(kind, fields=by_name(fields))
    if kind == "multipart/form-data":
        return Body(kind, parts=by_name(read_parts(content_type, body)))
    assert not body, f"a body of unknown type {content_type!r}"
    return Body()


def read_request(request: Recorded) -> Heard:
    """A recorded request as its meaning."""
    path, _, query = request.path.partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    content_type = headers.get("content-type", "")
    if content_type:
        headers["content-type"] = content_type.partition(";")[0]
    return Heard(
        request.method,
        tuple(unquote(segment) for segment in path.split("/")),
        by_name(parse_qsl(query, keep_blank_values=True)),
        {name: value for name, value in headers.items() if name not in UNCOMPARED},
        read_body(content_type, request.body),
    )


def surroundings(python: str, home: Path) -> Dict[str, str]:
    """Give the environment of a client in *python*: where ours is found, if it is ours."""
    place = os.environ.get("PYTHONPATH") if python == sys.executable else None
    return {"HOME": str(home), **({"PYTHONPATH": place} if place else {})}


def transcribe(
    python: str, script: str, client: str, folder: Path, *, transport: str = ""
) -> Dict[str, Spoken]:
    """Have *script* make its calls with *client* in that interpreter; write down what was said."""
    calls.prepare(str(folder))
    environment = surroundings(python, folder)
    if transport:
        environment["GRACEDB_TRANSPORT"] = transport
    with Recorder() as recorder:
        process = subprocess.run(
            [python, "-W", "ignore", str(HERE / script), client, recorder.origin],
            cwd=folder,
            env=environment,
            input=STANDARD_INPUT,
            capture_output=True,
            timeout=120,
        )
    assert process.returncode == 0, process.stderr.decode()
    # The recorder chooses a port each time; what is returned may name it.
    outcomes = json.loads(process.stdout.decode().replace(recorder.origin, "http://recorder"))
    return {
        name: Spoken(
            tuple(read_request(each) for each in recorder.heard(calls.slug(name))),
            outcome["kind"],
            outcome["value"],
        )
        for name, outcome in outcomes.items()
    }
