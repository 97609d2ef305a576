"""One event: reading it, its neighbours, and the few parameters of a burst that people add."""

from __future__ import annotations

import json
import math
import sqlite3
from typing import Any, Dict, List, Tuple

from flask import Response, request

from ..annotations import add_log
from ..answers import Refusal, answer, failed, forbidden, gone, spoken
from ..bodies import Body, read_body
from ..ids import graceid
from ..ingest import event_class
from ..web import current_user, database, dialect, link
from .documents import event_document
from .lookup import again, event_for, subject
from .neighbourhood import dictionary, near_events
from .rendering import refuse_xml

_NEARBY = (-5.0, 5.0)
_GRB_KEYS = {
    "t90": "T90",
    "redshift": "redshift",
    "designation": "designation",
    "ra": "ra",
    "dec": "dec",
    "error_radius": "error_radius",
}
"""What PATCH calls a parameter, and what the event does."""


def read(gid: str) -> Response:
    """GET events/{gid}."""
    event = event_for(gid)
    refuse_xml()
    return answer(event_document(database(), event))


def neighbours(gid: str) -> Response:
    """GET neighbors/: events of the same class within a few seconds."""
    event = event_for(gid)
    window = _window(request.args.get("neighborhood"))
    near = near_events(database(), event, window)
    base = link(f"events/{graceid(event)}")
    return answer(
        {
            "neighbors": [dictionary(database(), each) for each in near],
            "neighborhood": list(window),
            "numRows": len(near),
            "links": {"self": f"{base}/neighbors/", "event": base},
        }
    )


def update_grb(gid: str) -> Response:
    """PATCH update-grbevent/: gone since 2.36."""
    event = event_for(gid)
    if dialect().renewed:
        raise gone()
    if "t90_grbevent" not in current_user().permissions:
        raise forbidden()
    if event_class(event["pipeline"]) != "GRB":
        text = f"Cannot update GRB event parameters for non-GRB event {graceid(event)}"
        raise spoken(400, text)
    given = _grb_parameters(read_body())
    _change_grb(again(database(), event), given)
    return answer(dictionary(database(), again(database(), event)))


def _window(text: Any) -> Tuple[float, float]:
    if not text:
        return _NEARBY
    try:
        edges = [float(edge) for edge in text.split(",")]
    except ValueError:
        raise failed() from None
    if not all(map(math.isfinite, edges)):
        raise failed()
    # One number means "exactly there" on the server: it forgot the minus sign.
    return (edges[0], edges[-1])


def _grb_parameters(body: Body) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for name, key in _GRB_KEYS.items():
        value = body.one(name)
        if value is not None:
            found[key] = str(value) if name == "designation" else _number(name, value)
    return found


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Refusal(400, [f"Parameter '{name}' must be a float"])
    return number


def _change_grb(event: sqlite3.Row, given: Dict[str, Any]) -> None:
    extra = json.loads(event["extra"])
    burst = extra.setdefault("GRB", {})
    changes: List[str] = [
        f"{name}: {burst.get(key)} -> {given[key]}"
        for name, key in _GRB_KEYS.items()
        if key in given and given[key] != burst.get(key)
    ]
    if not changes:
        raise Refusal(400, ["Request would not modify the GRB event"])
    burst.update(given)
    database().execute("UPDATE event SET extra = ? WHERE id = ?", (json.dumps(extra), event["id"]))
    comment = f"Updated GRB event parameters: {', '.join(changes)}"
    add_log(database(), subject(event), comment, issuer=current_user().username)
