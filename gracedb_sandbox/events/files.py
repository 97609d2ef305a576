"""Files of an event: every version under ``name,V``, the newest also under its plain name."""

from __future__ import annotations

import sqlite3
from typing import Dict, List, Optional, Set, Tuple

from flask import Response

from ..annotations import add_file, files, find_file, logs
from ..answers import answer, raw, spoken
from ..bodies import MULTIPART, read_body
from ..downloads import send_file
from ..ids import graceid
from ..rights import visible_tag
from ..web import current_user, database, dialect, link, store
from .lookup import event_for, subject


def listed(gid: str) -> Response:
    """GET files/: name to URL; in 2.36 a list of names."""
    event = event_for(gid)
    base = f"events/{graceid(event)}/files/"
    urls = {name: link(base + name) for name in _names(event)}
    if dialect().renewed:
        links = {"self": link(base), "event": link(f"events/{graceid(event)}")}
        return answer({"files": list(urls), "links": links})
    return answer(urls)


def read(gid: str, name: str) -> Response:
    """GET files/{name} or files/{name},{version}."""
    event = event_for(gid)
    plain, comma, text = name.rpartition(",")
    version: Optional[int] = int(text) if comma and text.isdecimal() and len(text) < 10 else None
    row = find_file(database(), subject(event), plain if comma else name, version)
    if row is None or (comma and version is None):
        _refuse_folder(event, name)
        raise spoken(404, f"File {name} not found")
    seen = _visible(event)
    if seen is not None and (row["name"], row["version"]) not in seen:
        raise raw(403, "You do not have permission to view this file.")
    if not row["size"]:
        raise spoken(409, f"File {name} is empty or unavailable")
    return send_file(row, requested_name=name)


def write(gid: str, name: str) -> Response:
    """PUT files/{name}: without a comment, so without a log."""
    event = event_for(gid)
    upload = read_body((MULTIPART,)).files.get("upload")
    if upload is None:
        raise spoken(400, "No file was submitted.")
    if "," in name:
        raise spoken(400, f"File name '{name}' contains a comma")
    blob = store().keep(upload.stream)
    version = add_file(database(), subject(event), name, blob)
    url = link(f"events/{graceid(event)}/files/{name},{version}")
    return answer({"permalink": url}, 201)


def _names(event: sqlite3.Row) -> List[str]:
    rows = files(database(), subject(event))
    seen = _visible(event)
    if seen is not None:
        rows = [row for row in rows if (row["name"], row["version"]) in seen]
    newest: Dict[str, None] = {}
    for row in rows:
        newest[row["name"]] = None
        newest[f"{row['name']},{row['version']}"] = None
    return list(newest)


def _visible(event: sqlite3.Row) -> Optional[Set[Tuple[str, int]]]:
    """The (name, version) pairs an outsider may see; None for everything."""
    wanted = visible_tag(current_user())
    if not wanted:
        return None
    rows = logs(database(), subject(event), tagged=wanted)
    return {(row["filename"], row["file_version"]) for row in rows}


def _refuse_folder(event: sqlite3.Row, name: str) -> None:
    start = name.rstrip("/") + "/"
    rows = files(database(), subject(event))
    if any(row["name"].startswith(start) for row in rows):
        raise raw(403, f"{name} is a directory")
