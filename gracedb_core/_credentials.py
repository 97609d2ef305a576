"""The credential ladder, and the keeper of the credential that was found."""

from __future__ import annotations

import math
import os
import threading
import time
import warnings
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Callable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from .errors import CredentialError, CredentialWarning
from .interfaces import Absent, AuthProvider, AuthRequest, Credential, Origin, Rung

if TYPE_CHECKING:
    from ._options import Options

__all__ = [
    "Keeper",
    "Tried",
    "climb",
    "engage",
    "explain",
    "look_around",
    "look_at_all",
    "obstacle",
    "warn_about",
]

#: Seconds between two glances at the files of a credential, for a change.
_GLANCE = 10.0
#: Seconds between two looks for a credential that soon expires and is not there yet.
_PATIENCE = 1.0
#: The ``stacklevel`` of the line that makes a client, two calls below `engage`.
_THE_CALLER = 6

#: What tells one state of a file from another.
_Stamp = Optional[Tuple[int, int, int, int]]


#: Which argument is taken on which rung, and by which plugin.
_TAKEN = (
    ("token", Rung.EXPLICIT_TOKEN, "scitoken"),
    ("bearer_token", Rung.EXPLICIT_TOKEN, "scitoken"),
    ("cert", Rung.EXPLICIT_X509, "x509"),
    ("username", Rung.EXPLICIT_BASIC, "basic"),
)


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
    for provider in _in_order(providers):
        found = provider.find(wanted)
        tried.append(Tried(provider, found))
        if isinstance(found, Credential):
            break
    return tried


def look_at_all(providers: Sequence[AuthProvider], wanted: AuthRequest) -> Iterator[Tried]:
    """Ask every rung in order, also those below the one that a client would use."""
    for provider in _in_order(providers):
        found: Union[Credential, Absent]
        try:
            found = provider.find(wanted)
        except CredentialError as error:
            found = Absent(str(error).rstrip("."), unusable=True)
        yield Tried(provider, found)


def _in_order(providers: Sequence[AuthProvider]) -> List[AuthProvider]:
    return sorted(providers, key=lambda provider: (provider.rung, provider.name))


def look_around(wanted: AuthRequest, now: float) -> AuthRequest:
    """Take the environment, home and user into *wanted* as they are at this moment."""
    return wanted.replaced(
        environment=dict(os.environ),
        home=Path(os.path.expanduser("~")),
        uid=os.geteuid(),
        now=now,
    )


def engage(
    options: Options,
    providers: Callable[[], Sequence[AuthProvider]],
    ask: Callable[[], AuthRequest],
    *,
    now: Callable[[], float] = time.time,
) -> Keeper:
    """Climb the ladder as *options* say, and keep what is found.

    *ask* makes the question, with the surroundings as they are then. Raises `CredentialError`
    for a credential that was given and cannot be used, and where one must be found and is not.
    """
    if options.force_noauth:
        return Keeper()
    wanted, ladder = ask(), providers()
    _see_that_each_is_taken(wanted, ladder)
    tried = climb(ladder, wanted)
    warn_about(tried, wanted.origin.host)
    found = _sendable(options, wanted.origin, tried)
    if found is None:
        if options.fail_if_noauth:
            raise CredentialError(explain(tried, wanted.origin.host))
        return Keeper()
    return Keeper(
        tried[-1].provider,
        found,
        again=lambda provider: provider.find(ask()),
        margin=options.auth_reload_timeout if options.auth_reload else 0.0,
        watches=options.auth_reload,
        now=now,
    )


def _see_that_each_is_taken(wanted: AuthRequest, ladder: Sequence[AuthProvider]) -> None:
    """Raise `CredentialError` for what was given where the plugin that takes it is not loaded."""
    rungs = {provider.rung for provider in ladder}
    for argument, rung, plugin in _TAKEN:
        if getattr(wanted, argument) is not None and rung not in rungs:
            raise CredentialError(
                f"{argument} was given, but the plugin {plugin!r} that takes it is not loaded; see "
                "plugins= and GRACEDB_DISABLED_PLUGINS."
            )


def _sendable(options: Options, origin: Origin, tried: Sequence[Tried]) -> Optional[Credential]:
    """Keep a credential from travelling where anybody may read it."""
    found = tried[-1].found if tried else None
    if not isinstance(found, Credential):
        return None
    sentence = "" if options.allow_plain_http else obstacle(origin, found)
    if not sentence:
        return found
    if options.gives_credential:
        raise CredentialError(sentence)
    warnings.warn(sentence, CredentialWarning, stacklevel=_THE_CALLER)
    return None


def obstacle(origin: Origin, found: Credential) -> str:
    """Say why *found* must not be sent to *origin*, or nothing."""
    if origin.scheme == "https" or origin.is_loopback:
        return ""
    return (
        f"The {found.kind} credential from {found.source} is not sent to {origin.host} over "
        "plain http, where anybody may read it; use https, or pass allow_plain_http=True."
    )


def _nowhere(_provider: AuthProvider) -> Absent:
    return Absent("there is nowhere to look")


class Keeper:
    """Holds the credential of one client, and looks for a newer one.

    An expired credential is always looked for again. With a *margin* that begins so many seconds
    before it expires. With *watches*, also its files are looked at every ten seconds, and a
    change of one brings a new look: what was renewed long before its end is used at once, and
    what says nothing of its end is not kept for ever.

    Before it has expired, a credential is replaced from its own place only: a file that is
    missing or half written for a moment must not make us somebody else.
    """

    def __init__(
        self,
        provider: Optional[AuthProvider] = None,
        credential: Optional[Credential] = None,
        *,
        again: Callable[[AuthProvider], Union[Credential, Absent]] = _nowhere,
        margin: float = 0.0,
        watches: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._credential = credential
        self._again = again
        self._margin = margin
        self._watches = watches
        self._now = now
        self._lock = threading.Lock()
        self._trouble = ""
        #: The files as they were before they were last read; unknown at first.
        self._seen: Optional[List[_Stamp]] = None
        #: When to look again.
        self._due = math.inf
        if credential is not None and provider is not None:
            watched = watches and credential.files
            self._due = min(self._end - margin, now() + _GLANCE if watched else math.inf)

    def forked(self) -> None:
        """Begin anew in a process that was forked, where nobody would open a lock that was shut."""
        self._lock = threading.Lock()

    @property
    def current(self) -> Optional[Credential]:
        """The credential, whatever its age; None for an anonymous client."""
        return self._credential

    @property
    def _end(self) -> float:
        credential = self._credential
        return math.inf if credential is None or credential.expires is None else credential.expires

    def is_stale(self, now: float) -> bool:
        """Tell whether a newer credential should be looked for."""
        return now >= self._due

    def renew(self) -> None:
        """Look for a newer credential; keep the old one where there is none."""
        with self._lock:
            now, old = self._now(), self._credential
            if old is None or not self.is_stale(now):
                return
            # At once, so that nobody waits here whose credential is still good.
            self._due = self._next_look(old, now)
            new = self._renewed(old, now)
            self._credential, self._due = new, self._next_look(new, now)
        for sentence in _news(old, new):
            warnings.warn(sentence, CredentialWarning, stacklevel=2)

    def _next_look(self, credential: Credential, now: float) -> float:
        glance = now + _GLANCE if self._watches and credential.files else math.inf
        end = math.inf if credential.expires is None else credential.expires
        if now < end - self._margin:
            return min(glance, end - self._margin)
        return min(now + _PATIENCE, end)

    def _renewed(self, old: Credential, now: float) -> Credential:
        """Look whether there is a newer one, if it is time or a file has changed."""
        # Before they are read: what is written meanwhile is seen the next time.
        seen = [_stamp(path) for path in old.files] if self._watches else None
        if now < self._end - self._margin and seen == self._seen:
            return old
        assert self._provider is not None
        try:
            found = self._again(self._provider)
        except CredentialError as error:
            found = Absent(str(error))
        except Exception as error:
            # Whatever a stranger's plugin raises, the old one may be good for hours; and not its
            # words, which may quote a secret.
            found = Absent(f"looking for it failed with {type(error).__name__}")
        if isinstance(found, Absent):
            self._trouble = found.reason
            return old
        if found.files != old.files and now < self._end:
            return old
        self._seen = seen
        return found

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


def _stamp(path: Path) -> _Stamp:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    # The time of change and not that of modification: nobody can set it back.
    return status.st_dev, status.st_ino, status.st_size, status.st_ctime_ns


def _news(old: Credential, new: Credential) -> Iterator[str]:
    """Say what a user should hear of a renewal."""
    if None not in (old.subject, new.subject) and new.subject != old.subject:
        yield (
            f"The {new.kind} from {new.source} is now that of {new.subject}; it was that of "
            f"{old.subject}."
        )
    if new.files != old.files or not old.remarks:
        yield from new.remarks


def warn_about(tried: Sequence[Tried], host: str) -> None:
    """Say what was found and cannot be used, so that nobody turns anonymous in silence.

    And what is to be said about the credential that can be used.
    """
    for provider, found in tried:
        if isinstance(found, Absent):
            told = f"The {provider.name} for {host} cannot be used: {found.reason}."
            sentences: Sequence[str] = [told] if found.unusable else ()
        else:
            sentences = found.remarks
        for sentence in sentences:
            warnings.warn(sentence, CredentialWarning, stacklevel=_THE_CALLER)


def explain(tried: Sequence[Tried], host: str) -> str:
    """Lay the ladder out, a line a rung, of a client that must not be anonymous and would be."""
    width = max((len(provider.name) for provider, _ in tried), default=0)
    lines = [f"no credentials for {host}"]
    for provider, found in tried:
        if isinstance(found, Absent):
            reason = found.reason
        else:
            reason = f"{found.source}, which is not sent over plain http"
        lines.append(f"  {provider.name:<{width}}  {reason}")
    return "\n".join(lines)
