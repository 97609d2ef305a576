"""What the transport over aiohttp promises to whoever awaits it, on whatever loop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import subprocess
import sys
import threading
from time import monotonic
from typing import Any, Awaitable, Callable, List

import pytest

from gracedb_core._tls import TLSContexts
from gracedb_core.errors import (
    ClientClosed,
    ConnectFailed,
    ConnectionLost,
    InputError,
    SentRequest,
    TLSFailed,
    TransportError,
)
from gracedb_core.interfaces import Origin, Timeout, TransportOptions

from ..conftest import need_library
from .authority import Authority
from .conftest import OFFERS
from .server import Heard, Line, Server, answer, echoes
from .test_conformance import Source, get, post

Use = Callable[[Any], Awaitable[Any]]


@pytest.fixture(autouse=True)
def library() -> None:
    """Skip all of this where aiohttp may be missing, and is."""
    need_library("aiohttp")


def open_to(server: Server, **options: Any) -> Any:
    """Open the transport to *server*."""
    origin = Origin("https" if server.tls else "http", server.host, server.port)
    open_async = OFFERS["aiohttp"].thing.open_async
    assert open_async is not None
    return open_async(TransportOptions(**{"origin": origin, "tls": TLSContexts(), **options}))


def run(server: Server, use: Use, **options: Any) -> Any:
    """Await *use* of the transport on a loop of its own, and close it there."""

    async def main() -> Any:
        transport = open_to(server, **options)
        try:
            return await use(transport)
        finally:
            await transport.close()

    return asyncio.run(main())


async def until(condition: Callable[[], object]) -> None:
    """Await what another thread brings about."""
    while not condition():
        await asyncio.sleep(0.001)


def silent(line: Line, heard: Heard) -> None:
    """Never answer."""
    line.stall()


class Gate(Source):
    """An upload whose reading takes as long as it is told to."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reached, self.opened = threading.Event(), threading.Event()

    def open(self) -> io.BytesIO:
        gate, reader = self, super().open()

        class Reader(io.BytesIO):
            def read(self, amount: Any = -1) -> bytes:
                gate.reached.set()
                assert gate.opened.wait(20), "nobody opened the gate"
                return reader.read(amount)

            def close(self) -> None:
                reader.close()

        return Reader()


# Loading


def test_library_is_loaded_when_opened() -> None:
    """Offering the transport loads no library; opening it does."""
    program = (
        "import sys\n"
        "from gracedb_core.transports import aiohttp as plugin\n"
        "offer, = plugin.gracedb_transports()\n"
        "assert not {'aiohttp', 'urllib3', 'asyncio'} & set(sys.modules)\n"
        "from gracedb_core.interfaces import Origin, TransportOptions\n"
        "offer.open_async(TransportOptions(Origin('http', 'h', 80), None))\n"
        "assert 'aiohttp' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# Cancelling


@pytest.mark.parametrize("said", [b"", answer(b"x", length=9)], ids=["head", "body"])
def test_cancelled_while_waiting(said: bytes) -> None:
    """A request that is cancelled takes its connection with it, and nothing else."""

    def script(line: Line, heard: Heard) -> None:
        line.send(said)
        # Until the client goes away.
        line.socket.recv(1)
        line.close()

    async def use(transport: Any) -> None:
        asking = asyncio.ensure_future(transport.send(get()))
        await until(lambda: server.heard)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await until(lambda: not server._lines)
        server.script = echoes
        assert (await transport.send(post(b"again"))).body == b"again"

    with Server(script) as server:
        run(server, use)
    assert server.connections == 2


@pytest.mark.parametrize("turns", range(12))
def test_cancelled_while_connecting(turns: int) -> None:
    """A connection that is not waited for any more is closed when it is made."""

    async def use(transport: Any) -> None:
        asking = asyncio.ensure_future(transport.send(get()))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        gc.collect()
        server.script = echoes
        assert (await transport.send(post(b"again"))).body == b"again"

    with Server() as server:
        run(server, use)


def test_cancelled_while_streaming() -> None:
    """A stream whose reading is cancelled is closed, and its connection with it."""

    async def use(transport: Any) -> None:
        response = await transport.send(get(stream=True))
        reading = asyncio.ensure_future(response.body.read(10))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        with pytest.raises(ValueError, match="closed"):
            await response.body.read(10)
        await until(lambda: not server._lines)

    def script(line: Line, heard: Heard) -> None:
        line.send(answer(b"", length=9))
        line.socket.recv(1)
        line.close()

    with Server(script) as server:
        run(server, use)


def upload_threads() -> List[threading.Thread]:
    """Find the threads that read uploads."""
    return [each for each in threading.enumerate() if "gracedb-core-uploads" in each.name]


@pytest.mark.parametrize("size", [100, 1 << 20], ids=["small", "large"])
def test_cancelled_while_uploading(size: int) -> None:
    """An upload that is cancelled closes its file when no thread reads it, and leaves no thread."""
    source = Gate(bytes(size))

    async def use(transport: Any) -> None:
        sending = asyncio.ensure_future(transport.send(post(source)))
        await until(source.reached.is_set)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert not source.readers[0].closed, "it was closed under the thread that reads it"
        source.opened.set()
        await until(lambda: source.readers[0].closed)
        assert (await transport.send(post(b"again"))).body == b"again"

    with Server(echoes) as server:
        run(server, use)
    for thread in upload_threads():
        thread.join(20)
    assert not upload_threads()
    assert [heard.body for heard in server.heard] == [b"again"]


def test_cancelled_while_the_server_takes_nothing() -> None:
    """An upload is cancelled at once, also where it waits for the server."""
    source = Source(bytes(30 << 20))

    async def use(transport: Any) -> None:
        sending = asyncio.ensure_future(transport.send(post(source)))
        await until(lambda: source.readers and source.readers[0].tell())
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert source.readers[0].closed

    with Server(hear=lambda _incoming, line: line.stall()) as server:
        run(server, use)


def test_reading_an_upload_stops_nobody() -> None:
    """While a file is waited for, the loop goes on: here it is what the file waits for."""
    source = Gate(b"x" * 100)

    async def use(transport: Any) -> None:
        sending = asyncio.ensure_future(transport.send(post(source)))
        await until(source.reached.is_set)
        assert (await transport.send(get())).status == 200
        source.opened.set()
        assert (await sending).body == source.data

    with Server(echoes) as server:
        run(server, use)


def test_answered_before_all_was_sent() -> None:
    """What is not wanted any more is not sent, and nothing else over the same connection."""
    source = Gate(bytes(1 << 20))

    def refuse(incoming: Any, line: Line) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += incoming.readline()
        line.send(answer(b"too large", status="413 Too Large"))
        line.stall()

    async def use(transport: Any) -> None:
        response = await transport.send(post(source))
        assert (response.status, response.body) == (413, b"too large")
        source.opened.set()
        await until(lambda: source.readers[0].closed)
        server.hear = server.read
        assert (await transport.send(post(b"next"))).body == b"next"

    with Server(echoes, hear=refuse) as server:
        run(server, use)
    assert server.connections == 2


# Turns, connections


def test_waiting_for_a_turn_is_not_timed() -> None:
    """A request that waits until others are done has all of its time left."""

    def slowly(line: Line, heard: Heard) -> None:
        line.server.ending.wait(0.1)
        line.send(answer(b"done"))

    async def use(transport: Any) -> None:
        request = get(timeout=Timeout(total=0.5))
        answers = await asyncio.gather(*(transport.send(request) for _ in range(8)))
        assert [each.body for each in answers] == [b"done"] * 8

    with Server(slowly) as server:
        run(server, use, pool_size=1)
    assert server.connections == 1


def test_a_failure_gives_its_turn_to_the_next() -> None:
    """Cancelled and failed requests do not use up turns."""

    async def use(transport: Any) -> None:
        for _ in range(3):
            with pytest.raises(ConnectionLost):
                await transport.send(get())
            asking = asyncio.ensure_future(transport.send(get()))
            await asyncio.sleep(0)
            asking.cancel()
        server.script = echoes
        assert (await transport.send(post(b"x"))).body == b"x"

    with Server(lambda line, heard: line.close()) as server:
        run(server, use, pool_size=1)


def test_closing_ends_what_is_on_its_way() -> None:
    """Whoever waits when the transport is closed hears of it: for an answer, a body, a turn."""

    async def use(transport: Any) -> None:
        stream = (await transport.send(get(stream=True))).body
        server.script = silent
        waiting = [
            asyncio.ensure_future(each)
            for each in (stream.read(9), transport.send(get("/1")), transport.send(get("/2")))
        ]
        await until(lambda: len(server.heard) == 2)
        await transport.close()
        body, answered, turn = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(body, TransportError)
        assert isinstance(answered, ConnectionLost)
        assert isinstance(turn, ClientClosed)

    with Server(lambda line, heard: line.send(answer(b"", length=9))) as server:
        run(server, use, pool_size=1)


def test_nothing_was_sent() -> None:
    """Where a kept connection turns out to be reset when it is written to, nothing was sent."""

    async def use(transport: Any) -> None:
        await transport.send(get())
        reset.set()
        # Without giving the loop a chance to notice.
        while server._lines:
            server.ending.wait(0.001)
        with pytest.raises(ConnectFailed):
            await transport.send(post(b"x"))
        server.script = echoes
        assert (await transport.send(post(b"again"))).body == b"again"

    reset = threading.Event()

    def script(line: Line, heard: Heard) -> None:
        line.send(answer(b"hello"))
        reset.wait(20)
        line.reset()

    with Server(script) as server:
        run(server, use)


def test_silent_proxy() -> None:
    """A proxy that does not say whether it opens the tunnel is waited for as `connect` says."""

    async def use(transport: Any) -> None:
        started = monotonic()
        with pytest.raises(ConnectFailed):
            await transport.send(get(timeout=Timeout(connect=0.1)))
        assert monotonic() - started < 6

    with Server(silent) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        run(proxy, use, origin=Origin("https", "gracedb.invalid", 443), proxy=address)


def test_secure_proxy_of_a_secure_server(authority: Authority) -> None:
    """TLS inside TLS would show the certificate to the proxy; it is refused in a sentence."""

    async def use(transport: Any) -> None:
        with pytest.raises(InputError, match="urllib3"):
            await transport.send(get())

    with Server(tls=authority.server("127.0.0.1")) as server:
        run(server, use, proxy="https://localhost:1")


def test_alert_before_anybody_waits() -> None:
    """A refused certificate is told from a lost connection, also where only its words are left."""
    alert = "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required"
    from gracedb_core.transports._aiohttp_failures import name_awaited_failure

    error = OSError(1, alert)
    asked = SentRequest("GET", "https://gracedb.example/")
    failure = name_awaited_failure(error, asked, sent=True, late=False)
    assert isinstance(failure, TLSFailed)
    assert "(certificate required)" in str(failure)


# Loops


def test_one_transport_on_two_loops() -> None:
    """What is open belongs to a loop, and ends with it; the next one begins anew."""

    async def use() -> None:
        assert (await transport.send(post(b"x"))).body == b"x"
        assert (await transport.send(post(Source(b"x" * 9)))).body == b"x" * 9

    with Server(echoes) as server:
        transport = open_to(server)
        for _ in range(2):
            asyncio.run(use())
            while server._lines:
                server.ending.wait(0.001)
        asyncio.run(transport.close())
    assert server.connections == 2


def test_forgotten() -> None:
    """A transport that nobody closed is closed when nobody has it any more."""

    async def use() -> None:
        await open_to(server).send(get())
        gc.collect()
        await until(lambda: not server._lines)

    with Server() as server:
        asyncio.run(use())


PROGRAM = """
import asyncio, sys
from gracedb_core._tls import TLSContexts
from gracedb_core.interfaces import Origin, Request, Timeout, TransportOptions
from gracedb_core.transports.aiohttp import gracedb_transports

scheme, port, authority = sys.argv[1:]

class Upload:
    length = 1 << 20
    def open(self):
        import io
        return io.BytesIO(bytes(1 << 20))

async def main():
    origin = Origin(scheme, "127.0.0.1", int(port))
    transport = gracedb_transports()[0].open_async(
        TransportOptions(origin, TLSContexts(verify=authority))
    )
    await transport.send(Request("POST", "/", body=Upload()))
    stream = (await transport.send(Request("POST", "/", body=bytes(1 << 22), stream=True))).body
    await stream.read(10)
    asking = [asyncio.ensure_future(transport.send(Request("GET", "/"))) for _ in range(9)]
    await asking[0]

asyncio.run(main())
"""


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_loop_ends_without_close(authority: Authority, secure: bool) -> None:
    """A program that closes nothing ends without a word, whatever is idle, streaming, waiting."""
    with Server(echoes, tls=authority.server("127.0.0.1") if secure else None) as server:
        scheme = "https" if secure else "http"
        command = [sys.executable, "-W", "error", "-c", PROGRAM]
        done = subprocess.run(
            [*command, scheme, str(server.port), str(authority.path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
    assert (done.returncode, done.stdout) == (0, b"")
