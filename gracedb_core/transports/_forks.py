"""What a process that was forked shares with its parent, and must leave to it: connections.

A byte that a child read, or wrote, would be missing from what the parent says to its server, or
stand in the middle of it. And threads do not live on in a child: a lock that one of them held
stays locked there for ever, and what was handed to one is never done.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Iterator, Set
from weakref import WeakSet

if TYPE_CHECKING:
    from typing_extensions import Protocol
else:
    Protocol = object

__all__ = ["Heir", "Works", "cut_off", "tell_in_child", "works"]

#: Seconds that a fork waits for TLS handshakes. What takes longer waits for a server, not inside of
#: OpenSSL.
_LONGEST = 1.0


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


class Works:
    """What must not be in the middle of something when the process is forked: OpenSSL.

    It has locks of its own, which nobody can open in a child: it would hang in its first handshake.
    """

    def __init__(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._change = threading.Condition()
        self._busy: Set[int] = set()
        self._is_forking = False

    def begin(self) -> None:
        """Begin, on this thread, unless the process is being forked just now."""
        with self._change:
            self._change.wait_for(lambda: not self._is_forking, _LONGEST)
            self._busy.add(threading.get_ident())

    def end(self) -> None:
        """Be done on this thread, if it had begun."""
        with self._change:
            self._busy.discard(threading.get_ident())
            self._change.notify_all()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Begin, and be done in the end."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def before_fork(self) -> None:
        """Wait until all other threads are done, for a while, and let none begin."""
        own = {threading.get_ident()}
        self._change.acquire()
        self._is_forking = True
        self._change.wait_for(lambda: self._busy <= own, _LONGEST)

    def in_parent(self) -> None:
        """Let everybody go on."""
        self._is_forking = False
        self._change.notify_all()
        self._change.release()

    def in_child(self) -> None:
        """Forget the threads, which are not here, and tell all heirs."""
        self._begin_anew()
        for heir in list(_told):
            heir.forked()


#: There is one OpenSSL in a process.
works = Works()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=works.before_fork,
        after_in_parent=works.in_parent,
        after_in_child=works.in_child,
    )
