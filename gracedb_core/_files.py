"""Files while they arrive: counted, inflated, and whole or an error.

What counts and inflates touches no wire, so that a file which blocks, one that is awaited and a
download (in `_downloads`) are the same thrice.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, AsyncIterator, Callable, List, Optional, Type

from ._inflate import inflating
from ._inherited import Own, OwnAwaited
from ._wire import Response
from .errors import DecodeError, SentRequest, TruncatedAnswer

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "BLOCK",
    "Arrival",
    "AsyncFile",
    "Progress",
    "awaited_stream",
    "open_file",
    "read_all",
    "read_all_awaiting",
    "waited_stream",
]

#: Bytes asked of the wire at a time.
BLOCK = 1 << 20
#: What is told while bytes travel: how many so far, and in all if that is known.
Progress = Callable[[int, Optional[int]], object]

#: Bytes kept before a reader; a file is rarely read in larger pieces.
_BUFFER = 1 << 18


class Arrival:
    """The bytes of one body between the wire and whoever reads: `give` in, `take` out.

    With *raw*, compressed bytes are given as they came; that they end is verified all the same.
    Raises `TruncatedAnswer` where the end that arrives is not the end that was announced: a part
    of a sky map must never pass for one.
    """

    def __init__(self, response: Response, asked: SentRequest, *, raw: bool = False) -> None:
        headers = response.headers
        self._asked = asked
        self._raw = raw
        self.length = self._left = response.length
        if self._left is None and "chunked" not in headers.get("transfer-encoding", "").lower():
            raise self._cut("came without a length, so that a part could pass for the whole")
        try:
            self._undo = inflating(headers.get("content-encoding", ""))
        except DecodeError as error:
            raise error.about(asked) from None
        self._waiting = b""
        self._ended = False

    def _cut(self, how: str) -> TruncatedAnswer:
        return TruncatedAnswer(f"The body of {self._asked} {how}.", request=self._asked)

    def give(self, block: bytes) -> None:
        """Take in what came from the wire; nothing at all is its end."""
        if self._left is not None:
            self._left -= len(block)
            if self._left < 0 or (self._left and not block):
                less = "less" if self._left > 0 else "more"
                raise self._cut(f"had {abs(self._left)} bytes {less} than it announced")
        if not block:
            self._ended = True
            if self._undo and not self._undo.is_whole:
                raise self._cut("is compressed, and its compression ends early")
        elif self._undo:
            self._undo.give(block)
            while self._raw and self._inflated(BLOCK):
                pass  # only to see whether it is whole
        self._waiting = block

    def take(self, amount: int) -> Optional[bytes]:
        """Give up to *amount* bytes, ``b""`` at the end, or None when more must be given first."""
        if self._undo and not self._raw:
            data = b"" if self._ended else self._inflated(amount)
        else:
            data, self._waiting = self._waiting[:amount], self._waiting[amount:]
        return data if data or self._ended else None

    def _inflated(self, amount: int) -> bytes:
        assert self._undo is not None
        try:
            return self._undo.take(amount)
        except DecodeError as error:
            raise error.about(self._asked) from None


def open_file(response: Response, asked: SentRequest) -> io.BufferedReader:
    """Give a readable binary file over the answer's body; closing it frees the connection."""
    return io.BufferedReader(_Arriving(response, asked), _BUFFER)


def waited_stream(response: Response, asked: SentRequest) -> Any:
    """Give the body as a stream, also that of a transport which has read it already."""
    body = response.body
    return io.BytesIO(body) if isinstance(body, bytes) else Own(body, asked)


class _Arriving(io.RawIOBase):
    """A body as a file that blocks."""

    def __init__(self, response: Response, asked: SentRequest) -> None:
        super().__init__()
        self._given = 0
        self._stream = waited_stream(response, asked)
        try:
            self._arrival = Arrival(response, asked)
        except Exception:
            self.close()
            raise

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._arrival.take(len(view))
        while data is None:
            self._arrival.give(self._stream.read(max(len(view), _BUFFER)))
            data = self._arrival.take(len(view))
        view[: len(data)] = data
        self._given += len(data)
        return len(data)

    def tell(self) -> int:
        # The file over it subtracts what it holds back.
        return self._given

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class AsyncFile:
    """A body as a file that is awaited: ``await file.read()``, ``async for line in file``."""

    def __init__(self, stream: Any, arrival: Arrival) -> None:
        import asyncio  # whoever awaits has loaded it

        self._stream = stream
        self._arrival = arrival
        # Tasks that read one file take turns, as threads do.
        self._turn = asyncio.Lock()
        #: What has arrived, and how much of it was given.
        self._here = b""
        self._given = 0
        self.closed = False

    @classmethod
    async def over(cls, response: Response, asked: SentRequest) -> AsyncFile:
        """Make one over the body of *response*; one that cannot be judged is let go of."""
        stream = awaited_stream(response, asked)
        try:
            return cls(stream, Arrival(response, asked))
        except BaseException:
            await stream.close()
            raise

    async def read(self, amount: int = -1) -> bytes:
        """Give *amount* bytes, or all that is left; fewer only at the end."""
        blocks: List[bytes] = []
        left = amount if amount >= 0 else sys.maxsize
        async with self._turn:
            while left and await self._is_here():
                block = self._taken(min(len(self._here), self._given + left))
                left -= len(block)
                blocks.append(block)
        return b"".join(blocks)

    async def readline(self) -> bytes:
        """Give a line with its end, or what is left."""
        blocks: List[bytes] = []
        async with self._turn:
            while not (blocks and blocks[-1].endswith(b"\n")) and await self._is_here():
                end = self._here.find(b"\n", self._given) + 1
                blocks.append(self._taken(end or len(self._here)))
        return b"".join(blocks)

    def _taken(self, end: int) -> bytes:
        block = self._here[self._given : end]
        self._given = end
        return block

    async def _is_here(self) -> bool:
        """Wait until there is something to give; there is nothing at the end."""
        if self.closed:
            raise ValueError("This file was closed; ask again to read it.")
        if self._given < len(self._here):
            return True
        data = self._arrival.take(_BUFFER)
        while data is None:
            self._arrival.give(await self._stream.read(BLOCK))
            data = self._arrival.take(_BUFFER)
        self._here, self._given = data, 0
        return bool(data)

    async def close(self) -> None:
        """Let go of the connection; a second call does nothing."""
        if not self.closed:
            self.closed = True
            await self._stream.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            line = await self.readline()
            if not line:
                return
            yield line

    async def __aenter__(self) -> AsyncFile:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.close()


class _Awaited:
    """Bytes that are here already, as a stream that is awaited."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    async def read(self, amount: int) -> bytes:
        return self._file.read(amount)

    async def close(self) -> None:
        self._file.close()


def awaited_stream(response: Response, asked: SentRequest) -> Any:
    """Give the body as a stream to await."""
    body = response.body
    return _Awaited(body) if isinstance(body, bytes) else OwnAwaited(body, asked)


def read_all(stream: Any, limit: int) -> bytes:
    """Read at most *limit* bytes of *stream* and let go of it."""
    blocks = []
    try:
        while limit > 0:
            block = stream.read(min(limit, 1 << 18))
            if not block:
                break
            limit -= len(block)
            blocks.append(block)
    finally:
        stream.close()
    return b"".join(blocks)


async def read_all_awaiting(stream: Any, limit: int) -> bytes:
    """Read at most *limit* bytes of *stream* and let go of it."""
    blocks = []
    try:
        while limit > 0:
            block = await stream.read(min(limit, 1 << 18))
            if not block:
                break
            limit -= len(block)
            blocks.append(block)
    finally:
        await stream.close()
    return b"".join(blocks)
