"""Hundreds of calls through random faults: what the client has reported is what is there."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any, Iterator, List

import pytest

from gracedb_core import Client, RetryPolicy
from gracedb_core.errors import GatewayFailure, OutcomeUnknown
from gracedb_sandbox import Sandbox
from tests.core import making

from .cells import EINSTEIN
from .kinds import FAULTS
from .proxy import Exchange, Proxy
from .soak import LEAVING, Content, Ground, Ledger, Plan, Weather, soak, upload

#: Read before the environment is emptied.
CALLS = int(os.environ.get("GRACEDB_TEST_SOAK") or 600)
SEED = int(os.environ.get("GRACEDB_TEST_SEED") or 20190425)


@pytest.fixture(scope="module")
def direct() -> Iterator[Client]:
    """Ask a server that nobody else uses, with nothing between."""
    with Sandbox() as sandbox, Client(sandbox.url, **EINSTEIN) as client:
        yield client


@pytest.mark.timeout(60 + CALLS)
def test_ledger(direct: Client, tmp_path: Path) -> None:
    """Each thing reported as done is there once, and each doubt is settled, and rightly so."""
    ground, ledger, weather = Ground(direct, CALLS), Ledger(), Weather(SEED)
    entries = Plan(ground, SEED, tmp_path).entries(CALLS)
    settled = soak(direct, weather, ledger, entries)
    content = Content(direct, ground)
    # For whoever looks into it, and where it fails.
    sys.stdout.write(
        f"{CALLS} calls, seed {SEED}; faults: {dict(weather.met)}\n"
        f"{weather.doubts} writes in doubt, of which {len(settled)} are told as unknown:\n"
        + "".join(f"  {thing}: {told} {why}\n" for thing, told, why in settled)
    )
    assert not ledger.strange
    assert sum(weather.met.values()) > CALLS // 10
    assert len(settled) <= weather.doubts
    sure, unsure = Counter(ledger.done), Counter(ledger.refused)
    for thing, told, _why in settled:
        (sure if told else unsure)[thing] += told is not False
    wrong = {
        thing: f"{content.count(thing)} times, reported {sure[thing]} times"
        for thing in {entry.thing for entry in entries if entry.thing[0] != "read"}
        if not sure[thing] <= content.count(thing) <= sure[thing] + unsure[thing]
    }
    assert not wrong
    # Of two that are alike, on purpose, it may be that nobody can tell which one is there.
    meant = Counter(entry.thing for entry in entries)
    reasonless = [thing for thing, told, why in settled if told is None and not why]
    assert not [thing for thing in reasonless if meant[thing] == 1]


def test_late(direct: Client) -> None:
    """An event that appears some time after a 504 is not made again, and is found when it does."""
    moment, go, done = making.moment(), threading.Event(), threading.Event()

    def late(exchange: Exchange) -> None:
        LEAVING(exchange)
        exchange.dealt()
        go.wait(60)
        exchange.forward()
        done.set()

    policy = RetryPolicy(attempts=2, pause=0.001)
    with Proxy(direct.url, {0: late}) as proxy, Client(
        proxy.url, retries=policy, **EINSTEIN
    ) as client:
        with pytest.raises(GatewayFailure) as caught:
            making.event(client, upload(moment))
        unknown: Any = caught.value
        before = unknown.resolve()
        go.set()
        assert done.wait(60)
        after = unknown.resolve()
    assert before.done is None
    assert after.done is True
    assert found(direct, moment) == [after.answer["graceid"]]


def test_twins(direct: Client) -> None:
    """Two uploads of the same bytes are two events, also where the answer to one is lost."""
    moment = making.moment()
    contents = upload(moment)
    for lost in ({0: FAULTS["reset after it was passed on"]}, {1: FAULTS["504 after it was done"]}):
        with Proxy(direct.url, lost) as proxy, Client(proxy.url, **EINSTEIN) as client:
            ids = {str(making.event(client, contents)["graceid"]) for _ in range(2)}
        assert len(ids) == 2
        assert ids <= set(found(direct, moment))
    assert len(found(direct, moment)) == 4


def test_found_and_not_read(direct: Client) -> None:
    """An event that was found, but could not be read just then, is found again."""
    moment = making.moment()
    # The write, who we are, the search, the file, and then the event.
    faults = {0: FAULTS["reset after it was passed on"], 4: FAULTS["500"]}
    with Proxy(direct.url, faults) as proxy, Client(proxy.url, **EINSTEIN) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            making.event(client, upload(moment))
        unknown: Any = caught.value
        assert unknown.resolve().answer["graceid"] == found(direct, moment)[0]


def found(direct: Client, moment: int) -> List[str]:
    """List the events of one GPS second."""
    return [row["graceid"] for row in direct.events.search(f"Test gpstime: {moment} .. {moment}")]
