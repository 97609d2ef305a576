"""Tags of an event's logs, by log and over the whole event."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List

from flask import Response

from ..annotations import TAG_RULE, add_tag, remove_tag, tag_names, valid_tag
from ..answers import answer, empty, raw, spoken
from ..bodies import read_body
from ..ids import graceid
from ..web import current_user, database, link
from .logs import log_for
from .lookup import event_for


def of_event(gid: str) -> Response:
    """GET tag/: blessed tags first."""
    event = event_for(gid)
    rows = database().execute(
        "SELECT DISTINCT tag.*, tag.rowid AS place FROM tag JOIN tagging ON tagging.tag = tag.name"
        " JOIN log ON log.id = tagging.log WHERE log.kind = 'event' AND log.owner = ?"
        " ORDER BY tag.blessed DESC, place",
        (event["id"],),
    )
    base = link(f"events/{graceid(event)}")
    return answer({"tags": [_item(row, f"{base}/tag/{row['name']}") for row in rows]})


def one_of_event(gid: str, tag: str) -> Response:
    """GET tag/{tag}: the logs that carry it."""
    event = event_for(gid)
    row = _find(tag)
    logs = database().execute(
        "SELECT n FROM log JOIN tagging ON tagging.log = log.id"
        " WHERE log.kind = 'event' AND log.owner = ? AND tagging.tag = ? ORDER BY n",
        (event["id"], tag),
    )
    base = link(f"events/{graceid(event)}")
    urls = [f"{base}/log/{each['n']}" for each in logs]
    return answer(_detail(row, {"logs": urls, "self": f"{base}/tag/{tag}"}))


def of_log(gid: str, n: int) -> Response:
    """GET log/{N}/tag/."""
    event = event_for(gid)
    log = log_for(event, n)
    base = link(f"events/{graceid(event)}/log/{n}/tag/")
    rows: List[sqlite3.Row] = [_find(name) for name in tag_names(database(), log["id"])]
    return answer({"tags": [_item(row, base + row["name"]) for row in rows]})


def read(gid: str, n: int, tag: str) -> Response:
    """GET log/{N}/tag/{tag}."""
    event = event_for(gid)
    log = log_for(event, n)
    if tag not in tag_names(database(), log["id"]):
        raise spoken(404, "Tag not found.")
    url = link(f"events/{graceid(event)}/log/{n}/tag/{tag}")
    return answer(_detail(_find(tag), {"self": url}))


def add(gid: str, n: int, tag: str) -> Response:
    """PUT log/{N}/tag/{tag}."""
    event = event_for(gid)
    display_name = read_body().one("displayName")
    log = _own_log(event, n, tag)
    if not valid_tag(tag):
        raise spoken(400, TAG_RULE)
    issuer = current_user().username
    if not add_tag(database(), log, tag, issuer=issuer, display_name=display_name or None):
        raise spoken(409, f"Log already has tag {tag}")
    return answer("Tag created.", 201)


def remove(gid: str, n: int, tag: str) -> Response:
    """DELETE log/{N}/tag/{tag}."""
    event = event_for(gid)
    log = _own_log(event, n, tag)
    if not remove_tag(database(), log, tag, issuer=current_user().username):
        raise spoken(404, "Tag not found.")
    return empty()


def _own_log(event: sqlite3.Row, n: int, tag: str) -> sqlite3.Row:
    """The log entry; outsiders may not decide what outsiders see of others' logs."""
    log = log_for(event, n)
    user = current_user()
    if not user.internal and tag == "lvem" and log["issuer"] != user.username:
        raise raw(403, "You do not have permission to add or remove this tag.")
    return log


def _find(name: str) -> sqlite3.Row:
    row = database().execute("SELECT * FROM tag WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise spoken(404, "Tag not found.")
    found: sqlite3.Row = row
    return found


def _item(row: sqlite3.Row, url: str) -> Dict[str, Any]:
    return {"self": url, "name": row["name"], "displayName": row["display_name"]}


def _detail(row: sqlite3.Row, links: Dict[str, Any]) -> Dict[str, Any]:
    return {"name": row["name"], "displayName": row["display_name"], "links": links}
