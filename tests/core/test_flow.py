"""Two drivers, one flow: what blocks and what awaits does the same."""

from __future__ import annotations

import asyncio
import io
from typing import Any, List

import pytest

from gracedb_core._drivers import Awaiting, Blocking
from gracedb_core._flow import Do, Flow, Fork, Item, Join, Read, Send, Sleep
from gracedb_core._wire import Request, Response
from gracedb_core.errors import ConnectionLost

from .scripted import at_once, reply

REQUEST = Request("GET", "/api/")


class Server:
    """Answers by waiting, or by being awaited."""

    def __init__(self) -> None:
        self.asked: List[Request] = []

    def send(self, request: Request) -> Response:
        """Answer, or break."""
        self.asked.append(request)
        if request.target == "/lost":
            raise ConnectionLost("It broke.")
        return Response(200, {}, b"{}")

    def close(self) -> None:
        """Nothing to close."""


class AsyncServer:
    """The same, awaited."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def send(self, request: Request) -> Response:
        """Answer after a turn of the loop."""
        await asyncio.sleep(0)
        return self.server.send(request)

    async def close(self) -> None:
        """Nothing to close."""


async def in_line(action: Any, *args: Any) -> Any:
    """Call what blocks right here."""
    return action(*args)


class AsyncStream:
    """A body to await."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    async def read(self, amount: int) -> bytes:
        """Give little at a time."""
        await asyncio.sleep(0)
        return self.file.read(min(amount, 100))

    async def close(self) -> None:
        """Close it."""
        self.file.close()

    @property
    def closed(self) -> bool:
        """Whether it was."""
        return self.file.closed


class Driven:
    """One of the two drivers, asked in the same words."""

    def __init__(self, kind: str) -> None:
        self.kind, self.server = kind, Server()
        self.blocking = Blocking(lambda: self.server, at_once, sleep=lambda _seconds: None)
        self.awaiting = Awaiting(lambda: AsyncServer(self.server), in_line)

    def run(self, flow: Flow[Any]) -> Any:
        """Give the flow's answer."""
        if self.kind == "blocking":
            return self.blocking.run(flow)
        return asyncio.run(self.awaiting.run(flow))

    def stream(self, data: bytes) -> Any:
        """Give a body on the wire, of the kind that this driver reads."""
        return io.BytesIO(data) if self.kind == "blocking" else AsyncStream(data)

    def walk(self, flow: Flow[None]) -> List[Any]:
        """Give the flow's items."""
        if self.kind == "blocking":
            return list(self.blocking.walk(flow))

        async def gather() -> List[Any]:
            return [item async for item in self.awaiting.walk(flow)]

        return asyncio.run(gather())

    def first(self, flow: Flow[None]) -> Any:
        """Give the flow's first item, and abandon it."""
        if self.kind == "blocking":
            walking: Any = self.blocking.walk(flow)
            item = next(walking)
            walking.close()
            return item

        async def take() -> Any:
            walking: Any = self.awaiting.walk(flow)
            item = await walking.__anext__()
            await walking.aclose()
            return item

        return asyncio.run(take())


@pytest.fixture(params=["blocking", "awaiting"])
def driven(request: Any) -> Driven:
    """Drive flows both ways."""
    return Driven(request.param)


def test_every_effect_is_performed(driven: Driven) -> None:
    """Send answers, Read drains and closes, Do acts, Sleep waits, Join has what Fork began."""
    acted: List[str] = []
    stream = driven.stream(b"0123456789")

    def aside() -> Flow[int]:
        response = yield Send(REQUEST)
        return int(response.status) + 1

    def flow() -> Flow[Any]:
        response = yield Send(REQUEST)
        yield Sleep(0.0)
        done = yield Do(lambda: acted.append("renewed") or "done")  # type: ignore[func-returns-value]  # so that both happen
        part = yield Read(stream, 4)
        forked = yield Fork(aside())
        return response.status, done, part, (yield Join(forked))

    assert driven.run(flow()) == (200, "done", b"0123", 201)
    assert acted == ["renewed"]
    assert stream.closed


def test_a_forked_flow_fails_where_it_is_joined(driven: Driven) -> None:
    """What goes wrong beside is told to whoever waits for it."""

    def flow() -> Flow[str]:
        def aside() -> Flow[None]:
            yield Send(Request("GET", "/lost"))

        forked = yield Fork(aside())
        try:
            yield Join(forked)
        except ConnectionLost:
            return "lost"
        return "no"

    assert driven.run(flow()) == "lost"


def test_failures_are_thrown_into_the_flow(driven: Driven) -> None:
    """A flow may catch what an effect raises, or let it out."""

    def catching() -> Flow[str]:
        try:
            yield Send(Request("GET", "/lost"))
        except ConnectionLost as error:
            return str(error)
        return "no"

    def letting() -> Flow[None]:
        yield Send(Request("GET", "/lost"))

    assert driven.run(catching()) == "It broke."
    with pytest.raises(ConnectionLost):
        driven.run(letting())


def test_items_come_in_order_and_failures_after_them(driven: Driven) -> None:
    """What a flow hands out arrives one by one; its errors reach who iterates."""

    def flow(target: str) -> Flow[None]:
        yield Item(1)
        try:
            yield Send(Request("GET", target))
        except ConnectionLost:
            yield Item("lost")
        yield Item(2)

    assert driven.walk(flow("/api/")) == [1, 2]
    assert driven.walk(flow("/lost")) == [1, "lost", 2]

    def failing() -> Flow[None]:
        yield Item(1)
        yield Send(Request("GET", "/lost"))

    with pytest.raises(ConnectionLost):
        driven.walk(failing())


def test_an_abandoned_flow_is_closed(driven: Driven) -> None:
    """Whoever stops iterating ends the flow, which can clean up."""
    ended: List[str] = []

    def flow() -> Flow[None]:
        try:
            yield Item(1)
            yield Item(2)
        finally:
            ended.append("closed")

    assert driven.first(flow()) == 1
    assert ended == ["closed"]


def test_an_interrupt_closes_the_flow() -> None:
    """Ctrl-C in a request is not swallowed, and ends the flow."""
    ended: List[str] = []

    class Interrupted:
        def send(self, _request: Request) -> Response:
            raise KeyboardInterrupt

        def close(self) -> None:
            """Nothing to close."""

    def flow() -> Flow[None]:
        try:
            yield Send(REQUEST)
        finally:
            ended.append("closed")

    with pytest.raises(KeyboardInterrupt):
        Blocking(Interrupted, at_once).run(flow())
    assert ended == ["closed"]


def test_the_same_tree_serves_both() -> None:
    """A node over the awaiting driver gives something to await, from the same source."""
    from gracedb_core._node import Async
    from gracedb_core.resources import Root

    from .scripted import Clock, Told, session

    told = Told(
        reply(200, {"graceid": "G1"}),
        reply(200, {"events": [{"graceid": "G1"}], "links": {"next": "/api/events/?start=1"}}),
        reply(200, {"events": [{"graceid": "G2"}], "links": {}}),
    )

    class Awaited:
        async def send(self, request: Request) -> Response:
            return told.script.send(request)

        async def close(self) -> None:
            """Nothing to close."""

    async def use() -> Any:
        root: Root[Async] = Root(session(Clock()), Awaiting(Awaited, in_line))
        one = await root.events["G1"].get()
        return one, [event["graceid"] async for event in root.events.search("x")]

    assert asyncio.run(use()) == ({"graceid": "G1"}, ["G1", "G2"])
