"""Many downloads at once through a client that is awaited: bounded, and never waiting for ever."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest

from gracedb_core import AsyncClient
from gracedb_core._drivers import Awaiting
from gracedb_core._node import Async
from gracedb_core._retry import RetryPolicy
from gracedb_core._wire import Request, Response
from gracedb_core.errors import ClientClosed, TruncatedAnswer
from gracedb_core.resources import Root
from tests.transports.server import Heard, Line, Server, answer

from .scripted import Clock, session
from .test_files import in_line

BODY = bytes(range(256)) * 400
FILES = [f"file{number}.bin" for number in range(300)]


class Halving:
    """Says the first half of a file, and the rest when *together* files are open at once."""

    def __init__(self, together: int) -> None:
        self.together = together
        self.open = self.peak = 0
        self.changed = threading.Condition()

    def __call__(self, line: Line, heard: Heard) -> None:
        """Answer a request, for a file or for anything else."""
        if "/files/" not in heard.line:
            line.send(answer(b'{"graceid": "G1"}'))
            return
        whole = answer(BODY)
        line.send(whole[: len(whole) // 2])
        with self.changed:
            self.open += 1
            self.peak = max(self.peak, self.open)
            self.changed.notify_all()
            # Once is enough: what comes after may be too few.
            self.changed.wait_for(lambda: self.peak >= self.together, 20)
        line.send(whole[len(whole) // 2 :])
        with self.changed:
            self.open -= 1

    def go_on(self) -> None:
        """Wait for no more files."""
        with self.changed:
            self.together = 0
            self.changed.notify_all()


@pytest.fixture(params=["urllib3", "requests"])
def awaited(request: pytest.FixtureRequest) -> str:
    """Name each transport in turn."""
    return str(request.param)


@pytest.fixture
def halving() -> Iterator[Server]:
    """Serve files in halves, eight at a time."""
    with Server(Halving(8)) as server:
        yield server


def run(server: Server, awaited: str, use: Callable[[AsyncClient], Any], **options: Any) -> Any:
    """Use a client on a loop of its own."""

    async def main() -> Any:
        url = f"http://127.0.0.1:{server.port}/api/"
        given = {"transport": awaited, "force_noauth": True, "max_concurrency": 8, **options}
        async with AsyncClient(url, **given) as client:
            return await use(client)

    return asyncio.run(main())


def test_three_hundred_at_once(halving: Server, awaited: str, tmp_path: Path) -> None:
    """Eight are on their way at a time, over eight connections in all, and each arrives."""

    async def use(client: AsyncClient) -> None:
        files = client.events["G1"].files
        await asyncio.gather(*(files[name].download(tmp_path) for name in FILES))

    run(halving, awaited, use)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {BODY}
    script: Any = halving.script
    assert script.peak == 8
    assert halving.connections <= 8


def test_open_files_hold_up_nobody(halving: Server, awaited: str, tmp_path: Path) -> None:
    """Whoever holds more files open than are downloaded at once may ask, and download, on."""

    async def use(client: AsyncClient) -> None:
        event = client.events["G1"]
        held = [await event.files[name].get() for name in FILES[:8]]
        assert await event.get() == {"graceid": "G1"}
        assert (await event.files["a"].download(tmp_path)).read_bytes() == BODY
        for file in held:
            assert await file.read() == BODY
            await file.close()

    run(halving, awaited, use, max_concurrency=2)


def test_what_is_cancelled_gives_its_turn_to_others(
    halving: Server, awaited: str, tmp_path: Path
) -> None:
    """Waiting or under way: after a cancellation the rest is downloaded."""
    script: Any = halving.script
    script.together = 9

    async def use(client: AsyncClient) -> None:
        files = client.events["G1"].files
        going = [asyncio.ensure_future(files[name].download(tmp_path)) for name in FILES[:40]]
        while script.open < 8:
            await asyncio.sleep(0)
        for task in going[::2]:
            task.cancel()
        script.go_on()
        await asyncio.gather(*going, return_exceptions=True)
        assert [task.cancelled() for task in going[:2]] == [True, False]
        await asyncio.gather(*(files[name].download(tmp_path) for name in FILES[40:60]))

    run(halving, awaited, use)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES[1:40:2] + FILES[40:60])


def test_closing_ends_those_that_wait(halving: Server, awaited: str, tmp_path: Path) -> None:
    """A client that is closed leaves no download waiting for its turn."""
    script: Any = halving.script
    script.together = 9

    async def use(client: AsyncClient) -> List[Any]:
        files = client.events["G1"].files
        going = [asyncio.ensure_future(files[name].download(tmp_path)) for name in FILES[:40]]
        while script.open < 8:
            await asyncio.sleep(0)
        await client.close()
        script.go_on()
        return await asyncio.gather(*going, return_exceptions=True)

    ended = run(halving, awaited, use)
    assert len(ended) == 40
    assert all(isinstance(each, (Path, ClientClosed)) for each in ended)
    assert isinstance(ended[-1], ClientClosed)


# Over anybody's transport


class Stranger:
    """A transport to await that opens whatever it is asked for, and counts."""

    def __init__(self) -> None:
        self.open = self.peak = self.failing = 0

    async def send(self, request: Request) -> Response:
        """Open a body, after a turn of the loop."""
        await asyncio.sleep(0)
        if "/files/" not in request.target:
            return Response(200, {}, b'{"graceid": "G1"}')
        self.open += 1
        self.peak = max(self.peak, self.open)
        return Response(200, {"content-length": str(len(BODY))}, StrangeBody(self))

    async def close(self) -> None:
        """Nothing to close."""


class StrangeBody:
    """A body that takes some turns, and may break off."""

    def __init__(self, stranger: Stranger) -> None:
        self.stranger = stranger
        self.left = [BODY[:1000], BODY[1000:]]

    async def read(self, _amount: int) -> bytes:
        """Give a part."""
        await asyncio.sleep(0)
        if len(self.left) == 1 and self.stranger.failing:
            self.stranger.failing -= 1
            raise TruncatedAnswer("It broke.")
        return self.left.pop(0) if self.left else b""

    async def close(self) -> None:
        """Count."""
        self.stranger.open -= 1


def test_strangers_are_bounded_too(tmp_path: Path) -> None:
    """The bound is the core's, holds where downloads break off and begin again, on every loop."""
    stranger = Stranger()
    driver = Awaiting(lambda: stranger, in_line, bound=8)  # type: ignore[arg-type,return-value]  # counts
    at_once = RetryPolicy(jitter=lambda: -1.0)
    root: Root[Async] = Root(session(Clock(), policy=at_once), driver)

    async def use(names: List[str]) -> None:
        stranger.failing = 20
        files = root.events["G1"].files
        await asyncio.gather(*(files[name].download(tmp_path) for name in names))

    for names in (FILES[:100], FILES[100:200], FILES[200:]):
        asyncio.run(use(names))
    assert len(list(tmp_path.iterdir())) == 300
    assert (stranger.peak, stranger.open) == (8, 0)
    assert len(driver._turns) == 1


def test_a_question_does_not_wait_for_downloads(tmp_path: Path) -> None:
    """While as many as may be are on their way, and others wait, anything else is answered."""
    stranger = Stranger()
    driver = Awaiting(lambda: stranger, in_line, bound=2)  # type: ignore[arg-type,return-value]  # counts
    event = Root[Async](session(Clock()), driver).events["G1"]
    answers: List[Any] = []

    def ask(done: int, _total: Any) -> None:
        if done == 1000 and not answers:
            answers.append(asyncio.ensure_future(event.get()))

    async def use() -> Any:
        saving = (event.files[name].download(tmp_path, progress=ask) for name in FILES[:50])
        going = asyncio.ensure_future(asyncio.gather(*saving))
        while not answers:
            await asyncio.sleep(0)
        assert await answers[0] == {"graceid": "G1"}
        assert not going.done()
        await going

    asyncio.run(use())
