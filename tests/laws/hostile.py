"""What a server could answer: any bytes, any headers, any shape, compressed or half so."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from typing import Any, Dict, Iterator

from hypothesis import settings
from hypothesis import strategies as st

#: How many times as many examples as usual to look at.
EFFORT = int(os.environ.get("GRACEDB_TEST_EFFORT", "1"))


def examples(usual: int) -> Any:
    """Look at *usual* examples, or at more where more effort is asked for."""
    return settings(max_examples=usual * EFFORT)


#: Every key that the client looks for in an answer, and some that it shows.
KEYS = st.sampled_from(
    [
        *("log", "logs", "labels", "tags", "files", "filename", "name", "url", "self", "links"),
        *("next", "numRows", "count", "events", "superevents", "results", "observations"),
        *("emobservations", "voevents", "signoffs", "notices", "neighbors", "permissions"),
        *("groupeventpermissions", "pipeline_preferred_events", "graceid", "superevent_id"),
        *("group", "permission", "detail", "error", "errors", "warnings", "warning", "message"),
    ]
)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([10**400, -(10**30), 2**63, 1e308, -0.0, True, False])
)
LINKS = st.sampled_from(
    [
        "https://gracedb.example/api/events/?start=10&count=10",
        "/api/superevents/?start=1&count=1",
        "https://gracedb.example/api/?start=-1&count=-5",
        "https://gracedb.example/api/?start=²&count=٣",
        "https://gracedb.example/api/?start=" + "9" * 5000 + "&count=1",
        "https://gracedb.example/api/?count=1&start=1" + "&a=b" * 500,
        "//evil.example/api/events/?start=1&count=1",
        "https://evil.example/api/events/",
        "https://gracedb.example/api/../secret",
        "https://gracedb.example/api/%2e%2e/secret",
        "https://user:word@gracedb.example/api/",
        "https://[::1/api/",
        "https://gracedb.example:99999/api/events/",
        "http:/api/events/?start=5&count=5",
        "/api/\udc80",
        "/api/\r\nHost: evil.example",
        "javascript:alert(1)",
    ]
)
SCALARS = st.none() | NUMBERS | st.text() | LINKS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner),
    max_leaves=20,
)


def _nearly(value: Any) -> Any:
    """Give *value* where the client looks for it: a list of it, a page of it, the map itself."""
    return {
        **dict.fromkeys(("log", "logs", "labels", "tags", "events", "superevents"), value),
        **dict.fromkeys(("results", "files", "permissions", "pipeline_preferred_events"), value),
    }


@st.composite
def pages(draw: Any) -> Dict[str, Any]:
    """Make what passes for a page of a list, with what leads further."""
    rows = st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=3) | VALUES
    return {
        **_nearly(draw(rows)),
        "links": draw(st.fixed_dictionaries({"next": LINKS | SCALARS}) | VALUES),
        "numRows": draw(NUMBERS | VALUES),
    }


def shapes() -> Iterator[Any]:
    """Put one thing after the other where the client looks for another kind of thing."""
    odd = [None, True, 0, -1, 10**30, 0.5, "", "text", "{}", [], [[]], {}, {"a": []}, ["a", 1]]
    for value in odd:
        yield value
        yield _nearly(value)
        yield _nearly([value])
        for key in ("graceid", "superevent_id", "filename", "name", "group", "links", "tags"):
            yield _nearly([{key: value}, {"url": value, "filename": "a", "graceid": "G1"}])
        yield {**_nearly([]), "links": value, "numRows": value}
        yield {**_nearly([]), "links": {"next": value, "groupeventpermissions": value}}
        yield {**_nearly([]), "next": value, "numRows": 5}
        yield dict.fromkeys(("error", "detail", "errors", "warnings", "links"), value)


def _spelled(value: Any) -> bytes:
    """Spell JSON as Python does: with NaN, with half of a surrogate pair as an escape."""
    return json.dumps(value).encode("ascii")


def _raw(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


ODD = st.sampled_from(
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[" * 500 + b"]" * 500,
        b'{"links": ' * 3000 + b"1" + b"}" * 3000,
        b"9" * 5000,
        b'{"numRows": ' + b"9" * 5000 + b', "events": [], "superevents": []}',
        b"1e999999",
        b'{"a": 1, "a": {"a": 2}, "events": [], "events": null}',
        b'"\\ud800"',
        b'{"log": [{"\\udfff": "\\ud800"}]}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"\x00\x00\x00{\x00\x00\x00}",
        b"NaN",
        b"<html><title>" * 2000,
        b"<script" * 2500,
        b'"' + b'{\\"detail\\": ' * 3000 + b'"',
        json.dumps(json.dumps(json.dumps([[[[["{"]]]]]))).encode(),
        b"",
        b" ",
    ]
)
PLAIN = (
    st.binary()
    | VALUES.map(_spelled)
    | VALUES.map(_raw)
    | pages().map(_spelled)
    | ODD
    | st.dictionaries(KEYS, VALUES).map(_spelled)
)


@st.composite
def packed(draw: Any) -> bytes:
    """Compress a body, and perhaps spoil it."""
    how = draw(st.sampled_from([gzip.compress, zlib.compress]))
    body: bytes = how(draw(PLAIN))
    return draw(
        st.sampled_from(
            [body, body + body, body[:-1], body[: len(body) // 2], body + b"\0\0", body + b"junk"]
        )
    )


BODIES = PLAIN | packed()

#: Values that mean something to somebody, or nearly; Latin-1 has digits of its own.
ODD_VALUES = (
    *("", "0", "1", "²", "-1", "+1", "1_0", "9" * 30, "9" * 5000, "0, 0", "1, 2", "0x10"),
    *("gzip", "GZIP", "deflate", "br", "identity", "gzip, gzip", "x-gzip", "chunked", "keep-alive"),
    *("Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 99 Nov 99999 99:99:99 +9999", "1e400", "inf", "nan"),
    *("Sun, 0 Jan 0000 00:00:00 -0000", "1 Jan 1 00:00:00 +2359", "1 Jan 9999 23:59:59 -2359"),
    *("https://evil.example/", "/api/events/", "/api/../..", "//evil.example/api/", "//[::1/"),
    *('attachment; filename="../../evil"', "attachment; filename*=UTF-8''%2Fetc%2Fpasswd"),
)
ODD_HEADERS = (
    *("content-length", "content-encoding", "transfer-encoding", "content-type", "location"),
    *("content-disposition", "retry-after", "date", "link", "refresh", "connection", "etag"),
)
VALUES_OF_HEADERS = (
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
    | st.integers().map(str)
    | st.sampled_from(ODD_VALUES)
)
NAMES_OF_HEADERS = st.sampled_from(ODD_HEADERS) | st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyz-"), min_size=1
)
HEADERS = st.dictionaries(NAMES_OF_HEADERS, VALUES_OF_HEADERS, max_size=5)
