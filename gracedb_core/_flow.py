"""Flows say what happens next; the drivers in `_drivers` make it happen.

A flow is a generator: it yields effects, receives their results, and returns the answer. It
touches no socket, clock or event loop, so the same one serves both clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generator, TypeVar, Union

from ._downloads import Sink
from ._wire import AsyncBodyStream, BodyStream, Request, Response
from .errors import SentRequest

if TYPE_CHECKING:
    from typing import Callable

__all__ = [
    "Bounded",
    "Do",
    "Effect",
    "Flow",
    "Fork",
    "Item",
    "Join",
    "Open",
    "Read",
    "Save",
    "Send",
    "Sleep",
]

T = TypeVar("T")


class Send:
    """Send the request; the result is its `Response`, or a `TransportError` is thrown in."""

    def __init__(self, request: Request) -> None:
        self.request = request


class Read:
    """Read what is left of a stream, up to a limit, and close it; the result is bytes."""

    def __init__(self, stream: Union[BodyStream, AsyncBodyStream], limit: int) -> None:
        self.stream = stream
        self.limit = limit


class Open:
    """Make the answer's body a file to read; the result is the driver's kind of file."""

    def __init__(self, response: Response, asked: SentRequest) -> None:
        self.response = response
        self.asked = asked


class Sleep:
    """Wait this many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Save:
    """Take in the answer's body as it comes; the result is what the sink makes of it."""

    def __init__(self, response: Response, asked: SentRequest, sink: Sink) -> None:
        self.response = response
        self.asked = asked
        self.sink = sink


class Bounded:
    """Drive a flow that keeps an answer open, beside a bounded number of others; the result is its.

    Only for what ends without anybody's doing: what waited for its turn could wait for ever.
    """

    def __init__(self, flow: Flow[Any]) -> None:
        self.flow = flow


class Fork:
    """Begin another flow beside this one; the result is what `Join` takes, and has ``cancel``."""

    def __init__(self, flow: Flow[Any]) -> None:
        self.flow = flow


class Join:
    """Wait for a flow that was forked; the result is its answer."""

    def __init__(self, forked: Any) -> None:
        self.forked = forked


class Do:
    """Do what blocks on files, such as looking for a newer credential; the result is its own."""

    def __init__(self, action: Callable[[], Any]) -> None:
        self.action = action


class Item:
    """Hand one thing to whoever iterates; `walk` only."""

    def __init__(self, value: Any) -> None:
        self.value = value


Effect = Union[Send, Read, Open, Save, Bounded, Sleep, Do, Fork, Join, Item]
Flow = Generator[Effect, Any, T]
