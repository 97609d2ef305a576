"""EM observations, for events and superevents: rows, footprints and their bounding box."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from .annotations import Subject, add_log, next_number
from .clock import utc_text


class Footprint(NamedTuple):
    """Where a telescope looked: centre and widths in degrees, start (Unix s), exposure (s)."""

    ra: float
    ra_width: float
    dec: float
    dec_width: float
    start_time: float
    exposure_time: int


def add_observation(
    database: sqlite3.Connection,
    subject: Subject,
    *,
    submitter: str,
    group: str,
    comment: str,
    footprints: Sequence[Footprint],
) -> sqlite3.Row:
    """Write an observation with its footprints, log it, and return its row."""
    n = next_number(database, "emobservation", subject)
    made = database.execute(
        "INSERT INTO emobservation (kind, owner, n, submitter, created, group_name, comment)"
        " VALUES (?, ?, ?, ?, now(), ?, ?)",
        (*subject, n, submitter, group, comment),
    )
    rows = [(made.lastrowid, number, *each) for number, each in enumerate(footprints, 1)]
    database.executemany("INSERT INTO footprint VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    add_log(database, subject, f"New EMBB observation record for {group}", issuer=submitter)
    row: sqlite3.Row = database.execute(
        "SELECT * FROM emobservation WHERE id = ?", (made.lastrowid,)
    ).fetchone()
    return row


def observations(database: sqlite3.Connection, subject: Subject) -> List[sqlite3.Row]:
    """Every observation of a subject, by N."""
    query = "SELECT * FROM emobservation WHERE kind = ? AND owner = ? ORDER BY n"
    return database.execute(query, subject).fetchall()


def find_observation(
    database: sqlite3.Connection, subject: Subject, n: int
) -> Optional[sqlite3.Row]:
    """Observation N, or None."""
    query = "SELECT * FROM emobservation WHERE kind = ? AND owner = ? AND n = ?"
    row: Optional[sqlite3.Row] = database.execute(query, (*subject, n)).fetchone()
    return row


def facts(database: sqlite3.Connection, observation: sqlite3.Row) -> Dict[str, Any]:
    """Everything an answer may hold, by key; each API side picks its keys and their order."""
    query = "SELECT * FROM footprint WHERE observation = ? ORDER BY n DESC"
    rows = database.execute(query, (observation["id"],)).fetchall()
    return {
        "N": observation["n"],
        "created": utc_text(observation["created"]),
        "submitter": observation["submitter"],
        "group": observation["group_name"],
        "comment": observation["comment"],
        "footprint_count": len(rows),
        **_span(rows, "ra", "raWidth", (0.0, 360.0)),
        **_span(rows, "dec", "decWidth", (-90.0, 90.0)),
        "footprints": [_footprint(row) for row in rows],
    }


def _footprint(row: sqlite3.Row) -> Dict[str, Any]:
    return {
        "N": row["n"],
        "ra": row["ra"],
        "dec": row["dec"],
        "raWidth": row["ra_width"],
        "decWidth": row["dec_width"],
        "start_time": utc_text(row["start_time"]),
        "exposure_time": row["exposure_time"],
    }


def _span(
    rows: Sequence[sqlite3.Row], centre: str, width: str, limits: Sequence[float]
) -> Dict[str, Optional[float]]:
    """Centre and width of the box around all footprints, clipped; it knows no wrap at RA 0."""
    if not rows:
        return {centre: None, width: None}
    halves = [(row[centre], row[f"{centre}_width"] / 2) for row in rows]
    low = max(min(middle - half for middle, half in halves), limits[0])
    high = min(max(middle + half for middle, half in halves), limits[1])
    return {centre: (low + high) / 2, width: high - low}
