"""Files of a superevent: every version is somebody's log entry, and seen with it."""

from __future__ import annotations

import sqlite3
from typing import Dict, List, Optional, Tuple

from flask import Blueprint, Response

from ..annotations import find_file
from ..answers import answer, detail, spoken
from ..downloads import send_file
from ..web import dialect, link, requested
from .desk import (
    Situation,
    nested,
    part,
)
from .logs import visible_logs

views = Blueprint("superevent_files", __name__)


def _visible(here: Situation) -> List[sqlite3.Row]:
    return [
        row for row in visible_logs(here) if row["filename"] and row["file_version"] is not None
    ]


def _newest(here: Situation, name: str) -> int:
    row = find_file(here.database, here.subject, name)
    return -1 if row is None else int(row["version"])


def _list(sid: str) -> Response:
    here = nested(sid)
    found: Dict[str, str] = {}
    for row in _visible(here):
        name, version = row["filename"], row["file_version"]
        versioned = f"{name},{version}"
        found[versioned] = link(f"{here.path}files/{versioned}")
        # The bare name belongs to the newest version alone, seen or not.
        if version == _newest(here, name):
            found[name] = link(f"{here.path}files/{name}")
    names = dict(sorted(found.items()))
    if not dialect().renewed:
        return answer(names)
    links = {"self": requested(), "superevent": link(here.path)}
    return answer({"files": list(names), "links": links})


def _get(sid: str, name: str) -> Response:
    here = nested(sid)
    bare, version = _split(name)
    if version is None:
        # Authorised by the newest version's log, even where an older one is public.
        version = _newest(here, bare)
    for row in _visible(here):
        if (row["filename"], row["file_version"]) == (bare, version):
            return _send(here, bare, version, name)
    raise detail(404, "Not found.")


def _split(name: str) -> Tuple[str, Optional[int]]:
    bare, *versions = name.split(",")
    if len(versions) > 1:
        raise spoken(400, "Invalid filename: filename should not contain commas")
    if not versions:
        return bare, None
    try:
        return bare, int(versions[0])
    except ValueError:
        text = "File not found, version string should be an int"
        raise spoken(404, text) from None


def _send(here: Situation, bare: str, version: int, name: str) -> Response:
    file = find_file(here.database, here.subject, bare, version)
    if file is None:
        raise spoken(404, f"File {name} not found")
    try:
        return send_file(file, requested_name=name)
    except FileNotFoundError:
        raise spoken(404, f"File {name} not found") from None
    except OSError:
        raise spoken(500, f"File {name} is not readable") from None


part(views, "/superevents/<sid>/files/", GET=_list)
part(views, "/superevents/<sid>/files/<path:name>", GET=_get)
