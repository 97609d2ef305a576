"""A small database to search in: rows made from only what matters to a test."""

from __future__ import annotations

import json
import sqlite3
from calendar import timegm
from pathlib import Path
from typing import Any, Set

import gracedb_sandbox
from gracedb_sandbox.query import Filter

#: 2019-05-05 12:00:00 UTC, a Sunday: the present moment of the searches
NOW = float(timegm((2019, 5, 5, 12, 0, 0)))


def empty_database() -> sqlite3.Connection:
    """A database with the sandbox's tables and two submitters."""
    database = sqlite3.connect(":memory:")
    schema = Path(gracedb_sandbox.__file__).parent / "schema.sql"
    database.executescript(schema.read_text())
    _insert(database, "user", username="albert.einstein", last_name="Einstein")
    _insert(database, "user", username="gstlalcbc", last_name="Robot")
    return database


class Memory:
    """Tells whether a sandbox in *folder* has written anything down."""

    def __init__(self, folder: Path) -> None:
        place = f"file:{folder / 'gracedb.sqlite'}?mode=ro"
        self._database = sqlite3.connect(place, uri=True)

    @property
    def version(self) -> int:
        """A number that is another after every change that was committed."""
        return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Look no more."""
        self._database.close()


def add_event(database: sqlite3.Connection, key: int, *labels: str, **values: Any) -> None:
    """Add an event; unless told otherwise, a CBC gstlal one."""
    values["extra"] = json.dumps(values.get("extra", {}))
    row = {
        "group_name": "CBC",
        "pipeline": "gstlal",
        "submitter": "gstlalcbc",
        "created": NOW,
        **values,
    }
    _insert(database, "event", id=key, **row)
    _label(database, "event", key, labels)


def add_superevent(database: sqlite3.Connection, key: int, *labels: str, **values: Any) -> None:
    """Add a superevent; unless told otherwise, a production one of 2019-05-05."""
    t_0 = values.get("t_0", 1241000000.0)
    row = {
        "category": "P",
        "date": "190505",
        "number": key,
        "submitter": "albert.einstein",
        "created": NOW,
        "t_start": t_0 - 1,
        "t_0": t_0,
        "t_end": t_0 + 1,
        **values,
    }
    _insert(database, "superevent", id=key, **row)
    _label(database, "superevent", key, labels)


def _label(database: sqlite3.Connection, kind: str, owner: int, labels: Any) -> None:
    for name in labels:
        row = {"kind": kind, "owner": owner, "name": name, "creator": "x", "created": NOW}
        _insert(database, "labelling", **row)


def _insert(database: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    database.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values())
    )


def found(database: sqlite3.Connection, table: str, condition: Filter) -> Set[int]:
    """The numbers of the rows of *table* that *condition* lets pass."""
    rows = database.execute(f"SELECT id FROM {table} WHERE {condition.sql}", condition.parameters)
    return {number for (number,) in rows}
