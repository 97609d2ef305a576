"""The definition of a transport: what it puts on the wire, and what it makes of what comes back.

Run over every transport that a plugin offers; a plugin's own tests may run it too.
"""

from __future__ import annotations

import gzip
import io
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, List, Tuple

import pytest

from gracedb_core.interfaces import Header, Origin, Request, Response

from .conftest import Opener
from .server import Heard, Line, Server, answer, cuts, echoes, says

AGENT: Tuple[Header, ...] = (("User-Agent", "tests"),)


def get(target: str = "/", *headers: Header, **options: Any) -> Request:
    """Ask for *target*."""
    return Request("GET", target, AGENT + headers, **options)


def post(body: Any, **options: Any) -> Request:
    """Send *body*."""
    return Request("POST", "/", AGENT, body, **options)


def read_all(response: Response, block: int = 1 << 16) -> bytes:
    """Read a body in blocks to its end, and let go of it."""
    body = response.body
    assert not isinstance(body, bytes)
    blocks = list(iter(lambda: body.read(block), b""))
    assert all(len(each) <= block for each in blocks)
    body.close()
    return b"".join(blocks)


class Source:
    """An upload of bytes, which may announce another length than it has."""

    def __init__(self, data: bytes, length: int = -1) -> None:
        self.data = data
        self.length = len(data) if length < 0 else length
        self.readers: List[io.BytesIO] = []

    def open(self) -> io.BytesIO:
        self.readers.append(io.BytesIO(self.data))
        return self.readers[-1]


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def stream(request: pytest.FixtureRequest) -> bool:
    """Ask for bodies as bytes, then as streams."""
    return bool(request.param)


def body_of(response: Response) -> bytes:
    """Give the body, whichever way it came."""
    return response.body if isinstance(response.body, bytes) else read_all(response)


# What goes out


def test_request_to_the_byte(connect: Opener) -> None:
    """A request is its own line and headers, and Host; nothing is added, dropped or respelled."""
    headers = (
        ("Accept", "application/json"),
        ("X-Odd_Name", "  spaced,\t!"),
        ("authorization", "Bearer a.b-c"),
    )
    with Server() as server:
        connect(server).send(get("/api/a%2Fb%20c/?q=%5B1%5D&r=a+b", *headers))
    heard = server.heard[0]
    assert heard.line == "GET /api/a%2Fb%20c/?q=%5B1%5D&r=a+b HTTP/1.1"
    expected = [*AGENT, *headers, ("Host", f"127.0.0.1:{server.port}")]
    assert sorted(heard.headers) == sorted(expected)
    assert heard.body == b""


def test_headers_beyond_ascii(connect: Opener) -> None:
    """A byte that is no ASCII arrives as it is."""
    request = get("/", ("X-Name", "\xe9\xff"))
    with Server() as server:
        transport = connect(server)
        transport.send(request)
        assert server.heard[0].header("x-name") == "\xe9\xff"


def test_no_header_of_its_own(connect: Opener) -> None:
    """Where the core names no agent and no encoding, neither does the library."""
    with Server() as server:
        connect(server).send(Request("GET", "/"))
    assert [name for name, _ in server.heard[0].headers] == ["Host"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_body_to_the_byte(connect: Opener, method: str) -> None:
    """A body of bytes arrives as it is, under the length that it has."""
    body = bytes(range(256)) * 300
    with Server(echoes) as server:
        response = connect(server).send(Request(method, "/", AGENT, body))
    heard = server.heard[0]
    assert heard.line.startswith(method)
    assert heard.body == response.body == body
    assert heard.header("content-length") == str(len(body))
    assert heard.header("transfer-encoding") is None


@pytest.mark.parametrize(("method", "length"), [("POST", "0"), ("PUT", "0"), ("GET", None)])
def test_no_body(connect: Opener, method: str, length: Any) -> None:
    """Where a body is expected, none has no bytes; elsewhere nothing is said of it."""
    with Server() as server:
        connect(server).send(Request(method, "/"))
    assert server.heard[0].header("content-length") == length


@pytest.mark.parametrize("size", [0, 1, 1 << 18, (1 << 20) + 7])
def test_upload_to_the_byte(connect: Opener, size: int) -> None:
    """An upload is sent under its announced length, never chunked, and its reader is closed."""
    source = Source(bytes(size))
    with Server(echoes) as server:
        response = connect(server).send(post(source))
    heard = server.heard[0]
    assert heard.body == response.body == source.data
    assert heard.header("content-length") == str(size)
    assert heard.header("transfer-encoding") is None
    assert [reader.closed for reader in source.readers] == [True]


def test_given_length_is_not_doubled(connect: Opener) -> None:
    """Where the core wrote the length, it is written once."""
    request = Request("POST", "/", (*AGENT, ("Content-Length", "3")), Source(b"abc"))
    with Server(echoes) as server:
        connect(server).send(request)
    names = [name.lower() for name, _ in server.heard[0].headers]
    assert names.count("content-length") == 1


def test_upload_longer_than_announced(connect: Opener) -> None:
    """What a file has grown by meanwhile is not sent: it would pass for the next request."""
    with Server(echoes) as server:
        transport = connect(server)
        assert transport.send(post(Source(b"abcdef", length=4))).body == b"abcd"
        assert transport.send(get()).body == b""


@pytest.mark.parametrize("name", ["ipv6", "localhost"])
def test_host_names(connect: Opener, name: str) -> None:
    """An IPv6 address is bracketed in Host; a name is looked up and sent as it is."""
    host = "::1" if name == "ipv6" else "127.0.0.1"
    try:
        server = Server(host=host)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        shown = host if name == "ipv6" else name
        transport = connect(server, origin=Origin("http", shown, server.port))
        assert transport.send(get()).status == 200
    expected = f"[::1]:{server.port}" if name == "ipv6" else f"localhost:{server.port}"
    assert server.heard[0].header("host") == expected


# What comes back


def test_answer(connect: Opener, stream: bool) -> None:
    """Status, reason and headers come as primitives; names in lower case, repeated ones joined."""
    data = answer(b"{}", "Content-Type: text/x", "X-Two: a", "x-two: b", status="418 Short, stout")
    with Server(says(data)) as server:
        response = connect(server).send(get(stream=stream))
        assert body_of(response) == b"{}"
    assert (response.status, response.reason) == (418, "Short, stout")
    assert response.headers == {"content-type": "text/x", "x-two": "a, b", "content-length": "2"}


def test_no_cookie_is_kept(connect: Opener) -> None:
    """A session cookie outranks a token on this server: none is sent back, nor shown."""
    with Server(says(answer(b"", "Set-Cookie: sessionid=secret; Path=/"))) as server:
        transport = connect(server)
        responses = [transport.send(get()), transport.send(get())]
    assert [heard.header("cookie") for heard in server.heard] == [None, None]
    assert "secret" not in str([response.headers for response in responses])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity"])
def test_bodies_are_not_decoded(connect: Opener, stream: bool, encoding: str) -> None:
    """What was encoded stays so: the core inflates it, within limits."""
    body = gzip.compress(b"x" * 100_000)
    with Server(says(answer(body, f"Content-Encoding: {encoding}"))) as server:
        assert body_of(connect(server).send(get(stream=stream))) == body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(connect: Opener, status: int) -> None:
    """A redirect is an answer; where it points is the core's affair."""
    data = answer(b"", "Location: /elsewhere", status=f"{status} Away")
    with Server(says(data)) as server:
        response = connect(server).send(get())
    assert (response.status, response.headers["location"]) == (status, "/elsewhere")
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", [408, 413, 429, 500, 502, 503, 504])
def test_nothing_is_repeated(connect: Opener, status: int) -> None:
    """An answer is an answer, whatever its status and what it says about trying again."""
    with Server(says(answer(b"no", "Retry-After: 1000", status=f"{status} No"))) as server:
        response = connect(server).send(get())
    assert (response.status, response.body) == (status, b"no")
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Same")]
)
def test_answers_without_body(connect: Opener, stream: bool, method: str, status: str) -> None:
    """What has no body by definition is read as such, and the connection goes on."""
    head = answer(status=status, length=5 if method == "HEAD" else 0)
    with Server(says(head)) as server:
        transport = connect(server)
        for _ in range(2):
            response = transport.send(Request(method, "/", AGENT, stream=stream))
            assert body_of(response) == b""
    assert server.connections == 1


def test_interim_answers_are_skipped(connect: Opener) -> None:
    """A 100 or 103 before the answer is not taken for it, nor the answer for the next one's."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"

    def script(line: Line, heard: Heard) -> None:
        line.send(interim * 2 + answer(heard.line.encode()))

    with Server(script) as server:
        transport = connect(server)
        bodies = [transport.send(get(target)).body for target in ("/1", "/2")]
    assert bodies == [b"GET /1 HTTP/1.1", b"GET /2 HTTP/1.1"]
    assert server.connections == 1


def chunked(*chunks: bytes) -> bytes:
    """Spell a chunked answer without its end."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_chunks_are_joined(connect: Opener, stream: bool) -> None:
    """A chunked body arrives whole, and the connection goes on."""
    with Server(says(chunked(b"abc", b"d" * 70_000, b"e") + b"0\r\n\r\n")) as server:
        transport = connect(server)
        for _ in range(2):
            assert body_of(transport.send(get(stream=stream))) == b"abc" + b"d" * 70_000 + b"e"
    assert server.connections == 1


def test_body_to_the_end_of_the_connection(connect: Opener, stream: bool) -> None:
    """A body with neither length nor chunks ends where the connection does; the core judges."""
    with Server(cuts(b"HTTP/1.1 200 OK\r\n\r\nall of it")) as server:
        assert body_of(connect(server).send(get(stream=stream))) == b"all of it"


@pytest.mark.parametrize("block", [1, 7, 4096, 1 << 20])
def test_blocks_are_honoured(connect: Opener, block: int) -> None:
    """A stream gives blocks no larger than asked, which add up to the body."""
    body = bytes(range(256)) * (20 if block > 100 else 1)
    for data in (answer(body), chunked(body[:100], body[100:]) + b"0\r\n\r\n"):
        with Server(says(data)) as server:
            transport = connect(server)
            for _ in range(2):
                assert read_all(transport.send(get(stream=True)), block) == body
        assert server.connections == 1


def test_large_headers(connect: Opener) -> None:
    """Sixty kilobytes in one header are read."""
    with Server(says(answer(b"", "X-Large: " + "x" * 60_000))) as server:
        assert len(connect(server).send(get()).headers["x-large"]) == 60_000


# Connections


def test_connections_are_kept(connect: Opener, stream: bool) -> None:
    """One request after another uses one connection."""
    with Server(echoes) as server:
        transport = connect(server)
        for number in range(5):
            request = post(b"%d" % number, stream=stream)
            assert body_of(transport.send(request)) == b"%d" % number
    assert server.connections == 1


def test_threads_open_no_connection_twice(
    connect: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    """Thirty-two threads that share a transport open a connection each at most, and keep it."""
    together = threading.Barrier(32)

    def work(transport: Any) -> None:
        for _ in range(4):
            together.wait(20)
            assert transport.send(get()).body == b"hello"

    caplog.set_level(logging.DEBUG)
    with Server() as server, ThreadPoolExecutor(32) as threads:
        transport = connect(server)
        list(threads.map(work, [transport] * 32))
    assert len(server.heard) == 32 * 4
    assert server.connections <= 32
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_closed_by_the_server_while_idle(connect: Opener) -> None:
    """A kept connection that the server has closed meanwhile is noticed before it is used."""
    with Server() as server:
        transport = connect(server)
        transport.send(get())
        server.hang_up()
        while server._lines:
            server.ending.wait(0.001)
        assert transport.send(post(b"x")).body == b"hello"
    assert server.connections == 2


def test_abandoned_body(connect: Opener) -> None:
    """A body that was not read to its end takes its connection with it; others are not harmed."""
    with Server(says(answer(b"x" * 9_000_000))) as server:
        transport = connect(server)
        body = transport.send(get(stream=True)).body
        assert not isinstance(body, bytes)
        assert len(body.read(10)) == 10
        body.close()
        body.close()
        assert len(body_of(transport.send(get()))) == 9_000_000
    assert server.connections == 2


def test_body_read_in_another_thread(connect: Opener) -> None:
    """A stream may be read by another thread than the one that asked."""
    with Server(says(answer(b"x" * 300_000))) as server, ThreadPoolExecutor(1) as thread:
        response = connect(server).send(get(stream=True))
        assert thread.submit(read_all, response).result() == b"x" * 300_000


def test_close_twice(connect: Opener) -> None:
    """Closing closes the idle connections; a second time does nothing."""
    with Server() as server:
        transport = connect(server)
        transport.send(get())
        transport.close()
        transport.close()
        while server._lines:
            server.ending.wait(0.001)
