"""Notices (2.36): documents that alert the world, kept verbatim beside what they say.

What the clients prove is the path, the multipart part ``upload``, the type and
the file name; the other keys and the texts of refusals are our reading of it.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict, Mapping

from flask import Blueprint, Response

from ..annotations import add_file, add_log, add_tag
from ..answers import Refusal, answer
from ..bodies import read_body
from ..clock import utc_text
from ..json_text import read_json
from ..multipart import Upload
from ..store import Blob
from ..web import database, link, now, requested, store
from . import record, rules
from .access import ACTIONS
from .desk import (
    Situation,
    nested,
    not_found,
    part,
    require,
    stated,
)
from .ids import default_id

views = Blueprint("superevent_notices", __name__)

#: word in the document, without its underscores -> type code
_TYPES = {word.upper(): code for code, word in rules.VOEVENT_TYPES.items()}
_CLASSES = {
    "BNS": "prob_bns",
    "NSBH": "prob_nsbh",
    "BBH": "prob_bbh",
    "Terrestrial": "prob_terrestrial",
}
_PROPERTIES = {
    "HasNS": "prob_has_ns",
    "HasRemnant": "prob_has_remnant",
    "HasMassGap": "prob_has_mass_gap",
    "HasSSM": "prob_has_ssm",
}
_WANTED = ("alert_type", "time_created", "superevent_id", "urls")
_LARGEST_NOTICE = 20 << 20


def _list(sid: str) -> Response:
    here = nested(sid)
    rows = here.database.execute(
        "SELECT * FROM notice WHERE superevent = ? ORDER BY n", (here.id,)
    ).fetchall()
    shown = [_shown(here, row) for row in rows]
    return answer({"numRows": len(rows), "notices": shown, "links": {"self": requested()}})


def _get(sid: str, n: int) -> Response:
    here = nested(sid)
    return answer(_shown(here, _find(here, n)))


def _find(here: Situation, n: int) -> sqlite3.Row:
    query = "SELECT * FROM notice WHERE superevent = ? AND n = ?"
    row = here.database.execute(query, (here.id, n)).fetchone()
    if row is None:
        raise not_found()
    found: sqlite3.Row = row
    return found


def _shown(here: Situation, row: sqlite3.Row) -> Dict[str, Any]:
    versioned = f"{row['filename']},{row['file_version']}"
    return {
        "N": row["n"],
        "notice_type": row["notice_type"],
        "filename": row["filename"],
        "file_version": row["file_version"],
        "created": utc_text(row["created"]),
        "issuer": row["issuer"],
        **json.loads(row["document"]),
        "links": {
            "self": link(f"{here.path}notices/{row['n']}/"),
            "file": link(f"{here.path}files/{versioned}"),
        },
    }


def _create(sid: str) -> Response:
    here = nested(sid, store().connection())
    require(ACTIONS["notify"])
    upload = read_body().files.get("upload")
    if upload is None or not upload.size:
        raise stated("No notice was submitted: send it as the file part 'upload'.")
    # Kept to the byte: what was signed or compared elsewhere must come back as it was.
    data = _bytes(upload)
    document = _document(data)
    _check(here, document)
    blob = store().keep(data)
    return _keep(nested(sid, database()), document, blob)


def _bytes(upload: Upload) -> bytes:
    if upload.size > _LARGEST_NOTICE:
        raise stated(f"A notice may hold at most {_LARGEST_NOTICE} bytes.")
    return upload.stream.read()


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        document = read_json(data)
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _invalid("it is not JSON") from None
    if not isinstance(document, dict):
        raise _invalid("it is not a JSON object")
    return document


def _invalid(reason: str) -> Refusal:
    return stated(f"The notice is not valid: {reason}")


def _check(here: Situation, document: Mapping[str, Any]) -> None:
    missing = [key for key in _WANTED if key not in document]
    if missing:
        raise _invalid(f"it lacks {', '.join(missing)}")
    if _kind(document) is None:
        raise _invalid(f"its alert_type is {document['alert_type']!r}")
    # Both names of a confirmed superevent are its own.
    names = (default_id(here.row), here.sid)
    if document["superevent_id"] not in names:
        raise stated(f"The notice is about {document['superevent_id']}, not {names[0]}")
    # A retraction takes back the event, so it need not describe it.
    event = document.get("event")
    if _kind(document) != "RE" and not isinstance(event, dict):
        raise _invalid("it lacks event")
    for name, value in _probabilities(document).items():
        if value is not None and not _is_probability(value):
            raise _invalid(f"its {name} is no probability")


def _kind(document: Mapping[str, Any]) -> Any:
    return _TYPES.get(str(document["alert_type"]).upper().replace("_", ""))


def _said(document: Mapping[str, Any]) -> Dict[str, Any]:
    keys = {**_CLASSES, **_PROPERTIES}
    found = {keys[name]: value for name, value in _probabilities(document).items()}
    return {"significant": _part(document, "event").get("significant"), **found}


def _probabilities(document: Mapping[str, Any]) -> Dict[str, Any]:
    """What the document says by each name of `_CLASSES` and `_PROPERTIES`; None if nothing."""
    event = _part(document, "event")
    classes, properties = _part(event, "classification"), _part(event, "properties")
    return {
        **{name: classes.get(name) for name in _CLASSES},
        **{name: properties.get(name) for name in _PROPERTIES},
    }


def _is_probability(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _keep(here: Situation, document: Mapping[str, Any], blob: Blob) -> Response:
    # Numbers run per superevent, apart from those of VOEvents.
    kind = _kind(document)
    n = record.next_notice(here.database, here.id)
    name = f"{default_id(here.row)}-{n}-{rules.VOEVENT_TYPES[kind].lower()}.json"
    version = add_file(here.database, here.subject, name, blob)
    issuer = here.user.username
    said = json.dumps(_said(document))
    here.database.execute(
        "INSERT INTO notice VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (here.id, n, kind, name, version, issuer, now(), said),
    )
    log = add_log(
        here.database,
        here.subject,
        "New notice",
        issuer=issuer,
        filename=name,
        file_version=version,
    )
    add_tag(here.database, log, "em_follow", issuer=issuer)
    return answer(_shown(here, _find(here, n)), 201)


part(views, "/superevents/<sid>/notices/", GET=_list, POST=_create)
part(views, "/superevents/<sid>/notices/<int:n>/", GET=_get)
