"""Uploads: every way to give a file, and multipart bodies judged by another parser."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._upload import Part, content_id_of, encode_multipart, source
from gracedb_core._wire import Upload
from gracedb_core.errors import InputError

formparser = pytest.importorskip("werkzeug.formparser", reason="the judge of multipart bodies")


def drained(upload: Upload, block: int = 7) -> bytes:
    """Read an upload in small blocks, and see that its length was told."""
    reader = upload.open()
    data = b"".join(iter(lambda: reader.read(block), b""))
    reader.close()
    assert len(data) == upload.length
    return data


def parsed(content_type: str, body: bytes) -> Tuple[List[Tuple[str, str]], Dict[str, Any]]:
    """Let the sandbox's framework read a body."""
    environ = {
        "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": "POST",
    }
    _, form, files = formparser.parse_form_data(environ)
    read = {}
    for name, file in files.items():
        read[name] = (file.filename, file.read(), file.content_type)
        file.close()
    return list(form.items(multi=True)), read


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (b"\x00\xff", b"\x00\xff"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        ("text, é", "text, é".encode()),
        (b"", b""),
        (io.BytesIO(b"abc"), b"abc"),
        (io.StringIO("é"), "é".encode()),
    ],
)
def test_contents_of_every_kind(contents: Any, expected: bytes) -> None:
    """Bytes, text and open files are read as they are, as often as wanted."""
    upload = source("a", contents)
    assert drained(upload) == expected
    assert drained(upload, 1 << 20) == expected


def test_a_path_is_read_afresh(tmp_path: Path) -> None:
    """None reads the file that is named."""
    path = tmp_path / "coinc.xml"
    path.write_bytes(b"<LIGO_LW/>")
    assert drained(source(path, None)) == b"<LIGO_LW/>"
    assert drained(source(str(path), None)) == b"<LIGO_LW/>"


def test_an_open_file_is_read_from_where_it_stands(tmp_path: Path) -> None:
    """What the caller has read is not sent, and a second try sends the same."""
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.read(4)
        upload = source("a", file)
        assert drained(upload) == b"456789"
        assert drained(upload) == b"456789"
        assert not file.closed
    with path.open(encoding="ascii") as text:
        text.read(4)
        assert drained(source("a", text)) == b"456789"


def test_a_pipe_is_spooled() -> None:
    """What has no length waits until it has one."""
    read_end, write_end = os.pipe()
    data = bytes(range(256)) * 20_000
    writer = threading.Thread(target=lambda: (os.write(write_end, b""), _write(write_end, data)))
    writer.start()
    with os.fdopen(read_end, "rb") as pipe:
        upload = source("a", pipe)
    writer.join()
    assert drained(upload, 1 << 16) == data
    assert drained(upload, 1 << 16) == data


def _write(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def test_a_fifo_by_name_is_spooled(tmp_path: Path) -> None:
    """A named pipe is no file of known length either."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(b"through the pipe"))
    writer.start()
    upload = source(fifo, None)
    writer.join()
    assert drained(upload) == b"through the pipe"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is standard input, unless contents are given too."""
    stdin = io.TextIOWrapper(io.BytesIO(b"piped"))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert drained(source("-", b"not this")) == b"not this"
    assert drained(source("-", None)) == b"piped"


def test_standard_input_that_holds_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program or a test has put in its place is sent as UTF-8."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("pipéd"))
    upload = source("-", None)
    assert upload.open().read() == "pipéd".encode()


@pytest.mark.parametrize("contents", [3, [b"a"], {"a": 1}])
def test_what_is_no_file_gets_a_sentence(contents: Any) -> None:
    """Anything else is refused before it is sent."""
    with pytest.raises(InputError, match="filecontents must be"):
        source("a", contents)


def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path) -> None:
    """A closed file, and one that was opened to write, leave nothing behind."""
    with (tmp_path / "a").open("wb") as file, pytest.raises(InputError, match="cannot be read"):
        source("a", file)
    with pytest.raises(InputError, match="cannot be read"):
        source("a", file)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    """What cannot be read says so as Python does."""
    with pytest.raises(FileNotFoundError):
        source(tmp_path / "missing", None)
    with pytest.raises(IsADirectoryError):
        source(tmp_path, None)


def test_a_file_that_shrinks_is_not_sent_as_whole(tmp_path: Path) -> None:
    """A body that would end early is an error, not a shorter upload."""
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    _, body = encode_multipart({}, [Part("upload", "a", source(path, None))])
    path.write_bytes(b"01234")
    reader = body.open()
    with pytest.raises(InputError, match="shorter"):
        while reader.read(64):
            pass
    reader.close()


def test_a_file_that_grows_is_sent_as_announced(tmp_path: Path) -> None:
    """What is appended meanwhile waits for the next upload."""
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    kind, body = encode_multipart({}, [Part("upload", "a", source(path, None))])
    path.write_bytes(b"0123456789 and more")
    _, files = parsed(kind, drained(body))
    assert files["upload"][1] == b"0123456789"


def test_multipart_is_read_whole(tmp_path: Path) -> None:
    """Fields in order, lists repeated, None left out, the file last with name and type."""
    kind, body = encode_multipart(
        {"labels": ["INJ", "DQV"], "group": "Test", "search": None, "offline": False},
        [Part("eventFile", "coinc.xml", source("coinc.xml", b"<xml/>"), "application/xml")],
    )
    form, files = parsed(kind, drained(body))
    assert form == [("labels", "INJ"), ("labels", "DQV"), ("group", "Test"), ("offline", "False")]
    assert files == {"eventFile": ("coinc.xml", b"<xml/>", "application/xml")}
    assert drained(body).rstrip().endswith(b"--")


#: What the client lets through as the name of an upload.
printable = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='/\\",'), min_size=1
).filter(lambda name: name == name.strip())


@given(printable, st.text(st.characters(exclude_categories=["Cs"])), st.binary())
def test_any_field_and_any_bytes_arrive_as_given(name: str, text: str, data: bytes) -> None:
    """Whatever the text and the bytes, the other side reads the same."""
    kind, body = encode_multipart({"comment": text}, [Part("upload", name, source("a", data))])
    form, files = parsed(kind, drained(body, 4096))
    assert form == [("comment", text)]
    assert files["upload"][:2] == (name, data)


@pytest.mark.parametrize("name", ['a"\r\nX-Evil: 1', "a\\", "\ud800", " a", "a" * 1000])
def test_a_name_that_would_not_arrive_is_refused(name: str) -> None:
    """Neither a field nor a file has a name that ends its header line, or is read as another."""
    with pytest.raises(InputError, match="name"):
        encode_multipart({}, [Part("upload", name, source("a", b""))])
    with pytest.raises(InputError, match="name"):
        encode_multipart({name: "value"}, [])
    with pytest.raises(InputError, match="not Unicode"):
        encode_multipart({"field": "\udc80"}, [])


def test_content_id_is_half_a_digest() -> None:
    """The UUID by which newer servers know an upload is made of its bytes alone."""
    data = b"x" * 1_000_000
    expected = uuid.UUID(bytes=hashlib.sha256(data).digest()[:16])
    assert content_id_of(source("a", data)) == str(expected)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        assert content_id_of(source("b", file)) == str(expected)


def test_one_open_file_is_read_by_several_at_once(tmp_path: Path) -> None:
    """Uploads of one file on disk that go on together each have all of it, from where it stood."""
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 1000)
    with path.open("rb") as file:
        file.seek(6)
        uploads = [source("a", file) for _ in range(3)]
        readers = [upload.open() for upload in uploads]
        parts = [[reader.read(999) for reader in readers] for _ in range(260)]
        file.seek(0, 2)
        late = source("a", file).length
    for number in range(3):
        assert b"".join(part[number] for part in parts) == path.read_bytes()[6:]
    assert late == 0
