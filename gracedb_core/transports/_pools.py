"""Pools of connections that retry nothing, follow nothing and add no header."""

from __future__ import annotations

import ssl
from base64 import b64encode
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from ipaddress import ip_address
from queue import Empty
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import unquote

import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ProxyError
from urllib3.util import parse_url

from ..errors import InputError
from ..interfaces import ClientCert, Origin, TransportOptions, secret
from ._forks import works
from ._heads import write_head
from ._replies import Reply
from ._sockets import Body, Clock, ClockedHTTPConnection, ClockedHTTPSConnection

__all__ = ["Pool", "open_pool", "proxy_address", "proxy_secret"]


class _Shelf:
    """Where idle connections lie, the last one on top.

    There is no lock, which a process that is forked at a bad moment would find locked for ever.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._idle: List[Any] = []
        self._is_closed = False

    def get(self, **_options: Any) -> Any:
        """Take one, as from a queue; raises `queue.Empty`."""
        try:
            return self._idle.pop()
        except IndexError:
            raise Empty from None

    def put(self, _nothing: None) -> None:
        """Take no notice of what urllib3 fills its queues with."""

    def keep(self, connection: Any) -> bool:
        """Put one there, if there is room, and somebody who may want it."""
        if self._is_closed or len(self._idle) >= self._room:
            return False
        self._idle.append(connection)
        if self._is_closed:  # by another thread, since then
            self.clear()
        return True

    def clear(self) -> None:
        """Close what is there and keep nothing from now on."""
        self._is_closed = True
        with suppress(Empty):
            while True:
                self.get().close()


class Pool(HTTPConnectionPool):
    """A pool to one origin: urllib3 keeps and opens the connections, and we speak over them.

    Its own way to speak, `urlopen`, takes longer than all the rest of a small request.
    """

    #: How requests name the server.
    host_named = ""
    #: What stands before a target, and which headers are added, where a proxy forwards it.
    prefix = ""
    forwarded: Mapping[str, str] = {}
    #: Whether a proxy passes on what it cannot read.
    tunnels = False
    QueueCls: Any = _Shelf

    def serve(self, origin: Origin) -> Pool:
        """Be told which origin it is for, which a proxy's address hides."""
        self.host_named = str(origin).partition("//")[2]
        self.tunnels = self.proxy is not None and origin.scheme == "https"
        if self.proxy is not None and not self.tunnels:
            self.prefix, self.forwarded = str(origin), self.proxy_headers
        return self

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: Body, clock: Clock
    ) -> Reply:
        """Send a request and give the reply, its body not read."""
        connection = self._get_conn(clock)
        try:
            if connection.sock is None:
                connection.timeout = clock.connect_timeout
                self._connect(connection)
            headers = {**headers, **self.forwarded}
            head = write_head(method, self.prefix + target, self.host_named, headers)
            reply: Reply = connection.exchange(method, head, body)
        except BaseException:
            self._take_back(connection, reusable=False)
            raise
        reply.ended = partial(self._take_back, connection)
        return reply

    def _connect(self, connection: Any) -> None:
        try:
            if self.tunnels:
                self._prepare_proxy(connection)
            else:
                connection.connect()
        except (HTTPError, HTTPException, OSError) as error:
            if self.proxy is None:
                raise
            raise ProxyError("Cannot connect through the proxy.", error) from error

    def _get_conn(self, timeout: Any = None) -> Any:
        clock: Clock = timeout
        connection: Any = super()._get_conn()
        if connection.sock is not None and not clock.repeatable and connection.clock.is_old:
            connection.close()
        connection.clock = clock
        return connection

    def _put_conn(self, conn: Any) -> None:
        shelf: Any = self.pool
        if shelf is None or not shelf.keep(conn):
            conn.close()

    def close(self) -> None:
        shelf: Any = self.pool
        self.pool = None
        if shelf is not None:
            shelf.clear()

    def _take_back(self, connection: Any, *, reusable: bool) -> None:
        if connection.is_inherited:
            connection.close()
            return
        # From now on it is somebody else's: a late revocation must not harm it.
        connection.clock.carried_by(None)
        if not reusable:
            # Its place in the pool is given back; it opens again when it is used.
            connection.close()
        self._put_conn(connection)


class _HTTPPool(Pool):
    ConnectionCls = ClockedHTTPConnection


class _HTTPSPool(Pool, HTTPSConnectionPool):
    ConnectionCls = ClockedHTTPSConnection


_POOLS: Dict[str, Any] = {"http": _HTTPPool, "https": _HTTPSPool}


class _NamedContext:
    """A TLS context that is told the name of the server.

    urllib3 1.26 leaves the name out where it is an IP address, and a context that checks names
    then refuses.
    """

    def __init__(self, context: ssl.SSLContext, name: str) -> None:
        self._context = context
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def wrap_socket(self, sock: Any, **options: Any) -> Any:
        return self._context.wrap_socket(sock, **{"server_hostname": self._name, **options})


def _named(context: ssl.SSLContext, host: str) -> Any:
    """Tell *context* the name of *host* where urllib3 may not."""
    try:
        ip_address(host)
    except ValueError:
        return context
    return _NamedContext(context, host)


def open_pool(options: TransportOptions, certificate: Optional[ClientCert]) -> Pool:
    """Make the pool of connections to the origin of *options* that show *certificate*."""
    with works.at_work():
        return _opened(options, certificate).serve(options.origin)


def _opened(options: TransportOptions, certificate: Optional[ClientCert]) -> Pool:
    origin = options.origin
    settings: Dict[str, Any] = {"maxsize": options.pool_size, "block": False}
    if "https" in (origin.scheme, (options.proxy or "").partition(":")[0].lower()):
        # Debian's urllib3 has defaults of its own, which go before what the context says.
        settings.update(cert_reqs=None, ca_certs=None)
    if origin.scheme == "https":
        settings["ssl_context"] = _named(options.tls(certificate), origin.host)
    if options.proxy is not None:
        return _proxied(options.proxy, options, settings)
    pool: Pool = _POOLS[origin.scheme](origin.host, origin.port, **settings)
    return pool


def _proxied(proxy: str, options: TransportOptions, settings: Dict[str, Any]) -> Pool:
    address = proxy_address(proxy)
    settings["proxy_headers"] = proxy_secret(address)
    if address.scheme == "https":
        settings["proxy_ssl_context"] = trust = _named(options.tls(None), address.host)
        # What is forwarded rather than tunnelled, older versions wrap in the context of the pool.
        settings.setdefault("ssl_context", trust)
    # Without the password: urllib3 shows the address in exceptions.
    manager = urllib3.ProxyManager(address._replace(auth=None).url, **settings)
    manager.pool_classes_by_scheme = _POOLS
    origin = options.origin
    pool: Any = manager.connection_from_host(origin.host, origin.port, origin.scheme)
    checked: Pool = pool
    return checked


def proxy_address(proxy: str) -> Any:
    """Read the URL of a proxy; raises `InputError`."""
    try:
        address = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    except HTTPError:
        address = parse_url("")
    address = address._replace(auth=secret(address.auth))
    if address.scheme not in ("http", "https") or not address.host:
        # The address is not shown: it may hold a password.
        raise InputError("The proxy must be given as http://HOST:PORT or https://HOST:PORT.")
    return address


def proxy_secret(address: Any) -> Dict[str, str]:
    """Give the header for which a proxy lets us through; none where it does not ask who we are."""
    if not address.auth:
        return {}
    login = b64encode(unquote(address.auth).encode()).decode("ascii")
    return {"Proxy-Authorization": secret(f"Basic {login}")}
