"""A write that may or may not have happened."""

from __future__ import annotations

from typing import Optional

from ._base import GraceDBError, SentRequest
from ._refusals import ResponseError, ServerFault


class OutcomeUnknown(GraceDBError):
    """Raised when a write may or may not have happened: look before you repeat it.

    ``__cause__`` is what broke, ``request`` what was asked, ``sent_at`` when (unix seconds).
    """

    sent_at: float = 0.0
    _requests_name = "ConnectionError"

    def __init__(
        self, message: str, *, request: Optional[SentRequest] = None, sent_at: float = 0.0
    ) -> None:
        super().__init__(message, request=request)
        self.sent_at = sent_at


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
