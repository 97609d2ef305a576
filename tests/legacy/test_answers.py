"""Answers and files are read in every way that programs for the older client read them."""

from __future__ import annotations

import copy
import gzip
import io
import json
import pickle
import shutil
import xml.etree.ElementTree as ElementTree
from typing import Any, Callable

import pytest
import requests

from gracedb_core.legacy import File, GraceDb, Response

TEXT = b'line one\nline two\n{"a": 1}'


@pytest.fixture
def written(gracedb: GraceDb, graceid: str) -> Callable[[str, bytes], File]:
    """Store a file and open it."""

    def opened(name: str, contents: bytes) -> Any:
        gracedb.write_log(graceid, "a file", filename=name, filecontents=contents)
        return gracedb.files(graceid, name)

    return opened


def test_an_answer(gracedb: GraceDb, graceid: str) -> None:
    answer = gracedb.event(graceid)
    assert isinstance(answer, requests.Response)
    assert (answer.status, answer.status_code, answer.reason, answer.ok) == (200, 200, "OK", True)
    assert answer.json()["graceid"] == graceid
    assert answer.data == answer.content == answer.text.encode() == b"".join(answer)
    assert answer.headers["Content-Type"] == answer.headers["content-type"] == "application/json"
    assert "Content-Type" in list(answer.headers)
    assert answer.elapsed.total_seconds() >= 0
    assert answer.url.endswith(f"events/{graceid}")
    assert answer.request.method == "GET"


def test_an_answer_is_read_like_a_file(gracedb: GraceDb, graceid: str) -> None:
    answer = gracedb.event(graceid)
    assert answer.read(5) + answer.read() == answer.content
    assert answer.read() == b""
    assert json.load(gracedb.event(graceid)) == answer.json()


def test_an_answer_closes(gracedb: GraceDb, graceid: str) -> None:
    with gracedb.event(graceid) as answer:
        assert answer.json()["graceid"] == graceid
    answer.close()
    assert list(answer.iter_lines()) == [answer.content]


@pytest.mark.parametrize("again", [copy.copy, lambda answer: pickle.loads(pickle.dumps(answer))])
def test_an_answer_is_copied(gracedb: GraceDb, graceid: str, again: Any) -> None:
    answer = again(gracedb.event(graceid))
    assert isinstance(answer, Response)
    assert (answer.status, answer.json()["graceid"]) == (200, graceid)
    assert answer.read() == answer.content


def test_a_file(written: Any) -> None:
    with written("a.txt", TEXT) as file:
        assert isinstance(file, io.BufferedReader)
        assert (file.status, file.status_code, file.reason, file.ok) == (200, 200, "OK", True)
        assert file.headers["Content-Length"] == file.getheader("content-length") == str(len(TEXT))
        assert file.getheader("X-Absent") is None
        assert file.read(4) + file.read() == TEXT
    assert file.closed


def test_a_file_tells_where_it_is(written: Any) -> None:
    with written("a.txt.gz", gzip.compress(TEXT)) as file:
        assert file.tell() == 0
        assert file.readline() == b"line one\n"
        assert file.tell() == 9
        assert file.peek(1)[:1] == b"l"
        assert file.tell() == 9
        file.read()
        assert file.tell() == len(TEXT)
        assert not file.seekable()
        assert file.geturl() == file.url
        assert file.url.endswith("/files/a.txt.gz")
        assert file.info() == file.getheaders() == file.headers


def test_a_file_by_lines(written: Any) -> None:
    assert list(written("a.txt", TEXT)) == TEXT.splitlines(keepends=True)
    assert written("a.txt", TEXT).readline() == b"line one\n"
    assert b"".join(written("a.txt", TEXT).stream(4)) == TEXT


def test_a_file_as_data(written: Any) -> None:
    """What was read once is kept, and may be asked for again."""
    file = written("a.txt", TEXT)
    assert file.data == file.data == file.content == TEXT
    assert file.text == TEXT.decode()


def test_a_file_as_json(written: Any) -> None:
    file = written("a.json", b'{"a": 1}')
    assert file.json() == file.json() == {"a": 1}
    assert json.load(written("a.json", b'{"a": 1}')) == {"a": 1}
    with pytest.raises(ValueError):
        written("a.txt", TEXT).json()


def test_a_file_for_others(written: Any) -> None:
    """XML parsers take it, and what copies files."""
    assert ElementTree.parse(written("a.xml", b"<a><b/></a>")).getroot().tag == "a"
    copied = io.BytesIO()
    shutil.copyfileobj(written("a.txt", TEXT), copied)
    assert copied.getvalue() == TEXT


def test_a_compressed_file(written: Any) -> None:
    """It is read decompressed, as the older client gives it."""
    file = written("a.txt.gz", gzip.compress(TEXT))
    assert file.headers["Content-Encoding"] == "gzip"
    assert file.read() == TEXT


def test_the_list_of_files(gracedb: GraceDb, graceid: str) -> None:
    answer = gracedb.files(graceid)
    assert isinstance(answer, Response)
    assert "coinc.xml,0" in answer.json()


def test_a_file_by_its_url(gracedb: GraceDb, graceid: str) -> None:
    url = gracedb.files(graceid).json()["coinc.xml"]
    assert b"LIGO_LW" in gracedb.get_file(url).read()
