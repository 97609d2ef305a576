"""Awaiting what blocks, on threads that cannot be stopped."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, Callable

from ._closed import closed

__all__ = ["Loan", "awaited"]


async def awaited(
    threads: Executor,
    action: Callable[..., Any],
    *args: Any,
    late: Callable[[Any], object] = lambda result: None,
) -> Any:
    """Call *action* on one of *threads*; whoever awaits this may be cancelled at any time.

    What has not begun by then never does. What has is left alone, and *late* is told its result.
    Raises `ClientClosed` where the threads were dismissed.
    """
    doing = _begun(threads, partial(action, *args))
    try:
        # Not shielded: cancelling it takes back what waits for a thread, and lets go of the loop,
        # which may be closed before the thread ends.
        return await asyncio.wrap_future(doing)
    except asyncio.CancelledError:
        doing.add_done_callback(partial(_tell, late))
        raise


def _begun(threads: Executor, action: Callable[[], Any]) -> Future[Any]:
    try:
        return threads.submit(action)
    except RuntimeError as error:
        if "shutdown" not in str(error):
            raise
    raise closed()


def _tell(late: Callable[[Any], object], doing: Future[Any]) -> None:
    if not doing.cancelled() and doing.exception() is None:
        late(doing.result())


class Loan:
    """Something that threads use, one at a time, and that is closed when none does."""

    def __init__(self, close: Callable[[], object]) -> None:
        self._close = close
        self._lock = threading.Lock()
        self._over = False

    def use(self, action: Callable[..., Any], *args: Any) -> Any:
        """Call *action*; raises `ValueError` after `let_go`."""
        try:
            with self._lock:
                if self._over:
                    raise ValueError("This body was closed; ask again to read it.")
                return action(*args)
        finally:
            if self._over:
                self.let_go()

    def let_go(self) -> bool:
        """Close it, or leave that to the thread that uses it, and tell which; waits for nobody."""
        self._over = True
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._close()
        finally:
            self._lock.release()
        return True
