"""Superevents in the database: finding them, and what belongs to them."""

from __future__ import annotations

import sqlite3
from typing import List, Optional

from .ids import SupereventId, read_id

__all__ = [
    "event",
    "find_exactly",
    "find_loosely",
    "holder_of",
    "member",
    "members",
    "next_gw_number",
    "next_notice",
    "next_number",
    "pipeline_preferred",
    "reload",
]

Row = sqlite3.Row


def find_exactly(database: sqlite3.Connection, text: str) -> Optional[Row]:
    """Return the superevent whose default or current id is *text*, letter by letter."""
    named = read_id(text)
    if named is not None and str(named) == text and not named.is_gw:
        return _numbered(database, named)
    # Any string of at most 25 characters may have been chosen as GW id.
    return _one(database, "SELECT * FROM superevent WHERE gw_id = ?", text)


def find_loosely(database: sqlite3.Connection, text: str) -> Optional[Row]:
    """Return the superevent that an URL of a nested resource means.

    The server reads the id from the start of *text* and ignores what follows;
    a chosen GW id that does not look like one leads nowhere.
    """
    named = read_id(text)
    return None if named is None else find_exactly(database, str(named))


def _numbered(database: sqlite3.Connection, named: SupereventId) -> Optional[Row]:
    return _one(
        database,
        "SELECT * FROM superevent WHERE category = ? AND date = ? AND number = ?",
        named.category,
        named.date,
        named.number,
    )


def reload(database: sqlite3.Connection, superevent: int) -> Row:
    """Return the superevent's row as it is now."""
    row: Row = database.execute("SELECT * FROM superevent WHERE id = ?", (superevent,)).fetchone()
    return row


def event(database: sqlite3.Connection, number: int) -> Row:
    """Return the row of an event that is known to exist."""
    row: Row = database.execute("SELECT * FROM event WHERE id = ?", (number,)).fetchone()
    return row


def next_number(database: sqlite3.Connection, category: str, date: str) -> int:
    """Return the number of a new superevent of that day."""
    return _next(database, "number", category, date)


def next_gw_number(database: sqlite3.Connection, category: str, date: str) -> int:
    """Return the number of the day's next confirmation."""
    return _next(database, "gw_number", category, date)


def _next(database: sqlite3.Connection, column: str, category: str, date: str) -> int:
    row = database.execute(
        f"SELECT coalesce(max({column}), 0) + 1 FROM superevent"  # noqa: S608 - our own words
        " WHERE category = ? AND date = ?",
        (category, date),
    ).fetchone()
    return int(row[0])


def next_notice(database: sqlite3.Connection, superevent: int) -> int:
    """Return the number of the superevent's next notice."""
    query = "SELECT coalesce(max(n), 0) + 1 FROM notice WHERE superevent = ?"
    return int(database.execute(query, (superevent,)).fetchone()[0])


def members(database: sqlite3.Connection, superevent: int) -> List[Row]:
    """Return the events of a superevent, in the order of their numbers."""
    rows = database.execute("SELECT * FROM event WHERE superevent = ? ORDER BY id", (superevent,))
    return rows.fetchall()


def member(database: sqlite3.Connection, superevent: int, event: int) -> Optional[Row]:
    """Return one event of a superevent, None if it is not among them."""
    return _one(database, "SELECT * FROM event WHERE id = ? AND superevent = ?", event, superevent)


def pipeline_preferred(database: sqlite3.Connection, superevent: int) -> List[Row]:
    """Return the events preferred for their pipelines, in the order of their numbers."""
    rows = database.execute(
        "SELECT event.* FROM pipeline_preferred AS chosen JOIN event ON event.id = chosen.event"
        " WHERE chosen.superevent = ? ORDER BY event.id",
        (superevent,),
    )
    return rows.fetchall()


def holder_of(database: sqlite3.Connection, event: int) -> Optional[int]:
    """Return the superevent that has this event, as a member or as the preferred one."""
    row = database.execute(
        "SELECT superevent FROM event WHERE id = ? AND superevent IS NOT NULL"
        " UNION SELECT id FROM superevent WHERE preferred_event = ?",
        (event, event),
    ).fetchone()
    return None if row is None else int(row[0])


def _one(database: sqlite3.Connection, statement: str, *parameters: object) -> Optional[Row]:
    row: Optional[Row] = database.execute(statement, parameters).fetchone()
    return row
