"""What is no proper HTTP: refused in a sentence, done by halves never, and the server lives on."""

from __future__ import annotations

import socket
from base64 import b64encode
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Iterator, List, NamedTuple
from urllib.parse import urlsplit

import pytest

from gracedb_sandbox import Sandbox

from .conftest import EINSTEIN, Api
from .rows import Memory

LOGIN = f"Authorization: Basic {b64encode(':'.join(EINSTEIN).encode()).decode()}\r\n"
HEAD = f"Host: x\r\nUser-Agent: tests\r\n{LOGIN}"
CLOSE = "Connection: close\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
NO_COMMENT = b"Failed to save log entry"
PAGE = b"was not found on this server"


class Answer(NamedTuple):
    """What came back, up to the end of the connection."""

    statuses: List[int]
    text: bytes


class Wire:
    """Bytes to a server of its own, in whose log no traceback may be found."""

    def __init__(self, server: Sandbox, api: Api) -> None:
        self.server, self.api, self.gid = server, api, api.event()
        self.memory = Memory(server.folder)
        self.log = f"POST /api/events/{self.gid}/log/ HTTP/1.1\r\n{HEAD}{FORM}"

    def connect(self) -> socket.socket:
        """A connection."""
        where = urlsplit(self.server.url)
        return socket.create_connection((where.hostname, where.port), timeout=30)

    def say(self, text: str) -> Answer:
        """Send *text*, then no more; read to the end."""
        with self.connect() as connection:
            try:
                connection.sendall(text.encode("latin-1"))
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before it was heard out
            return hear(connection)

    def comments(self) -> List[str]:
        """The log of the event."""
        return list(self.api.comments(self.gid).values())[3:]


def hear(connection: socket.socket) -> Answer:
    """Read until the server closes."""
    heard = b""
    try:
        for block in iter(lambda: connection.recv(1 << 16), b""):
            heard += block
    except ConnectionError:
        pass  # closed on what it did not read
    statuses = [int(each[:3]) for each in heard.split(b"HTTP/1.1 ")[1:]]
    return Answer(statuses, heard)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Start a sandbox whose log is read at the end."""
    folder = tmp_path_factory.mktemp("framing")
    with Sandbox(folder) as server:
        yield server
        with Api(server.url) as api:
            assert api.get("user-info/").json()["username"] == EINSTEIN[0]
    assert "Traceback" not in Path(folder, "server.log").read_text(encoding="utf-8")


@pytest.fixture
def wire(own: Sandbox) -> Iterator[Wire]:
    """Speak to that sandbox."""
    with Api(own.url) as api:
        found = Wire(own, api)
        yield found
        found.memory.close()


@pytest.mark.parametrize(
    ("request_line", "status", "said"),
    [
        ("GET /api/", 400, b"Malformed Request-Line"),
        ("\x16\x03\x01", 400, b"Malformed Request-Line"),
        ("GET /api/ HTTP/2.0", 505, b""),
        ("get /api/ HTTP/1.1", 400, b"Malformed method name"),
        ("CONNECT x:1 HTTP/1.1", 405, b""),
        ("TRACE /api/events/ HTTP/1.1", 405, b"TRACE"),
        ("PROPFIND /api/events/ HTTP/1.1", 405, b"PROPFIND"),
        ("OPTIONS /api/events/ HTTP/1.1", 200, b"Allow: GET, POST, HEAD, OPTIONS"),
        ("HEAD /api/nothing HTTP/1.1", 404, b"Content-Length"),
        ("GET http://elsewhere/api/ HTTP/1.1", 400, b""),
        ("GET /api/events/\xe9 HTTP/1.1", 400, b"Malformed Request-URI"),
        ("GET /api/events/%00 HTTP/1.1", 404, PAGE),
        ("GET /api/events/%zz/%/ HTTP/1.1", 404, PAGE),
        ("GET /api/events/%2e%2e/ HTTP/1.1", 404, PAGE),
        ("GET /api/events/../superevents/ HTTP/1.1", 404, PAGE),
        (f"GET /api/{'a' * 200_000} HTTP/1.1", 404, PAGE),
        (f"GET /api/events/?query={'a' * 20_000} HTTP/1.1", 400, b"Invalid query"),
        ("GET /api/events/?start=-1&count=x HTTP/1.1", 200, b"numRows"),
        ("GET /api/events/?start=1e9&count=99999999999999999999 HTTP/1.1", 200, b"numRows"),
        ("GET /api/events/?sort=-nonsense HTTP/1.1", 400, b"Cannot resolve keyword"),
        ("GET /api/superevents/?sort=nonsense,-%00&start=%ff HTTP/1.1", 200, b"numRows"),
        ("GET /api/events/?query=%ff&=&&query HTTP/1.1", 400, b"Invalid query"),
    ],
)
def test_odd_requests(wire: Wire, request_line: str, status: int, said: bytes) -> None:
    """Each has its refusal."""
    answer = wire.say(f"{request_line}\r\n{HEAD}{CLOSE}\r\n")
    assert answer.statuses == [status]
    assert said in answer.text


@pytest.mark.parametrize("name", ["%2e%2e/%2e%2e/gracedb.sqlite", "../../gracedb.sqlite", "%ff"])
def test_no_name_leads_out_of_the_files(wire: Wire, name: str) -> None:
    """A file is a row, and no path."""
    path = f"/api/events/{wire.gid}/files/{name}"
    answer = wire.say(f"GET {path} HTTP/1.1\r\n{HEAD}{CLOSE}\r\n")
    assert answer.statuses == [404]
    assert b"not found" in answer.text


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("no colon\r\n", 400),
        (f"X: {'y' * 200_000}\r\n", 200),
        ("".join(f"X{number}: y\r\n" for number in range(2000)), 200),
        ("Authorization: Basic \xe9\xff\r\n", 403),
        ("Authorization: Bearer \xe9.\xff.\xff\r\n", 200),
        ("Authorization: Negotiate\r\n", 200),
        ("X-Forwarded-Host: \xe9 <>\r\nX-Forwarded-Proto: a:b\r\n", 200),
    ],
)
def test_odd_headers(wire: Wire, header: str, status: int) -> None:
    """Whatever they say, there is an answer."""
    start = "GET /api/user-info/ HTTP/1.1\r\nHost: x\r\nUser-Agent: tests\r\n"
    assert wire.say(f"{start}{header}{CLOSE}\r\n").statuses == [status]


@pytest.mark.parametrize("length", ["-9", "+9", "0_9", "x", "9, 9", "", "9" * 5000, "9" * 12])
def test_a_length_that_is_none_is_refused(wire: Wire, length: str) -> None:
    """Nobody knows where the next request begins: the connection ends, nothing is done."""
    before = wire.memory.version
    answer = wire.say(f"{wire.log}Content-Length: {length}\r\n\r\ncomment=a" * 2)
    assert answer.statuses == [413 if length == "9" * 12 else 400]
    assert wire.memory.version == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", "comment=half of a sen"),
        ("application/json", '{"comment": "whole"} '),
        ("multipart/form-data; boundary=B",
         '--B\r\nContent-Disposition: form-data; name="comment"\r\n\r\nhalf of a sen'),
    ],
)  # fmt: skip
def test_half_a_request_is_not_done(wire: Wire, kind: str, body: str) -> None:
    """A client that goes away in the middle of a body has asked for nothing."""
    before = wire.memory.version
    for path in (f"events/{wire.gid}/log/", "events/", "superevents/"):
        start = f"POST /api/{path} HTTP/1.1\r\n{HEAD}Content-Type: {kind}\r\n"
        answer = wire.say(f"{start}Content-Length: {len(body) + 9}\r\n\r\n{body}")
        assert answer.statuses in ([400], [415])
    assert wire.memory.version == before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("9\r\ncomment=a\r\n0\r\n\r\n", NO_COMMENT),
        ("9;x=y\r\ncomment=a\r\n0\r\n\r\n", NO_COMMENT),
        ("9\r\ncomment=a\r\n0\r\nX: trailer\r\n\r\n", NO_COMMENT),
        ("zz\r\ncomment=a\r\n0\r\n\r\n", b"Malformed chunked body"),
        ("9\r\ncomment=aXX0\r\n\r\n", b"Malformed chunked body"),
        ("9\r\ncomm", b"Malformed chunked body"),
        (f"{'f' * 40}\r\ncomment=a\r\n0\r\n\r\n", b"Malformed chunked body"),
    ],
)
def test_a_chunked_body_is_no_body(wire: Wire, body: str, said: bytes) -> None:
    """As Django sees it; with an end the connection lives, without one it closes."""
    following = f"GET /api/user-info/ HTTP/1.1\r\n{HEAD}{CLOSE}\r\n"
    answer = wire.say(f"{wire.log}{CHUNKED}\r\n{body}{following}")
    assert answer.statuses == ([503, 200] if said == NO_COMMENT else [400])
    assert said in answer.text
    assert wire.comments() == []


def test_other_codings_are_not_known(wire: Wire) -> None:
    """Not even before a chunked one."""
    for coding in ("gzip", "gzip, chunked"):
        assert wire.say(f"{wire.log}Transfer-Encoding: {coding}\r\n\r\nx").statuses == [501]


def test_requests_in_a_row_are_answered_in_a_row(wire: Wire) -> None:
    """Each body ends where it says, whether it was of any use or not."""
    body = "Content-Length: 9\r\n\r\ncomment=a"
    answer = wire.say(
        f"{wire.log}{body}"
        f"POST /api/nothing HTTP/1.1\r\n{HEAD}{FORM}{body}"
        f"POST /api/events/ HTTP/1.1\r\n{HEAD}{FORM}{body}"
        f"GET /api/user-info/ HTTP/1.1\r\n{HEAD}{body}"
        f"GET /api/user-info/ HTTP/1.1\r\n{HEAD}{CLOSE}\r\n"
    )
    assert answer.statuses == [201, 404, 415, 200, 200]
    assert wire.comments() == ["a"]


def test_whoever_waits_to_be_told_to_go_on_is_told(wire: Wire) -> None:
    """The body comes after ``100 Continue``."""
    with wire.connect() as connection:
        start = f"{wire.log}{CLOSE}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        connection.sendall(start.encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"comment=a")
        assert hear(connection).statuses == [201]


def test_slow_clients_hold_up_nobody(wire: Wire) -> None:
    """Half a head, half a body, or no word at all: others are served meanwhile."""
    starts = ("", "POST /api/ev", f"{wire.log}Content-Length: 9\r\n\r\ncomm")
    slow = [wire.connect() for _ in range(24)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(starts[number % len(starts)].encode())
        assert wire.api.get("user-info/").status_code == 200
        slow[2].sendall(b"ent=a")
        assert b"201 Created" in slow[2].recv(1 << 16)
    finally:
        for connection in slow:
            connection.close()
    assert wire.comments() == ["a"]


def test_every_answer_has_the_date_of_the_sandbox(tmp_path: Path) -> None:
    """By the same clock that tells when something was created."""

    def told(date: str, created: str) -> float:
        made = datetime.strptime(created, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=timezone.utc)
        return abs((parsedate_to_datetime(date) - made).total_seconds())

    with Sandbox(tmp_path) as server, Api(server.url) as api:
        server.advance_clock(-86400 * 365)
        made = api.create()
        created = made.json()["created"]
        assert told(made.headers["Date"], created) < 3600
        for path in ("", "nothing", "events/T9", "superevents/S1", "events/?query=x", "user-info"):
            assert told(api.get(path).headers["Date"], created) < 3600
