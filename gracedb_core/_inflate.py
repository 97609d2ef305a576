"""Undoing the compression of bodies, step by step and within limits.

An answer, a refusal and a file are inflated by the same few lines, so that they agree on what is
damaged and on what is whole.
"""

from __future__ import annotations

import io
import zlib
from typing import Any, Optional, Tuple

from .errors import DecodeError, GraceDBError, TruncatedAnswer

__all__ = ["Inflating", "inflated", "inflating", "too_long"]

#: Bytes given to zlib at a time; it copies what it does not consume.
_PIECE = 1 << 16
_BLOCK = 1 << 20


def inflating(encoding: str) -> Optional[Inflating]:
    """Give what undoes a ``Content-Encoding``, or None where there is nothing to undo.

    Raises `DecodeError` for what was not asked for.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return Inflating(is_gzip=encoding != "deflate")
    raise DecodeError(
        f"The answer is encoded as {encoding[:60]!r}, which was not asked for; look for a proxy "
        "that changes answers on their way."
    )


class Inflating:
    """What was compressed on its way: `give` in, `take` out.

    Several members of gzip, one after the other, are one body, and zeros may fill up what follows
    the last. Anything else that follows is damage, as it is for Python's `gzip`.
    """

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._undo: Any = None
        self._waiting = memoryview(b"")
        self._began = False

    @property
    def is_whole(self) -> bool:
        """Whether what was taken so far ends where its compression says that it does."""
        return self._began and self._undo is None

    def give(self, block: bytes) -> None:
        """Take in *block*, after all that was given before was taken."""
        self._waiting = memoryview(block)

    def take(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` when more must be given first.

        Raises `DecodeError` where the compression is damaged.
        """
        while True:
            if self._undo is None and not self._begin():
                return b""
            piece = self._waiting[:_PIECE]
            try:
                # Even without a piece: something may wait inside, when it was more than wanted.
                data: bytes = self._undo.decompress(piece, amount)
            except zlib.error:
                raise DecodeError("The answer's compression is damaged; ask again.") from None
            # At the end, the one may hold once more what the other holds.
            left = self._undo.unused_data if self._undo.eof else self._undo.unconsumed_tail
            self._waiting = self._waiting[len(piece) - len(left) :]
            if self._undo.eof:
                self._undo = None
            if data or not piece:
                return data

    def _begin(self) -> bool:
        """Begin a member, if there is one."""
        if self._began and self._waiting and not self._waiting[0]:
            self._waiting = memoryview(bytes(self._waiting).lstrip(b"\0"))
        if not self._waiting:
            return False
        self._undo = zlib.decompressobj(self._window())
        self._began = True
        return True

    def _window(self) -> int:
        """Say which of the three formats it is, as zlib wants to hear it."""
        if self._is_gzip:
            return 16 + zlib.MAX_WBITS
        # Some servers take "deflate" by its name and send it bare. Nothing bare begins like the
        # header that the standard wants around it.
        first = self._waiting[0]
        return zlib.MAX_WBITS if first & 15 == 8 and first >> 4 < 8 else -zlib.MAX_WBITS


def inflated(body: bytes, encoding: str, most: int) -> Tuple[bytes, Optional[GraceDBError]]:
    """Inflate *body* up to *most* bytes; gives them, and what is wrong where that is not all."""
    plain = io.BytesIO()
    try:
        undo = inflating(encoding)
        if undo is None or not body:
            return body[:most], None if len(body) <= most else too_long(most)
        undo.give(body)
        for block in iter(lambda: undo.take(_BLOCK), b""):
            plain.write(block)
            if plain.tell() > most:
                plain.truncate(most)
                return plain.getvalue(), too_long(most)
    except DecodeError as error:
        return plain.getvalue(), error
    if not undo.is_whole:
        return plain.getvalue(), TruncatedAnswer("The answer's compression ends early; ask again.")
    return plain.getvalue(), None


def too_long(most: int) -> DecodeError:
    """Make the error for an answer of more than *most* bytes."""
    return DecodeError(
        f"The answer is longer than {most >> 20} MiB, the most that is read of one that is no "
        "file; ask for less at a time."
    )
