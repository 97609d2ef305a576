"""Graceids: the letter is a reading of group, search and pipeline; the number is the row."""

from __future__ import annotations

import re
from typing import Any, Optional, Protocol, Tuple


class Row(Protocol):
    """Columns by name, as of a `sqlite3.Row` (which is no Mapping) or a dictionary."""

    def __getitem__(self, column: str, /) -> Any: ...


CONTENT_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
"""What a content id looks like in a URL: a UUID."""

_GRACEID = re.compile(r"(\w)(\d+)")


def prefix(group: object, search: object, pipeline: object) -> str:
    """The letter of an event: the first rule that holds."""
    if group == "Test":
        return "T"
    if search == "MDC":
        return "M"
    if pipeline == "HardwareInjection":
        return "H"
    return {"Detchar": "D", "External": "E"}.get(str(group), "G")


def graceid(event: Row) -> str:
    """The canonical id of an event row: ``T0001``, ``G12345``."""
    return "{}{:04d}".format(
        prefix(event["group_name"], event["search"], event["pipeline"]), event["id"]
    )


def split(text: str) -> Optional[Tuple[str, int]]:
    """Letter and number of *text*, or None when it is no graceid."""
    match = _GRACEID.fullmatch(text)
    return (match.group(1), number(match.group(2))) if match else None


def number(digits: str) -> int:
    """Read *digits*; what the database cannot hold becomes the largest number that it can."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < 19 else 2**63 - 1


def names(letter: str, event: Row) -> bool:
    """Whether an id with this letter may name *event*.

    ``G`` names any event; the other letters demand what they stand for, one
    by one, so an MDC event of group Test answers to ``M``, ``T`` and ``G``.
    """
    demands = {
        "G": True,
        "T": event["group_name"] == "Test",
        "M": event["search"] == "MDC",
        "H": event["pipeline"] == "HardwareInjection",
        "E": event["group_name"] == "External",
        "D": event["group_name"] == "Detchar",
    }
    return bool(demands.get(letter))


def category(event: Row) -> str:
    """``Test``, ``MDC`` or ``Production``: events and superevents keep to their own."""
    if event["group_name"] == "Test":
        return "Test"
    return "MDC" if event["search"] == "MDC" else "Production"
