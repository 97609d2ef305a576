"""The older client's face, of a server of each generation."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from gracedb_core.legacy import GraceDb
from gracedb_sandbox import Sandbox
from tests.sandbox.uploads import coinc_xml

EINSTEIN = {"username": "albert.einstein", "password": "relativity"}
COINC = coinc_xml()


@pytest.fixture
def gracedb(sandbox: Sandbox) -> Iterator[GraceDb]:
    """Log in to the older generation."""
    with GraceDb(sandbox.url, **EINSTEIN) as client:
        yield client


@pytest.fixture(scope="session")
def newer_sandbox(hermetic: Any) -> Iterator[Sandbox]:
    """Start a local GraceDB of the newer generation, for the whole session."""
    with Sandbox(generation="2.36") as server:
        yield server


@pytest.fixture
def newer(newer_sandbox: Sandbox) -> Iterator[GraceDb]:
    """Log in to the newer generation, by the second version of the API."""
    with GraceDb(newer_sandbox.url, api_version="v2", **EINSTEIN) as client:
        yield client


def upload(client: GraceDb, **options: Any) -> str:
    """Upload an event and give its graceid."""
    given = {"filecontents": COINC, "search": "LowMass", **options}
    graceid: str = client.create_event("Test", "gstlal", "coinc.xml", **given).json()["graceid"]
    return graceid


def gather(client: GraceDb, graceid: str) -> str:
    """Make a superevent and give its id."""
    answer = client.create_superevent(1, 2, 3, graceid, category="test")
    superevent_id: str = answer.json()["superevent_id"]
    return superevent_id


@pytest.fixture
def graceid(gracedb: GraceDb) -> str:
    """Make an event."""
    return upload(gracedb)


@pytest.fixture
def sid(gracedb: GraceDb, graceid: str) -> str:
    """Make a superevent around it."""
    return gather(gracedb, graceid)


@pytest.fixture(params=["event", "superevent"])
def subject(request: pytest.FixtureRequest) -> str:
    """Make an event, then a superevent."""
    name = "sid" if request.param == "superevent" else "graceid"
    return str(request.getfixturevalue(name))
