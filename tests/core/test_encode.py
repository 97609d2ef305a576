"""Spelling values for the wire: what leaves is what was meant, or nothing leaves."""

from __future__ import annotations

import decimal
import json
import math
from typing import Any, List
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._encode import (
    encode_form,
    encode_json,
    encode_query,
    file_path,
    names,
    segment,
)
from gracedb_core.errors import InputError


@given(st.text())
def test_a_segment_stays_in_its_segment(text: str) -> None:
    """Any text is one segment that decodes to itself, or is refused."""
    try:
        quoted = segment(text)
    except InputError:
        return
    assert unquote(quoted) == text
    assert quoted not in ("", ".", "..")
    assert not set(quoted) & set("/?#% ") - {"%"}


@given(st.text())
def test_a_file_path_climbs_nowhere(text: str) -> None:
    """Any text is a file's path that decodes to itself, or is refused."""
    try:
        quoted = file_path(text)
    except InputError:
        return
    assert unquote(quoted) == text
    assert not {"", ".", ".."} & {unquote(part) for part in quoted.split("/")}
    assert not set(quoted) & set("?# ")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "cannot be an id"),
        (".", "cannot be an id"),
        ("..", "cannot be an id"),
        ("a/b", "holds a slash"),
        ("../x", "holds a slash"),
        ("a\nb", "control character"),
        ("a\x00", "control character"),
        ("\ud800", "not Unicode"),
        (None, "must be a str"),
        (b"G1", "must be a str"),
        (True, "must be a str"),
        (1.5, "must be a str"),
        (["G1"], "must be a str"),
    ],
)
def test_bad_segments_get_a_sentence(value: Any, why: str) -> None:
    """What cannot be one segment is named, with the reason."""
    with pytest.raises(InputError, match=why):
        segment(value)


def test_a_number_is_a_segment() -> None:
    """Log messages and VOEvents are counted."""
    assert segment(3, "log number") == "3"


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("bayestar.fits,0", "bayestar.fits,0"),
        ("a b.txt", "a%20b.txt"),
        ("a+b%2Fc", "a%2Bb%252Fc"),
        ("folder/a.fits,1", "folder/a.fits,1"),
        ("é#?", "%C3%A9%23%3F"),
        ("12:00", "12:00"),
    ],
)
def test_file_names_are_quoted_as_the_server_writes_them(name: str, quoted: str) -> None:
    """The comma before a version, colons and slashes stay; everything else is quoted."""
    assert file_path(name) == quoted


@pytest.mark.parametrize("name", ["", "/etc/passwd", "a//b", "a/", "../x", "a/../b", "./a"])
def test_file_names_that_lead_elsewhere_are_refused(name: str) -> None:
    """An absolute or climbing file name is not sent."""
    with pytest.raises(InputError, match="cannot be a file name"):
        file_path(name)


@pytest.mark.parametrize(
    ("value", "listed"),
    [
        (None, []),
        ("INJ", ["INJ"]),
        (["INJ", "DQV"], ["INJ", "DQV"]),
        (("INJ",), ["INJ"]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({"a"}), ["a"]),
        ((name for name in "ab"), ["a", "b"]),
        ([], []),
        (["INJ", "DQV", "INJ"], ["INJ", "DQV"]),
    ],
)
def test_names_come_in_any_collection(value: Any, listed: List[str]) -> None:
    """One name, many in any collection, or None."""
    assert names(value, "labels") == listed


@pytest.mark.parametrize("value", [3, b"INJ", {"INJ": 1}, [1], [None]])
def test_what_is_no_name_gets_a_sentence(value: Any) -> None:
    """Names are str; the message says which argument is not."""
    with pytest.raises(InputError, match="labels must"):
        names(value, "labels")


class LIGOTimeGPS:
    """What lal's GPS times can do."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __float__(self) -> float:
        return float(self.text)

    def __str__(self) -> str:
        return self.text


class Int64:
    """What numpy's integers can do."""

    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (1, 1),
        (1000000000.1234568, 1000000000.1234568),
        (decimal.Decimal("1.5"), 1.5),
        (LIGOTimeGPS("1000000000.5"), 1000000000.5),
        (Int64(), 7),
        ("1000000000.12345678", "1000000000.12345678"),
        ({"b", "a"}, ["a", "b"]),
        (("x", 1), ["x", 1]),
        ({"a": {"b": None}}, {"a": {"b": None}}),
        (False, False),
    ],
)
def test_json_takes_numbers_of_every_kind_unrounded(value: Any, sent: Any) -> None:
    """Numbers of numpy, decimal and lal are sent in full; None arguments are left out."""
    assert json.loads(encode_json({"value": value, "left": None})) == {"value": sent}


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, decimal.Decimal("NaN"), LIGOTimeGPS("nan"), [math.nan]],
)
def test_nan_is_refused(value: Any) -> None:
    """The server knows finite numbers only, and would fail on others."""
    with pytest.raises(InputError):
        encode_json({"value": value})


@pytest.mark.parametrize("value", [object(), b"bytes", 1j])
def test_what_json_cannot_say_gets_a_sentence(value: Any) -> None:
    """An argument of the wrong kind is refused before anything is sent."""
    with pytest.raises(InputError, match=r"sent|JSON"):
        encode_json({"value": value})


def test_forms_spell_values_as_the_server_reads_them() -> None:
    """Booleans as words, numbers in full, lists repeated, None left out, empty text kept."""
    fields = {
        "a": True,
        "b": 1e-17,
        "c": ["x", "y"],
        "d": None,
        "e": "",
        "f": decimal.Decimal("0.10"),
        "g": LIGOTimeGPS("1000000000.123456789"),
    }
    assert parse_qsl(encode_form(fields).decode(), keep_blank_values=True) == [
        ("a", "True"),
        ("b", "1e-17"),
        ("c", "x"),
        ("c", "y"),
        ("e", ""),
        ("f", "0.10"),
        ("g", "1000000000.123456789"),
    ]


@pytest.mark.parametrize("value", [math.nan, "\ud800", {"a": 1}, b"x"])
def test_forms_refuse_what_they_cannot_say(value: Any) -> None:
    """NaN, broken text, mappings and bytes are no form fields."""
    with pytest.raises(InputError):
        encode_form({"value": value})


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text()))
def test_queries_arrive_as_given(params: Any) -> None:
    """Any text in a query decodes to itself, or is refused."""
    try:
        query = encode_query(params)
    except InputError:
        return
    assert dict(parse_qsl(query, keep_blank_values=True)) == params
    assert query.isascii()
    assert not set(query) & set(" #?\r\n")
