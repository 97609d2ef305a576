"""What a process that was forked shares with its parent, and must leave to it: connections.

A byte that a child read, or wrote, would be missing from what the parent says to its server, or
stand in the middle of it. And threads do not live on in a child: a lock that one of them held
stays locked there for ever, and what was handed to one is never done.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from typing_extensions import Protocol
else:
    Protocol = object

__all__ = ["Heir", "cut_off", "tell_in_child"]


class Heir(Protocol):
    """Something that has a connection, a lock or a thread when its process is forked."""

    def forked(self) -> None:
        """Begin anew in the child; called there before anything else, and on no lock of its own."""


_told: WeakSet[Heir] = WeakSet()


def tell_in_child(heir: Heir) -> None:
    """Call *heir*'s ``forked`` in every process that is forked while it lives."""
    _told.add(heir)


def cut_off(sock: Any) -> None:
    """Leave *sock* to the parent: in its place comes one that leads nowhere.

    So that libraries may use and close what they think is theirs: they get an error, no event loop
    of the parent is disturbed, and nobody is told of an end.
    """
    import socket  # who has one has loaded it

    descriptor = sock.fileno()
    if descriptor >= 0:
        with socket.socket() as nowhere:
            os.dup2(nowhere.fileno(), descriptor, inheritable=False)


def _tell() -> None:
    for heir in list(_told):
        heir.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_tell)
