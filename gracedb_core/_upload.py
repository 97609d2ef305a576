"""Uploads: a file given in any form, and the multipart body that streams it.

The length is known before the first byte is sent, because the server's framework sees neither
form nor file in a chunked multipart.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import weakref
from pathlib import Path
from typing import IO, Any, Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ._encode import field_bytes, given
from ._files import Progress
from ._wire import Reader, Upload
from .errors import InputError

__all__ = ["Contents", "Digest", "FileName", "Part", "content_id_of", "encode_multipart", "source"]

#: What ``filecontents=`` takes, besides None, which means the file at ``filename``.
Contents = Union[bytes, str, IO[bytes], IO[str], None]
FileName = Union[str, "os.PathLike[str]"]

#: Above this many bytes, what cannot be measured waits on disk and not in memory.
_SPOOL_IN_MEMORY = 1 << 20
_COPY_BLOCK = 1 << 18
#: What the framework on the other side reads of the lines that begin a part: where they are longer,
#: it leaves the part away and says nothing.
_LONGEST_HEAD = 1024
#: There is no way to write these inside quotes that it would undo, and it trims the ends.
_UNQUOTABLE = re.compile(r'[\x00-\x1f\x7f"\\]|^\s|\s\Z').search


class Part(NamedTuple):
    """A file to upload: under which form field, under which name, from where."""

    field: str
    name: str
    body: Upload
    content_type: str = ""
    #: Who is told how much of it was given to the wire.
    progress: Optional[Progress] = None


class _Stored:
    """An upload that can be opened again and again: a path, bytes, or a part of an open file."""

    def __init__(self, opener: Callable[[], Reader], length: int) -> None:
        self.open = opener
        self.length = length


def source(filename: FileName, contents: Contents) -> Upload:
    """Find the bytes: *contents*, or what is in the file at *filename* (``-``: standard input).

    Raises `OSError` for a file that cannot be read.
    """
    if contents is None:
        if os.fspath(filename) == "-":
            # What stands in for it may hold text alone.
            return _from_file(getattr(sys.stdin, "buffer", sys.stdin))
        return _from_path(Path(filename))
    if isinstance(contents, str):
        contents = contents.encode("utf-8")
    if isinstance(contents, (bytes, bytearray, memoryview)):
        data = bytes(contents)
        return _Stored(lambda: io.BytesIO(data), len(data))
    if hasattr(contents, "read"):
        return _from_file(contents)
    raise InputError(
        f"filecontents must be bytes, str or an open file, not {type(contents).__name__}."
    )


def _from_path(path: Path) -> Upload:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return _spooled(file)
    return _Stored(lambda: path.open("rb"), status.st_size)


def _from_file(file: Any) -> Upload:
    """Take an open file from where it stands, as a reader would."""
    try:
        start = file.tell()
        if isinstance(file.read(0), str):
            return _spooled(file)  # characters are not bytes: only the encoded text has a length
        if _is_on_disk(file):
            file.flush()
            return _Stored(lambda: _Placed(file, start), os.fstat(file.fileno()).st_size - start)
        length = file.seek(0, io.SEEK_END) - start
        file.seek(start)
    except (AttributeError, OSError, ValueError):
        return _spooled(file)

    def reopen() -> Reader:
        file.seek(start)
        return _Kept(file)

    return _Stored(reopen, length)


def _is_on_disk(file: Any) -> bool:
    """Whether this reads a regular file, and nothing but its bytes."""
    if not isinstance(file, (io.BufferedReader, io.BufferedRandom, io.FileIO)):
        return False
    if not isinstance(getattr(file, "raw", file), io.FileIO) or not hasattr(os, "pread"):
        return False
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)


class _Placed:
    """Reads a caller's file from a place of its own, so that several may upload it at once."""

    def __init__(self, file: Any, start: int) -> None:
        self._file = file
        self._at = start

    def read(self, amount: int = -1) -> bytes:
        data = os.pread(self._file.fileno(), amount, self._at)
        self._at += len(data)
        return data

    def close(self) -> None:
        """Leave it open: it is the caller's."""


def _spooled(file: Any) -> Upload:
    """Copy what cannot be measured or read twice: a pipe, a socket, a text."""
    import tempfile  # heavy, and few uploads come through a pipe

    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY)  # noqa: SIM115  read later
    try:
        while True:
            block = file.read(_COPY_BLOCK)
            if not block:
                break
            spool.write(block.encode("utf-8") if isinstance(block, str) else block)
    except BaseException as error:
        spool.close()
        if isinstance(error, ValueError):  # closed, or not open for reading
            raise InputError(f"filecontents cannot be read: {error}.") from None
        raise
    length = spool.tell()

    def reopen() -> Reader:
        spool.seek(0)
        return _Kept(spool)

    upload = _Stored(reopen, length)
    # A retry may want it again, so that only the upload itself knows when nobody does.
    weakref.finalize(upload, spool.close)
    return upload


class _Kept:
    """A reader of a file that stays open, because it is the caller's or is read again."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, amount: int = -1) -> bytes:
        data: bytes = self._file.read(amount)
        return data

    def close(self) -> None:
        """Leave it open."""


class _Watched:
    """An upload of which somebody is told how far it is, from 0 again where it is sent again."""

    def __init__(self, upload: Upload, progress: Progress) -> None:
        self._upload = upload
        self._progress = progress
        self.length = upload.length

    def open(self) -> Reader:
        self._progress(0, self.length)
        return _Counted(self._upload.open(), lambda done: self._progress(done, self.length))


class _Counted:
    """A reader that tells how much was read of it."""

    def __init__(self, reader: Reader, tell: Callable[[int], object]) -> None:
        self._reader = reader
        self._tell = tell
        self._done = 0
        self.close = reader.close

    def read(self, amount: int = -1) -> bytes:
        data = self._reader.read(amount)
        self._done += len(data)
        self._tell(self._done)
        return data


class _Multipart:
    """Form fields and files as one body."""

    def __init__(self, pieces: Sequence[Upload]) -> None:
        self._pieces = pieces
        self.length = sum(piece.length for piece in pieces)

    def open(self) -> Reader:
        return _Chain(self._pieces)


class _Chain:
    """Reads one piece after the other, each exactly as long as it was announced."""

    def __init__(self, pieces: Sequence[Upload]) -> None:
        self._waiting = list(reversed(pieces))
        self._reader: Reader = io.BytesIO()
        self._left = 0

    def read(self, amount: int = -1) -> bytes:
        blocks: List[bytes] = []
        wanted = sys.maxsize if amount < 0 else amount
        while wanted and (self._left or self._next()):
            block = self._reader.read(min(wanted, self._left))
            if not block:
                raise InputError("The file became shorter while it was being uploaded.")
            self._left -= len(block)
            wanted -= len(block)
            blocks.append(block)
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def _next(self) -> bool:
        while self._waiting:
            self._reader.close()
            piece = self._waiting.pop()
            self._reader, self._left = piece.open(), piece.length
            if self._left:
                return True
        return False

    def close(self) -> None:
        self._reader.close()


def content_id_of(upload: Upload) -> str:
    """Give the UUID by which newer servers know an upload: half of the digest of its bytes."""
    digest = Digest()
    reader = upload.open()
    try:
        for block in iter(lambda: reader.read(_COPY_BLOCK), b""):
            digest.write(block)
    finally:
        reader.close()
    return digest.content_id()


class Digest:
    """Bytes that are known by their content id alone."""

    def __init__(self) -> None:
        import hashlib

        self._digest = hashlib.sha256()

    def write(self, block: bytes) -> None:
        """Add *block*."""
        self._digest.update(block)

    def content_id(self) -> str:
        """Give the UUID of what was added."""
        import uuid

        return str(uuid.UUID(bytes=self._digest.digest()[:16]))


def encode_multipart(fields: Mapping[str, Any], files: Sequence[Part]) -> Tuple[str, Upload]:
    """Lay *fields* (None left out, lists repeated) and *files* out as ``multipart/form-data``.

    Gives the value of Content-Type, and the body.
    """
    # Chosen at random, so that no file can hold it except by an accident of 2**-128.
    boundary = os.urandom(16).hex()
    pieces: List[Upload] = []
    for name, value in given(fields):
        pieces.append(_bytes(_head(boundary, name) + field_bytes(value) + b"\r\n"))
    for part in files:
        extra = f"; filename={_in_quotes(part.name)}"
        kind = f"Content-Type: {part.content_type}\r\n" if part.content_type else ""
        body = part.body if part.progress is None else _Watched(part.body, part.progress)
        pieces += [_bytes(_head(boundary, part.field, extra, kind)), body, _bytes(b"\r\n")]
    pieces.append(_bytes(f"--{boundary}--\r\n".encode("ascii")))
    return f"multipart/form-data; boundary={boundary}", _Multipart(pieces)


def _head(boundary: str, field: str, extra: str = "", kind: str = "") -> bytes:
    lines = f"\r\nContent-Disposition: form-data; name={_in_quotes(field)}{extra}\r\n{kind}\r\n"
    head = lines.encode("utf-8")
    if len(head) > _LONGEST_HEAD:
        raise InputError(f"The name {field:.60}{extra:.60}… is too long for the server to read.")
    return f"--{boundary}".encode("ascii") + head


def _in_quotes(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{text!r:.60} cannot be a name, because it is not Unicode.") from None
    if _UNQUOTABLE(text):
        raise InputError(
            f"{text!r:.60} cannot be the name of a field or file: the server reads no quote, "
            "backslash or control character in one, and no space at its ends."
        )
    return f'"{text}"'


def _bytes(data: bytes) -> Upload:
    return _Stored(lambda: io.BytesIO(data), len(data))
