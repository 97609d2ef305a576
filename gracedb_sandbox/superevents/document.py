"""A superevent as JSON: the same object when made, read, changed and found.

Outsiders see less of the events behind it; nobody anonymous sees which events
they are (except, by an oversight of the server's that clients know, the preferred one).
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict

from ..annotations import Subject, labels
from ..clock import utc_text
from ..events.documents import described, event_document
from ..ids import graceid
from ..vocabulary import SUPEREVENT_CATEGORIES
from ..web import current_user, link
from . import record
from .ids import current_id, default_id
from .record import Row

__all__ = ["superevent_document"]

_LINKS = ("events", "labels", "logs", "files", "self", "voevents", "emobservations")
_HIDDEN = ("preferred_event", "gw_events", "em_events")
_BRIEF = ("graceid", "group", "pipeline", "search", "gpstime", "far")


def superevent_document(database: sqlite3.Connection, row: Row) -> Dict[str, Any]:
    """Return what is answered of a superevent to the caller of this request."""
    preferred = record.event(database, row["preferred_event"])
    members = record.members(database, row["id"])
    external = [event["group_name"] == "External" for event in members]
    found = {
        "superevent_id": default_id(row),
        "gw_id": row["gw_id"],
        # Codes come in, words go out.
        "category": SUPEREVENT_CATEGORIES[row["category"]],
        "created": utc_text(row["created"]),
        "submitter": row["submitter"],
        "preferred_event": graceid(preferred),
        "em_type": row["em_type"],
        "t_start": row["t_start"],
        "t_0": row["t_0"],
        "t_end": row["t_end"],
        # The preferred event is a member like the others.
        "gw_events": [graceid(each) for each, is_em in zip(members, external) if not is_em],
        "em_events": [graceid(each) for each, is_em in zip(members, external) if is_em],
        # Read from the preferred event of the moment, so it changes with it.
        "far": preferred["far"],
        "time_coinc_far": row["time_coinc_far"],
        "space_coinc_far": row["space_coinc_far"],
        "labels": [each["name"] for each in labels(database, Subject("superevent", row["id"]))],
        "links": _links(row),
        "preferred_event_data": event_document(database, preferred),
        "pipeline_preferred_events": _pipeline_preferred(database, row["id"]),
    }
    return _for_anonymous(found) if current_user().anonymous else found


def _links(row: Row) -> Dict[str, str]:
    # `superevent_id` stays, but the links follow a confirmation.
    base = link(f"superevents/{current_id(row)}/")
    return {name: base if name == "self" else f"{base}{name}/" for name in _LINKS}


def _pipeline_preferred(database: sqlite3.Connection, superevent: int) -> Dict[str, Any]:
    chosen = record.pipeline_preferred(database, superevent)
    return {event["pipeline"]: _quoted(described(database, event)) for event in chosen}


def _quoted(event: Dict[str, Any]) -> Dict[str, Any]:
    if not current_user().anonymous:
        return event
    # An absent search or gpstime is an empty string here, not null.
    return {key: "" if event[key] is None and key != "far" else event[key] for key in _BRIEF}


def _for_anonymous(found: Dict[str, Any]) -> Dict[str, Any]:
    # Keys go, rather than become null.
    for key in _HIDDEN:
        del found[key]
    del found["links"]["events"]
    return found
