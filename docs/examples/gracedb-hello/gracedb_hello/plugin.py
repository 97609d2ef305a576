"""What this distribution adds to gracedb-core: one function for each hook."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Optional, Sequence

from gracedb_core.errors import GraceDBError, SentRequest
from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import AuthProvider, RouteOffer, TransportOffer

from .counted import open_awaited, open_blocking
from .keys import KeyStore

if TYPE_CHECKING:
    import click

log = logging.getLogger("gracedb_hello")


@hookimpl
def gracedb_auth_providers() -> Sequence[AuthProvider]:
    """Add a rung to the credential ladder."""
    return [KeyStore()]


@hookimpl
def gracedb_transports() -> Sequence[TransportOffer]:
    """Offer a transport, for clients that block and for those that await."""
    return [TransportOffer("counted", open_blocking, open_awaited)]


@hookimpl
def gracedb_routes() -> Sequence[RouteOffer]:
    """Add ``client.whoami``, ``client.events[id].story`` and ``client.events[id].story[3]``."""
    return [
        RouteOffer("whoami", site="user-info/"),
        RouteOffer("story", event="events/{}/log/", superevent="superevents/{}/logs/"),
        RouteOffer("story[]", event="events/{}/log/{}", superevent="superevents/{}/logs/{}/"),
    ]


@hookimpl
def gracedb_before_request(request: SentRequest, attempt: int) -> None:
    """Log what is about to be sent."""
    log.debug("%s, attempt %d", request, attempt)


@hookimpl
def gracedb_after_response(
    request: SentRequest, status: Optional[int], error: Optional[GraceDBError], seconds: float
) -> None:
    """Log what came of it: a status, or the error that there was instead."""
    outcome = status if error is None else type(error).__name__
    log.info("%s: %s in %.3f s", request, outcome, seconds)


@hookimpl
def gracedb_commands() -> Sequence[click.Command]:
    """Add ``gracedb-core hello``."""
    # Here, because only the command line needs click.
    from .command import hello

    return [hello]
