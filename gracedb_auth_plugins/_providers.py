"""The two kinds of provider: for a credential that was given, and for one that is looked for."""

from __future__ import annotations

import warnings
from typing import Callable, List, NamedTuple, Tuple, Union

from gracedb_core.errors import CredentialError, CredentialWarning
from gracedb_core.interfaces import Absent, AuthRequest, Credential

__all__ = ["Explicit", "Discovered", "Look", "Unusable", "span", "warn"]

#: One place to look at. It raises `Unusable` for something that is there and is no good.
Look = Callable[[AuthRequest], Union[Credential, Absent]]


class Unusable(Exception):
    """Something is there and cannot be used; says why in a phrase, and never what it holds.

    Raise it outside of ``except`` blocks: the exceptions of the standard library that lead to it
    carry what they failed to read, and would stay attached as its context.
    """


class Explicit(NamedTuple):
    """A credential that the caller names: it works, or is a `CredentialError`."""

    name: str
    rung: int
    look: Look

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Give the credential that *wanted* names; raise `CredentialError` if it cannot be used."""
        try:
            return self.look(wanted)
        except Unusable as problem:
            sentence = _sentence(str(problem))
        raise CredentialError(sentence)


class Discovered(NamedTuple):
    """A credential that may lie in several places; the first that can be used is taken."""

    name: str
    rung: int
    looks: Tuple[Look, ...]
    #: Without TLS a client certificate is never shown; looking for one would be in the way.
    needs_https: bool = False

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Look in every place, in order; warn of what was wrong with those before a good one."""
        if self.needs_https and wanted.origin.scheme != "https":
            return Absent(f"not looked for: {wanted.origin} is not https")
        missing: List[str] = []
        unusable: List[str] = []
        for look in self.looks:
            try:
                found = look(wanted)
            except Unusable as problem:
                unusable.append(str(problem))
                continue
            if isinstance(found, Credential):
                for reason in unusable:
                    warn(f"{reason}; the one from {found.source} is used instead")
                return found
            missing.append(found.reason)
        return Absent("; ".join(unusable or missing), unusable=bool(unusable))


def warn(phrase: str) -> None:
    """Warn the caller of the client, who is too far away for a useful ``stacklevel``."""
    warnings.warn(_sentence(phrase), CredentialWarning, stacklevel=2)


def span(seconds: float) -> str:
    """Name a length of time as a person would: ``45 s``, ``12 min``, ``2 h``, ``3 d``."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _sentence(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:] + "."
