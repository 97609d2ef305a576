"""A program that forks while it uses a client, and prints what both processes saw.

Arguments: one of the functions below that begin with ``fork``, a transport, the URL of the API of
the server in `test_forks`, and the path of its authority, or nothing over plain http.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

from gracedb_core import AsyncClient, Client, errors
from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Request, Response, TransportOffer, TransportOptions

#: Seconds after which a process that hangs is ended by the system, for a test to see.
PATIENCE = 60

Child = Tuple[int, int]


class Stranger:
    """A transport of somebody else's, that knows nothing of forks."""

    def __init__(self, options: TransportOptions) -> None:
        self.opened_by = os.getpid()
        self._inner = options.other("urllib3").open(options)

    def send(self, request: Request) -> Response:
        """Send, where it was opened."""
        assert os.getpid() == self.opened_by
        return self._inner.send(request)

    def close(self) -> None:
        """Close, where it was opened."""
        assert os.getpid() == self.opened_by
        self._inner.close()


class Strange:
    """The plugin that offers it."""

    @hookimpl
    def gracedb_transports(self) -> Sequence[TransportOffer]:
        """Offer it."""
        return [TransportOffer("stranger", Stranger)]


class Said:
    """What a program was told to do, and the clients that it makes for that."""

    def __init__(self, transport: str, url: str, verify: str) -> None:
        self.url = url
        self.options: Dict[str, Any] = {
            "transport": transport,
            "verify": verify or True,
            "force_noauth": True,
            "plugins": [..., Strange()] if transport == "stranger" else None,
            "retries": 0,
        }

    def client(self, **options: Any) -> Client:
        """Make one that waits."""
        return Client(self.url, **self.options, **options)

    def awaited(self) -> AsyncClient:
        """Make one that is awaited."""
        return AsyncClient(self.url, **self.options)


def ask(client: Any, tag: str) -> int:
    """Call, see that the answer is that of this call, and give the connection that it came on."""
    answer = client.path("echo", tag).get()
    assert answer["tag"] == tag, (answer, tag)
    return int(answer["connection"])


async def ask_awaiting(client: Any, tag: str) -> int:
    """Do the same."""
    answer = await client.path("echo", tag).get()
    assert answer["tag"] == tag, (answer, tag)
    return int(answer["connection"])


def failure(action: Callable[[], Any]) -> str:
    """Tell which error *action* ends with."""
    try:
        action()
    except errors.GraceDBError as error:
        return f"{type(error).__name__}: {error}"
    return "none"


def begin(work: Callable[[], Any]) -> Child:
    """Do *work* in a process that is forked now."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    signal.alarm(PATIENCE)
    try:
        told = work()
    except BaseException as error:
        told = f"{type(error).__name__}: {error}"
    os.write(writing, json.dumps(told).encode())
    os._exit(0)


def told_by(child: Child) -> Any:
    """Wait for a child, and give what it has seen."""
    process, reading = child
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    assert os.waitpid(process, 0)[1] == 0, said
    return json.loads(said.decode())


def fork_warm(said: Said) -> Any:
    """Use and close in the child, then in the parent, a client that has an open connection."""
    with said.client() as client:
        before = ask(client, "before")

        def work() -> Any:
            connections = [ask(client, f"child-{number}") for number in range(3)]
            client.close()
            return [*connections, failure(lambda: ask(client, "late"))]

        child = told_by(begin(work))
        return {"before": before, "child": child, "after": [ask(client, "x"), ask(client, "y")]}


def fork_leaving(said: Said) -> Any:
    """Let a child that has used nothing, and one that has, end as any program does."""
    with said.client() as client:
        before = ask(client, "before")
        for uses in (False, True):
            process = os.fork()
            if not process:
                signal.alarm(PATIENCE)
                sys.exit(ask(client, "child") == before if uses else 0)
            assert os.waitpid(process, 0)[1] == 0
        return {"before": before, "after": ask(client, "after")}


@contextmanager
def held(*locks: Any) -> Iterator[None]:
    """Let another thread hold *locks*."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        for lock in locks:
            lock.acquire()
        taken.set()
        done.wait()
        for lock in locks:
            lock.release()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    yield
    done.set()
    thread.join()


def fork_locked(said: Said) -> Any:
    """Use a client in the child whose locks were held by other threads of the parent's."""
    with said.client() as client:
        before = ask(client, "before")
        list(client.events.search(prefetch=2))  # so that there are threads
        connection: Any = client._connection
        locks = [connection._lock, client._session.keeper._lock]
        transport = getattr(connection._transport, "_inner", connection._transport)
        with held(*locks, transport._lock):

            def work() -> Any:
                found = [row["graceid"] for row in client.events.search(prefetch=2)]
                connection = ask(client, "child")
                client._session.keeper.renew()
                client.close()
                return [connection, len(found), len(set(found))]

            child = told_by(begin(work))
        return {"before": before, "child": child, "after": ask(client, "after")}


def fork_many(said: Said) -> Any:
    """Let four children and four threads of the parent call at the same time."""
    with said.client() as client, ThreadPoolExecutor(4) as pool:

        def work(name: str) -> List[int]:
            return sorted({ask(client, f"{name}-{number}") for number in range(50)})

        work("warm")
        threads = [pool.submit(work, f"thread-{number}") for number in range(4)]
        children = [begin(lambda name=f"child-{number}": work(name)) for number in range(4)]
        threads += [pool.submit(work, f"later-{number}") for number in range(4)]
        return {
            "children": [told_by(child) for child in children],
            "parent": sorted(set().union(*(thread.result() for thread in threads))),
        }


def fork_midway(said: Said) -> Any:
    """Go on in the child with what the parent has begun, then in the parent."""
    with said.client() as client:
        rows = iter(client.events.search(prefetch=2))
        first = next(rows)["graceid"]
        file = client.events["G1"].files["a.fits"].get()
        start = file.read(10)

        def work() -> Any:
            told = [failure(lambda: next(rows)), failure(lambda: file.read())]
            file.close()
            return [*told, ask(client, "child")]

        child = told_by(begin(work))
        rest = [row["graceid"] for row in rows]
        with file:
            whole = start + file.read()
        return {"child": child, "rows": [first, *rest], "bytes": sum(whole), "size": len(whole)}


def fork_downloading(said: Said) -> Any:
    """Fork in the middle of a download, which goes on in both."""
    with tempfile.TemporaryDirectory() as name, said.client() as client:
        folder, children = Path(name), []

        def report(_done: int, _total: Any) -> None:
            if not children:
                children.append(os.getpid())
                children.append(os.fork())

        file = client.events["G1"].files["a.fits"]
        told = failure(lambda: file.download(folder / "a.fits", progress=report))
        if not children[1]:
            os._exit(0 if told.startswith("ConnectionLost: ") else 1)
        status = os.waitpid(children[1], 0)[1]
        size = (folder / "a.fits").stat().st_size
        return {"child": status, "parent": told, "files": os.listdir(name), "size": size}


_shared: Any = None


def _ask_shared(number: int) -> Tuple[int, int]:
    signal.alarm(PATIENCE)
    return os.getpid(), ask(_shared, f"worker-{number}")


def _miss_shared() -> Any:
    signal.alarm(PATIENCE)
    return _shared.path("missing").get()


def fork_pool(said: Said) -> Any:
    """Use a client that was made and used before the workers of a pool were forked."""
    global _shared
    with said.client() as client:
        _shared = client
        before = ask(client, "before")
        with multiprocessing.get_context("fork").Pool(3) as pool:
            seen = pool.map(_ask_shared, range(60), chunksize=5)
            pool.close()
            pool.join()
        told: Any = None
        with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as executor:
            try:
                executor.submit(_miss_shared).result()
            except errors.NotFound as error:
                told = [error.status, str(error.request), str(error)]
        return {"before": before, "workers": seen, "error": told, "after": ask(client, "after")}


def fork_awaited(said: Said) -> Any:
    """Do on a loop of the child's what the parent does on its own, before and after."""

    async def work(client: AsyncClient) -> Any:
        tags = [f"child-{number}" for number in range(20)]
        connections = await asyncio.gather(*(ask_awaiting(client, tag) for tag in tags))
        rows = [row["graceid"] async for row in client.events.search(prefetch=2)]
        await client.close()
        return [sorted(set(connections)), len(rows)]

    async def inherit(rows: Any, file: Any) -> Any:
        told = []
        for reading in (rows.__anext__(), file.read()):
            try:
                told.append(str(await reading))
            except errors.GraceDBError as error:
                told.append(f"{type(error).__name__}: {error}")
        await file.close()
        return told

    async def main() -> Any:
        async with said.awaited() as client:
            before = await ask_awaiting(client, "before")
            file = await client.events["G1"].files["a.fits"].get()
            start = await file.read(10)
            rows = client.events.search(prefetch=2).__aiter__()
            first = (await rows.__anext__())["graceid"]
            sleeping = [asyncio.ensure_future(ask_awaiting(client, f"p-{n}")) for n in range(9)]
            children = [
                begin(lambda: asyncio.run(work(client))),
                begin(lambda: asyncio.run(inherit(rows, file))),
            ]
            told = [told_by(child) for child in children]
            await asyncio.gather(*sleeping)
            async with file:
                whole = start + await file.read()
            rest = [row["graceid"] async for row in rows]
            return {
                "before": before,
                "child": told[0],
                "heir": told[1],
                "after": await ask_awaiting(client, "after"),
                "rows": [first, *rest],
                "bytes": sum(whole),
                "size": len(whole),
            }

    return asyncio.run(main())


if __name__ == "__main__":
    # What hangs says where.
    faulthandler.register(signal.SIGALRM, all_threads=False, chain=True)
    signal.alarm(2 * PATIENCE)
    seen = globals()[f"fork_{sys.argv[1]}"](Said(*sys.argv[2:5]))
    sys.stdout.write(json.dumps(seen))
