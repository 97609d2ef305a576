"""Every transport that a plugin offers, opened against servers that say what they are told."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any, Callable, Iterator, List

import pytest

from gracedb_core._openings import open_blocking, others
from gracedb_core._plugins import Plugins, installed_plugins
from gracedb_core._tls import TLSContexts
from gracedb_core.interfaces import Origin, TransportOptions

from ..conftest import need_library
from .authority import Authority
from .awaiting import Waiting, waiting
from .server import Server

PLUGINS = Plugins(installed_plugins())
OFFERS = PLUGINS.transports()

#: Each transport by name, as it blocks and as it is awaited.
WAYS = [
    *(name for name, (_, offer) in sorted(OFFERS.items()) if offer.open is not None),
    *(f"{name}, awaited" for name in sorted(OFFERS)),
]

Opener = Callable[..., Any]


def open_way(way: str, options: TransportOptions) -> Any:
    """Open a transport so that it is asked by blocking, however it works inside."""
    name, _, awaited = way.partition(", ")
    offer = OFFERS[name]
    if awaited:
        return waiting(PLUGINS, offer, options)
    return open_blocking(offer, options.replaced(other=others(PLUGINS, no_threads)))


def no_threads() -> Executor:
    """Fail: a transport that blocks opens another that blocks."""
    raise AssertionError("what blocks was to be awaited")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Name each offered transport in turn, as it blocks and as it is awaited."""
    need_library(request.param.partition(",")[0])
    return str(request.param)


@pytest.fixture
def connect(way: str) -> Iterator[Opener]:
    """Open transports to servers; they are closed when the test is over."""
    opened: List[Any] = []

    def connect(server: Server, *, tls: Any = None, **options: Any) -> Any:
        origin = Origin("https" if server.tls else "http", server.host, server.port)
        origin = options.pop("origin", origin)
        transport = open_way(way, TransportOptions(origin, tls or TLSContexts(), **options))
        opened.append(transport)
        return transport

    yield connect
    for transport in opened:
        transport.end() if isinstance(transport, Waiting) else transport.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))
