"""A program that is sent SIGINT while it waits for a server; run by `test_interrupted`.

Arguments: what it does, a transport, the URL of the API, and an empty folder. It tells the server
its number as its user agent, and prints what was left.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Dict

from gracedb_core import AsyncClient, Client

#: Nothing here may end by a timeout: the test would take longer than it is given.
OPTIONS: Dict[str, Any] = {"timeout": 600, "force_noauth": True, "user_agent": str(os.getpid())}


def download(client: Any, folder: Path) -> Any:
    """Save a file whose second half does not come."""
    return client.events["G1"].files["a.fits"].download(folder)


def upload(client: Any, folder: Path) -> Any:
    """Send a file, of which nobody says that it has arrived."""
    logs = client.events["G1"].logs
    return logs.create(comment="x", filename="a.bin", filecontents=b"x" * 1_000_000)


def wait(client: Any, folder: Path) -> Any:
    """Call somebody who is busy for the next minutes."""
    return client.path("busy").get()


def search(client: Any, folder: Path) -> Any:
    """Walk to a page that does not come, though it was asked for in advance."""
    return [row["graceid"] for row in client.events.search(prefetch=1)]


async def search_awaiting(client: Any, _folder: Path) -> Any:
    """Do the same."""
    return [row["graceid"] async for row in client.events.search(prefetch=1)]


def blocking(work: str, folder: Path, **options: Any) -> Dict[str, Any]:
    """Wait for the server, and call it again after the interrupt."""
    with Client(**options) as client:
        try:
            told = str(globals()[work](client, folder))
        except KeyboardInterrupt:
            told = "interrupted"
        files = os.listdir(folder)
        return {"told": told, "files": files, "next": client.path("echo", work).get()}


def awaiting(work: str, folder: Path, **options: Any) -> Dict[str, Any]:
    """Await the server; an interrupt ends the loop."""

    async def main() -> str:
        async with AsyncClient(**options) as client:
            doing = search_awaiting if work == "search" else globals()[work]
            return str(await doing(client, folder))

    try:
        told = asyncio.run(main())
    except KeyboardInterrupt:
        told = "interrupted"
    return {"told": told, "files": os.listdir(folder)}


if __name__ == "__main__":
    # Whoever starts this in the background may have had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    how, work, transport, url, folder = sys.argv[1:]
    left = globals()[how](work, Path(folder), transport=transport, url=url, **OPTIONS)
    sys.stdout.write(json.dumps(left))
