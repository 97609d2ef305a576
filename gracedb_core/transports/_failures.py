"""What went wrong: from the libraries' exceptions to ours."""

from __future__ import annotations

import http.client
import ssl
from socket import gaierror
from socket import timeout as socket_timeout
from typing import Iterator, List, Optional, Type, TypeVar
from urllib.parse import urlsplit

from urllib3.exceptions import ClosedPoolError, HTTPError, ProxyError
from urllib3.exceptions import SSLError as LibrarySSLError
from urllib3.exceptions import TimeoutError as LibraryTimeout

from ..errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimedOut,
    GraceDBError,
    SentRequest,
    TimedOut,
    TLSFailed,
    TransportError,
    TruncatedAnswer,
)

__all__ = ["LIBRARY_ERRORS", "is_closed_pool", "name_body_failure", "name_failure"]

#: What the libraries raise; anything else is a mistake of ours and goes through as it is.
LIBRARY_ERRORS = (HTTPError, http.client.HTTPException, OSError)

_System = (OSError, http.client.HTTPException)
_E = TypeVar("_E", bound=BaseException)
_Causes = List[BaseException]


def name_failure(
    error: BaseException, request: SentRequest, *, sent: bool, late: bool = False
) -> TransportError:
    """Name what *error* means for *request*.

    *sent* says whether any of it may have arrived, *late* that the answer did not come in time.
    """
    causes = list(_inwards(error))
    refusal = _tls_refusal(causes, sent=sent)
    if refusal is not None:
        failure: TransportError = TLSFailed(_about_tls(refusal, request), request=request)
    elif not sent:
        kind = ConnectTimedOut if _first(causes, socket_timeout) else ConnectFailed
        failure = kind(_about_connecting(causes, request), request=request)
    elif late or _first(causes, socket_timeout, LibraryTimeout):
        story = "timed out; the server may have acted on it"
        failure = TimedOut(f"{request} {story}.", request=request)
    else:
        story = "lost its connection before the answer had arrived"
        if _first(causes, http.client.BadStatusLine) and not _first(causes, ConnectionError):
            story = "was answered with what is no HTTP"
        failure = ConnectionLost(f"{request} {story} ({_words(causes)}).", request=request)
    return _because(failure, causes)


def name_body_failure(error: BaseException, request: SentRequest) -> GraceDBError:
    """Name what *error* means for a body that is read after the status has arrived."""
    causes = list(_inwards(error))
    if not _first(causes, http.client.IncompleteRead):
        return name_failure(error, request, sent=True)
    story = "was answered with a body that ended early; ask again"
    return _because(TruncatedAnswer(f"{request} {story}.", request=request), causes)


def is_closed_pool(error: BaseException) -> bool:
    """Whether the pool was closed before it gave a connection, so that nothing was sent."""
    return _first(list(_inwards(error)), ClosedPoolError) is not None


def _inwards(error: BaseException) -> Iterator[BaseException]:
    """Go from *error* to what caused it, as far as it says."""
    seen = set()
    rest: List[object] = [error]
    while rest:
        cause = rest.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        rest += [cause.__cause__, getattr(cause, "reason", None), *cause.args]
        # urllib3 1.26 chains nothing by name. That of a system's error is not followed: it is
        # what the caller was handling when he called.
        if not cause.__suppress_context__ and (isinstance(cause, HTTPError) or _is_theirs(cause)):
            rest.append(cause.__context__)


def _is_theirs(cause: BaseException) -> bool:
    """Whether this is an exception of `requests`: it holds the request, with its headers."""
    return hasattr(cause, "request")


def _first(causes: _Causes, *kinds: Type[_E]) -> Optional[_E]:
    return next((cause for cause in causes if isinstance(cause, kinds)), None)


def _innermost(causes: _Causes) -> Optional[BaseException]:
    ours = [cause for cause in causes if not _is_theirs(cause)]
    found = [cause for cause in ours if isinstance(cause, _System)] or ours
    return found[-1] if found else None


def _because(failure: _E, causes: _Causes) -> _E:
    cause = _innermost(causes)
    if cause is not None:
        # Its frames, those of the libraries, hold the headers, and a socket or two.
        failure.__cause__ = cause.with_traceback(None)
    return failure


def _words(causes: _Causes) -> str:
    cause = _innermost(causes) or causes[0]
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _host(request: SentRequest) -> str:
    return urlsplit(request.url).netloc


def _about_connecting(causes: _Causes, request: SentRequest) -> str:
    host = _host(request)
    if _first(causes, ProxyError):
        return f"{host} cannot be reached through the proxy ({_words(causes)}); nothing was sent."
    if _first(causes, gaierror):
        return f"No address is known for {host} ({_words(causes)}); check the URL and the network."
    if _first(causes, socket_timeout):
        return f"{host} did not accept a connection in time; nothing was sent."
    return f"No connection to {host} could be made ({_words(causes)}); nothing was sent."


def _tls_refusal(causes: _Causes, *, sent: bool) -> Optional[BaseException]:
    """Find the exception that says that the two sides could not agree on a connection."""
    cause = _first(causes, ssl.SSLError) or _first(causes, LibrarySSLError)
    # A connection that ends during the handshake says nothing about certificates.
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)):
        return None
    return cause if not sent or _is_alert(cause) else None


def _is_alert(cause: Optional[BaseException]) -> bool:
    # With TLS 1.3 the client has sent its request before the server has looked at its
    # certificate; a server that then sends an alert has not read the request.
    reason = getattr(cause, "reason", None) or ""
    refused = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "DECRYPT_ERROR", "HANDSHAKE")
    return "ALERT" in reason and any(word in reason for word in refused)


def _about_tls(cause: BaseException, request: SentRequest) -> str:
    host = _host(request)
    if _is_alert(cause):
        alert = str(getattr(cause, "reason", "")).split("ALERT_")[-1].replace("_", " ").lower()
        return f"{host} refused our client certificate ({alert}); give one that it accepts."
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {host} cannot be trusted ({cause.verify_message}); check the "
            "URL, or give verify= the path of the authority that issued it."
        )
    reason = getattr(cause, "reason", None) or cause
    return f"The TLS handshake with {host} failed ({reason}); check that it speaks https there."
