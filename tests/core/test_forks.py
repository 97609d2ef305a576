"""A client in a process that was forked has connections of its own, and the parent keeps its."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Set

import pytest

from tests.conftest import need_library
from tests.transports.authority import Authority
from tests.transports.server import Heard, Line, Server, answer

PROGRAM = Path(__file__).with_name("forking.py")
SIZE = 3_000_000
ROWS = 9
FILE = bytes(range(250)) * (SIZE // 250)

Run = Callable[[str, str], Dict[str, Any]]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork"),
]


def tells(line: Line, heard: Heard) -> None:
    """Say which request an answer is for, and which connection it goes over."""
    target = heard.line.split()[1]
    if "/files/" in target:
        line.send(answer(FILE))
        return
    if target.endswith("/missing"):
        line.send(answer(b'{"detail": "It is not there."}', status="404 Not Found"))
        return
    if "/events/" in target:
        query = dict(each.split("=") for each in target.partition("?")[2].split("&") if each)
        start = int(query.get("start", 0))
        scheme = "https" if line.server.tls else "http"
        url = f"{scheme}://{heard.header('host')}/api/events/"
        rows = [{"graceid": f"G{number}"} for number in range(start, start + 3)]
        following = f"{url}?start={start + 3}&count=3" if start + 3 < ROWS else None
        told: Any = {"numRows": ROWS, "events": rows, "links": {"next": following}}
    else:
        told = {"tag": target.rstrip("/").rpartition("/")[2], "connection": line.number}
    line.send(answer(json.dumps(told).encode()))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Server]:
    """Start the server, over each scheme in turn."""
    tls = authority.server("127.0.0.1") if request.param == "https" else None
    with Server(tells, tls=tls) as server:
        yield server


@pytest.fixture
def run(server: Server, authority: Authority, hermetic: Path) -> Run:
    """Give what runs a function of the program, and what it has seen."""

    def run(name: str, transport: str) -> Dict[str, Any]:
        need_library(transport)
        scheme = "https" if server.tls else "http"
        url = f"{scheme}://127.0.0.1:{server.port}/api/"
        verify = str(authority.path) if server.tls else ""
        warnings = ["-W", "error", "-W", "ignore:This process:DeprecationWarning"]
        command = [sys.executable, *warnings, str(PROGRAM), name, transport, url, verify]
        done = subprocess.run(command, capture_output=True, check=False, timeout=180)
        assert (done.returncode, done.stderr.decode()) == (0, "")
        seen: Dict[str, Any] = json.loads(done.stdout.decode())
        return seen

    return run


@pytest.fixture(params=["urllib3", "requests", "stranger"])
def blocking(request: pytest.FixtureRequest) -> str:
    """Name each transport that blocks, and one that knows nothing of forks."""
    return str(request.param)


def speakers(server: Server) -> Dict[int, Set[str]]:
    """Tell for each connection which processes sent requests over it."""
    found: Dict[int, Set[str]] = {}
    for heard in server.heard:
        process, _, _number = heard.line.split()[1].rpartition("/")[2].rpartition("-")
        name = process if process.startswith("child") else "parent"
        found.setdefault(heard.connection, set()).add(name)
    return found


def test_a_warm_client(run: Run, server: Server, blocking: str) -> None:
    """The child opens a connection and closes it; that of the parent goes on working."""
    seen = run("warm", blocking)
    *connections, late = seen["child"]
    assert len(set(connections)) == 1
    assert connections[0] != seen["before"]
    assert late == "ClientClosed: This client was closed; make a new one."
    assert seen["after"] == [seen["before"]] * 2
    assert server.connections == 2


def test_children_that_end(run: Run, server: Server, blocking: str) -> None:
    """A child that ends as any program does takes no leave in its parent's name."""
    seen = run("leaving", blocking)
    assert seen["after"] == seen["before"]
    assert server.connections == 2


def test_locks_that_were_held(run: Run, blocking: str) -> None:
    """What other threads of the parent held at that moment holds up nobody."""
    seen = run("locked", blocking)
    assert seen["child"][0] != seen["before"]
    assert seen["child"][1:] == [ROWS, ROWS]
    assert seen["after"] > 0


def test_many_children(run: Run, server: Server, blocking: str) -> None:
    """Everybody gets the answers to his own questions, and no connection serves two."""
    seen = run("many", blocking)
    groups = [*map(set, seen["children"]), set(seen["parent"])]
    assert all(len(group) >= 1 for group in groups)
    assert sum(map(len, groups)) == len(set().union(*groups))
    whose = speakers(server).values()
    assert all(len(processes) == 1 for processes in whose)
    assert set().union(*whose) == {"parent", *(f"child-{number}" for number in range(4))}


def test_what_was_begun_before(run: Run, blocking: str) -> None:
    """A search and a file of the parent's are an error in the child, and whole in the parent."""
    seen = run("midway", blocking)
    search, file, connection = seen["child"]
    assert search.startswith("ClientClosed: This search was begun by the process")
    assert file.startswith("ConnectionLost: The body of GET ")
    assert connection > 0
    assert seen["rows"] == [f"G{number}" for number in range(ROWS)]
    assert (seen["size"], seen["bytes"]) == (SIZE, sum(FILE))


def test_forked_while_downloading(run: Run, blocking: str) -> None:
    """The child hears that the download is not its own, and leaves the parent's part alone."""
    seen = run("downloading", blocking)
    assert seen == {"child": 0, "parent": "none", "files": ["a.fits"], "size": SIZE}


def test_a_pool_of_processes(run: Run, server: Server, blocking: str) -> None:
    """Workers that inherit a client have connections of their own, and their errors come home."""
    seen = run("pool", blocking)
    by_worker: Dict[int, Set[int]] = {}
    for process, connection in seen["workers"]:
        by_worker.setdefault(process, set()).add(connection)
    connections = [connection for each in by_worker.values() for connection in each]
    assert len(connections) == len(set(connections))
    assert seen["before"] not in connections
    assert seen["after"] == seen["before"]
    status, asked, sentence = seen["error"]
    assert status == 404
    assert asked.startswith("GET http")
    assert "It is not there." in sentence


def test_awaited(run: Run, awaited: str) -> None:
    """The same holds for clients that are awaited, in the middle of a loop."""
    seen = run("awaited", awaited)
    connections, rows = seen["child"]
    assert rows == ROWS
    assert seen["before"] not in connections
    assert seen["after"] not in connections
    search, file = seen["heir"]
    assert search.startswith("ClientClosed: This search was begun by the process")
    assert file.startswith("ConnectionLost: The body of GET ")
    assert seen["rows"] == [f"G{number}" for number in range(ROWS)]
    assert (seen["size"], seen["bytes"]) == (SIZE, sum(FILE))
