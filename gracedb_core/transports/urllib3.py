"""Offers the transport ``urllib3``; the library is loaded when one is opened."""

from __future__ import annotations

from typing import Sequence

from ..hookspecs import hookimpl
from ..interfaces import Transport, TransportOffer, TransportOptions

__all__ = ["gracedb_transports"]


@hookimpl
def gracedb_transports() -> Sequence[TransportOffer]:
    """Offer it."""
    return [TransportOffer("urllib3", _open)]


def _open(options: TransportOptions) -> Transport:
    from ._urllib3 import Urllib3Transport

    return Urllib3Transport(options)
