"""Bodies over aiohttp: what is written block by block, and what is still to be read."""

from __future__ import annotations

import io
from concurrent.futures import Executor
from typing import Any, Optional, Union

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ..errors import SentRequest
from ..interfaces import Upload
from ._aiohttp_failures import LIBRARY_ERRORS, name_awaited_body_failure
from ._aiohttp_watch import Watch
from ._bodies import Outgoing
from ._threads import Loan, awaited

__all__ = ["Arriving", "Body", "Sending", "outgoing"]

#: Bytes of an upload that are read, and offered to the socket, at a time.
_BLOCK = 1 << 18
#: Up to so many bytes are handed over at once: what the loop buffers without waiting.
_SMALL = 1 << 15

Body = Union[bytes, "Sending", None]


async def outgoing(body: Union[bytes, Upload, None], watch: Watch, threads: Executor) -> Body:
    """Make what aiohttp takes of the body of a request; an upload is read on *threads*.

    A block from a disk takes longer than the way to a thread and back (0.1 ms), and may take
    seconds from a file server, which would stop the loop for everybody. So a small file is opened
    and read in one go, and a large one block by block.
    """
    if body is None or (isinstance(body, bytes) and len(body) <= _SMALL):
        return body
    if isinstance(body, bytes):
        return Sending(Outgoing(_Held(body)), watch, None)
    if body.length <= _BLOCK:
        return await outgoing(await awaited(threads, _read_whole, body), watch, threads)
    source = await awaited(threads, Outgoing, body, late=Outgoing.close)
    return Sending(source, watch, threads)


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


class Sending(aiohttp.payload.Payload):
    """An upload that is on its way."""

    def __init__(self, source: Outgoing, watch: Watch, threads: Optional[Executor]) -> None:
        super().__init__(source)
        self._size = source.length
        self._source = source
        self._watch = watch
        watch.writing = True
        self._threads = threads
        self._loan = Loan(source.close)

    @property
    def error(self) -> Optional[BaseException]:
        """What reading the upload raised."""
        return self._source.error

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Refuse: it is read once, to be sent."""
        raise TypeError("an upload is no text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send it all."""
        while True:
            block = await self._next()
            if not block:
                break
            await self._put(writer, block)
        self._watch.writing = False
        self._watch.within(self._watch.limits.read)

    async def _next(self) -> bytes:
        read = self._source.read
        block: bytes
        try:
            if self._threads is None:
                block = self._loan.use(read, _BLOCK)
            else:
                block = await awaited(self._threads, self._loan.use, read, _BLOCK)
            return block
        except BaseException as error:
            if error is not self._source.error:
                raise
        # The task that runs this is none of the caller's: he is told by `error`.
        raise ConnectionAbortedError("the upload cannot be read")

    async def _put(self, writer: Any, block: bytes) -> None:
        self._watch.within(self._watch.limits.write)
        await writer.write(block)
        # Until the socket has taken most of it: otherwise memory would grow with the file.
        await writer.drain()
        # Reading the next block is no business of the server's.
        self._watch.within(None)

    def let_go(self) -> None:
        """Close the source, or leave that to the thread which reads from it."""
        self._loan.let_go()


class Arriving:
    """The body of an answer that is still on the wire, undecoded."""

    def __init__(self, answer: aiohttp.ClientResponse, watch: Watch, request: SentRequest) -> None:
        self._answer = answer
        self._watch = watch
        self._request = request
        self._closed = False

    async def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end, which is the announced one.

        Raises `TruncatedAnswer`, `TimedOut` or `ConnectionLost`.
        """
        if self._closed:
            raise ValueError("This body was closed; ask again to read it.")
        content, watch = self._answer.content, self._watch
        try:
            if not content.is_eof():
                watch.within(watch.limits.read)
            return await content.read(amount)
        except LIBRARY_ERRORS as error:
            failure = name_awaited_body_failure(error, self._request, late=watch.late)
        except BaseException:
            await self.close()
            raise
        finally:
            watch.stop()
        await self.close()
        try:
            raise failure
        finally:
            del failure

    async def close(self) -> None:
        """Let go of the connection; one that was not read to its end is closed."""
        self._closed = True
        self._answer.close()
