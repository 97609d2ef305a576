"""Telling a thread, from another one, that nobody waits for what it does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._closed import closed

if TYPE_CHECKING:
    from ..interfaces import Request, Response

__all__ = ["Revocable", "Revocation"]


class Revocation:
    """Says so, once and for all."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._stop: Optional[Callable[[], None]] = None

    @property
    def revoked(self) -> bool:
        """Whether nobody waits any more."""
        return self._over.is_set()

    def stops(self, stop: Callable[[], None]) -> None:
        """Call *stop* when this is revoked, at once if it was."""
        with self._lock:
            self._stop = stop
        if self.revoked:
            stop()

    def revoke(self) -> None:
        """Stop what can be stopped."""
        with self._lock:
            self._over.set()
        if self._stop is not None:
            self._stop()

    def sleep(self, seconds: float) -> None:
        """Wait so long, or until this is revoked; raises `ClientClosed` then."""
        if self._over.wait(seconds):
            raise closed()


class Revocable:
    """A transport that blocks, as one that can be told to stop.

    What no plugin needs to offer is an argument of its ``send`` by which it is told, as ours have:
    they stop at once, unless they are connecting. Another ends by the timeouts of the request.
    """

    def __init__(self, transport: Any, revocation: Revocation) -> None:
        self._transport = transport
        self._told = (revocation,) if getattr(transport, "revocable", False) else ()
        self._revocation = revocation

    def send(self, request: Request) -> Response:
        """Send *request*, unless and until it is revoked."""
        if self._revocation.revoked:
            raise closed()
        response: Response = self._transport.send(request, *self._told)
        return response

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()
