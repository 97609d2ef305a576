"""What breaks, breaks as one of our errors, in time, and spoils nothing; for every transport."""

from __future__ import annotations

import signal
import socket
import ssl
import traceback
from time import monotonic
from typing import Any, List

import pytest

from gracedb_core.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimedOut,
    GraceDBError,
    InputError,
    SentRequest,
    TimedOut,
    TransportError,
    TruncatedAnswer,
)
from gracedb_core.interfaces import Origin, Request, Timeout

from .conftest import Opener
from .server import Heard, Line, Script, Server, answer, cuts, echoes
from .test_conformance import Source, body_of, chunked, get, post


def stalls(data: bytes) -> Script:
    """Make the script of a server that says *data* and then nothing, its connection open."""

    def script(line: Line, heard: Heard) -> None:
        line.send(data)
        line.stall()

    return script


def resets(data: bytes) -> Script:
    """Make the script of a server that says *data* and breaks off."""

    def script(line: Line, heard: Heard) -> None:
        line.send(data)
        line.reset()

    return script


def dribbles(data: bytes, rest: bytes) -> Script:
    """Make the script of a server that says *data* at once and the *rest* byte by byte."""

    def script(line: Line, heard: Heard) -> None:
        line.send(data)
        line.dribble(rest)

    return script


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def stream(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def refusing() -> Server:
    """Give a server that has gone, so that its port refuses."""
    with Server() as server:
        pass
    return server


# Before anything was sent


def test_refused(connect: Opener, refusing: Server) -> None:
    """A refused connection says so: nothing was sent, and the request is named."""
    with pytest.raises(ConnectFailed, match=r"127\.0\.0\.1:\d+.*refused") as caught:
        connect(refusing).send(get("/api/?q=1"))
    url = f"http://127.0.0.1:{refusing.port}/api/?q=1"
    assert caught.value.request == SentRequest("GET", url)
    assert not caught.value.may_have_arrived
    assert caught.value.retryable
    assert type(caught.value).__name__ == "ConnectFailed"


def test_unknown_host(connect: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without an address says so."""

    def getaddrinfo(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with Server() as server:
        transport = connect(server, origin=Origin("http", "gracedb.invalid", 80))
        with pytest.raises(ConnectFailed, match=r"No address.*gracedb\.invalid"):
            transport.send(get())


@pytest.mark.parametrize(
    "limits",
    [Timeout(connect=0.05), Timeout(connect=None, total=0.1)],
    ids=["connect", "total"],
)
def test_connecting_takes_too_long(connect: Opener, limits: Timeout) -> None:
    """A host that does not answer at all: nothing was sent."""
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        # The system completes as many connections as the queue has places, and no more.
        for other in (first, second):
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
        origin = Origin("http", "127.0.0.1", deaf.getsockname()[1])
        with Server() as server:
            transport = connect(server, origin=origin)
            with pytest.raises(ConnectTimedOut, match="in time"):
                transport.send(get(timeout=limits))


# Before an answer


@pytest.mark.parametrize(
    "script",
    [
        cuts(b""),
        resets(b""),
        cuts(b"HTTP/1.1 200 OK\r\nContent-"),
        cuts(b"HTTP/1.1 200 OK\r\n"),
        cuts(b"HTTP/1.1 200 OK\r\nX-A: b\r\nno colon\r\nContent-Length: 9\r\n\r\nx"),
        cuts(b"\x00\x01\x02 what?\r\n\r\n"),
        cuts(b"HTTP/1.1 2x0 OK\r\n\r\n"),
        cuts(b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nx"),
        cuts(b"HTTP/1.1 200 OK\r\nContent-Length: soon\r\n\r\nx"),
        cuts(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"),
        cuts(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        cuts(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nx"),
        cuts(answer(b"", *(f"X-{number}: x" for number in range(300)))),
        cuts(answer(b"", "X-Large: " + "x" * 70_000)),
    ],
    ids=[
        "closed",
        "reset",
        "half a head",
        "no headers",
        "half a header",
        "garbage",
        "odd status",
        "another protocol",
        "length",
        "negative",
        "lengths",
        "encoding",
        "many",
        "large",
    ],
)
def test_no_usable_answer(connect: Opener, script: Script) -> None:
    """Without an answer the request may have been acted on: the connection was lost."""
    with Server(script) as server:
        transport = connect(server)
        with pytest.raises(ConnectionLost) as caught:
            transport.send(post(b"x"))
        assert caught.value.may_have_arrived
        server.script = echoes
        assert transport.send(post(b"again")).body == b"again"


@pytest.mark.parametrize("body", [b"x", Source(b"x" * 100)], ids=["bytes", "upload"])
def test_silence(connect: Opener, body: Any) -> None:
    """A server that says nothing is waited for as long as `read` says; it may have acted."""
    with Server(stalls(b"")) as server:
        transport = connect(server)
        with pytest.raises(TimedOut, match="timed out") as caught:
            transport.send(post(body, timeout=Timeout(read=0.05)))
        assert caught.value.may_have_arrived


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "], ids=["status", "header"])
def test_dribbled_head(connect: Opener, head: bytes) -> None:
    """Each byte comes in time, the whole does not: `total` ends it."""
    with Server(dribbles(head, b"HTTP/1.1 200 " + b"o" * 1000)) as server:
        transport = connect(server)
        started = monotonic()
        with pytest.raises(TimedOut):
            transport.send(get(timeout=Timeout(read=5, total=0.1)))
        assert monotonic() - started < 3


@pytest.mark.parametrize(
    "limits", [Timeout(write=0.05), Timeout(total=0.1)], ids=["write", "total"]
)
@pytest.mark.parametrize("upload", [False, True], ids=["bytes", "upload"])
def test_sending_takes_too_long(connect: Opener, limits: Timeout, upload: bool) -> None:
    """A server that takes nothing in is waited for as long as `write` and `total` say."""
    # Stops reading: what the systems' buffers do not hold cannot be sent.
    with Server(hear=lambda _incoming, line: line.stall()) as server:
        data = bytes(30 << 20)
        with pytest.raises(TimedOut):
            connect(server).send(post(Source(data) if upload else data, timeout=limits))


def test_sending_may_take_longer_than_connecting(connect: Opener) -> None:
    """What bounds connecting does not bound sending, nor waiting."""

    def slowly(line: Line, heard: Heard) -> None:
        line.server.ending.wait(0.2)
        line.send(answer(b"done"))

    with Server(slowly) as server:
        limits = Timeout(connect=0.1, read=None, write=None, total=None)
        assert connect(server).send(post(bytes(1 << 20), timeout=limits)).body == b"done"


def test_each_request_has_its_own_time(connect: Opener) -> None:
    """On a kept connection any timeout follows any other, and is kept to."""

    def slowly(line: Line, heard: Heard) -> None:
        line.server.ending.wait(0.4)
        line.send(answer(b"done"))

    with Server() as server:
        transport = connect(server)
        transport.send(get())
        transport.send(get(timeout=Timeout(read=0.2)))
        server.script = slowly
        assert transport.send(get()).body == b"done"
        started = monotonic()
        with pytest.raises(TimedOut):
            transport.send(get(timeout=Timeout(read=0.2)))
        assert monotonic() - started < 3
        assert server.connections == 1
        server.script = echoes
        transport.send(get(timeout=Timeout(read=0.2)))
        server.script = stalls(b"")
        with pytest.raises(TimedOut):
            transport.send(get(timeout=Timeout(read=0.4)))
        assert monotonic() - started < 6


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_nothing_is_sent_again(connect: Opener, method: str) -> None:
    """What is lost on a kept connection is reported, once; whether to repeat it is the core's."""
    with Server() as server:
        transport = connect(server)
        transport.send(get())
        server.script = cuts(b"")
        with pytest.raises(ConnectionLost):
            transport.send(Request(method, "/"))
    assert [heard.line.split()[0] for heard in server.heard] == ["GET", method]


def test_refused_before_the_body_was_read(connect: Opener) -> None:
    """An answer that comes before all was sent is read, not lost: a 413 says what is wrong."""

    def refuse(incoming: Any, line: Line) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += incoming.readline()
        line.send(answer(b"too large", "Connection: close", status="413 Too Large"))
        line.socket.shutdown(socket.SHUT_WR)
        while incoming.read(1 << 16):
            pass

    with Server(hear=refuse) as server:
        response = connect(server).send(post(Source(bytes(1 << 20))))
    assert (response.status, response.body) == (413, b"too large")


# In the body


@pytest.mark.parametrize(
    "script",
    [
        cuts(answer(b"x" * 50, length=100)),
        cuts(answer(b"", length=100)),
        cuts(chunked(b"x" * 50)),
        cuts(chunked(b"x" * 50)[:-10]),
        cuts(chunked(b"x" * 50) + b"zz\r\n"),
        cuts(chunked(b"x" * 50) + b"-1\r\nabc"),
        cuts(chunked(b"x" * 50) + b"fffffffffffffff\r\nabc"),
        resets(answer(b"x" * 50, length=100)),
    ],
    ids=[
        "short",
        "none",
        "chunk missing",
        "chunk cut",
        "chunk odd",
        "chunk negative",
        "chunk huge",
        "reset",
    ],
)
def test_short_body(connect: Opener, stream: bool, script: Script) -> None:
    """A body that ends before its announced end is an error, however it is read."""
    with Server(script) as server:
        transport = connect(server)
        with pytest.raises((TruncatedAnswer, ConnectionLost)) as caught:
            body_of(transport.send(get("/a", stream=stream)))
        assert caught.value.request == SentRequest("GET", f"http://127.0.0.1:{server.port}/a")
        assert isinstance(caught.value, TransportError) or stream
        server.script = echoes
        assert transport.send(post(b"again")).body == b"again"


@pytest.mark.parametrize("block", [1, 20, 50, 51, 1000])
def test_short_stream(connect: Opener, block: int) -> None:
    """What arrived is given, then the error; never an end that looks like the end."""
    with Server(cuts(answer(b"x" * 50, length=100))) as server:
        body = connect(server).send(get(stream=True)).body
        assert not isinstance(body, bytes)
        taken = 0
        with pytest.raises(TruncatedAnswer, match="ended early"):
            while True:
                taken += len(body.read(block)) or pytest.fail("a short body passed for whole")
        assert taken <= 50


def test_stalled_body(connect: Opener, stream: bool) -> None:
    """A body that stops coming is waited for as long as `read` says."""
    with Server(stalls(answer(b"x" * 50, length=100))) as server:
        transport = connect(server)
        with pytest.raises(TimedOut):
            body_of(transport.send(get(stream=stream, timeout=Timeout(read=0.05))))


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (stalls(b"HTTP/1.1 200 OK\r\n\r\na part"), TimedOut),
        (resets(b"HTTP/1.1 200 OK\r\n\r\na part"), ConnectionLost),
    ],
    ids=["stalled", "reset"],
)
def test_endless_body(connect: Opener, stream: bool, script: Script, error: Any) -> None:
    """A body without an announced end is not whole where the connection is broken off."""
    with Server(script) as server:
        transport = connect(server)
        with pytest.raises(error):
            body_of(transport.send(get(stream=stream, timeout=Timeout(read=0.05))))


def test_dribbled_body(connect: Opener, stream: bool) -> None:
    """A body that comes a byte at a time is given up when `total` is over."""
    with Server(dribbles(answer(length=5000), b"x" * 5000)) as server:
        transport = connect(server)
        started = monotonic()
        with pytest.raises(TimedOut):
            body_of(transport.send(get(stream=stream, timeout=Timeout(read=5, total=0.1))))
        assert monotonic() - started < 3


# Of our own making


class Broken(Source):
    """An upload whose file fails in the middle."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(b"x" * (1 << 20))
        self.error = error

    def open(self) -> Any:
        reader = super().open()
        read = reader.read
        blocks: List[bytes] = []

        class Reader:
            def read(_self, amount: int = -1) -> bytes:
                if len(blocks) == 2:
                    raise self.error
                blocks.append(read(1000))
                return blocks[-1]

            close = reader.close

        return Reader()


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), InputError("no"), KeyboardInterrupt()]
)
def test_failing_upload(connect: Opener, error: BaseException) -> None:
    """What reading an upload raises comes out as it is; the server never sees it whole."""
    source = Broken(error)
    with Server(echoes) as server:
        transport = connect(server)
        with pytest.raises(type(error)) as caught:
            transport.send(post(source))
        assert caught.value is error
        assert transport.send(post(b"again")).body == b"again"
    assert [heard.body for heard in server.heard] == [b"again"]
    assert source.readers[0].closed


def test_upload_shorter_than_announced(connect: Opener) -> None:
    """A file that has shrunk is never completed with something else."""
    with Server(echoes) as server:
        transport = connect(server)
        with pytest.raises(InputError, match="4 bytes before its announced length of 10"):
            transport.send(post(Source(b"abcdef", length=10)))
        assert transport.send(post(b"again")).body == b"again"
    assert server.fragments in ([b"abcdef"], []), "a small one may be read before it is sent"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs Unix signals")
def test_interrupt(connect: Opener, stream: bool) -> None:
    """Ctrl-C while waiting, for the answer or for its body, spoils no connection."""
    said = answer(b"x" * 50, length=100) if stream else b""
    with Server(stalls(said)) as server:
        transport = connect(server)

        def interrupt(*_arguments: Any) -> None:
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(KeyboardInterrupt):
                body_of(transport.send(get(stream=stream)))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        server.script = echoes
        assert transport.send(post(b"again")).body == b"again"


@pytest.mark.parametrize(
    "script",
    [cuts(b""), cuts(b"garbage\r\n\r\n"), stalls(b""), cuts(answer(b"x", length=9))],
    ids=["closed", "garbage", "silent", "short"],
)
def test_no_secret_in_errors(connect: Opener, script: Script) -> None:
    """An exception, with all that it says about what caused it, shows no header."""
    secret = "canary-7f3a"
    request = get("/", ("Authorization", f"Bearer {secret}"), timeout=Timeout(read=0.05))
    with Server(script) as server:
        transport = connect(server)
        with pytest.raises(GraceDBError) as caught:
            transport.send(request)
    shown = ""
    cause: Any = caught.value
    while cause is not None:
        # As those programs show it that print every variable of every frame but the caller's.
        frames = list(traceback.walk_tb(cause.__traceback__))[1:]
        shown += str([frame.f_locals for frame, _ in frames])
        shown += "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))
        shown += repr(cause) + str(vars(cause))
        assert getattr(cause, "request", None) in (None, caught.value.request)
        cause = cause.__cause__ or cause.__context__
    assert secret not in shown


def test_errors_do_not_inherit_a_cause(connect: Opener, refusing: Server) -> None:
    """What the caller was handling when it called is not taken for what went wrong."""
    with Server(stalls(b"")) as server:
        transport = connect(server)
        with pytest.raises(TimedOut):
            transport.send(get(timeout=Timeout(read=0.02)))
    try:
        raise ssl.SSLError("of another connection")
    except ssl.SSLError:
        with pytest.raises(TransportError) as caught:
            connect(refusing).send(get())
    assert type(caught.value).__name__ == "ConnectFailed"
