"""The transport over aiohttp, awaited on the loop that uses it."""

from __future__ import annotations

import asyncio
import http.client
import io
from functools import lru_cache
from math import inf
from typing import Any, Dict, Optional, Tuple

from ..errors import SentRequest
from ..interfaces import Header, Request, Response, TransportOptions, secret
from ._aiohttp_bodies import Arriving, Body, Sending, outgoing
from ._aiohttp_failures import LIBRARY_ERRORS, name_awaited_failure
from ._aiohttp_lines import Line
from ._aiohttp_pool import Pool, Way
from ._bodies import most_of
from ._closed import closed
from ._heads import EXPECTING_BODY, joined

__all__ = ["AiohttpTransport"]

_MOST_LINES = 200


class AiohttpTransport:
    """Sends over connections of aiohttp, which belong to the loop that runs.

    aiohttp connects, tunnels through proxies, and reads answers. What goes out is written here,
    and connections are kept here: its session would follow, add, keep and repeat, and takes longer
    than the rest.

    No more requests are on their way at a time than connections are to be kept, and waiting for
    one's turn is no part of any timeout. What is open is opened by the first request, and closed
    with the transport or with the loop, whichever comes first.

    Timeouts are those of the blocking transports, but *write* bounds each quarter of a megabyte,
    *read* the wait for all headers at once, and *total* the look-up of the host's name too.
    """

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._origin = str(options.origin)
        self._host = self._origin.partition("://")[2]
        self._spelled: Optional[_Spelled] = None
        self._pool: Optional[Pool] = None
        self._is_closed = False

    async def send(self, request: Request) -> Response:
        """Send *request* to the origin this transport was opened for."""
        pool = self._pool
        if pool is None or pool.loop is not asyncio.get_running_loop():
            pool = await self._opened()
        async with pool.turns:
            total = request.timeout.total
            end = inf if total is None else pool.loop.time() + total
            body = None if request.body is None else await outgoing(request.body, pool)
            line: Optional[Line] = None
            try:
                line = pool.idle(request) or await pool.connect(request, end)
                line.begin(request.timeout, end)
                return await self._answered(pool, line, request, body)
            except BaseException as error:
                if line is not None:
                    pool.drop(line)
                if not isinstance(error, LIBRARY_ERRORS):
                    raise
                failure = self._named(error, request, body, line)
            finally:
                if isinstance(body, Sending):
                    body.let_go()
        try:
            # Raised here, where the library's exception, which knows the headers, is no context.
            raise failure
        finally:
            del failure

    async def close(self) -> None:
        """Close every connection; from then on `send` raises `ClientClosed`."""
        self._is_closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def _opened(self) -> Pool:
        if self._is_closed:
            raise closed()
        pool = self._pool = Pool(self._options)
        await pool.open()
        return pool

    async def _answered(self, pool: Pool, line: Line, request: Request, body: Body) -> Response:
        line.expect(request.method)
        head = self._head(request, body, pool.way)
        if isinstance(body, Sending):
            message, content = await _exchanged(line, head, body, pool.loop)
        else:
            # A view shows nothing of a head, which holds the credential, where locals are printed.
            line.write(memoryview(head + body) if body else head)
            line.reading()
            message, content = await line.answer()
        headers = _headers_of(message)
        line.ends_body = not (message.chunked or "content-length" in headers)
        data: Any
        if request.stream:
            line.rest()
            data = Arriving(pool, line, content, self._sent(request))
        else:
            data = await _whole(content, line, most_of(message.code))
            (pool.give_back if content.is_eof() else pool.drop)(line)
        return Response(message.code, headers, data, message.reason or "")

    def _sent(self, request: Request) -> SentRequest:
        return SentRequest(request.method, self._origin + request.target)

    def _named(
        self, error: BaseException, request: Request, body: Any, line: Optional[Line]
    ) -> BaseException:
        if isinstance(body, Sending) and body.error is not None:
            return body.error
        sent, late = (line.sent, line.late) if line is not None else (False, False)
        return name_awaited_failure(error, self._sent(request), sent=sent, late=late)

    def _head(self, request: Request, body: Body, way: Way) -> bytes:
        spelled = self._spelled
        if spelled is None or spelled.lines != request.headers:
            # Most requests have the headers of the one before.
            spelled = self._spelled = _Spelled(request.headers, way, self._host)
        length = b""
        if not spelled.tells_length and (body is not None or request.method in EXPECTING_BODY):
            length = b"Content-Length: %d\r\n" % (len(body) if body else 0)
        first = f"{request.method} {way.prefix}{request.target} HTTP/1.1\r\n"
        head: bytes = secret(first.encode("ascii") + spelled.text + length + b"\r\n")
        return head


class _Spelled:
    """Headers as they go over the wire, with that of the host and those for a proxy."""

    def __init__(self, lines: Tuple[Header, ...], way: Way, host: str) -> None:
        self.lines = lines
        headers = joined(lines)
        self.tells_length = any(name.lower() == "content-length" for name in headers)
        whole = {"Host": host, **way.secret, **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in whole.items())
        self.text: bytes = secret(text.encode("latin-1"))


async def _exchanged(line: Line, head: bytes, body: Sending, loop: Any) -> Tuple[Any, Any]:
    """Write *head* and *body*, and await the answer, which may come before all is written."""
    writing = loop.create_task(body.write(head, line, loop))
    try:
        return await line.answer()
    finally:
        if not writing.done():
            line.protocol.force_close()
            writing.cancel()
            await asyncio.wait({writing})


def _headers_of(message: Any) -> Dict[str, str]:
    lines = message.raw_headers
    headers = {_name(name): value.decode("latin-1") for name, value in lines}
    if len(headers) < len(lines):
        headers = joined((_name(name), value.decode("latin-1")) for name, value in lines)
        # The parser in Python, which aiohttp has where its own is not built, lets that through.
        if "," in headers.get("content-length", ""):
            raise http.client.BadStatusLine("a length that makes no sense")
    # A session cookie outranks a token on this server: none may be kept, nor shown.
    headers.pop("set-cookie", None)
    encoding = headers.get("transfer-encoding", "identity").lower()
    if message.code < 200 or len(lines) > _MOST_LINES or encoding not in ("chunked", "identity"):
        raise http.client.BadStatusLine("a head that makes no sense")
    return headers


@lru_cache(maxsize=256)
def _name(name: bytes) -> str:
    return name.decode("latin-1").lower()


async def _whole(content: Any, line: Line, most: int) -> bytes:
    body = io.BytesIO()
    # Mostly it has come with the headers, and nothing needs to be waited for.
    while not content.is_eof() and body.tell() < most:
        line.reading()
        body.write(await content.readany())
    body.write(content.read_nowait())
    if content.is_eof():
        line.see_end()
    return body.getvalue()
