"""Closing a client: once, twice, from everywhere, and while it is in use."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterator, List

import pytest

from gracedb_core import AsyncClient, Client
from gracedb_core.errors import ClientClosed, GraceDBError
from tests.transports.server import Heard, Line, Server, answer

BODY = b"0123456789" * 300_000
CLOSED = "This client was closed; make a new one."


class Slow:
    """A server that answers what is called slow when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self._waiting = threading.Semaphore(0)

    def wait_for(self, count: int) -> None:
        """Wait until so many slow requests have come."""
        for _ in range(count):
            assert self._waiting.acquire(timeout=30)

    def __call__(self, line: Line, heard: Heard) -> None:
        """Answer."""
        if "/slow" in heard.line:
            self._waiting.release()
            self.go.wait(30)
        if "/files/" in heard.line:
            line.send(answer(BODY))
        elif "/events/?" in heard.line or heard.line.endswith("/events/ HTTP/1.1"):
            start = int(heard.line.partition("start=")[2].partition("&")[0] or 0)
            url = f"http://{heard.header('host')}/api/events/?start={start + 1}&count=1"
            page = {"numRows": 9, "events": [{"graceid": f"G{start}"}], "links": {"next": url}}
            line.send(answer(json.dumps(page).encode()))
        else:
            line.send(answer(json.dumps({"line": heard.line}).encode()))


@pytest.fixture
def slow() -> Slow:
    """Give what the server does."""
    return Slow()


@pytest.fixture
def server(slow: Slow) -> Iterator[Server]:
    """Start it; nobody has to wait when the test is over."""
    with Server(slow) as server:
        yield server
        slow.go.set()


@pytest.fixture
def options(server: Server) -> Dict[str, Any]:
    """Say how to reach it."""
    return {"url": f"http://127.0.0.1:{server.port}/api/", "force_noauth": True}


def ended(action: Callable[[], Any]) -> Any:
    """Give what *action* gives, or the error of ours that it ends with."""
    try:
        return action()
    except GraceDBError as error:
        return error


def all_hung_up(server: Server) -> bool:
    """Wait until no connection is open any more."""
    for _ in range(3000):
        if not server._lines:
            return True
        server.ending.wait(0.01)
    return False


def test_from_many_threads(options: Dict[str, Any], transport: str, server: Server) -> None:
    """Whoever closes it, and how often, it is closed, and everybody is told the same."""
    with Client(transport=transport, **options) as client:
        client.path("x").get()
        list(zip(range(2), client.events.search(prefetch=2)))  # so that there are threads
        meeting = threading.Barrier(8)

        def close() -> None:
            meeting.wait(30)
            client.close()

        with ThreadPoolExecutor(8) as pool:
            for closing in [pool.submit(close) for _ in range(8)]:
                closing.result(30)
        for use in (client.path("x").get, lambda: next(iter(client.events.search()))):
            with pytest.raises(ClientClosed, match=CLOSED):
                use()
    assert all_hung_up(server)


def test_calls_in_flight(
    options: Dict[str, Any], transport: str, slow: Slow, server: Server
) -> None:
    """What is on its way when the client is closed is answered, and then nothing stays open."""
    client = Client(transport=transport, **options)
    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(ended, client.path("slow", n).get) for n in range(6)]
        slow.wait_for(6)
        client.close()
        late = [pool.submit(ended, client.path("late", n).get) for n in range(6)]
        slow.go.set()
        answers = [call.result(30) for call in calls]
        assert [str(call.result(30)) for call in late] == [CLOSED] * 6
    assert [row["line"] for row in answers] == [f"GET /api/slow/{n} HTTP/1.1" for n in range(6)]
    assert all_hung_up(server)


def test_a_transport_that_was_taken_before(
    options: Dict[str, Any], transport: str, server: Server
) -> None:
    """A thread that has got as far as the transport opens nothing after that was closed."""
    from gracedb_core.interfaces import Request

    client = Client(transport=transport, **options)
    taken = client._connection.transport()
    client.close()
    with pytest.raises(ClientClosed, match=CLOSED):
        taken.send(Request("GET", "/api/x"))
    assert server.connections == 0


@pytest.mark.parametrize("prefetch", [0, 1, 3])
def test_a_search(options: Dict[str, Any], transport: str, prefetch: int) -> None:
    """A search gives what is here already, and then says that the client was closed."""
    client = Client(transport=transport, **options)
    rows = iter(client.events.search(prefetch=prefetch))
    assert next(rows)["graceid"] == "G0"
    client.close()
    with pytest.raises(ClientClosed, match=CLOSED):
        for _ in rows:
            pass


def test_an_open_file(options: Dict[str, Any], transport: str, server: Server) -> None:
    """A file that blocks can be read to its end; then its connection is closed too."""
    client = Client(transport=transport, **options)
    with client.events["G1"].files["a"].get() as file:
        start = file.read(10)
        client.close()
        assert start + file.read() == BODY
    assert all_hung_up(server)


@pytest.mark.parametrize("remake", [copy.copy, lambda client: pickle.loads(pickle.dumps(client))])
def test_a_copy(options: Dict[str, Any], transport: str, remake: Callable[[Any], Any]) -> None:
    """A copy of a closed client is a new one."""
    client = Client(transport=transport, **options)
    client.close()
    with remake(client) as copied:
        assert copied.path("x").get()
    with pytest.raises(ClientClosed):
        client.path("x").get()


def test_awaited(options: Dict[str, Any], awaited: str, slow: Slow, server: Server) -> None:
    """Tasks in flight, searches and files end with an answer or an error of ours."""

    async def outcome(awaitable: Any) -> Any:
        try:
            return await awaitable
        except GraceDBError as error:
            return error

    async def main() -> List[Any]:
        client = AsyncClient(transport=awaited, **options)
        file = await client.events["G1"].files["a"].get()
        await file.read(10)
        rows = client.events.search(prefetch=1).__aiter__()
        await rows.__anext__()
        slow_ones = [client.path("slow", number).get() for number in range(3)]
        calls = [asyncio.ensure_future(outcome(call)) for call in slow_ones]
        await asyncio.get_running_loop().run_in_executor(None, slow.wait_for, 3)
        await asyncio.gather(client.close(), client.close())
        await client.close()
        slow.go.set()
        told = [
            await outcome(file.read()),
            await outcome(rest(rows)),
            *await asyncio.gather(*calls),
        ]
        await file.close()
        assert str(await outcome(client.path("x").get())) == CLOSED
        return told

    async def rest(rows: Any) -> List[Any]:
        return [row async for row in rows]

    file, search, *calls = asyncio.run(main())
    assert isinstance(file, GraceDBError)
    assert isinstance(search, ClientClosed)
    assert all(isinstance(call, (dict, GraceDBError)) for call in calls)
    assert all_hung_up(server)
