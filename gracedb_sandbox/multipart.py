"""Multipart forms as Django reads them, which is not as everybody does.

What clients have tripped over, all of it measured: a part whose header is longer
than 1024 bytes is dropped without a word, and so is one that is not closed by a
boundary, if it is a file, or whose name is not UTF-8; a boundary counts wherever
it stands; ``%22`` stays what it is; base64 is decoded.
"""

from __future__ import annotations

import base64
import binascii
import html
import os.path
import re
import tempfile
from contextlib import ExitStack
from typing import BinaryIO, Dict, Iterator, List, NamedTuple, Tuple, cast
from urllib.parse import unquote

_BLOCK = 1 << 16
_LONGEST_HEADER = 1024
_IN_MEMORY = 1 << 20
_BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")
MOST_FIELDS, MOST_FILES, LARGEST_FIELDS = 1000, 100, 20 << 20
"""How many of each a form may have, and how many bytes its fields together."""


class TooMuch(Exception):
    """A form beyond the limits."""


class Upload(NamedTuple):
    """A file part: its base name, and its bytes to read."""

    name: str
    stream: BinaryIO
    size: int


class Form(NamedTuple):
    """Fields and files by name; of two files of one name the last."""

    fields: Dict[str, List[str]]
    files: Dict[str, Upload]


def read_multipart(content_type: str, stream: BinaryIO, keeper: ExitStack) -> Form:
    """Read *stream*; raises `ValueError` for what is no form, `TooMuch` for too large a one.

    Files can be read until *keeper* closes.
    """
    pieces = _Pieces(stream, b"--" + _boundary(content_type))
    form, size, fields, files = Form({}, {}), 0, 0, 0
    while pieces.more():
        head, blocks = _cut(pieces.piece())
        parameters, encoding = _described(head)
        name = parameters.get("name")
        if name is None:
            continue  # the next piece begins where this one ends, read or not
        if parameters.get("filename"):
            files += 1
            _limit(files, MOST_FILES)
            file = keeper.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
            called = _base_name(parameters["filename"])
            length = sum(map(file.write, _decoded(blocks, encoding)))
            file.seek(0)
            if pieces.more() and called:
                form.files[name.strip()] = Upload(called, cast(BinaryIO, file), length)
            continue
        fields += 1
        _limit(fields, MOST_FIELDS)
        text = _field(blocks, encoding, LARGEST_FIELDS - size)
        size += len(text)
        form.fields.setdefault(name.strip(), []).append(text.decode("utf-8", "replace"))
    return form


def parameters_of(text: str) -> Tuple[str, Dict[str, str]]:
    """The value of a header, and its parameters by name."""
    first, *others = _split(text)
    found = {}
    for each in others:
        name, equals, value = each.partition("=")
        name, value = name.strip().lower(), value.strip()
        if not equals:
            continue
        if name.endswith("*") and value.count("'") == 2:
            encoding, _, value = value.split("'")
            name, value = name[:-1], _unquoted(value, encoding)
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1].replace("\\\\", "\\").replace('\\"', '"')
        found[name] = value
    return first.strip().lower(), found


def _unquoted(value: str, encoding: str) -> str:
    try:
        return unquote(value, encoding)
    except LookupError:
        raise ValueError(f"unknown encoding: {encoding}") from None


def _split(text: str) -> Iterator[str]:
    """Cut at semicolons that are not between quotes."""
    while text:
        end = text.find(";")
        while end > 0 and (text.count('"', 0, end) - text.count('\\"', 0, end)) % 2:
            end = text.find(";", end + 1)
        end = len(text) if end < 0 else end
        yield text[:end]
        text = text[end + 1 :]


def _boundary(content_type: str) -> bytes:
    if not content_type.startswith("multipart/"):
        raise ValueError(f"Invalid Content-Type: {content_type}")
    if not content_type.isascii():
        raise ValueError(f"Invalid non-ASCII Content-Type in multipart: {content_type}")
    given = parameters_of(content_type)[1].get("boundary")
    if given is None or not _BOUNDARY.fullmatch(given):
        raise ValueError(f"Invalid boundary in multipart: {given}")
    return given.encode()


class _Pieces:
    """What lies between boundaries, piece after piece; no more of it in memory than a block."""

    def __init__(self, stream: BinaryIO, mark: bytes) -> None:
        self._stream, self._mark = stream, mark
        self._data, self._dry, self._open = b"", False, False

    def more(self) -> bool:
        """Whether there is another piece, once this one is passed over."""
        if self._open:
            for _ in self._rest():
                pass
        if not self._data:
            self._fill()
        return bool(self._data)

    def piece(self) -> Iterator[bytes]:
        """The blocks of the next piece."""
        self._open = True
        return self._rest()

    def _rest(self) -> Iterator[bytes]:
        # A boundary may be cut in two by a block, and the line's end before it belongs to it.
        kept = len(self._mark) + 2
        while self._open:
            found = self._data.find(self._mark)
            if found >= 0 or self._dry:
                self._open = False
                block = self._data if found < 0 else _line(self._data[:found])
                self._data = b"" if found < 0 else self._data[found + len(self._mark) :]
            else:
                block, self._data = self._data[:-kept], self._data[-kept:]
                self._fill()
            yield block

    def _fill(self) -> None:
        block = b"" if self._dry else self._stream.read(_BLOCK)
        self._dry = not block
        self._data += block


def _line(data: bytes) -> bytes:
    """*data* without one line's end."""
    for end in (b"\r\n", b"\n"):
        if data.endswith(end):
            return data[: -len(end)]
    return data


def _cut(blocks: Iterator[bytes]) -> Tuple[bytes, Iterator[bytes]]:
    """The header of a piece, and the rest; without a header if that is too long."""
    start = b""
    for block in blocks:
        start += block
        if len(start) >= _LONGEST_HEADER:
            break
    end = start.find(b"\r\n\r\n", 0, _LONGEST_HEADER)
    return (b"", blocks) if end < 0 else (start[:end], _chain(start[end + 4 :], blocks))


def _chain(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _described(head: bytes) -> Tuple[Dict[str, str], str]:
    """The parameters of a part's disposition, none if it has none; its transfer encoding."""
    found: Dict[str, Tuple[str, Dict[str, str]]] = {}
    for line in head.split(b"\r\n"):
        try:
            key, parameters = parameters_of(line.decode())
            name, value = key.split(":")
        except ValueError:
            continue  # one line that cannot be read leaves the others
        found[name] = value.strip(), parameters
    disposition = found.get("content-disposition", ("", {}))[1]
    return disposition, found.get("content-transfer-encoding", ("", {}))[0]


def _limit(count: int, most: int) -> None:
    if count > most:
        raise TooMuch


def _field(blocks: Iterator[bytes], encoding: str, most: int) -> bytes:
    data = b""
    for block in blocks:
        data += block
        _limit(len(data), most)
    if encoding == "base64":
        try:
            return base64.b64decode(data)
        except binascii.Error:
            pass  # taken as it is
    return data


def _decoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes of a file."""
    if encoding != "base64":
        yield from blocks
        return
    left = b""
    for block in blocks:
        left += b"".join(block.split())
        whole = len(left) // 4 * 4
        yield _from_base64(left[:whole])
        left = left[whole:]
    if left:
        yield _from_base64(left)


def _from_base64(data: bytes) -> bytes:
    try:
        return base64.b64decode(data)
    except binascii.Error:
        raise ValueError("Could not decode base64 data.") from None


def _base_name(given: str) -> str:
    """What is left of the name that a client gave to a file; nothing, if it was no name."""
    name = html.unescape(given).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if letter.isprintable())
    if name in (".", ".."):
        return ""
    stem, extension = os.path.splitext(name)
    return name if len(name) <= 255 else stem[: 255 - len(extension[:255])] + extension[:255]
