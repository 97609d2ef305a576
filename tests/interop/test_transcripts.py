"""What gracedb-sdk says on the wire, this client says; a closed list holds what may differ."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Dict, Mapping

import pytest

from .allowed import DIFFERENCES, expected
from .calls import CALLS, slug
from .transcript import Spoken, transcribe

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.interop
Transcript = Mapping[str, Spoken]


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """Every call, as the real gracedb-sdk makes it."""
    python = os.environ.get("GRACEDB_SDK_PYTHON")
    if python is None:
        pytest.skip("GRACEDB_SDK_PYTHON names no interpreter that has gracedb-sdk")
    return transcribe(python, "gracedb_sdk", tmp_path_factory.mktemp("legacy"), {})


@pytest.fixture(scope="module", params=["urllib3", "requests"])
def ours(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """Every call, as this client makes it, over each transport."""
    folder: Path = tmp_path_factory.mktemp("ours")
    environment = {"GRACEDB_TRANSPORT": str(request.param)}
    return transcribe(sys.executable, "gracedb_core", folder, environment)


def test_names_of_calls_make_distinct_addresses() -> None:
    assert len({slug(name) for name in CALLS}) == len(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_says_and_returns_what_the_legacy_sdk_does(
    name: str, legacy: Transcript, ours: Transcript
) -> None:
    assert ours[name] == expected(name, legacy)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.__name__)
def test_each_allowed_difference_still_exists(difference: object, legacy: Transcript) -> None:
    used: Dict[object, int] = {}
    for name in CALLS:
        expected(name, legacy, used=used)
    assert used.get(difference), "no call needs this exception any more: remove it"
