"""SIGINT in a program that waits: it ends at once, and nothing half done stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from tests.conftest import need_library
from tests.transports.server import Heard, Line, Server, answer

PROGRAM = Path(__file__).with_name("interrupted.py")
WORKS = ["download", "upload", "wait", "search"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT"),
]


def interrupts(line: Line, heard: Heard) -> None:
    """Answer as far as the program is to get, and interrupt it."""
    if "/echo/" in heard.line:
        line.send(answer(json.dumps({"heard": heard.line}).encode()))
        return
    if "/events/?" in heard.line and "start=" not in heard.line:
        following = f"http://{heard.header('host')}/api/events/?start=1&count=1"
        page = {"numRows": 9, "events": [{"graceid": "G1"}], "links": {"next": following}}
        line.send(answer(json.dumps(page).encode()))
        return
    if "/files/" in heard.line:
        line.send(answer(b"x" * 3_000_000)[:1_500_000])
    elif "/busy" in heard.line:
        line.send(answer(b"", "Retry-After: 50", status="503 Service Unavailable"))
    # Mostly it then waits; where it does not yet, it is interrupted on the way there.
    line.server.ending.wait(0.2)
    os.kill(int(heard.header("user-agent") or ""), signal.SIGINT)
    # The connection on which all was well is used again.
    while "/busy" not in heard.line and not line.server.ending.wait(1):
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    """Start it."""
    with Server(interrupts) as server:
        yield server


def run(how: str, work: str, transport: str, server: Server, folder: Path) -> Dict[str, Any]:
    """Run the program to its end, and give what it has seen."""
    need_library(transport)
    url = f"http://127.0.0.1:{server.port}/api/"
    command = [sys.executable, str(PROGRAM), how, work, transport, url, str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    said = [line for line in done.stderr.decode().splitlines() if "Trying again in" not in line]
    assert (done.returncode, said) == (0, [])
    left: Dict[str, Any] = json.loads(done.stdout.decode())
    return left


@pytest.mark.parametrize("work", WORKS)
def test_blocking(work: str, transport: str, server: Server, tmp_path: Path) -> None:
    """The interrupt comes through; the client then works as before."""
    left = run("blocking", work, transport, server, tmp_path)
    heard = f"GET /api/echo/{work} HTTP/1.1"
    assert left == {"told": "interrupted", "files": [], "next": {"heard": heard}}


@pytest.mark.parametrize("work", WORKS)
def test_awaiting(work: str, awaited: str, server: Server, tmp_path: Path) -> None:
    """Neither a task nor a thread is left that the program would wait for."""
    left = run("awaiting", work, awaited, server, tmp_path)
    assert left == {"told": "interrupted", "files": []}
