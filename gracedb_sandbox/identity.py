"""Who is asking: the users a sandbox knows, and how a request proves to be one of them.

GraceDB tries its backends in order: bearer token, certificate, Basic. A bad
token is as good as none; a certificate of a stranger is an error, and so is a
bad password or an old one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, FrozenSet, Iterable, Mapping, Optional, Tuple

from werkzeug.datastructures import Headers

from . import vocabulary
from .accounts import DEFAULT_USERS, subject_of
from .answers import Refusal, detail

CERTIFICATE = "gracedb.certificate"
"""Where a request's environment has the subject of the client's certificate, if it showed one."""
_PASSWORD_LIFETIME = 365 * 86400
_EXPIRED = "Your password has expired. Please log in to the web interface and request another."

Verifier = Callable[[str], str]
"""Gives the subject of a signed token; an empty string if there is anything wrong with it."""


@dataclass(frozen=True)
class User:
    """Somebody; `groups` carry rights, `pipelines` are those the user may upload to.

    The account was opened at `joined` (Unix seconds), which decides how long the
    password is good; it is good for ever if that is unknown.
    """

    username: str = "AnonymousUser"
    password: str = field(default="", repr=False)
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    groups: FrozenSet[str] = frozenset(("public_users",))
    pipelines: FrozenSet[str] = frozenset()
    permissions: FrozenSet[str] = frozenset()
    token: str = field(default="", repr=False)
    subject: str = ""
    joined: Optional[float] = None

    @property
    def anonymous(self) -> bool:
        """Whether nobody has said who they are."""
        return self is ANONYMOUS

    @property
    def internal(self) -> bool:
        """Whether the user belongs to the collaboration."""
        return "internal_users" in self.groups

    @property
    def full_name(self) -> str:
        """First and last name, as far as known."""
        return f"{self.first_name} {self.last_name}".strip()

    def belongs(self, *groups: str) -> bool:
        """Whether the user is in any of *groups*."""
        return not self.groups.isdisjoint(groups)


ANONYMOUS = User()
_SETS = ("groups", "pipelines", "permissions")


def read_user(given: Mapping[str, Any]) -> User:
    """A user from plain data, as in a users file; ``"*"`` in `pipelines` means all."""
    values = {**given, **{name: frozenset(given.get(name, ())) for name in _SETS}}
    values["subject"] = subject_of(given)
    if "*" in values["pipelines"]:
        values["pipelines"] = frozenset(vocabulary.PIPELINES)
    return User(**values)


class Directory:
    """The users of one sandbox, and which of them a request's headers prove."""

    def __init__(self, users: Optional[Iterable[Mapping[str, Any]]] = None) -> None:
        known = map(read_user, DEFAULT_USERS if users is None else users)
        self.users: Dict[str, User] = {user.username: user for user in known}
        people = self.users.values()
        self._names = {user.username.lower(): user for user in people}
        self._subjects = {user.subject: user for user in people}
        self._tokens = {user.token: user for user in people if user.token}

    def find(
        self, headers: Headers, subject: str, *, verify: Verifier, clock: Callable[[], float]
    ) -> User:
        """The user whom the headers or a certificate's *subject* prove, or `ANONYMOUS`.

        Refuses a certificate of a stranger and a wrong password.
        """
        scheme, _, secret = headers.get("Authorization", "").partition(" ")
        bearer = self._bearer(secret.strip(), verify) if scheme.lower() == "bearer" else None
        if bearer is not None:
            return bearer
        # Nothing but tokens is for scripts running in somebody's browser session.
        if headers.get("X-Requested-With") == "XMLHttpRequest":
            return ANONYMOUS
        if subject:
            return self._certified(subject)
        return self._basic(secret, clock) if scheme.lower() == "basic" else ANONYMOUS

    def remember(self, database: sqlite3.Connection) -> None:
        """Write the users down, for queries that search their names."""
        rows = [
            (
                user.username,
                user.password,
                user.first_name,
                user.last_name,
                user.email,
                json.dumps(sorted(user.groups)),
                json.dumps(sorted(user.pipelines)),
            )
            for user in self.users.values()
        ]
        database.executemany("INSERT OR REPLACE INTO user VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def _bearer(self, token: str, verify: Verifier) -> Optional[User]:
        return self._tokens.get(token) or self._names.get(verify(token).lower())

    def _certified(self, subject: str) -> User:
        if subject not in self._subjects:
            raise detail(403, "Invalid certificate subject")
        return self._subjects[subject]

    def _basic(self, secret: str, clock: Callable[[], float]) -> User:
        username, password = _credentials(secret)
        user = self.users.get(username)
        known = user.password.encode() if user else b""
        if user is None or not hmac.compare_digest(known, password.encode()):
            raise detail(403, "Invalid username/password.")
        if user.joined is not None and clock() - user.joined > _PASSWORD_LIFETIME:
            raise detail(403, _EXPIRED)
        return user


def _credentials(secret: str) -> Tuple[str, str]:
    if not secret.strip():
        raise _malformed("No credentials provided.")
    if " " in secret.strip():
        raise _malformed("Credentials string should not contain spaces.")
    try:
        decoded = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("Credentials not correctly base64 encoded.") from None
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")
    username, _, password = text.partition(":")
    return username, password


def _malformed(what: str) -> Refusal:
    return detail(403, f"Invalid basic header. {what}")
