"""Ctrl-C and cancellation at every step of a call: nothing half done stays, the client works."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Generator, Iterator, List, Optional

import pytest

from gracedb_core import AsyncClient, Client
from tests.transports.authority import Authority
from tests.transports.server import Heard, Line, Server, answer

BODY = bytes(range(250)) * 4000
ROWS = 6

NUMBERS = itertools.count(1)

#: The functions, of the system and of the libraries, in which a call waits, or changes something.
WAITS = {
    *("acquire", "connect", "do_handshake", "flush", "fsync", "getaddrinfo", "open", "read"),
    *("readinto", "readline", "recv", "recv_into", "rename", "replace", "send", "sleep", "write"),
}


def tells(line: Line, heard: Heard) -> None:
    """Answer so that each answer tells its request; what is no list or file is put off once."""
    method, target, _ = heard.line.split()
    path, _, query = target.partition("?")
    if "/files/" in path:
        line.send(answer(BODY))
    elif method == "POST":
        line.send(answer(json.dumps({"N": len(heard.body)}).encode(), status="201 Created"))
    elif path.endswith("/events/"):
        start = int(dict(each.split("=") for each in query.split("&") if each).get("start", 0))
        url = f"{'https' if line.server.tls else 'http'}://{heard.header('host')}{path}"
        rows = [{"graceid": f"G{number}"} for number in range(start, start + 2)]
        following = f"{url}?start={start + 2}&count=2" if start + 2 < ROWS else None
        page = {"numRows": ROWS, "events": rows, "links": {"next": following}}
        line.send(answer(json.dumps(page).encode()))
    elif sum(each.line == heard.line for each in line.server.heard) == 1:
        line.send(answer(b"", "Retry-After: 0", status="503 Service Unavailable"))
    else:
        line.send(answer(json.dumps({"path": path}).encode()))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Server]:
    """Start the server, over each scheme in turn."""
    tls = authority.server("127.0.0.1") if request.param == "https" else None
    with Server(tells, tls=tls) as server:
        yield server


@pytest.fixture
def options(server: Server, authority: Authority) -> Dict[str, Any]:
    """Say how to reach it."""
    scheme = "https" if server.tls else "http"
    return {
        "url": f"{scheme}://127.0.0.1:{server.port}/api/",
        "verify": str(authority.path) if server.tls else True,
        "force_noauth": True,
        "max_concurrency": 4,
    }


def ask(client: Client, folder: Path) -> None:
    """Call, and see that the answer is that of this call; the first try is put off."""
    number = str(next(NUMBERS))
    assert client.path("echo", number).get()["path"] == f"/api/echo/{number}"


def upload(client: Client, folder: Path) -> None:
    """Send a file."""
    logs = client.events["G1"].logs
    told: List[int] = []
    row = logs.create(
        comment="x",
        filename="a.bin",
        filecontents=BODY,
        progress=lambda done, total: told.append(done),
    )
    assert row["N"] > len(BODY)


def download(client: Client, folder: Path) -> None:
    """Save a file."""
    client.events["G1"].files["a.fits"].download(folder / "a.fits")


def read(client: Client, folder: Path) -> None:
    """Read a file by and by."""
    with client.events["G1"].files["a.fits"].get() as file:
        assert b"".join(iter(lambda: file.read(300_000), b"")) == BODY


def search(client: Client, folder: Path) -> None:
    """Walk through pages, of which the next ones are on their way."""
    assert len(list(client.events.search(prefetch=1))) == ROWS


class Interruption:
    """Interrupts this thread in its *number*-th wait: before it begins, or when it is over.

    As a signal does, whose handler runs before or after a call of the system and not during it.
    """

    def __init__(self, number: int, event: str) -> None:
        self._left = number
        self._event = event

    def __call__(self, _frame: Any, event: str, argument: Any) -> None:
        """Hear of a call."""
        if event == self._event and getattr(argument, "__name__", "") in WAITS:
            self._left -= 1
            if not self._left:
                raise KeyboardInterrupt

    def __enter__(self) -> Interruption:
        sys.setprofile(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.setprofile(None)


def descriptors() -> int:
    """Count what is open."""
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0


def leaves_nothing(folder: Path) -> None:
    """See that *folder* has no file but a whole one, and remove that."""
    for path in folder.iterdir():
        assert (path.name, path.read_bytes()) == ("a.fits", BODY)
        path.unlink()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("event", ["c_call", "c_return"])
@pytest.mark.parametrize("work", [ask, upload, download, read, search])
def test_interrupted(
    options: Dict[str, Any], transport: str, work: Callable[..., None], event: str, tmp_path: Path
) -> None:
    """Wherever it hits, the interrupt comes through, and the next call has its own answer."""
    with Client(transport=transport, **options) as client:
        # What is loaded, or read, once in a process is not counted.
        work(client, tmp_path)
        before = descriptors()
        for number in range(1, 1000):
            try:
                with Interruption(number, event):
                    work(client, tmp_path)
            except KeyboardInterrupt:
                leaves_nothing(tmp_path)
                ask(client, tmp_path)
                continue
            break
        leaves_nothing(tmp_path)
        assert 4 < number < 999
        assert descriptors() <= before + options["max_concurrency"]


async def ask_awaiting(client: AsyncClient, folder: Path) -> None:
    """Do the same, awaited; and so on."""
    number = str(next(NUMBERS))
    assert (await client.path("echo", number).get())["path"] == f"/api/echo/{number}"


async def upload_awaiting(client: AsyncClient, folder: Path) -> None:
    """Send a file."""
    path = folder.parent / "big.bin"
    path.write_bytes(BODY)
    logs = client.events["G1"].logs
    with path.open("rb") as file:
        row = await logs.create(comment="x", filename="a.bin", filecontents=file)
    assert row["N"] > len(BODY)


async def download_awaiting(client: AsyncClient, folder: Path) -> None:
    """Save a file."""
    await client.events["G1"].files["a.fits"].download(folder / "a.fits")


async def read_awaiting(client: AsyncClient, folder: Path) -> None:
    """Read a file by and by."""
    async with client.events["G1"].files["a.fits"].get() as file:
        start = await file.read(300_000)
        assert start + await file.read() == BODY


async def search_awaiting(client: AsyncClient, folder: Path) -> None:
    """Walk through pages, of which the next ones are on their way."""
    found = [row["graceid"] async for row in client.events.search(prefetch=2)]
    assert len(found) == ROWS


class Cancellation:
    """Awaits *coroutine* and cancels the task in the *number*-th pause that it makes.

    With *late*, at the last moment: what is waited for is there, and nobody will take it.
    """

    def __init__(self, coroutine: Any, number: int, *, late: bool) -> None:
        self._coroutine = coroutine
        self._left = number
        self._late = late

    def _pause(self, waiting: Any, task: Any) -> None:
        self._left -= 1
        if self._left:
            return
        if self._late and waiting is not None:
            waiting.add_done_callback(lambda _done: task.cancel())
        else:
            task.cancel()

    def __await__(self) -> Generator[Any, Any, Any]:
        inner, task = self._coroutine.__await__(), asyncio.current_task()
        thrown: Optional[BaseException] = None
        try:
            while True:
                waiting = inner.send(None) if thrown is None else inner.throw(thrown)
                self._pause(waiting, task)
                thrown = None
                try:
                    yield waiting
                except BaseException as error:
                    thrown = error
        except StopIteration as stop:
            return stop.value


async def cancelled_everywhere(
    client: AsyncClient, work: Callable[..., Any], folder: Path, *, late: bool
) -> int:
    """Cancel *work* in each of its pauses in turn, and give how many there were."""
    for number in range(1, 1000):
        task = asyncio.ensure_future(
            awaited_by(Cancellation(work(client, folder), number, late=late))
        )
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
            break
        leaves_nothing(folder)
        await ask_awaiting(client, folder)
    leaves_nothing(folder)
    return number


async def awaited_by(awaitable: Any) -> Any:
    """Make a coroutine of what can be awaited."""
    return await awaitable


@pytest.mark.slow
@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize(
    "work", [ask_awaiting, upload_awaiting, download_awaiting, read_awaiting, search_awaiting]
)
def test_cancelled(
    options: Dict[str, Any], awaited: str, work: Callable[..., Any], late: bool, tmp_path: Path
) -> None:
    """Wherever it hits, the task ends as cancelled, and the next call has its own answer."""
    folder, complaints = tmp_path / "folder", []
    folder.mkdir()

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, told: complaints.append(told)
        )
        async with AsyncClient(transport=awaited, **options) as client:
            await ask_awaiting(client, folder)
            before = descriptors()
            assert await cancelled_everywhere(client, work, folder, late=late) > 2
            assert descriptors() <= before + options["max_concurrency"]

    asyncio.run(main())
    gc.collect()
    assert complaints == []
