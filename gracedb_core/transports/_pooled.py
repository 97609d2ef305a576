"""Sending over a pool: what both built-in transports do, whatever face the pool has."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple, Type

from ..errors import SentRequest
from ..interfaces import ClientCert, Request, Response, TransportOptions
from ._bodies import Incoming, Outgoing, read_whole
from ._closed import closed
from ._failures import LIBRARY_ERRORS, is_closed_pool, name_failure
from ._heads import EXPECTING_BODY, joined
from ._sockets import Body, Clock

if TYPE_CHECKING:
    from ._revocation import Revocation

__all__ = ["PooledTransport"]


class PooledTransport(ABC):
    """A transport over pools of urllib3, one pool at a time: that of the certificate in use.

    A request with another certificate supersedes the pool. Its idle connections are closed at
    once, and one in use when it is given back, so that requests in flight are unharmed.

    Timeouts: *connect* bounds connecting to each address of the host, and the TLS handshake;
    *write* and *read* each wait on the socket; *total* all of it, until the last byte of the
    body is read, also of a server that dribbles. Looking up the host's name is not bounded.
    """

    #: That `send` can be told to stop, by another thread.
    revocable = True
    #: What the library raises, without a socket's exception in it, for an answer too late.
    _lateness: Tuple[Type[Exception], ...] = ()

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._origin = str(options.origin)
        self._current: Optional[Tuple[Optional[str], Any]] = None
        self._is_closed = False
        self._lock = threading.Lock()

    @abstractmethod
    def _open(self, certificate: Optional[ClientCert]) -> Any:
        """Make what `_ask` takes as its pool; it has `close`."""

    @abstractmethod
    def _ask(
        self, pool: Any, request: Request, headers: Dict[str, str], body: Body, clock: Clock
    ) -> Any:
        """Send over *pool* and give what is as a `Reply`, its body not read."""

    def send(self, request: Request, revocation: Optional[Revocation] = None) -> Response:
        """Send *request* to the origin this transport was opened for."""
        clock = Clock(request.timeout, request.method)
        if revocation is not None:
            revocation.stops(clock.revoke)
        if request.body is None or isinstance(request.body, bytes):
            return self._exchange(request, request.body, clock)
        body = Outgoing(request.body)
        try:
            return self._exchange(request, body, clock)
        finally:
            body.close()

    def close(self) -> None:
        """Close every connection; one in use is closed when its answer was read.

        From then on `send` raises `ClientClosed`.
        """
        with self._lock:
            self._is_closed = True
            current, self._current = self._current, None
        if current is not None:
            current[1].close()

    def _exchange(self, request: Request, body: Body, clock: Clock) -> Response:
        sent = SentRequest(request.method, self._origin + request.target)
        try:
            return self._answered(request, body, clock, sent)
        except LIBRARY_ERRORS as error:
            failure = self._named(error, body, clock, sent)
        try:
            # Raised here, where the library's exception, which knows the headers, is no context.
            raise failure
        finally:
            # An exception that its own frame holds keeps alive whatever its other frames do.
            del failure

    def _named(
        self, error: BaseException, body: Body, clock: Clock, sent: SentRequest
    ) -> BaseException:
        if isinstance(body, Outgoing) and body.error is not None:
            return body.error
        late = isinstance(error, self._lateness)
        return name_failure(error, sent, sent=clock.sent or late, late=late)

    def _answered(self, request: Request, body: Body, clock: Clock, sent: SentRequest) -> Response:
        reply = self._asked(request, body, clock)
        # A session cookie outranks a token on this server: none may be kept, nor shown.
        reply.headers.pop("set-cookie", None)
        answer = Incoming(reply, sent) if request.stream else read_whole(reply)
        return Response(reply.status, reply.headers, answer, reply.reason)

    def _asked(self, request: Request, body: Body, clock: Clock) -> Any:
        headers = _headers(request, body)
        while True:
            pool = self._pool(request.certificate)
            try:
                return self._ask(pool, request, headers, body, clock)
            except LIBRARY_ERRORS as error:
                # Superseded by another thread after we took it: there is a newer one.
                if not is_closed_pool(error):
                    raise

    def _pool(self, certificate: Optional[ClientCert]) -> Any:
        fingerprint = None if certificate is None else certificate.fingerprint
        current = self._current
        if current is not None and current[0] == fingerprint:
            return current[1]
        with self._lock:
            if self._is_closed:
                raise closed()
            current = self._current
            if current is None or current[0] != fingerprint:
                superseded = current
                current = self._current = (fingerprint, self._open(certificate))
                if superseded is not None:
                    superseded[1].close()
        return current[1]


def _headers(request: Request, body: Body) -> Dict[str, str]:
    headers = joined(request.headers)
    if any(name.lower() == "content-length" for name in headers):
        return headers
    if body is not None:
        headers["Content-Length"] = str(len(body) if isinstance(body, bytes) else body.length)
    elif request.method in EXPECTING_BODY:
        headers["Content-Length"] = "0"
    return headers
