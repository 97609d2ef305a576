"""The page on migration names calls in pairs: both sides of each are made, and mean the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from gracedb_core import Client
from gracedb_core.legacy import GraceDb
from gracedb_sandbox import Sandbox
from tests.meta.tree import ROOT

from .conftest import COINC, EINSTEIN, gather, upload

PAIR = re.compile(r"^\| `(gracedb\..*?)` \| `(client\..*?)`", re.MULTILINE)


def pairs() -> List[Tuple[str, str]]:
    """List the pairs of the page."""
    text = (ROOT / "docs/how-to/migrate.md").read_text(encoding="utf-8")
    return [(match[1], match[2]) for match in PAIR.finditer(text)]


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Log in with the new client."""
    with Client(sandbox.url, **EINSTEIN) as client:
        yield client


def surroundings(gracedb: GraceDb, client: Client) -> Dict[str, Any]:
    """Make what the calls are about."""
    graceid = upload(gracedb)
    number = gracedb.write_log(graceid, "a message", tag_name="em_follow").json()["N"]
    gracedb.write_label(graceid, "INJ")
    sid = gather(gracedb, upload(gracedb))
    gracedb.write_label(sid, "H1OPS")
    gracedb.create_voevent(sid, "preliminary")
    made = gracedb.gwtc_create({}, "5.5").json()
    free = upload(gracedb)
    return {
        "gracedb": gracedb,
        "client": client,
        "id": graceid,
        "sid": sid,
        "n": number,
        "graceid": free,
        "group": "Test",
        "pipeline": "gstlal",
        "name": "coinc.xml",
        "query": "category: Test",
        "orderby": "-created",
        "sort": "-created",
        "t_start": 1,
        "t_0": 2.5,
        "t_end": 3,
        "message": "a message",
        "tags": ["pe"],
        "label": "INJ",
        "tag": "pe",
        "comment": "fine",
        "number": "5.5",
        "version": made["version"],
    }


def test_there_are_pairs() -> None:
    assert len(pairs()) > 20


@pytest.mark.parametrize(("old", "new"), pairs())
def test_a_pair(
    gracedb: GraceDb,
    client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
) -> None:
    (tmp_path / "coinc.xml").write_bytes(COINC)
    monkeypatch.chdir(tmp_path)

    def came_of(call: str, names: Dict[str, Any]) -> Any:
        query = "category: Test" if ".superevents" in call else "group: Test"
        return eval(call, {**names, "query": query})

    names = surroundings(gracedb, client)
    before = came_of(old, names)
    if ".json()" in old or ".read()" in old or not old.endswith(")"):
        assert came_of(new, names) == before
        return
    after = came_of(new, surroundings(gracedb, client))
    if hasattr(before, "__next__"):
        assert next(before).keys() == next(after).keys()
