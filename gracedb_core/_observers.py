"""Whoever watches requests: told of each attempt, and never in its way."""

from __future__ import annotations

import warnings
from time import perf_counter
from typing import Any, Dict, List, Optional, Tuple

from ._installed import MISHAPS
from ._plugins import Plugin
from .errors import GraceDBError, PluginWarning, SentRequest

__all__ = ["Observers"]

_BEFORE, _AFTER = "gracedb_before_request", "gracedb_after_response"

#: A plugin's function, and which of the facts it wants.
_Watcher = Tuple[Plugin, Any]


class Observers:
    """The plugins that see each request of one client, and what came of it."""

    def __init__(self, before: List[_Watcher], after: List[_Watcher]) -> None:
        self._watchers = {_BEFORE: before, _AFTER: after}

    def begin(self, request: SentRequest, attempt: int) -> Observed:
        """Tell of an attempt that begins."""
        observed = Observed(self, {"request": request, "attempt": attempt})
        self.tell(_BEFORE, observed.facts)
        return observed

    def tell(self, hook: str, facts: Dict[str, Any]) -> None:
        """Call every implementation of *hook*; one that fails is named and not called again."""
        for watcher in tuple(self._watchers[hook]):
            plugin, implementation = watcher
            try:
                implementation.function(*(facts[name] for name in implementation.argnames))
            except MISHAPS as error:
                self._watchers[hook] = [one for one in self._watchers[hook] if one is not watcher]
                warnings.warn(
                    f"The {plugin} failed in {hook} ({error!r}); this client calls it no more.",
                    PluginWarning,
                    stacklevel=2,
                )


class Observed:
    """An attempt that has begun."""

    def __init__(self, observers: Observers, facts: Dict[str, Any]) -> None:
        self._observers = observers
        self._began = perf_counter()
        self.facts = facts

    def end(self, status: Optional[int], error: Optional[GraceDBError]) -> None:
        """Tell how it ended."""
        seconds = perf_counter() - self._began
        self._observers.tell(
            _AFTER, {**self.facts, "status": status, "error": error, "seconds": seconds}
        )
