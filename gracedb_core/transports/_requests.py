"""The transport over an adapter of `requests`, which tools that watch `requests` see."""

from __future__ import annotations

from typing import Any, Dict, Optional

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from ..interfaces import ClientCert, Request
from ._pooled import Body, PooledTransport
from ._pools import Pool, open_pool
from ._sockets import Clock

__all__ = ["RequestsTransport"]


class _Adapter(HTTPAdapter):
    """An adapter before one pool, whose TLS context and proxy are settled."""

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._pool = pool

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> Any:
        return self._pool

    # The same under the names that it had before requests 2.32.2.
    get_connection = _get_connection = get_connection_with_tls_context

    def cert_verify(self, *_args: Any, **_options: Any) -> None:
        # Left to itself it loads the bundle of certifi into our context for each connection.
        pass

    def request_url(self, request: Any, _proxies: Any) -> str:
        url: str = request.target
        return url

    def close(self) -> None:
        super().close()
        self._pool.close()


class RequestsTransport(PooledTransport):
    """Sends over an adapter of `requests`.

    There is no session: so no cookies, no netrc, no proxies from the environment, no redirects
    and no header but ours.
    """

    # Tools that answer in a server's place touch no socket.
    _lateness = (requests.exceptions.ReadTimeout,)

    def _open(self, certificate: Optional[ClientCert]) -> Any:
        return _Adapter(open_pool(self._options, certificate))

    def _ask(
        self, pool: Any, request: Request, headers: Dict[str, str], body: Body, clock: Clock
    ) -> Any:
        prepared: Any = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = self._origin + request.target
        prepared.headers = CaseInsensitiveDict(headers)
        prepared.body = body
        prepared.hooks = {}
        # Not `url`, which requests would quote anew.
        prepared.target = self._prefix + request.target
        return pool.send(prepared, timeout=clock).raw
