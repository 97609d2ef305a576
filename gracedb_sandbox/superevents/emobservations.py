"""Electromagnetic follow-up of a superevent: where telescopes looked.

A choice where the stored server fails by accident (500): an omitted comment is
an empty one.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, Mapping

from flask import Blueprint, Response

from ..answers import answer, gone
from ..observations import Footprint, add_observation, facts, find_observation, observations
from ..vocabulary import EM_GROUPS
from ..web import dialect
from . import fields
from .access import ACTIONS
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

views = Blueprint("superevent_emobservations", __name__)

_KEYS = (
    "created", "N", "submitter", "group", "ra", "raWidth", "dec", "decWidth", "comment",
    "footprint_count", "footprints",
)  # fmt: skip


def _read_group(value: Any) -> str:
    if value not in EM_GROUPS:
        raise fields.Invalid(f"Object with name={value} does not exist.")
    return str(value)


#: lists of one element per footprint, in the order of a `Footprint`
_LISTS = {
    "ra_list": fields.number(),
    "ra_width_list": fields.number(),
    "dec_list": fields.number(),
    "dec_width_list": fields.number(),
    "start_time_list": fields.instant,
    "duration_list": fields.integer(),
}
_BODY = (
    Field("group", _read_group),
    *(Field(name, fields.items(reader), many=True) for name, reader in _LISTS.items()),
    Field("comment", fields.any_text, required=False, default=""),
)
_UNEQUAL = (
    "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and duration_list "
    "must be the same length."
)


def _open(sid: str) -> Situation:
    # 2.36 took the whole resource away, reading included, but not the superevent's 404.
    here = nested(sid)
    if dialect().renewed:
        raise gone()
    return here


def _shown(here: Situation, row: sqlite3.Row) -> Dict[str, Any]:
    known = facts(here.database, row)
    known["submitter"] = person(known["submitter"])
    return {key: known[key] for key in _KEYS}


def _list(sid: str) -> Response:
    here = _open(sid)
    rows = observations(here.database, here.subject)
    return envelope("observations", [_shown(here, row) for row in rows])


def _get(sid: str, n: int) -> Response:
    here = _open(sid)
    row = find_observation(here.database, here.subject, n)
    if row is None:
        raise not_found()
    return answer(_shown(here, row))


def _create(sid: str) -> Response:
    here = _open(sid)
    require(ACTIONS["annotate"])
    given = read(_BODY)
    row = add_observation(
        here.database,
        here.subject,
        submitter=here.user.username,
        group=given["group"],
        comment=given["comment"],
        footprints=_footprints(given),
    )
    return answer(_shown(here, row), 201)


def _footprints(given: Mapping[str, Any]) -> List[Footprint]:
    # Scalars are spread by the clients, never by the server.
    columns = [given[name] for name in _LISTS]
    if len(set(map(len, columns))) != 1:
        raise stated(_UNEQUAL)
    return [Footprint(*values) for values in zip(*columns)]


part(views, "/superevents/<sid>/emobservations/", GET=_list, POST=_create)
part(views, "/superevents/<sid>/emobservations/<int:n>/", GET=_get)
