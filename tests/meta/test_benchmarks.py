"""The benchmarks run, every row of them; how fast anything is, no test asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

import pytest

from benchmarks.place import cores
from benchmarks.rows import ROWS, Row
from tests.meta.tree import ROOT

#: What is not installed beside these tests; anything else that is missing is a mistake of ours.
OPTIONAL = {
    "gracedb-core/aiohttp",
    "aiohttp",
    "httpx",
    "httpx/async",
    "gracedb-sdk",
    "ligo-gracedb",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not cores(), reason="the canned server needs epoll, which Linux has"),
]


@pytest.fixture(scope="module")
def document(hermetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Dict[str, Any]:
    """Run everything once, at a size that measures nothing."""
    path = tmp_path_factory.mktemp("benchmarks") / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--effort", "tiny", "--json", str(path)]
    subprocess.run(command, cwd=str(ROOT), stdout=subprocess.DEVNULL, check=True)
    found: Dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {row["name"]: row for row in found["rows"]}


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_rows_run(document: Dict[str, Any], row: Row) -> None:
    """Whoever is installed does the work of every row; whoever is not is named, with the reason."""
    results = document[row.name]["results"]
    assert [result["label"] for result in results] == [entry.label for entry in row.entries]
    for result in results:
        if result["absent"]:
            assert result["contestant"] in OPTIONAL
            assert result["trouble"]
        else:
            assert not result["trouble"]
            assert result["median"] is not None


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_claims_are_judged(document: Dict[str, Any], row: Row) -> None:
    """Every claim is reached or not, unless one of the two sides is not installed."""
    absent = {result["label"] for result in document[row.name]["results"] if result["absent"]}
    claims = document[row.name]["claims"]
    assert len(claims) == len(row.claims) > 0
    for claim in claims:
        missing = {claim["ours"], claim["than"]} & absent
        assert (claim["reached"] == "absent") == bool(missing)
        assert claim["reached"] in ("yes", "no", "absent")


def test_no_extra_connection(document: Dict[str, Any]) -> None:
    """Threads that share a client open no more connections than there are threads."""
    for result in document["threads"]["results"]:
        if result["contestant"].startswith("gracedb-core"):
            assert {figures["extra connections"] for figures in result["rounds"]} == {0}
