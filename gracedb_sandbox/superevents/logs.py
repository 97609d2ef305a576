"""Log entries of a superevent, their tags, and the files that they bring.

What outsiders see hangs on tags: the public sees logs tagged ``public``,
observers those tagged ``lvem``, and a file is seen by whoever sees its log.

Choices where the stored server fails by accident (500): a file name with a
comma is answered 400, and a request label given with a log entry is applied or
refused like any other label.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from flask import Blueprint, Response

from ..annotations import (
    TAG_RULE,
    add_file,
    add_label,
    add_log,
    add_tag,
    find_label,
    logs,
    remove_tag,
    tag_names,
    valid_tag,
)
from ..answers import answer, empty, spoken
from ..bodies import read_body
from ..clock import utc_text
from ..multipart import Upload
from ..rights import visible_tag
from ..store import Blob
from ..vocabulary import LABELS
from ..web import database, dialect, link, store
from . import fields
from .access import ACTIONS, exposing
from .desk import (
    Situation,
    envelope,
    nested,
    not_found,
    part,
    person,
    read,
    require,
    stated,
)
from .fields import Field
from .labels import check_label
from .rules import PROTECTED

__all__ = ["Enclosed", "add_entry", "views", "visible_logs"]

views = Blueprint("superevent_logs", __name__)

#: tags that show a log to outsiders; removing or applying them needs a right of its own
_EXPOSING = ("lvem", "public")
_UNEQUAL = (
    "There should either be as many display names as tags, or there should be no display names"
)


def read_tag(value: Any) -> str:
    """Read a name that a tag may have."""
    if not valid_tag(value):
        raise fields.Invalid(TAG_RULE)
    return str(value)


def _read_tags(values: Any) -> List[str]:
    # The same tag twice is one tag.
    return list(dict.fromkeys(map(read_tag, values)))


_LOG = (
    Field("comment", fields.text()),
    Field("tagname", _read_tags, required=False, many=True, default=()),
    Field("displayName", fields.items(fields.any_text), required=False, many=True, default=()),
    Field("label", fields.text(), required=False, null=True, default=None),
)
_TAG = (
    Field("name", read_tag),
    Field("displayName", fields.any_text, required=False, null=True, default=None),
)


class Enclosed(NamedTuple):
    """A file on its way into a log: its name, and where its bytes are."""

    name: str
    blob: Blob


def visible_logs(here: Situation) -> List[sqlite3.Row]:
    """Return the log entries that the caller may see, in the order of their numbers."""
    return logs(here.database, here.subject, tagged=visible_tag(here.user))


def _find(here: Situation, n: int) -> sqlite3.Row:
    for row in visible_logs(here):
        if row["n"] == n:
            return row
    raise not_found()


def _shown(here: Situation, row: sqlite3.Row) -> Dict[str, Any]:
    """Return what is answered of a log entry."""
    file = None
    if row["filename"] and row["file_version"] is not None:
        file = link(f"{here.path}files/{row['filename']},{row['file_version']}")
    return {
        "self": link(f"{here.path}logs/{row['n']}/"),
        "N": row["n"],
        "comment": row["comment"],
        "created": utc_text(row["created"]),
        "issuer": person(row["issuer"]),
        "filename": row["filename"],
        "file_version": row["file_version"],
        "tag_names": tag_names(here.database, row["id"]),
        "file": file,
    }


def _list(sid: str) -> Response:
    here = nested(sid)
    found = [_shown(here, row) for row in visible_logs(here)]
    return envelope(dialect().logs_key, found)


def _get(sid: str, n: int) -> Response:
    here = nested(sid)
    return answer(_shown(here, _find(here, n)))


def _create(sid: str) -> Response:
    # Look before the body is read: who may not write here need not be listened to,
    # and the writers' turn is taken only when the bytes are safely on disk.
    nested(sid, store().connection())
    require(ACTIONS["annotate"])
    body = read_body()
    _check_tags([str(tag) for tag in body.many("tagname")])
    given = read(_LOG, body)
    _check_names(given)
    enclosed = _enclosed(body.files.get("upload"))
    return _write(nested(sid, database()), given, enclosed)


def _check_tags(tags: Sequence[str]) -> None:
    # Rights are asked for before the names are judged.
    wanted = [name.strip() for tag in tags for name in tag.split(",") if name.strip()]
    if not wanted:
        return
    require(ACTIONS["log with tags"])
    for tag in _EXPOSING:
        if tag in wanted:
            require(exposing(tag, applying=True))


def _check_names(given: Dict[str, Any]) -> None:
    if given["displayName"] and len(given["displayName"]) != len(given["tagname"]):
        raise stated(_UNEQUAL)


def _enclosed(upload: Optional[Upload]) -> Optional[Enclosed]:
    if upload is None:
        return None
    # Alert pipelines retry an empty file: it is refused before anything is kept.
    if not upload.size:
        raise stated("The submitted file is empty.")
    if "," in upload.name:
        raise stated(f"The file name '{upload.name}' should not contain commas.")
    return Enclosed(upload.name, store().keep(upload.stream))


def _write(here: Situation, given: Dict[str, Any], enclosed: Optional[Enclosed]) -> Response:
    label = given["label"]
    if label is not None:
        _check_log_label(here, label)
    # Every tag and the label write entries of their own after this one.
    row = add_entry(here, given["comment"], enclosed)
    names = given["displayName"] or [None] * len(given["tagname"])
    for tag, name in zip(given["tagname"], names):
        _apply(here, row, tag, name)
    if not here.user.internal:
        # What observers write, other observers may read.
        _apply(here, row, "lvem", None)
    if label is not None:
        add_label(here.database, here.subject, label, creator=here.user.username)
    shown = _shown(here, row)
    return answer(shown, 201)


def _check_log_label(here: Situation, label: str) -> None:
    # Refused by a text of its own here, unlike in `labels/`.
    if label not in LABELS:
        raise spoken(400, f"The label '{label}' is not found in the database.")
    require(ACTIONS["label"])
    if label in PROTECTED or find_label(here.database, here.subject, label) is None:
        check_label(here, label)


def add_entry(here: Situation, comment: str, enclosed: Optional[Enclosed] = None) -> sqlite3.Row:
    """Write a log entry with its file, and return its row."""
    name, version = "", None
    if enclosed is not None:
        name = enclosed.name
        version = add_file(here.database, here.subject, name, enclosed.blob)
    return add_log(
        here.database,
        here.subject,
        comment,
        issuer=here.user.username,
        filename=name,
        file_version=version,
    )


def _apply(here: Situation, row: sqlite3.Row, tag: str, name: Optional[str]) -> bool:
    fresh = add_tag(here.database, row, tag, issuer=here.user.username, display_name=name or None)
    if tag == "public":
        # What everybody may see, observers may see too.
        add_tag(here.database, row, "lvem", issuer=here.user.username)
    return fresh


def _list_tags(sid: str, n: int) -> Response:
    here = nested(sid)
    row = _find(here, n)
    shown = [_tag_document(here, row, tag) for tag in tag_names(here.database, row["id"])]
    return answer({"tags": shown})


def _get_tag(sid: str, n: int, tag: str) -> Response:
    here = nested(sid)
    return answer(_tagged(here, _find(here, n), tag))


def _tagged(here: Situation, row: sqlite3.Row, tag: str) -> Dict[str, Any]:
    if tag not in tag_names(here.database, row["id"]):
        raise not_found()
    return _tag_document(here, row, tag)


def _tag_document(here: Situation, row: sqlite3.Row, tag: str) -> Dict[str, Any]:
    query = "SELECT display_name FROM tag WHERE name = ?"
    found = here.database.execute(query, (tag,)).fetchone()
    return {
        "name": tag,
        "displayName": found["display_name"] if found else None,
        "self": link(f"{here.path}logs/{row['n']}/tags/{tag}/"),
    }


def _create_tag(sid: str, n: int) -> Response:
    body = read_body()
    here = nested(sid)
    row = _find(here, n)
    require(ACTIONS["tag"])
    if body.one("name") in _EXPOSING:
        require(exposing(body.one("name"), applying=True))
    given = read(_TAG, body)
    # 400 where events answer 409.
    if not _apply(here, row, given["name"], given["displayName"]):
        raise stated("Tag is already applied to this log message")
    shown = _tag_document(here, row, given["name"])
    return answer(shown, 201)


def _delete_tag(sid: str, n: int, tag: str) -> Response:
    here = nested(sid)
    row = _find(here, n)
    require(ACTIONS["untag"])
    if tag in _EXPOSING:
        require(exposing(tag, applying=False))
    if not remove_tag(here.database, row, tag, issuer=here.user.username):
        raise not_found()
    if tag == "lvem" and "public" not in tag_names(here.database, row["id"]):
        # The server "removes" public exactly when it is not there.
        here.log(f"Removed tag public from message {row['n']}.")
    return empty()


part(views, "/superevents/<sid>/logs/", GET=_list, POST=_create)
part(views, "/superevents/<sid>/logs/<int:n>/", GET=_get)
part(views, "/superevents/<sid>/logs/<int:n>/tags/", GET=_list_tags, POST=_create_tag)
part(views, "/superevents/<sid>/logs/<int:n>/tags/<tag>/", GET=_get_tag, DELETE=_delete_tag)
