"""What gracedb-sdk says on the wire, this client says; a closed list holds what may differ."""

from __future__ import annotations

import os
import sys
from typing import Dict, Mapping

import pytest

from .allowed import DIFFERENCES, expected, expected_of_official
from .calls import CALLS, slug
from .official import OFFICIAL
from .transcript import Spoken, transcribe

pytestmark = pytest.mark.interop
Transcript = Mapping[str, Spoken]


def interpreter(variable: str) -> str:
    """The interpreter that holds another client; the test is skipped without one."""
    python = os.environ.get(variable)
    if python is None:
        pytest.skip(f"{variable} names no interpreter that has the other client")
    return python


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """Every call, as the real gracedb-sdk makes it."""
    python = interpreter("GRACEDB_SDK_PYTHON")
    return transcribe(python, "calls.py", "gracedb_sdk", tmp_path_factory.mktemp("legacy"))


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """The calls that gracedb-sdk lacks, as the real ligo-gracedb makes them."""
    python = interpreter("GRACEDB_PEERS_PYTHON")
    return transcribe(python, "official.py", "ligo", tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="module", params=["urllib3", "requests"])
def ours(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """Both tables of calls, as this client makes them, over each transport."""
    spoken: Dict[str, Spoken] = {}
    for script, client in (("calls.py", "gracedb_core"), ("official.py", "ours")):
        folder = tmp_path_factory.mktemp("ours")
        heard = transcribe(sys.executable, script, client, folder, transport=request.param)
        spoken.update({f"{script} {name}": each for name, each in heard.items()})
    return spoken


def test_names_of_calls_make_distinct_addresses() -> None:
    for table in (CALLS, OFFICIAL):
        assert len({slug(name) for name in table}) == len(table)


@pytest.mark.parametrize("name", CALLS)
def test_says_and_returns_what_the_legacy_sdk_does(
    name: str, legacy: Transcript, ours: Transcript
) -> None:
    assert ours[f"calls.py {name}"] == expected(name, legacy)


@pytest.mark.parametrize("name", OFFICIAL)
def test_says_what_ligo_gracedb_does(name: str, official: Transcript, ours: Transcript) -> None:
    """Its answers are whole responses, ours are their meaning: only the requests are compared."""
    spoken = ours[f"official.py {name}"]
    assert spoken.kind != "error", spoken.value
    assert spoken.requests == expected_of_official(official[name])


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.__name__)
def test_each_allowed_difference_still_exists(difference: object, legacy: Transcript) -> None:
    used: Dict[object, int] = {}
    for name in CALLS:
        expected(name, legacy, used=used)
    assert used.get(difference), "no call needs this exception any more: remove it"
