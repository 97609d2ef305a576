"""The transport over urllib3 itself."""

from __future__ import annotations

from typing import Any, Dict, Optional

from ..interfaces import ClientCert, Request
from ._pooled import PooledTransport
from ._pools import open_pool
from ._sockets import Body, Clock

__all__ = ["Urllib3Transport"]


class Urllib3Transport(PooledTransport):
    """Sends over pools of urllib3."""

    def _open(self, certificate: Optional[ClientCert]) -> Any:
        return open_pool(self._options, certificate)

    def _ask(
        self, pool: Any, request: Request, headers: Dict[str, str], body: Body, clock: Clock
    ) -> Any:
        return pool.exchange(request.method, request.target, headers, body, clock)
