"""Whatever is answered, each call gives an answer or one of our errors."""

from __future__ import annotations

import contextlib
import json
import tempfile
from itertools import product
from pathlib import Path
from typing import Any, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._wire import Response
from gracedb_core.errors import GraceDBError

from ..core.scripted import Told
from .calls import downloads, every_call
from .hostile import (
    BODIES,
    HEADERS,
    ODD_HEADERS,
    ODD_VALUES,
    VALUES_OF_HEADERS,
    examples,
    shapes,
)

CALLS = list(every_call())
#: A read, a write and a file.
FEW = ("superevent /*[] get", "superevent labels create", "event files[] get")


def answered(status: int, headers: Dict[str, str], body: bytes, reason: str) -> List[Response]:
    """Give the same answer again and again: to repetitions, and to what follows."""
    return [Response(status, headers, body, reason)] * 12


def ask(call: Any, *replies: Response) -> None:
    """Make *call* of a server that gives *replies*; anything but an error of ours is a failure."""
    told = Told(*replies)
    try:
        with contextlib.suppress(GraceDBError):
            call.make(told.root)
    except Exception as error:
        raise AssertionError(f"{call.name} raised {type(error).__name__}: {error}") from error


@pytest.mark.parametrize("call", CALLS, ids=[call.name for call in CALLS])
def test_any_shape_is_read_or_refused(call: Any) -> None:
    """What stands where something else belongs is judged before anybody trips over it."""
    statuses = (200, 400) if call.name in FEW else (200,)  # refusals are read in one place
    for shape, status in product(shapes(), statuses):
        ask(call, *answered(status, {}, json.dumps(shape).encode(), ""))


@pytest.mark.parametrize("header", ODD_HEADERS)
def test_any_header_is_read_or_passed_over(header: str) -> None:
    """Each header that the client reads may have any value, whatever the status."""
    dates: Any = [{}]
    if header in ("date", "retry-after"):
        dates += [
            {"date": "Mon, 23 Nov 2026 10:00:00 GMT"},
            {"retry-after": "1 Jan 9999 23:59:59 -2359"},
        ]
    few = [call for call in CALLS if call.name in FEW]
    assert len(few) == len(FEW)
    for value in ODD_VALUES:
        for status, others in product((200, 302, 404, 429, 503), dates):
            replies = answered(status, {**others, header: value}, b"{}", value)
            for call in few:
                ask(call, *replies)


def test_no_cell_is_forgotten() -> None:
    """There is a call for each cell of the route table: each sends that cell's request."""
    for call in CALLS:
        told = Told()
        with contextlib.suppress(GraceDBError):  # an empty object is not what it expects
            call.make(told.root)
        assert told.script.asked, call.name


@examples(40)
@given(
    status=st.just(200) | st.integers(100, 999),
    headers=st.just({}) | HEADERS,
    body=BODIES,
    reason=VALUES_OF_HEADERS,
)
def test_any_answer_is_read_or_refused(
    status: int, headers: Dict[str, str], body: bytes, reason: str
) -> None:
    """Any status, headers and body: no call raises anything but an error of ours."""
    replies = answered(status, headers, body, reason)
    for call in CALLS:
        ask(call, *replies)
    with tempfile.TemporaryDirectory() as folder:
        for call in downloads(Path(folder)):
            ask(call, *replies)
