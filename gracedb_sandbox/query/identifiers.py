"""Conditions on ids: graceids of events, and S and GW ids of superevents."""

from __future__ import annotations

import re
from typing import Optional, Sequence

from ..superevents.ids import SupereventId, number, read_id
from .filters import Filter, all_of, any_of, between, exists

__all__ = [
    "GRACEID_SQL",
    "SUPEREVENT_ID",
    "SUPEREVENT_WILDCARD",
    "event_numbers",
    "member_event",
    "superevent_is",
    "superevent_starts",
]

#: the canonical graceid of a row of table ``event``: first rule that holds
GRACEID_SQL = (
    "(CASE WHEN event.group_name = 'Test' THEN 'T' WHEN event.search = 'MDC' THEN 'M'"
    " WHEN event.pipeline = 'HardwareInjection' THEN 'H' WHEN event.group_name = 'Detchar'"
    " THEN 'D' WHEN event.group_name = 'External' THEN 'E' ELSE 'G' END"
    " || printf('%04d', event.id))"
)
#: what else an id with this letter demands of the event
_DEMANDS = {
    "G": "1",
    "T": "event.group_name = 'Test'",
    "H": "event.pipeline = 'HardwareInjection'",
    "E": "event.group_name = 'External'",
    "M": "event.search = 'MDC'",
    "D": "event.group_name = 'Detchar'",
}

#: regular expressions of a superevent id (any case, its letters may be left out), and a prefix
SUPEREVENT_ID = r"(?i:[TM]?(?:S|GW)\d{6}[a-z]*)(?![\w*])"
SUPEREVENT_WILDCARD = r"(?i:[TM]?(?:S|GW)\d{0,6}\*)"
_PARTS = re.compile(r"([TM]?)(S|GW)(\d{0,6})([A-Z]*)")
_CATEGORIES = {"": "P", "T": "T", "M": "M"}
_LONGEST_SUFFIX = 7


def event_numbers(letter: str, numbers: Sequence[int]) -> Filter:
    """Return the condition that an event has the one number, or one in the closed range."""
    return all_of([Filter(_DEMANDS[letter]), between("event.id", numbers)])


def member_event(numbers: Sequence[int]) -> Filter:
    """Return the condition that a superevent has an event of this number, or in this range."""
    member = Filter("event.superevent = superevent.id")
    return exists("event", member, between("event.id", numbers))


def superevent_is(text: str) -> Filter:
    """Return the condition that a superevent has this id, as its S or its GW name.

    Letters left out mean the first of the day. Raise ValueError for an impossible day.
    """
    identifier = _read(text)
    if identifier is None:
        raise ValueError(f"{text!r} is not a superevent id")
    # The GW id is text that its confirmers may choose; the S id is three columns.
    if identifier.is_gw:
        return Filter("superevent.gw_id = ? COLLATE NOCASE", (str(identifier),))
    return Filter(
        "(superevent.category = ? AND superevent.date = ? AND superevent.number = ?)",
        (identifier.category, identifier.date, identifier.number),
    )


def _read(text: str) -> Optional[SupereventId]:
    match = _PARTS.fullmatch(text.upper())
    if match is None:
        return None
    prefix, kind, digits, letters = match.groups()
    # A day alone means its first superevent.
    letters = letters or "A"
    suffix = letters if kind == "GW" else letters.lower()
    return read_id(f"{prefix}{kind}{digits}{suffix}")


def superevent_starts(text: str) -> Filter:
    """Return the condition that a superevent's current id begins with *text*, in any case.

    Raise ValueError if no id can begin so.
    """
    match = _PARTS.fullmatch(text.upper())
    if match is None or len(match[4]) > _LONGEST_SUFFIX or (match[4] and len(match[3]) < 6):
        raise ValueError(f"no superevent id begins with {text!r}")
    prefix, kind, digits, letters = match.groups()
    if kind == "GW":
        return Filter(
            "(superevent.is_gw AND upper(substr(superevent.gw_id, 1, ?)) = ?)",
            (len(text), text.upper()),
        )
    named = Filter(
        "(NOT superevent.is_gw AND superevent.category = ? AND substr(superevent.date, 1, ?) = ?)",
        (_CATEGORIES[prefix], len(digits), digits),
    )
    return all_of([named, _numbers_beginning(letters)]) if letters else named


def _numbers_beginning(letters: str) -> Filter:
    """Return the condition that the number's letters begin with *letters*."""
    # "b" begins b, ba to bz, baa to bzz and so on: one range of numbers per length.
    first = last = number(letters)
    ranges = []
    for _ in range(_LONGEST_SUFFIX + 1 - len(letters)):
        ranges.append(between("superevent.number", (first, last)))
        first, last = first * 26 + 1, last * 26 + 26
    return any_of(ranges)
