"""Connections of urllib3 that keep to the timeouts of the request they carry.

urllib3 alone bounds sending by the *connect* timeout, and lets a server that dribbles a byte at a
time hold a caller for ever. Here every wait on the socket, for sending, headers and body, is cut
to what is left. Only the look-up of a host name is not bounded: the system offers no way to.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import threading
from socket import timeout as socket_timeout
from time import monotonic
from typing import TYPE_CHECKING, Any, Optional

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from ..interfaces import Timeout
from ._heads import read_head

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["A_MOMENT", "REPEATABLE", "Clock", "ClockedHTTPConnection", "ClockedHTTPSConnection"]

#: What may be sent twice without harm.
REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS"))

#: Seconds after which a server may be about to close a connection that nobody uses. What must not
#: be sent twice does not ride on one: its loss could not be told from a lost answer.
A_MOMENT = 1.0

#: How systems say, while we send, that the other side listens no more.
_GONE = (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)

#: Seconds that stand for "wait for ever"; larger ones overflow in the system's calls.
_FOREVER = 1e6


class Clock(urllib3.Timeout):
    """The timeouts of one request, counted from the moment this is made."""

    def __init__(self, limits: Timeout, method: str) -> None:
        super().__init__(connect=limits.connect, read=limits.read)
        self.limits = limits
        self.repeatable = method in REPEATABLE
        #: When bytes arrived last.
        self.touched = monotonic()
        self._end = None if limits.total is None else self.touched + limits.total
        #: Whether a byte of the request may be on its way.
        self.sent = False
        self._revoked = False
        self._carrier: Any = None
        self._lock = threading.Lock()

    def left(self, limit: Optional[float]) -> float:
        """Give how long to wait now, where *limit* seconds are allowed; raises `socket.timeout`."""
        if limit is None:
            limit = _FOREVER
        if self._revoked:
            raise socket_timeout("nobody waits for the answer any more")
        if self._end is None:
            return limit
        left = self._end - monotonic()
        if left <= 0:
            raise socket_timeout("the time for the whole request is over")
        return limit if limit < left else left

    @property
    def is_old(self) -> bool:
        """Whether the connection that this was for has been idle for more than a moment."""
        return monotonic() - self.touched > A_MOMENT

    # Another thread may say that nobody waits any more.

    def carried_by(self, sock: Any) -> None:
        """Remember the socket in use, or that there is none."""
        with self._lock:
            self._carrier = sock

    def revoke(self) -> None:
        """Make whoever waits on the socket, or will, give up now."""
        with self._lock:
            self._revoked = True
            if self._carrier is not None:
                _hang_up(self._carrier)

    # What urllib3 asks of a timeout. It copies it twice for each request; this is made for one.

    def clone(self) -> Clock:
        """Give this very clock: it runs already."""
        return self

    def start_connect(self) -> float:
        """Do nothing: it runs already."""
        return self.touched

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection, and then for the TLS handshake."""
        return self.left(self.limits.connect)

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for the first bytes."""
        return self.left(self.limits.read)


def _hang_up(sock: Any) -> None:
    """Wake the thread that waits for *sock*; it stays its business to close it."""
    # TLS through a proxy that speaks TLS has the socket inside. Not the method of a TLS socket:
    # that would take away, in the middle of a call, what the other thread works with.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)


class _Received(io.RawIOBase):
    """What a socket receives, waited for no longer than a clock allows."""

    def __init__(self, sock: Any, clock: Clock) -> None:
        self._socket = sock
        self._clock = clock
        self._raw = sock.makefile("rb", buffering=0)

    def makefile(self, _mode: str) -> io.BufferedReader:
        # http.client asks a socket for a file; this passes for one.
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> Optional[int]:
        clock = self._clock
        self._socket.settimeout(clock.left(clock.limits.read))
        count: Optional[int] = self._raw.readinto(buffer)
        clock.touched = monotonic()
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer that skips every interim one, and knows when it is short."""

    def begin(self) -> None:
        # http.client skips 100 only. A 103 would pass for the answer, and the answer for that
        # of the next request on this connection.
        head = read_head(self.fp)
        while head.status < 200:
            head = read_head(self.fp)
        answer: Any = self
        answer.version, answer.status, answer.reason, answer.headers = head
        answer.code, answer.msg = head.status, head.headers
        answer.chunked, answer.length = head.framing(answer._method)
        answer.chunk_left = None
        # With neither chunks nor a length, the body ends where the connection does.
        answer.will_close = head.is_last or not (answer.chunked or answer.length is not None)

    def read(self, amt: Optional[int] = None) -> bytes:
        data = super().read(amt)
        # http.client, and urllib3 1.26 with it, take the end of the connection for that of the
        # body when they read by blocks.
        if not data and amt and self.length:
            raise http.client.IncompleteRead(b"", self.length)
        return data


def _answer(connection: _Clocked, sock: Any, *args: Any, **options: Any) -> _Answer:
    received: Any = _Received(sock, connection.clock)
    connection.received = received
    return _Answer(received, *args, **options)


class _Clocked(http.client.HTTPConnection):
    """A connection that keeps to the clock of the request it carries."""

    clock: Clock
    received: Optional[_Received] = None
    response_class: Any = _answer

    def connect(self) -> None:
        try:
            super().connect()
        except BaseException:
            # Python 3.8 leaves open what it has read a proxy's refusal from.
            if self.received is not None:
                self.received.close()
            raise

    def endheaders(self, *args: Any, **options: Any) -> None:
        # Connected first: a tunnel through a proxy is none of the request.
        if self.sock is None:
            self.connect()
        self.clock.sent = True
        self.clock.carried_by(self.sock)
        super().endheaders(*args, **options)

    def send(self, data: Any) -> None:
        clock = self.clock
        rest = memoryview(data)
        # Not sendall, whose timeout is for the whole: a large body may take its time.
        try:
            while rest:
                self.sock.settimeout(clock.left(clock.limits.write))
                rest = rest[self.sock.send(rest) :]
        except _GONE as error:
            # Every version of urllib3 takes this to mean that the answer is there already.
            raise BrokenPipeError(*error.args) from None


class ClockedHTTPConnection(_Clocked, HTTPConnection):
    """A plain connection that keeps to a clock."""


class ClockedHTTPSConnection(_Clocked, HTTPSConnection):
    """A TLS connection that keeps to a clock."""

    def connect(self) -> None:
        super().connect()
        # urllib3 would warn at every request; who verifies nothing was warned once already.
        self.is_verified = True
