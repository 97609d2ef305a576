"""The store, clocks and ids: what must hold whatever is asked."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_sandbox import clock, ids
from gracedb_sandbox.annotations import Subject, add_file, add_log, find_file
from gracedb_sandbox.store import Store

from .conftest import Api


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a store in a folder of its own."""
    made = Store(tmp_path)
    yield made
    made.close()


def test_what_was_not_committed_was_never_there(store: Store) -> None:
    """A transaction ends whole or not at all, and frees the writers' turn either way."""
    subject = Subject("event", 1)
    with pytest.raises(RuntimeError), store.transaction(writing=True) as database:
        add_log(database, subject, "lost", issuer="x")
        raise RuntimeError
    with store.transaction(writing=True) as database:
        assert add_log(database, subject, "kept", issuer="x")["n"] == 1


def test_a_commit_that_fails_frees_the_turn(store: Store) -> None:
    """A broken reference is found at commit or before; the next writer is served."""
    with pytest.raises(sqlite3.IntegrityError), store.transaction(writing=True) as database:
        database.execute("INSERT INTO tagging VALUES (999, 'x')")
    with store.transaction(writing=True) as database:
        assert not database.execute("SELECT * FROM tagging").fetchall()


def test_forty_writers_number_without_gaps(store: Store) -> None:
    """N counts 1, 2, 3... whoever writes."""
    barrier = threading.Barrier(40)

    def write(_: int) -> List[int]:
        barrier.wait()
        numbers = []
        for _ in range(5):
            with store.transaction(writing=True) as database:
                numbers.append(add_log(database, Subject("event", 1), "x", issuer="x")["n"])
        return numbers

    with ThreadPoolExecutor(40) as pool:
        found = [n for numbers in pool.map(write, range(40)) for n in numbers]
    assert sorted(found) == list(range(1, 201))


def test_blobs_are_named_by_content_and_versions_by_count(store: Store) -> None:
    """Equal bytes are one file on disk; every version keeps its own."""
    subject = Subject("superevent", 7)
    blobs = [store.keep(data) for data in (b"a", b"b", b"a")]
    assert blobs[0] == blobs[2]
    with store.transaction(writing=True) as database:
        assert [add_file(database, subject, "f", blob) for blob in blobs] == [0, 1, 2]
        newest = find_file(database, subject, "f")
        assert newest is not None
        assert store.path(newest["digest"]).read_bytes() == b"a"
        with pytest.raises(ValueError, match="comma"):
            add_file(database, subject, "a,b", blobs[0])


@given(st.floats(min_value=0, max_value=2**31, allow_nan=False))
def test_gps_and_unix_time_are_inverse(gps: float) -> None:
    """There and back is the same microsecond, leap seconds aside, which Unix time repeats."""
    assert abs(clock.gps_from_unix(clock.unix_from_gps(gps)) - gps) in (
        pytest.approx(0, abs=1e-6),
        pytest.approx(1, abs=1e-6),
    )


@pytest.mark.parametrize(
    ("gps", "text"),
    [
        (0, "1980-01-06 00:00:00 UTC"),
        (1187008882, "2017-08-17 12:41:04 UTC"),
        (1365450831, "2023-04-13 19:53:33 UTC"),
    ],
)
def test_known_times(gps: float, text: str) -> None:
    """GW170817, and a candidate of 2023."""
    assert clock.utc_text(clock.unix_from_gps(gps)) == text


@given(
    st.sampled_from(["CBC", "Test", "External", "Detchar"]),
    st.sampled_from([None, "MDC", "LowMass"]),
    st.sampled_from(["gstlal", "HardwareInjection"]),
    st.integers(1, 10**9),
)
def test_an_event_answers_to_its_own_id(
    group: str, search: str, pipeline: str, number: int
) -> None:
    """The canonical id names its event, and so does G with its number."""
    event = {"group_name": group, "search": search, "pipeline": pipeline, "id": number}
    for text in (ids.graceid(event), f"G{number}"):
        parts = ids.split(text)
        assert parts is not None
        assert parts[1] == number
        assert ids.names(parts[0], event)


def test_many_clients_at_once_lose_nothing(api: Api) -> None:
    """Thirty-two keep-alive clients write; every acknowledged log is there, numbered once."""
    gid = api.event()

    def write(worker: int) -> List[int]:
        with Api(api.root) as mine:
            url = f"events/{gid}/log/"
            answers = [mine.post(url, json={"comment": f"{worker}-{k}"}) for k in range(4)]
            return [answer.json()["N"] for answer in answers]

    with ThreadPoolExecutor(32) as pool:
        numbers = [n for found in pool.map(write, range(32)) for n in found]
    assert len(set(numbers)) == 128
    assert set(numbers) <= set(api.comments(gid))
