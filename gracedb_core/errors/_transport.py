"""No whole answer arrived, or none that can be used."""

from __future__ import annotations

from ._base import GraceDBError


class TransportError(GraceDBError):
    """Raised when no whole answer arrived."""

    #: Whether the server may have received the request, and so may have acted on it.
    may_have_arrived: bool = True
    retryable = True
    _requests_name = "ConnectionError"


class ConnectFailed(TransportError, ConnectionError):
    """Raised when no connection could be made; nothing was sent."""

    may_have_arrived = False


class ConnectTimedOut(ConnectFailed, TimeoutError):
    """Raised when no connection was made in time; nothing was sent."""

    _requests_name = "ConnectTimeout"


class TLSFailed(ConnectFailed):
    """Raised when the TLS handshake failed; nothing was sent."""

    retryable = False
    _requests_name = "SSLError"


class ConnectionLost(TransportError, ConnectionError):
    """Raised when the connection broke before a whole answer had arrived."""


class TimedOut(TransportError, TimeoutError):
    """Raised when the server did not answer in time."""

    _requests_name = "ReadTimeout"


class TruncatedAnswer(TransportError, ConnectionError):
    """Raised when a body ended before its announced or encoded end."""


class AnswerError(GraceDBError):
    """Raised when an answer arrived that cannot be used."""

    _requests_name = "RequestException"


class DecodeError(AnswerError, ValueError):
    """Raised when the body is not what the server documents (HTML, cut JSON, another shape)."""


class RedirectRefused(AnswerError):
    """Raised when the server points to a place where this client does not follow."""
