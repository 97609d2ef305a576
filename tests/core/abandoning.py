"""A program that cancels what it has begun, and prints what was left; run by `test_abandoning`.

Arguments: a transport, the API of a server that stalls in the middle of answers, that of one which
takes connections and reads nothing, and an empty folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List

from gracedb_core import AsyncClient

THREADS = 4
ROUNDS = 6


def descriptors() -> List[str]:
    """List what this process has open, less what is read for it and libraries while they load."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue
    return sorted(each.partition(":")[0] for each in found if ".so" not in each)


class Midway:
    """Tells the loop, from whichever thread, that something is on its way."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.reached = asyncio.Event()

    def __call__(self, done: int, _total: Any) -> None:
        """Hear how far it is."""
        if done:
            self._loop.call_soon_threadsafe(self.reached.set)


async def download(client: AsyncClient, folder: Path, midway: Midway) -> None:
    """Save a file that never ends."""
    await client.events["G1"].files["a.fits"].download(folder, progress=midway)


async def read(client: AsyncClient, folder: Path, midway: Midway) -> None:
    """Read such a file."""
    async with client.events["G1"].files["a.fits"].get() as file:
        while True:
            midway(len(await file.read(100_000)), None)


async def upload(client: AsyncClient, folder: Path, midway: Midway) -> None:
    """Send a file to somebody who does not read it."""
    path = folder.parent / "big.xml"
    # With an id, so that the file is not read for one before it is sent.
    await client.events.create(path, pipeline="gstlal", content_id="1", progress=midway)


async def search(client: AsyncClient, folder: Path, midway: Midway) -> None:
    """Walk to a page that never comes."""
    async for _row in client.events.search(prefetch=2):
        midway(1, None)


Work = Callable[[AsyncClient, Path, Midway], Awaitable[None]]


async def cancelled_midway(client: AsyncClient, folder: Path, work: Work) -> bool:
    """Begin twice as many as there are threads, cancel them all; tell whether all ended so."""
    midways = [Midway() for _ in range(2 * THREADS)]
    tasks = [asyncio.ensure_future(work(client, folder, midway)) for midway in midways]
    waiting = [asyncio.ensure_future(midway.reached.wait()) for midway in midways]
    await asyncio.wait([*waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, *waiting):
        task.cancel()
    await asyncio.wait([*tasks, *waiting])
    return all(task.cancelled() for task in tasks)


def all_threads_idle(client: AsyncClient) -> bool:
    """Let every thread of the client's meet all others: a busy one would not come."""
    meeting = threading.Barrier(THREADS)
    coming = [client._connection.submit(meeting.wait, 20) for _ in range(THREADS)]
    return all(isinstance(each.result(), int) for each in coming)


async def main(transport: str, stalling: str, deaf: str, folder: Path) -> Dict[str, Any]:
    """Do each kind of work, and look around afterwards."""
    left: Dict[str, Any] = {}
    options = {"transport": transport, "force_noauth": True, "max_concurrency": THREADS}
    for work, url in ((download, stalling), (read, stalling), (upload, deaf), (search, stalling)):
        before = descriptors()
        async with AsyncClient(url, **options) as client:
            ended = [await cancelled_midway(client, folder, work) for _ in range(ROUNDS)]
            left[work.__name__] = {
                "cancelled": all(ended),
                "idle": all_threads_idle(client),
                "files": os.listdir(folder),
                "before": before,
                "then": descriptors(),
                "answered": url == deaf or await client.get() == {},
            }
        # What was closed in the last turn of the loop is gone after the next.
        await asyncio.sleep(0)
        left[work.__name__]["closed"] = descriptors()
    return left


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(*sys.argv[1:4], Path(sys.argv[4])))))
