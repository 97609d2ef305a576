"""Every transport that a plugin offers, opened against servers that say what they are told."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List

import pytest

from gracedb_core._plugins import Plugins, installed_plugins
from gracedb_core._tls import TLSContexts
from gracedb_core.interfaces import Origin, Transport, TransportOffer, TransportOptions

from .authority import Authority
from .server import Server

OFFERS = Plugins(installed_plugins()).transports()

Opener = Callable[..., Transport]


@pytest.fixture(params=sorted(OFFERS))
def offer(request: pytest.FixtureRequest) -> TransportOffer:
    """Give each offered transport in turn."""
    return OFFERS[request.param]


@pytest.fixture
def connect(offer: TransportOffer) -> Iterator[Opener]:
    """Open transports to servers; they are closed when the test is over."""
    opened: List[Transport] = []

    def connect(server: Server, *, tls: Any = None, **options: Any) -> Transport:
        origin = Origin("https" if server.tls else "http", server.host, server.port)
        origin = options.pop("origin", origin)
        transport = offer.open(TransportOptions(origin, tls or TLSContexts(), **options))
        opened.append(transport)
        return transport

    yield connect
    for transport in opened:
        transport.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))
