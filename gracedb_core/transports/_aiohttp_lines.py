"""A connection that aiohttp has made, and for how long whoever waits on it is willing to."""

from __future__ import annotations

import http.client
from math import inf
from typing import TYPE_CHECKING, Any, Tuple, Union

from ..interfaces import Timeout
from . import _sockets
from ._forks import cut_off, tell_in_child

if TYPE_CHECKING:
    from aiohttp.connector import Connection

__all__ = ["Line"]

#: Bytes that wait for whoever reads, before the server is told to pause.
_BUFFER = 1 << 18
#: Bytes in a line of a head: as many as the other transports read.
_LONGEST_LINE = (1 << 16) - 1
#: Bytes that may come and make neither a head nor a part of a body; aiohttp keeps them all.
_MOST_IN_VAIN = 1 << 20


class Line:
    """One connection.

    Its time is kept with one timer that is rarely moved: a later end is noted only, and seen when
    the timer goes off. Setting one and taking it back for each request would cost more than all
    else that is done here.
    """

    def __init__(self, connection: Connection, loop: Any, address: Any) -> None:
        self._connection = connection
        self._loop = loop
        #: What it was made for: the server, and the certificate that is shown to it.
        self.address = address
        self.protocol: Any = connection.protocol
        # Kept, because aiohttp forgets that of a connection which has ended, and up to Python
        # 3.10 TLS wants it to be closed all the same.
        self.transport: Any = connection.transport
        #: Whether all of the request in hand may be on its way.
        self.sent = False
        #: Whether the body in hand ends where the connection does.
        self.ends_body = False
        #: Whether it was broken off from here, and whether because the time was over.
        self.broken = self.late = False
        self.touched = 0.0
        self._limits = Timeout()
        self._end = self._until = self._rings = inf
        self._timer: Any = None
        self._body: Any = None
        self._arrived = self._in_vain = 0
        # As all that is put on a protocol here: on the instance, where asyncio looks it up.
        vars(self.protocol)["data_received"] = self._hear
        tell_in_child(self)

    def forked(self) -> None:
        """Leave it to the parent, whose loop waits on it."""
        # That of one which is closed may have a number that is somebody else's by now.
        if not self.transport.is_closing():
            cut_off(self.transport.get_extra_info("socket"))

    @property
    def is_alive(self) -> bool:
        """Whether another request can be sent over it."""
        return bool(self.protocol.is_connected() and not self.protocol.should_close)

    @property
    def is_old(self) -> bool:
        """Whether it has been idle for more than a moment."""
        idle: float = self._loop.time() - self.touched
        return idle > _sockets.A_MOMENT

    # Time

    def begin(self, limits: Timeout, end: float) -> None:
        """Keep to *limits* from now on, and to *end*, the time at which all is over."""
        self._limits, self._end = limits, end

    def reading(self) -> None:
        """Wait for bytes from now on."""
        self._within(self._limits.read)

    def writing(self) -> None:
        """Wait for the server to take bytes from now on."""
        self._within(self._limits.write)

    def rest(self) -> None:
        """Wait for nothing any more."""
        self._until = inf

    def _within(self, limit: Any) -> None:
        until = self._end
        if limit is not None:
            until = min(until, self._loop.time() + limit)
        self._until = until
        if until < self._rings:
            self._set()

    def _set(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = self._until
        self._timer = self._loop.call_at(self._until, self._look)

    def _look(self) -> None:
        self._timer, self._rings = None, inf
        if self._until <= self._loop.time():
            self.late = True
            self.abort()
        elif self._until < inf:
            self._set()

    # What goes over it

    async def answer(self) -> Tuple[Any, Any]:
        """Await the head of the answer, and the stream of its body."""
        while True:
            message, body = await self.protocol.read()
            # Interim ones come before the answer; after 101 none would come.
            if not 100 <= message.code < 200 or message.code == 101:
                self._tell(body)
                return message, body

    def _hear(self, data: bytes) -> None:
        """Let the protocol hear *data*, unless a head, or what follows a body, never ends."""
        type(self.protocol).data_received(self.protocol, data)
        arrived = getattr(self._body, "total_bytes", 0)
        self._in_vain = 0 if arrived != self._arrived else self._in_vain + len(data)
        self._arrived = arrived
        if self._in_vain > _MOST_IN_VAIN and not self.broken:
            self.protocol.set_exception(
                http.client.BadStatusLine("a head without an end")
                if self._body is None
                else http.client.IncompleteRead(b"")
            )
            self.abort()

    def _tell(self, body: Any) -> None:
        """Let whoever awaits *body* hear of a failure that the protocol alone is told.

        Of a broken chunk aiohttp's parser tells nobody else: who reads would wait for ever.
        """
        protocol, self._body = self.protocol, body
        told = type(protocol).set_exception

        def tell(error: BaseException, *cause: Any) -> None:
            told(protocol, error, *cause)
            if body.exception() is None and not body.is_eof():
                body.set_exception(error)

        protocol.set_exception = tell
        if protocol.exception() is not None:
            tell(protocol.exception())

    def write(self, request: Union[bytes, memoryview]) -> None:
        """Send all of a *request* that is small."""
        self.transport.write(request)
        # Where sending fails, asyncio gives up the connection at once.
        self.sent = not self.transport.is_closing()

    def expect(self, method: str) -> None:
        """Get ready for the answer to *method*."""
        self.sent = False
        self._body, self._arrived, self._in_vain = None, 0, 0
        self.protocol.set_response_params(
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=_BUFFER,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )

    def see_end(self) -> None:
        """See that a body was not cut off where it seemed to end; raises `OSError`."""
        if self.ends_body:
            error = self.protocol.exception()
            if self.broken or isinstance(error, OSError):
                raise error or ConnectionAbortedError("broken off")

    def abort(self) -> None:
        """Break it off, so that whoever waits on it hears of it in the next turn of the loop.

        Not closed: TLS would first take leave of the server, while its loop may be ending.
        """
        self.broken = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.transport.abort()

    def close(self) -> None:
        """Break it off and forget it; nobody may wait on it any more."""
        if not self._loop.is_closed():
            self.abort()
            self._connection.close()
