"""Transports to await, asked in the words of one that blocks, so that the same tests run."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Coroutine

from gracedb_core._openings import open_awaited, others
from gracedb_core._plugins import Offered, Plugins
from gracedb_core.interfaces import Request, Response, TransportOptions


class Loop:
    """An event loop that runs in a thread, for whoever waits outside of it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Await *coroutine* on the loop; an interruption here cancels it there."""

        async def told() -> Any:
            try:
                return await coroutine, None
            except (KeyboardInterrupt, SystemExit) as error:
                return None, error  # otherwise it would end the loop, with all that is on it

        future = asyncio.run_coroutine_threadsafe(told(), self._loop)
        try:
            result, error = future.result(20)
        except BaseException:
            future.cancel()
            raise
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """End it as `asyncio.run` does."""
        self.wait(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


class Waiting:
    """A transport to await, waited for."""

    def __init__(self, transport: Any, loop: Loop, dismiss: Callable[[], None]) -> None:
        self.transport = transport
        self._loop = loop
        self._dismiss = dismiss

    def send(self, request: Request) -> Response:
        """Await the answer."""
        response = self._loop.wait(self.transport.send(request))
        if isinstance(response.body, bytes):
            return response.replaced()
        return response.replaced(body=WaitingStream(response.body, self._loop))

    def close(self) -> None:
        """Await the end."""
        self._loop.wait(self.transport.close())

    def end(self) -> None:
        """End the loop too."""
        self.close()
        self._dismiss()
        self._loop.close()


class WaitingStream:
    """A body to await, waited for."""

    def __init__(self, stream: Any, loop: Loop) -> None:
        self._stream = stream
        self._loop = loop

    def read(self, amount: int) -> bytes:
        """Await a block."""
        data: bytes = self._loop.wait(self._stream.read(amount))
        return data

    def close(self) -> None:
        """Await the end."""
        self._loop.wait(self._stream.close())


def waiting(plugins: Plugins, offer: Offered, options: TransportOptions) -> Waiting:
    """Open the transport of *offer* to be awaited, on threads where it only blocks."""
    threads = ThreadPoolExecutor(options.pool_size, "threaded")

    def engaged() -> ThreadPoolExecutor:
        return threads

    async def opened() -> Any:
        with_others = options.replaced(other=others(plugins, engaged))
        return open_awaited(offer, with_others, engaged)

    loop = Loop()
    try:
        transport = loop.wait(opened())
    except BaseException:
        loop.close()
        raise
    return Waiting(transport, loop, threads.shutdown)
