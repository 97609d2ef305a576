"""A program that moves big files and prints how much its memory grew; run by `test_transferring`.

Arguments: a transport, whether it is awaited, what to do, the API of a server, and a folder with
``big.xml`` in it.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Callable, Dict

from gracedb_core import AsyncClient, Client

AT_ONCE = 4


def memory(entry: str) -> int:
    """Read kilobytes out of what the system knows of this process."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{entry}:"))


def download(client: Any, folder: Path) -> Any:
    """Save a big file."""
    return client.events["G1"].files["big"].download(folder / "got")


def upload(client: Any, folder: Path) -> Any:
    """Make an event of a big file."""
    return client.events.create(folder / "big.xml", pipeline="gstlal", group="Test")


def many(client: Any, folder: Path) -> Any:
    """Save a hundred files at once."""
    files = client.events["G1"].files
    return asyncio.gather(*(files["a"].download(folder / f"got{n}") for n in range(100)))


WORK: Dict[str, Callable[[Any, Path], Any]] = {"download": download, "upload": upload, "many": many}


async def awaiting(options: Any, work: Callable[[Any, Path], Any], folder: Path) -> int:
    """Work awaited, and give the growth."""
    async with AsyncClient(**options) as client:
        await client.get()
        idle = memory("VmRSS")
        await work(client, folder)
        return memory("VmHWM") - idle


def waiting(options: Any, work: Callable[[Any, Path], Any], folder: Path) -> int:
    """Work and wait, and give the growth."""
    with Client(**options) as client:
        client.get()
        idle = memory("VmRSS")
        work(client, folder)
        return memory("VmHWM") - idle


def main(transport: str, way: str, what: str, url: str, folder: str) -> int:
    """Do what the arguments say."""
    options = {"url": url, "transport": transport, "force_noauth": True}
    options["max_concurrency"] = AT_ONCE
    if way == "awaited":
        return asyncio.run(awaiting(options, WORK[what], Path(folder)))
    return waiting(options, WORK[what], Path(folder))


if __name__ == "__main__":
    sys.stdout.write(str(main(*sys.argv[1:])))
