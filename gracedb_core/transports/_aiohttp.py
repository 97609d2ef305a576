"""The transport over aiohttp itself, awaited on the loop that uses it."""

from __future__ import annotations

import asyncio
import http.client
from functools import lru_cache
from typing import Any, AsyncGenerator, Dict, Mapping, Optional, Tuple, Union

import aiohttp
from yarl import URL

from ..errors import InputError, SentRequest
from ..interfaces import Header, Request, Response, Timeout, TransportOptions
from ._aiohttp_bodies import Arriving, Body, Sending, outgoing
from ._aiohttp_failures import LIBRARY_ERRORS, Unanswered, name_awaited_failure
from ._aiohttp_sessions import Sessions, kept_open
from ._aiohttp_watch import CURRENT, Watch
from ._bodies import joined
from ._pools import proxy_address, proxy_secret
from ._sockets import REPEATABLE

__all__ = ["AiohttpTransport"]

_MOST_LINES = 200
#: What aiohttp would add where the core says nothing.
_OF_ITS_OWN = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport:
    """Sends over sessions of aiohttp, which belong to the loop that runs.

    No more requests are on their way at a time than connections are to be kept, and waiting for
    one's turn is no part of any timeout. The sessions are opened by the first request, and closed
    with the transport or with the loop, whichever comes first.

    Timeouts are those of the blocking transports, but *write* bounds each quarter of a megabyte,
    *read* the wait for all headers at once, and looking up the host's name ends with *total*.
    """

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._origin = str(options.origin)
        self._proxy = None if options.proxy is None else _Proxy(options.proxy, options)
        self._spelled = _Spelled(())
        self._sessions: Optional[Sessions] = None
        self._keeper: Optional[AsyncGenerator[None, None]] = None

    async def send(self, request: Request) -> Response:
        """Send *request* to the origin this transport was opened for."""
        sessions = self._sessions
        if sessions is None or sessions.loop is not asyncio.get_running_loop():
            sessions = await self._opened()
        async with sessions.turns:
            watch = Watch(request.timeout)
            body = await outgoing(request.body, watch, sessions.threads)
            try:
                return await self._answered(sessions, request, body, watch)
            except LIBRARY_ERRORS as error:
                failure = self._named(error, request, body, watch)
            finally:
                watch.stop()
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

    async def _opened(self) -> Sessions:
        sessions = self._sessions = Sessions(self._options.pool_size)
        # A loop that ends closes its generators, and a generator that is forgotten too.
        self._keeper = kept_open(sessions)
        await self._keeper.__anext__()
        return sessions

    async def _answered(
        self, sessions: Sessions, request: Request, body: Body, watch: Watch
    ) -> Response:
        token = CURRENT.set(watch)
        try:
            answer = await self._asked(sessions, request, body)
        finally:
            CURRENT.reset(token)
        try:
            headers = _headers_of(answer)
            data: Union[bytes, Arriving]
            if request.stream:
                data = Arriving(answer, watch, self._sent(request))
            else:
                data = await _whole(answer, watch)
        except BaseException:
            answer.close()
            raise
        return Response(answer.status, headers, data, answer.reason or "")

    def _sent(self, request: Request) -> SentRequest:
        return SentRequest(request.method, self._origin + request.target)

    def _named(
        self, error: BaseException, request: Request, body: Body, watch: Watch
    ) -> BaseException:
        own = body.error if isinstance(body, Sending) else None
        return own or name_awaited_failure(error, self._sent(request), late=watch.late)

    async def _asked(
        self, sessions: Sessions, request: Request, body: Body
    ) -> aiohttp.ClientResponse:
        spelled = self._spelled
        if spelled.lines != request.headers:
            spelled = self._spelled = _Spelled(request.headers)
        headers, way = spelled.headers, spelled.without_additions(request.method)
        if self._options.origin.scheme == "https":
            # A connection serves one context, so that it shows one certificate.
            way["ssl"] = self._options.tls(request.certificate)
        if self._proxy is not None:
            headers = self._proxy.lead(way, request, headers)
        return await sessions.that_sends(request.method).request(
            request.method,
            URL(self._origin + request.target, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            timeout=_connecting(request.timeout),
            **way,
        )


class _Proxy:
    """The proxy between us and the server."""

    def __init__(self, proxy: str, options: TransportOptions) -> None:
        address = proxy_address(proxy)
        self._tls = options.tls
        self._tunnels = options.origin.scheme == "https"
        self._is_secure = address.scheme == "https"
        # Without the password: aiohttp would encode it in its own way.
        self._url = URL(address._replace(auth=None).url)
        self._secret = proxy_secret(address)

    def lead(
        self, way: Dict[str, Any], request: Request, headers: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Lead *request* through it; gives its headers."""
        way["proxy"] = self._url
        if not self._tunnels:
            way["ssl"] = self._tls(None) if self._is_secure else True
            return {**headers, **self._secret}
        way["proxy_headers"] = dict(self._secret)
        if self._is_secure and request.certificate is not None:
            raise InputError(
                "The transport 'aiohttp' would show your certificate to the proxy too; use "
                "transport='urllib3'."
            )
        return headers


class _Spelled:
    """The headers of a request as aiohttp takes them; most are those of the one before."""

    def __init__(self, lines: Tuple[Header, ...]) -> None:
        self.lines = lines
        self.headers: Mapping[str, str] = joined(lines)
        if not "".join(self.headers.values()).isascii():
            raise InputError("A header must be ASCII text for the transport 'aiohttp'.")
        self._is_complete = self.headers.keys() >= {"User-Agent", "Accept", "Accept-Encoding"}
        self._is_typed = "Content-Type" in self.headers

    def without_additions(self, method: str) -> Dict[str, Any]:
        """Give the options that keep aiohttp from adding headers, where it would.

        They cost as much time as half of what else is done here.
        """
        if self._is_complete and (self._is_typed or method in REPEATABLE):
            return {}
        return {"skip_auto_headers": _OF_ITS_OWN}


@lru_cache(maxsize=32)
def _connecting(limits: Timeout) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=limits.total, sock_connect=limits.connect)


def _headers_of(answer: aiohttp.ClientResponse) -> Dict[str, str]:
    lines = answer.raw_headers
    headers = {_name(name): value.decode("latin-1") for name, value in lines}
    if len(headers) < len(lines):
        headers = joined((_name(name), value.decode("latin-1")) for name, value in lines)
    # A session cookie outranks a token on this server: none may be kept, nor shown.
    headers.pop("set-cookie", None)
    encoding = headers.get("transfer-encoding", "identity").lower()
    if len(lines) > _MOST_LINES or encoding not in ("chunked", "identity"):
        raise Unanswered from http.client.BadStatusLine("a head that makes no sense")
    return headers


@lru_cache(maxsize=256)
def _name(name: bytes) -> str:
    return name.decode("latin-1").lower()


async def _whole(answer: aiohttp.ClientResponse, watch: Watch) -> bytes:
    content = answer.content
    blocks = []
    try:
        # Mostly it has come with the headers, and nothing needs to be waited for.
        while not content.is_eof():
            watch.within(watch.limits.read)
            blocks.append(await content.readany())
        blocks.append(content.read_nowait())
    except LIBRARY_ERRORS as error:
        raise Unanswered from error
    return blocks[0] if len(blocks) == 1 else b"".join(blocks)
