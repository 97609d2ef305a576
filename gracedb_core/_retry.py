"""The retry policy: given this outcome, again? after how long?"""

from __future__ import annotations

from enum import Enum
from typing import Callable, Optional, Union

from ._values import Value
from .errors import InputError, ResponseError, SentRequest, TransportError

__all__ = ["Repeat", "RetryPolicy", "is_ambiguous", "retry_policy", "tell"]


class Repeat(Enum):
    """Whether an operation may be sent again when nobody knows if the first one arrived.

    A cell of the route table, because the server's verbs do not tell: a PUT adds a version,
    a second DELETE is 404, a second POST of a label is 400.
    """

    #: It changes nothing, or nothing more the second time.
    FREELY = "freely"
    #: The server does it once, and refuses a second one: whoever has looked may send it again.
    ONCE = "once"
    #: A second one would do it twice.
    NEVER = "never"


#: The server was not reached, or not in time, by what stands before it: nobody knows.
_AMBIGUOUS = frozenset({408, 502, 504})
#: A read may also meet a storage hiccup, which the server calls a conflict.
_WORTH_A_READ = _AMBIGUOUS | {409}

Outcome = Union[ResponseError, TransportError]


def is_ambiguous(outcome: Outcome) -> bool:
    """Tell whether the server may have acted in spite of *outcome*."""
    if isinstance(outcome, TransportError):
        return outcome.may_have_arrived
    return outcome.status in _AMBIGUOUS


def _draw() -> float:
    # A function of its own: the library's is bound to a generator, which a pickle would hold.
    import random

    return random.random()  # noqa: S311  pauses are no secret


class RetryPolicy(Value):
    """How often, and after which pauses, a request that may be repeated is repeated.

    *attempts* counts the first one; pauses begin at *pause* seconds, double, are drawn at random
    from the upper half so that many clients spread out, and never exceed *longest_pause*, not
    even where the server asks for more. As often, and with the same pauses, it is looked whether
    a write whose answer was lost has been carried out. One that is still not to be found
    *settled_after* seconds after it was sent has not been: `OutcomeUnknown.resolve` says so.
    """

    attempts: int = 5
    pause: float = 0.2
    longest_pause: float = 30.0
    jitter: Callable[[], float] = _draw
    settled_after: float = 120.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or min(self.pause, self.longest_pause, self.settled_after) < 0:
            raise InputError("A retry policy needs at least one attempt and no negative pause.")

    def again_after(self, outcome: Outcome, repeat: Repeat, tried: int) -> Optional[float]:
        """Say how many seconds to wait before another attempt, or None for no more.

        *tried* is the number of attempts made, of which *outcome* was the last.
        """
        if tried >= self.attempts or not _may_repeat(outcome, repeat):
            return None
        asked = outcome.retry_after if isinstance(outcome, ResponseError) else None
        return self.pause_after(tried) if asked is None else min(asked, self.longest_pause)

    def pause_after(self, tried: int) -> float:
        """Draw the seconds to wait after *tried* attempts, where nobody asks for more."""
        pause = self.pause * 2.0 ** min(tried - 1, 60)
        return min(pause * (0.5 + 0.5 * self.jitter()), self.longest_pause)


def _may_repeat(outcome: Outcome, repeat: Repeat) -> bool:
    if isinstance(outcome, TransportError):
        return outcome.retryable and (not outcome.may_have_arrived or repeat is Repeat.FREELY)
    if outcome.status == 429:
        return True
    if outcome.status == 503:
        # With Retry-After nothing was done; without it is announced maintenance.
        return outcome.retry_after is not None
    return repeat is Repeat.FREELY and outcome.status in _WORTH_A_READ


def tell(asked: SentRequest, outcome: BaseException, pause: float) -> None:
    """Log that *asked* is sent again, when, and why."""
    import logging  # whoever meets no trouble needs none

    why = str(outcome)
    story = why if str(asked) in why else f"{asked}: {why}"
    logging.getLogger("gracedb_core").warning("%s Trying again in %.2g s.", story, pause)


def retry_policy(retries: Union[int, RetryPolicy, None]) -> RetryPolicy:
    """Read the client's option: a number of repetitions, a policy, or None for the default."""
    if retries is None:
        return RetryPolicy()
    if isinstance(retries, RetryPolicy):
        return retries
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise InputError(f"retries must be a count or a RetryPolicy, not {retries!r}.")
    return RetryPolicy(attempts=retries + 1)
