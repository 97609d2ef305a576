"""Files on their way to disk: where they go, and that they are there whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Awaitable, Callable, NamedTuple, Optional, Type, Union

from ._files import BLOCK, Arrival, Progress, awaited_stream, waited_stream
from ._upload import Digest
from ._wire import Response
from .errors import SentRequest

if TYPE_CHECKING:
    from io import BufferedWriter
    from types import TracebackType

__all__ = [
    "Into",
    "Recognised",
    "Sink",
    "destination",
    "is_kept_compressed",
    "save",
    "save_awaiting",
]

#: Bytes of a file's name that are kept in its part's: some file systems allow but 143 in all.
_KEPT_OF_NAME = 100


class Into(NamedTuple):
    """Where a download goes, and who is told how far it is."""

    target: Path
    #: Whether compressed bytes are kept as they were uploaded.
    raw: bool = False
    progress: Optional[Progress] = None

    def opened(self, total: Optional[int]) -> Download:
        """Give what takes the body; *total* is its length, if that is known."""
        return Download(self, total)


class Recognised(NamedTuple):
    """What a download is where nothing is kept of it but its content id."""

    raw: bool = False

    def opened(self, _total: Optional[int]) -> _Passing:
        """Give what takes the body."""
        return _Passing()


def destination(path: Union[str, os.PathLike[str]], name: str) -> Path:
    """Find where a download goes: the file *path*, or *name* in the folder *path*.

    Raises `OSError` where no file could be written, so that nothing is asked for in vain.
    """
    target = Path(path)
    if target.is_dir():
        target = target / name
    elif os.fspath(path).endswith(os.sep):
        raise OSError(errno.ENOENT, "There is no folder to download into", os.fspath(path))
    folder = target.parent
    if not folder.exists():
        raise OSError(errno.ENOENT, "There is no folder to download into", str(folder))
    if not folder.is_dir():
        raise OSError(errno.ENOTDIR, "What should be downloaded into is no folder", str(folder))
    if target.is_dir():
        raise OSError(errno.EISDIR, "A folder has the name of the download", str(target))
    if target.exists() and not target.is_file():
        # A device or a pipe would make way for the file, for root even /dev/null.
        raise OSError(errno.EEXIST, "What has the name of the download is no file", str(target))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, "The folder to download into is read-only", str(folder))
    return target


class Download:
    """A file that appears under its name when it is whole, and not before.

    Until then it is ``NAME.XXXXXXXXXXXX.part`` beside it, a name of its own, so that several may
    download one file at a time; it is removed where the download fails.
    """

    def __init__(self, into: Into, total: Optional[int]) -> None:
        self._target = into.target
        self._part = into.target
        self._total = total
        self._progress = into.progress
        self._done = 0
        self._file: Optional[BufferedWriter] = None
        self._process = os.getpid()

    def begin(self) -> None:
        """Make the part, with the rights of any new file; inside of ``with``, which removes it."""
        while self._file is None:
            self._part = self._target.with_name(_part_name(self._target.name))
            # Somebody else's part is neither written to nor removed.
            with suppress(FileExistsError):
                self._file = self._part.open("xb")

    def write(self, block: bytes) -> None:
        """Add *block*."""
        assert self._file is not None
        self._file.write(block)
        self._done += len(block)

    def tell(self) -> None:
        """Tell how far it is; where the caller is, not where the disk is waited for."""
        if self._progress is not None:
            self._progress(self._done, self._total)

    def finish(self) -> Path:
        """Give it its name, now that it is whole, and say where it is; this waits for the disk."""
        assert self._file is not None
        self._file.flush()
        # Renamed before it is on disk, it could be empty after a crash.
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._target)
        _keep_names(self._target.parent)
        return self._target

    def __enter__(self) -> Download:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if os.getpid() != self._process:
            # Forked in the middle, and the part is still being written elsewhere: what waits to be
            # written is in both processes.
            if self._file is not None:
                self._file.raw.close()
            return
        try:
            if self._file is not None:
                with suppress(OSError):  # a full disk has been told already
                    self._file.close()
        finally:
            if self._part is not self._target:
                with suppress(OSError):
                    self._part.unlink()


class _Passing:
    """A body that is only to be recognised."""

    def __init__(self) -> None:
        self._digest = Digest()
        self.write = self._digest.write
        self.finish = self._digest.content_id

    def begin(self) -> None:
        """There is nothing to make."""

    def tell(self) -> None:
        """Nobody asked."""

    def __enter__(self) -> _Passing:
        return self

    def __exit__(self, *exception: object) -> None:
        """There is nothing to remove."""


def _part_name(name: str) -> str:
    kept = os.fsencode(name)[:_KEPT_OF_NAME].decode("utf-8", "ignore")
    return f"{kept}.{os.urandom(6).hex()}.part"


def _keep_names(folder: Path) -> None:
    """Have the disk keep what was renamed in *folder*; not every file system can be told to."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


#: Where a body goes.
Sink = Union[Into, Recognised]


def is_kept_compressed(name: str) -> bool:
    """Tell whether the file *name* is to be taken as it comes.

    The server sends what is called .gz with a Content-Encoding that says so; readers want it
    inflated, a copy is to have the bytes that were uploaded.
    """
    return name.partition(",")[0].endswith(".gz")


def save(response: Response, asked: SentRequest, sink: Sink) -> Any:
    """Take the body in as it arrives; gives where it is, or what it is."""
    stream = waited_stream(response, asked)
    try:
        arrival = Arrival(response, asked, raw=sink.raw)
        with sink.opened(arrival.length) as download:
            download.begin()
            while True:
                data = arrival.take(BLOCK)
                if data is None:
                    arrival.give(stream.read(BLOCK))
                elif data:
                    download.write(data)
                    download.tell()
                else:
                    return download.finish()
    finally:
        stream.close()


async def save_awaiting(
    response: Response, asked: SentRequest, sink: Sink, run: Callable[..., Awaitable[Any]]
) -> Any:
    """Do the same; *run* calls what blocks on the disk where that is no harm."""
    stream = awaited_stream(response, asked)
    try:
        arrival = Arrival(response, asked, raw=sink.raw)
        with sink.opened(arrival.length) as download:
            # Not by *run*: were it cancelled there, a part could be made that nobody removes.
            download.begin()
            while True:
                data = arrival.take(BLOCK)
                if data is None:
                    arrival.give(await stream.read(BLOCK))
                elif data:
                    await run(download.write, data)
                    download.tell()
                else:
                    return await run(download.finish)
    finally:
        await stream.close()
