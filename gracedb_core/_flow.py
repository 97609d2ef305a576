"""Flows say what happens next; two drivers make it happen, one blocking, one awaiting.

A flow is a generator: it yields effects, receives their results, and returns the answer. It
touches no socket, clock or event loop, so the same one serves both clients.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, AsyncIterator, Generator, Iterator, TypeVar, Union

from ._files import open_file
from ._wire import BodyStream, Request, Response
from .errors import SentRequest

if TYPE_CHECKING:
    from typing import Callable

    from .interfaces import AsyncTransport, Transport

__all__ = [
    "Awaiting",
    "Blocking",
    "Effect",
    "Flow",
    "Item",
    "Open",
    "Read",
    "Renew",
    "Send",
    "Sleep",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """Send the request; the result is its `Response`, or a `TransportError` is thrown in."""

    request: Request


@dataclass(frozen=True)
class Read:
    """Read what is left of a stream, up to a limit, and close it; the result is bytes."""

    stream: BodyStream
    limit: int


@dataclass(frozen=True)
class Open:
    """Make the answer's body a file to read; the result is the driver's kind of file."""

    response: Response
    asked: SentRequest


@dataclass(frozen=True)
class Sleep:
    """Wait this many seconds."""

    seconds: float


@dataclass(frozen=True)
class Renew:
    """Do something that reads files, such as looking for a newer credential."""

    action: Callable[[], None]


@dataclass(frozen=True)
class Item:
    """Hand one thing to whoever iterates; `walk` only."""

    value: Any


Effect = Union[Send, Read, Open, Sleep, Renew, Item]
Flow = Generator[Effect, Any, T]


class Blocking:
    """Performs effects by waiting for them."""

    def __init__(
        self, transport: Callable[[], Transport], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = transport
        self._sleep = sleep

    def run(self, flow: Flow[T]) -> T:
        """Drive *flow* to its answer."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = self.perform(effect)
                except Exception as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        finally:
            flow.close()

    def walk(self, flow: Flow[None]) -> Iterator[Any]:
        """Drive *flow* and give each of its items."""
        try:
            effect = next(flow)
            while True:
                if isinstance(effect, Item):
                    yield effect.value
                    effect = next(flow)
                    continue
                try:
                    result = self.perform(effect)
                except Exception as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration:
            return
        finally:
            flow.close()

    def perform(self, effect: Effect) -> Any:
        """Do what *effect* says."""
        if isinstance(effect, Send):
            return self._transport().send(effect.request)
        if isinstance(effect, Sleep):
            return self._sleep(effect.seconds)
        if isinstance(effect, Renew):
            return effect.action()
        if isinstance(effect, Open):
            return open_file(effect.response, effect.asked)
        assert isinstance(effect, Read)
        return read_all(effect.stream, effect.limit)


class Awaiting:
    """Performs effects by awaiting them."""

    def __init__(self, transport: Callable[[], AsyncTransport]) -> None:
        self._transport = transport

    async def run(self, flow: Flow[T]) -> T:
        """Drive *flow* to its answer."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = await self.perform(effect)
                except Exception as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        finally:
            flow.close()

    async def walk(self, flow: Flow[None]) -> AsyncIterator[Any]:
        """Drive *flow* and give each of its items."""
        try:
            effect = next(flow)
            while True:
                if isinstance(effect, Item):
                    yield effect.value
                    effect = next(flow)
                    continue
                try:
                    result = await self.perform(effect)
                except Exception as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration:
            return
        finally:
            flow.close()

    async def perform(self, effect: Effect) -> Any:
        """Do what *effect* says."""
        import asyncio

        if isinstance(effect, Send):
            return await self._transport().send(effect.request)
        if isinstance(effect, Sleep):
            return await asyncio.sleep(effect.seconds)
        loop = asyncio.get_running_loop()
        if isinstance(effect, Renew):
            return await loop.run_in_executor(None, effect.action)
        if isinstance(effect, Open):
            return await loop.run_in_executor(None, open_file, effect.response, effect.asked)
        assert isinstance(effect, Read)
        return await loop.run_in_executor(None, read_all, effect.stream, effect.limit)


def read_all(stream: BodyStream, limit: int) -> bytes:
    """Read at most *limit* bytes of *stream* and let go of it."""
    blocks = []
    try:
        while limit > 0:
            block = stream.read(min(limit, 1 << 18))
            if not block:
                break
            limit -= len(block)
            blocks.append(block)
    finally:
        stream.close()
    return b"".join(blocks)
