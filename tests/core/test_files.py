"""Files that are awaited, and files on their way to disk: whole, or not there."""

from __future__ import annotations

import asyncio
import gzip
import io
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._downloads import Into, save, save_awaiting
from gracedb_core._files import AsyncFile
from gracedb_core._retry import RetryPolicy
from gracedb_core._wire import Response
from gracedb_core.errors import DecodeError, GraceDBError, SentRequest, TruncatedAnswer

from .scripted import Told

ASKED = SentRequest("GET", "https://gracedb.example/api/events/G1/files/a")
PACKED = gzip.compress(bytes(range(256)) * 4000)


class Wire(io.BytesIO):
    """A body that gives little at a time, and may break off."""

    def __init__(self, data: bytes, breaks: Optional[BaseException] = None) -> None:
        super().__init__(data)
        self.breaks = breaks

    def read(self, amount: Any = -1) -> bytes:
        block = super().read(min(amount, 10_000))
        if not block and self.breaks is not None:
            raise self.breaks
        return block


class AsyncWire:
    """The same, awaited."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def read(self, amount: int) -> bytes:
        """Give a block after a turn of the loop."""
        await asyncio.sleep(0)
        return self.wire.read(amount)

    async def close(self) -> None:
        """Close it."""
        self.wire.close()


def answer(body: Any, **headers: str) -> Response:
    """Make the answer that a file is; it is chunked unless it has a length."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("transfer-encoding", "chunked")
    return Response(200, named, body)


async def in_line(action: Callable[..., Any], *args: Any) -> Any:
    """Call what blocks right here."""
    return action(*args)


def saved(wire: Wire, into: Into, *, awaited: bool, **headers: str) -> Path:
    """Save a body, by one driver's way or the other's."""
    if not awaited:
        return save(answer(wire, **headers), ASKED, into)
    saving = save_awaiting(answer(AsyncWire(wire), **headers), ASKED, into, in_line)
    return asyncio.run(_as_coroutine(saving))


async def _as_coroutine(waiting: Awaitable[Path]) -> Path:
    return await waiting


both = pytest.mark.parametrize("awaited", [False, True], ids=["blocking", "awaiting"])


@both
def test_a_file_appears_when_it_is_whole(tmp_path: Path, *, awaited: bool) -> None:
    """Its bytes are those that came, progress is told, and nothing is left beside it."""
    told: List[Tuple[int, Optional[int]]] = []
    data = bytes(range(256)) * 100
    target = tmp_path / "skymap.fits"

    def progress(done: int, total: Optional[int]) -> None:
        assert not target.exists()
        told.append((done, total))

    wire = Wire(data)
    length = str(len(data))
    into = Into(target, progress=progress)
    assert saved(wire, into, awaited=awaited, content_length=length) == target
    assert target.read_bytes() == data
    assert told[-1] == (len(data), len(data))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert list(tmp_path.iterdir()) == [target]
    assert wire.closed


@both
def test_compressed_files_are_inflated_or_kept(tmp_path: Path, *, awaited: bool) -> None:
    """What was uploaded compressed is kept so; what was compressed on the way is not."""
    kept = saved(
        Wire(PACKED), Into(tmp_path / "a.gz", raw=True), awaited=awaited, content_encoding="gzip"
    )
    plain = saved(Wire(PACKED), Into(tmp_path / "a"), awaited=awaited, content_encoding="gzip")
    assert kept.read_bytes() == PACKED
    assert plain.read_bytes() == gzip.decompress(PACKED)


@both
@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize(
    ("wire", "headers", "error"),
    [
        (b"abc", {"content_length": "4"}, TruncatedAnswer),
        (PACKED[:-9], {"content_encoding": "gzip"}, TruncatedAnswer),
        (b"no gzip", {"content_encoding": "gzip"}, DecodeError),
        (PACKED, {"content_encoding": "br"}, DecodeError),
        (b"abc", {"transfer_encoding": "identity"}, TruncatedAnswer),
    ],
)
def test_a_broken_download_leaves_nothing(
    tmp_path: Path, wire: bytes, headers: Any, error: Any, *, raw: bool, awaited: bool
) -> None:
    """Neither a new file nor a part of one; and an older file of that name stays."""
    target = tmp_path / "a"
    target.write_bytes(b"older")
    body = Wire(wire)
    with pytest.raises(error):
        saved(body, Into(target, raw=raw), awaited=awaited, **headers)
    assert target.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [target]
    assert body.closed


@both
def test_an_interrupt_leaves_nothing(tmp_path: Path, *, awaited: bool) -> None:
    """Ctrl-C in a download lets go of everything."""
    body = Wire(b"abc", breaks=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        saved(body, Into(tmp_path / "a"), awaited=awaited, content_length="9")
    assert list(tmp_path.iterdir()) == []
    assert body.closed


def test_a_download_that_breaks_off_begins_again(tmp_path: Path) -> None:
    """A read may be repeated, so a file is: from its first byte."""
    told = Told(
        answer(Wire(b"ab", breaks=TruncatedAnswer("It broke.")), content_length="4"),
        answer(Wire(b"abcd"), content_length="4"),
    )
    path = told.root.events["G1"].files["a"].download(tmp_path / "mine")
    assert path.read_bytes() == b"abcd"
    assert told.lines == ["GET /api/events/G1/files/a"] * 2


def test_a_download_that_always_breaks_off_is_told(tmp_path: Path) -> None:
    """After the last attempt the error is the last one."""
    broken = [answer(Wire(b"ab"), content_length="4") for _ in range(3)]
    told = Told(*broken, policy=RetryPolicy(attempts=3, jitter=lambda: 1.0))
    with pytest.raises(TruncatedAnswer):
        told.root.events["G1"].files["a"].download(tmp_path)
    assert len(told.lines) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "path", "where"),
    [
        ("a.fits", "", "a.fits"),
        ("a.fits,0", "", "a.fits,0"),
        ("folder/a b.fits", "", "a b.fits"),
        ("a.fits", "mine.fits", "mine.fits"),
    ],
)
def test_where_a_download_goes(tmp_path: Path, name: str, path: str, where: str) -> None:
    """Into a folder under the file's own name, or to the path that was given."""
    told = Told(answer(Wire(b"abc"), content_length="3"))
    found = told.root.superevents["S190425z"].files[name].download(tmp_path / path)
    assert found == tmp_path / where
    assert [entry.name for entry in tmp_path.iterdir()] == [where]


def test_gzipped_files_are_saved_as_they_were_uploaded(tmp_path: Path) -> None:
    """The server says that a .gz file is encoded; a copy has the bytes of the file."""
    told = Told(answer(Wire(PACKED), content_encoding="gzip"))
    found = told.root.events["G1"].files["psd.xml.gz,1"].download(tmp_path)
    assert found.read_bytes() == PACKED


def reading(data: bytes, use: Callable[[AsyncFile], Awaitable[Any]], **headers: str) -> Any:
    """Open a file to await, and use it."""

    async def go() -> Any:
        async with await AsyncFile.over(answer(AsyncWire(Wire(data)), **headers), ASKED) as file:
            return await use(file)

    return asyncio.run(go())


@given(st.binary(), st.integers(1, 300))
def test_an_awaited_file_reads_as_it_was_uploaded(data: bytes, block: int) -> None:
    """In blocks, in lines or at once, plain or compressed, the bytes are those of the file."""

    async def in_blocks(file: AsyncFile) -> List[bytes]:
        blocks = []
        while not blocks or blocks[-1]:
            blocks.append(await file.read(block))
        return blocks

    async def in_lines(file: AsyncFile) -> List[bytes]:
        return [line async for line in file]

    async def at_once(file: AsyncFile) -> List[bytes]:
        return [await file.read(3) + await file.readline() + await file.read()]

    packed = gzip.compress(data)
    for use in (in_blocks, in_lines, at_once):
        assert b"".join(reading(data, use, content_length=str(len(data)))) == data
        assert b"".join(reading(packed, use, content_encoding="gzip")) == data
    assert reading(data, in_lines, content_length=str(len(data))) == io.BytesIO(data).readlines()
    blocks = reading(data, in_blocks, content_length=str(len(data)))
    assert all(len(each) == block for each in blocks[:-2])


def test_an_awaited_file_is_whole_or_an_error() -> None:
    """The same holds as for one that blocks."""
    cases: List[Tuple[bytes, Dict[str, Any]]] = [
        (b"abc", {"content_length": "4"}),
        (PACKED[:-9], {"content_encoding": "gzip"}),
        (b"no gzip", {"content_encoding": "gzip"}),
    ]
    for body, headers in cases:
        with pytest.raises(GraceDBError):
            reading(body, lambda file: file.read(), **headers)


def test_an_awaited_file_that_was_closed_says_so() -> None:
    """Reading on is the program's mistake, closing twice is none."""

    async def go() -> None:
        file = await AsyncFile.over(answer(b"abc"), ASKED)
        assert await file.read(1) == b"a"
        await file.close()
        await file.close()
        with pytest.raises(ValueError, match="closed"):
            await file.read()

    asyncio.run(go())


def test_a_file_that_cannot_be_judged_is_let_go_of() -> None:
    """One without a length is refused, and its connection is closed at once."""
    wire = Wire(b"abc")

    async def open_it() -> None:
        with pytest.raises(TruncatedAnswer, match="without a length"):
            await AsyncFile.over(answer(AsyncWire(wire), transfer_encoding=""), ASKED)

    asyncio.run(open_it())
    assert wire.closed


def test_tasks_that_read_one_file_take_turns() -> None:
    """Each byte is given once, in whole pieces, whoever asks first."""
    data = bytes(range(250)) * 4000

    async def read() -> List[bytes]:
        file = await AsyncFile.over(
            answer(AsyncWire(Wire(data)), content_length=str(len(data))), ASKED
        )
        return list(await asyncio.gather(*(file.read(250) for _ in range(4000))))

    assert asyncio.run(read()) == [bytes(range(250))] * 4000
