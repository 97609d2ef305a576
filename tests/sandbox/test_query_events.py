"""The text language of event searches, executed on a small database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any, Iterator, Set

import pytest

from gracedb_sandbox.query import InvalidQuery, event_filter
from gracedb_sandbox.vocabulary import GROUPS, LABELS, PIPELINES, SEARCHES
from tests.sandbox.rows import NOW, add_event, add_superevent, empty_database, found

HOUR, DAY = 3600.0, 86400.0
MIDNIGHT = NOW - 12 * HOUR


def singles(*rows: Any) -> Any:
    names = ("ifo", "snr", "channel", "mchirp", "eff_distance")
    return [dict(zip(names, row)) for row in rows]


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(empty_database()) as database:
        _fill(database)
        yield database


def _fill(database: sqlite3.Connection) -> None:
    add_event(
        database,
        1,
        "EM_READY",
        search="LowMass",
        gpstime=1187008882.4,
        far=1e-8,
        instruments="H1,L1,V1",
        nevents=3,
        likelihood=30.0,
        superevent=1,
        extra={
            "CoincInspiral": {"snr": 32.5, "mass": 2.7},
            "SingleInspiral": singles(("H1", 4.0, "A", 1.2, 40), ("L1", 9.0, "B", 1.2, 60)),
        },
    )
    add_event(
        database,
        2,
        "EM_READY",
        "DQV",
        pipeline="MBTA",
        search="AllSky",
        gpstime=1187008883.0,
        far=1e-3,
        instruments="H1,L1",
        nevents=2,
        superevent=1,
        created=NOW - 2 * DAY,
        extra={"SingleInspiral": singles(("H1", 9.0, "A", 0.4, 40), ("L1", 4.0, "C", 0.4, 90))},
    )
    burst = {"MultiBurst": {"snr": 2.5, "central_freq": 1400.0, "ifos": "H1,L1"}}
    add_event(
        database,
        3,
        "DQV",
        group_name="Burst",
        pipeline="CWB",
        submitter="waveburst",
        gpstime=899999500.0,
        instruments="H1,L1",
        created=MIDNIGHT - DAY,
        extra=burst,
    )
    grb = {"GRB": {"trigger_id": "555754955", "T90": 2.5, "ra": 12.5}}
    add_event(
        database, 4, group_name="External", pipeline="Fermi", search="GRB", extra=grb, replay_id="X"
    )
    add_event(database, 5, group_name="Test", gpstime=5.0, replay_id="X", superevent=2)
    add_event(database, 6, search="MDC", gpstime=6.0, submitter="albert.einstein")
    add_event(database, 7, group_name="Test", search="MDC")
    add_event(database, 8, pipeline="HardwareInjection", created=MIDNIGHT + 12 * HOUR + 5)
    add_event(database, 9, "INJ", pipeline="oLIB", created=MIDNIGHT - 3 * HOUR, offline=1)
    add_superevent(database, 1, preferred_event=1, date="180525", number=3)
    add_superevent(database, 2, preferred_event=5, category="T", gw_id="TGW190505A", is_gw=1)


EVERY = {1, 2, 3, 4, 8, 9}  # neither Test nor MDC

TABLE = [
    # what the server's own tests, its clients and its manual show
    ("ifos: H1,L1,V1", {1}),
    ("far <= 1e-7", {1}),
    ("far: 0.001", {2}),
    ("hasfar", {1, 2}),
    ('instruments: "H1,L1,V1"', {1}),
    ("singleinspiral.mchirp >= 0.5 & singleinspiral.eff_distance in 0.0,55", {1}),
    ('(si.channel = "A" | si.channel = "B") & si.snr < 5', {1}),
    ("mb.snr in 1,3 & mb.central_freq > 1000", {3}),
    ("gpstime: 899999000 .. 999999999", {3}),
    ("created: 2019-05-04 00:00:00 .. 2019-05-05 12:00:04", {1, 2, 3, 4, 9} - {2}),
    ("yesterday .. now", {1, 3, 4, 9}),
    ("a couple of days ago", {2}),
    ("created: 3 days ago .. 2 days ago", {2}),
    ("noon", {1, 4}),
    ("G1 .. G3", {1, 2, 3}),
    ("G1 G3 G4", {1, 3, 4}),
    ("hid: H8", {8}),
    ("E4", {4}),
    ("M6", {6}),
    ("T5", {5}),
    ("CBC LowMass", {1}),
    ("gstlal group: CBC LowMass pipeline: MBTA", {1}),
    ("Test MDC", {7}),
    ('"waveburst"', {3}),
    ("superevent: S180525c", {1, 2}),
    ("O1 O2", {1, 2}),
    ("O4", set()),
    ("nevents: 2", {2}),
    ('group: External pipeline: Fermi grbevent.trigger_id = "555754955"', {4}),
    ("superevent: S180525c group: CBC Burst", {1, 2}),
    ("group: Test replay_id: X", {5}),
    ('O2 submitter: "gstlalcbc"', {1, 2}),
    # terms of one kind widen, different kinds narrow
    ("CBC Burst", {1, 2, 3, 8, 9}),
    ("MBTA CWB", {2, 3}),
    ("MBTA Burst", set()),
    ("nevents: 2 nevents: 3", set()),
    ("far < 1e-7 mb.snr > 1", {1, 3}),
    ("hasfar far < 1e-7", {1}),
    ("1187008882.4 899999500", {1, 3}),
    ("899999500 O2", {1, 2, 3}),
    # instruments
    ("H1,L1", {1, 2, 3}),
    ("L1,H1", set()),
    ("ifos: H1, L1,V1 CWB", set()),
    ("V1", {1}),
    # ids
    ("gid: g0001", {1}),
    ("G4", {4}),
    ("G8", {8}),
    ("G5", set()),
    ("G6", set()),
    ("H1", {1, 2, 3}),
    ("H1187008882.4", set()),
    ("E1", set()),
    ("G1 E4", set()),
    ("tid: T0005", {5}),
    ("T7", set()),
    ("T7 MDC", {7}),
    ("M7 T7", {7}),
    ("G1 .. G99999999999999999999", {1, 2, 3, 4, 8, 9}),
    # numbers and times
    ("1187008882.4", {1}),
    ("1.1870088824e9", {1}),
    ("gpstime > 1e9 & nevents > 2", {1}),
    ("gpstime:1187008882.4", {1}),
    ("created: 2019-05-03 12:00", {2}),
    ("2019-05-03 12:00:00", {2}),
    ("created: 2019-05-03", set()),
    ("created: yesterday", {3}),
    ("today .. tomorrow", {1, 4, 8}),
    ("noon .. in 1 minute", {1, 4, 8}),
    ("5 seconds after noon", {8}),
    ("3 hours before midnight", {9}),
    ("midnight .. 10 seconds from now", {1, 4, 8}),
    ("last Saturday", {3}),
    ("1 week before next Saturday", {3}),
    ("noon last Friday", {2}),
    ("two days before now", {2}),
    ("an hour ago .. now", {1, 4}),
    # submitters, by user name or last name, in any case
    ('"EINSTEIN" MDC', {6}),
    ('"robot" MBTA', {2}),
    ('"einstein"', set()),
    ('"testing"', set()),
    # runs, flags, superevents
    ("runid: o2", {1, 2}),
    ("in_superevent: true", {1, 2}),
    ("in_superevent: FALSE hasfar", set()),
    ("is_preferred_event: true", {1}),
    ("is_preferred_event: false hasfar", {2}),
    ("superevent: TS190505b", set()),
    ("superevent: TS190505b Test", {5}),
    ("superevent: tgw190505A test", {5}),
    ("superevent: S180525", set()),
    # attributes
    ("likelihood > 29", {1}),
    ("ci.SNR > 30, ci.mass < 3", {1}),
    ("coincinspiral.snr == 32.5", {1}),
    ("grbevent.t90 = 2.5", {4}),
    ("far < 1e-7 | mb.snr > 1 & nevents = 3", {1}),
    ("far < 1e-7 & (nevents = 3 | mb.snr > 1)", {1}),
    ("~far < 1e-7", EVERY - {1}),
    ("-(hasfar)", None),
    ("~~far < 1e-7", {1}),
    ("~si.snr > 5", {3, 4, 8, 9}),
    ("si.snr > 5", {1, 2}),
    ("si.snr > 5 | mb.snr > 1", {1, 2, 3}),
    ("offline = 1", {9}),
    ('offline = "true"', {9}),
    ('created > "2019-05-05 12:00:01"', {8}),
    ('group.name = "Burst"', {3}),
    ('submitter.username = "waveburst"', {3}),
    ("far = .001", {2}),
    ("grbevent.trigger_id = 555754955", {4}),
    # labels: cut out first, OR before AND, only the first group counts
    ("EM_READY", {1, 2}),
    ("em_ready & ~dqv", {1}),
    ("EM_READY, -DQV", {1}),
    ("label: DQV", {2, 3}),
    ("DQV | INJ & EM_READY", {2}),
    ("INJ | EM_READY & DQV | INJ", {2, 9}),
    ("~EM_READY & ~DQV & ~INJ", {4, 8}),
    ("EM_READY & ~DQV far < 1e-7", {1}),
    ("O2 ~DQV", {1}),
    ("DQV CBC INJ", {2}),
    ("label: INJ oLIB", {9}),
    # what is left out by default
    ("", EVERY | {5, 6, 7}),
    ("CBC", {1, 2, 8, 9}),
    ("Test", {5}),
    ("MDC", {6}),
    ('CBC submitter: "mdc"', set()),
    ("5 .. 6 test", {5}),
    ("5 .. 6 ER1test", {5}),
    ("gpstime: 5 .. 6", set()),
]


@pytest.mark.parametrize(("query", "expected"), TABLE)
def test_queries(database: sqlite3.Connection, query: str, expected: Any) -> None:
    """A query finds the events that the contract says it finds; None marks one it cannot read."""
    if expected is None:
        with pytest.raises(InvalidQuery):
            event_filter(query, now=NOW)
        return
    matched: Set[int] = found(database, "event", event_filter(query, now=NOW))
    assert matched == expected


@pytest.mark.parametrize(
    "query",
    [
        " ",
        "nonsense",
        "foo: 1",
        "group:CBC",
        "label:DQV",
        "label: NO_SUCH_LABEL",
        "labels: DQV",
        "DQV INJ",
        "group: Nobody",
        "CBC:",
        "GROUP: CBC",
        "submitter: albert",
        "nevents: many",
        "in_superevent: maybe",
        "in_superevent true",
        "superevent: G1",
        "superevent: S191301a",
        "superevent: S190425zzzzzzzzzzzzz",
        "D1",
        "G1 .. ",
        "1 ..",
        "1..2",
        "2019-13-01",
        "created: 2019-05-05 25:00",
        "6am tomorrow",
        "0800 yesterday",
        "far",
        "far <",
        "far < -1",
        "far <> 1",
        'far < "tiny"',
        "nosuchfield < 1",
        "si.nosuchfield < 1",
        "event.far < 1",
        "far < 1e-7 &",
        "far < 1e-7 & CBC",
        "far < 1e-7 & EM_READY",
        "(far < 1e-7",
        "(EM_READY | DQV)",
        "grb.ra > 1",
        "inj.mass1 > 1",
        "xylophone",
        "quality.x = 1",
        'offline = "perhaps"',
        "far in 1",
        "replay_id: ",
        "created: 99999999999 days ago",
        "(" * 5000,
        "far<1" + "&far<1" * 4000,
        "\ud800",
        "G" + "1" * 5000 + "!",
    ],
)
def test_what_is_no_query(query: str) -> None:
    """All that cannot be read is refused with the server's two words."""
    with pytest.raises(InvalidQuery) as caught:
        event_filter(query, now=NOW)
    assert str(caught.value) == "Invalid query"


@pytest.mark.parametrize("name", LABELS)
def test_every_label(name: str) -> None:
    """Every label is a term, in any case."""
    condition = event_filter(name.lower(), now=NOW)
    assert name in condition.parameters


@pytest.mark.parametrize("name", [*GROUPS, *PIPELINES, *SEARCHES])
def test_every_name(name: str) -> None:
    """Every group, pipeline and search is a term, in any case."""
    assert event_filter(name.upper(), now=NOW).parameters == (name,)


def test_only_parameters_carry_what_was_typed() -> None:
    """No text of the query gets into the SQL."""
    text = 'submitter: "x\'; DROP TABLE event; --" si.channel = "\' OR 1=1"'
    condition = event_filter(text, now=NOW)
    assert "DROP" not in condition.sql
    assert "1=1" not in condition.sql
    assert "' OR 1=1" in condition.parameters


def test_long_lists_are_executed(database: sqlite3.Connection) -> None:
    """Hundreds of terms stay within what SQLite lets an expression nest."""
    query = " ".join(f"G{number}" for number in range(1, 800))
    assert found(database, "event", event_filter(query, now=NOW)) == EVERY


def test_relative_times_follow_the_clock() -> None:
    """A query is read anew each time, against the present moment it is given."""
    for now in (NOW, NOW + DAY):
        assert event_filter("now", now=now).parameters == (now,)
        assert event_filter("1 month ago", now=now).parameters == (now - 30 * DAY,)
