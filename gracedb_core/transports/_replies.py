"""Replies: what arrives over a connection, and the connection given back when all of it has."""

from __future__ import annotations

import http.client
import re
from typing import Any, Callable, Dict, List, Optional

from ..interfaces import Header
from ._heads import read_head

__all__ = ["Reply"]

#: The line before a chunk; whatever size it names, no more than is wanted is read at a time.
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n\Z").match
_LONGEST_LINE = 1 << 16


class Reply(http.client.HTTPResponse):
    """A reply that skips every interim one, and knows when it is short."""

    lines: List[Header]
    headers: Dict[str, str]  # type: ignore[assignment]  # of the standard class nobody reads them
    will_close: bool
    #: Told once, when no more is read: whether the connection may carry another request.
    ended: Optional[Callable[..., None]] = None

    def begin(self) -> None:
        """Read the head."""
        # http.client skips 100 only. A 103 would pass for the answer, and the answer for that
        # of the next request on this connection.
        head = read_head(self.fp)
        while head.status < 200:
            head = read_head(self.fp)
        self.version, self.status, self.reason, self.lines, self.headers = head
        reply: Any = self
        reply.chunked, reply.length = head.framing(reply._method)
        reply.chunk_left = None
        # With neither chunks nor a length, the body ends where the connection does.
        reply.will_close = head.is_last or not (reply.chunked or reply.length is not None)

    def read(self, amt: Optional[int] = None) -> bytes:
        """Give up to *amt* bytes, or all; raises `http.client.IncompleteRead` for a cut body."""
        try:
            data = super().read(amt)
            # http.client takes the end of the connection for that of the body when it reads
            # by blocks.
            if not data and amt and self.length:
                raise http.client.IncompleteRead(b"", self.length)
        except BaseException:
            self.close()
            raise
        if self.isclosed():
            self._end(reusable=not self.will_close)
        return data

    def _read_next_chunk_size(self) -> int:
        # http.client takes what Python takes for a number, such as -1, which reads to the end.
        line = _CHUNK_LINE(self.fp.readline(_LONGEST_LINE))
        if line is None:
            raise http.client.IncompleteRead(b"")
        return int(line.group(1), 16)

    def close(self) -> None:
        """Let go of the connection; one that was not read to its end is closed."""
        self._end(reusable=False)
        super().close()

    def _end(self, *, reusable: bool) -> None:
        ended, self.ended = self.ended, None
        if ended is not None:
            ended(reusable=reusable)
