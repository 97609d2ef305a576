"""EM observations of an event (gone since 2.36), and the older EMBB log, which nobody writes."""

from __future__ import annotations

import sqlite3
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from flask import Response

from ..answers import Refusal, answer, created, gone, spoken
from ..bodies import Body, read_body
from ..ids import graceid
from ..observations import Footprint, add_observation, facts, find_observation, observations
from ..paging import whole_list
from ..superevents.fields import Invalid, instant, integer, number
from ..vocabulary import EM_GROUPS
from ..web import current_user, database, dialect, link
from .lookup import event_for, subject

_Reader = Callable[[Any], Any]
_whole = integer(low=-(2**31))


def _seconds(value: Any) -> Any:
    # Unlike superevents, events take 30.0 for 30.
    try:
        return _whole(int(value))
    except (TypeError, ValueError, OverflowError):
        raise Invalid from None


_LISTS: Tuple[Tuple[str, str, _Reader], ...] = (
    ("ra_list", "RA", number()),
    ("ra_width_list", "raWidth", number()),
    ("dec_list", "Dec", number()),
    ("dec_width_list", "decWidth", number()),
    ("start_time_list", "start time", instant),
    ("duration_list", "duration", _seconds),
)
"""Fields in the order of a `Footprint`, what the server calls them, how they are read."""
_UNEQUAL = (
    "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and duration_list must be"
    " the same length."
)
_ORDER = (
    "N",
    "footprint_count",
    "self",
    "created",
    "submitter",
    "group",
    "comment",
    "ra",
    "dec",
    "raWidth",
    "decWidth",
    "footprints",
)


def listed(gid: str) -> Response:
    """GET emobservation/."""
    event = _present(gid)
    rows = observations(database(), subject(event))
    return answer(whole_list("observations", [_shown(event, row) for row in rows]))


def read(gid: str, n: int) -> Response:
    """GET emobservation/{N}."""
    event = _present(gid)
    row = find_observation(database(), subject(event), n)
    if row is None:
        raise spoken(404, "Observation record not nound")
    return answer(_shown(event, row))


def write(gid: str) -> Response:
    """POST emobservation/: a footprint that cannot be read leaves a record without any."""
    event = _present(gid)
    body = read_body()
    group = body.one("group")
    if not group:
        raise spoken(400, "Please specify an EM followup MOU group")
    if group not in EM_GROUPS:
        why = "EMGroup matching query does not exist."
        raise spoken(500, f"Problem creating EMBB Observation: {why}")
    columns = _columns(body)
    footprints, problem = _footprints(columns)
    row = add_observation(
        database(),
        subject(event),
        submitter=current_user().username,
        group=group,
        comment=str(body.one("comment") or ""),
        footprints=footprints,
    )
    if problem is not None:
        return problem.response()
    answered = _shown(event, row)
    return created(answered, answered["self"])


def embb(gid: str) -> Response:
    """GET embb/: always empty here."""
    event_for(gid)
    return answer(whole_list("embblog", []))


def embb_entry(gid: str, n: int) -> Response:
    """GET embb/{N}."""
    event_for(gid)
    raise spoken(404, "Log Message Not Found")


def _present(gid: str) -> sqlite3.Row:
    event = event_for(gid)
    if dialect().renewed:
        raise gone()
    return event


def _columns(body: Body) -> List[List[Any]]:
    columns = []
    for name, _, _ in _LISTS:
        values = body.many(name)
        if len(values) == 1 and isinstance(values[0], str):
            values = [each.strip() for each in values[0].split(",") if each.strip()]
        if not values:
            raise spoken(400, "All fields are required, please try again.")
        columns.append(values)
    if len({len(column) for column in columns}) != 1:
        raise spoken(400, _UNEQUAL)
    return columns


def _footprints(
    columns: Sequence[Sequence[Any]],
) -> Tuple[List[Footprint], Optional[Refusal]]:
    read_columns = []
    for (_, called, reader), column in zip(_LISTS, columns):
        values = []
        for index, value in enumerate(column):
            try:
                values.append(reader(value))
            except Invalid:
                return [], _unreadable(called, index, column)
        read_columns.append(values)
    return [Footprint(*each) for each in zip(*read_columns)], None


def _unreadable(called: str, index: int, column: Sequence[Any]) -> Refusal:
    verb = "Could not parse" if called == "start time" else "Cannot read"
    return spoken(400, f"{verb} {called} list element {index} of {list(column)}")


def _shown(event: sqlite3.Row, row: sqlite3.Row) -> Dict[str, Any]:
    known = facts(database(), row)
    known["self"] = link(f"events/{graceid(event)}/emobservation/{row['n']}")
    return {key: known[key] for key in _ORDER}
