"""The sandbox's clock: the machine's unless a test moves it, and then for every stamp."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from gracedb_sandbox import Sandbox, SandboxFailed
from gracedb_sandbox.app import create_app
from gracedb_sandbox.clock import Clock

from .conftest import EINSTEIN, Api

DAY = 86400.0


def created(api: Api) -> float:
    """Upload an event and read when, in Unix seconds, it was made."""
    stamp = api.get(f"events/{api.event()}").json()["created"]
    moment = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S UTC")
    return moment.replace(tzinfo=timezone.utc).timestamp()


def test_a_running_server_follows_its_clock() -> None:
    """A clock that was moved stamps the very next request, forward and back, and adds up."""
    with Sandbox() as server, Api(server.url) as api:
        assert abs(created(api) - time.time()) < 60
        server.advance_clock(3 * DAY)
        server.advance_clock(2 * DAY)
        assert abs(created(api) - time.time() - 5 * DAY) < 60
        server.advance_clock(-6 * DAY)
        assert abs(created(api) - time.time() + DAY) < 60


def test_a_sandbox_starts_on_time(tmp_path: Path) -> None:
    """What an earlier server on the same folder had moved is forgotten."""
    with Sandbox(tmp_path) as server:
        server.advance_clock(30 * DAY)
    with Sandbox(tmp_path) as server, Api(server.url) as api:
        assert abs(created(api) - time.time()) < 60


def test_only_a_running_sandbox_has_a_clock() -> None:
    """A clock cannot be moved before there is a server to look at it."""
    with pytest.raises(SandboxFailed, match="start it first"):
        Sandbox().advance_clock(1)


def test_an_application_takes_any_clock(tmp_path: Path) -> None:
    """An application in this process can be given a clock that stands still."""
    app = create_app(tmp_path, clock=lambda: 1234567890.0)
    answer = app.test_client().get(
        "/api/performance/", auth=EINSTEIN, headers={"User-Agent": "tests"}
    )
    app.extensions["gracedb_sandbox"].store.close()
    assert answer.get_json()["current_time"] == "2009-02-13 23:31:30 UTC"


def test_a_clock_is_the_folders(tmp_path: Path) -> None:
    """Two clocks of one folder agree, and one of another folder is not moved."""
    (tmp_path / "other").mkdir()
    Clock(tmp_path).advance(DAY)
    assert Clock(tmp_path).shift == DAY
    assert Clock(tmp_path / "other").shift == 0
    Clock(tmp_path).reset()
    Clock(tmp_path).reset()
    assert Clock(tmp_path).shift == 0
