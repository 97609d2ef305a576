"""Superevent ids: the UTC date of a GPS time, and a number written in letters.

``S190425z`` is the 26th production superevent whose t_0 fell on 2019-04-25.
Confirming it gives it a second name, ``GW190425A``: the letters are upper case
and count confirmations of that day, in the order in which they were confirmed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Optional

from gracedb_sandbox.clock import unix_from_gps
from gracedb_sandbox.ids import Row

__all__ = [
    "SupereventId",
    "current_id",
    "date_of_gps",
    "datetime_of_gps",
    "default_id",
    "letters",
    "number",
    "read_id",
]

_PREFIXES = {"P": "", "T": "T", "M": "M"}
#: ids that parse, from their start: the server ignores what follows (`S190425z!!` is found)
_PATTERN = re.compile(
    r"(?P<pre>[TM]?)(?:(?P<s>S)(?P<date>\d{6})(?P<low>[a-z]+)|GW(?P<gwdate>\d{6})(?P<up>[A-Z]+))"
)


def datetime_of_gps(gps: float) -> datetime:
    """Return the UTC date and time, to the microsecond, of a GPS time (s)."""
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    # Whole seconds and fraction apart: a float near 1.4e9 has no microseconds to spare.
    whole = int(gps // 1)
    micro = round((gps - whole) * 1_000_000)
    return epoch + timedelta(seconds=unix_from_gps(whole), microseconds=micro)


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


def default_id(superevent: Row) -> str:
    """Return the S, TS or MS id of a superevent row, which never changes."""
    return str(SupereventId(superevent["category"], superevent["date"], superevent["number"]))


def current_id(superevent: Row) -> str:
    """Return the id that its URLs carry: the GW id once it has one."""
    return str(superevent["gw_id"]) if superevent["is_gw"] else default_id(superevent)


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
