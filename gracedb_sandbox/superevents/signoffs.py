"""Signoffs: an advocate or a control room says whether a superevent is okay.

Choices where the stored server fails by accident (500): an omitted comment is
an empty one, a PATCH keeps what it does not name, and a verdict label that is
missing is not missed.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, Mapping, Optional

from flask import Blueprint, Response

from ..annotations import add_label, add_tag, find_label, remove_label
from ..answers import answer, empty, spoken
from ..bodies import Body, read_body
from ..web import link
from . import access, fields, rules
from .desk import (
    Situation,
    by_generation,
    envelope,
    nested,
    not_found,
    part,
    read,
    require,
    stated,
)
from .fields import Field

views = Blueprint("superevent_signoffs", __name__)

_STATUS = fields.choice(rules.SIGNOFF_STATUSES)
_NEW = (
    Field("signoff_type", fields.choice(list(rules.SIGNOFF_TYPES))),
    Field("instrument", fields.any_text, required=False, default=None),
    Field("status", _STATUS),
    Field("comment", fields.any_text, required=False, default=""),
)
_CHANGE = (
    Field("status", _STATUS, required=False),
    Field("comment", fields.any_text, required=False),
)


def _shown(here: Situation, row: sqlite3.Row) -> Dict[str, Any]:
    return {
        "self": link(f"{here.path}signoffs/{row['type']}{row['instrument']}/"),
        "signoff_type": row["type"],
        "instrument": row["instrument"],
        "status": row["status"],
        "submitter": row["submitter"],
        "comment": row["comment"],
    }


def _list(sid: str) -> Response:
    here = nested(sid)
    require(access.signoffs("view"))
    rows = here.database.execute(
        "SELECT * FROM signoff WHERE superevent = ? ORDER BY type, instrument", (here.id,)
    )
    return envelope("signoffs", [_shown(here, row) for row in rows.fetchall()])


def _get(sid: str, typeinst: str) -> Response:
    here = nested(sid)
    require(access.signoffs("view"))
    return answer(_shown(here, _find(here, typeinst)))


def _find(here: Situation, typeinst: str) -> sqlite3.Row:
    # No signoff has an empty type, so what is no key finds nothing.
    row: Optional[sqlite3.Row] = _signoff(here, *(rules.signoff_key(typeinst) or ("", "")))
    if row is None:
        raise not_found()
    return row


def _signoff(here: Situation, kind: str, instrument: str) -> Any:
    query = "SELECT * FROM signoff WHERE superevent = ? AND type = ? AND instrument = ?"
    return here.database.execute(query, (here.id, kind, instrument)).fetchone()


def _create(sid: str) -> Response:
    here = nested(sid)
    require(access.signoffs("create"))
    body = read_body()
    _require_signing(body)
    given = read(_NEW, body)
    _check(here, given)
    kind, instrument = given["signoff_type"], given["instrument"] or ""
    status, comment = given["status"], given["comment"]
    here.database.execute(
        "INSERT INTO signoff VALUES (?, ?, ?, ?, ?, ?)",
        (here.id, kind, instrument, status, comment, here.user.username),
    )
    _swap(
        here,
        rules.request_label(kind, instrument),
        rules.verdict_label(kind, instrument, status),
        told=rules.signoff_created(kind, instrument, status, comment),
    )
    return answer(_shown(here, _signoff(here, kind, instrument)), 201)


def _require_signing(body: Body) -> None:
    kind, instrument = body.one("signoff_type"), body.one("instrument")
    # A wrong type or instrument is refused as such, after this.
    if kind == "ADV" or instrument in rules.INSTRUMENTS:
        require(access.signing(str(kind), str(instrument)))


def _check(here: Situation, given: Mapping[str, Any]) -> None:
    kind, instrument = given["signoff_type"], given["instrument"]
    if kind == "OP" and not instrument:
        raise stated(rules.OPERATORS_HAVE_ONE)
    if kind == "ADV" and instrument != "":
        # Left out, it is not the empty text that the server asks for.
        raise stated(rules.ADVOCATES_HAVE_NO_INSTRUMENT)
    if kind == "OP" and instrument not in rules.INSTRUMENTS:
        raise stated(f'"{instrument}" is not a valid choice.')
    if _signoff(here, kind, instrument) is not None:
        whose = "advocate" if kind == "ADV" else instrument
        raise by_generation(
            "The fields superevent, instrument must make a unique set.",
            renewed=f"{kind} signoff for {whose} already exists on superevent {here.sid}",
        )
    # Signing off answers a request; unasked, nobody signs.
    wanted = rules.request_label(kind, instrument)
    if find_label(here.database, here.subject, wanted) is None:
        asked = f"{kind} signoff not requested for superevent {here.sid}"
        raise spoken(400, f"{asked}: label '{wanted}' not present.")


def _swap(here: Situation, removed: str, added: str, *, told: str) -> None:
    """Exchange two labels, with one log entry instead of the labels' own two."""
    name = here.user.username
    # A changed comment leaves the verdict where it is.
    if removed != added:
        remove_label(here.database, here.subject, removed, issuer=name, logged=False)
        add_label(here.database, here.subject, added, creator=name, logged=False)
    add_tag(here.database, here.log(told), "em_follow", issuer=name)


def _update(sid: str, typeinst: str) -> Response:
    here = nested(sid)
    row = _changeable(here, typeinst, "change")
    kind, instrument = row["type"], row["instrument"]
    given = read(_CHANGE)
    status = given.get("status", row["status"])
    comment = given.get("comment", row["comment"])
    if (status, comment) == (row["status"], row["comment"]):
        raise spoken(400, "Request would not modify the signoff.")
    here.database.execute(
        "UPDATE signoff SET status = ?, comment = ?, submitter = ?"
        " WHERE superevent = ? AND type = ? AND instrument = ?",
        (status, comment, here.user.username, here.id, kind, instrument),
    )
    _swap(
        here,
        rules.verdict_label(kind, instrument, row["status"]),
        rules.verdict_label(kind, instrument, status),
        told=rules.signoff_updated(
            kind, instrument, status=(row["status"], status), comment=(row["comment"], comment)
        ),
    )
    return answer(_shown(here, _signoff(here, kind, instrument)))


def _changeable(here: Situation, typeinst: str, verb: str) -> sqlite3.Row:
    require(access.signoffs(verb))
    row = _find(here, typeinst)
    require(access.signing(row["type"], row["instrument"]))
    return row


def _delete(sid: str, typeinst: str) -> Response:
    here = nested(sid)
    row = _changeable(here, typeinst, "delete")
    kind, instrument, status = row["type"], row["instrument"], row["status"]
    here.database.execute(
        "DELETE FROM signoff WHERE superevent = ? AND type = ? AND instrument = ?",
        (here.id, kind, instrument),
    )
    _swap(
        here,
        rules.verdict_label(kind, instrument, status),
        rules.request_label(kind, instrument),
        told=rules.signoff_deleted(kind, instrument, status),
    )
    return empty()


part(views, "/superevents/<sid>/signoffs/", GET=_list, POST=_create)
part(views, "/superevents/<sid>/signoffs/<typeinst>/", GET=_get, PATCH=_update, DELETE=_delete)
