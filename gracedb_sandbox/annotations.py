"""What hangs on an event or a superevent: logs, tags, labels and files.

One implementation for both; what differs is their *words*, a table by kind.
Everything takes the request's transaction, and nothing here checks a right.
"""

from __future__ import annotations

import re
import sqlite3
from typing import List, NamedTuple, Optional, Union

from .store import Blob

TAG_RULE = "Tag names can only include [0-9a-zA-z_-]"
"""The server's text (sic) for a tag name it refuses."""

_WORDS = {
    "event": {
        "labelled": "Label: {}",
        "unlabelled": "Deleted label: {}",
        "tagged": "Tagged message {}: {} ",
        "untagged": "Removed tag {1} for message {0}. ",
    },
    "superevent": {
        "labelled": "Added label: {}",
        "unlabelled": "Removed label: {}",
        "tagged": "Tagged message {}: {}.",
        "untagged": "Removed tag {1} from message {0}.",
    },
}


class Subject(NamedTuple):
    """What an annotation is about: *kind* is ``event`` or ``superevent``, *id* its row."""

    kind: str
    id: int


def next_number(database: sqlite3.Connection, table: str, subject: Subject) -> int:
    """The N that the next row of *table* (log, voevent, emobservation) gets: from 1."""
    query = f"SELECT COALESCE(MAX(n), 0) + 1 FROM {table} WHERE kind = ? AND owner = ?"  # noqa: S608  # our names
    return int(database.execute(query, subject).fetchone()[0])


def add_log(
    database: sqlite3.Connection,
    subject: Subject,
    comment: str,
    *,
    issuer: str,
    filename: str = "",
    file_version: Optional[int] = None,
) -> sqlite3.Row:
    """Write a log entry and return its row."""
    n = next_number(database, "log", subject)
    cursor = database.execute(
        "INSERT INTO log (kind, owner, n, comment, created, issuer, filename, file_version)"
        " VALUES (?, ?, ?, ?, now(), ?, ?, ?)",
        (*subject, n, comment, issuer, filename, file_version),
    )
    written = database.execute("SELECT * FROM log WHERE id = ?", (cursor.lastrowid,))
    row: sqlite3.Row = written.fetchone()
    return row


def find_log(database: sqlite3.Connection, subject: Subject, n: int) -> Optional[sqlite3.Row]:
    """The log entry N, or None."""
    query = "SELECT * FROM log WHERE kind = ? AND owner = ? AND n = ?"
    found: Optional[sqlite3.Row] = database.execute(query, (*subject, n)).fetchone()
    return found


def logs(database: sqlite3.Connection, subject: Subject, *, tagged: str = "") -> List[sqlite3.Row]:
    """Every log entry in order of N; only those with the tag *tagged* if it is given."""
    query = "SELECT * FROM log WHERE kind = ? AND owner = ?"
    if not tagged:
        return database.execute(f"{query} ORDER BY n", subject).fetchall()
    query += " AND id IN (SELECT log FROM tagging WHERE tag = ?) ORDER BY n"
    return database.execute(query, (*subject, tagged)).fetchall()


def tag_names(database: sqlite3.Connection, log: int) -> List[str]:
    """Names of the tags of one log row."""
    rows = database.execute("SELECT tag FROM tagging WHERE log = ? ORDER BY tag", (log,))
    return [row["tag"] for row in rows]


def valid_tag(name: object) -> bool:
    """Whether *name* may name a tag."""
    return isinstance(name, str) and re.fullmatch(r"[0-9a-zA-Z_-]{1,100}", name) is not None


def add_tag(
    database: sqlite3.Connection,
    log: sqlite3.Row,
    name: str,
    *,
    issuer: str,
    display_name: object = None,
) -> bool:
    """Tag a log entry and log that; False when it has the tag already.

    *display_name* is kept only for a name new to the server, and if it is a text.
    """
    if name in tag_names(database, log["id"]):
        return False
    shown = display_name if isinstance(display_name, str) else None
    database.execute("INSERT OR IGNORE INTO tag VALUES (?, ?, 0)", (name, shown))
    database.execute("INSERT INTO tagging VALUES (?, ?)", (log["id"], name))
    _say(database, Subject(log["kind"], log["owner"]), "tagged", issuer, log["n"], name)
    return True


def remove_tag(database: sqlite3.Connection, log: sqlite3.Row, name: str, *, issuer: str) -> bool:
    """Take a tag off a log entry and log that; False when it was not there.

    A tag that is used nowhere any more leaves the server's list.
    """
    if name not in tag_names(database, log["id"]):
        return False
    database.execute("DELETE FROM tagging WHERE log = ? AND tag = ?", (log["id"], name))
    database.execute(
        "DELETE FROM tag WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM tagging WHERE tag = ?1)",
        (name,),
    )
    _say(database, Subject(log["kind"], log["owner"]), "untagged", issuer, log["n"], name)
    return True


def labels(database: sqlite3.Connection, subject: Subject) -> List[sqlite3.Row]:
    """The labels of a subject, by name."""
    query = "SELECT * FROM labelling WHERE kind = ? AND owner = ? ORDER BY name"
    return database.execute(query, subject).fetchall()


def find_label(database: sqlite3.Connection, subject: Subject, name: str) -> Optional[sqlite3.Row]:
    """The labelling with this name, or None."""
    query = "SELECT * FROM labelling WHERE kind = ? AND owner = ? AND name = ?"
    found: Optional[sqlite3.Row] = database.execute(query, (*subject, name)).fetchone()
    return found


def add_label(
    database: sqlite3.Connection,
    subject: Subject,
    name: str,
    *,
    creator: str,
    logged: bool = True,
) -> bool:
    """Apply a label and, unless not *logged*, log that; False when it was there already."""
    if find_label(database, subject, name) is not None:
        return False
    row = (*subject, name, creator)
    database.execute("INSERT INTO labelling VALUES (?, ?, ?, ?, now())", row)
    if logged:
        _say(database, subject, "labelled", creator, name)
    return True


def remove_label(
    database: sqlite3.Connection,
    subject: Subject,
    name: str,
    *,
    issuer: str,
    logged: bool = True,
) -> bool:
    """Remove a label and, unless not *logged*, log that; False when it was not there."""
    if find_label(database, subject, name) is None:
        return False
    query = "DELETE FROM labelling WHERE kind = ? AND owner = ? AND name = ?"
    database.execute(query, (*subject, name))
    if logged:
        _say(database, subject, "unlabelled", issuer, name)
    return True


def add_file(database: sqlite3.Connection, subject: Subject, name: str, blob: Blob) -> int:
    """Name *blob* (from `Store.keep`) *name*, and return its version: 0, then 1, ..."""
    if "," in name:
        raise ValueError(f"the file name {name!r} holds a comma, which separates the version")
    query = (
        "SELECT COALESCE(MAX(version), -1) + 1 FROM file WHERE kind = ? AND owner = ? AND name = ?"
    )
    version = int(database.execute(query, (*subject, name)).fetchone()[0])
    row = (*subject, name, version, *blob)
    database.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)", row)
    return version


def find_file(
    database: sqlite3.Connection, subject: Subject, name: str, version: Optional[int] = None
) -> Optional[sqlite3.Row]:
    """The row of a file; without *version*, of its newest."""
    query = "SELECT * FROM file WHERE kind = ? AND owner = ? AND name = ?"
    parameters: List[Union[str, int]] = [*subject, name]
    if version is not None:
        query += " AND version = ?"
        parameters.append(version)
    query += " ORDER BY version DESC LIMIT 1"
    found: Optional[sqlite3.Row] = database.execute(query, parameters).fetchone()
    return found


def files(database: sqlite3.Connection, subject: Subject) -> List[sqlite3.Row]:
    """Every version of every file, by name and version."""
    query = "SELECT * FROM file WHERE kind = ? AND owner = ? ORDER BY name, version"
    return database.execute(query, subject).fetchall()


def _say(
    database: sqlite3.Connection,
    subject: Subject,
    what: str,
    issuer: str,
    *values: Union[str, int],
) -> None:
    add_log(database, subject, _WORDS[subject.kind][what].format(*values), issuer=issuer)
