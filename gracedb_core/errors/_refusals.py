"""The server refused, with a status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping, Optional, Type

from .._twins import as_response
from ._base import GraceDBError, SentRequest

if TYPE_CHECKING:
    import requests


class ResponseError(GraceDBError):
    """Raised when the server refused with a status.

    ``status``, ``reason``, ``headers`` (lower-case names) and ``body`` (bytes, up to 1 MiB)
    are the answer; ``detail`` is the server's own words, freed from their envelope.
    """

    status: int = 0
    reason: str = ""
    detail: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = {}
    #: Seconds the server asked us to wait, if it did.
    retry_after: Optional[float] = None
    _requests_name = "HTTPError"

    def __init__(
        self,
        message: str,
        *,
        request: Optional[SentRequest] = None,
        status: int = 0,
        reason: str = "",
        detail: str = "",
        body: bytes = b"",
        headers: Optional[Mapping[str, str]] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message, request=request)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.body = body
        self.headers = dict(headers or {})
        self.retry_after = retry_after

    @property
    def status_code(self) -> int:
        """The status, under the name that callers of `requests` know."""
        return self.status

    @property
    def response(self) -> requests.Response:
        """The answer as a ``requests.Response``, for programs written for the older clients."""
        return as_response(self.status, self.reason, self.headers, self.body, self.request)


class BadRequest(ResponseError):
    """Raised for 400 and for other 4xx statuses without a class of their own."""


class AccessDenied(ResponseError):
    """Raised for 401 and 403; this server answers 403 where others say 401."""


class NotFound(ResponseError):
    """Raised for 404: it does not exist, or these credentials may not see it."""


class Conflict(ResponseError):
    """Raised for 409: already there, an empty file, or a passing conflict."""


class Gone(ResponseError):
    """Raised for 410: newer servers have removed this function."""


class Throttled(ResponseError):
    """Raised for 429: too many requests; nothing was done."""

    retryable = True


class ServerFault(ResponseError):
    """Raised for 5xx: the server, or something before it, failed."""


class Unavailable(ServerFault):
    """Raised for 503: without ``retry_after`` it is announced maintenance."""


_BY_STATUS: Mapping[int, Type[ResponseError]] = {
    401: AccessDenied,
    403: AccessDenied,
    404: NotFound,
    409: Conflict,
    410: Gone,
    429: Throttled,
    503: Unavailable,
}


def response_error_class(status: int) -> Type[ResponseError]:
    """Name the class that stands for *status*."""
    return _BY_STATUS.get(status, ServerFault if status >= 500 else BadRequest)
