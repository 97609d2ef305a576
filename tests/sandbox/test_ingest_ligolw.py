"""The LIGO_LW reader: tokens, types, names, and XML that means harm."""

from __future__ import annotations

import gzip
from typing import Any, List, Optional, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_sandbox.ingest.ligolw import read_tables
from gracedb_sandbox.ingest.untrusted import inflated, parse
from gracedb_sandbox.ingest.values import Unreadable
from tests.sandbox import uploads


def document(stream: str, *, types: str = "lstring int_4s real_8", delimiter: str = ",") -> bytes:
    columns = "".join(
        f'<Column Name="t:{name}" Type="{kind}"/>' for name, kind in zip("abc", types.split())
    )
    return uploads.ligo_lw(
        f'<Table Name="t:table">{columns}'
        f'<Stream Name="t:table" Delimiter="{delimiter}" Type="Local">{stream}</Stream></Table>'
    )


@pytest.mark.parametrize(
    ("stream", "rows"),
    [
        ("", []),
        ("\n\t\t\n", []),
        ('"x",1,2.5', [("x", 1, 2.5)]),
        ('\n\t"x",1,2.5,\n\t"y",2,3.5,\n', [("x", 1, 2.5), ("y", 2, 3.5)]),
        ('"x",1,', [("x", 1, None)]),
        ('"x",1,,', [("x", 1, None)]),
        (",,", [(None, None, None)]),
        (",,,", [(None, None, None)]),
        ('"",1,2', [("", 1, 2.0)]),
        ('"a,b",1,2', [("a,b", 1, 2.0)]),
        (r'"a\"b\\c\,d",1,2', [('a"b\\c,d', 1, 2.0)]),
        ("'single \"quotes\"',1,2", [('single "quotes"', 1, 2.0)]),
        (r"bare\,comma,1,2", [("bare,comma", 1, 2.0)]),
        ("bare words , 1 , 2 ", [("bare words", 1, 2.0)]),
        ('"&lt;--&gt;",1,2', [("<-->", 1, 2.0)]),
        ('"a\nb",1,2', [("a\nb", 1, 2.0)]),
        ('"x",-1,-2.5e-300', [("x", -1, -2.5e-300)]),
    ],
)
def test_streams(stream: str, rows: object) -> None:
    """An empty token is null, quotes and backslashes protect, the last delimiter is optional."""
    found = read_tables(document(stream), ["t"])["t"]
    assert [(row["a"], row["b"], row["c"]) for row in found] == rows


def test_other_delimiters() -> None:
    """The stream says what separates its tokens."""
    for delimiter, stream in ((";", '"x";1;2'), (" ", '"x"  1\n2')):
        found = read_tables(document(stream, delimiter=delimiter), ["t"])["t"]
        assert found == [{"a": "x", "b": 1, "c": 2.0}]


@pytest.mark.parametrize(
    "stream", ['"x",1', '"x",1,2,"y"', '"x,1,2', '"x"y,1,2', '"x",one,2', '"x",1,two', '"x",1.5,2']
)
def test_broken_streams(stream: str) -> None:
    """A stream that is cut, badly quoted or of the wrong type is refused."""
    with pytest.raises(Unreadable):
        read_tables(document(stream), ["t"])


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("sngl_inspiral:table", "sngl_inspiral:snr"),
        ("sngl_inspiralgroup:sngl_inspiral:table", "sngl_inspiralgroup:sngl_inspiral:snr"),
        ("sngl_inspiral", "snr"),
    ],
)
def test_bare_names(table: str, column: str) -> None:
    """Tables and columns are found by the last part of their names, old spellings too."""
    data = uploads.ligo_lw(
        f'<Table Name="{table}"><Column Name="{column}" Type="real_4"/><Stream>7.5</Stream></Table>'
    )
    assert read_tables(data, ["sngl_inspiral"]) == {"sngl_inspiral": [{"snr": 7.5}]}


def test_nested_and_absent_tables() -> None:
    """A table may lie deeper in the document; one that is absent has no rows."""
    inner = (
        '<Table Name="t:table"><Column Name="t:a" Type="int_8s"/><Stream>1,2,3,</Stream></Table>'
    )
    data = uploads.ligo_lw(f'<LIGO_LW Name="deeper">{inner}</LIGO_LW>')
    assert read_tables(data, ["t", "absent"]) == {
        "t": [{"a": 1}, {"a": 2}, {"a": 3}],
        "absent": [],
    }


@pytest.mark.parametrize(
    "stream", ["", "<Table Name='t:table'/>", "<Table><Stream>1,2</Stream></Table>"]
)
def test_tables_without_columns(stream: str) -> None:
    """A table without columns, name or stream has no rows."""
    assert read_tables(uploads.ligo_lw(stream), ["t"]) == {"t": []}


cells = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@given(st.lists(st.tuples(cells, cells), max_size=4))
def test_what_is_written_is_read(rows: List[Tuple[Any, Any]]) -> None:
    """Any text survives: the tests' writer and the sandbox's reader are inverse."""
    columns = [("a", "lstring"), ("b", "lstring")]
    values = [{"a": a, "b": b} for a, b in rows]
    data = uploads.ligo_lw(uploads.table("t", columns, values))
    assert read_tables(data, ["t"])["t"] == values


BOMB = b"""<?xml version="1.0"?><!DOCTYPE LIGO_LW [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><LIGO_LW>&b;</LIGO_LW>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE LIGO_LW [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<LIGO_LW>&a;</LIGO_LW>"""


@pytest.mark.parametrize(
    "data", [BOMB, FILE, b'<?xml version="1.0" encoding="klingon"?><LIGO_LW/>', b"<a>", b"\xff\xfe"]
)
def test_harmful_xml(data: bytes) -> None:
    """Entities are refused, so that no file grows in memory or reads another."""
    with pytest.raises(Unreadable):
        parse(data)


@pytest.mark.parametrize("limit", [9, None])
def test_inflating(limit: Optional[int]) -> None:
    """Compressed data are told by their first bytes and inflate to no more than the limit."""
    assert inflated(b"plain text") == b"plain text"
    twice = gzip.compress(b"01234") + gzip.compress(b"56789")
    if limit is None:
        assert inflated(twice) == b"0123456789"
        return
    with pytest.raises(Unreadable, match="too large"):
        inflated(twice, limit=limit)


@pytest.mark.parametrize("data", [b"\x1f\x8bnonsense", gzip.compress(b"cut short")[:-6]])
def test_damaged_gzip(data: bytes) -> None:
    """Damaged or cut compressed data are refused, never half read."""
    with pytest.raises(Unreadable):
        inflated(data)
