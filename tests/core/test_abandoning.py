"""What is cancelled leaves nothing: no part of a file, no descriptor, no thread at work."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest

from gracedb_core import AsyncClient, errors
from gracedb_core._plugins import Plugins, installed_plugins
from gracedb_core.errors import ClientClosed
from tests.conftest import need_library
from tests.transports.server import Heard, Line, Server, answer

PROGRAM = Path(__file__).with_name("abandoning.py")
WORKS = ["download", "read", "upload", "search"]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="only Linux lists what a process has open"
)


def stalling(line: Line, heard: Heard) -> None:
    """Send half of a file and no second page; anything else is answered."""
    if "/files/" in heard.line:
        line.send(answer(b"x" * 3_000_000)[:1_500_000])
        line.stall()
    elif "start=" in heard.line:
        line.stall()
    elif "/events/" in heard.line:
        following = f"http://{heard.header('host')}/api/events/?start=1&count=1"
        page = {"numRows": 9, "events": [{"graceid": "G1"}], "links": {"next": following}}
        line.send(answer(json.dumps(page).encode()))
    else:
        line.send(answer(b"{}"))


@pytest.fixture(scope="module", params=sorted(Plugins(installed_plugins()).transports()))
def left(
    request: pytest.FixtureRequest, hermetic: Path, tmp_path_factory: pytest.TempPathFactory
) -> Dict[str, Any]:
    """Run the program once over each transport, and give what it has seen."""
    need_library(request.param)
    folder = tmp_path_factory.mktemp("abandoned") / "folder"
    folder.mkdir()
    with (folder.parent / "big.xml").open("wb") as file:
        file.truncate(64 << 20)
    with Server(stalling) as server, socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(128)
        urls = [f"http://127.0.0.1:{port}/api/" for port in (server.port, deaf.getsockname()[1])]
        command = [sys.executable, str(PROGRAM), request.param, *urls, str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120)
    found: Dict[str, Any] = json.loads(done.stdout.decode())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("work", WORKS)
def test_cancelled_in_the_middle(left: Dict[str, Any], work: str) -> None:
    """Many times over: every task ended as cancelled, and everything is as it was before.

    Connections on which all was well may be kept, as many as the client may have.
    """
    found = left[work]
    assert found["cancelled"]
    assert found["idle"]
    assert found["files"] == []
    assert others(found["then"]) == others(found["before"])
    kept = found["then"].count("socket") - found["before"].count("socket")
    assert kept <= (4 if work == "search" else 0)
    assert found["answered"]
    assert found["closed"] == found["before"]


def others(descriptors: List[str]) -> List[str]:
    """Leave out the connections."""
    return [each for each in descriptors if each != "socket"]


@pytest.fixture(params=sorted(Plugins(installed_plugins()).transports()))
def transport(request: pytest.FixtureRequest) -> str:
    """Name each transport whose library is here."""
    need_library(request.param)
    return str(request.param)


def test_nothing_is_sent_after_closing(transport: str) -> None:
    """Whoever waits for a turn when the client is closed is told so, and sends nothing."""

    async def leave() -> List[Any]:
        options = {"transport": transport, "force_noauth": True, "max_concurrency": 2}
        async with AsyncClient(f"http://127.0.0.1:{server.port}/api/", **options) as client:
            place = client.path("new/")
            tasks = [asyncio.ensure_future(place.post(comment="x")) for _ in range(20)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        sent.append(len(server.heard))
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    sent: List[int] = []
    with Server(stalling) as server:
        ended = asyncio.run(leave())
        # What was on its way may still arrive: one for each connection.
        assert len(server.heard) <= sent[0] + 2 < 20
    assert sum(isinstance(error, ClientClosed) for error in ended) >= 20 - sent[0] - 2


def test_closing_a_file_wakes_its_reader(transport: str) -> None:
    """Who reads a file that another task closes is told at once, not after a timeout."""

    async def close() -> None:
        options = {"transport": transport, "force_noauth": True}
        async with AsyncClient(f"http://127.0.0.1:{server.port}/api/", **options) as client:
            file = await client.events["G1"].files["a.fits"].get()
            await file.read(1_000_000)
            reading = asyncio.ensure_future(file.read())
            await asyncio.wait([reading], timeout=0.1)
            await file.close()
            await asyncio.wait([reading], timeout=20)
            assert isinstance(reading.exception(), (ValueError, errors.TransportError))

    with Server(stalling) as server:
        asyncio.run(close())
