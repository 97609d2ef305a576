"""Heads: those of requests written at once, those of answers read strictly and fast.

http.client writes a head line by line, examining each once more, and gives those of answers to a
parser for mail. Together that is half of the time of a small request; and the parser gives up in
silence where a line is broken or the connection ends, and reads to the end of the connection
where a length makes no sense. Either lets a cut body pass for a whole one.
"""

from __future__ import annotations

import http.client
import re
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from ..interfaces import Header, secret

__all__ = ["EXPECTING_BODY", "Head", "joined", "read_head", "write_head"]

#: What servers expect to have a body, if an empty one.
EXPECTING_BODY = frozenset(("POST", "PUT", "PATCH"))

_LONGEST_LINE = 1 << 16
_MOST_LINES = 200

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) +([1-9]\d\d)(?: +([^\r\n]*))?\r?\n\Z").match
_HEADER_LINE = re.compile(r"([^\s:]+):[ \t]*([^\r\n]*?)[ \t]*\r?\n\Z", re.ASCII).match


def joined(lines: Iterable[Header]) -> Dict[str, str]:
    """Make one of header lines that have the same name."""
    headers: Dict[str, str] = {}
    for name, value in lines:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def write_head(method: str, url: str, host: str, headers: Mapping[str, str]) -> bytes:
    """Spell the head of a request, whose parts were found sendable when it was made."""
    lines = [f"{method} {url} HTTP/1.1\r\nHost: {host}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    lines.append("\r\n")
    head: bytes = secret("".join(lines).encode("latin-1"))
    return head


class Head(NamedTuple):
    """A head that is whole."""

    #: 10 or 11, as http.client writes it.
    version: int
    status: int
    reason: str
    #: As they came.
    lines: List[Header]
    #: The same by name, in lower case, repeated ones joined.
    headers: Dict[str, str]

    @property
    def is_last(self) -> bool:
        """Whether the connection ends after this answer."""
        wish = self.headers.get("connection", "").lower()
        return "close" in wish if self.version == 11 else "keep-alive" not in wish

    def framing(self, method: str) -> Tuple[bool, Optional[int]]:
        """Say whether the body that answers *method* is chunked, and else its length if known.

        Raises `http.client.HTTPException` for what makes no sense.
        """
        if self.status in (204, 304) or method == "HEAD":
            return False, 0
        encoding = self.headers.get("transfer-encoding", "identity").lower()
        if encoding not in ("chunked", "identity"):
            raise http.client.BadStatusLine(f"the transfer encoding {encoding!r}")
        return encoding == "chunked", None if encoding == "chunked" else self._length()

    def _length(self) -> Optional[int]:
        announced = self.headers.get("content-length", "")
        if not announced:
            return None
        lengths = {each.strip() for each in announced.split(",")}
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdigit() and len(length) < 20):
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
    lines = [_header(line) for line in _lines(file)]
    headers = joined((name.lower(), value) for name, value in lines)
    return Head(10 + int(minor), int(code), reason.decode("latin-1").strip(), lines, headers)


def _header(line: bytes) -> Header:
    header = _HEADER_LINE(line.decode("latin-1"))
    if header is None:
        raise http.client.BadStatusLine("a broken header")
    name, value = header.groups()
    return name, value


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
