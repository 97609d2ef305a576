"""A write that may or may not have happened."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional

from ._base import GraceDBError, InputError, SentRequest
from ._refusals import ResponseError, ServerFault


class Resolution(NamedTuple):
    """What the server shows of a write whose answer was lost.

    ``done`` is True where it was carried out, and ``answer`` is then what the call would have
    given; False where it was not and will not be, so that it may be sent again; None where
    nobody can tell, or not yet.
    """

    done: Optional[bool]
    answer: Any = None


class OutcomeUnknown(GraceDBError):
    """Raised when a write may or may not have happened, after it was looked for in vain.

    ``__cause__`` is what broke, ``request`` what was asked, ``sent_at`` when (unix seconds).
    `resolve` looks again.
    """

    sent_at: float = 0.0
    _requests_name = "ConnectionError"
    #: Makes the flow that looks.
    _look: Optional[Callable[[], Any]] = None
    #: Drives it.
    _run: Optional[Callable[[Any], Any]] = None

    def __init__(
        self, message: str, *, request: Optional[SentRequest] = None, sent_at: float = 0.0
    ) -> None:
        super().__init__(message, request=request)
        self.sent_at = sent_at

    def looked_for_by(self, look: Callable[[], Any]) -> None:
        """Say how to look: *look* makes a flow that gives a `Resolution`."""
        self._look = look

    def driven_by(self, run: Callable[[Any], Any]) -> None:
        """Say who drives what looks, unless that is known: the client that made the call."""
        self._run = self._run or run

    def resolve(self) -> Any:
        """Look at the server again, and give a `Resolution`; one to await from `AsyncClient`.

        Nothing is written. Raises what the reading of the server raises, and `InputError` for an
        error that was pickled or copied, which knows its client no more.
        """
        if self._run is None or self._look is None:
            raise InputError(
                "This error was copied or comes from another process, and knows its client no "
                f"more; look at the server for what {self.request or 'it'} has made."
            )
        return self._run(self._look())

    def _facts(self) -> Dict[str, Any]:
        # A client cannot travel along.
        return {name: fact for name, fact in super()._facts().items() if name[0] != "_"}


class Unanswered(OutcomeUnknown, TimeoutError):
    """Raised when a write was not answered in time."""

    _requests_name = "ReadTimeout"


class GatewayFailure(OutcomeUnknown, ServerFault):
    """Raised when what stands before the server answered a write in its place (408, 502, 504)."""

    retryable = False
    _requests_name = "HTTPError"

    def __init__(
        self,
        message: str,
        *,
        request: Optional[SentRequest] = None,
        sent_at: float = 0.0,
        answer: Optional[ResponseError] = None,
    ) -> None:
        facts = {} if answer is None else dict(answer.__dict__)
        OutcomeUnknown.__init__(self, message, request=request, sent_at=sent_at)
        for name in ("status", "reason", "detail", "body", "headers", "retry_after"):
            if name in facts:
                setattr(self, name, facts[name])
