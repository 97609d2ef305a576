"""Structured queries and sort orders, executed on a small database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any, Dict, Iterator, List

import pytest

from gracedb_sandbox.query import (
    InvalidQuery,
    InvalidSort,
    event_order,
    structured_filter,
    superevent_order,
)
from gracedb_sandbox.query.fields import EVENT_FIELDS, SUPEREVENT_FIELDS
from tests.sandbox.rows import NOW, add_event, add_superevent, empty_database, found


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(empty_database()) as database:
        _fill(database)
        yield database


def _fill(database: sqlite3.Connection) -> None:
    extra = {"CoincInspiral": {"snr": 8.5}, "SingleInspiral": [{"ifo": "H1", "snr": 4.0}, {}]}
    base: Dict[str, Any] = {"gpstime": 1187008882.5, "far": 1e-8, "search": "AllSky"}
    add_event(database, 1, "DQV", superevent=1, instruments="H1,L1", extra=extra, **base)
    add_event(database, 2, pipeline="MBTA", far=1e-3, gpstime=5.0, created=NOW - 10)
    add_event(database, 3, group_name="Test", submitter="albert.einstein")
    add_event(database, 4, search="MDC")
    grb = {"GRB": {"trigger_id": "42", "ra": 1.5}}
    add_event(database, 5, group_name="External", pipeline="Fermi", extra=grb)
    add_superevent(database, 1, "EM_READY", preferred_event=1, exposed=1, t_0=1187008882.5)
    add_superevent(database, 27, created=NOW - 10)
    add_superevent(database, 3, category="T", preferred_event=3)
    gw = {"is_gw": 1, "gw_number": 1, "gw_id": "GW170817A"}
    add_superevent(database, 4, date="170817", number=1, **gw)


def leaf(field: Any, operator: str, value: Any) -> Dict[str, Any]:
    return {"field": field, "op": operator, "value": value}


EVENTS = [
    (leaf("id", "=", "G1"), {1}),
    (leaf("graceid", "in", ["g0001", "T3", "E2"]), {1, 3}),
    (leaf("id", "!=", "G1"), {2, 3, 4, 5}),
    (leaf("id", "startswith", "t00"), {3}),
    (leaf("far", "<", 1e-6), {1}),
    (leaf("far", "between", [1e-9, 1]), {1, 2}),
    (leaf("far", "!=", 1e-8), {2, 5}),
    (leaf("far", "is_null", True), {5}),
    (leaf("far", "is_null", False), {1, 2}),
    (leaf("gpstime", ">=", 1187008882.5), {1}),
    (leaf("created", "<", "2019-05-05T12:00:00Z"), {2}),
    (leaf("created", "between", ["2019-05-05 11:59", "2019-05-06"]), {1, 2, 5}),
    (leaf("instruments", "contains", "h1"), {1}),
    (leaf("ifos", "=", "H1,L1"), {1}),
    (leaf("group", "=", "test"), {3}),
    (leaf("group", "in", ["CBC", "Test"]), {1, 2, 3, 4}),
    (leaf("pipeline", "!=", "gstlal"), {2, 5}),
    (leaf("search", "=", "MDC"), {4}),
    (leaf("search", "is_null", True), {2, 3, 5}),
    (leaf("submitter", "contains", "EINST"), set()),
    (leaf("runid", "=", "o2"), {1}),
    (leaf("label", "has", "dqv"), {1}),
    (leaf("label", "not_has", "DQV"), {2, 5}),
    (leaf("in_superevent", "=", True), {1}),
    (leaf("is_preferred_event", "=", False), {2, 5}),
    (leaf("superevent", "=", "S190505a"), {1}),
    (leaf("superevent", "!=", "S190505a"), {2, 5}),
    (leaf("ci.snr", ">", 8), {1}),
    (leaf("si.snr", "<", 5), {1}),
    (leaf("si.ifo", "startswith", "H"), {1}),
    (leaf("grb.trigger_id", "in", ["42", "43"]), {5}),
    (leaf("grb.ra", "between", [1, 2]), {5}),
    ({"and": [leaf("far", "<", 1), {"not": leaf("label", "has", "DQV")}]}, {2}),
    ({"or": [leaf("far", "<", 1e-6), leaf("grb.ra", ">", 1)]}, {1, 5}),
    ({"and": [leaf("group", "=", "CBC"), {"or": [leaf("id", "=", "G4")]}]}, {4}),
    ({"object_type": "event", "query": leaf("far", ">", 0)}, {1, 2}),
    ({"query": None}, {1, 2, 3, 4, 5}),
    ({}, {1, 2, 3, 4, 5}),
    (None, {1, 2, 3, 4, 5}),
    ("", {1, 2, 3, 4, 5}),
    (json.dumps(leaf("far", ">", 0)), {1, 2}),
]

SUPEREVENTS = [
    (leaf("id", "=", "s190505A"), {1}),
    (leaf("superevent_id", "startswith", "S190505a"), {1, 27}),
    (leaf("id", "startswith", "S19"), {1, 27}),
    (leaf("id", "startswith", "gw17"), {4}),
    (leaf("id", "in", ["GW170817", "TS190505c"]), {3, 4}),
    (leaf("id", "!=", "S190505a"), {27, 3, 4}),
    (leaf("t_0", "<", 1187008883), {1}),
    (leaf("gpstime", "between", [1, 2e9]), {1, 27, 4}),
    (leaf("created", "<", "2019-05-05 12:00:00"), {27}),
    (leaf("category", "=", "Test"), {3}),
    (leaf("category", "in", ["Production", "MDC"]), {1, 27, 4}),
    (leaf("is_gw", "=", True), {4}),
    (leaf("is_public", "=", True), {1}),
    (leaf("is_exposed", "=", False), {27, 4}),
    (leaf("submitter", "contains", "einstein"), {1, 27, 4}),
    (leaf("runid", "=", "O2"), {1}),
    (leaf("label", "has", "EM_READY"), {1}),
    (leaf("preferred_event", "=", "G1"), {1}),
    (leaf("event", "startswith", "G"), {1}),
    (leaf("events", "in", ["G1"]), {1}),
    (leaf("preferred_event.far", "<", 1e-6), {1}),
    (leaf("preferred_event.label", "has", "DQV"), {1}),
    (leaf("preferred_event.si.snr", "is_null", False), {1}),
    ({"not": leaf("preferred_event.group", "=", "Test")}, {1, 27, 4}),
]


@pytest.mark.parametrize(("document", "expected"), EVENTS)
def test_events(database: sqlite3.Connection, document: Any, expected: object) -> None:
    """Every field answers its operators; Test and MDC hide until one of their fields is named."""
    assert found(database, "event", structured_filter(document)) == expected


@pytest.mark.parametrize(("document", "expected"), SUPEREVENTS)
def test_superevents(database: sqlite3.Connection, document: Any, expected: object) -> None:
    """Superevents are asked likewise, and through them their preferred events."""
    condition = structured_filter(document, object_type="superevent")
    assert found(database, "superevent", condition) == expected


SAMPLES: List[Any] = [
    5,
    True,
    "G1",
    "S190425z",
    "CBC",
    "gstlal",
    "GRB",
    "O3",
    "DQV",
    "Production",
    "2019-01-01",
    [1, 2],
    ["G1"],
    ["S190425z"],
    ["CBC"],
    ["gstlal"],
    ["GRB"],
    ["Test"],
    ["2019-01-01", "2020-01-01 00:00:01"],
]


@pytest.mark.parametrize(
    ("object_type", "fields"), [("event", EVENT_FIELDS), ("superevent", SUPEREVENT_FIELDS)]
)
def test_every_operator_of_every_field(
    database: sqlite3.Connection, object_type: str, fields: Dict[str, Any]
) -> None:
    """Each pair takes some kind of value, and SQLite executes what it compiles to."""
    for name, field in fields.items():
        for operator in field.operators:
            executed = 0
            for value in SAMPLES:
                try:
                    document = leaf(name, operator, value)
                    condition = structured_filter(document, object_type=object_type)
                except InvalidQuery:
                    continue
                found(database, object_type, condition)
                executed += 1
            assert executed, (name, operator)


DEEP: Any = leaf("far", "<", 1)
for _ in range(60):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    ("document", "message", "path"),
    [
        (leaf("x", "=", 1), "Unknown field 'x' for object type 'event'", ()),
        (
            leaf("group", "<", "CBC"),
            "Operator '<' is not allowed for field 'group'. Allowed operators: =, !=, in",
            (),
        ),
        (
            {"and": [leaf("far", "<", 1), leaf("far", "~", 1)]},
            "Operator '~' is not allowed for field 'far'. Allowed operators:"
            " =, !=, <, <=, >, >=, between, is_null",
            ("and", 1),
        ),
        (
            {"not": leaf("label", "not_has", "DQV")},
            "NOT(label not_has ...) is redundant; use 'has' directly",
            ("not",),
        ),
        (
            {"object_type": "superevent", "query": leaf("far", "<", 1)},
            "object_type 'superevent' does not match this endpoint (expected 'event').",
            "object_type",
        ),
        ([1], "Query body must be a JSON/YAML object.", None),
        ("[1]", "Query body must be a JSON/YAML object.", None),
        (leaf("far", "<", "x"), "Invalid value for field 'far': 'x' is not a number", ()),
        (leaf("far", "<", True), "Invalid value for field 'far': True is not a number", ()),
        (
            leaf("far", "between", [1]),
            "Invalid value for field 'far': 'between' needs a list of two values",
            (),
        ),
        (
            {"or": [{"not": leaf("id", "=", "banana")}]},
            "Invalid value for field 'id': 'banana' is not a graceid",
            ("or", 0, "not"),
        ),
        (
            leaf("superevent", "=", "S191301a"),
            "Invalid value for field 'superevent': 'S191301a' is not a superevent id",
            (),
        ),
        ({"field": "far", "op": "<"}, "A condition needs 'value'.", ()),
        ({"and": []}, "'and' needs a list of at least one condition.", ("and",)),
        ({"and": ["x"]}, "A condition must be an object.", ("and", 0)),
        (leaf(3, "=", 1), "Unknown field '3' for object type 'event'", ()),
        (DEEP, "The query is nested too deeply.", ("not",) * 51),
    ],
)
def test_errors(document: Any, message: str, path: object) -> None:
    """An error says what is wrong and where."""
    with pytest.raises(InvalidQuery) as caught:
        structured_filter(document)
    assert (str(caught.value), caught.value.path) == (message, path)


@pytest.mark.parametrize("text", ["{", b"\xff", "far < 1e-7"])
def test_unreadable_bodies(text: Any) -> None:
    """A text that is no JSON is refused in the server's words."""
    with pytest.raises(InvalidQuery, match=r"^Could not parse query body: "):
        structured_filter(text)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", [5, 4, 3, 1, 2]),
        ("-created", [5, 4, 3, 1, 2]),
        ("created", [2, 1, 3, 4, 5]),
        ("-id", [5, 4, 3, 2, 1]),
        ("-far,id", [2, 1, 3, 4, 5]),
        ("group", [1, 2, 4, 5, 3]),
        ("-coincinspiralevent__snr", [1, 5, 4, 3, 2]),
        (" -gpstime ", [1, 2, 5, 4, 3]),
    ],
)
def test_event_orders(database: sqlite3.Connection, sort: str, expected: object) -> None:
    """Any field sorts, through relations too; ties keep one order."""
    rows = database.execute(f"SELECT id FROM event {event_order(sort)}")
    assert [number for (number,) in rows] == expected


@pytest.mark.parametrize("sort", ["nosuchfield", "-far;--", "si__snr", "far,", ",", "-"])
def test_unknown_event_order(sort: str) -> None:
    """The server names the fields it knows."""
    message = r"^Cannot resolve keyword '.*' into field\. Choices are: "
    with pytest.raises(InvalidSort, match=message):
        event_order(sort)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", [27, 4, 3, 1]),
        ("nosuchfield", [27, 4, 3, 1]),
        ("t_0,nosuchfield", [1, 27, 4, 3]),
        ("superevent_id", [4, 1, 3, 27]),
        ("-id", [27, 3, 1, 4]),
        ("default_superevent_id", [4, 1, 27, 3]),
        ("category,-created", [4, 1, 27, 3]),
    ],
)
def test_superevent_orders(database: sqlite3.Connection, sort: str, expected: object) -> None:
    """Unknown fields are dropped in silence; the newest come first by default."""
    rows = database.execute(f"SELECT id FROM superevent {superevent_order(sort)}")
    assert [number for (number,) in rows] == expected
