"""Reading a file while it arrives: inflated, and whole or an error."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any

from ._decode import inflater
from ._wire import Response
from .errors import DecodeError, SentRequest, TruncatedAnswer

if TYPE_CHECKING:
    from ._wire import BodyStream

__all__ = ["open_file"]

_BLOCK = 1 << 18


def open_file(response: Response, asked: SentRequest) -> io.BufferedReader:
    """Give a readable binary file over the answer's body; closing it frees the connection.

    Raises `TruncatedAnswer`, here or from a later read, where the end that arrives is not the
    end that was announced: a part of a sky map must never pass for one.
    """
    return io.BufferedReader(_Arriving(response, asked), _BLOCK)


class _Arriving(io.RawIOBase):
    """The body as plain bytes, counted against its announced length."""

    def __init__(self, response: Response, asked: SentRequest) -> None:
        super().__init__()
        self._asked = asked
        headers = response.headers
        length = headers.get("content-length", "")
        self._stream: BodyStream = (
            _InMemory(response.body) if isinstance(response.body, bytes) else response.body
        )
        self._left = int(length) if length.isdigit() else None
        if self._left is None and "chunked" not in headers.get("transfer-encoding", "").lower():
            self.close()
            raise TruncatedAnswer(
                f"{asked} was answered without a length, so nobody could tell a part of the file "
                "from the whole.",
                request=asked,
            )
        self._undo: Any = inflater(headers.get("content-encoding", "").strip().lower())
        self._fresh = self._undo and self._undo.copy()
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._inflated(len(view)) if self._undo else self._raw(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def _raw(self, amount: int) -> bytes:
        data = self._stream.read(amount)
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0 or (self._left and not data):
                raise TruncatedAnswer(
                    f"{self._asked} gave {abs(self._left)} bytes "
                    f"{'less' if self._left > 0 else 'more'} than it announced.",
                    request=self._asked,
                )
        return data

    def _inflated(self, amount: int) -> bytes:
        while True:
            if not self._waiting:
                self._waiting = self._raw(_BLOCK)
                if not self._waiting:
                    return self._at_end()
            if self._undo.eof:
                self._undo = self._fresh.copy()  # several members, one after the other
            try:
                data: bytes = self._undo.decompress(self._waiting, amount)
            except zlib.error:
                raise DecodeError(
                    f"The compression of {self._asked} is damaged.", request=self._asked
                ) from None
            self._waiting = self._undo.unconsumed_tail or self._undo.unused_data
            if data:
                return data

    def _at_end(self) -> bytes:
        """Every library takes a compressed stream that is cut for a whole one: we do not."""
        if not self._undo.eof:
            raise TruncatedAnswer(
                f"The compression of {self._asked} ends early.", request=self._asked
            )
        return b""


class _InMemory:
    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        self.read = self._file.read
        self.close = self._file.close
