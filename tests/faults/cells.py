"""One cell of the table: one operation through one fault, over one transport."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, NamedTuple, Optional

from gracedb_core import AsyncClient, Client, RetryPolicy, Timeout, errors
from gracedb_core.errors import GraceDBError, OutcomeUnknown
from gracedb_core.interfaces import Request

from .kinds import FAULTS
from .operations import Operation, World
from .proxy import PASS, Exchange, Fault, Proxy

__all__ = ["AGAIN", "ANSWER", "FOUND", "LOOKED", "TRANSPORTS", "Observed", "observe", "setting"]

EINSTEIN: Dict[str, Any] = {"username": "albert.einstein", "password": "relativity"}
#: Name in the table to the kind of client and the name of its transport.
TRANSPORTS = {
    "urllib3": (Client, "urllib3"),
    "requests": (Client, "requests"),
    "threaded": (AsyncClient, "urllib3"),
    "aiohttp": (AsyncClient, "aiohttp"),
}

ANSWER = "answer"
AGAIN = "answer, sent again"
FOUND = "answer, found done"
LOOKED = "answer, looked, sent again"

#: Seconds after which a client that is to lose its patience does; all others have minutes. The
#: later ones are for machines so busy that not even the head of an answer came in time.
HASTE = (0.4, 3.0, 10.0, 30.0)
#: What any machine keeps to, and less than whoever waits for a call that hangs.
DEADLINE = Timeout(connect=20, read=20, write=20, total=60)


class Observed(NamedTuple):
    """What came of one cell."""

    outcome: str
    #: How often the server has done it.
    done: int
    #: What was asked, and what was said.
    story: str
    #: What looking again has found, where nobody knew.
    resolved: Optional[bool] = None

    def __str__(self) -> str:
        told = "" if self.resolved is None else f", then told as {self.resolved}"
        return f"{self.outcome}, done {self.done} times{told}: {self.story}"


class Setting(NamedTuple):
    """How a fault is brought about, where it is more than one request that goes wrong."""

    fault: Optional[Fault] = None
    #: Whether it is the first connection that fails, and how.
    refused: bool = False
    slammed: bool = False
    #: Whether a request is answered before, and after how many seconds its connection is taken for
    #: an idle one.
    moment: Optional[float] = None
    #: The timeout that is short for the request which meets the fault.
    hurried: str = ""
    #: Whether that is to be while the body arrives, and not before.
    after_head: bool = False
    #: Whether every request meets the fault, and none is waited for long.
    ever: bool = False


def _resets_first(exchange: Exchange) -> None:
    """Break off the connection that was there before; pass on what comes on a new one."""
    if exchange.connection == 1:
        exchange.reset()
    else:
        PASS(exchange)


SETTINGS: Dict[str, Setting] = {
    "refused once": Setting(refused=True),
    "reset at the first byte": Setting(slammed=True),
    "idle connection closed as the request goes out": Setting(_resets_first, moment=-1.0),
    "connection in use closed as the request goes out": Setting(_resets_first, moment=1000.0),
    "no answer": Setting(FAULTS["no answer"], hurried="read"),
    "no answer, never passed on": Setting(FAULTS["no answer, never passed on"], hurried="read"),
    "no answer, ever": Setting(FAULTS["no answer, never passed on"], ever=True),
    "a head that stalls": Setting(FAULTS["a head that stalls"], hurried="read"),
    "a body that stalls": Setting(FAULTS["a body that stalls"], hurried="read", after_head=True),
    "a body that dribbles for ever": Setting(
        FAULTS["a body that dribbles for ever"], hurried="total", after_head=True
    ),
}


def setting(fault: str) -> Setting:
    """Say how *fault* is brought about."""
    return SETTINGS.get(fault) or Setting(FAULTS[fault])


class Hurry:
    """Cuts one timeout of one request, where it is handed to the transport."""

    def __init__(self, number: int, timeout: str, seconds: float) -> None:
        self._number = number
        self._timeout = timeout
        self._seconds = seconds
        self._seen = 0

    def over(self, driver: Any) -> Any:
        """Put this between a driver and its transport."""
        inner = driver._transport
        driver._transport = lambda: _Hurried(inner(), self)
        return driver

    def cut(self, request: Request) -> Request:
        """Give the request with less time, if it is the one."""
        self._seen += 1
        if self._seen - 1 != self._number or not self._timeout:
            return request
        return request.replaced(timeout=request.timeout.replaced(**{self._timeout: self._seconds}))


class _Hurried:
    """A transport that is handed some requests with less time; blocking or not is all the same."""

    def __init__(self, transport: Any, hurry: Hurry) -> None:
        self._transport = transport
        self._hurry = hurry

    def send(self, request: Request) -> Any:
        return self._transport.send(self._hurry.cut(request))


class Trial:
    """One call through one fault."""

    def __init__(self, operation: Operation, fault: str, url: str, haste: float) -> None:
        self.operation = operation
        self._haste = haste
        #: What looking again has found.
        self.resolution: Any = None
        self.setting = setting(fault)
        warm = self.setting.moment is not None
        self.number = operation.meets + warm
        faults = {} if self.setting.fault is None else {self.number: self.setting.fault}
        doors = (1,) if self.setting.slammed else ()
        always = FAULTS["no answer, never passed on"] if self.setting.ever else PASS
        self.proxy = Proxy(url, faults, doors=doors, always=always, is_down=self.setting.refused)

    def paused(self) -> float:
        """Be told that the client waits before it tries again."""
        self.proxy.come_up()
        return 1.0

    def client(self, kind: Any, transport: str) -> Any:
        """Make the client that goes through it."""
        # Whoever looks again, looks when all is over.
        policy = RetryPolicy(pause=0.001, longest_pause=0.01, jitter=self.paused, settled_after=0.0)
        if self.setting.ever:
            policy = policy.replaced(attempts=1)
        timeout = DEADLINE.replaced(read=HASTE[0] / 2) if self.setting.ever else DEADLINE
        client = kind(
            self.proxy.url, transport=transport, retries=policy, timeout=timeout, **EINSTEIN
        )
        hurry = Hurry(self.number, self.setting.hurried, self._haste)
        client._driver = hurry.over(client._driver)
        return client

    def said(self) -> str:
        """Say how the answer was come by."""
        lines = self.proxy.lines[int(self.setting.moment is not None) :]
        write = self.operation.column not in READS
        asked = [line for line in lines if line.startswith(self.operation.line) or not write]
        looked = write and any(line.startswith("GET") for line in lines)
        sends = sum(self.operation.line in line for line in asked)
        sends += self.setting.refused or self.setting.slammed
        if looked:
            return FOUND if sends < 2 else LOOKED
        return ANSWER if sends < 2 else AGAIN


READS = ("a read", "a search", "a download", "an open file")


def observe(operation: Operation, fault: str, transport: str, world: World, about: Any) -> Observed:
    """Make the call, and say what came of it."""
    # All of a request takes longer than a wait, and may not be over before it was sent.
    for haste in HASTE[1:] if setting(fault).hurried == "total" else HASTE:
        seen = _observed(Trial(operation, fault, world.direct.url, haste), transport, world, about)
        # What broke off while it was read is told otherwise than what never began.
        too_soon = operation.column == "an open file" and seen.outcome == AGAIN
        if not (too_soon and setting(fault).after_head):
            break
    return seen


def _observed(trial: Trial, transport: str, world: World, about: Any) -> Observed:
    operation, resolved = trial.operation, None
    kind, name = TRANSPORTS[transport]
    with trial.proxy:
        try:
            if kind is Client:
                answer = _waited(trial, name, world, about)
            else:
                answer = asyncio.run(_awaited(trial, name, world, about))
        except GraceDBError as error:
            outcome, story = _named(error), str(error)
            resolved = trial.resolution and trial.resolution.done
        except Exception as error:
            outcome, story = f"BARE {type(error).__name__}", str(error)
        else:
            right = operation.right(answer, world, about)
            outcome, story = trial.said() if right else "WRONG", f"{answer!r:.100}"
        asked = " | ".join(trial.proxy.lines)
    count = operation.count(world, about)
    return Observed(outcome, count, f"{asked} -> {story}", resolved)


def _named(error: BaseException) -> str:
    # What the library of requests may add is no name of ours.
    return next(each.__name__ for each in type(error).__mro__ if hasattr(errors, each.__name__))


def _waited(trial: Trial, name: str, world: World, about: Any) -> Any:
    with trial.client(Client, name) as client:
        if trial.setting.moment is not None:
            client.get()
        try:
            answer = trial.operation.call(client, world, about)
            if hasattr(answer, "read"):
                with answer:
                    return answer.read()
            return list(answer) if hasattr(answer, "__next__") else answer
        except OutcomeUnknown as error:
            if not trial.setting.ever:
                trial.resolution = error.resolve()
            raise


async def _awaited(trial: Trial, name: str, world: World, about: Any) -> Any:
    async with trial.client(AsyncClient, name) as client:
        if trial.setting.moment is not None:
            await client.get()
        try:
            answer = trial.operation.call(client, world, about)
            if hasattr(answer, "__anext__"):
                return [row async for row in answer]
            if hasattr(answer, "__aenter__"):
                async with answer as file:
                    return await file.read()
            return await answer
        except OutcomeUnknown as error:
            if not trial.setting.ever:
                trial.resolution = await error.resolve()
            raise
