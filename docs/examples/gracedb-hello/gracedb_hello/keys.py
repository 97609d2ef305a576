"""A credential: passwords in a key store, a file that only you may read.

It is JSON, with an entry for each server, and lies where ``HELLO_KEYS`` says or at
``~/.gracedb-hello.json``::

    {"gracedb.ligo.org": {"username": "albert.einstein", "password": "...", "expires": 1893456000}}
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Optional, Sequence, Union

from gracedb_core.errors import CredentialError
from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Absent, AuthProvider, AuthRequest, Credential


class KeyStore:
    """The rung: asked after what a program was given, and before what is found elsewhere."""

    name = "key store"
    rung = 35

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Look in the user's own store."""
        named = wanted.environment.get("HELLO_KEYS")
        if named:
            return look_up(Path(named), wanted)
        path = wanted.home / ".gracedb-hello.json"
        return look_up(path, wanted) if path.exists() else Absent("no ~/.gracedb-hello.json")


class GivenKeyStore:
    """A plugin to hand to a client: ``Client(plugins=[..., GivenKeyStore("keys.json")])``."""

    name = "given key store"
    rung = 33

    def __init__(self, path: Union[str, Path]) -> None:
        self._path = Path(path)

    @hookimpl
    def gracedb_auth_providers(self) -> Sequence[AuthProvider]:
        """Offer itself."""
        return [self]

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Look in the store that was given; raises `CredentialError` where it is of no use."""
        found = look_up(self._path, wanted)
        if isinstance(found, Absent):
            raise CredentialError(f"The key store that was given cannot be used: {found.reason}.")
        return found


def look_up(path: Path, wanted: AuthRequest) -> Union[Credential, Absent]:
    """Find the entry for the server that is *wanted*; what is wrong with it is the reason."""
    host = wanted.origin.host
    try:
        entry = json.loads(read(path, wanted.uid)).get(host)
    except OSError as error:
        return Absent(f"{path} cannot be read ({error.strerror})", unusable=True)
    except (ValueError, AttributeError):
        # Not the error's own words: they may quote the file.
        return Absent(f"{path} is no JSON object", unusable=True)
    if entry is None:
        return Absent(f"{path} has no entry for {host}")
    problem = wrong_with(entry, wanted.now)
    if problem:
        return Absent(f"the entry for {host} in {path} {problem}", unusable=True)
    login = f"{entry['username']}:{entry['password']}".encode()
    return Credential(
        "hello",
        f"the key store {path}",
        headers=(("Authorization", f"Basic {base64.b64encode(login).decode()}"),),
        expires=entry.get("expires"),
        subject=entry["username"],
    )


def read(path: Path, uid: int) -> bytes:
    """Read a file that nobody but its owner, *uid*, may read."""
    with path.open("rb") as file:
        # Of the open file, not of the name: that may point elsewhere by now.
        status = os.fstat(file.fileno())
        if status.st_uid != uid or status.st_mode & 0o077:
            raise PermissionError(1, "it must be yours and yours alone; run chmod 600")
        return file.read()


def wrong_with(entry: Any, now: float) -> Optional[str]:
    """Say what is wrong with an entry, without showing it."""
    if not isinstance(entry, dict):
        return "is no JSON object"
    for key in ("username", "password"):
        if not isinstance(entry.get(key), str):
            return f"lacks a {key}"
    if ":" in entry["username"]:
        return "has a colon in its username"
    expires = entry.get("expires")
    if not isinstance(expires, (int, float, type(None))):
        return "expires at what is no number of seconds"
    if expires is not None and expires <= now:
        return f"expired {now - expires:.0f} s ago"
    return None
