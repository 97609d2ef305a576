"""`gracedb_sdk` as it is here beside gracedb-sdk itself: call by call, then what they have done."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple

import pytest
import requests

from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc
from tests.transports.server import Server

from .allowed import OF_THE_DROP_IN, STEPS_OTHERWISE, Otherwise, expected
from .calls import CALLS
from .conftest import ACCOUNT
from .test_transcripts import Transcript, interpreter
from .transcript import HERE, surroundings, transcribe

pytestmark = pytest.mark.interop

#: What depends on when something was asked, also in a document inside another.
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)?")
LATENCY = re.compile(r'(reporting_latency\\*": *)[\d.e+-]+')
#: What there may be below an event or a superevent.
PARTS = (
    *("labels", "logs", "log", "voevents", "voevent", "files", "signoffs", "signoff"),
    *("events", "permissions", "pipeline_preferred_events"),
)


class Played(NamedTuple):
    """What the steps gave, by name, and what the server then held, by path."""

    steps: Dict[str, Any]
    state: Dict[str, Any]


def timeless(document: Any) -> Any:
    """Take out of a document what depends on when it was asked for."""
    return json.loads(LATENCY.sub(r"\g<1>0", TIME.sub("TIME", json.dumps(document))))


def paths(url: str) -> Iterator[str]:
    """Name every place below the API root that holds what the steps have made."""
    yield from ("", "events/", "superevents/")
    for collection, key in (("events", "graceid"), ("superevents", "superevent_id")):
        listed = requests.get(f"{url}{collection}/", auth=ACCOUNT, timeout=30).json()
        for row in listed[collection]:
            base = f"{collection}/{row[key]}"
            yield base if collection == "events" else f"{base}/"
            yield from (f"{base}/{part}/" for part in PARTS)


def held(url: str) -> Dict[str, Any]:
    """Read all that the server holds, without any client."""
    state = {}
    for path in paths(url):
        answer = requests.get(url + path, auth=ACCOUNT, timeout=30)
        if answer.status_code != 404:  # of events and superevents, each has places of its own
            state[path] = timeless(json.loads(answer.text.replace(url, "URL/")))
    return state


def play(python: str, folder: Path, generation: str, **environment: str) -> Played:
    """Have the steps taken in *python*, against a sandbox of their own."""
    folder.mkdir()
    (folder / "coinc.xml").write_bytes(coinc())
    sandbox, silent = Sandbox(generation=generation), Server(lambda line, heard: line.stall())
    with sandbox, silent, socket.socket() as nowhere:
        nowhere.bind(("127.0.0.1", 0))  # and does not listen
        ports = (nowhere.getsockname()[1], silent.port)
        others = [f"http://127.0.0.1:{port}/api/" for port in ports]
        done = subprocess.run(
            [python, "-W", "ignore", str(HERE / "stories.py"), sandbox.url, *others],
            cwd=str(folder),
            env={**surroundings(python, folder), **environment},
            capture_output=True,
            timeout=150,
        )
        assert done.returncode == 0, done.stderr.decode()
        said = done.stdout.decode().replace(sandbox.url, "URL/")
        return Played(timeless(json.loads(said)), held(sandbox.url))


class Both(NamedTuple):
    """The same steps, taken with either; and which may differ."""

    legacy: Played
    ours: Played
    otherwise: Mapping[str, Otherwise]


@pytest.fixture(
    scope="module",
    params=[("2.33", "urllib3"), ("2.33", "requests"), ("2.36", "urllib3")],
    ids=["2.33, urllib3", "2.33, requests", "2.36"],
)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Have the steps taken on servers of each generation, and over each transport."""
    python = interpreter("GRACEDB_SDK_PYTHON")
    generation, transport = request.param
    folder = tmp_path_factory.mktemp("both")
    return Both(
        play(python, folder / "legacy", generation),
        play(sys.executable, folder / "ours", generation, GRACEDB_TRANSPORT=transport),
        {**STEPS_OTHERWISE[""], **STEPS_OTHERWISE[generation]},
    )


def names() -> List[str]:
    """Name the steps, without importing them: they import the client under comparison."""
    source = (HERE / "stories.py").read_text(encoding="utf-8")
    shared = source[source.index("def annotations") : source.index("def with_session")]
    both = re.findall(r'^        "([^"]+)":', shared, re.MULTILINE)
    steps = source[source.index("STEPS: Dict") : source.index("def run")]
    own = re.findall(r'^    "([^"]+)":', steps, re.MULTILINE)
    return [*own, *(f"{kind}.{name}" for kind in ("event", "superevent") for name in both)]


def told(outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out an error's own words: they may be better."""
    return {key: value for key, value in outcome.items() if key not in ("says", "value")}


def is_caught_alike(legacy: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Tell whether every ``except`` that catches the one catches the other."""
    return set(legacy["value"]) <= set(ours["value"])


def is_the_same(legacy: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Tell whether a program sees no difference between two outcomes."""
    if "error" not in (legacy["kind"], ours["kind"]):
        return legacy == ours
    return told(legacy) == told(ours) and is_caught_alike(legacy, ours)


def test_every_step_is_compared(both: Both) -> None:
    assert sorted(names()) == sorted(both.legacy.steps) == sorted(both.ours.steps)


@pytest.mark.parametrize("name", names())
def test_a_step(name: str, both: Both) -> None:
    """Equal results, equal refusals to the byte; what is meant to differ still does, as it says."""
    theirs, mine = both.legacy.steps[name], both.ours.steps[name]
    otherwise = both.otherwise.get(name)
    if otherwise is None:
        assert is_the_same(theirs, mine), (theirs, mine)
        return
    assert not is_the_same(theirs, mine), "no difference any more: remove it from the table"
    raised = mine["value"] if mine["kind"] == "error" else [mine["kind"]]
    assert otherwise.outcome in raised, otherwise.reason


def test_differences_are_of_steps() -> None:
    tables = STEPS_OTHERWISE.values()
    assert not {name for table in tables for name in table} - set(names())


def test_the_server_holds_the_same(both: Both) -> None:
    theirs, mine = both.legacy.state, both.ours.state
    assert len(theirs) > 50
    assert theirs.keys() == mine.keys()
    for path, document in theirs.items():
        assert mine[path] == document, path


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """The calls whose requests are compared, as gracedb-sdk makes them."""
    python = interpreter("GRACEDB_SDK_PYTHON")
    return transcribe(python, "calls.py", "gracedb_sdk", tmp_path_factory.mktemp("legacy"))


@pytest.fixture(scope="module")
def spoken_here(spoken: Transcript, tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """The same calls, as this package makes them."""
    return transcribe(sys.executable, "calls.py", "gracedb_sdk", tmp_path_factory.mktemp("ours"))


@pytest.mark.parametrize("name", CALLS)
def test_says_and_returns_the_same(name: str, spoken: Transcript, spoken_here: Transcript) -> None:
    """To a server that answers everything: raw responses where the SDK gives them."""
    assert spoken_here[name] == expected(name, spoken, differences=OF_THE_DROP_IN)
