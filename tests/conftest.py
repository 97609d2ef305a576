"""What every test may rely on: an empty environment, no network but loopback, one local GraceDB."""

from __future__ import annotations

import gc
import ipaddress
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Iterator

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

    from gracedb_core import Client
    from gracedb_sandbox import Sandbox

#: Environment variables from which a client could learn a secret, a proxy, a server or a CA file.
SCRUBBED = re.compile(
    r"BEARER_TOKEN.*|SCITOKEN.*|_CONDOR_CREDS|X509_.*|NETRC|XDG_RUNTIME_DIR"
    r"|(?:https?|all|no|ftp)_proxy|GRACEDB_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSLKEYLOGFILE",
    re.IGNORECASE,
)
#: Where tox tells the interop tests to find the interpreters that hold the other clients.
KEPT = frozenset({"GRACEDB_SDK_PYTHON", "GRACEDB_PEERS_PYTHON", "GRACEDB_CONSUMERS_PYTHON"})

#: Read before the environment is emptied.
MUST_HAVE_AIOHTTP = bool(os.environ.get("GRACEDB_TEST_AIOHTTP"))


def is_loopback(host: object) -> bool:
    """Say whether *host*, a name or an address as given to a socket call, stays on this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_network(event: str, arguments: Any) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket has a path
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        # `fail` raises a BaseException, so no `except Exception` in a client can take this for
        # an unreachable server.
        pytest.fail(f"a test tried to reach {host!r}: only loopback is allowed ({event})")


#: No deadline: how fast a busy machine is says nothing about us. On a continuous integration
#: machine the examples are always the same, so that a change is blamed only for what it does.
settings.register_profile("anywhere", deadline=None, print_blob=True)
settings.register_profile("continuous", parent=settings.get_profile("anywhere"), derandomize=True)


def pytest_configure() -> None:
    """Watch every socket of this process; an audit hook sees C extensions too."""
    sys.addaudithook(_refuse_network)
    settings.load_profile("continuous" if os.environ.get("CI") == "true" else "anywhere")


@pytest.fixture(autouse=True)
def collector_at_rest() -> Iterator[None]:
    """Collect garbage between tests only, on Python 3.8.

    That one aborts, instead of raising RecursionError, when a collection calls back while a
    document that is nested too deeply is read; Hypothesis has such a callback.
    """
    if sys.version_info >= (3, 9):
        yield
        return
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Hide the developer's own environment; the value is the home folder all tests see."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if SCRUBBED.fullmatch(name) and name not in KEPT:
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        yield home


@pytest.fixture
def home(hermetic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home folder to one test alone, for tests that write into it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def sandbox(hermetic: Path) -> Iterator[Sandbox]:
    """Start one local GraceDB for the whole session: tests make their own events in it."""
    from gracedb_sandbox import Sandbox

    with Sandbox() as server:
        yield server


def need_library(transport: str) -> None:
    """Skip the test where the library of an optional *transport* is missing.

    Where `GRACEDB_TEST_AIOHTTP` is set, as tox does, it may not be: the test then runs, and fails.
    """
    if transport == "aiohttp" and not MUST_HAVE_AIOHTTP:
        pytest.importorskip("aiohttp", reason="the extra 'aiohttp' is not installed")


@pytest.fixture(params=["urllib3", "requests", "aiohttp"])
def awaited(request: pytest.FixtureRequest) -> str:
    """Name each transport that can be awaited in turn."""
    need_library(request.param)
    return str(request.param)


@pytest.fixture(params=["urllib3", "requests"])
def transport(request: pytest.FixtureRequest) -> str:
    """Name each built-in transport in turn."""
    return str(request.param)


@pytest.fixture
def client(sandbox: Sandbox, transport: str) -> Iterator[Client]:
    """Log in as the sandbox's internal user, over each transport in turn."""
    from gracedb_core import Client

    with Client(
        sandbox.url, username="albert.einstein", password="relativity", transport=transport
    ) as client:
        yield client
