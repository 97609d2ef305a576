"""Events as JSON, in the server's two variants.

`serializer` is what GET answers; `dictionary` is what POST, PATCH and the
neighbours answer. They differ in the order of two keys, in nulls left out,
and in `superevent_neighbours`: the server builds them by two programs.
Superevents use `event_document` and `described` for the events they quote.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict, List

from ..annotations import Subject, labels
from ..clock import gps_from_unix, utc_text
from ..ids import graceid
from ..superevents.ids import current_id
from ..web import current_user, dialect, link

SERIALIZER, DICTIONARY = "serializer", "dictionary"
_ORDERS = {
    SERIALIZER: ("group", "pipeline", "graceid"),
    DICTIONARY: ("group", "graceid", "pipeline"),
}


def event_document(
    database: sqlite3.Connection, event: sqlite3.Row, *, variant: str = SERIALIZER
) -> Dict[str, Any]:
    """The whole event as the current user sees it, without `superevent_neighbours`."""
    shown = described(database, event, variant=variant)
    shown["superevent"] = _superevent(database, event)
    shown["links"] = links(event)
    if dialect().renewed:
        shown["replay_id"] = event["replay_id"]
        shown["processing_status"] = event["status"]
    return shown


def described(
    database: sqlite3.Connection, event: sqlite3.Row, *, variant: str = SERIALIZER
) -> Dict[str, Any]:
    """The keys from `submitter` to `extra_attributes`: an event quoted by a superevent."""
    shown = basics(event, variant=variant)
    shown["labels"] = [row["name"] for row in labels(database, Subject("event", event["id"]))]
    shown["extra_attributes"] = extra_attributes(event, variant=variant)
    return shown


def basics(event: sqlite3.Row, *, variant: str = SERIALIZER) -> Dict[str, Any]:
    """The keys from `submitter` to `likelihood`."""
    named = {"group": event["group_name"], "pipeline": event["pipeline"], "graceid": graceid(event)}
    gpstime = event["gpstime"]
    latency = None
    if gpstime is not None:
        latency = round(gps_from_unix(event["created"]) - gpstime, 6)
    return {
        "submitter": event["submitter"],
        "created": utc_text(event["created"]),
        **{name: named[name] for name in _ORDERS[variant]},
        "gpstime": gpstime,
        "reporting_latency": latency,
        "instruments": event["instruments"],
        "nevents": event["nevents"],
        "offline": bool(event["offline"]),
        "search": event["search"],
        "far": event["far"],
        "far_is_upper_limit": False,
        "likelihood": event["likelihood"],
    }


def extra_attributes(event: sqlite3.Row, *, variant: str = SERIALIZER) -> Dict[str, Any]:
    """What the pipeline said, as much of it as the current user may know."""
    extra: Dict[str, Any] = json.loads(event["extra"])
    if not current_user().internal:
        return _for_outsiders(extra)
    if variant == DICTIONARY:
        if "SingleInspiral" in extra:
            extra["SingleInspiral"] = [_without_nulls(item) for item in extra["SingleInspiral"]]
        extra.get("MLyBurst", {}).pop("ifos", None)
    return extra


def links(event: sqlite3.Row) -> Dict[str, str]:
    """The URLs of an event's parts."""
    base = link(f"events/{graceid(event)}")
    return {
        "neighbors": f"{base}/neighbors/",
        "log": f"{base}/log/",
        "emobservations": f"{base}/emobservation/",
        "files": f"{base}/files/",
        "labels": f"{base}/labels/",
        "self": base,
        "tags": f"{base}/tag/",
    }


def _superevent(database: sqlite3.Connection, event: sqlite3.Row) -> Any:
    if event["superevent"] is None:
        return None
    query = "SELECT * FROM superevent WHERE id = ?"
    return current_id(database.execute(query, (event["superevent"],)).fetchone())


def _without_nulls(item: Dict[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in item.items() if value is not None}


def _for_outsiders(extra: Dict[str, Any]) -> Dict[str, Any]:
    if "SingleInspiral" in extra:
        keys = ("ifo", "end_time", "end_time_ns")
        reduced: List[Dict[str, Any]] = [
            {key: item.get(key) for key in keys} for item in extra["SingleInspiral"]
        ]
        return {"SingleInspiral": reduced}
    if "MultiBurst" in extra:
        burst = extra["MultiBurst"]
        return {"MultiBurst": {key: burst.get(key) for key in ("ifos", "single_ifo_times")}}
    return {}
