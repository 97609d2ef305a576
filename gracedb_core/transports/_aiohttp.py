"""The transport over aiohttp itself, awaited on the loop that uses it."""

from __future__ import annotations

import asyncio
import http.client
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any, AsyncGenerator, Dict, Optional, Union
from weakref import WeakSet

import aiohttp
from yarl import URL

from ..errors import InputError, SentRequest
from ..interfaces import Request, Response, Timeout, TransportOptions
from ._aiohttp_bodies import Arriving, Body, Sending, outgoing
from ._aiohttp_failures import LIBRARY_ERRORS, Unanswered, name_awaited_failure
from ._bodies import joined
from ._pools import proxy_address, proxy_secret
from ._sockets import A_MOMENT, REPEATABLE

__all__ = ["AiohttpTransport"]

#: Seconds for which a connection is kept that nobody uses.
_KEPT = 60.0
#: Bytes in a line of a head, and lines: as many as the other transports read.
_LONGEST_LINE = (1 << 16) - 1
_MOST_LINES = 200
#: What aiohttp would add where the core says nothing.
_OF_ITS_OWN = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport:
    """Sends over two sessions of aiohttp, one for what may be sent twice and one for the rest.

    A connection serves one certificate. No more requests are on their way at a time than
    connections are to be kept, and waiting for one's turn is no part of any timeout. The sessions
    are opened by the first request on a running loop, and closed with the transport or with the
    loop, whichever comes first.

    Timeouts are those of the blocking transports, but *write* bounds each quarter of a megabyte.
    """

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._origin = str(options.origin)
        self._sessions: Optional[_Sessions] = None
        self._keeper: Optional[AsyncGenerator[None, None]] = None
        self._proxy = _Proxy(options) if options.proxy is not None else None

    async def send(self, request: Request) -> Response:
        """Send *request* to the origin this transport was opened for."""
        sessions = self._sessions
        if sessions is None or sessions.loop is not asyncio.get_running_loop():
            sessions = await self._opened()
        sent = SentRequest(request.method, self._origin + request.target)
        async with sessions.turns:
            body = await outgoing(request.body, request.timeout.write, sessions.threads)
            try:
                return await self._answered(sessions, request, body, sent)
            except LIBRARY_ERRORS as error:
                failure = _named(error, body, sent)
            finally:
                if isinstance(body, Sending):
                    body.let_go()
        try:
            # Raised here, where the library's exception, which knows the headers, is no context.
            raise failure
        finally:
            del failure

    async def close(self) -> None:
        """Close every connection; a second call does nothing."""
        keeper, self._keeper, self._sessions = self._keeper, None, None
        if keeper is not None:
            await keeper.aclose()

    async def _opened(self) -> _Sessions:
        self._sessions = _Sessions(self._options.pool_size)
        # A loop that ends closes its generators, and so does one whose generator is forgotten.
        self._keeper = _kept_open(self._sessions)
        await self._keeper.__anext__()
        return self._sessions

    async def _answered(
        self, sessions: _Sessions, request: Request, body: Body, sent: SentRequest
    ) -> Response:
        answer = await self._asked(sessions, request, body)
        try:
            headers = _headers_of(answer)
            data: Union[bytes, Arriving]
            data = Arriving(answer, sent) if request.stream else await _whole(answer)
        except BaseException:
            answer.close()
            raise
        return Response(answer.status, headers, data, answer.reason or "")

    async def _asked(self, sessions: _Sessions, request: Request, body: Body) -> Any:
        session = sessions.reads if request.method in REPEATABLE else sessions.writes
        headers = joined(request.headers)
        if not all(value.isascii() for value in headers.values()):
            raise InputError("A header must be ASCII text for the transport 'aiohttp'.")
        return await session.request(
            request.method,
            URL(self._origin + request.target, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            timeout=_limits(request.timeout),
            **self._way(request, headers),
        )

    def _way(self, request: Request, headers: Dict[str, str]) -> Dict[str, Any]:
        """Say over which kind of connection *request* goes."""
        way: Dict[str, Any] = {}
        if self._options.origin.scheme == "https":
            way["ssl"] = self._options.tls(request.certificate)
        if self._proxy is not None:
            self._proxy.lead(way, request, headers)
        return way


class _Proxy:
    """The proxy between us and the server."""

    def __init__(self, options: TransportOptions) -> None:
        address = proxy_address(options.proxy or "")
        self._tls = options.tls
        self._tunnels = options.origin.scheme == "https"
        self._is_secure = address.scheme == "https"
        # Without the password: aiohttp would encode it in its own way.
        self._url = URL(address._replace(auth=None).url)
        self._secret = proxy_secret(address)

    def lead(self, way: Dict[str, Any], request: Request, headers: Dict[str, str]) -> None:
        """Lead *request*, with *headers*, through it."""
        way["proxy"] = self._url
        if self._tunnels:
            way["proxy_headers"] = dict(self._secret)
            if self._is_secure and request.certificate is not None:
                raise InputError(
                    "The transport 'aiohttp' would show your certificate to the proxy too; choose "
                    "transport='urllib3'."
                )
        else:
            headers.update(self._secret)
            if self._is_secure:
                way["ssl"] = self._tls(None)


class _Sessions:
    """What is open on one loop."""

    def __init__(self, limit: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.turns = asyncio.Semaphore(limit)
        self._lines: WeakSet[asyncio.Transport] = WeakSet()
        self.reads = self._session(_KEPT)
        # What must not be sent twice does not ride on a connection that the server may be closing.
        self.writes = self._session(A_MOMENT)
        self.threads = ThreadPoolExecutor(limit, "gracedb-core-uploads")

    async def close(self) -> None:
        self.threads.shutdown(wait=False)
        # Left to itself TLS takes leave of the server, and a loop that ends meanwhile complains.
        for line in list(self._lines):
            line.abort()
        await self.reads.close()
        await self.writes.close()
        # The loop hears of the end of each connection in its next turn.
        await asyncio.sleep(0)

    def _session(self, kept: float) -> aiohttp.ClientSession:
        answer: Any = partial(_Answer, self._lines)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=kept, resolver=aiohttp.ThreadedResolver()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_OF_ITS_OWN,
            response_class=answer,
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )


async def _kept_open(sessions: _Sessions) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await sessions.close()


class _Answer(aiohttp.ClientResponse):
    """An answer to one request, sent once; its connection is added to *lines*."""

    def __init__(self, lines: WeakSet[asyncio.Transport], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lines = lines

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        self._lines.add(connection.transport)
        try:
            return await super().start(connection)
        except LIBRARY_ERRORS as error:
            raise Unanswered from error


@lru_cache(maxsize=32)
def _limits(timeout: Timeout) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=timeout.total, sock_connect=timeout.connect, sock_read=timeout.read
    )


def _headers_of(answer: aiohttp.ClientResponse) -> Dict[str, str]:
    raw = answer.raw_headers
    headers = joined(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw
    )
    # A session cookie outranks a token on this server: none may be kept, nor shown.
    headers.pop("set-cookie", None)
    encoding = headers.get("transfer-encoding", "identity").lower()
    if len(raw) > _MOST_LINES or encoding not in ("chunked", "identity"):
        raise Unanswered from http.client.BadStatusLine("a head that is none of ours")
    return headers


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    try:
        return await answer.read()
    except LIBRARY_ERRORS as error:
        raise Unanswered from error


def _named(error: BaseException, body: Body, sent: SentRequest) -> BaseException:
    if not isinstance(body, Sending):
        return name_awaited_failure(error, sent)
    return body.error or name_awaited_failure(error, sent, late=body.late)
