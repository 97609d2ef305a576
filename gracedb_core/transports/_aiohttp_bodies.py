"""Bodies over aiohttp: what is written block by block, and what is still to be read."""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Optional, Union

from aiohttp.http import StreamWriter

from ..errors import SentRequest
from ..interfaces import Upload
from ._aiohttp_failures import LIBRARY_ERRORS, name_awaited_body_failure
from ._aiohttp_lines import Line
from ._bodies import Outgoing
from ._threads import Loan, awaited

if TYPE_CHECKING:
    from ._aiohttp_pool import Pool

__all__ = ["Arriving", "Body", "Sending", "outgoing"]

#: Bytes of an upload that are read, and offered to the socket, at a time.
_BLOCK = 1 << 18
#: Up to so many bytes are handed over at once: what a loop buffers without asking to wait.
_SMALL = 1 << 15

Body = Union[bytes, "Sending", None]


async def outgoing(body: Union[Upload, bytes, None], pool: Pool) -> Body:
    """Make of a body what is written: bytes that are few, or one to write block by block.

    A block from a disk takes longer than the way to a thread and back (0.1 ms), and may take
    seconds from a file server, which would stop the loop for everybody. So a small upload is
    opened and read in one go, and a large one block by block.
    """
    if body is None or (isinstance(body, bytes) and len(body) <= _SMALL):
        return body
    if isinstance(body, bytes):
        return Sending(Outgoing(_Held(body)), None)
    if body.length <= _BLOCK:
        return await outgoing(await awaited(pool.threads, _read_whole, body), pool)
    source = await awaited(pool.threads, Outgoing, body, late=Outgoing.close)
    return Sending(source, pool.threads)


def _read_whole(upload: Upload) -> bytes:
    source = Outgoing(upload)
    try:
        return b"".join(iter(lambda: source.read(_BLOCK), b""))
    finally:
        source.close()


class _Held:
    """Bytes that are here, as an upload."""

    def __init__(self, data: bytes) -> None:
        self.length = len(data)
        self.open = lambda: io.BytesIO(data)


class Sending:
    """A body that is written block by block."""

    def __init__(self, source: Outgoing, threads: Optional[Executor]) -> None:
        self.length = source.length
        self._source = source
        self._threads = threads
        self._loan = Loan(source.close)
        #: What broke off writing, other than the server.
        self.error: Optional[BaseException] = None

    def __len__(self) -> int:
        return self.length

    async def write(self, head: bytes, line: Line, loop: Any) -> None:
        """Send *head* and then all of it; *line* is broken off where it cannot be read."""
        writer = StreamWriter(line.protocol, loop)
        try:
            await self._put(writer, line, head)
            left = self.length
            while left:
                block = await self._next()
                left -= len(block)
                await self._put(writer, line, block)
            line.reading()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # What the server did is told to whoever awaits its answer; what we did is not.
            if error is self._source.error or not isinstance(error, LIBRARY_ERRORS):
                self.error = error
                line.abort()

    async def _next(self) -> bytes:
        read = self._source.read
        block: bytes
        if self._threads is None:
            block = self._loan.use(read, _BLOCK)
        else:
            block = await awaited(self._threads, self._loan.use, read, _BLOCK)
        return block

    async def _put(self, writer: StreamWriter, line: Line, block: bytes) -> None:
        line.writing()
        line.sent = True
        await writer.write(block)
        # Until the socket has taken most of it: otherwise memory would grow with the file.
        await writer.drain()
        # Reading the next block is no business of the server's.
        line.rest()

    def let_go(self) -> None:
        """Close the source, or leave that to the thread which reads from it."""
        self._loan.let_go()


class Arriving:
    """The body of an answer that is still on the wire, undecoded."""

    def __init__(self, pool: Pool, line: Line, body: Any, request: SentRequest) -> None:
        self._pool = pool
        self._line: Optional[Line] = line
        self._body = body
        self._request = request
        self._closed = False
        self._reading = False

    async def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end, which is the announced one.

        Raises `TruncatedAnswer`, `TimedOut` or `ConnectionLost`.
        """
        if self._closed:
            raise ValueError("This body was closed; ask again to read it.")
        line = self._line
        if line is None:
            return b""
        self._reading = True
        try:
            line.reading()
            data: bytes = await self._body.read(amount)
            if self._body.at_eof():
                line.see_end()
            line.rest()
        except LIBRARY_ERRORS as error:
            failure: Exception = name_awaited_body_failure(error, self._request, late=line.late)
            if self._closed:
                failure = ValueError("This body was closed while it was read.")
        except BaseException:
            self._reading = False
            await self.close()
            raise
        else:
            self._reading = False
            if self._body.at_eof():
                self._line = None
                self._pool.give_back(line)
            return data
        self._reading = False
        await self.close()
        try:
            raise failure
        finally:
            del failure

    async def close(self) -> None:
        """Let go of the connection; one that was not read to its end is closed."""
        self._closed = True
        if self._line is not None and self._reading:
            # Whoever reads hears of it in the next turn of the loop, and lets go.
            self._line.abort()
            return
        line, self._line = self._line, None
        if line is not None:
            self._pool.drop(line)
