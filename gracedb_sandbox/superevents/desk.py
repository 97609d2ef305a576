"""What every superevent view does first: find, judge, read; and the envelopes of its answers.

The order is the server's: a nested resource looks up its superevent among those
the caller may see (404) before it asks whether the caller may do this (403).
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, Optional, Sequence, Tuple

from flask import Blueprint, Response, request

from .. import ids
from ..annotations import Subject, add_log
from ..answers import Refusal, answer, detail, error, spoken, unauthenticated
from ..bodies import Body, read_body
from ..identity import User
from ..routes import View, resource
from ..vocabulary import LABELS
from ..web import current_user, database, dialect, premises, requested
from . import fields, record
from .access import Action
from .ids import current_id
from .record import Row

__all__ = [
    "Situation",
    "by_generation",
    "envelope",
    "nested",
    "not_found",
    "part",
    "person",
    "read",
    "read_event",
    "read_label",
    "require",
    "require_login",
    "stated",
    "top_level",
]


class Situation:
    """One superevent under one request: its row, its name, who asks, and where to write."""

    def __init__(self, found: Row, connection: sqlite3.Connection) -> None:
        self.row, self.database = found, connection
        self.id = int(found["id"])
        self.sid = current_id(found)
        self.subject = Subject("superevent", self.id)
        self.user: User = current_user()
        self.path = f"superevents/{self.sid}/"

    def log(self, comment: str) -> sqlite3.Row:
        """Write in the superevent's log."""
        return add_log(self.database, self.subject, comment, issuer=self.user.username)

    def log_event(self, event: int, comment: str) -> None:
        """Write in the log of one event."""
        subject = Subject("event", event)
        add_log(self.database, subject, comment, issuer=self.user.username)


def nested(sid: str, connection: Optional[sqlite3.Connection] = None) -> Situation:
    """Find the superevent that the URL of a nested resource means, or answer 404.

    *connection* replaces the request's transaction for a look before the body is read.
    """
    connection = connection or database()
    return Situation(_visible(record.find_loosely(connection, sid)), connection)


def part(views: Blueprint, path: str, **handlers: View) -> None:
    """Serve a nested resource: the superevent is looked for before the method is judged."""
    resource(views, path, before=lambda sid, **_: nested(sid), **handlers)


def top_level(sid: str) -> Situation:
    """Find the superevent with exactly this id, or answer 404."""
    return Situation(_visible(record.find_exactly(database(), sid)), database())


def _visible(found: Optional[Row]) -> Row:
    # What may not be seen is not there: 404, never 403.
    if found is None or not (current_user().internal or found["exposed"]):
        raise not_found()
    return found


def not_found() -> Refusal:
    """404, in the framework's words."""
    return detail(404, "Not found.")


def require(action: Action) -> None:
    """Answer 403 unless the caller may do *action*."""
    user = current_user()
    if user.anonymous:
        raise unauthenticated()
    if not user.belongs(*action.groups):
        raise detail(403, action.text)


def require_login() -> None:
    """Answer 403 to nobody in particular."""
    if current_user().anonymous:
        raise unauthenticated()


def read(wanted: Sequence[fields.Field], body: Optional[Body] = None) -> Dict[str, Any]:
    """Read the body by *wanted* fields, or answer 400 with what is wrong."""
    found = read_body() if body is None else body
    try:
        return fields.read(wanted, fields.Given(found.values, form=found.form))
    except fields.Invalid as invalid:
        raise stated(*invalid.messages) from invalid


def stated(*messages: fields.Message) -> Refusal:
    """400: one message alone, several as a list."""
    body: Any = messages[0] if len(messages) == 1 else list(messages)
    return Refusal(400, {"error": body} if dialect().renewed else body)


def by_generation(text: str, *, renewed: str) -> Refusal:
    """400 with *text*, or with other words in the renewed API."""
    return error(400, renewed) if dialect().renewed else spoken(400, text)


def envelope(key: str, rows: Sequence[Any]) -> Response:
    """Answer a list: nested lists are never cut into pages."""
    # All three links are the request itself.
    here = requested()
    links = {"self": here, "first": here, "last": here}
    return answer({"start": 0, "numRows": len(rows), key: rows, "links": links})


def person(username: str) -> str:
    """Return how somebody is named in an answer: to a web page, by full name if known."""
    user = premises().directory.users.get(username)
    if user is not None and request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return user.full_name or username
    return username


def read_label(value: Any) -> str:
    """Read the name of a label that exists."""
    # Case-sensitive here, unlike in searches.
    if value not in LABELS:
        raise fields.Invalid(f"Object with name={value} does not exist.")
    return str(value)


def read_event(value: Any) -> sqlite3.Row:
    """Read a graceid into its event's row, as the field of a body."""
    if not isinstance(value, str):
        raise fields.Invalid("Event graceid must be a string.")
    text = value.strip().upper()
    named = _split(text)
    if named is None:
        raise fields.Invalid("Not a valid graceid.")
    letter, number = named
    found: Optional[sqlite3.Row] = (
        database().execute("SELECT * FROM event WHERE id = ?", (number,)).fetchone()
    )
    if found is None or not ids.names(letter, found):
        raise fields.Invalid(f"Event with graceid {text} does not exist.")
    return found


def _split(text: str) -> Optional[Tuple[str, int]]:
    named = ids.split(text) if text.isascii() else None
    # SQLite counts to 2**63.
    return named if named and named[0] in "GEHMT" and named[1] < 2**63 else None
