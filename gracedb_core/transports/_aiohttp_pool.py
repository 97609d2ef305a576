"""What is open on one loop: connections that aiohttp makes, and that are kept here."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from math import inf
from typing import Any, AsyncGenerator, Dict, List, Optional, Set

import aiohttp
from yarl import URL

from ..errors import InputError
from ..interfaces import ClientCert, Request, TransportOptions
from ._aiohttp_lines import Line
from ._closed import closed
from ._forks import works
from ._pools import proxy_address, proxy_secret
from ._sockets import REPEATABLE

__all__ = ["Pool", "Way"]


class Pool:
    """Connections to one server; at most so many requests as *options* say are on their way.

    They are kept here and not by aiohttp, which would send again, without a word, what was on a
    connection that ended, and tells nobody how long one was idle. A request with another
    certificate supersedes those that show the one before.
    """

    def __init__(self, options: TransportOptions) -> None:
        self.loop = asyncio.get_running_loop()
        self.turns = asyncio.Semaphore(options.pool_size)
        self._size = options.pool_size
        self.way = Way(options)
        # Not the resolver of aiodns, used where it happens to be installed: it reads other files.
        self._connector = aiohttp.TCPConnector(limit=0, resolver=aiohttp.ThreadedResolver())
        self._threads: Optional[Executor] = None
        self._idle: List[Line] = []
        self._open: Set[Line] = set()
        self._certificate: Optional[str] = None
        self._address: Any = None
        self._closed = False

    @property
    def threads(self) -> Executor:
        """Those on which uploads are read, where reading may wait for a disk."""
        self._refuse_if_closed()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._size, "gracedb-core-uploads")
        return self._threads

    def idle(self, request: Request) -> Optional[Line]:
        """Take an idle connection that may carry *request*, if there is one."""
        certificate = request.certificate
        shown = None if certificate is None else certificate.fingerprint
        if self._address is None or shown != self._certificate:
            self._supersede(certificate, shown)
        while self._idle:
            line = self._idle.pop()
            if line.is_alive:
                if request.method in REPEATABLE or not line.is_old:
                    return line
                # The server may be closing it, and its loss could not be told from a lost answer.
                self.drop(line)
                return None
            self.drop(line)
        return None

    async def connect(self, request: Request, end: float) -> Line:
        """Make a connection for *request*, by *end*; it shows what `idle` was asked with."""
        self._refuse_if_closed()
        address, limit = self._address, request.timeout.connect
        limits = aiohttp.ClientTimeout(sock_connect=limit)
        # aiohttp bounds each step; not the look-up of a name, nor the wait for a proxy's word.
        whole = max(end - self.loop.time(), 0.001)
        if self.way.tunnels and limit is not None:
            whole = min(whole, limit)
        connecting = self.loop.create_task(self._connector.connect(address, [], limits))
        try:
            await asyncio.wait({connecting}, timeout=None if whole == inf else whole)
            if not connecting.done():
                raise asyncio.TimeoutError
            line = Line(connecting.result(), self.loop, address)
        except BaseException:
            connecting.cancel()
            connecting.add_done_callback(_close_late)
            raise
        self._open.add(line)
        return line

    def give_back(self, line: Line) -> None:
        """Keep *line* for the next request, where it is fit for one."""
        if line.is_alive and line.address is self._address and len(self._idle) < self._size:
            line.rest()
            line.touched = self.loop.time()
            self._idle.append(line)
        else:
            self.drop(line)

    def drop(self, line: Line) -> None:
        """Close *line*."""
        self._open.discard(line)
        line.close()

    def _supersede(self, certificate: Optional[ClientCert], shown: Optional[str]) -> None:
        self._address, self._certificate = self.way.address(certificate, self.loop), shown
        while self._idle:
            self.drop(self._idle.pop())

    def _refuse_if_closed(self) -> None:
        # For who had to wait for his turn.
        if self._closed:
            raise closed()

    async def open(self) -> None:
        """See to it that this is closed at the latest when its loop ends."""
        # A loop that ends closes its generators, and also one that is forgotten before. This one is
        # held by the pool: forgotten just as its program ends, it would be closed too late.
        self._keeper = self._kept()
        await self._keeper.__anext__()

    async def close(self) -> None:
        """Close everything, what is in use too; a second call does nothing."""
        await self._keeper.aclose()

    async def _kept(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self._close()

    async def _close(self) -> None:
        self._closed = True
        if self._threads is not None:
            self._threads.shutdown(wait=False)
        self._idle.clear()
        lines, self._open = self._open, set()
        for line in lines:
            line.abort()
        # A connection tells whoever waits on it in the loop's next turn, TLS in the one after.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for line in lines:
            line.close()
        await self._connector.close()


def _close_late(connecting: asyncio.Task[Any]) -> None:
    """Close a connection that was made too late."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


class Way:
    """How the server is reached: itself, or through a proxy."""

    def __init__(self, options: TransportOptions) -> None:
        self._tls = options.tls
        self._url = URL(str(options.origin))
        self._is_secure = options.origin.scheme == "https"
        self._proxy: Dict[str, Any] = {}
        #: What the target of a request begins with, and what a proxy that reads it is told.
        self.prefix = ""
        self.secret: Dict[str, str] = {}
        self.tunnels = options.proxy is not None and self._is_secure
        self._proxy_is_secure = False
        if options.proxy is not None:
            self._lead_through(options.proxy, str(options.origin))

    def _lead_through(self, proxy: str, origin: str) -> None:
        address = proxy_address(proxy)
        secret = proxy_secret(address)
        self._proxy_is_secure = address.scheme == "https"
        # Without the password: aiohttp would encode it in its own way.
        self._proxy["proxy"] = URL(address._replace(auth=None).url)
        if not self._is_secure:
            self.prefix, self.secret = origin, secret
        elif self._proxy_is_secure:
            raise InputError(
                "The transport 'aiohttp' cannot reach an https server through a proxy that is "
                "itself reached over https; use transport='urllib3'."
            )
        else:
            self._proxy["proxy_headers"] = secret

    def address(self, certificate: Optional[ClientCert], loop: Any) -> aiohttp.ClientRequest:
        """Give what aiohttp connects to: a request, which is never sent."""
        options = dict(self._proxy)
        with works.at_work():
            if self._is_secure:
                options["ssl"] = self._tls(certificate)
            elif self._proxy_is_secure:
                options["ssl"] = self._tls(None)
        return aiohttp.ClientRequest("GET", self._url, loop=loop, **options)
