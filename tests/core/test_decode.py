"""Reading answers: every envelope, every shape, and nothing that is not whole."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import zlib
from typing import Any, Dict, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core import _answers as answers
from gracedb_core import _decode
from gracedb_core._files import open_file
from gracedb_core._wire import MAXIMUM_BODY, MAXIMUM_REFUSAL, Response
from gracedb_core.errors import (
    DecodeError,
    GraceDBError,
    NotFound,
    SentRequest,
    TruncatedAnswer,
)

ASKED = SentRequest("GET", "https://gracedb.example/api/")
#: Something that the server describes.
THING = {"N": 1}
PAGE = b"<!DOCTYPE html><html><head><title>Not  Found\n</title></head><body>x</body></html>"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"detail":"Not found."}', "Not found."),
        (b'{"error": "Label X already applied"}', "Label X already applied"),
        (b'{"errors":["group: * Wrong","labels: * Bad"]}', "group: * Wrong; labels: * Bad"),
        (b'{"warnings":["Problem creating event (x)"]}', "Problem creating event (x)"),
        (b'{"error":"invalid_query","message":"no","path":[]}', "invalid_query: no"),
        (b'"Event G1 is already assigned to a Superevent"', None),
        (b'["This field is required.","Also this."]', "This field is required.; Also this."),
        (b'"{\\"warning\\": \\"already labeled\\"}"', "already labeled"),
        (b"\"{'preferred_event': ['External event']}\"", "{'preferred_event': ['External event']}"),
        (b'{"errors":{"t_0":["Not a number."],"far":["Bad."]}}', "t_0: Not a number.; far: Bad."),
        (b'{"error":["one","two"]}', "one; two"),
        (b'{"detail":{"message":"deep"}}', "deep"),
        (b'{"message":"Permission denied."}', "Permission denied."),
        (b'"{\\"detail\\": \\"[1, 2]\\"}"', "1; 2"),
        (b'{"error":"","detail":null,"message":"last"}', "last"),
        (b"null", "null"),
        (b"1", "the element at index 1 of a list was refused"),
        (b"Event not found.", "Event not found."),
        (PAGE, "Not Found"),
        (b"<html><body><h1>Bad</h1> <p>gateway</p></body></html>", "Bad gateway"),
        (b"", ""),
        (b"{}", ""),
        (b'{"field":["a","b"]}', "field: a; b"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'"a\\nb\\u001b[2J\\u202ec"', "a b [2J c"),
        (b'{"detail":', '{"detail":'),
        (b"[" * 100_000, None),
    ],
)
def test_detail_is_freed_from_every_envelope(body: bytes, detail: Optional[str]) -> None:
    """Whichever envelope the server used, its words come out alone."""
    found = _decode.detail_of(body)
    assert found == (detail if detail is not None else body.decode().strip('"')[:499] + found[499:])


@given(st.binary())
def test_any_body_has_a_detail(body: bytes) -> None:
    """Reading the reason of a refusal never fails, and is never long."""
    assert len(_decode.detail_of(body)) <= 500


def test_a_refusal_carries_its_facts() -> None:
    """Status, reason, headers, body to the byte, and the server's words are attributes."""
    body = b'{"detail":"Not found."}'
    error = _decode.refusal(404, "Not Found", {"retry-after": "7"}, body, ASKED)
    assert isinstance(error, NotFound)
    assert (error.status, error.reason, error.detail) == (404, "Not Found", "Not found.")
    assert (error.body, error.retry_after, error.request) == (body, 7.0, ASKED)
    assert str(error) == "GET https://gracedb.example/api/ was refused with 404: Not found."


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": " 0 "}, 0.0),
        (
            {
                "retry-after": "Mon, 23 Nov 2026 10:00:10 GMT",
                "date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            10.0,
        ),
        (
            {
                "retry-after": "Mon, 23 Nov 2026 10:00:00 GMT",
                "date": "Mon, 23 Nov 2026 10:00:10 GMT",
            },
            0.0,
        ),
        ({"retry-after": "Mon, 23 Nov 2026 10:00:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "9" * 400}, None),
    ],
)
def test_retry_after(headers: Dict[str, str], seconds: Optional[float]) -> None:
    """Seconds or a date, by the server's own clock; nonsense counts for nothing."""
    assert _decode.retry_after(headers) == seconds


def answered(body: bytes, **headers: str) -> Response:
    """Make an answer; underscores in header names stand for dashes."""
    return Response(200, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_bodies_are_inflated() -> None:
    """gzip and deflate come out plain, other encodings were not asked for."""
    plain = b'{"a": 1}' * 1000
    assert _decode.body_bytes(answered(plain)) == plain
    assert _decode.body_bytes(answered(plain, content_length=str(len(plain)))) == plain
    assert _decode.body_bytes(answered(gzip.compress(plain), content_encoding="gzip")) == plain
    assert _decode.body_bytes(answered(zlib.compress(plain), content_encoding="deflate")) == plain
    assert _decode.body_bytes(answered(b"", content_encoding="gzip")) == b""
    with pytest.raises(DecodeError, match="'br'"):
        _decode.body_bytes(answered(plain, content_encoding="br"))


def test_what_is_not_whole_is_an_error() -> None:
    """A short body, and a cut or damaged compression, are never an answer."""
    packed = gzip.compress(b"x" * 1000)
    with pytest.raises(TruncatedAnswer, match="3 of 4"):
        _decode.body_bytes(answered(b"abc", content_length="4"))
    with pytest.raises(TruncatedAnswer, match="ends early"):
        _decode.body_bytes(answered(packed[:-4], content_encoding="gzip"))
    with pytest.raises(DecodeError, match="damaged"):
        _decode.body_bytes(answered(b"no gzip at all", content_encoding="gzip"))


def test_an_answer_has_a_limit() -> None:
    """An answer of up to 64 MiB is read, as it came or inflated; a longer one is refused."""
    most = b" " * MAXIMUM_BODY
    assert _decode.body_bytes(answered(most)) is most
    packed = gzip.compress(most, 1)
    assert len(_decode.body_bytes(answered(packed, content_encoding="gzip"))) == len(most)
    for response in (
        answered(most + b" "),
        answered(packed + gzip.compress(b" "), content_encoding="gzip"),
        answered(b" ", content_length=str(MAXIMUM_BODY + 1)),
    ):
        with pytest.raises(DecodeError, match=r"longer than 64 MiB.*less at a time"):
            _decode.body_bytes(response)


def test_a_refusal_is_cut_rather_than_refused() -> None:
    """What comes with an error is read up to 1 MiB, and as far as it can be read."""
    long = b"far too long " * 200_000
    cut = long[:MAXIMUM_REFUSAL]
    packed = gzip.compress(b"Sorry.")
    for body, encoding, expected in (
        (b"Sorry.", "", b"Sorry."),
        (packed, "gzip", b"Sorry."),
        (packed[:-4], "gzip", b"Sorry."),
        (long, "", cut),
        (gzip.compress(long), "gzip", cut),
        (b"no gzip", "gzip", b"no gzip"),
        (long, "br", cut),
        (b"", "gzip", b""),
    ):
        refused = answered(body, content_encoding=encoding, content_length="7000000")
        assert _decode.refusal_bytes(refused) == expected


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (PAGE, r"a web page \(Not Found\).*is the URL that of an API"),
        (b'{"a": 1', "cut short or malformed"),
        (b'"abc', "cut short or malformed"),
        (b"OK", "'OK', not JSON"),
        (b"[" * 100_000, "cut short or malformed"),
    ],
)
def test_what_is_no_json_says_what_it_is(body: bytes, why: str) -> None:
    """HTML, cut JSON and plain text get a sentence each."""
    with pytest.raises(DecodeError, match=why):
        _decode.decode_json(body)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_json_comes_back(value: Any) -> None:
    """What the server encodes is what comes out; nothing at all is None."""
    assert _decode.decode_json(json.dumps(value).encode()) == value
    assert _decode.decode_json(b"") is None


@given(st.binary())
def test_any_bytes_are_an_answer_or_our_error(body: bytes) -> None:
    """No body makes anything but JSON or an error of ours."""
    with contextlib.suppress(GraceDBError):
        _decode.decode_json(body)


@pytest.mark.parametrize(
    ("answer", "body", "expected"),
    [
        (answers.whole, {"a": 1}, {"a": 1}),
        (answers.nothing, {"a": 1}, None),
        (answers.listed("log", "logs"), {"log": [THING]}, [THING]),
        (answers.listed("log", "logs"), {"logs": [THING]}, [THING]),
        (answers.file_urls, {"a": "url"}, {"a": "url"}),
        (answers.file_urls, {"files": "a-url"}, {"files": "a-url"}),
        (answers.file_urls, {"files": ["a", {"filename": "b"}]}, {"a": None, "b": None}),
        (answers.file_urls, {"files": [{"filename": "b", "url": "u"}]}, {"b": "u"}),
        (answers.thing, THING, THING),
        (answers.site_tags, {"tags": {"pe": THING}}, {"pe": THING}),
        (answers.graceids, {"pipeline_preferred_events": [{"graceid": "G1"}]}, ["G1"]),
        (answers.permissions, {"permissions": [THING]}, [THING]),
        (answers.permissions, {"links": {"groupeventpermissions": {"g": "u"}}}, {"g": "u"}),
        (answers.unwrapped_twice, "{}", {}),
        (answers.unwrapped_twice, {}, {}),
        (answers.unwrapped_twice, "Tag created.", "Tag created."),
        (answers.unwrapped_twice, "[" * 100_000, "[" * 100_000),
        (answers.page("x"), {"x": [], "numRows": 7, "links": {"next": "n"}}, ([], "n", 7)),
        (answers.page("x"), {"x": [], "numRows": "7", "links": {"next": None}}, ([], None, None)),
        (answers.page("x"), {"x": [], "links": {}}, ([], None, None)),
        (answers.page("x"), {"x": [THING], "count": 7, "next": "n"}, ([THING], "n", 7)),
    ],
)  # fmt: skip
def test_answers_of_both_generations(answer: Any, body: Any, expected: Any) -> None:
    """Each shape the contract knows is read the same."""
    assert answer(body) == expected


@pytest.mark.parametrize("body", [None, [], "text", 3, {}, {"files": [3]}])
@pytest.mark.parametrize(
    "answer",
    [answers.listed("log"), answers.graceids, answers.page("events"), answers.permissions],
)
def test_another_shape_is_our_error(answer: Any, body: Any) -> None:
    """A body of another shape is a DecodeError, never a KeyError or TypeError."""
    with pytest.raises(DecodeError, match="has no"):
        answer(body)


@pytest.mark.parametrize(
    ("answer", "body", "says"),
    [
        (answers.thing, None, "The answer is nothing at all where an object was expected"),
        (answers.thing, [], "The answer is \\[\\] where an object"),
        (answers.listed("log"), {"log": None}, "The list of log is nothing at all"),
        (answers.listed("log"), {"log": {"a": 1}}, "The list of log is {'a': 1} where a list"),
        (answers.listed("log"), {"log": [1]}, "An item of the list of log is 1"),
        (answers.permissions, {"permissions": [1]}, "An item of the list of permissions is 1"),
        (answers.site_tags, {"tags": []}, "where an object was expected"),
        (answers.page("events"), {"events": None}, "The list of events is nothing"),
        (answers.page("events"), {"events": [1]}, "An item of the list of events is 1"),
        (answers.page("events"), {"events": [], "links": 5}, "The set of links is 5"),
        (answers.page("events"), {"events": [], "links": {"next": 5}}, "next page is 5"),
        (
            answers.page("events"),
            {"events": [], "links": {"next": ["a"]}},
            "is \\['a'\\], not a URL",
        ),
    ],
)
def test_a_shape_inside_is_judged_too(answer: Any, body: Any, says: str) -> None:
    """What stands where something else was expected is named, before anybody trips over it."""
    with pytest.raises(DecodeError, match=says):
        answer(body)


@pytest.mark.parametrize("body", [None, [], "text", {"files": [3]}])
def test_no_list_of_files_is_our_error(body: Any) -> None:
    """The same for lists of files, which are objects."""
    with pytest.raises(DecodeError):
        answers.file_urls(body)


class Wire(io.BytesIO):
    """A body that gives little at a time, as sockets do."""

    def read(self, amount: Any = -1) -> bytes:
        return super().read(min(amount, 100))


def arriving(body: bytes, **headers: str) -> io.BufferedReader:
    """Open a file whose body is on the wire."""
    return open_file(
        Response(200, {k.replace("_", "-"): v for k, v in headers.items()}, Wire(body)), ASKED
    )


@given(st.binary(), st.integers(1, 5000))
def test_a_file_reads_as_it_was_uploaded(data: bytes, block: int) -> None:
    """Plain or compressed, chunked or counted, the bytes are those of the file."""
    packed = gzip.compress(data)
    two_members = packed + gzip.compress(b"more")
    squeezed = {"transfer_encoding": "chunked", "content_encoding": "gzip"}
    for body, headers, expected in (
        (data, {"content_length": str(len(data))}, data),
        (data, {"transfer_encoding": "chunked"}, data),
        (packed, {"content_length": str(len(packed)), "content_encoding": "gzip"}, data),
        (two_members, squeezed, data + b"more"),
    ):
        with arriving(body, **headers) as file:
            read = []
            while not read or read[-1]:
                read.append(file.read(block))
        assert b"".join(read) == expected


def test_a_file_is_whole_or_an_error() -> None:
    """A body that ends early, compression that ends early, and no length at all are errors."""
    packed = gzip.compress(bytes(range(256)) * 100)
    for body, headers, why in (
        (b"abc", {"content_length": "4"}, "1 bytes less"),
        (b"abcde", {"content_length": "4"}, "1 bytes more"),
        (packed[:-5], {"transfer_encoding": "chunked", "content_encoding": "gzip"}, "ends early"),
        (b"", {"content_length": "0", "content_encoding": "gzip"}, "ends early"),
        (b"abc", {}, "without a length"),
    ):
        with pytest.raises(TruncatedAnswer, match=why), arriving(body, **headers) as file:
            file.read()
    with pytest.raises(DecodeError, match="damaged"), arriving(
        b"no gzip", content_length="7", content_encoding="gzip"
    ) as file:
        file.read()


def test_a_bomb_streams_in_little_memory() -> None:
    """A small body that inflates to a huge file is read block by block."""
    packed = gzip.compress(bytes(50_000_000))
    with arriving(packed, content_length=str(len(packed)), content_encoding="gzip") as file:
        total = sum(len(block) for block in iter(lambda: file.read(65536), b""))
    assert total == 50_000_000


def test_closing_a_file_lets_go_of_the_wire() -> None:
    """The connection is free once the file is closed, or was refused."""
    stream = Wire(b"abc")
    file = open_file(Response(200, {"content-length": "3"}, stream), ASKED)
    assert file.readable()
    file.close()
    file.close()
    assert stream.closed
    stream = Wire(b"abc")
    with pytest.raises(TruncatedAnswer):
        open_file(Response(200, {}, stream), ASKED)
    assert stream.closed


def test_a_body_in_memory_is_a_file_too() -> None:
    """A transport that has read everything already serves as well."""
    with open_file(Response(200, {"content-length": "3"}, b"abc"), ASKED) as file:
        assert file.read() == b"abc"
