"""Who may view or change an event, group by group; and its signoffs, of which events have none."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict

from flask import Response

from ..answers import answer, raw, spoken
from ..ids import graceid
from ..ingest import event_class
from ..paging import whole_list
from ..vocabulary import USER_GROUPS
from ..web import current_user, database, link
from .lookup import event_for

_ACTIONS = ("view", "change")
_GUARDIANS = ("access_managers", "executives")


def signoffs(gid: str) -> Response:
    """GET signoff/."""
    event_for(gid)
    return answer(whole_list("signoffs", []))


def listed(gid: str) -> Response:
    """GET perms/: the map sits inside `links`."""
    event = event_for(gid)
    base = _base(event)
    rows = database().execute(
        "SELECT DISTINCT group_name FROM event_permission WHERE event = ? ORDER BY group_name",
        (event["id"],),
    )
    urls = {row["group_name"]: f"{base}{row['group_name']}/" for row in rows}
    return answer({"links": {"self": base, "groupeventpermissions": urls}})


def of_group(gid: str, group: str) -> Response:
    """GET perms/{group}/."""
    event = event_for(gid)
    _check_group(group)
    rows = [_shown(event, group, action) for action in _ACTIONS if _has(event, group, action)]
    return answer({"links": {"self": f"{_base(event)}{group}/"}, "groupeventpermissions": rows})


def read(gid: str, group: str, action: str) -> Response:
    """GET perms/{group}/{view or change}."""
    event = event_for(gid)
    _check(group, action)
    if not _has(event, group, action):
        raise spoken(404, "GroupObjectPermission not found.")
    return answer(_detail(event, group, action))


def grant(gid: str, group: str, action: str) -> Response:
    """PUT perms/{group}/{view or change}."""
    event = event_for(gid)
    _guard()
    _check(group, action)
    status = 200 if _has(event, group, action) else 201
    row = (event["id"], action, group)
    database().execute("INSERT OR IGNORE INTO event_permission VALUES (?, ?, ?)", row)
    return answer(_detail(event, group, action), status)


def withdraw(gid: str, group: str, action: str) -> Response:
    """DELETE perms/{group}/{view or change}."""
    event = event_for(gid)
    _guard()
    _check(group, action)
    if not _has(event, group, action):
        raise spoken(404, "GroupObjectPermission not found.")
    query = "DELETE FROM event_permission WHERE event = ? AND action = ? AND group_name = ?"
    database().execute(query, (event["id"], action, group))
    return answer({"message": "Permission successfully deleted."})


def _guard() -> None:
    if not current_user().belongs(*_GUARDIANS):
        raise raw(403, "You don't have permission to change permission objects.")


def _check(group: str, action: str) -> None:
    _check_group(group)
    if action not in _ACTIONS:
        raise spoken(404, "Permission not found.")


def _check_group(group: str) -> None:
    if group not in USER_GROUPS:
        raise spoken(404, "Group does not exist.")


def _has(event: sqlite3.Row, group: str, action: str) -> bool:
    query = "SELECT 1 FROM event_permission WHERE event = ? AND action = ? AND group_name = ?"
    return database().execute(query, (event["id"], action, group)).fetchone() is not None


def _base(event: sqlite3.Row) -> str:
    return link(f"events/{graceid(event)}/perms/")


def _shown(event: sqlite3.Row, group: str, action: str) -> Dict[str, str]:
    # Permissions are those of the event's own class: change_coincinspiralevent.
    kind = (event_class(event["pipeline"]) or "").lower()
    return {"group": group, "permission": f"{action}_{kind}event"}


def _detail(event: sqlite3.Row, group: str, action: str) -> Dict[str, Any]:
    url = f"{_base(event)}{group}/{action}"
    return {"links": {"self": url}, "groupeventpermission": _shown(event, group, action)}
