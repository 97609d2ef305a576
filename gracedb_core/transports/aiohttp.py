"""Offers the transport ``aiohttp``, to await; the library is loaded when one is opened."""

from __future__ import annotations

from typing import Sequence

from ..errors import PluginError
from ..hookspecs import hookimpl
from ..interfaces import AsyncTransport, TransportOffer, TransportOptions

__all__ = ["gracedb_transports"]


@hookimpl
def gracedb_transports() -> Sequence[TransportOffer]:
    """Offer it."""
    return [TransportOffer("aiohttp", open_async=_open)]


def _open(options: TransportOptions) -> AsyncTransport:
    try:
        from ._aiohttp import AiohttpTransport
    except ImportError as error:
        raise PluginError(
            "The transport 'aiohttp' needs the library of that name; "
            f"pip install 'gracedb-core[aiohttp]' installs it ({error})."
        ) from None
    return AiohttpTransport(options)
