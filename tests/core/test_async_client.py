"""The client that is awaited, over every transport, against the sandbox."""

from __future__ import annotations

import asyncio
import copy
import gzip
import io
import pickle
import threading
from pathlib import Path
from typing import Any, Awaitable, Callable, List, Optional, TypeVar

import pytest

from gracedb_core import AsyncClient, errors
from gracedb_core.errors import ClientClosed, InputError
from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc

from . import making
from .conftest import EINSTEIN

T = TypeVar("T")
Use = Callable[[AsyncClient], Awaitable[Any]]
PLAIN = b"SIMPLE  =                    T" + bytes(range(256)) * 4096


@pytest.fixture
def run(sandbox: Sandbox, awaited: str) -> Callable[..., Any]:
    """Give what runs a coroutine function with a client, on a loop of its own."""

    def run(use: Use, **options: Any) -> Any:
        async def main() -> Any:
            given = {"url": sandbox.url, "transport": awaited, **EINSTEIN, **options}
            async with AsyncClient(**given) as client:
                return await use(client)

        return asyncio.run(main())

    return run


Run = Callable[..., Any]


async def event_id(client: AsyncClient) -> str:
    """Upload an event and give its graceid."""
    event = await client.events.create(
        filename="coinc.xml", filecontents=making.COINC, group="Test", pipeline="gstlal"
    )
    return str(event["graceid"])


# Calls of every kind


def test_a_life(run: Run) -> None:
    """What is created, changed, listed, found and removed by waiting can be by awaiting."""

    async def use(client: AsyncClient) -> None:
        gid = await event_id(client)
        event = client.events[gid]
        assert (await event.get())["graceid"] == gid
        row = await event.logs.create("awaited", tags=["psd"])
        assert "awaited" in [each["comment"] for each in await event.logs.get()]
        assert [tag["name"] for tag in await event.logs[row["N"]].tags.get()] == ["psd"]
        await event.labels.create("INJ")
        assert [row["name"] for row in await event.labels.get()] == ["INJ"]
        await event.labels.delete("INJ")
        assert await event.labels.get() == []
        t_0 = making.moment()
        above = await client.superevents.create(
            preferred_event=gid, t_start=t_0 - 1, t_0=t_0, t_end=t_0 + 1
        )
        assert (await client.superevents[above["superevent_id"]].get()) == above
        assert (await client.user_info())["username"] == "albert.einstein"
        assert await client.path("events", gid).get() == await event.get()

    run(use)


@pytest.mark.parametrize("prefetch", [0, 1, 4])
def test_searching(run: Run, prefetch: int) -> None:
    """A search is walked in order to its end, or left in the middle, with any number ahead."""

    async def use(client: AsyncClient) -> None:
        ids = [await event_id(client) for _ in range(4)]
        query = f"{ids[0]} .. {ids[-1]}"
        search = client.events.search
        rows = search(query, sort="created", count=1, prefetch=prefetch)
        assert [row["graceid"] async for row in rows] == ids
        async for row in search(query, sort="created", count=1, prefetch=prefetch):
            assert row["graceid"] == ids[0]
            break
        with pytest.raises(errors.BadRequest):
            async for _row in search("((( far <", prefetch=prefetch):
                pytest.fail("a refused search gave a row")

    run(use)


def test_files(run: Run, tmp_path: Path) -> None:
    """A file is uploaded from anywhere, and read awaited or entered, in pieces or whole."""
    path = tmp_path / "a.fits"
    path.write_bytes(PLAIN)

    async def use(client: AsyncClient) -> None:
        event = client.events[await event_id(client)]
        await event.logs.create("path", filename=str(path))
        await event.logs.create("open", filename="b.fits", filecontents=io.BytesIO(PLAIN))
        await event.logs.create("packed", filename="c.gz", filecontents=gzip.compress(PLAIN))
        await event.logs.create("text", filename="d.txt", filecontents="one\ntwo")
        for name in ("a.fits", "b.fits", "c.gz"):
            async with event.files[name].get() as file:
                assert await file.read(6) == b"SIMPLE"
                assert await file.read() == PLAIN[6:]
                assert await file.read() == b""
        file = await event.files["d.txt"].get()
        assert [line async for line in file] == [b"one\n", b"two"]
        await file.close()
        await file.close()
        with pytest.raises(ValueError, match="closed"):
            await file.read()
        with pytest.raises(errors.NotFound):
            async with event.files["e.txt"].get():
                pytest.fail("a file that is not there was entered")

    run(use)


def test_downloading(run: Run, tmp_path: Path) -> None:
    """A download is the bytes that were uploaded, and says how far it is."""
    packed = gzip.compress(PLAIN)
    heard: List[Any] = []

    async def use(client: AsyncClient) -> None:
        event = client.events[await event_id(client)]
        await event.logs.create("file", filename="a.gz", filecontents=packed)
        where = await event.files["a.gz"].download(
            tmp_path, progress=lambda done, total: heard.append((done, total))
        )
        assert where == tmp_path / "a.gz"

    run(use)
    assert (tmp_path / "a.gz").read_bytes() == packed
    assert heard[-1][0] == len(packed)
    assert [path.name for path in tmp_path.iterdir()] == ["a.gz"]


def test_two_hundred_at_once(run: Run) -> None:
    """Two hundred calls in flight each get their own answer."""

    async def use(client: AsyncClient) -> None:
        event = client.events[await event_id(client)]
        messages = [f"number {number}" for number in range(20)]
        await asyncio.gather(*(event.logs.create(message) for message in messages))
        rows = await event.logs.get()
        assert sorted(row["comment"] for row in rows[-20:]) == sorted(messages)
        asked = [row["N"] for row in rows] * 10
        got = await asyncio.gather(*(event.logs[number].get() for number in asked[:200]))
        assert [row["N"] for row in got] == asked[:200]

    run(use)


# Options, errors and the life of a client


def test_errors(run: Run, sandbox: Sandbox) -> None:
    """Refusals are the errors that the other client raises, from the line that awaited."""

    async def use(client: AsyncClient) -> None:
        with pytest.raises(errors.NotFound) as caught:
            await client.events["G99999999"].get()
        assert caught.value.status == 404
        url = f"{sandbox.url}events/G99999999"
        assert caught.value.request == errors.SentRequest("GET", url)
        with pytest.raises(InputError):
            await client.events.create(filename="x", filecontents=3, group="Test", pipeline="a")
        with pytest.raises(FileNotFoundError):
            await client.events.create(filename="/gone/x.xml", group="Test", pipeline="gstlal")

    run(use)
    with pytest.raises(errors.ConnectFailed):
        run(lambda client: client.get(), url="http://127.0.0.1:9/api/", retries=0)


def test_pickling(run: Run, sandbox: Sandbox, awaited: str) -> None:
    """A client is pickled and copied as its recipe, also one that is in use."""

    async def use(client: AsyncClient) -> None:
        first = await client.get()
        for twin in (pickle.loads(pickle.dumps(client)), copy.copy(client)):
            assert isinstance(twin, AsyncClient)
            assert await twin.get() == first
            await twin.close()

    run(use, username=None, password=None, force_noauth=True)
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(AsyncClient(sandbox.url, transport=awaited, **EINSTEIN))


def test_closing(run: Run, sandbox: Sandbox, awaited: str) -> None:
    """A closed client says so; closing twice, or unused, does nothing; so do its files."""

    async def use(client: AsyncClient) -> None:
        event = client.events[await event_id(client)]
        await event.logs.create("file", filename="a.fits", filecontents=PLAIN * 9)
        file = await event.files["a.fits"].get()
        assert len(await file.read(10)) == 10
        rows = client.events.search(count=1)
        await rows.__anext__()
        await client.close()
        await client.close()
        with pytest.raises(ClientClosed, match="closed"):
            await client.get()
        with pytest.raises(ClientClosed):
            async for _row in rows:
                pass
        with pytest.raises(errors.GraceDBError):
            await file.read()
        await file.close()

    run(use)

    async def unused() -> None:
        await AsyncClient(sandbox.url, transport=awaited, **EINSTEIN).close()

    asyncio.run(unused())


def test_one_client_on_two_loops(sandbox: Sandbox, awaited: str) -> None:
    """A client outlives a loop, and connects anew on the next."""
    client = AsyncClient(sandbox.url, transport=awaited, **EINSTEIN)

    async def use() -> Any:
        return await client.user_info()

    first = asyncio.run(use())
    assert asyncio.run(use()) == first

    async def end() -> None:
        await client.close()

    asyncio.run(end())


def test_reading_what_is_uploaded_holds_up_nobody(run: Callable[..., Any]) -> None:
    """A file is opened, measured and digested in a thread: the loop is for everybody."""
    threads: List[int] = []

    class Watched(io.BytesIO):
        def read(self, amount: Optional[int] = -1) -> bytes:
            threads.append(threading.get_ident())
            return super().read(amount)

    async def use(client: AsyncClient) -> str:
        made = await client.events.create(
            "coinc.xml", Watched(coinc()), group="Test", pipeline="gstlal"
        )
        await client.events[made["graceid"]].logs.create(
            comment="Look.", filename="look.txt", filecontents=Watched(b"look")
        )
        return str(made["graceid"])

    assert run(use).startswith("T")
    assert threads
    assert threading.get_ident() not in threads
