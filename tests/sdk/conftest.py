"""Clients under the legacy name, and what they work on."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc
from gracedb_sdk import Client

#: The sandbox's internal user.
EINSTEIN = {"username": "albert.einstein", "password": "relativity"}
GPSTIME = 1187008882.44375


@pytest.fixture
def sdk(sandbox: Sandbox, transport: str) -> Iterator[Client]:
    """Log in under the legacy name, over each transport in turn."""
    with Client(sandbox.url, transport=transport, **EINSTEIN) as client:
        yield client


def new_event(client: Any) -> str:
    """Upload a coincidence; gives its id."""
    event = client.events.create(
        filename="coinc.xml",
        filecontents=coinc(),
        group="Test",
        pipeline="gstlal",
        search="LowMass",
    )
    return str(event["graceid"])


def new_superevent(client: Any) -> str:
    """Make a superevent of a new event; gives its id."""
    times = {"t_start": GPSTIME - 1, "t_0": GPSTIME, "t_end": GPSTIME + 1}
    made = client.superevents.create(**times, preferred_event=new_event(client))
    return str(made["superevent_id"])


@pytest.fixture
def event(sdk: Client) -> str:
    """Give the id of a new Test event."""
    return new_event(sdk)


@pytest.fixture
def superevent(sdk: Client) -> str:
    """Give the id of a new Test superevent."""
    return new_superevent(sdk)
