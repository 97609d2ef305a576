"""The timeouts of a request over aiohttp, with one timer where the library would set three."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any, Optional

from ..interfaces import Timeout

__all__ = ["CURRENT", "Watch"]


class Watch:
    """Counts the time of one request from the moment this is made.

    Where it is over, the connection is broken off; whoever waits for it then asks if it was late.
    """

    def __init__(self, limits: Timeout) -> None:
        self.limits = limits
        self.late = False
        #: Whether the body is still being written, so that no answer is due.
        self.writing = False
        self._connection: Any = None
        self._loop = asyncio.get_running_loop()
        self._end = None if limits.total is None else self._loop.time() + limits.total
        self._timer: Optional[asyncio.TimerHandle] = None

    def waits_on(self, connection: Any) -> None:
        """Wait for an answer on this `aiohttp.Connection`, as soon as all is written."""
        self._connection = connection
        if not self.writing:
            self.within(self.limits.read)

    def within(self, limit: Optional[float]) -> None:
        """Allow *limit* seconds from now, and no more than are left in all."""
        if self._timer is not None:
            self._timer.cancel()
        if self._end is not None:
            left = self._end - self._loop.time()
            limit = left if limit is None or left < limit else limit
        self._timer = None if limit is None else self._loop.call_later(limit, self._over)

    def stop(self) -> None:
        """Wait for nothing any more, until the next `within`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        # There is none when the connection was given back.
        line = self._connection and self._connection.transport
        if line is not None:
            self.late = True
            line.abort()


#: That of the request which this task sends: aiohttp makes answers, and tells them nothing of us.
CURRENT: ContextVar[Watch] = ContextVar("watch")
