"""Clients that others wrote, each in an interpreter that has them, talking to the sandbox."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Callable, Iterator

import pytest
import requests

from tests.sandbox.uploads import coinc_xml

from .remote import Peer, Steps

if TYPE_CHECKING:
    from pathlib import Path

    from gracedb_sandbox import Sandbox

ACCOUNT = ("albert.einstein", "relativity")
GPSTIME = 1187008882.44375


@pytest.fixture(scope="session")
def peers_python() -> str:
    """The interpreter that has gracedb-sdk and ligo-gracedb.

    Fixtures ask for it first, so that nothing is started for tests that will be skipped.
    """
    python = os.environ.get("GRACEDB_PEERS_PYTHON") or os.environ.get("GRACEDB_SDK_PYTHON")
    if python is None:
        pytest.skip("GRACEDB_PEERS_PYTHON names no interpreter that has gracedb-sdk, ligo-gracedb")
    return python


@pytest.fixture(scope="module")
def sdk(peers_python: str, sandbox: Sandbox, hermetic: Path) -> Iterator[Steps]:
    """A gracedb-sdk client of the internal user."""
    with Peer(peers_python, "sdk", sandbox.url, *ACCOUNT, home=hermetic) as steps:
        yield steps


@pytest.fixture(scope="module", params=["ligo", "ours"])
def ligo(
    request: pytest.FixtureRequest, peers_python: str, sandbox: Sandbox, hermetic: Path
) -> Iterator[Steps]:
    """A ligo-gracedb client of the internal user, then this package's face of it."""
    python = peers_python if request.param == "ligo" else sys.executable
    with Peer(python, request.param, sandbox.url, *ACCOUNT, home=hermetic) as steps:
        yield steps


@pytest.fixture(scope="session")
def new_sandbox(peers_python: str, hermetic: Path) -> Iterator[Sandbox]:
    """A sandbox that speaks as servers of 2026 do."""
    from gracedb_sandbox import Sandbox

    with Sandbox(generation="2.36") as server:
        yield server


@pytest.fixture(scope="module", params=["ligo", "ours"])
def ligo_new(
    request: pytest.FixtureRequest, peers_python: str, new_sandbox: Sandbox, hermetic: Path
) -> Iterator[Steps]:
    """The same of the newer sandbox, speaking the second version of the API."""
    python = peers_python if request.param == "ligo" else sys.executable
    kind = f"{request.param}-v2"
    with Peer(python, kind, new_sandbox.url, *ACCOUNT, home=hermetic) as steps:
        yield steps


@pytest.fixture(scope="session")
def look(peers_python: str, sandbox: Sandbox) -> Callable[[str], Any]:
    """Read the server's state without any client: the decoded answer of a GET below the root."""

    def get(path: str) -> Any:
        response = requests.get(sandbox.url + path, auth=ACCOUNT, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()

    return get


@pytest.fixture
def event(sdk: Steps) -> str:
    """The id of a new Test event, made by gracedb-sdk."""
    return str(new_event(sdk)["graceid"])


@pytest.fixture
def superevent(sdk: Steps, event: str) -> str:
    """The id of a new Test superevent around that event."""
    return str(new_superevent(sdk, event)["superevent_id"])


def new_event(sdk: Steps, **keywords: Any) -> Any:
    """Upload a coincidence with gracedb-sdk."""
    usual = {"filename": "coinc.xml", "filecontents": coinc_xml(), "search": "LowMass"}
    return sdk.events.create(**{"group": "Test", "pipeline": "gstlal", **usual, **keywords})


def new_superevent(sdk: Steps, preferred: str, **keywords: Any) -> Any:
    """Create a superevent with gracedb-sdk."""
    times = {"t_start": GPSTIME - 1, "t_0": GPSTIME, "t_end": GPSTIME + 1}
    return sdk.superevents.create(**{**times, "preferred_event": preferred, **keywords})
