"""Issuing a VOEvent, for events and superevents: the row, the document, the file and the log."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Tuple

from .annotations import Subject, add_file, add_log, add_tag, next_number
from .store import Store
from .voevent_xml import Context, build_voevent, file_name, ivorn

FLAGS = (
    "internal",
    "open_alert",
    "hardware_inj",
    "coinc_comment",
    "significant",
    "raven_coinc",
)
"""Columns that are booleans."""


def issue(
    database: sqlite3.Connection,
    store: Store,
    subject: Subject,
    columns: Mapping[str, Any],
    *,
    event: Mapping[str, Any],
    context: Context,
    issuer: str,
) -> sqlite3.Row:
    """Write VOEvent N of *subject* and return its row.

    *columns* are those of the table `voevent` that the request decides;
    *event* is the (preferred) event as the API answers it; of *context*,
    `issued` and `earlier` are filled in here.
    """
    n = next_number(database, "voevent", subject)
    issued: float = database.execute("SELECT now()").fetchone()[0]
    kind = columns["voevent_type"]
    row = {
        **columns,
        "kind": subject.kind,
        "owner": subject.id,
        "n": n,
        "issuer": issuer,
        "created": issued,
        "ivorn": ivorn(context.graceid, n, kind),
        "filename": file_name(context.graceid, n, kind),
    }
    earlier = [each["ivorn"] for each in voevents(database, subject)]
    row_id = _insert(database, row)
    context = replace(context, issued=issued, earlier=earlier)
    shown = {**_typed(_find_id(database, row_id)), "N": n}
    blob = store.keep(build_voevent(shown, event, context=context))
    version = add_file(database, subject, row["filename"], blob)
    database.execute("UPDATE voevent SET file_version = ? WHERE id = ?", (version, row_id))
    log = add_log(
        database,
        subject,
        "New VOEvent",
        issuer=issuer,
        filename=row["filename"],
        file_version=version,
    )
    add_tag(database, log, "em_follow", issuer=issuer)
    return _find_id(database, row_id)


def voevents(database: sqlite3.Connection, subject: Subject) -> List[sqlite3.Row]:
    """Every VOEvent of a subject, by N."""
    query = "SELECT * FROM voevent WHERE kind = ? AND owner = ? ORDER BY n"
    return database.execute(query, subject).fetchall()


def find_voevent(database: sqlite3.Connection, subject: Subject, n: int) -> Optional[sqlite3.Row]:
    """VOEvent N, or None."""
    query = "SELECT * FROM voevent WHERE kind = ? AND owner = ? AND n = ?"
    row: Optional[sqlite3.Row] = database.execute(query, (*subject, n)).fetchone()
    return row


def shown(row: sqlite3.Row, keys: Tuple[str, ...]) -> Dict[str, Any]:
    """Some columns of a row, flags as booleans, for an answer."""
    typed = _typed(row)
    return {key: typed[key] for key in keys}


def _typed(row: sqlite3.Row) -> Dict[str, Any]:
    values = dict(row)
    values.update({flag: bool(values[flag]) for flag in FLAGS})
    return values


def _insert(database: sqlite3.Connection, row: Mapping[str, Any]) -> int:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    # The names are columns, chosen by our views.
    query = f"INSERT INTO voevent ({names}) VALUES ({marks})"  # noqa: S608
    return int(database.execute(query, list(row.values())).lastrowid or 0)


def _find_id(database: sqlite3.Connection, row_id: int) -> sqlite3.Row:
    row: sqlite3.Row = database.execute("SELECT * FROM voevent WHERE id = ?", (row_id,)).fetchone()
    return row
