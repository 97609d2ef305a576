"""The events of a superevent, and the one that each pipeline prefers."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Tuple

from flask import Blueprint, Response

from .. import ids
from ..answers import answer, empty, spoken
from ..events.lookup import find
from ..web import database, link
from . import changes, record
from .access import managing
from .desk import (
    Situation,
    envelope,
    nested,
    not_found,
    part,
    read,
    read_event,
    require,
    require_login,
)
from .fields import Field
from .record import Row

views = Blueprint("superevent_members", __name__)

_BODY = (Field("event", read_event),)
_TAKEN = "because it is the preferred event"


def _reader(key: str) -> Tuple[Callable[..., Response], Callable[..., Response]]:
    """Make the two views that read a set of events: those under *key* in answers."""

    def get_list(sid: str) -> Response:
        here = _readable(sid)
        return envelope(key, [_shown(event) for event in _SETS[key](here)])

    def get_one(sid: str, gid: str) -> Response:
        here = _readable(sid)
        return answer(_shown(_among(_SETS[key](here), gid)))

    return get_list, get_one


def _readable(sid: str) -> Situation:
    here = nested(sid)
    # Which events are behind an exposed superevent is not public.
    require_login()
    return here


_SETS: Dict[str, Callable[[Situation], List[Row]]] = {
    "events": lambda here: record.members(here.database, here.id),
    "pipeline_preferred_events": lambda here: record.pipeline_preferred(here.database, here.id),
}


def _shown(event: Row) -> Dict[str, str]:
    name = ids.graceid(event)
    return {"self": link(f"events/{name}"), "graceid": name}


def _among(events: List[Row], gid: str) -> Row:
    parts = ids.split(gid)
    # The letter in the URL is ignored: G12 finds T0012.
    number: Optional[int] = parts[1] if parts else None
    if parts is None:
        named = find(database(), gid)
        number = named["id"] if named is not None else None
    for event in events:
        if event["id"] == number:
            return event
    raise not_found()


def _managed(sid: str, verb: str) -> Situation:
    here = nested(sid)
    require(managing(verb, here.row["category"]))
    return here


def _add(sid: str) -> Response:
    here = _managed(sid, "add events to {}superevents")
    event = read(_BODY)["event"]
    # A member of this very superevent is refused too: adding is not idempotent.
    changes.check_free(here.database, event)
    changes.check_kind(event, here.row["category"])
    changes.attach(here, event)
    here.log(f"Added event: {ids.graceid(event)}")
    here.log_event(event["id"], f"Added to superevent: {here.sid}")
    return answer(_shown(event), 201)


def _remove(sid: str, gid: str) -> Response:
    here = _managed(sid, "remove events from {}superevents")
    event = _among(_SETS["events"](here), gid)
    name = ids.graceid(event)
    if event["id"] == here.row["preferred_event"]:
        raise spoken(400, f"Event {name} can't be removed from superevent {here.sid} {_TAKEN}")
    # A pipeline prefers members only.
    here.database.execute("DELETE FROM pipeline_preferred WHERE event = ?", (event["id"],))
    here.database.execute("UPDATE event SET superevent = NULL WHERE id = ?", (event["id"],))
    here.log(f"Removed event: {name}")
    here.log_event(event["id"], f"Removed from superevent: {here.sid}")
    return empty()


def _prefer(sid: str) -> Response:
    here = _managed(sid, "add events to {}superevents")
    event = read(_BODY)["event"]
    name, pipeline = ids.graceid(event), event["pipeline"]
    chosen = _SETS["pipeline_preferred_events"](here)
    if event["id"] in [each["id"] for each in chosen]:
        text = f"Event {name} is already the {pipeline} pipeline-preferred event for {here.sid}"
        raise spoken(400, text)
    # The superevent's preferred event may be preferred for its pipeline too.
    if event["superevent"] != here.id:
        raise spoken(400, f"Event {name} is not part of superevent {here.sid}")
    changes.check_kind(event, here.row["category"])
    # One per pipeline: another event of the same pipeline takes the place.
    replaced = [each for each in chosen if each["pipeline"] == pipeline]
    here.database.execute(
        "INSERT OR REPLACE INTO pipeline_preferred VALUES (?, ?, ?)",
        (here.id, pipeline, event["id"]),
    )
    _log_preference(here, event, replaced)
    return answer(_shown(event), 201)


def _log_preference(here: Situation, event: Row, replaced: List[Row]) -> None:
    told = f"as {event['pipeline']} pipeline-preferred event"
    name = ids.graceid(event)
    for old in replaced:
        here.log(f"Removed {ids.graceid(old)} and added {name} {told}")
        here.log_event(old["id"], f"Removed {told} for {here.sid}")
    if not replaced:
        here.log(f"Added {name} {told}")
    here.log_event(event["id"], f"Added {told} for {here.sid}")


def _unprefer(sid: str, gid: str) -> Response:
    here = _managed(sid, "remove events from {}superevents")
    event = _among(_SETS["pipeline_preferred_events"](here), gid)
    name, told = ids.graceid(event), f"as {event['pipeline']} pipeline-preferred event"
    if event["id"] == here.row["preferred_event"]:
        raise spoken(
            400,
            f"Event {name} can't be removed from superevent {here.sid}'s "
            f"pipeline preferred list {_TAKEN}",
        )
    here.database.execute("DELETE FROM pipeline_preferred WHERE event = ?", (event["id"],))
    here.log(f"Removed {name} {told}")
    here.log_event(event["id"], f"Removed {told} for {here.sid}")
    return empty()


for _key, _create, _delete in (
    ("events", _add, _remove),
    ("pipeline_preferred_events", _prefer, _unprefer),
):
    _list, _one = _reader(_key)
    part(views, f"/superevents/<sid>/{_key}/", GET=_list, POST=_create)
    part(views, f"/superevents/<sid>/{_key}/<graceid:gid>/", GET=_one, DELETE=_delete)
