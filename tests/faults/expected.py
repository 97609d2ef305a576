"""The table: what is promised for every fault and operation, written down before it is run.

The same on every transport. A row is a fault, a column a kind of operation; whether the server
has acted on the request that met the fault is said once, for the row, and so how often it was
done: once where it acted or where an answer was given, never twice, and else not at all.
"""

from __future__ import annotations

from typing import Dict, Mapping, NamedTuple, Tuple

from .cells import AGAIN, ANSWER, FOUND, LOOKED
from .operations import LENIENT

__all__ = ["COLUMNS", "EXPECTED", "SURVIVED", "Row", "done"]

COLUMNS = (
    *("a read", "a search", "a download", "an open file"),
    *("a switch", "a removal", "a change", LENIENT, "a creation"),
)
#: Nobody understands a file, so that one with wrong contents of the right length passes for good.
NOT_TO_BE_SEEN = "-"


class Row(NamedTuple):
    """What one fault does."""

    #: Whether the server has acted on the request that met it.
    acted: bool
    #: The outcome in each column.
    outcomes: Mapping[str, str]


def row(reads: str, writes: str, *, acted: bool, **others: str) -> Row:
    """Write a row: for reads, for writes, and for the columns for which it is something else."""
    files = others.get("download", reads)
    outcomes = (
        *(reads, reads, files, others.get("opened", files)),
        others.get("switch", reads),
        *(others.get("once", writes),) * 2,
        others.get("lenient", others.get("once", writes)),
        writes,
    )
    return Row(acted, dict(zip(COLUMNS, outcomes)))


def certain(outcome: str, *, acted: bool = False) -> Row:
    """Write a row where everybody knows whether it was done."""
    return row(outcome, outcome, acted=acted)


def doubtful(acted: bool, error: str = "OutcomeUnknown", reads: str = AGAIN, **others: str) -> Row:
    """Write a row where nobody knows: a write is looked for.

    What is found was done. Where it is not found, the server still may be at work: only what it
    does once and not twice is then sent again.
    """
    if acted:
        return row(reads, FOUND, acted=True, **others)
    return row(reads, error, acted=False, once=LOOKED, **others)


CUT = "TruncatedAnswer"

EXPECTED: Dict[str, Row] = {
    # nothing is lost
    "a delay": certain(ANSWER, acted=True),
    "a byte at a time": certain(ANSWER, acted=True),
    "100 first": certain(ANSWER, acted=True),
    "103 first": certain(ANSWER, acted=True),
    "idle connection closed as the request goes out": row(
        AGAIN, ANSWER, acted=False, switch=ANSWER
    ),
    # it is known that nothing was done
    "refused once": certain(AGAIN),
    "429": certain(AGAIN),
    "429 with Retry-After": certain(AGAIN),
    "503 with Retry-After": certain(AGAIN),
    "503": certain("Unavailable"),
    # the server says that it failed
    "500": certain("ServerFault"),
    "500 after it was done": certain("ServerFault", acted=True),
    "503 after it was done": certain("Unavailable", acted=True),
    "409": row(AGAIN, "Conflict", acted=False),
    "409 after it was done": row(AGAIN, "Conflict", acted=True, lenient=FOUND),
    # the request was lost, or its answer
    "reset at the first byte": doubtful(acted=False),
    "reset before it was passed on": doubtful(acted=False),
    "connection in use closed as the request goes out": doubtful(acted=False),
    "no answer, never passed on": doubtful(acted=False, error="Unanswered"),
    "no answer, ever": row("TimedOut", "Unanswered", acted=False),
    "reset after it was passed on": doubtful(acted=True),
    "closed after it was passed on": doubtful(acted=True),
    "no answer": doubtful(acted=True),
    "a head that stalls": doubtful(acted=True),
    "no HTTP": doubtful(acted=True),
    # what stands before the server has answered in its place
    "408": doubtful(False, "GatewayFailure"),
    "502": doubtful(False, "GatewayFailure"),
    "504": doubtful(False, "GatewayFailure"),
    "504 with Retry-After": doubtful(False, "GatewayFailure"),
    "408 after it was done": doubtful(acted=True),
    "502 after it was done": doubtful(acted=True),
    "504 after it was done": doubtful(acted=True),
    "504 with Retry-After after it was done": doubtful(acted=True),
    # the answer is damaged
    "a body that stalls": doubtful(acted=True, opened="TimedOut"),
    "a body that dribbles for ever": doubtful(acted=True, opened="TimedOut"),
    "a body cut short": doubtful(acted=True, opened=CUT),
    "a body cut short, without length": doubtful(
        acted=True, reads="DecodeError", download=AGAIN, opened=CUT
    ),
    "a body cut in a chunk": doubtful(acted=True, opened=CUT),
    "a broken chunk": doubtful(acted=True, opened=CUT),
    "gzip cut short": doubtful(acted=True, opened=CUT),
    "gzip damaged": doubtful(acted=True, reads="DecodeError"),
    "half of the JSON": doubtful(acted=True, reads="DecodeError", download=NOT_TO_BE_SEEN),
    "a web page": doubtful(acted=True, reads="DecodeError", download=NOT_TO_BE_SEEN),
}

#: What must be survived, by name, and in which columns: raising everywhere is no way out.
SURVIVED: Dict[str, Tuple[str, ...]] = {
    "refused once": COLUMNS,
    "idle connection closed as the request goes out": COLUMNS,
    "429": COLUMNS,
    "429 with Retry-After": COLUMNS,
    "503 with Retry-After": COLUMNS,
    "502": COLUMNS[:-1],
    "504": COLUMNS[:-1],
    "502 after it was done": COLUMNS,
    "504 after it was done": COLUMNS,
    "reset after it was passed on": COLUMNS,
    "closed after it was passed on": COLUMNS,
    "no answer": COLUMNS,
    "a body cut short": (*COLUMNS[:3], *COLUMNS[4:]),
}


def done(fault: str, column: str) -> int:
    """Say how often the server is to have done what was asked, where that can be counted."""
    row = EXPECTED[fault]
    return int(row.acted or row.outcomes[column].startswith(ANSWER))
