"""Files on their way to disk: side by side, with ordinary rights, and never in part."""

from __future__ import annotations

import asyncio
import os
import resource
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional

import pytest

from gracedb_core import _downloads
from gracedb_core._downloads import Into, destination, save, save_awaiting

from .scripted import Told
from .test_files import ASKED, AsyncWire, Wire, answer, both, saved

DATA = bytes(range(256)) * 200


def beside(target: Path) -> List[str]:
    """Name what is in the folder besides the file itself."""
    return [path.name for path in target.parent.iterdir() if path != target]


@pytest.fixture
def umask() -> Iterator[None]:
    """Be somebody who shares with their group only."""
    before = os.umask(0o027)
    yield
    os.umask(before)


@both
def test_a_part_is_told_by_its_name(tmp_path: Path, *, awaited: bool) -> None:
    """Until it is whole a file is beside its place, under its own name and more."""
    target = tmp_path / "skymap.fits"
    seen: List[str] = []
    into = Into(target, progress=lambda _done, _total: seen.extend(beside(target)))
    saved(Wire(DATA[:9]), into, awaited=awaited)
    (part,) = seen
    assert part.startswith("skymap.fits.")
    assert part.endswith(".part")
    assert beside(target) == []


@both
def test_a_file_has_the_rights_of_any_other(tmp_path: Path, umask: None, *, awaited: bool) -> None:
    """What the user's umask gives to others, a download gives too."""
    path = saved(Wire(DATA), Into(tmp_path / "a"), awaited=awaited)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@both
def test_one_target_twice_at_a_time(tmp_path: Path, *, awaited: bool) -> None:
    """One that begins and ends in the middle of another's way disturbs neither."""
    target = tmp_path / "a"
    other = bytes(reversed(DATA))

    def meanwhile(done: int, _total: Optional[int]) -> None:
        if done == 10_000:
            save(answer(Wire(other)), ASKED, Into(target))
            assert target.read_bytes() == other

    saved(Wire(DATA), Into(target, progress=meanwhile), awaited=awaited)
    assert target.read_bytes() == DATA
    assert beside(target) == []


def test_many_threads_to_one_target(tmp_path: Path) -> None:
    """Whoever is last, the file is one of those that were sent, to its last byte."""
    target = tmp_path / "a"
    sent = [bytes([number]) * 300_000 for number in range(16)]
    failed: List[BaseException] = []
    together = threading.Barrier(len(sent))

    def download(data: bytes) -> None:
        try:
            together.wait(20)
            save(answer(Wire(data), content_length=str(len(data))), ASKED, Into(target))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=download, args=(data,)) for data in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not failed
    assert target.read_bytes() in sent
    assert beside(target) == []


def test_the_part_of_another_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is taken, by whatever accident, is somebody else's."""
    chosen = [b"aaaaaa", b"aaaaaa", b"bbbbbb"]
    monkeypatch.setattr(_downloads.os, "urandom", lambda _amount: chosen.pop(0))
    theirs = tmp_path / f"a.{b'aaaaaa'.hex()}.part"
    theirs.write_bytes(b"theirs")
    assert save(answer(Wire(DATA)), ASKED, Into(tmp_path / "a")).read_bytes() == DATA
    assert theirs.read_bytes() == b"theirs"
    assert chosen == []


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "x" + "星" * 84])
def test_the_longest_names(tmp_path: Path, name: str) -> None:
    """Whatever name the file system takes for a file, a download may have."""
    told = Told(answer(Wire(DATA)))
    assert told.root.events["G1"].files[name].download(tmp_path).read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_on_disk_before_its_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First its bytes, then the new name, then that the folder has it."""
    done: List[str] = []
    fsync, replace = os.fsync, os.replace

    def syncing(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        done.append("folder" if is_folder else f"{os.fstat(descriptor).st_size} bytes")
        fsync(descriptor)

    def replacing(path: Path, target: Path) -> Any:
        done.append("name")
        return replace(path, target)

    monkeypatch.setattr(_downloads.os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", replacing)
    save(answer(Wire(b"abc")), ASKED, Into(tmp_path / "a"))
    assert done == ["3 bytes", "name", "folder"]


@both
@pytest.mark.parametrize(("length", "room"), [(len(DATA), 20_000), (9, 3)])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, length: int, room: int, *, awaited: bool
) -> None:
    """What the disk does not take, now or when it is closed, is an error; what it took goes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            saved(Wire(DATA[:length]), Into(tmp_path / "a"), awaited=awaited)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


class CancelledAt:
    """Does what blocks, and is cancelled at one of its calls: before it begins, or too late."""

    def __init__(self, moment: int, *, begun: bool) -> None:
        self.moment, self.begun = moment, begun

    async def __call__(self, action: Callable[..., Any], *args: Any) -> Any:
        """Call it, or do not."""
        self.moment -= 1
        if self.moment == 0 and not self.begun:
            raise asyncio.CancelledError
        result = action(*args)
        if self.moment == 0:
            raise asyncio.CancelledError
        return result


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("moment", [1, 2, 6, 7])
def test_cancelled_at_any_moment(tmp_path: Path, moment: int, *, begun: bool) -> None:
    """No part is left; a file only after the last call, which gives it its name."""
    target, body = tmp_path / "a", Wire(DATA)
    run = CancelledAt(moment, begun=begun)

    async def go() -> None:
        await save_awaiting(answer(AsyncWire(body)), ASKED, Into(target), run)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(go())
    assert beside(target) == []
    assert body.closed
    assert target.exists() == (moment == 7 and begun)


def test_progress_is_told_on_the_loop(tmp_path: Path) -> None:
    """Who awaits is told where it runs, whichever thread writes."""
    told: List[int] = []
    wrote: List[int] = []

    async def elsewhere(action: Callable[..., Any], *args: Any) -> Any:
        def work() -> None:
            wrote.append(threading.get_ident())
            action(*args)

        await asyncio.get_running_loop().run_in_executor(None, work)

    async def go() -> None:
        into = Into(tmp_path / "a", progress=lambda *_: told.append(threading.get_ident()))
        await save_awaiting(answer(AsyncWire(Wire(DATA))), ASKED, into, elsewhere)

    asyncio.run(go())
    assert set(told) == {threading.get_ident()}
    assert threading.get_ident() not in wrote


# Where it goes


def place(folder: Path, kind: str) -> Path:
    """Make a place where no file can go."""
    path = folder / "place"
    if kind == "no folder":
        return path / "a.fits"
    if kind == "below a file":
        path.write_bytes(b"")
        return path / "a.fits"
    if kind == "a folder of that name":
        (path / "a.fits").mkdir(parents=True)
        return path
    if kind == "a pipe":
        os.mkfifo(path)
        return path
    return folder / ("x" * 256)


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("no folder", FileNotFoundError, "There is no folder to download into: '.*place'"),
        ("below a file", NotADirectoryError, "is no folder: '.*place'"),
        ("a folder of that name", IsADirectoryError, "A folder has the name .*a.fits'"),
        ("a pipe", FileExistsError, "is no file: '.*place'"),
        ("too long", OSError, "too long"),
    ],
)
def test_where_no_file_can_go(tmp_path: Path, kind: str, error: Any, says: str) -> None:
    """It is told in a sentence, as Python does, before anything is asked of the server."""
    told = Told()
    path = place(tmp_path, kind)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=says):
        told.root.events["G1"].files["a.fits"].download(path)
    assert told.lines == []
    assert sorted(tmp_path.rglob("*")) == before


def test_a_read_only_folder() -> None:
    """The same, for whoever is not root."""
    program = (
        "import os, sys\n"
        "from gracedb_core._downloads import destination\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: destination(sys.argv[1], 'a.fits')\n"
        "except PermissionError as error: print(error.strerror, error.filename)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        command = [sys.executable, "-c", program, folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode() == f"The folder to download into is read-only {folder}\n"


def test_what_may_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, a link to one, a link to nothing; and the working folder is a folder."""
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for name in ("a", "link", "dangling", "new"):
        assert destination(tmp_path / name, "other") == tmp_path / name
    monkeypatch.chdir(tmp_path)
    assert destination("", "a") == destination(".", "a") == destination("a", "b") == Path("a")
