"""A transport around another one that counts requests and their time; it blocks, or is awaited."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import Iterator

from gracedb_core.interfaces import (
    AsyncTransport,
    Request,
    Response,
    Transport,
    TransportOptions,
)


class Tally:
    """How many requests there were, and how many seconds they took until their answers began."""

    def __init__(self) -> None:
        self.requests = 0
        self.seconds = 0.0
        # A transport is used from many threads at once, and `+=` is not one step.
        self._lock = threading.Lock()

    @contextmanager
    def timing(self) -> Iterator[None]:
        """Count what happens inside as one request, also where it fails."""
        began = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.requests += 1
                self.seconds += time.perf_counter() - began


#: Of all the clients in this process.
TALLY = Tally()


class Counted:
    """Blocks: hands each request on, and its answer back, as they are."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def send(self, request: Request) -> Response:
        """Send *request*; an answer whose body is a stream is given while the rest arrives."""
        with TALLY.timing():
            return self._inner.send(request)

    def close(self) -> None:
        """Close what was opened."""
        self._inner.close()


class CountedAwaited:
    """The same, to be awaited."""

    def __init__(self, inner: AsyncTransport) -> None:
        self._inner = inner

    async def send(self, request: Request) -> Response:
        """Send *request*; being cancelled here is passed on, since nothing is caught."""
        with TALLY.timing():
            return await self._inner.send(request)

    async def close(self) -> None:
        """Close what was opened."""
        await self._inner.close()


def open_blocking(options: TransportOptions) -> Transport:
    """Open it for `Client`."""
    return Counted(options.other("urllib3").open(options))


def open_awaited(options: TransportOptions) -> AsyncTransport:
    """Open it for `AsyncClient`; the core puts what only blocks on threads."""
    return CountedAwaited(options.other("urllib3").open_async(options))
