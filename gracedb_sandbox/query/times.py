"""Instants as people write them: dates, `yesterday`, `3 days ago`, `noon next Sunday`.

All are UTC. A term is parsed once into a function of the present moment.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Callable

import pyparsing as pp

__all__ = ["INSTANT", "RANGE_OR_INSTANT", "UNIT", "Instant", "unix_of_date"]

#: present moment -> moment meant, both in Unix seconds
Instant = Callable[[float], float]

_DAY = 86400.0
_SECONDS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 30 * _DAY,
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_DAY_OFFSETS = {"today": 0.0, "yesterday": -_DAY, "tomorrow": _DAY}

#: a unit of time, as a regular expression
UNIT = rf"(?i:{'|'.join(_SECONDS)})s?\b"
DATE = r"\d{4}-\d\d-\d\d"


def unix_of_date(text: str) -> float:
    """Return the Unix time (s) of ``YYYY-MM-DD[ HH:MM[:SS]]`` (UTC), or raise ValueError."""
    # strptime alone would take one digit for two.
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        if len(text) == len(datetime(2000, 1, 1).strftime(form)):
            return datetime.strptime(text, form).replace(tzinfo=timezone.utc).timestamp()
    raise ValueError(f"no date: {text!r}")


def _midnight(now: float) -> float:
    return now - now % _DAY


def _fixed(tokens: pp.ParseResults) -> Instant:
    # Read while parsing, so that an impossible date is a query that cannot be read.
    unix = unix_of_date(" ".join(str(tokens[0]).split()))
    return lambda now: unix


def _named_day(tokens: pp.ParseResults) -> Instant:
    offset = _DAY_OFFSETS[str(tokens[0]).lower()]
    return lambda now: _midnight(now) + offset


def _weekday(tokens: pp.ParseResults) -> Instant:
    past, day = str(tokens[0]).lower() == "last", _WEEKDAYS.index(str(tokens[-1]).lower())

    def instant(now: float) -> float:
        # The first of January 1970 was a Thursday. "Next" and "last" never mean today.
        today = (int(now // _DAY) + 3) % 7
        days = -((today - day - 1) % 7 + 1) if past else (day - today - 1) % 7 + 1
        return _midnight(now) + days * _DAY

    return instant


def _clock(tokens: pp.ParseResults) -> Instant:
    offset = 12 * 3600.0 if str(tokens[0]).lower() == "noon" else 0.0
    day: Instant = tokens[1] if len(tokens) > 1 else _midnight
    return lambda now: day(now) + offset


def _amount(tokens: pp.ParseResults) -> float:
    quantity, unit = " ".join(str(tokens[0]).lower().split()), str(tokens[1]).lower()
    if quantity.isdigit():
        number = float(quantity)
    elif quantity in _NUMBERS:
        number = float(_NUMBERS.index(quantity))
    else:
        number = 2.0 if "couple" in quantity else 1.0
    return number * _SECONDS[unit.rstrip("s")]


def _shifted(tokens: pp.ParseResults) -> Instant:
    amount: float = tokens[0]
    word = str(tokens[1]).lower()
    anchor: Instant = tokens[2] if len(tokens) > 2 else (lambda now: now)
    sign = -1 if word in ("ago", "before") else 1
    return lambda now: anchor(now) + sign * amount


def _ahead(tokens: pp.ParseResults) -> Instant:
    amount: float = tokens[1]
    return lambda now: now + amount


def _words(*words: str) -> pp.ParserElement:
    return pp.Regex(rf"(?i:{'|'.join(words)})\b")


def _build() -> pp.ParserElement:
    date = pp.Regex(DATE + r"(?:\s+\d\d:\d\d(?::\d\d)?)?(?![\d:-])").add_parse_action(_fixed)
    now = _words("now").add_parse_action(lambda: [lambda now: now])
    named = _words(*_DAY_OFFSETS).add_parse_action(_named_day)
    weekday = (pp.Opt(_words("next", "last")) + _words(*_WEEKDAYS)).add_parse_action(_weekday)
    day = named | weekday
    clock = (_words("noon", "midnight") + pp.Opt(day)).add_parse_action(_clock)
    anchor = now | clock | day
    couple = r"(?:an?\s+)?couple(?:\s+of)?|an?"
    # Nine digits of months still fit any clock.
    quantity = pp.Regex(rf"\d{{1,9}}\b|(?i:{couple}|{'|'.join(_NUMBERS)})\b")
    amount = (quantity + pp.Regex(UNIT)).add_parse_action(_amount)
    shifted = amount + (_words("ago") | (_words("before", "after", "from") + anchor))
    ahead = _words("in") + amount
    # Amounts before bare days: `3 days from today` begins like neither.
    natural = ahead.add_parse_action(_ahead) | shifted.add_parse_action(_shifted) | anchor
    return date | natural


#: parses to one `Instant`
INSTANT = _build()
#: parses to a list of one `Instant`, or of the two ends of a range
RANGE_OR_INSTANT = pp.Group(INSTANT + pp.Opt(pp.Suppress("..") + INSTANT))
