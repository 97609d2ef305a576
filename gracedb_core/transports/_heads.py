"""Heads of answers, read strictly and fast.

http.client gives them to a parser for mail. That takes a fifth of the time of a small request,
and gives up in silence where a line is broken or the connection ends; and it reads to the end of
the connection where a length makes no sense. Either lets a cut body pass for a whole one.
"""

from __future__ import annotations

import http.client
import re
from typing import Any, List, NamedTuple, Optional, Tuple

__all__ = ["Head", "read_head"]

_LONGEST_LINE = 1 << 16
_MOST_LINES = 200

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) +([1-9]\d\d)(?: +([^\r\n]*))?\r?\n\Z").match
_HEADER_LINE = re.compile(rb"([^\s:]+):[ \t]*([^\r\n]*?)[ \t]*\r?\n\Z").match


class Headers(http.client.HTTPMessage):
    """The headers of an answer, as they came."""

    def items(self) -> Any:
        """Give names and values; the inherited one examines each for what only mail may hold."""
        return list(self.raw_items())


class Head(NamedTuple):
    """A head that is whole."""

    #: 10 or 11, as http.client writes it.
    version: int
    status: int
    reason: str
    headers: Headers

    @property
    def is_last(self) -> bool:
        """Whether the connection ends after this answer."""
        wish = str(self.headers.get("connection", "")).lower()
        return "close" in wish if self.version == 11 else "keep-alive" not in wish

    def framing(self, method: str) -> Tuple[bool, Optional[int]]:
        """Say whether the body that answers *method* is chunked, and else its length if known.

        Raises `http.client.HTTPException` for what makes no sense.
        """
        if self.status in (204, 304) or method == "HEAD":
            return False, 0
        encoding = str(self.headers.get("transfer-encoding", "identity")).lower()
        if encoding not in ("chunked", "identity"):
            raise http.client.BadStatusLine(f"the transfer encoding {encoding!r}")
        return encoding == "chunked", None if encoding == "chunked" else self._length()

    def _length(self) -> Optional[int]:
        announced = ",".join(self.headers.get_all("content-length", ()))
        if not announced:
            return None
        lengths = {each.strip() for each in announced.split(",")}
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdigit()):
            raise http.client.BadStatusLine("a length that makes no sense")
        return int(length)


def read_head(file: Any) -> Head:
    """Read the next head; raises `http.client.HTTPException` for one that is cut or broken."""
    first = file.readline(_LONGEST_LINE)
    if not first:
        raise http.client.RemoteDisconnected("the connection was closed without an answer")
    status = _STATUS_LINE(first)
    if status is None:
        raise http.client.BadStatusLine("neither HTTP/1.0 nor 1.1")
    minor, code, reason = status.groups(b"")
    headers = Headers()
    for line in _lines(file):
        header = _HEADER_LINE(line)
        if header is None:
            raise http.client.BadStatusLine("a broken header")
        name, value = header.groups()
        headers.set_raw(name.decode("latin-1"), value.decode("latin-1"))
    return Head(10 + int(minor), int(code), reason.decode("latin-1").strip(), headers)


def _lines(file: Any) -> List[bytes]:
    lines: List[bytes] = []
    while True:
        line = file.readline(_LONGEST_LINE)
        if line in (b"\r\n", b"\n"):
            return lines
        if line[-1:] != b"\n" or len(lines) == _MOST_LINES:
            raise http.client.BadStatusLine("headers that are cut or too long")
        if line[0] in b" \t" and lines:
            # An old way to spell one long line.
            line = lines.pop().rstrip() + b" " + line.lstrip()
        lines.append(line)
