"""Many threads that share a client, more than it keeps connections for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, List

import pytest

from gracedb_core import Client
from gracedb_core.errors import NotFound
from gracedb_sandbox import Sandbox

from . import making
from .conftest import EINSTEIN

THREADS = 32


@pytest.fixture
def narrow(sandbox: Sandbox, transport: str) -> Any:
    """Make a client that keeps few connections."""
    with Client(sandbox.url, transport=transport, max_concurrency=4, **EINSTEIN) as client:
        yield client


def writes(client: Any, graceid: str, who: int) -> List[str]:
    """Write what nobody else writes, and see that the answers say so."""
    logs = client.events[graceid].logs
    comments = [f"thread {who}, entry {number}" for number in range(5)]
    numbers = []
    for comment in comments:
        row = logs.create(comment=comment, filename=f"{who}.txt", filecontents=comment.encode())
        assert row["comment"] == comment
        numbers.append(row["N"])
    assert [logs[number].get()["comment"] for number in numbers] == comments
    with client.events[graceid].files[f"{who}.txt,4"].get() as file:
        assert file.read() == comments[-1].encode()
    return comments


def reads(client: Any, graceid: str, who: int) -> List[str]:
    """Search with pages ahead, and read and download a file."""
    assert client.events[graceid].get()["graceid"] == graceid
    found = [row["graceid"] for row in client.events.search(query=graceid, prefetch=2)]
    assert found == [graceid]
    with client.events[graceid].files["coinc.xml"].get() as file:
        assert file.read() == making.COINC
    return []


def fails(client: Any, graceid: str, who: int) -> List[str]:
    """Ask for what is not there."""
    for number in range(5):
        with pytest.raises(NotFound, match="G99"):
            client.events[f"G99{who}{number}0"].get()
    return []


def test_more_threads_than_connections(narrow: Any, caplog: Any) -> None:
    """Nobody waits for ever, everybody gets his own answers, and all that was written is there."""
    graceids = [making.event_id(narrow) for _ in range(4)]
    works = [writes, reads, fails, writes]
    with ThreadPoolExecutor(THREADS) as pool:
        doing = [
            pool.submit(works[number % 4], narrow, graceids[number // 4 % 4], number)
            for number in range(2 * THREADS)
        ]
        written = [comment for done in doing for comment in done.result(120)]
    there = [row for graceid in graceids for row in making.comments(narrow.events[graceid])]
    assert len(written) == THREADS * 5
    assert set(written) <= set(there)
    assert sum(row.startswith("thread") for row in there) == len(written)
    assert not [record for record in caplog.records if record.name.startswith("urllib3.conn")]
