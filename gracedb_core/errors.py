"""What can go wrong, as classes named by outcome.

::

    GraceDBError
    ├── InputError            an argument that cannot be sent; nothing was sent  (ValueError)
    ├── CredentialError       a credential that exists but cannot be used  (ValueError)
    ├── PluginError           a plugin that is missing, broken or clashes with another
    ├── ClientClosed          a client that was used after close()  (RuntimeError)
    ├── TransportError        no whole answer arrived
    │   ├── ConnectFailed     nothing was sent  (ConnectionError)
    │   ├── TLSFailed         the handshake failed, nothing was sent  (ConnectionError)
    │   ├── ConnectionLost    the request may have been acted on  (ConnectionError)
    │   ├── TimedOut          the request may have been acted on  (TimeoutError)
    │   └── TruncatedAnswer   the answer ended early  (ConnectionError)
    ├── OutcomeUnknown        a write that may or may not have happened
    │   └── GatewayFailure    answered 408, 502 or 504 in the server's place; a ServerFault too
    ├── AnswerError           an answer arrived that cannot be used
    │   ├── DecodeError       it is not what the server documents  (ValueError)
    │   └── RedirectRefused   it points where this client does not follow
    └── ResponseError         the server refused, with a status
        ├── BadRequest        400 and other 4xx
        ├── AccessDenied      401, 403
        ├── NotFound          404
        ├── Conflict          409
        ├── Gone              410: removed from newer servers
        ├── Throttled         429
        └── ServerFault       5xx
            └── Unavailable   503

Every error carries its facts as attributes, pickles, and reads as one sentence. Where the
``requests`` library is loaded, whoever wrote ``except requests.HTTPError`` (or
``ConnectionError``, ``Timeout``) catches ours too, and ``error.response`` is a
``requests.Response``: programs written for the older clients depend on it.
"""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Dict,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
    Type,
    TypeVar,
)

from ._twins import as_requests_knows_it, as_response, own_class

if TYPE_CHECKING:
    import requests

__all__ = [
    "AccessDenied",
    "AnswerError",
    "BadRequest",
    "ClientClosed",
    "Conflict",
    "ConnectFailed",
    "ConnectionLost",
    "CredentialError",
    "CredentialWarning",
    "DecodeError",
    "GatewayFailure",
    "Gone",
    "GraceDBError",
    "InputError",
    "NotFound",
    "OutcomeUnknown",
    "PluginError",
    "PluginWarning",
    "RedirectRefused",
    "ResponseError",
    "SentRequest",
    "ServerFault",
    "TLSFailed",
    "Throttled",
    "TimedOut",
    "TransportError",
    "TruncatedAnswer",
    "Unavailable",
]

E = TypeVar("E", bound="GraceDBError")


class SentRequest(NamedTuple):
    """What was asked, without headers or body, so that no secret can travel along."""

    method: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class GraceDBError(Exception):
    """Anything this package raises on purpose."""

    #: Whether the same call, made again later, may have another outcome and can do no harm.
    retryable: bool = False
    #: The request that failed, if there was one.
    request: Optional[SentRequest] = None
    #: The exception of the ``requests`` library that callers of older clients expect instead.
    _requests_name: ClassVar[str] = ""

    def __new__(cls, message: str, **_facts: Any) -> GraceDBError:  # noqa: D102
        known = as_requests_knows_it(cls)
        solid = OSError if issubclass(known, OSError) else Exception
        error: GraceDBError = solid.__new__(known, message)
        return error

    def __init__(self, message: str, *, request: Optional[SentRequest] = None) -> None:
        # Not super(): a twin made for `requests` would run that library's constructor.
        Exception.__init__(self, message)
        self.message = message
        if request is not None:
            self.request = request

    def __str__(self) -> str:
        return self.message

    def about(self: E, request: SentRequest) -> E:
        """Say which request it is about, unless that is known, and give the error itself."""
        if self.request is None:
            self.request = request
            self.message = f"{request}: {self.message}"
            self.args = (self.message,)
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        return _rebuild, (own_class(type(self)), self.message, dict(self.__dict__))


class InputError(GraceDBError, ValueError):
    """Raised before anything is sent, for an argument that cannot be sent."""


class CredentialError(GraceDBError, ValueError):
    """Raised for a credential that was given or found and cannot be used."""


class CredentialWarning(UserWarning):
    """Issued for a credential that was found and passed over, or that others can read."""


class PluginError(GraceDBError):
    """Raised for a plugin that is missing, cannot be loaded, or clashes with another."""


class PluginWarning(UserWarning):
    """Issued for a plugin with which something is wrong; clients that do not need it go on."""


class ClientClosed(GraceDBError, RuntimeError):
    """Raised when a client is used after it was closed."""


class TransportError(GraceDBError):
    """Raised when no whole answer arrived."""

    #: Whether the server may have received the request, and so may have acted on it.
    may_have_arrived: bool = True
    retryable = True
    _requests_name = "ConnectionError"


class ConnectFailed(TransportError, ConnectionError):
    """Raised when no connection could be made; nothing was sent."""

    may_have_arrived = False


class TLSFailed(ConnectFailed):
    """Raised when the TLS handshake failed; nothing was sent."""

    retryable = False
    _requests_name = "SSLError"


class ConnectionLost(TransportError, ConnectionError):
    """Raised when the connection broke before a whole answer had arrived."""


class TimedOut(TransportError, TimeoutError):
    """Raised when the server did not answer in time."""

    _requests_name = "Timeout"


class TruncatedAnswer(TransportError, ConnectionError):
    """Raised when a body ended before its announced or encoded end."""


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


class AnswerError(GraceDBError):
    """Raised when an answer arrived that cannot be used."""

    _requests_name = "RequestException"


class DecodeError(AnswerError, ValueError):
    """Raised when the body is not what the server documents (HTML, cut JSON, another shape)."""


class RedirectRefused(AnswerError):
    """Raised when the server points to a place where this client does not follow."""


class ResponseError(GraceDBError):
    """Raised when the server refused with a status.

    ``status``, ``reason``, ``headers`` (lower-case names) and ``body`` (bytes, exactly as sent)
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


def _rebuild(cls: Type[GraceDBError], message: str, facts: Dict[str, Any]) -> GraceDBError:
    error = cls(message)
    error.__dict__.update(facts)
    return error
