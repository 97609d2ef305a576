"""The transport over an adapter of `requests`, which tools that watch `requests` see."""

from __future__ import annotations

from typing import Any, Dict, Optional

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from ..interfaces import ClientCert, Request
from ._heads import joined
from ._pooled import PooledTransport
from ._pools import Pool, open_pool
from ._sockets import Body, Clock

__all__ = ["RequestsTransport"]


class _Timeout(urllib3.Timeout):
    """What an adapter takes for a timeout: a clock that runs already."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock


class _Adapter(HTTPAdapter):
    """An adapter before one pool, whose TLS context and proxy are settled."""

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._pool = pool

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> Any:
        return self

    # The same under the names that it had before requests 2.32.2.
    get_connection = _get_connection = get_connection_with_tls_context

    def urlopen(
        self, method: str, url: str, body: Body, headers: Any, timeout: Any, **_options: Any
    ) -> urllib3.HTTPResponse:
        """Do what the adapter asks of a pool of urllib3's."""
        reply = self._pool.exchange(method, url, headers, body, timeout.clock)
        lines: Any = reply.lines  # its stubs know dictionaries only
        return urllib3.HTTPResponse(
            reply,
            headers=lines,
            status=reply.status,
            reason=reply.reason,
            version=reply.version,
            request_method=method,
            preload_content=False,
        )

    def cert_verify(self, *_args: Any, **_options: Any) -> None:
        # Left to itself it loads the bundle of certifi into our context for each connection.
        pass

    def request_url(self, request: Any, _proxies: Any) -> str:
        url: str = request.target
        return url

    def close(self) -> None:
        super().close()
        self._pool.close()


class _Reply:
    """A response of urllib3, the adapter's or one that a tool made up, as the reply that it is."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.status = raw.status
        self.reason = raw.reason or ""
        self.length = raw.length_remaining
        self.headers = joined((name.lower(), value) for name, value in raw.headers.items())

    def read(self, amount: Optional[int] = None) -> bytes:
        data: bytes = self._raw.read(amount, decode_content=False)
        return data

    def close(self) -> None:
        self._raw.close()


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
        prepared.target = request.target
        return _Reply(pool.send(prepared, timeout=_Timeout(clock)).raw)
