"""Logs of an event, with their files, tags and labels."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, Optional, Tuple

from flask import Response, request

from ..annotations import (
    TAG_RULE,
    add_file,
    add_label,
    add_log,
    add_tag,
    find_log,
    logs,
    tag_names,
    valid_tag,
)
from ..answers import Refusal, answer, created, raw, spoken
from ..bodies import Body, read_body
from ..clock import utc_text
from ..ids import graceid
from ..multipart import Upload
from ..paging import whole_list
from ..rights import visible_tag
from ..web import current_user, database, dialect, link, premises, store
from .labels import refuse
from .lookup import event_for, subject

_HALF_DONE = "Log message created, but error creating tag: "


def listed(gid: str) -> Response:
    """GET log/."""
    event = event_for(gid)
    rows = logs(database(), subject(event), tagged=visible_tag(current_user()))
    return answer(whole_list(dialect().logs_key, [_shown(event, row) for row in rows]))


def read(gid: str, n: int) -> Response:
    """GET log/{N}."""
    event = event_for(gid)
    return answer(_shown(event, log_for(event, n)))


def log_for(event: sqlite3.Row, n: int) -> sqlite3.Row:
    """The log entry N that the user may see: 404, then 403."""
    row = find_log(database(), subject(event), n)
    if row is None:
        raise spoken(404, "Log does not exist.")
    wanted = visible_tag(current_user())
    if wanted and wanted not in tag_names(database(), row["id"]):
        raise raw(403, "You do not have permission to view this log message.")
    return row


def write(gid: str) -> Response:
    """POST log/: what fails after the entry was saved leaves it saved."""
    event = event_for(gid)
    body = read_body()
    filename, version = _attach(event, body.files.get("upload"))
    comment = body.one("comment")
    if comment is None or comment == "":
        return _not_saved(comment).response()
    row = add_log(
        database(),
        subject(event),
        str(comment),
        issuer=current_user().username,
        filename=filename,
        file_version=version,
    )
    try:
        _tag(row, body)
        _label(event, body.one("label"))
    except Refusal as refusal:
        return refusal.response()
    shown = _shown(event, row)
    return created(shown, shown["self"])


def _attach(event: sqlite3.Row, upload: Optional[Upload]) -> Tuple[str, Optional[int]]:
    if upload is None:
        return "", None
    # A comma separates the version in file URLs: the entry is saved, the file is not.
    if "," in upload.name:
        return upload.name, None
    blob = store().keep(upload.stream)
    return upload.name, add_file(database(), subject(event), upload.name, blob)


def _not_saved(comment: Any) -> Refusal:
    why = "This field cannot be null." if comment is None else "This field cannot be blank."
    return spoken(503, f"Failed to save log entry: {{'comment': ['{why}']}}")


def _tag(row: sqlite3.Row, body: Body) -> None:
    names = [name for name in body.many("tagname") if name not in (None, "")]
    given = body.many("displayName")
    shown: List[Any] = given if len(given) == len(names) else [None] * len(names)
    if not current_user().internal and "lvem" not in names:
        names, shown = [*names, "lvem"], [*shown, None]
    for name, display_name in zip(names, shown):
        if not valid_tag(name):
            raise spoken(400, _HALF_DONE + TAG_RULE)
        issuer = current_user().username
        if not add_tag(database(), row, name, issuer=issuer, display_name=display_name or None):
            raise spoken(409, f"{_HALF_DONE}Log already has tag {name}")


def _label(event: sqlite3.Row, label: Any) -> None:
    if label:
        refuse(str(label), "applied")
        add_label(database(), subject(event), str(label), creator=current_user().username)


def _shown(event: sqlite3.Row, row: sqlite3.Row) -> Dict[str, Any]:
    base = link(f"events/{graceid(event)}")
    url, file = f"{base}/log/{row['n']}", None
    if row["file_version"] is not None:
        file = link(f"events/{graceid(event)}/files/{row['filename']},{row['file_version']}")
    return {
        "N": row["n"],
        "comment": row["comment"],
        "created": utc_text(row["created"]),
        "issuer": _issuer(row["issuer"]),
        "filename": row["filename"],
        "file_version": row["file_version"],
        "tag_names": tag_names(database(), row["id"]),
        "self": url,
        "tags": f"{url}/tag/",
        "file": file,
    }


def _issuer(username: str) -> str:
    # Web pages show people's names.
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        user = premises().directory.users.get(username)
        return (user.full_name if user else "") or username
    return username
