"""The credential ladder, and the keeper of the credential that was found."""

from __future__ import annotations

import os
import threading
import time
import warnings
from pathlib import Path
from typing import Callable, List, NamedTuple, Optional, Sequence, Union

from .errors import CredentialError, CredentialWarning
from .interfaces import Absent, AuthProvider, AuthRequest, Credential

__all__ = ["Keeper", "Tried", "climb", "explain", "look_around", "warn_of_unusable"]


class Tried(NamedTuple):
    """One rung that was looked at, and what was there."""

    provider: AuthProvider
    found: Union[Credential, Absent]


def climb(providers: Sequence[AuthProvider], wanted: AuthRequest) -> List[Tried]:
    """Ask each rung in order until one has a credential, which is then the last one.

    The order is the rungs' own, never the plugins'. Raises `CredentialError` for a credential
    that was given explicitly and cannot be used.
    """
    tried = []
    for provider in sorted(providers, key=lambda provider: (provider.rung, provider.name)):
        found = provider.find(wanted)
        tried.append(Tried(provider, found))
        if isinstance(found, Credential):
            break
    return tried


def look_around(wanted: AuthRequest, now: float) -> AuthRequest:
    """Take the environment, home and user into *wanted* as they are at this moment."""
    return wanted.replaced(
        environment=dict(os.environ),
        home=Path(os.path.expanduser("~")),
        uid=os.geteuid(),
        now=now,
    )


def _nowhere(_provider: AuthProvider) -> Absent:
    return Absent("there is nowhere to look")


class Keeper:
    """Holds the credential of one client, and looks for a newer one before it expires."""

    def __init__(
        self,
        provider: Optional[AuthProvider] = None,
        credential: Optional[Credential] = None,
        *,
        again: Callable[[AuthProvider], Union[Credential, Absent]] = _nowhere,
        margin: float = 0.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._credential = credential
        self._again = again
        self._margin = margin
        self._now = now
        self._lock = threading.Lock()
        self._trouble = ""
        #: Before this moment, a file that had nothing newer is not looked at again.
        self._patience = 0.0

    @property
    def current(self) -> Optional[Credential]:
        """The credential, whatever its age; None for an anonymous client."""
        return self._credential

    def is_stale(self, now: float) -> bool:
        """Tell whether a newer credential should be looked for."""
        credential = self._credential
        return (
            credential is not None
            and credential.expires is not None
            and now >= credential.expires - self._margin
            and (now >= self._patience or now >= credential.expires)
        )

    def renew(self) -> None:
        """Look for a newer credential; keep the old one where there is none."""
        with self._lock:
            provider, now = self._provider, self._now()
            if provider is None or not self.is_stale(now):
                return
            self._patience = now + 1.0
            try:
                found = self._again(provider)
            except CredentialError as error:
                self._trouble = str(error)
                return
            if isinstance(found, Credential):
                self._credential = found
            else:
                self._trouble = found.reason

    def credential(self, now: float) -> Optional[Credential]:
        """Give the credential to send; raises `CredentialError` rather than send a dead one.

        The server takes a bad token for none at all, so that a search would then answer with
        public rows only and nobody would notice.
        """
        credential = self._credential
        if credential is None or credential.expires is None or now < credential.expires:
            return credential
        trouble = f" ({self._trouble})" if self._trouble else ""
        raise CredentialError(
            f"The {credential.kind} credential from {credential.source} has expired and nothing "
            f"newer is there{trouble}; renew it and try again."
        )


def warn_of_unusable(tried: Sequence[Tried], host: str) -> None:
    """Say what was found and cannot be used, so that nobody turns anonymous in silence."""
    for provider, found in tried:
        if isinstance(found, Absent) and found.unusable:
            warnings.warn(
                f"The {provider.name} for {host} cannot be used: {found.reason}.",
                CredentialWarning,
                stacklevel=6,
            )


def explain(tried: Sequence[Tried], host: str) -> str:
    """Lay the ladder out, a line a rung."""
    width = max((len(provider.name) for provider, _ in tried), default=0)
    lines = [f"no credentials for {host}"]
    for provider, found in tried:
        reason = found.reason if isinstance(found, Absent) else found.source
        lines.append(f"  {provider.name:<{width}}  {reason}")
    return "\n".join(lines)
