"""The rest of the plugin, in real clients against a sandbox."""

from __future__ import annotations

import asyncio
import logging
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gracedb_hello.counted import TALLY

from gracedb_core import AsyncClient, Client
from gracedb_core.errors import ConnectFailed
from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc

SESSIONS = Path(__file__).parent.parent / "sessions"
EINSTEIN: Any = {"username": "albert.einstein", "password": "relativity"}


def test_transport(sandbox: Sandbox) -> None:
    """Every request of every thread is counted once."""
    before = TALLY.requests
    with Client(sandbox.url, transport="counted") as client, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: client.user_info(), range(40)))
    assert TALLY.requests - before == 40
    assert TALLY.seconds > 0


def test_transport_to_await(sandbox: Sandbox) -> None:
    """Awaited requests are counted too, and files stream."""

    async def use() -> Any:
        async with AsyncClient(sandbox.url, transport="counted", **EINSTEIN) as client:
            event = await client.events.create(
                group="Test", pipeline="gstlal", filename="coinc.xml", filecontents=coinc()
            )
            async with client.events[event["graceid"]].files["coinc.xml"].get() as file:
                return await file.read(5)

    before = TALLY.requests
    assert asyncio.run(use()) == b"<?xml"
    assert TALLY.requests - before == 2


def test_routes(sandbox: Sandbox) -> None:
    """The routes are attributes of clients and of events."""
    with Client(sandbox.url, **EINSTEIN) as made:
        # Type checkers do not know what plugins add.
        client: Any = made
        assert client.whoami.get() == client.user_info()
        created = client.events.create(
            group="Test", pipeline="gstlal", filename="coinc.xml", filecontents=coinc()
        )
        event = client.events[created["graceid"]]
        event.story.post(comment="Once upon a time")
        assert event.story[1].get() == event.logs[1].get()


def test_observer(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """There is a line for each request, with its status and time, or with its error."""
    caplog.set_level(logging.DEBUG, "gracedb_hello")
    with Client(sandbox.url) as client:
        client.user_info()
    asked = f"GET {sandbox.url}user-info/"
    assert caplog.messages[0] == f"{asked}, attempt 1"
    assert caplog.messages[1].startswith(f"{asked}: 200 in 0.")
    with Client("http://127.0.0.1:1/api/", retries=0) as client, pytest.raises(ConnectFailed):
        client.user_info()
    assert ": ConnectFailed in " in caplog.messages[-1]


@pytest.mark.parametrize("session", sorted(SESSIONS.glob("*.txt")), ids=lambda path: path.name)
def test_sessions(session: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed in a session is answered as it says."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    expected = session.read_text()
    typed = [line for line in expected.splitlines() if line.startswith("$ ")]
    script = "".join(f"echo {shlex.quote(line)}\n{line[2:]}\n" for line in typed)
    done = subprocess.run(
        ["sh", "-c", script], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.stdout.decode().replace(str(home), "~") == expected
