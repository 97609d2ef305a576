"""The text language of superevent searches, executed on a small database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Iterator

import pytest

from gracedb_sandbox.query import InvalidQuery, superevent_filter
from tests.sandbox.rows import NOW, add_event, add_superevent, empty_database, found

DAY = 86400.0


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(empty_database()) as database:
        _fill(database)
        yield database


def _fill(database: sqlite3.Connection) -> None:
    add_event(database, 123, far=1e-9, superevent=1)
    add_event(database, 124, far=1e-3, superevent=1)
    add_event(database, 125, superevent=4, group_name="Test")
    add_superevent(database, 1, "EM_READY", "ADVNO", preferred_event=123, exposed=1, t_0=400.0)
    yesterday = NOW - 1.5 * DAY
    add_superevent(database, 2, "EM_READY", preferred_event=124, created=yesterday, t_0=1.24e9)
    gw = {"is_gw": 1, "gw_number": 1, "gw_id": "GW190505A", "submitter": "gstlalcbc"}
    add_superevent(database, 3, "INJ", "DQV", **gw)
    add_superevent(database, 4, "INJ", category="T", preferred_event=125, number=29, t_0=400.0)
    add_superevent(database, 5, category="M", date="250908", number=1)
    add_superevent(database, 6, date="250908", number=55, t_0=1.441e9)
    tgw = {"is_gw": 1, "gw_number": 1, "gw_id": "TGW190331EBZ", "category": "T"}
    add_superevent(database, 7, date="190331", number=9, **tgw)


EVERY = {1, 2, 3, 6}  # neither Test nor MDC

TABLE = [
    # from the server's tests and its clients
    ("id: Tgw190331eBz", {7}),
    ("GW190505", {3}),
    ("GW190505A", {3}),
    ("far in 1e-10, 1e-8 created: noon public", {1}),
    ("gpstime: 123 .. 456 Test events: G123 .. G129", {4}),
    ("yesterday .. now", EVERY),
    ("1 week ago .. now", EVERY),
    ("S25*", {6}),
    ("S250908*", {6}),
    ("MS25*", {5}),
    ("TS19*", {4}),
    ("GW19*", {3}),
    ("tgw*", {7}),
    ("S*", {1, 2, 6}),
    ("O3 ~ADVNO", {2, 3}),
    ("TS190505ac category: Test", {4}),
    ("TS190505ac", {4}),
    # ids, in any case, by the S name after confirmation too, letters left out
    ("s190505C", {3}),
    ("superevent_id: S190505b", {2}),
    ("S190505", {1}),
    ("S190505zz", set()),
    ("S250908bc", {6}),
    ("MS250908", {5}),
    ("S190505a S190505b", set()),
    # times
    ("t_0: 400", {1}),
    ("400", {1}),
    ("399.5..400.5", {1}),
    ("1 .. 1000", {1}),
    ("t_start: 399", {1}),
    ("t_end: 401 .. 402", {1}),
    ("created: 2019-05-05 12:00", {1, 3, 6}),
    ("created: 36 hours ago", {2}),
    ("runid: O4 S25*", {6}),
    ("o4c", {6}),
    ("O3", {2, 3}),
    ("O3 O4", set()),
    # people, members, flags
    ('submitter: "Robot"', {3}),
    ('"EINSTEIN" O3', {2}),
    ("preferred_event: G123", {1}),
    ("preferred_event: t0123", {1}),
    ("preferred_event: G123 .. G124", {1, 2}),
    ("event: E124", {1}),
    ("events: G123 .. G200", {1}),
    ("is_gw: True", {3}),
    ("is_gw: false", {1, 2, 6}),
    ("is_public: true", {1}),
    ("is_exposed: FALSE", {2, 3, 6}),
    ("status: public", {1}),
    ("INTERNAL", {2, 3, 6}),
    ("category: test", {4, 7}),
    ("MDC", {5}),
    ("Production", EVERY),
    # false alarm rates are the preferred event's
    ("far < 1e-6", {1}),
    ("FAR>=1e-3", {2}),
    ("far: 1e-3", {2}),
    ("far == 0.001", {2}),
    ("far: 1e-10 .. 1e-8", {1}),
    ("far: 1e-10 - 1e-8", {1}),
    ("far > 1e-12 far < 1e-6", {1}),
    # labels
    ("EM_READY", {1, 2}),
    ("label: INJ", {3}),
    ("INJ DQV", {3}),
    ("INJ & DQV | EM_READY", {3}),
    ("EM_READY & ~ADVNO", {2}),
    ("~EM_READY O3", {3}),
    ("INJ category: Test", {4}),
    # nothing asked
    ("", EVERY | {4, 5, 7}),
]


@pytest.mark.parametrize(("query", "expected"), TABLE)
def test_queries(database: sqlite3.Connection, query: str, expected: object) -> None:
    """A query finds the superevents that the contract says it finds."""
    assert found(database, "superevent", superevent_filter(query, now=NOW)) == expected


@pytest.mark.parametrize(
    "query",
    [
        " ",
        "foo: 1",
        "id:S190505a",
        "label:INJ",
        "labels: INJ",
        "label: FOO",
        "1..2",
        "S191301a",
        "S19?",
        "G123",
        "group: CBC",
        "preferred_event: E123",
        "t_start 399",
        "is_gw: maybe",
        "category: Other",
        "far",
        "far in 1",
        "created: never",
        "S190505a!!",
    ],
)
def test_what_is_no_query(query: str) -> None:
    """All that cannot be read is refused with the server's two words."""
    with pytest.raises(InvalidQuery) as caught:
        superevent_filter(query, now=NOW)
    assert str(caught.value) == "Invalid query"


@pytest.mark.parametrize(
    "query", ["created: 1187008882", "created: 1187008882 .. 1187008890", "O2 created: 1.5 public"]
)
def test_hint_for_gps_times_as_dates(query: str) -> None:
    """GPS times given as dates are told apart from other mistakes."""
    with pytest.raises(InvalidQuery) as caught:
        superevent_filter(query, now=NOW)
    assert str(caught.value) == (
        "Invalid query. Hint: date queries on the created: field take the form YYYY-MM-DD .. "
        "YYYY-MM-DD. Date queries with gpstime are supported using the t_0: field"
    )
