"""Clients of several people, and of a server of each generation, over each transport in turn."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from gracedb_core import Client
from gracedb_sandbox import Sandbox

from . import making

EINSTEIN = {"username": "albert.einstein", "password": "relativity"}
LEAVITT = {"username": "henrietta.leavitt", "password": "cepheids"}


@pytest.fixture
def observer(sandbox: Sandbox, transport: str) -> Iterator[Client]:
    """Log in as an external observer."""
    with Client(sandbox.url, transport=transport, **LEAVITT) as client:
        yield client


@pytest.fixture
def nobody(sandbox: Sandbox, transport: str) -> Iterator[Client]:
    """Ask as somebody who does not say who."""
    with Client(sandbox.url, transport=transport, force_noauth=True) as client:
        yield client


@pytest.fixture(scope="session")
def newer_sandbox(hermetic: Any) -> Iterator[Sandbox]:
    """Start a local GraceDB of the newer generation, for the whole session."""
    with Sandbox(generation="2.36") as server:
        yield server


@pytest.fixture
def newer(newer_sandbox: Sandbox, transport: str) -> Iterator[Client]:
    """Log in to the newer generation as its internal user."""
    with Client(newer_sandbox.url, transport=transport, **EINSTEIN) as client:
        yield client


@pytest.fixture(scope="module")
def author(sandbox: Sandbox) -> Iterator[Client]:
    """Make what the tests of a module share."""
    with Client(sandbox.url, **EINSTEIN) as client:
        yield client


@pytest.fixture(params=["event", "superevent"])
def thing(request: pytest.FixtureRequest, client: Client) -> Any:
    """Give a fresh event, then a fresh superevent: what both can do is tested on both."""
    if request.param == "event":
        return client.events[making.event_id(client)]
    return client.superevents[making.superevent_id(client)]
