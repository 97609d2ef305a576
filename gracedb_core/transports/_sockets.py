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
from typing import TYPE_CHECKING, Any, Iterator, Optional, Union

from urllib3.connection import HTTPConnection, HTTPSConnection

from ..interfaces import Timeout
from ._bodies import Outgoing
from ._forks import cut_off, tell_in_child, works
from ._replies import Reply

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = [
    "A_MOMENT",
    "REPEATABLE",
    "Body",
    "Clock",
    "ClockedHTTPConnection",
    "ClockedHTTPSConnection",
]

Body = Union[bytes, Outgoing, None]

#: What may be sent twice without harm.
REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS"))

#: Seconds after which a server may be about to close a connection that nobody uses. What must not
#: be sent twice does not ride on one: its loss could not be told from a lost answer.
A_MOMENT = 1.0

#: How systems say, while we send, that the other side listens no more.
_GONE = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)

#: Bytes of an upload that are read, and offered to the socket, at a time.
_BLOCK = 1 << 18

#: Seconds that stand for "wait for ever"; larger ones overflow in the system's calls.
_FOREVER = 1e6


class Clock:
    """The timeouts of one request, counted from the moment this is made."""

    def __init__(self, limits: Timeout, method: str) -> None:
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

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection, and then for the TLS handshake."""
        return self.left(self.limits.connect)


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


def _reply(connection: _Clocked, sock: Any, *args: Any, **options: Any) -> Reply:
    received: Any = _Received(sock, connection.clock)
    connection.received = received
    return Reply(received, *args, **options)


def _blocks(head: bytes, body: Body) -> Iterator[Any]:
    """Give what to send; the first packet has room for more than a head."""
    # A view shows nothing of a head, which holds the credential, where locals are printed.
    if isinstance(body, Outgoing):
        yield memoryview(head + body.read(_BLOCK))
        yield from iter(lambda: body.read(_BLOCK), b"")
    else:
        yield memoryview(head + body) if body else head


class _Clocked(http.client.HTTPConnection):
    """A connection that keeps to the clock of the request it carries."""

    clock: Clock
    received: Optional[_Received] = None
    response_class: Any = _reply
    #: Whether it is the parent's of this process.
    is_inherited = False

    def forked(self) -> None:
        """Leave it to the parent."""
        self.is_inherited = True
        if self.sock is not None:
            # Before it is closed: a file over it keeps it open.
            cut_off(self.sock)
            self.sock.close()

    def connect(self) -> None:
        tell_in_child(self)
        try:
            super().connect()
        except BaseException:
            # Python 3.8 leaves open what it has read a proxy's refusal from.
            if self.received is not None:
                self.received.close()
            raise

    def exchange(self, method: str, head: bytes, body: Body) -> Reply:
        """Send a request and give the reply, its body not read; this must be connected."""
        self.clock.carried_by(self.sock)
        heard = True
        try:
            for block in _blocks(head, body):
                self.clock.sent = True
                self.send(block)
        except _GONE:
            # It may have answered, and closed, before it had read all of an upload.
            heard = False
        reply: Reply = self.response_class(self.sock, method=method)
        try:
            reply.begin()
        except BaseException:
            reply.close()
            raise
        reply.will_close = reply.will_close or not heard
        return reply

    def send(self, data: Any) -> None:
        clock = self.clock
        data = memoryview(data)
        # Not sendall, whose timeout is for the whole: a large body may take its time.
        while data:
            self.sock.settimeout(clock.left(clock.limits.write))
            data = data[self.sock.send(data) :]


class ClockedHTTPConnection(_Clocked, HTTPConnection):
    """A plain connection that keeps to a clock."""


class ClockedHTTPSConnection(_Clocked, HTTPSConnection):
    """A TLS connection that keeps to a clock."""

    def _new_conn(self) -> Any:
        sock = super()._new_conn()
        works.begin()
        return sock

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            works.end()
        # urllib3 would warn at every request; who verifies nothing was warned once already.
        self.is_verified = True
