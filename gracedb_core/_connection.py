"""What stands behind a client: its credential, and a transport that is opened on first use."""

from __future__ import annotations

import threading
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, Iterator, Optional

from ._address import Address
from ._credentials import Keeper, engage, look_around
from ._session import Session
from ._wire import Origin
from .errors import ClientClosed, PluginError, PluginWarning
from .interfaces import AuthRequest, TransportOptions

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from ._observers import Observers
    from ._options import Options
    from .interfaces import AsyncTransport, RouteOffer, Transport

__all__ = ["Connection"]

_CLOSED = "This client was closed; make a new one."


class Connection:
    """Puts together what *options* say; asks no server.

    *is_taken* tells which names plugins cannot have for their routes; *now* gives the time, in
    unix seconds, by which credentials age.
    """

    def __init__(
        self,
        options: Options,
        *,
        is_taken: Callable[[RouteOffer], bool],
        now: Callable[[], float] = time.time,
    ) -> None:
        # Loaded here, not at import: finding the installed plugins takes milliseconds.
        from ._plugins import Plugins, installed_plugins
        from .transports._forks import tell_in_child

        self._options = options
        self._now = now
        self._plugins = Plugins(
            installed_plugins(), options.plugins, disabled=options.disabled_plugins
        )
        self._authorities = options.authorities
        self._offer = self._plugins.transport(options.transport_name)
        self._transport: Any = None
        self._executor: Optional[Executor] = None
        self._closed = False
        self._inherited: Any = None
        self._lock = threading.RLock()
        address = Address.parse(options.service_url, options.api_version)
        self.session = Session(
            address,
            self._keeper(address.origin),
            options.policy,
            options.timeouts,
            (
                ("User-Agent", options.agent),
                ("Accept", "*/*"),
                ("Accept-Encoding", "gzip, deflate"),
            ),
            now=now,
            observers=self._observers(),
            routes=self._plugins.routes(is_taken),
            stranger="" if self._offer.plugin.is_ours else str(self._offer.plugin),
        )
        for trouble in self._plugins.troubles:
            warnings.warn(trouble, PluginWarning, stacklevel=3)
        tell_in_child(self)

    def forked(self) -> None:
        """Begin anew in a process that was forked: what was opened is the parent's to close."""
        self._lock = threading.RLock()
        self.session.keeper.forked()
        # Kept: forgotten, it might take leave of the server in the parent's name.
        self._inherited = (self._inherited, self._transport, self._executor)
        self._transport = self._executor = None

    def transport(self) -> Transport:
        """Give the transport, opened once; raises `ClientClosed` after `close`."""
        transport: Transport = self._transport or self._opened(self._open)
        return transport

    def awaited_transport(self) -> AsyncTransport:
        """Give the transport to await, opened once, on threads where it only blocks."""
        transport: AsyncTransport = self._transport or self._opened(self._open_awaited)
        return transport

    def submit(self, action: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call *action* on a thread of the client's own."""
        try:
            return self._threads().submit(action, *args)
        except RuntimeError:
            if not self._closed:
                raise
        raise ClientClosed(_CLOSED)

    def run_blocking(self, action: Callable[..., Any], *args: Any) -> Awaitable[Any]:
        """Call what blocks on files where it holds up nobody."""
        import asyncio

        return asyncio.wrap_future(self.submit(action, *args))

    def close(self) -> None:
        """Close every connection; a second call does nothing."""
        transport = self._shut()
        with self._closing():
            if transport is not None:
                transport.close()

    async def close_awaited(self) -> None:
        """Do the same for a client that is awaited."""
        transport = self._shut()
        with self._closing():
            if transport is not None:
                await transport.close()

    def _opened(self, make: Callable[[], Any]) -> Any:
        with self._lock:
            if self._closed:
                raise ClientClosed(_CLOSED)
            if self._transport is None:
                self._transport = make()
            return self._transport

    def _shut(self) -> Any:
        with self._lock:
            transport, self._transport, self._closed = self._transport, None, True
        return transport

    @contextmanager
    def _closing(self) -> Iterator[None]:
        """Dismiss the threads when a transport was closed, and blame a stranger's that fails."""
        stranger = self.session.stranger
        try:
            yield
        except Exception as error:
            if not stranger:
                raise
            from ._offers import told

            story = f"The transport of the {stranger} cannot be closed ({told(error)})."
            raise PluginError(story) from None
        finally:
            if self._executor is not None:
                # Not waited for: what was cancelled ends by its own timeouts.
                self._executor.shutdown(wait=False)

    def _open(self) -> Transport:
        from ._openings import open_blocking

        return open_blocking(self._offer, self._transport_options())

    def _open_awaited(self) -> AsyncTransport:
        from ._openings import open_awaited

        return open_awaited(self._offer, self._transport_options(), self._threads)

    def _threads(self) -> Executor:
        return self._executor or self._engaged()

    def _engaged(self) -> Executor:
        from concurrent.futures import ThreadPoolExecutor

        with self._lock:
            if self._closed:
                raise ClientClosed(_CLOSED)
            if self._executor is None:
                self._executor = ThreadPoolExecutor(self._options.max_concurrency, "gracedb-core")
            return self._executor

    def _transport_options(self) -> TransportOptions:
        from ._openings import others
        from ._tls import TLSContexts

        origin = self.session.address.origin
        return TransportOptions(
            origin,
            TLSContexts(verify=self._authorities),
            self._options.max_concurrency,
            _environment_proxy(origin),
            other=others(self._plugins, self._threads, self._offer.thing.name),
        )

    def _observers(self) -> Optional[Observers]:
        """Give the plugins that watch, or None where nobody does."""
        hooks = ("gracedb_before_request", "gracedb_after_response")
        before, after = (list(self._plugins.implementations(hook)) for hook in hooks)
        if not (before or after):
            return None
        from ._observers import Observers  # few have any

        return Observers(before, after)

    def _keeper(self, origin: Origin) -> Keeper:
        """Look for a credential, and keep what is found."""
        options, now = self._options, self._now
        wanted = AuthRequest(
            origin,
            token=options.token_path,
            cert=options.cert_path,
            username=options.username,
            password=options.password,
            bearer_token=options.bearer_token,
        )
        return engage(options, self._plugins.providers, lambda: look_around(wanted, now()), now=now)


def _environment_proxy(origin: Origin) -> Optional[str]:
    """Read the proxy settings of the environment, once; loopback never goes through one."""
    if origin.is_loopback:
        return None
    from urllib import request

    proxies: Dict[str, str] = request.getproxies_environment()
    # Not in the stubs, though documented where urllib is extended.
    bypass: Callable[..., object] = getattr(request, "proxy_bypass_environment")  # noqa: B009
    if bypass(f"{origin.host}:{origin.port}", proxies):
        return None
    proxy = proxies.get(origin.scheme) or proxies.get("all")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
