"""The tests themselves must be unable to reach anything of the developer's."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.conftest import KEPT, SCRUBBED, is_loopback


def test_environment_is_scrubbed() -> None:
    """No variable that names a credential, a proxy or a server survives into a test."""
    left = {name for name in os.environ if SCRUBBED.fullmatch(name)} - KEPT
    assert not left


def test_home_is_empty(hermetic: Path) -> None:
    """The home folder of the tests is not the developer's, and holds no credential."""
    assert Path.home() == hermetic
    assert not (hermetic / ".netrc").exists()
    assert not (hermetic / ".globus").exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "gracedb.example.org", "10.0.0.1"])
def test_network_is_refused(host: str) -> None:
    """A connection to anything but loopback fails the test that tries it, whatever it catches."""
    with pytest.raises(pytest.fail.Exception, match="only loopback"):
        socket.create_connection((host, 9), timeout=1)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        (None, True),
        ("", True),
        ("localhost", True),
        (b"localhost", True),
        ("127.0.0.1", True),
        ("127.4.5.6", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("8.8.8.8", False),
    ],
)
def test_loopback_is_told_apart(host: object, local: bool) -> None:
    """Loopback is an address of this machine or exactly `localhost`, never a name like it."""
    assert is_loopback(host) is local
