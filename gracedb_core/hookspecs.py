"""The hooks, one sentence each.

A plugin is a module or object with functions of these names, marked with `hookimpl`, found
through the entry-point group ``gracedb_core.plugins``.
"""

from __future__ import annotations

from typing import Sequence

import pluggy

from .interfaces import AuthProvider, TransportOffer

__all__ = ["gracedb_auth_providers", "gracedb_transports", "hookimpl"]

hookspec = pluggy.HookspecMarker("gracedb_core")
#: Marks a function as an implementation of the hook of the same name.
hookimpl = pluggy.HookimplMarker("gracedb_core")


@hookspec
def gracedb_auth_providers() -> Sequence[AuthProvider]:  # type: ignore[empty-body]  # a specification
    """Give the credential providers that this plugin adds; called when a client is made."""


@hookspec
def gracedb_transports() -> Sequence[TransportOffer]:  # type: ignore[empty-body]  # a specification
    """Give the transports that this plugin offers; called when a client is made."""
