"""The two drivers of flows, face to face: one blocks, one awaits."""

from __future__ import annotations

import os
import time
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncContextManager,
    AsyncIterator,
    Coroutine,
    Dict,
    Generator,
    Iterator,
    Optional,
    TypeVar,
)
from weakref import WeakSet

from ._downloads import save, save_awaiting
from ._files import AsyncFile, open_file, read_all, read_all_awaiting
from ._flow import Bounded, Do, Effect, Flow, Fork, Item, Join, Open, Read, Save, Send, Sleep
from .errors import ClientClosed, OutcomeUnknown

if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Awaitable, Callable

    from .interfaces import AsyncTransport, Transport
    from .transports._revocation import Revocation

__all__ = ["Awaiting", "Blocking", "Opening"]

T = TypeVar("T")


def _stay(process: int) -> None:
    """See that what was begun in *process* goes on there; what it waits for may be elsewhere."""
    if os.getpid() != process:
        raise ClientClosed(
            "This search was begun by the process that this one was forked from; begin it anew."
        )


class _Beside:
    """A flow on a thread; a process that is forked has no such thread, and touches nothing."""

    def __init__(self, future: Future[Any], revocation: Revocation) -> None:
        self._process = os.getpid()
        self._future = future
        self.result = future.result
        #: Have the thread stop: nobody wants what it would bring.
        self.interrupt = revocation.revoke

    def cancel(self) -> None:
        if os.getpid() == self._process:
            self._future.cancel()


class Blocking:
    """Performs effects by waiting for them; what runs beside is handed to *submit*."""

    def __init__(
        self,
        transport: Callable[[], Transport],
        submit: Callable[..., Future[Any]],
        *,
        sleep: Optional[Callable[[float], None]] = None,
    ) -> None:
        self._transport = transport
        self._submit = submit
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
        except OutcomeUnknown as unknown:
            unknown.driven_by(self.run)
            raise
        finally:
            flow.close()

    def walk(self, flow: Flow[None]) -> Iterator[Any]:
        """Drive *flow* and give each of its items."""
        process = os.getpid()
        ahead: WeakSet[_Beside] = WeakSet()
        try:
            effect = next(flow)
            while True:
                if isinstance(effect, Item):
                    yield effect.value
                    _stay(process)
                    effect = next(flow)
                    continue
                try:
                    result = self.perform(effect)
                except Exception as error:
                    effect = flow.throw(error)
                else:
                    if isinstance(effect, Fork):
                        ahead.add(result)
                    effect = flow.send(result)
        except StopIteration:
            return
        except KeyboardInterrupt:
            # Python waits for threads before it ends, and they for the server.
            for beside in ahead:
                beside.interrupt()
            raise
        finally:
            flow.close()

    def begin(self, method: Callable[..., Flow[T]], *args: Any, **kwargs: Any) -> T:
        """Make the flow that *method* gives, and drive it."""
        return self.run(method(*args, **kwargs))

    #: A file is opened by asking for it.
    open = begin

    def perform(self, effect: Effect) -> Any:
        """Do what *effect* says."""
        if isinstance(effect, Send):
            return self._transport().send(effect.request)
        if isinstance(effect, Sleep):
            return (self._sleep or time.sleep)(effect.seconds)
        if isinstance(effect, Do):
            return effect.action()
        if isinstance(effect, Fork):
            return self._begun_beside(effect.flow)
        if isinstance(effect, Join):
            return effect.forked.result()
        if isinstance(effect, Open):
            return open_file(effect.response, effect.asked)
        if isinstance(effect, Save):
            return save(effect.response, effect.asked, effect.sink)
        if isinstance(effect, Bounded):
            return self.run(effect.flow)  # whoever calls from many threads has bounded them
        assert isinstance(effect, Read)
        return read_all(effect.stream, effect.limit)

    def _begun_beside(self, flow: Flow[Any]) -> _Beside:
        from .transports._revocation import Revocable, Revocation  # most calls begin nothing beside

        transport, revocation = self._transport, Revocation()
        driver = Blocking(
            lambda: Revocable(transport(), revocation),
            self._submit,
            sleep=self._sleep or revocation.sleep,
        )
        return _Beside(self._submit(driver.run, flow), revocation)


class Awaiting:
    """Performs effects by awaiting them; what blocks is done by *run_blocking*, in a thread."""

    def __init__(
        self,
        transport: Callable[[], AsyncTransport],
        run_blocking: Callable[..., Awaitable[Any]],
        *,
        bound: int = 100,
    ) -> None:
        self._transport = transport
        self._run_blocking = run_blocking
        self._bound = bound
        self._turns: Dict[Any, AsyncContextManager[Any]] = {}

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
        except OutcomeUnknown as unknown:
            unknown.driven_by(self.run)
            raise
        finally:
            flow.close()

    async def walk(self, flow: Flow[None]) -> AsyncIterator[Any]:
        """Drive *flow* and give each of its items."""
        process = os.getpid()
        try:
            effect = next(flow)
            while True:
                if isinstance(effect, Item):
                    yield effect.value
                    _stay(process)
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

    async def begin(self, method: Callable[..., Flow[T]], *args: Any, **kwargs: Any) -> T:
        """Make the flow that *method* gives, and drive it."""
        return await self.run(method(*args, **kwargs))

    def open(self, method: Callable[..., Flow[T]], *args: Any, **kwargs: Any) -> Opening:
        """Give what can be awaited for a file, or entered for one that closes itself."""
        return Opening(self.begin(method, *args, **kwargs))

    async def perform(self, effect: Effect) -> Any:
        """Do what *effect* says."""
        import asyncio

        if isinstance(effect, Send):
            return await self._transport().send(effect.request)
        if isinstance(effect, Sleep):
            return await asyncio.sleep(effect.seconds)
        if isinstance(effect, Do):
            return await self._run_blocking(effect.action)
        if isinstance(effect, Fork):
            forked = asyncio.ensure_future(self.run(effect.flow))
            # Where the search is abandoned nobody joins it, and nobody is to hear how it failed.
            forked.add_done_callback(lambda done: done.cancelled() or done.exception())
            return forked
        if isinstance(effect, Join):
            return await effect.forked
        if isinstance(effect, Open):
            return await AsyncFile.over(effect.response, effect.asked)
        if isinstance(effect, Save):
            sink, run = effect.sink, self._run_blocking
            return await save_awaiting(effect.response, effect.asked, sink, run)
        if isinstance(effect, Bounded):
            async with self._turn():
                return await self.run(effect.flow)
        assert isinstance(effect, Read)
        return await read_all_awaiting(effect.stream, effect.limit)

    def _turn(self) -> AsyncContextManager[Any]:
        """Give what is entered by as many at a time as the bound says."""
        import asyncio

        loop = asyncio.get_running_loop()
        if loop not in self._turns:
            # A client outlives the loops that it is used on, and what waits on one belongs to it.
            self._turns = {each: turn for each, turn in self._turns.items() if not each.is_closed()}
            self._turns[loop] = asyncio.Semaphore(self._bound)
        return self._turns[loop]


class Opening:
    """A file that is being opened: ``await`` it, or ``async with`` it."""

    def __init__(self, opening: Coroutine[Any, Any, Any]) -> None:
        self._opening = opening

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._opening.__await__()

    async def __aenter__(self) -> AsyncFile:
        file: AsyncFile = await self._opening
        self._file = file
        return file

    async def __aexit__(self, *exception: object) -> None:
        await self._file.close()
