"""Programs that others wrote, unmodified: what they make of a client, and of ours in its place."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, Iterator

import pytest

from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc

pytestmark = [pytest.mark.interop, pytest.mark.slow]

SCRIPT = Path(__file__).with_name("consumer.py")


@pytest.fixture(scope="module")
def consumers_python() -> str:
    """Find the interpreter that has the programs, ligo-gracedb and this package."""
    python = os.environ.get("GRACEDB_CONSUMERS_PYTHON")
    if python is None:
        pytest.skip("GRACEDB_CONSUMERS_PYTHON names no interpreter that has ligo.skymap")
    return python


@pytest.fixture(scope="module")
def server(consumers_python: str, hermetic: Path) -> Iterator[Sandbox]:
    """Start a sandbox that speaks as servers of 2026 do."""
    with Sandbox(generation="2.36") as server:
        yield server


@pytest.fixture(scope="module")
def ask(consumers_python: str, server: Sandbox, hermetic: Path) -> Callable[..., Any]:
    """Run the script with *what* and further words, and decode what it prints."""

    def ask(what: str, *words: str, said: bytes = b"") -> Any:
        done = subprocess.run(
            [consumers_python, "-W", "ignore", str(SCRIPT), what, server.url, *words],
            input=said,
            stdout=subprocess.PIPE,
            env={"HOME": str(hermetic)},
            cwd=str(hermetic),
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])  # ligo-gracedb prints, too

    return ask


@pytest.fixture(scope="module")
def candidate(ask: Callable[..., Any]) -> Dict[str, str]:
    """Make what the programs read: an event with its noise, and a superevent with a sky map."""
    made: Dict[str, str] = ask("prepare", said=coinc())
    return made


@pytest.fixture(scope="module")
def theirs(ask: Callable[..., Any], candidate: Dict[str, str]) -> Any:
    """Run every program with ligo-gracedb's client."""
    return ask("theirs", candidate["graceid"], candidate["superevent_id"])


@pytest.fixture(scope="module")
def ours(ask: Callable[..., Any], candidate: Dict[str, str], theirs: Any) -> Any:
    """Run every program with `gracedb_core.legacy.GraceDb`."""
    return ask("ours", candidate["graceid"], candidate["superevent_id"])


@pytest.mark.parametrize("name", ["circular", "update", "retraction"])
def test_circulars(theirs: Any, ours: Any, candidate: Dict[str, str], name: str) -> None:
    """ligo-followup-advocate announces, updates and retracts a candidate of the sandbox."""
    assert f"SUBJECT: LIGO/Virgo/KAGRA {candidate['superevent_id']}" in theirs[name]
    assert ours[name] == theirs[name]


def test_a_circular_tells_what_was_uploaded(theirs: Any) -> None:
    """The sky map, the classes and the pipeline all came through the sandbox."""
    text = " ".join(theirs["circular"].split())
    for words in ("BNS (90%), NSBH (6%)", "GstLAL", "distance estimate is 100 +/- 20 Mpc"):
        assert words in text


def test_triggers(theirs: Any, ours: Any, candidate: Dict[str, str]) -> None:
    """ligo.skymap reads what it localizes: each trigger, and the noise beside it."""
    assert [trigger[:2] for trigger in theirs["triggers"]] == [
        [candidate["graceid"], detector] for detector in ("H1", "L1", "V1")
    ]
    assert ours["triggers"] == theirs["triggers"]


def test_log_handler(theirs: Any, ours: Any) -> None:
    """The handler of Python's logging, as ligo.skymap's tools use it, writes one line."""
    assert len(theirs["log"]) == 1
    assert "WARNING:consumer:a line" in theirs["log"][0]
    assert ours["log"] == theirs["log"]
