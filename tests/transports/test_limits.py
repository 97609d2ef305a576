"""What a server can make a client hold in memory, over each transport: no more than is stated."""

from __future__ import annotations

import asyncio
import gzip
import io
import struct
import tracemalloc
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterator

import pytest

from gracedb_core import AsyncClient, Client
from gracedb_core.errors import DecodeError, GraceDBError, NotFound, TimedOut
from gracedb_core.interfaces import MAXIMUM_BODY, MAXIMUM_REFUSAL

from ..conftest import need_library
from .server import Heard, Line, Server, answer

ZEROS = bytes(1 << 24)
GIGABYTE = 1 << 30


@lru_cache(maxsize=None)
def bomb() -> bytes:
    """Compress a gigabyte of zeros into a megabyte, without compressing all of them."""
    squeeze = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    some = squeeze.compress(ZEROS) + squeeze.flush(zlib.Z_FULL_FLUSH)
    check, times = 0, GIGABYTE // len(ZEROS)
    for _ in range(times):
        check = zlib.crc32(ZEROS, check)
    return (
        gzip.compress(b"")[:10] + some * times + b"\x03\x00" + struct.pack("<II", check, GIGABYTE)
    )


GREETING = b'{"hello": "there"}'
#: What a server begins to say and never ends.
ENDLESS = {
    "announced": b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2540be400\r\n",
    "until the end": b"HTTP/1.1 200 OK\r\n\r\n",
    "refused": b"HTTP/1.1 404 Not Found\r\nContent-Length: 10000000000\r\n\r\n",
    "refused by chunks": (
        b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2540be400\r\n"
    ),
}
#: What a server begins to say, and what it goes on with, before a body and after one.
IN_VAIN = {
    "lines": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "interim heads": (b"", b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"),
    "trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        b"X: y\r\n",
    ),
}


def says_too_much(line: Line, heard: Heard) -> None:
    """Answer with what the last part of the path says."""
    what = heard.line.split()[1].rstrip("/").rpartition("/")[2].replace("%20", " ")
    if what in ENDLESS:
        line.send(ENDLESS[what])
        while not line.server.ending.is_set():
            line.send(b" " * (1 << 18))  # until the client has hung up
    elif what in IN_VAIN:
        begin, more = IN_VAIN[what]
        line.send(begin)
        while not line.server.ending.is_set():
            line.send(more * 4096)
    elif what in ("bomb", "bomb.gz"):
        line.send(answer(bomb(), "Content-Encoding: gzip"))
    elif what == "refused bomb":
        line.send(answer(bomb(), "Content-Encoding: gzip", status="404 Not Found"))
    else:
        line.send(answer(GREETING))


class Way:
    """A client that blocks, or one that is awaited and waited for."""

    def __init__(self, name: str, server: Server) -> None:
        transport, _, awaited = name.partition(", ")
        self.awaited = bool(awaited)
        self.options: Dict[str, Any] = {
            "url": f"http://127.0.0.1:{server.port}/api/",
            "transport": transport,
            "force_noauth": True,
            "retries": 0,
        }

    def ask(self, *calls: Callable[[Any], Any]) -> Any:
        """Make *calls*, one after the other, on one client; gives what the last one gives."""
        if self.awaited:
            return asyncio.run(self._ask(*calls))
        with Client(**self.options) as client:
            for call in calls:
                given = call(client)
        return given

    async def _ask(self, *calls: Callable[[Any], Any]) -> Any:
        async with AsyncClient(**self.options) as client:
            for call in calls:
                given = await call(client)
        return given

    def sizes(self, name: str) -> int:
        """Read a file block by block and give how long it is."""

        def read(client: Client) -> int:
            with client.superevents["S1"].files[name].get() as file:
                return sum(map(len, iter(lambda: file.read(1 << 18), b"")))

        async def read_awaiting(client: AsyncClient) -> int:
            size = 0
            async with client.superevents["S1"].files[name].get() as file:
                while True:
                    block = await file.read(1 << 18)
                    if not block:
                        return size
                    size += len(block)

        size: int = self.ask(read_awaiting if self.awaited else read)
        return size


@pytest.fixture
def server() -> Iterator[Server]:
    """Start a server that says too much."""
    with Server(says_too_much) as server:
        yield server


@pytest.fixture(
    params=[
        *("urllib3", "requests"),
        *("urllib3, awaited", "requests, awaited", "aiohttp, awaited"),
    ]
)
def way(request: pytest.FixtureRequest, server: Server) -> Way:
    """Ask over each transport in turn, as it blocks and as it is awaited."""
    need_library(request.param.partition(",")[0])
    return Way(request.param, server)


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Give what tells how many bytes were held at most since the test has begun."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_is_refused(way: Way, peak: Callable[[], int]) -> None:
    """A gigabyte in a megabyte of JSON is inflated to the stated limit, and not further."""
    with pytest.raises(DecodeError, match=r"/bomb/: .* longer than 64 MiB.*less at a time"):
        way.ask(lambda client: client.superevents["bomb"].get())
    assert peak() < 2 * MAXIMUM_BODY


@pytest.mark.parametrize("end", ["announced", "chunked", "until the end"])
def test_an_answer_without_end_is_refused(
    way: Way, end: str, server: Server, peak: Callable[[], int]
) -> None:
    """What was not compressed is read to the stated limit, and its connection is not used again."""

    def ask(client: Any) -> Any:
        return client.superevents[end].get()

    with pytest.raises(DecodeError, match="longer than 64 MiB"):
        way.ask(ask)
    assert peak() < 2 * MAXIMUM_BODY
    assert server.connections == 1


@pytest.mark.parametrize("what", IN_VAIN)
def test_a_head_without_end_is_refused(server: Server, what: str, peak: Callable[[], int]) -> None:
    """Nor is what comes before a body, or after it, kept for as long as the server talks."""
    need_library("aiohttp")
    with pytest.raises(GraceDBError) as caught:
        Way("aiohttp, awaited", server).ask(lambda client: client.superevents[what].get())
    assert not isinstance(caught.value, TimedOut)
    assert peak() < MAXIMUM_BODY


@pytest.mark.parametrize("end", ["refused", "refused by chunks", "refused bomb"])
def test_a_refusal_keeps_its_status(way: Way, end: str, peak: Callable[[], int]) -> None:
    """The body of a refusal is cut where it is too long; what is raised is the refusal."""
    with pytest.raises(NotFound) as caught:
        way.ask(lambda client: client.superevents[end].get())
    assert len(caught.value.body) == MAXIMUM_REFUSAL
    assert peak() < 32 * MAXIMUM_REFUSAL
    with pytest.raises(NotFound) as caught:
        way.ask(lambda client: client.superevents["S1"].files[end].get())
    assert len(caught.value.body) == MAXIMUM_REFUSAL


def test_the_next_request_is_answered(way: Way, server: Server) -> None:
    """After an answer that is too long, the same client goes on over another connection."""

    def too_much(client: Any) -> Any:
        with pytest.raises(NotFound):
            client.superevents["refused"].get()

    async def too_much_awaited(client: Any) -> Any:
        with pytest.raises(NotFound):
            await client.superevents["refused"].get()

    answer = way.ask(
        too_much_awaited if way.awaited else too_much, lambda client: client.superevents["S1"].get()
    )
    assert answer == {"hello": "there"}
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_file_streams(way: Way, peak: Callable[[], int]) -> None:
    """A gigabyte in a megabyte is a file like any other: read and saved block by block."""
    assert way.sizes("bomb") == GIGABYTE
    assert peak() < 32 << 20


def test_a_download_streams(way: Way, tmp_path: Path, peak: Callable[[], int]) -> None:
    """A download verifies the compression to its end, and keeps the bytes that were uploaded."""
    told = io.StringIO()

    def save(client: Any) -> Any:
        file = client.superevents["S1"].files["bomb.gz"]
        return file.download(tmp_path, progress=lambda *done: told.write(f"{done}\n"))

    saved = way.ask(save)
    assert peak() < 32 << 20
    assert saved.read_bytes() == bomb()
    assert told.getvalue().splitlines()[-1] == f"{(len(bomb()), len(bomb()))}"
