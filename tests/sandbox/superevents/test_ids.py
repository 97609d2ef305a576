"""Ids of superevents: dates from GPS times, numbers in letters."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_sandbox.superevents import ids


@pytest.mark.parametrize(
    ("number", "text"), [(1, "a"), (26, "z"), (27, "aa"), (52, "az"), (53, "ba"), (702, "zz")]
)
def test_numbers_are_bijective_base_26(number, text):
    assert ids.letters(number) == text
    assert ids.number(text) == number == ids.number(text.upper())


@given(st.integers(min_value=1, max_value=10**9))
def test_letters_are_read_back(number):
    assert ids.number(ids.letters(number)) == number


@pytest.mark.parametrize(
    ("gps", "utc"),
    [
        (0, (1980, 1, 6)),
        (2, (1980, 1, 6, 0, 0, 2)),
        (1187008882, (2017, 8, 17, 12, 41, 4)),
        (1167264016, (2016, 12, 31, 23, 59, 59)),
        (1167264018, (2017, 1, 1, 0, 0, 0)),
        (1365450831, (2023, 4, 13, 19, 53, 33)),
    ],
)
def test_gps_times_become_utc_with_their_leap_seconds(gps, utc):
    expected = datetime(*utc, tzinfo=timezone.utc)
    assert ids.datetime_of_gps(gps) == expected


def test_a_date_keeps_its_microseconds():
    assert ids.datetime_of_gps(1365450831.8996).microsecond == 899600


@pytest.mark.parametrize(
    "text",
    ["S230413b", "TS800106a", "MS250101zz", "GW190521A", "TGW190331EBZ", "MGW190331B"],
)
def test_an_id_is_read_and_written_alike(text):
    assert str(ids.read_id(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "S", "S23041b", "s230413b", "S230413B", "GW190521a", "S231301a", "S230230a", "G123",
     "S230413", "ES230413b", "S230413bbbbbbbb"],
)  # fmt: skip
def test_what_is_no_id_is_none(text):
    assert ids.read_id(text) is None


def test_what_follows_an_id_is_ignored():
    """The server parses ids from their start only."""
    assert ids.read_id("S190425z!!") == ids.read_id("S190425z")


@given(
    st.sampled_from("PTM"),
    st.dates(min_value=datetime(1980, 1, 1).date(), max_value=datetime(2079, 12, 31).date()),
    st.integers(min_value=1, max_value=10**6),
    st.booleans(),
)
def test_every_id_survives_a_round_trip(category, day, number, is_gw):
    made = ids.SupereventId(category, day.strftime("%y%m%d"), number, is_gw=is_gw)
    assert ids.read_id(str(made)) == made
