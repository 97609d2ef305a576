"""Heads of answers: read as the standard says, or refused; never guessed at."""

from __future__ import annotations

import http.client
import io
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core.transports._heads import Head, read_head


def head_of(*lines: str, status: str = "HTTP/1.1 200 OK") -> Head:
    """Read a head of these lines."""
    return read_head(io.BytesIO("\r\n".join([status, *lines, "", ""]).encode("latin-1")))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HTTP/1.1 200 OK", (11, 200, "OK")),
        ("HTTP/1.0 404 Not Found ", (10, 404, "Not Found")),
        ("HTTP/1.1 200", (11, 200, "")),
        ("HTTP/1.1 200 ", (11, 200, "")),
        ("HTTP/1.1  500  \xe9", (11, 500, "\xe9")),
    ],
)
def test_status_lines(line: str, expected: Any) -> None:
    """The reason may be missing, or in any language."""
    assert head_of(status=line)[:3] == expected


@pytest.mark.parametrize(
    "line", ["HTTP/2 200 OK", "HTTP/1.2 200 OK", "HTTP/1.1 99 x", "HTTP/1.1 1000 x", "hello", " "]
)
def test_odd_status_lines(line: str) -> None:
    """What is neither HTTP/1.0 nor 1.1 is refused."""
    with pytest.raises(http.client.BadStatusLine):
        head_of(status=line)


@pytest.mark.parametrize(
    ("lines", "chunked", "length"),
    [
        (["Content-Length: 5"], False, 5),
        (["content-length:5"], False, 5),
        (["Content-Length: 5, 5", "Content-Length: 5"], False, 5),
        (["Content-Length: 5", "Transfer-Encoding: Chunked"], True, None),
        (["Transfer-Encoding: identity"], False, None),
        ([], False, None),
        (["X-A: b", "\tContent-Length: 5"], False, None),
    ],
)
def test_framing(lines: Any, chunked: bool, length: Optional[int]) -> None:
    """Chunks outdo a length; a length may be repeated, but not changed."""
    assert head_of(*lines).framing("GET") == (chunked, length)
    assert head_of(*lines).framing("HEAD") == (False, 0)
    assert head_of(*lines, status="HTTP/1.1 204 No").framing("GET") == (False, 0)


@pytest.mark.parametrize(
    ("version", "connection", "last"),
    [
        ("1.1", "", False),
        ("1.1", "Connection: Close", True),
        ("1.1", "Connection: keep-alive", False),
        ("1.0", "", True),
        ("1.0", "Connection: Keep-Alive", False),
    ],
)
def test_last(version: str, connection: str, last: bool) -> None:
    """HTTP/1.1 goes on unless it says otherwise; HTTP/1.0 the other way round."""
    lines = [connection] if connection else []
    assert head_of(*lines, status=f"HTTP/{version} 200 OK").is_last is last


def test_folded_line() -> None:
    """One long line spelled as several, as old servers do, is one."""
    assert head_of("X-A: one", "  two", "\tthree").lines == [("X-A", "one two three")]


@pytest.mark.parametrize("line", ["no colon", ": no name", "X A: b", "X-A : b", " first"])
def test_broken_lines(line: str) -> None:
    """A line that is no header is refused, for what follows it could not be trusted."""
    with pytest.raises(http.client.BadStatusLine):
        head_of(line)


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n"]))
def test_any_bytes(data: bytes, start: bytes) -> None:
    """Any bytes are a whole head or are refused in a way that is known."""
    file = io.BytesIO(start + data)
    try:
        head = read_head(file)
        head.framing("GET")
    except http.client.HTTPException:
        return
    assert file.getvalue()[: file.tell()].endswith((b"\r\n\r\n", b"\n\r\n", b"\n\n"))
    assert 100 <= head.status <= 999


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True)
VALUES = st.from_regex(
    r"[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff\t]*[\x21-\x7e\x80-\xff])?|", fullmatch=True
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=20))
def test_any_headers(pairs: Any) -> None:
    """Headers come out as they went in, in their order, repeated ones too."""
    assert head_of(*(f"{name}: {value}" for name, value in pairs)).lines == pairs
