"""Who may do what to events, and see which logs and files.

Superevents have rules of their own; what is shared is only `visible_logs`.
"""

from __future__ import annotations

import sqlite3
from typing import Any, List, Tuple

from .identity import User

READERS = ("internal_users", "executives")
"""Groups that may view and change every new event."""


def grant_defaults(database: sqlite3.Connection, event: int, *, search: object) -> None:
    """Give a new event its permissions; those of search MDC go to LV-EM users too."""
    groups = (*READERS, "lvem_users") if search == "MDC" else READERS
    rows = [(event, action, group) for group in groups for action in ("view", "change")]
    database.executemany("INSERT INTO event_permission VALUES (?, ?, ?)", rows)


def permitted(user: User, action: str) -> Tuple[str, List[Any]]:
    """A WHERE expression over `event` for those on which *user* may do *action*."""
    groups = sorted(user.groups)
    marks = ", ".join("?" * len(groups))
    # Only question marks are formatted in.
    text = f"EXISTS (SELECT 1 FROM event_permission AS granted WHERE granted.event = event.id AND granted.action = ? AND granted.group_name IN ({marks}))"  # noqa: S608, E501
    return text, [action, *groups]


def may(database: sqlite3.Connection, user: User, action: str, event: int) -> bool:
    """Whether *user* may ``view`` or ``change`` the event."""
    where, parameters = permitted(user, action)
    query = f"SELECT 1 FROM event WHERE event.id = ? AND {where}"  # noqa: S608  # from permitted
    return database.execute(query, [event, *parameters]).fetchone() is not None


def visible_tag(user: User) -> str:
    """The tag a log needs to be seen by *user*; ``""`` when every log may be."""
    if user.internal:
        return ""
    return "public" if user.anonymous else "lvem"
