"""The hooks, one sentence each.

A plugin is a module or object with functions of these names, marked with `hookimpl`, found
through the entry-point group ``gracedb_core.plugins``, or given to a client in ``plugins=``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Sequence

import pluggy

from .errors import GraceDBError, SentRequest
from .interfaces import AuthProvider, RouteOffer, TransportOffer

if TYPE_CHECKING:
    import click

__all__ = [
    "gracedb_after_response",
    "gracedb_auth_providers",
    "gracedb_before_request",
    "gracedb_commands",
    "gracedb_routes",
    "gracedb_transports",
    "hookimpl",
]

hookspec = pluggy.HookspecMarker("gracedb_core")
#: Marks a function as an implementation of the hook of the same name.
hookimpl = pluggy.HookimplMarker("gracedb_core")


@hookspec
def gracedb_auth_providers() -> Sequence[AuthProvider]:
    """Give the credential providers that this plugin adds; called when a client is made."""


@hookspec
def gracedb_transports() -> Sequence[TransportOffer]:
    """Give the transports that this plugin offers; called when a client is made."""


@hookspec
def gracedb_routes() -> Sequence[RouteOffer]:
    """Give the places that this plugin adds to the tree; called when a client is made."""


@hookspec
def gracedb_before_request(request: SentRequest, attempt: int) -> None:
    """See a request that is about to be sent; called for each attempt, counted from 1."""


@hookspec
def gracedb_after_response(
    request: SentRequest,
    attempt: int,
    status: Optional[int],
    error: Optional[GraceDBError],
    seconds: float,
) -> None:
    """See what came of a request; called after each attempt, with its status or its error."""


@hookspec
def gracedb_commands() -> Sequence[click.Command]:
    """Give the commands that this plugin adds to ``gracedb-core``; called by the command line."""
