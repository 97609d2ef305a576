"""Every fault, every operation, every transport: what was promised, and never anything twice."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator, List

import pytest

from gracedb_core import Client
from gracedb_core.transports import _sockets
from gracedb_sandbox import Sandbox
from tests.conftest import need_library

from . import table
from .cells import EINSTEIN, READS, TRANSPORTS, Observed, observe, setting
from .expected import COLUMNS, EXPECTED, NOT_TO_BE_SEEN, SURVIVED, done
from .operations import OPERATIONS, Shared, World

#: Seconds after which a call hangs: far more than any deadline here.
NEVER = 120
#: Whether what is seen is to become the documentation; read before the environment is emptied.
IS_WRITTEN = bool(os.environ.get("GRACEDB_TEST_WRITE_TABLE"))


@pytest.fixture(scope="module")
def direct(sandbox: Sandbox) -> Iterator[Client]:
    """Ask the server itself."""
    with Client(sandbox.url, **EINSTEIN) as client:
        yield client


@pytest.fixture(scope="module")
def shared(direct: Client) -> Shared:
    """Make what is only read."""
    return Shared(direct)


@pytest.fixture(scope="module")
def seen() -> Iterator[table.Seen]:
    """Keep what came of every cell, and write it down where that is wanted."""
    outcomes: table.Seen = {}
    yield outcomes
    if IS_WRITTEN:
        table.write(table.observed(outcomes))


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_row(
    fault: str,
    transport: str,
    direct: Client,
    shared: Shared,
    seen: table.Seen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each call gives its answer or one of our errors, and the server has done it once or never."""
    need_library(transport)
    moment = setting(fault).moment
    if moment is not None:
        # How long a connection is idle on a busy machine is not to count.
        monkeypatch.setattr(_sockets, "A_MOMENT", moment)
    world, outcomes = World(direct, tmp_path, shared), EXPECTED[fault].outcomes
    cells = {
        name: operation
        for name, operation in OPERATIONS.items()
        if outcomes[operation.column] != NOT_TO_BE_SEEN
    }
    abouts = {name: operation.ready(world) for name, operation in cells.items()}
    wrong: List[str] = []
    # All at a time: most of what takes long is a client that is to lose its patience.
    with ThreadPoolExecutor(len(cells)) as threads:
        calls = {
            name: threads.submit(observe, operation, fault, transport, world, abouts[name])
            for name, operation in cells.items()
        }
        for name, operation in cells.items():
            came = calls[name].result(NEVER)
            seen.setdefault((fault, operation.column), set()).add(came.outcome)
            if not as_promised(came, fault, operation.column):
                wrong.append(f"{name}: {outcomes[operation.column]} was expected; {came}")
    assert not wrong, "\n".join(wrong)


def as_promised(came: Observed, fault: str, column: str) -> bool:
    """Judge the outcome, what is on the server, and what can be found out of it later."""
    times = 0 if column in READS else done(fault, column)
    # Nothing is under way any more: whoever looks again can tell.
    told = came.resolved is None or came.resolved == bool(times)
    return came.outcome == EXPECTED[fault].outcomes[column] and came.done == times and told


def test_what_must_be_survived_is() -> None:
    """No row gives up where the promise is to go on."""
    given_up = [
        (fault, column)
        for fault, columns in SURVIVED.items()
        for column in columns
        if not EXPECTED[fault].outcomes[column].startswith("answer")
    ]
    assert not given_up
    assert all(set(row.outcomes) == set(COLUMNS) for row in EXPECTED.values())


def test_the_page_shows_the_table() -> None:
    """The documentation promises what the tests hold the client to, no more and no less."""
    assert table.shown() == table.rendered(table.expected)
