"""Labels of a superevent."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict

from flask import Blueprint, Response

from ..annotations import add_label, find_label, labels, remove_label
from ..answers import answer, empty, spoken
from ..clock import utc_text
from ..web import link, requested
from . import rules
from .access import ACTIONS
from .desk import (
    Situation,
    by_generation,
    nested,
    not_found,
    part,
    read,
    read_label,
    require,
)
from .fields import Field

views = Blueprint("superevent_labels", __name__)


def _shown(here: Situation, row: sqlite3.Row) -> Dict[str, Any]:
    return {
        "self": link(f"{here.path}labels/{row['name']}/"),
        "name": row["name"],
        "created": utc_text(row["created"]),
        "creator": row["creator"],
    }


def _list(sid: str) -> Response:
    here = nested(sid)
    found = [_shown(here, row) for row in labels(here.database, here.subject)]
    # Both links are the list itself: the server means the superevent by the second.
    return answer({"labels": found, "links": {"self": requested(), "superevent": requested()}})


def _get(sid: str, name: str) -> Response:
    here = nested(sid)
    return answer(_shown(here, _find(here, name)))


def _find(here: Situation, name: str) -> sqlite3.Row:
    row = find_label(here.database, here.subject, name)
    if row is None:
        raise not_found()
    return row


def _create(sid: str) -> Response:
    here = nested(sid)
    require(ACTIONS["label"])
    # The order of these refusals is the server's, and clients match the texts.
    label = read([Field("name", read_label)])["name"]
    if find_label(here.database, here.subject, label) is not None:
        raise by_generation(
            "The fields superevent, name must make a unique set.",
            renewed=f"Label {label} already applied to superevent {here.sid}",
        )
    check_label(here, label)
    add_label(here.database, here.subject, label, creator=here.user.username)
    return answer(_shown(here, _find(here, label)), 201)


def check_label(here: Situation, label: str) -> None:
    """Answer 400 if nobody may apply *label* by hand, or not now."""
    if label in rules.PROTECTED:
        raise spoken(400, rules.CANNOT_ADD.format(label=label))
    present = [row["name"] for row in labels(here.database, here.subject)]
    if rules.blocked_request(label, present):
        raise spoken(400, rules.BLOCKED.format(label=label))


def _delete(sid: str, name: str) -> Response:
    here = nested(sid)
    require(ACTIONS["unlabel"])
    # Absent comes before protected: removing H1OK that is not there is 404.
    _find(here, name)
    if name in rules.PROTECTED:
        raise spoken(400, rules.CANNOT_REMOVE.format(label=name))
    remove_label(here.database, here.subject, name, issuer=here.user.username)
    return empty()


part(views, "/superevents/<sid>/labels/", GET=_list, POST=_create)
part(views, "/superevents/<sid>/labels/<name>/", GET=_get, DELETE=_delete)
