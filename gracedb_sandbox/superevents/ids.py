"""Superevent ids: the UTC date of a GPS time, and a number written in letters.

``S190425z`` is the 26th production superevent whose t_0 fell on 2019-04-25.
Confirming it gives it a second name, ``GW190425A``: the letters are upper case
and count confirmations of that day, in the order in which they were confirmed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Optional

__all__ = [
    "CATEGORIES",
    "SupereventId",
    "date_of_gps",
    "datetime_of_gps",
    "gps_of_unix",
    "letters",
    "number",
    "read_id",
    "unix_of_gps",
]

#: category code -> the word that answers carry (codes come in, words go out)
CATEGORIES = {"P": "Production", "T": "Test", "M": "MDC"}

_PREFIXES = {"P": "", "T": "T", "M": "M"}
_GPS_EPOCH = datetime(1980, 1, 6, tzinfo=timezone.utc).timestamp()
#: UTC days at whose midnight a leap second had just been inserted, as (year, month)
_LEAP_MONTHS = (
    (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1),
    (1991, 1), (1992, 7), (1993, 7), (1994, 7), (1996, 1), (1997, 7),
    (1999, 1), (2006, 1), (2009, 1), (2012, 7), (2015, 7), (2017, 1),
)  # fmt: skip
_LEAPS_UNIX = tuple(datetime(y, m, 1, tzinfo=timezone.utc).timestamp() for y, m in _LEAP_MONTHS)
_LEAPS_GPS = tuple(
    unix - _GPS_EPOCH + inserted for inserted, unix in enumerate(_LEAPS_UNIX, start=1)
)

#: ids that parse, from their start: the server ignores what follows (`S190425z!!` is found)
_PATTERN = re.compile(
    r"(?P<pre>[TM]?)(?:(?P<s>S)(?P<date>\d{6})(?P<low>[a-z]+)|GW(?P<gwdate>\d{6})(?P<up>[A-Z]+))"
)


def unix_of_gps(gps: float) -> float:
    """Return the Unix time (s, UTC) of a GPS time (s), leap seconds taken off."""
    return gps + _GPS_EPOCH - bisect_right(_LEAPS_GPS, gps)


def gps_of_unix(unix: float) -> float:
    """Return the GPS time (s) of a Unix time (s, UTC), leap seconds put back."""
    return unix - _GPS_EPOCH + bisect_right(_LEAPS_UNIX, unix)


def datetime_of_gps(gps: float) -> datetime:
    """Return the UTC date and time, to the microsecond, of a GPS time (s)."""
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    # Whole seconds and fraction apart: a float near 1.4e9 has no microseconds to spare.
    whole = int(gps // 1)
    micro = round((gps - whole) * 1_000_000)
    return epoch + timedelta(seconds=unix_of_gps(whole), microseconds=micro)


def date_of_gps(gps: float) -> str:
    """Return the six digits ``YYMMDD`` that an id begins with."""
    return datetime_of_gps(gps).strftime("%y%m%d")


def letters(number: int) -> str:
    """Write a positive number in bijective base 26: 1 is ``a``, 26 ``z``, 27 ``aa``."""
    text = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text


def number(text: str) -> int:
    """Read what `letters` wrote, in either case."""
    total = 0
    for letter in text.lower():
        total = total * 26 + ord(letter) - ord("a") + 1
    return total


@dataclass(frozen=True)
class SupereventId:
    """One name of a superevent: its category, day and number, and whether it is the GW name."""

    category: str
    date: str
    number: int
    is_gw: bool = False

    def __str__(self) -> str:
        kind, suffix = "S", letters(self.number)
        if self.is_gw:
            kind, suffix = "GW", suffix.upper()
        return f"{_PREFIXES[self.category]}{kind}{self.date}{suffix}"


def read_id(text: str) -> Optional[SupereventId]:
    """Read an id from the start of *text*; None if it has no such form or names no day."""
    match = _PATTERN.match(text)
    if match is None:
        return None
    date = match["date"] or match["gwdate"]
    suffix = match["low"] or match["up"]
    if not _is_day(date) or len(suffix) > 7:
        return None
    return SupereventId(match["pre"] or "P", date, number(suffix), is_gw=match["s"] is None)


def _is_day(date: str) -> bool:
    year = int(date[:2])
    # Two digits mean 1980 to 2079, not strptime's 1969 to 2068.
    century = 1900 if year >= 80 else 2000
    try:
        datetime(century + year, int(date[2:4]), int(date[4:]), tzinfo=timezone.utc)
    except ValueError:
        return False
    return True
