"""Pools of connections that retry nothing, follow nothing and add no header."""

from __future__ import annotations

import ssl
from base64 import b64encode
from ipaddress import ip_address
from typing import Any, Dict, Optional
from urllib.parse import unquote

import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER, Retry, parse_url

from ..errors import InputError
from ..interfaces import ClientCert, TransportOptions
from ._sockets import Clock, ClockedHTTPConnection, ClockedHTTPSConnection

__all__ = ["Pool", "open_pool", "proxy_address", "proxy_secret"]

#: Bytes of an upload that are read, and offered to the socket, at a time.
_BLOCK = 1 << 18

_NO_RETRIES = Retry(total=False, redirect=False)


class Pool(HTTPConnectionPool):
    """A pool that hands each request's clock to the connection that carries it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"blocksize": _BLOCK, **options})

    def urlopen(self, method: str, url: str, *_args: Any, **options: Any) -> Any:
        """Send one request; of *options*, those that would do more are overruled."""
        headers = dict(options["headers"])
        named = {name.lower() for name in headers}
        for name in ("accept-encoding", "user-agent"):
            if name not in named:
                headers[name] = SKIP_HEADER
        return super().urlopen(
            method,
            url,
            body=options["body"],
            headers=headers,
            retries=_NO_RETRIES,
            redirect=False,
            assert_same_host=False,
            timeout=options["timeout"],
            # Without meaning for a pool that never blocks: this way the clock gets to _get_conn.
            pool_timeout=options["timeout"],
            preload_content=False,
            decode_content=False,
        )

    def _get_conn(self, timeout: Any = None) -> Any:
        clock: Clock = timeout
        connection: Any = super()._get_conn()
        if connection.sock is not None and not clock.repeatable and connection.clock.is_old:
            connection.close()
            connection = self._new_conn()
        connection.clock = clock
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            # From now on it is somebody else's: a late revocation must not harm it.
            conn.clock.carried_by(None)
        super()._put_conn(conn)


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


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def open_pool(options: TransportOptions, certificate: Optional[ClientCert]) -> Pool:
    """Make the pool of connections to the origin of *options* that show *certificate*."""
    origin = options.origin
    settings: Dict[str, Any] = {"maxsize": options.pool_size, "block": False}
    if origin.scheme == "https":
        context: Any = options.tls(certificate)
        if _is_address(origin.host):
            context = _NamedContext(context, origin.host)
        settings["ssl_context"] = context
    if options.proxy is None:
        pool: Pool = _POOLS[origin.scheme](origin.host, origin.port, **settings)
        return pool
    return _proxied(options.proxy, options, settings)


def _proxied(proxy: str, options: TransportOptions, settings: Dict[str, Any]) -> Pool:
    address = proxy_address(proxy)
    settings["proxy_headers"] = proxy_secret(address)
    if address.scheme == "https":
        settings["proxy_ssl_context"] = trust = options.tls(None)
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
    if address.scheme not in ("http", "https") or not address.host:
        # The address is not shown: it may hold a password.
        raise InputError("The proxy must be given as http://HOST:PORT or https://HOST:PORT.")
    return address


def proxy_secret(address: Any) -> Dict[str, str]:
    """Give the header for which a proxy lets us through; none where it does not ask who we are."""
    if not address.auth:
        return {}
    secret = b64encode(unquote(address.auth).encode()).decode("ascii")
    return {"Proxy-Authorization": f"Basic {secret}"}
