"""The two kinds of provider: for a credential that was given, and for one that is looked for."""

from __future__ import annotations

from typing import List, NamedTuple, Protocol, Sequence, Tuple, Union

from gracedb_core.errors import CredentialError
from gracedb_core.interfaces import Absent, AuthRequest, Credential

__all__ = ["Explicit", "Discovered", "Look", "Unusable", "sentence", "span"]


class Unusable(Exception):
    """Something is there and cannot be used; says why in a phrase, and never what it holds.

    Raise it outside of ``except`` blocks: the exceptions of the standard library that lead to it
    carry what they failed to read, and would stay attached as its context.
    """


class Look(Protocol):
    """One place to look at."""

    def __call__(self, wanted: AuthRequest, /) -> Union[Credential, Absent]:
        """Give what is there; raise `Unusable` for something that is no good."""


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
            told = sentence(str(problem))
        raise CredentialError(told)


class Discovered(NamedTuple):
    """A credential that may lie in several places; the first that can be used is taken."""

    name: str
    rung: int
    looks: Tuple[Look, ...]
    #: Without TLS a client certificate is never shown; looking for one would be in the way.
    needs_https: bool = False

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Look in every place, in order; remark what was wrong with those before a good one."""
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
                return _after(unusable, found)
            missing.append(found.reason)
        return Absent("; ".join(unusable or missing), unusable=bool(unusable))


def _after(unusable: Sequence[str], found: Credential) -> Credential:
    """Give *found* with a remark for each better place that was no good."""
    if not unusable:
        return found
    passed_over = (
        sentence(f"{reason}; the one from {found.source} is used instead") for reason in unusable
    )
    return found.replaced(remarks=(*passed_over, *found.remarks))


def span(seconds: float) -> str:
    """Name a length of time as a person would: ``45 s``, ``12 min``, ``2 h``, ``3 d``."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def sentence(phrase: str) -> str:
    """Make a sentence of *phrase*."""
    return phrase[:1].upper() + phrase[1:] + "."
