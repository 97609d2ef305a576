"""Opens the transports that plugins offer: to block or to await, whichever a client needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional

from ._installed import MISHAPS
from ._plugins import Offered, Plugins
from .errors import GraceDBError, PluginError
from .interfaces import OtherTransport, TransportOptions

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from .interfaces import AsyncTransport, Transport

__all__ = ["open_awaited", "open_blocking", "others"]


def open_blocking(offered: Offered, options: TransportOptions) -> Transport:
    """Open a transport that blocks; raises `PluginError` for one that cannot."""
    opened: Transport = _opened(offered, offered.thing.open, options)
    return opened


def open_awaited(
    offered: Offered, options: TransportOptions, threads: Callable[[], Executor]
) -> AsyncTransport:
    """Open a transport to be awaited, one that only blocks on what *threads* gives."""
    if offered.thing.open_async is not None:
        opened: AsyncTransport = _opened(offered, offered.thing.open_async, options)
        return opened
    from .transports.threaded import ThreadedTransport

    return ThreadedTransport(open_blocking(offered, options), threads())


def others(
    plugins: Plugins, threads: Callable[[], Executor], *around: str
) -> Callable[[str], OtherTransport]:
    """Give what finds another transport by name, for one that wraps it, inside those *around*."""

    def other(name: str) -> OtherTransport:
        if name in around:
            raise PluginError(f"The transport {name!r} cannot be opened: it would wrap itself.")
        offered = plugins.transport(name)
        deeper = others(plugins, threads, *around, name)
        return OtherTransport(
            name,
            lambda options: open_blocking(offered, options.replaced(other=deeper)),
            lambda options: open_awaited(offered, options.replaced(other=deeper), threads),
        )

    return other


def _opened(
    offered: Offered,
    opening: Optional[Callable[[TransportOptions], Any]],
    options: TransportOptions,
) -> Any:
    plugin, offer = offered
    if opening is None:
        raise PluginError(f"The transport {offer.name!r} is for AsyncClient only; choose another.")
    try:
        opened = opening(options)
    except GraceDBError:
        raise
    except MISHAPS as error:
        from ._offers import told  # most clients meet no stranger

        # Not its words, nor its frames: a library may quote a password of a proxy.
        raise PluginError(
            f"The transport {offer.name!r} of the {plugin} cannot be opened ({told(error)})."
        ) from None
    wrong = "" if plugin.is_ours else _judged(opened)
    if wrong:
        raise PluginError(f"The {plugin} {wrong}, when {offer.name!r} was opened.")
    return opened


def _judged(opened: object) -> str:
    from ._offers import wrong_opened  # most clients meet no stranger

    return wrong_opened(opened)
