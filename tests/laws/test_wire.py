"""Whatever comes over the wire, each transport gives an answer or one of our errors."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core.errors import GraceDBError

from ..conftest import need_library
from ..transports.server import Server, cuts
from .hostile import BODIES, NAMES_OF_HEADERS, VALUES_OF_HEADERS, examples
from .over import WAYS, Over

STATUS_LINES = st.sampled_from(
    [
        *("HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.0 200 OK", "HTTP/1.1 404 Not Found"),
        *("HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified", "HTTP/1.1 302 Found"),
        *("HTTP/1.1 503 \x1b[2J", "HTTP/1.1 100 Continue", "HTTP/1.1 999 Odd", "HTTP/1.1 099 No"),
        *("HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/2 200", "HTTP/9.9 200 OK", "ICY 200 OK"),
        *("HTTP/1.1 ²00 OK", "HTTP/1.1 -20 OK", "http/1.1 200 ok", "HTTP/1.1  200  OK"),
    ]
)
LINES = st.tuples(NAMES_OF_HEADERS, VALUES_OF_HEADERS).map(": ".join) | st.sampled_from(
    [
        *(
            "no colon",
            " folded: line",
            ": nameless",
            "sp ace: x",
            "nul\0: x",
            "x: nul\0",
            "x: \r y",
        ),
        *("Set-Cookie: sessionid=1", "Content-Length : 5", "Content-Length: 5\r\n 6", "é: è"),
    ]
)


@st.composite
def chunked(draw: Any) -> bytes:
    """Lay a body out in chunks, and perhaps spoil one."""
    body = draw(BODIES)
    size = draw(st.integers(1, 1000))
    if len(body) > 100 * size:
        size = len(body)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    spelled = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    ends = [b"0\r\n\r\n", b"0;x=y\r\nTrailer: x\r\n\r\n", b"-1\r\n", b"zz\r\n", b"0x5\r\nabcde\r\n"]
    ends += [b"", b"\r\n", b"1_0\r\n", b"f" * 20 + b"\r\n", b"\xb2\r\n", b"5\r\nab", b"0" * 70_000]
    return b"".join(spelled) + draw(st.sampled_from(ends))


@st.composite
def answers(draw: Any) -> bytes:
    """Make something like an answer: its head may promise what the body does not keep."""
    lines = draw(st.lists(LINES, max_size=4))
    kind = draw(st.sampled_from(["length", "chunks", "neither"]))
    body = draw(chunked() if kind == "chunks" else BODIES)
    if kind == "length":
        lines.append(f"Content-Length: {len(body) + draw(st.sampled_from([0, 0, 0, 1, -1]))}")
    elif kind == "chunks":
        lines.append("Transfer-Encoding: chunked")
    lines = [draw(STATUS_LINES), *draw(st.permutations(lines)), "", ""]
    interim = draw(st.sampled_from([b"", b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"]))
    return bytes(interim + "\r\n".join(lines).encode("latin-1") + body)


@pytest.mark.parametrize("way", WAYS)
def test_any_bytes_are_an_answer_or_our_error(way: str) -> None:
    """What is hardly HTTP, or not at all, is never an exception of a library."""
    need_library(way.partition(",")[0])
    with Server() as server, Over(way, f"http://127.0.0.1:{server.port}/api/") as over:

        @examples(25)
        @given(answers() | st.binary())
        def law(raw: bytes) -> None:
            server.script = cuts(raw)
            with contextlib.suppress(GraceDBError):
                over.ask(lambda client: client.superevents["S190425z"].labels.create("INJ"))
            with contextlib.suppress(GraceDBError):
                over.read(lambda client: client.superevents["S190425z"].files["a.txt"].get())
            with contextlib.suppress(GraceDBError):
                over.listed(lambda client: client.events.search("x"))

        law()
