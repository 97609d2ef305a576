"""Labels of an event: applied by name, removed by name, the protected ones by neither."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict

from flask import Response

from ..annotations import add_label, find_label, labels, remove_label
from ..answers import answer, empty, spoken
from ..clock import utc_text
from ..ids import graceid
from ..superevents.rules import PROTECTED
from ..vocabulary import LABELS
from ..web import current_user, database, dialect, link
from .lookup import event_for, subject

PROTECTED_TEXT = (
    "The '{}' label is managed as part of an automated process and cannot be {} manually"
)


def listed(gid: str) -> Response:
    """GET labels/."""
    event = event_for(gid)
    base = link(f"events/{graceid(event)}")
    # A list of one dict, where every other list has a dict.
    links = [{"self": f"{base}/labels/", "event": base}]
    rows = labels(database(), subject(event))
    return answer({"links": links, "labels": [_shown(event, row) for row in rows]})


def read(gid: str, label: str) -> Response:
    """GET labels/{label}."""
    event = event_for(gid)
    row = find_label(database(), subject(event), label)
    if row is None:
        raise spoken(404, f"Label {label} Not Found")
    return answer(_shown(event, row))


def apply(gid: str, label: str) -> Response:
    """PUT labels/{label}."""
    event = event_for(gid)
    refuse(label, "applied")
    if add_label(database(), subject(event), label, creator=current_user().username):
        return _twice_encoded({}, 201)
    return _twice_encoded({"warning": already(event, label)}, 200)


def remove(gid: str, label: str) -> Response:
    """DELETE labels/{label}."""
    event = event_for(gid)
    refuse(label, "removed")
    if not remove_label(database(), subject(event), label, issuer=current_user().username):
        raise spoken(404, f"No label '{label}' associated with event {graceid(event)}")
    return empty()


def refuse(label: str, what: str) -> None:
    """400 for a label that nobody knows, or that may not be *applied* or *removed* by hand."""
    if label not in LABELS:
        raise spoken(400, f"No such Label '{label}'")
    if label in PROTECTED:
        raise spoken(400, PROTECTED_TEXT.format(label, what))


def already(event: sqlite3.Row, label: str) -> str:
    """The warning about a label that is there already."""
    return f"Event {graceid(event)} already labeled with '{label}'"


def _twice_encoded(body: Dict[str, Any], status: int) -> Response:
    """Before 2.36 the server encodes this body twice: a JSON string that holds JSON."""
    return answer(body if dialect().renewed else json.dumps(body), status)


def _shown(event: sqlite3.Row, row: sqlite3.Row) -> Dict[str, Any]:
    return {
        "name": row["name"],
        "creator": row["creator"],
        "created": utc_text(row["created"]),
        "self": link(f"events/{graceid(event)}/labels/{row['name']}"),
    }
