"""Substitutes for what lies outside the core: a server that follows a script, and a clock."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import Any, List, Mapping, Optional, Sequence, Union

from gracedb_core._address import Address
from gracedb_core._credentials import Keeper
from gracedb_core._drivers import Blocking
from gracedb_core._retry import RetryPolicy
from gracedb_core._session import Session
from gracedb_core._wire import Request, Response, Timeout
from gracedb_core.resources import Root

Reply = Union[Response, Exception]


def reply(
    status: int = 200, body: Any = None, headers: Optional[Mapping[str, str]] = None
) -> Response:
    """Make an answer; *body* is bytes, or something to encode as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, headers or {}, raw, "Reason")


class Script:
    """A transport that answers what it was told, and remembers what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: List[Request] = []
        self.closed = 0

    def send(self, request: Request) -> Response:
        """Play the next reply."""
        self.asked.append(request)
        answer = self.replies.pop(0) if self.replies else reply(200, {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Count."""
        self.closed += 1


class Clock:
    """A time that passes when told to."""

    def __init__(self, start: float = 1000.0) -> None:
        self.time = start
        self.slept: List[float] = []

    def __call__(self) -> float:
        """Tell it."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept.append(seconds)
        self.time += seconds


def at_once(action: Any, *args: Any) -> Any:
    """Do what is submitted now, and give it as the future it would be."""
    done: Any = Future()
    try:
        done.set_result(action(*args))
    except Exception as error:
        done.set_exception(error)
    return done


class Hurried(Blocking):
    """The blocking driver, on a clock of the test's own."""

    def __init__(self, transport: Script, clock: Clock) -> None:
        super().__init__(lambda: transport, at_once, sleep=clock.sleep)


def session(
    clock: Clock,
    *,
    keeper: Optional[Keeper] = None,
    policy: RetryPolicy = RetryPolicy(jitter=lambda: 1.0),  # noqa: B008  frozen
    timeout: Timeout = Timeout(),  # noqa: B008  frozen
    url: str = "https://gracedb.example/api/",
) -> Session:
    """Make what a client's exchanges share."""
    return Session(
        Address.parse(url),
        keeper or Keeper(),
        policy,
        timeout,
        (("User-Agent", "test"),),
        clock=clock,
        now=clock,
    )


class Told:
    """The root of a tree over a script."""

    def __init__(self, *replies: Reply, **options: Any) -> None:
        self.script = Script(*replies)
        self.clock = Clock()
        self.session = session(self.clock, **options)
        self.root: Root[Any] = Root(self.session, Hurried(self.script, self.clock))

    @property
    def lines(self) -> Sequence[str]:
        """What was asked, a line each."""
        return [f"{request.method} {request.target}" for request in self.script.asked]
