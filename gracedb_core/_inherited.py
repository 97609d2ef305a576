"""Bodies that belong to the process which asked for them."""

from __future__ import annotations

import os
from typing import Any

from .errors import ConnectionLost, SentRequest

__all__ = ["Own", "OwnAwaited"]


class Own:
    """A body that blocks, for the process that asked for it.

    A process that was forked meanwhile reads nothing of it, and may close it: that is no harm to
    who goes on reading.
    """

    def __init__(self, body: Any, asked: SentRequest) -> None:
        self._body = body
        self._asked = asked
        self._process = os.getpid()

    @property
    def _is_ours(self) -> bool:
        return os.getpid() == self._process

    def read(self, amount: int) -> Any:
        """Give up to *amount* bytes, or ``b""`` at the end."""
        if not self._is_ours:
            raise ConnectionLost(
                f"The body of {self._asked} is left to the process that asked for it, from which "
                "this one was forked; ask again.",
                request=self._asked,
            )
        return self._body.read(amount)

    def close(self) -> None:
        """Let go of it."""
        if self._is_ours:
            self._body.close()


class OwnAwaited(Own):
    """The same for a body that is awaited."""

    async def close(self) -> None:  # type: ignore[override]  # what is awaited is its own kind
        """Let go of it."""
        if self._is_ours:
            await self._body.close()
