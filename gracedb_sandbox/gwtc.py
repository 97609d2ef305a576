"""Catalogues of gravitational-wave transients: numbered, versioned, never changed."""

from __future__ import annotations

import json
import math
import re
import sqlite3
from typing import Any, Dict, List, Mapping, Optional, Sequence

from flask import Blueprint, Response

from . import ids
from .answers import answer
from .bodies import read_body
from .clock import utc_text
from .paging import page, page_links
from .routes import resource
from .superevents import fields, record
from .superevents.access import ACTIONS
from .superevents.desk import not_found, read, require, stated
from .superevents.fields import Field
from .web import current_user, database, link, now

views = Blueprint("gwtc", __name__)

_PAGE = 10
_NUMBER_RULE = "Only letters, numbers, dots, underscores, and hyphens are allowed."


def _read_number(value: Any) -> str:
    name = str(fields.text(25)(value))
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise fields.Invalid(_NUMBER_RULE)
    return name


def _read_smap(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        # A client may send the map as text that holds JSON.
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise fields.Invalid("Value must be valid JSON.") from None
    if not isinstance(value, dict):
        raise fields.Invalid("Value must be valid JSON.")
    return value


_BODY = (
    Field("number", _read_number),
    Field("smap", _read_smap),
    Field("comment", fields.any_text, required=False, null=True, default=""),
)


def _create() -> Response:
    require(ACTIONS["catalogue"])
    given = read(_BODY, read_body())
    for sid, entry in given["smap"].items():
        _check(sid, entry)
    smap = json.dumps({sid: _kept(entry) for sid, entry in given["smap"].items()})
    made = database().execute(
        "INSERT INTO gwtc (number, version, created, submitter, comment, smap) VALUES"
        " (?1, (SELECT coalesce(max(version), 0) + 1 FROM gwtc WHERE number = ?1), ?2, ?3, ?4, ?5)",
        (given["number"], now(), current_user().username, given["comment"] or "", smap),
    )
    row = database().execute("SELECT * FROM gwtc WHERE id = ?", (made.lastrowid,)).fetchone()
    return answer(_shown(row), 201)


def _kept(entry: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: entry[key] for key in ("pipelines", "far", "pastro")}


def _check(sid: str, entry: Any) -> None:
    superevent = record.find_exactly(database(), sid)
    if superevent is None:
        raise stated(f"Superevent {sid} was not found in the database.")
    if not isinstance(entry, dict) or "pipelines" not in entry:
        raise stated(f"superevent key pipelines not found for gwtc_superevent {sid}.")
    if not isinstance(entry["pipelines"], dict):
        raise stated(f'value corresponding to {sid}["pipelines"] is not a dictionary')
    for pipeline, graceid in entry["pipelines"].items():
        _check_event(sid, superevent["id"], pipeline, graceid)
    _check_rates(sid, entry)


def _check_rates(sid: str, entry: Mapping[str, Any]) -> None:
    if "far" not in entry:
        raise stated(f"far not found for superevent {sid}")
    if entry["far"] is not None and not _is_number(entry["far"]):
        raise stated(f"far value for {sid} must be null or a valid number, not {entry['far']}")
    if "pastro" not in entry:
        raise stated(f"pastro not found for superevent {sid}")
    if not isinstance(entry["pastro"], (dict, type(None))):
        text = f"pastro value for {sid} must be null or a valid dictionary, not {entry['pastro']}"
        raise stated(text)


def _is_number(value: Any) -> bool:
    # Compared rather than asked whether it is finite, which integers beyond floats cannot be.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < math.inf


def _check_event(sid: str, superevent: int, pipeline: str, graceid: Any) -> None:
    parts = ids.split(graceid) if isinstance(graceid, str) and graceid.isascii() else None
    if parts is None:
        raise stated(f"Unable to parse event {graceid}")
    event = _event(*parts)
    if event is None:
        raise stated(f"Catalog Error: Event {graceid} was not found in the database.")
    if event["superevent"] != superevent:
        raise stated(f"Catalog Error: Event {graceid} is not part of superevent {sid}.")
    if event["pipeline"] != pipeline:
        raise stated(
            f"Catalog Error: Pipeline of {graceid} ({event['pipeline']}) "
            f"does not match the supplied pipeline ({pipeline})"
        )


def _event(letter: str, number: int) -> Optional[sqlite3.Row]:
    if number >= 2**63:  # more than SQLite can count
        return None
    row: Optional[sqlite3.Row] = (
        database().execute("SELECT * FROM event WHERE id = ?", (number,)).fetchone()
    )
    return row if row is not None and ids.names(letter, row) else None


def _shown(row: sqlite3.Row) -> Dict[str, Any]:
    return {
        "number": row["number"],
        "version": row["version"],
        "created": utc_text(row["created"]),
        "submitter": row["submitter"],
        "url": link(f"gwtc/{row['number']}/{row['version']}/"),
        "gwtc_superevents": json.loads(row["smap"]),
        "comment": row["comment"],
    }


def _all() -> Response:
    return _page("", [])


def _numbered(number: str) -> Response:
    return _page("WHERE number = ?", [number])


def _page(where: str, parameters: Sequence[str]) -> Response:
    # Both statements are made of literals.
    counting = f"SELECT count(*) FROM gwtc {where}"  # noqa: S608
    total = int(database().execute(counting, parameters).fetchone()[0])
    asked = page(default=_PAGE)
    rows: List[sqlite3.Row] = (
        database()
        .execute(
            f"SELECT * FROM gwtc {where} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608
            [*parameters, asked.length, asked.start],
        )
        .fetchall()
    )
    links = page_links(asked, total)
    return answer(
        {
            "count": total,
            "next": links["next"],
            "previous": links["previous"],
            "results": [_shown(row) for row in rows],
        }
    )


def _version(number: str, version: str) -> Response:
    query, parameters = "SELECT * FROM gwtc WHERE number = ?", [number]
    if version.lower() == "latest":
        query += " ORDER BY version DESC LIMIT 1"
    elif version.isascii() and version.isdigit():
        query += " AND version = CAST(? AS INTEGER)"
        parameters.append(version)
    else:
        raise not_found()
    row = database().execute(query, parameters).fetchone()
    if row is None:
        raise not_found()
    return answer(_shown(row))


resource(views, "/gwtc/", GET=_all, POST=_create)
resource(views, "/gwtc/<number>/", GET=_numbered)
resource(views, "/gwtc/<number>/<version>/", GET=_version)
