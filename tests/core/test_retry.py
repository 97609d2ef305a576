"""The retry policy, a table on values: no clock, no socket."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._retry import Repeat, RetryPolicy, is_ambiguous, retry_policy
from gracedb_core.errors import (
    ConnectFailed,
    ConnectionLost,
    InputError,
    TimedOut,
    TLSFailed,
    TruncatedAnswer,
)
from gracedb_core.errors._refusals import response_error_class

FREELY, ONCE, NEVER = Repeat.FREELY, Repeat.ONCE, Repeat.NEVER
STEADY = RetryPolicy(jitter=lambda: 1.0)


def status(code: int, wait: Optional[float] = None) -> Any:
    """Make the refusal with this status."""
    return response_error_class(code)("No.", status=code, retry_after=wait)


@pytest.mark.parametrize(
    ("outcome", "freely", "otherwise"),
    [
        (ConnectFailed("refused"), True, True),
        (TLSFailed("bad certificate"), False, False),
        (ConnectionLost("reset"), True, False),
        (TimedOut("slow"), True, False),
        (TruncatedAnswer("short"), True, False),
        (status(429), True, True),
        (status(429, 3), True, True),
        (status(503, 3), True, True),
        (status(503), False, False),
        (status(502), True, False),
        (status(504), True, False),
        (status(408), True, False),
        (status(409), True, False),
        (status(500), False, False),
        (status(400), False, False),
        (status(403), False, False),
        (status(404), False, False),
        (status(410), False, False),
    ],
)
def test_what_is_repeated(outcome: Any, freely: bool, otherwise: bool) -> None:
    """Nothing that may have been done is sent again, unless the cell allows it without a look."""
    for repeat, expected in ((FREELY, freely), (ONCE, otherwise), (NEVER, otherwise)):
        assert (STEADY.again_after(outcome, repeat, 1) is not None) is expected, repeat


@pytest.mark.parametrize(
    ("outcome", "doubt"),
    [
        (ConnectFailed("refused"), False),
        (ConnectionLost("reset"), True),
        (TimedOut("slow"), True),
        (status(502), True),
        (status(504), True),
        (status(408), True),
        (status(500), False),
        (status(429), False),
        (status(503, 1), False),
        (status(400), False),
    ],
)
def test_what_leaves_doubt(outcome: Any, doubt: bool) -> None:
    """Only what was sent and not answered may have been done."""
    assert is_ambiguous(outcome) is doubt


def test_pauses_double_and_are_bounded() -> None:
    """Pauses grow from the first to the longest, and attempts come to an end."""
    policy = RetryPolicy(attempts=6, pause=1.0, longest_pause=5.0, jitter=lambda: 1.0)
    pauses = [policy.again_after(status(429), FREELY, tried) for tried in range(1, 7)]
    assert pauses == [1.0, 2.0, 4.0, 5.0, 5.0, None]


def test_the_server_is_obeyed_within_reason() -> None:
    """Retry-After is honoured, and capped."""
    assert STEADY.again_after(status(503, 7), NEVER, 1) == 7
    assert STEADY.again_after(status(429, 1e9), NEVER, 1) == STEADY.longest_pause


@given(st.floats(0, 1), st.integers(1, 4))
def test_jitter_spreads_the_upper_half(draw: float, tried: int) -> None:
    """A pause is drawn from the upper half of its range."""
    full = 0.2 * 2 ** (tried - 1)
    pause = RetryPolicy(jitter=lambda: draw).again_after(status(502), FREELY, tried)
    assert pause is not None
    assert full / 2 <= pause <= full


@pytest.mark.parametrize(("option", "attempts"), [(None, 5), (0, 1), (3, 4)])
def test_the_option_is_a_count(option: Optional[int], attempts: int) -> None:
    """``retries=0`` means one attempt; None the default."""
    assert retry_policy(option).attempts == attempts


def test_the_option_is_a_policy() -> None:
    """A policy of one's own is used as it is."""
    assert retry_policy(STEADY) is STEADY


@pytest.mark.parametrize("option", [-1, True, "3", 1.5])
def test_odd_options_get_a_sentence(option: Any) -> None:
    """Anything else is refused."""
    with pytest.raises(InputError, match="retries must be"):
        retry_policy(option)


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"pause": -1}, {"longest_pause": -1}])
def test_odd_policies_get_a_sentence(wrong: Any) -> None:
    """A policy that makes no sense cannot exist."""
    with pytest.raises(InputError, match="at least one attempt"):
        RetryPolicy(**wrong)
