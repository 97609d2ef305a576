"""What the built-in transports promise beyond the protocol."""

from __future__ import annotations

import base64
import ssl
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, List

import pytest

from gracedb_core._tls import TLSContexts
from gracedb_core.errors import ClientClosed, ConnectFailed, InputError
from gracedb_core.interfaces import Origin, Request, TransportOptions
from gracedb_core.transports import _sockets
from gracedb_core.transports._pools import open_pool
from gracedb_core.transports._requests import RequestsTransport
from gracedb_core.transports._urllib3 import Urllib3Transport

from ..conftest import need_library
from .authority import Authority
from .awaiting import Waiting
from .conftest import open_way
from .relaying import relays
from .server import Server, answer, echoes, says
from .test_conformance import get, post, read_all


@pytest.fixture(params=[Urllib3Transport, RequestsTransport])
def pooled(request: pytest.FixtureRequest) -> Any:
    """Give each transport over pools of urllib3 in turn."""
    return request.param


@pytest.fixture(params=["urllib3", "requests", "aiohttp, awaited"])
def kind(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give what opens each built-in transport in turn; those to await are waited for."""
    way, opened = str(request.param), []
    need_library(way.partition(",")[0])

    def open_kind(options: TransportOptions) -> Any:
        opened.append(open_way(way, options))
        return opened[-1]

    yield open_kind
    for transport in opened:
        transport.end() if isinstance(transport, Waiting) else transport.close()


def open_to(kind: Any, server: Server, **options: Any) -> Any:
    """Open a transport to *server*."""
    options = {"tls": TLSContexts(), "origin": Origin("http", "127.0.0.1", server.port), **options}
    return kind(TransportOptions(**options))


@pytest.mark.parametrize("name", ["urllib3", "requests"])
def test_libraries_are_loaded_when_opened(name: str) -> None:
    """Offering a transport loads no library; opening one loads its own."""
    program = (
        "import sys\n"
        f"from gracedb_core.transports import {name} as plugin\n"
        "offer, = plugin.gracedb_transports()\n"
        "assert not {'urllib3', 'requests'} & set(sys.modules)\n"
        "from gracedb_core.interfaces import Origin, TransportOptions\n"
        "offer.open(TransportOptions(Origin('http', 'h', 80), None)).close()\n"
        "assert 'urllib3' in sys.modules\n"
        f"assert ('requests' in sys.modules) == (offer.name == 'requests')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_aiohttp() -> None:
    """Where the library of an extra is missing, opening its transport says how to install it."""
    program = (
        "import sys\n"
        "sys.modules['aiohttp'] = None\n"
        "from gracedb_core.errors import PluginError\n"
        "from gracedb_core.transports.aiohttp import gracedb_transports\n"
        "offer, = gracedb_transports()\n"
        "try:\n"
        "    offer.open_async(None)\n"
        "except PluginError as error:\n"
        "    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE)
    assert b"pip install 'gracedb-core[aiohttp]'" in said.stdout


def test_closed_for_good(kind: Any) -> None:
    """A closed transport says so to whoever has it still, and opens nothing that nobody closes."""
    with Server() as server:
        transport = open_to(kind, server)
        assert transport.send(get()).body == b"hello"
        transport.close()
        with pytest.raises(ClientClosed, match="make a new one"):
            transport.send(get())
    assert server.connections == 1


def test_closed_body(kind: Any) -> None:
    """A closed body says so instead of passing for one that was read to its end."""
    with Server() as server:
        transport = open_to(kind, server)
        body = transport.send(get(stream=True)).body
        body.close()
        with pytest.raises(ValueError, match="closed"):
            body.read(1)
        transport.close()


@pytest.mark.parametrize(("method", "connections"), [("GET", 1), ("POST", 2), ("DELETE", 2)])
def test_no_write_rides_on_an_idle_connection(
    kind: Any, method: str, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What must not be sent twice does not use a connection which the server may be closing."""
    with Server() as server:
        transport = open_to(kind, server)
        transport.send(get())
        monkeypatch.setattr(_sockets, "A_MOMENT", -1.0)
        transport.send(Request(method, "/"))
        assert server.connections == connections
        transport.close()


def test_repeated_header_lines(kind: Any) -> None:
    """Header lines of one name are sent as one."""
    with Server() as server:
        transport = open_to(kind, server)
        transport.send(get("/", ("X-A", "1"), ("X-A", "2")))
        transport.close()
    assert server.heard[0].header("x-a") == "1, 2"


def test_a_length_that_is_given(kind: Any) -> None:
    """A request that tells its length, however that is spelled, tells it once."""
    with Server(echoes) as server:
        transport = open_to(kind, server)
        transport.send(Request("POST", "/", (("content-length", "3"),), b"abc"))
        transport.close()
    told = [value for name, value in server.heard[0].headers if name.lower() == "content-length"]
    assert told == ["3"]


def test_superseded_while_asking(kind: Any, authority: Authority) -> None:
    """Threads that alternate between certificates lose no request to a pool that was closed."""
    certificates = [authority.client("old"), authority.client("new")]
    context = authority.server("127.0.0.1", ask=ssl.CERT_OPTIONAL)
    with Server(tls=context) as server, ThreadPoolExecutor(8) as threads:
        transport = open_to(
            kind,
            server,
            tls=TLSContexts(verify=authority.path),
            origin=Origin("https", "127.0.0.1", server.port),
        )

        def ask(number: int) -> int:
            request = Request("GET", "/", certificate=certificates[number % 2])
            return int(transport.send(request).status)

        assert set(threads.map(ask, range(64))) == {200}
        transport.close()


def test_no_more_connections_are_kept_than_asked_for(kind: Any) -> None:
    """Streams may be many; of their connections as many are kept as the pool has places."""
    with Server() as server:
        transport = open_to(kind, server, pool_size=2)
        responses = [transport.send(get(stream=True)) for _ in range(5)]
        assert [read_all(each) for each in responses] == [b"hello"] * 5
        while len(server._lines) > 2:
            server.ending.wait(0.001)
        assert server.connections == 5
        transport.send(get())
        assert (server.connections, len(server._lines)) == (5, 2)
        transport.close()


def test_superseded_connections_are_closed(kind: Any, authority: Authority) -> None:
    """Where a certificate is renewed, idle connections that show the old one are closed."""
    with Server(tls=authority.server("127.0.0.1", ask=ssl.CERT_OPTIONAL)) as server:
        origin = Origin("https", "127.0.0.1", server.port)
        transport = open_to(kind, server, tls=TLSContexts(verify=authority.path), origin=origin)
        for name in ("old", "new"):
            transport.send(Request("GET", "/", certificate=authority.client(name)))
        while 1 in server._lines:
            server.ending.wait(0.001)
        assert 2 in server._lines
        transport.close()


def test_closed_pool_is_replaced(pooled: Any) -> None:
    """A pool that was closed after it was chosen is not used, and nothing is lost."""
    with Server() as server:
        transport = open_to(pooled, server)
        chosen = transport._pool(None)
        choose = transport._pool
        # As the thread does that sends with another certificate.
        transport._current = None
        chosen.close()
        transport._pool = lambda certificate: pools.pop() if pools else choose(certificate)
        pools: List[Any] = [chosen]
        assert transport.send(get()).body == b"hello"
        transport.close()


def test_multipart_answer(kind: Any) -> None:
    """Content types that the parser of headers treats in a special way are answers like others."""
    for content in ("multipart/mixed; boundary=x", "multipart/mixed", "message/rfc822"):
        with Server(says(answer(b"--x--", f"Content-Type: {content}"))) as server:
            transport = open_to(kind, server)
            assert transport.send(get()).body == b"--x--"
            transport.close()


# Proxies


def proxied(kind: Any, proxy: Server, origin: Origin, user: str = "") -> Any:
    """Open a transport through *proxy*."""
    address = f"{user}127.0.0.1:{proxy.port}"
    return open_to(kind, proxy, proxy=address if not user else f"http://{address}", origin=origin)


def test_forwarding_proxy(kind: Any) -> None:
    """Over plain http a proxy is asked for the whole URL."""
    with Server(echoes) as proxy:
        transport = proxied(kind, proxy, Origin("http", "gracedb.invalid", 8080), "al%40b:p%C3%A9@")
        assert transport.send(post(b"abc")).body == b"abc"
        transport.close()
    heard = proxy.heard[0]
    assert heard.line == "POST http://gracedb.invalid:8080/ HTTP/1.1"
    assert heard.header("host") == "gracedb.invalid:8080"
    expected = base64.b64encode("al@b:pé".encode()).decode()
    assert heard.header("proxy-authorization") == f"Basic {expected}"
    known = {"host", "user-agent", "content-length", "proxy-authorization"}
    assert {name.lower() for name, _ in heard.headers} == known


def test_tunnel(kind: Any, authority: Authority) -> None:
    """Over https a proxy sees neither request nor credential; its own password stays with it."""
    tls = authority.server("localhost")
    with Server(echoes, tls=tls) as server, Server(relays()) as proxy:
        transport = open_to(
            kind,
            proxy,
            proxy=f"http://albert:secret@127.0.0.1:{proxy.port}",
            origin=Origin("https", "localhost", server.port),
            tls=TLSContexts(verify=authority.path),
        )
        request = Request("POST", "/a", (("Authorization", "Bearer x"),), b"abc")
        for _ in range(2):
            assert transport.send(request).body == b"abc"
        transport.close()
    assert server.connections == 1
    assert server.heard[0].line == "POST /a HTTP/1.1"
    assert server.heard[0].header("proxy-authorization") is None
    (asked,) = proxy.heard
    assert asked.line.startswith(f"CONNECT localhost:{server.port} ")
    assert asked.header("authorization") is None
    assert asked.header("proxy-authorization") is not None


def test_idle_tunnel(kind: Any, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tunnel that is replaced is made anew through the proxy, never past it."""
    with Server(echoes, tls=authority.server("localhost")) as server, Server(relays()) as proxy:
        transport = open_to(
            kind,
            proxy,
            proxy=f"http://127.0.0.1:{proxy.port}",
            origin=Origin("https", "localhost", server.port),
            tls=TLSContexts(verify=authority.path),
        )
        assert transport.send(post(b"abc")).body == b"abc"
        monkeypatch.setattr(_sockets, "A_MOMENT", -1.0)
        assert transport.send(post(b"abc")).body == b"abc"
        transport.close()
    assert [heard.line.split()[0] for heard in proxy.heard] == ["CONNECT", "CONNECT"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unreachable_proxy(kind: Any, scheme: str) -> None:
    """A proxy that is not there is named as the trouble, without its password."""
    with Server() as gone:
        pass
    transport = proxied(kind, gone, Origin(scheme, "gracedb.invalid", 80), "albert:secret@")
    with pytest.raises(ConnectFailed) as caught:
        transport.send(get())
    shown = "".join(traceback.format_exception(type(caught.value), caught.value, None))
    assert "proxy" in shown
    assert "secret" not in shown


def test_refusing_proxy(kind: Any) -> None:
    """A proxy that opens no tunnel: nothing was sent to the server."""
    with Server(says(answer(b"", status="407 Who are you"))) as proxy:
        transport = proxied(kind, proxy, Origin("https", "gracedb.invalid", 443))
        with pytest.raises(ConnectFailed, match=r"proxy.*407"):
            transport.send(post(b"x"))


def test_secure_proxy(kind: Any, authority: Authority) -> None:
    """A proxy that is itself reached over TLS is verified like the server."""
    with Server(echoes, tls=authority.server("localhost")) as proxy:
        transport = open_to(
            kind,
            proxy,
            proxy=f"https://localhost:{proxy.port}",
            origin=Origin("http", "gracedb.invalid", 80),
            tls=TLSContexts(verify=authority.path),
        )
        assert transport.send(post(b"abc")).body == b"abc"
        transport.close()
    assert proxy.heard[0].line == "POST http://gracedb.invalid/ HTTP/1.1"


@pytest.mark.parametrize("proxy", ["socks5://a:secret@h", "http://", "http://[", ""])
def test_malformed_proxy(kind: Any, proxy: str) -> None:
    """A proxy that cannot be used is refused in a sentence that does not show its password."""
    with Server() as server:
        transport = open_to(kind, server, proxy=proxy)
        with pytest.raises(InputError, match="proxy must be given as") as caught:
            transport.send(get())
    assert "secret" not in str(caught.value)


def test_only_the_context_says_whom_to_trust() -> None:
    """What a distribution has made the default of urllib3 does not count."""
    for proxy in (None, "https://127.0.0.1:9/"):
        options = TransportOptions(
            Origin("https", "gracedb.example", 443), TLSContexts(verify=False), 1, proxy
        )
        with pytest.warns(UserWarning, match="verify=False"):
            pool: Any = open_pool(options, None)
        assert (pool.cert_reqs, pool.ca_certs) == (None, None)
        pool.close()
