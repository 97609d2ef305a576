"""Memory does not grow with what is moved, nor with how much of it is asked for at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from gracedb_core._plugins import Plugins, installed_plugins
from tests.conftest import need_library
from tests.transports.server import Heard, Line, Server, answer

PROGRAM = Path(__file__).with_name("transferring.py")
OFFERS = Plugins(installed_plugins()).transports()
WAYS = [(name, "waited for") for name, (_, it) in sorted(OFFERS.items()) if it.open is not None]
WAYS += [(name, "awaited") for name in sorted(OFFERS)]
LENGTH = 64 << 20
#: Kilobytes that a process may grow by; a copy of the file would be four times as many.
GROWTH = 16 << 10

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/status").exists(), reason="only Linux tells how large a process was"
    ),
]


def giving(line: Line, heard: Heard) -> None:
    """Send a big file, one of 2 MB, or a word."""
    if "/files/" not in heard.line:
        line.send(answer(b'{"graceid": "G1"}'))
        return
    blocks = 64 if heard.line.split()[1].endswith("big") else 2
    line.send(answer(length=blocks << 20))
    for _ in range(blocks):
        line.send(bytes(1 << 20))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Serve big files."""
    with Server(giving) as server:
        yield server


def growth(server: Server, transport: str, way: str, what: str, folder: Path) -> int:
    """Give by how many kilobytes a process of its own grows."""
    need_library(transport)
    with (folder / "big.xml").open("wb") as file:
        file.truncate(LENGTH)
    url = f"http://127.0.0.1:{server.port}/api/"
    command = [sys.executable, str(PROGRAM), transport, way, what, url, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120)
    return int(done.stdout)


@pytest.mark.parametrize("what", ["download", "upload"])
@pytest.mark.parametrize(("transport", "way"), WAYS)
def test_a_big_file(server: Server, transport: str, way: str, what: str, tmp_path: Path) -> None:
    """Up or down, awaited or not, over every transport, 64 MB pass through a quarter of that."""
    assert growth(server, transport, way, what, tmp_path) <= GROWTH
    if what == "download":
        assert (tmp_path / "got").stat().st_size == LENGTH


@pytest.mark.parametrize("transport", sorted(OFFERS))
def test_a_hundred_files_at_once(server: Server, transport: str, tmp_path: Path) -> None:
    """They take the memory of the four that are on their way."""
    assert growth(server, transport, "awaited", "many", tmp_path) <= 2 * GROWTH
    assert {path.stat().st_size for path in tmp_path.glob("got*")} == {2 << 20}
    assert len(list(tmp_path.glob("got*"))) == 100
