"""What lies near an event in time: other events, and superevents."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, Optional, Tuple

from ..annotations import Subject, labels
from ..ids import category, graceid
from ..rights import permitted
from ..superevents.ids import current_id
from ..web import current_user
from .documents import DICTIONARY, basics, described, event_document

_SUPEREVENT_WINDOW = 100  # seconds either side
_CODES = {"Production": "P", "Test": "T", "MDC": "M"}
_SAME_CLASS = {
    "Test": "group_name = 'Test'",
    "MDC": "group_name != 'Test' AND search = 'MDC'",
    "Production": "group_name != 'Test' AND search IS NOT 'MDC'",
}


def dictionary(database: sqlite3.Connection, event: sqlite3.Row) -> Dict[str, Any]:
    """The dictionary variant, `superevent_neighbours` in its place before `links`."""
    shown = event_document(database, event, variant=DICTIONARY)
    if not current_user().internal:
        return shown
    ordered: Dict[str, Any] = {}
    for key, value in shown.items():
        if key == "links":
            ordered["superevent_neighbours"] = near_superevents(database, event)
        ordered[key] = value
    return ordered


def near_events(
    database: sqlite3.Connection, event: sqlite3.Row, window: Tuple[float, float]
) -> List[sqlite3.Row]:
    """Events of the same class within *window* seconds of this one, by gpstime."""
    if event["gpstime"] is None:
        return []
    where, parameters = permitted(current_user(), "view")
    # Both texts are ours: a row of _SAME_CLASS and an expression with question marks.
    query = f"SELECT * FROM event WHERE {_SAME_CLASS[category(event)]} AND {where} AND id != ? AND gpstime BETWEEN ? AND ? ORDER BY gpstime, id"  # noqa: S608, E501
    bounds = [event["gpstime"] + edge for edge in window]
    return database.execute(query, [*parameters, event["id"], *bounds]).fetchall()


def near_superevents(database: sqlite3.Connection, event: sqlite3.Row) -> Optional[Dict[str, Any]]:
    """Superevents of the same category whose t_0 is near; None for an event without a time."""
    if event["gpstime"] is None:
        return None
    low, high = (event["gpstime"] + sign * _SUPEREVENT_WINDOW for sign in (-1, 1))
    rows = database.execute(
        "SELECT * FROM superevent WHERE category = ? AND t_0 BETWEEN ? AND ? ORDER BY t_0",
        (_CODES[category(event)], low, high),
    )
    return {current_id(row): _neighbour(database, row) for row in rows.fetchall()}


def _neighbour(database: sqlite3.Connection, superevent: sqlite3.Row) -> Dict[str, Any]:
    members = database.execute(
        "SELECT * FROM event WHERE superevent = ? ORDER BY id", (superevent["id"],)
    ).fetchall()
    preferred = database.execute(
        "SELECT * FROM event WHERE id = ?", (superevent["preferred_event"],)
    ).fetchone()
    chosen = database.execute(
        "SELECT event.* FROM pipeline_preferred JOIN event ON event.id = pipeline_preferred.event"
        " WHERE pipeline_preferred.superevent = ?",
        (superevent["id"],),
    ).fetchall()
    return {
        "superevent_id": current_id(superevent),
        "gw_events": [graceid(row) for row in members if row["group_name"] != "External"],
        "preferred_event": graceid(preferred),
        "preferred_event_data": described(database, preferred, variant=DICTIONARY),
        "pipeline_preferred_events": {
            row["pipeline"]: basics(row, variant=DICTIONARY) for row in chosen
        },
        "far": preferred["far"],
        "t_start": superevent["t_start"],
        "t_0": superevent["t_0"],
        "t_end": superevent["t_end"],
        "labels": [
            row["name"] for row in labels(database, Subject("superevent", superevent["id"]))
        ],
    }
