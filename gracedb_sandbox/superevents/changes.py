"""What happens to a superevent itself: made, changed, confirmed, and what the logs say of it.

Choices where the stored server fails by accident (500): fields that creation
does not take, an external event preferred by a PATCH, and a t_0 out of range in
a PATCH are answered 400. An event that joins at creation is logged once, not twice.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, Mapping, Sequence

from .. import ids as graceids
from ..annotations import add_label
from ..answers import spoken
from ..clock import gps_from_unix
from ..vocabulary import SUPEREVENT_CATEGORIES
from . import record, rules
from .desk import Situation, by_generation
from .ids import SupereventId, current_id, date_of_gps, default_id
from .record import Row

__all__ = ["attach", "check_free", "check_kind", "confirm", "create", "update"]

_TIMES = ("t_start", "t_0", "t_end")
# 1980-01-01 is before GPS time began; 2080-01-01 is far from any leap second announced.
_FIRST_T_0, _LAST_T_0 = -432000.0, gps_from_unix(3471292800)
_OUT_OF_RANGE = (
    "{'t_0': ['t_0 out of range: we require that 1980-01-01 00:00:00+00:00 <= t_0 < "
    "2080-01-01 00:00:00+00:00']}"
)
_NOT_PREFERRED = "{'preferred_event': ['External event cannot be set as preferred']}"
_GW_ID_TAKEN = "{'gw_id': ['Superevent with this Gw id already exists.']}"


def create(database: sqlite3.Connection, given: Mapping[str, Any], *, submitter: str) -> Row:
    """Make a superevent of checked fields, with all that this entails, and return its row."""
    # The first thing wrong is the one that is told: clients compare whole bodies.
    preferred, others = given["preferred_event"], given["events"]
    for event in (preferred, *others):
        check_free(database, event)
        check_kind(event, given["category"])
    _check_labels(given["labels"])
    _check_model(preferred, given["t_0"])
    # There is no check that t_start <= t_0 <= t_end.
    made = Situation(_insert(database, given, submitter), database)
    _announce_creation(made, given)
    for event in others:
        # Naming the preferred event again among the others changes nothing.
        if event["id"] != preferred["id"]:
            attach(made, event)
            made.log_event(event["id"], f"Added to superevent: {made.sid}")
    for label in given["labels"]:
        add_label(database, made.subject, label, creator=submitter)
    return made.row


def check_free(database: sqlite3.Connection, event: Row, *, but: int = 0) -> None:
    """Answer 400 if *event* belongs to a superevent other than *but*."""
    if record.holder_of(database, event["id"]) not in (None, but):
        text = f"Event {graceids.graceid(event)} is already assigned to a "
        raise by_generation(f"{text}Superevent", renewed=f"{text}superevent")


def check_kind(event: Row, category: str) -> None:
    """Answer 400 if *event* is not of the superevent's *category* (a code)."""
    kind, wanted = graceids.category(event), SUPEREVENT_CATEGORIES[category]
    if kind != wanted:
        raise spoken(
            400,
            f"Event {graceids.graceid(event)} is of type '{kind}', and cannot be assigned to a "
            f"superevent of type '{wanted}'",
        )


def _check_labels(labels: Sequence[str]) -> None:
    protected = [label for label in labels if label in rules.PROTECTED]
    if protected:
        raise spoken(400, rules.CANNOT_CREATE_WITH.format(labels=", ".join(protected)))


def _check_model(preferred: Row, t_0: float) -> None:
    if preferred["group_name"] == "External":
        raise spoken(400, _NOT_PREFERRED)
    if not _FIRST_T_0 <= t_0 < _LAST_T_0:
        raise spoken(400, _OUT_OF_RANGE)


def _insert(database: sqlite3.Connection, given: Mapping[str, Any], submitter: str) -> Row:
    # The date is that of t_0 now; a later change of t_0 leaves the name alone.
    category, date = given["category"], date_of_gps(given["t_0"])
    cursor = database.execute(
        "INSERT INTO superevent (category, date, number, submitter, created, t_start, t_0, t_end,"
        " preferred_event) VALUES (?, ?, ?, ?, now(), ?, ?, ?, ?)",
        (
            category,
            date,
            record.next_number(database, category, date),
            submitter,
            *(given[name] for name in _TIMES),
            given["preferred_event"]["id"],
        ),
    )
    return record.reload(database, int(cursor.lastrowid or 0))


def _announce_creation(made: Situation, given: Mapping[str, Any]) -> None:
    preferred = given["preferred_event"]
    attach(made, preferred)
    parts = [f"{name}={_shown(given[name])}" for name in _TIMES]
    parts.append(f"preferred_event={graceids.graceid(preferred)}")
    if given["events"]:
        parts.append(f"events={', '.join(map(graceids.graceid, given['events']))}")
    made.log(f"Superevent created with {', '.join(parts)}")
    made.log_event(preferred["id"], f"Set as preferred event for superevent: {made.sid}")


def attach(here: Situation, event: Row) -> None:
    """Make *event* a member; its log is the caller's."""
    here.database.execute("UPDATE event SET superevent = ? WHERE id = ?", (here.id, event["id"]))


def update(here: Situation, wanted: Mapping[str, Any]) -> Row:
    """Apply those of the *wanted* values that differ, log them, and return the new row."""
    # A request that repeats what is stored is an error, not a success.
    changed = _differing(here.row, wanted)
    if not changed:
        raise spoken(400, "Request would not modify the superevent")
    told = [_told(here, name, value) for name, value in changed.items()]
    if "t_0" in changed and not _FIRST_T_0 <= changed["t_0"] < _LAST_T_0:
        raise spoken(400, _OUT_OF_RANGE)
    if "preferred_event" in changed:
        _prefer(here, changed["preferred_event"])
    stored = {name: value for name, value in changed.items() if name != "preferred_event"}
    for name, value in stored.items():
        _set(here, name, value)
    here.log(f"Updated superevent parameters: {', '.join(told)}")
    return record.reload(here.database, here.id)


def _differing(row: Row, wanted: Mapping[str, Any]) -> Dict[str, Any]:
    def same(name: str, value: Any) -> bool:
        if name == "preferred_event":
            return bool(value["id"] == row[name])
        return bool(value == row[name])

    return {name: value for name, value in wanted.items() if not same(name, value)}


def _told(here: Situation, name: str, value: Any) -> str:
    old = here.row[name]
    if name == "preferred_event":
        old, value = graceids.graceid(record.event(here.database, old)), graceids.graceid(value)
    elif name in _TIMES:
        old, value = _shown(old), _shown(value)
    return f"{name}: {old} -> {value}"


def _prefer(here: Situation, event: Row) -> None:
    check_free(here.database, event, but=here.id)
    if event["group_name"] == "External":
        raise spoken(400, _NOT_PREFERRED)
    # The old one stays a member.
    old = here.row["preferred_event"]
    attach(here, event)
    _set(here, "preferred_event", event["id"])
    here.log_event(old, f"Removed as preferred event for superevent: {here.sid}")
    here.log_event(event["id"], f"Set as preferred event for superevent: {here.sid}")


def confirm(here: Situation, gw_id: str) -> Row:
    """Make the superevent a gravitational wave, named *gw_id* or by the day's next letters."""
    if here.row["is_gw"]:
        raise spoken(400, "Superevent is already confirmed as a GW")
    category, date = here.row["category"], here.row["date"]
    # Letters follow the order of confirmation, not of discovery.
    number = record.next_gw_number(here.database, category, date)
    _set(here, "gw_id", gw_id or str(SupereventId(category, date, number, is_gw=True)))
    _set(here, "gw_number", number)
    _set(here, "is_gw", 1)
    row = record.reload(here.database, here.id)
    here.log(
        f"Confirmed as a gravitational wave: ID changed from {default_id(row)} -> {current_id(row)}"
    )
    return row


def _set(here: Situation, column: str, value: Any) -> None:
    statement = f"UPDATE superevent SET {column} = ? WHERE id = ?"  # noqa: S608 - our own names
    try:
        here.database.execute(statement, (value, here.id))
    except sqlite3.IntegrityError as problem:
        # Of the columns that are set here, only gw_id is unique.
        raise spoken(400, _GW_ID_TAKEN) from problem


def _shown(seconds: float) -> str:
    return f"{seconds:.6f}"
