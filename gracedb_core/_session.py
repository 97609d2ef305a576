"""What every exchange of one client shares."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Callable, Mapping, Optional, Tuple

from ._address import Address
from ._retry import RetryPolicy
from ._values import Value
from ._wire import Header, Request, Timeout
from .errors import SentRequest

if TYPE_CHECKING:
    from ._credentials import Keeper
    from ._observers import Observers
    from .interfaces import RouteOffer

__all__ = ["Session"]


class Session(Value):
    """What every exchange of one client shares."""

    address: Address
    keeper: Keeper
    policy: RetryPolicy
    timeout: Timeout
    #: Header lines of every request; the server serves nobody without User-Agent.
    headers: Tuple[Header, ...]
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    #: Who sees each request and what came of it; None where nobody does.
    observers: Optional[Observers] = None
    #: The places that plugins add to the tree, by name.
    routes: Mapping[str, RouteOffer] = MappingProxyType({})
    #: The plugin that the transport is from, if it is a stranger's.
    stranger: str = ""

    def asked(self, request: Request) -> SentRequest:
        """Say what *request* is, for errors."""
        return SentRequest(request.method, f"{self.address.origin}{request.target}")
