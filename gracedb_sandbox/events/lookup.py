"""From the id in a URL to an event the user may act upon."""

from __future__ import annotations

import sqlite3
from typing import Optional

from flask import request

from ..annotations import Subject
from ..answers import forbidden, raw
from ..ids import Row, names, split
from ..rights import may
from ..web import current_user, store

_VIEWING = ("GET", "HEAD", "OPTIONS")


def find(database: sqlite3.Connection, text: str) -> Optional[sqlite3.Row]:
    """The event that a graceid or content id names, or None."""
    parts = split(text)
    if parts is None:
        # Two uploads of the same bytes are two events; the id finds the newer one.
        query = "SELECT * FROM event WHERE content_id = ? ORDER BY id DESC LIMIT 1"
        event: Optional[sqlite3.Row] = database.execute(query, (text.lower(),)).fetchone()
        return event
    letter, number = parts
    if number >= 1 << 63:
        return None
    event = database.execute("SELECT * FROM event WHERE id = ?", (number,)).fetchone()
    return event if event is not None and names(letter, event) else None


def event_for(gid: str) -> sqlite3.Row:
    """The event of this request: 404 if there is none, then 403 if it is not the user's.

    Looks without a lock until the request has begun its transaction.
    """
    connection = store().connection()
    event = find(connection, gid)
    if event is None:
        raise raw(404, "Event not found.")
    action = "view" if request.method in _VIEWING else "change"
    if not may(connection, current_user(), action, event["id"]):
        raise forbidden()
    return event


def subject(event: sqlite3.Row) -> Subject:
    """What annotations of this event hang on."""
    return Subject("event", event["id"])


def again(database: sqlite3.Connection, event: Row) -> sqlite3.Row:
    """The event's row as it is now."""
    row: sqlite3.Row = database.execute(
        "SELECT * FROM event WHERE id = ?", (event["id"],)
    ).fetchone()
    return row
