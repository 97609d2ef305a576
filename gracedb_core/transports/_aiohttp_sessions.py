"""What is open on one loop: sessions of aiohttp that keep nothing but connections."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, AsyncGenerator, Callable, Set

import aiohttp

from ._aiohttp_failures import LIBRARY_ERRORS, Unanswered
from ._aiohttp_watch import CURRENT
from ._sockets import A_MOMENT, REPEATABLE

__all__ = ["Sessions", "kept_open"]

#: Seconds for which a connection is kept that nobody uses.
_KEPT = 60.0
#: Bytes in a line of a head: as many as the other transports read.
_LONGEST_LINE = (1 << 16) - 1


class Sessions:
    """A session for what may be sent twice and one for the rest; at most *limit* ask at once."""

    def __init__(self, limit: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.turns = asyncio.Semaphore(limit)
        self.threads = ThreadPoolExecutor(limit, "gracedb-core-uploads")
        self._lines = _Lines()
        self._reads = self._session(_KEPT)
        # What must not be sent twice does not ride on a connection that the server may be closing.
        self._writes = self._session(A_MOMENT)

    def that_sends(self, method: str) -> aiohttp.ClientSession:
        """Give the session for requests of *method*."""
        return self._reads if method in REPEATABLE else self._writes

    async def close(self) -> None:
        """Close everything."""
        self.threads.shutdown(wait=False)
        self._lines.abort()
        await self._reads.close()
        await self._writes.close()
        # The loop hears of the end of each connection in its next turn.
        await asyncio.sleep(0)

    def _session(self, kept: float) -> aiohttp.ClientSession:
        answer: Any = partial(_Answer, self._lines)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=kept, resolver=aiohttp.ThreadedResolver()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=answer,
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )


async def kept_open(sessions: Sessions) -> AsyncGenerator[None, None]:
    """Close *sessions* when this is closed."""
    try:
        yield
    finally:
        await sessions.close()


class _Lines:
    """The connections that were used, so that none is left to complain of its end.

    TLS, left to itself, takes leave of the server while its loop ends; and up to Python 3.10 a
    connection that the server has closed wants to be closed all the same.
    """

    def __init__(self) -> None:
        self._used: Set[asyncio.Transport] = set()

    def note(self, line: Any) -> None:
        """Remember *line*, and forget those that have ended meanwhile."""
        if line is not None and line not in self._used:
            self.abort(lambda each: not getattr(each.get_protocol(), "connected", False))
            self._used.add(line)

    def abort(self, which: Callable[[Any], bool] = lambda line: True) -> None:
        """Break those off that *which* names."""
        for line in [line for line in self._used if which(line)]:
            self._used.remove(line)
            line.abort()


class _Answer(aiohttp.ClientResponse):
    """An answer to one request, sent once, over one of *lines*."""

    def __init__(self, lines: _Lines, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lines = lines

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        self._lines.note(connection.transport)
        CURRENT.get().waits_on(connection)
        try:
            return await super().start(connection)
        except LIBRARY_ERRORS as error:
            raise Unanswered from error
