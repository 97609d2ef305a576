"""What holds for every query: it compiles to SQL that SQLite executes, or it is refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gracedb_sandbox.query import (
    Filter,
    InvalidQuery,
    event_filter,
    structured_filter,
    superevent_filter,
)
from gracedb_sandbox.query.fields import EVENT_FIELDS, SUPEREVENT_FIELDS
from tests.sandbox.rows import NOW, empty_database, found

TABLES = {"event": event_filter, "superevent": superevent_filter}
PIECES = """
    group: CBC Burst pipeline: gstlal X Q search: MDC GRB label: DQV INJ ~ - & , | ( ) .. " ' ;
    H1,L1 ifos: G1 t2 E3 M4 gid: hid: 1187008882.4 1e9 1. created: 2019-05-05 2019-99-99 12:00
    now yesterday noon next Monday 3 days weeks ago from before in a couple of submitter: "x"
    runid: O3 S6 ER1test in_superevent: true false superevent: S190425z TGW190331EBZ S25* S*
    far si.snr grb.ra grbevent.t90 likelihood < <= = == : >= hasfar replay_id: id: t_0: is_gw:
    preferred_event: event: category: Test status: public * ~~ 5 -5 .5
"""


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(empty_database()) as database:
        yield database


def executed(database: sqlite3.Connection, table: str, build: Callable[[], Filter]) -> None:
    try:
        condition = build()
    except InvalidQuery:
        return
    found(database, table, condition)


@settings(deadline=None)
@given(st.sampled_from(sorted(TABLES)), st.text())
def test_any_text(database: sqlite3.Connection, table: str, text: str) -> None:
    """Any text is a query or is refused; nothing else happens."""
    executed(database, table, lambda: TABLES[table](text, now=NOW))


@settings(deadline=None, max_examples=500)
@given(
    st.sampled_from(sorted(TABLES)),
    st.lists(st.sampled_from(PIECES.split()), max_size=8),
    st.sampled_from([" ", ""]),
)
def test_any_words(database: sqlite3.Connection, table: str, words: Any, glue: str) -> None:
    """Words of the language in any order are a query or are refused."""
    executed(database, table, lambda: TABLES[table](glue.join(words), now=NOW))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["G1", "S190425z", "S19", "O3", "DQV", "CBC", "2019-05-05"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
FIELDS = [
    *sorted({*EVENT_FIELDS, *SUPEREVENT_FIELDS})[::7],
    "id",
    "label",
    "superevent",
    "runid",
]
OPERATORS = "= != < <= > >= between in contains startswith is_null has not_has ~"
LEAVES = st.fixed_dictionaries(
    {"field": st.sampled_from(FIELDS), "op": st.sampled_from(OPERATORS.split()), "value": VALUES}
)
NODES = st.recursive(
    LEAVES,
    lambda inner: (
        st.fixed_dictionaries({"and": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"or": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(TABLES)), NODES | VALUES)
def test_any_document(database: sqlite3.Connection, table: str, document: Any) -> None:
    """Any JSON document is a structured query or is refused."""
    executed(database, table, lambda: structured_filter(document, object_type=table))


def test_threads_share_the_grammar() -> None:
    """Many requests parse at once and each gets its own answer."""
    queries = [f"G{number} far < 0.{number:04d}" for number in range(1, 200)]

    def parameters(query: str) -> Any:
        return event_filter(query, now=NOW).parameters

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(parameters, queries))
    assert answers == [(number, float(f"0.{number:04d}")) for number in range(1, 200)]


def test_first_use_by_many_threads() -> None:
    """A fresh process may be asked by many threads before anything was ever parsed."""
    program = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from gracedb_sandbox.query import event_filter\n"
        "ask = lambda n: event_filter(f'yesterday .. now G{n} si.snr > {n} \"x\"', now=0.0)\n"
        "with Pool(16) as pool: answers = list(pool.map(ask, range(64)))\n"
        "assert [a.parameters[2] for a in answers] == list(range(64)), answers"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
