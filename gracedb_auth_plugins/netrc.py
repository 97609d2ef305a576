"""Passwords from ``~/.netrc``, or the file that ``NETRC`` names, which only its owner may read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Optional, Sequence, Union

from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Absent, AuthProvider, AuthRequest, Credential, Rung

from ._files import SecretFile, named_in, read_named, read_secret, shown
from ._passwords import basic_headers
from ._providers import Discovered, Unusable

if TYPE_CHECKING:
    from ._netrc_format import Login

__all__ = ["DISCOVERED", "gracedb_auth_providers"]


def _in_netrc(wanted: AuthRequest) -> Union[Credential, Absent]:
    path = named_in(wanted, "NETRC")
    if path is None:
        found = read_secret(wanted.home / ".netrc", wanted)
        return _from_file(found, wanted) if found else Absent("no ~/.netrc")
    if path == Path(os.devnull):  # the usual way to say: read none
        return Absent(f"NETRC is {os.devnull}")
    return _from_file(read_named(path, wanted, by="NETRC"), wanted)


def _from_file(found: SecretFile, wanted: AuthRequest) -> Union[Credential, Absent]:
    place, host = shown(found.path, wanted), wanted.origin.host
    login = _look_up(found.content, host, place)
    if login is None:
        return Absent(f"{place} has no entry for {host}")
    # Not before: a file with nothing for us may be open to all, and is no business of ours.
    if found.owner != wanted.uid:
        raise Unusable(f"{place} belongs to somebody else (uid {found.owner})")
    if found.mode & 0o077:
        who = found.exposure or f"mode {found.mode:04o}"
        raise Unusable(f"{place} is not its owner's alone ({who}); run: {found.remedy}")
    if not login.password:
        raise Unusable(f"{place} has an entry for {host} without a password")
    try:
        headers = basic_headers(login.name, login.password)
    except Unusable as error:
        problem = str(error)
    else:
        return Credential("netrc", place, headers=headers, subject=login.name, files=(found.path,))
    raise Unusable(f"{place} has an entry for {host} that cannot be used: {problem}")


def _look_up(content: bytes, host: str, place: str) -> Optional[Login]:
    # Its patterns take longer to compile than looking in all other places, and few have a netrc.
    from ._netrc_format import NetrcSyntaxError, find_login

    try:
        return find_login(content, host)
    except NetrcSyntaxError as error:
        line, problem = error.line, error.problem
    raise Unusable(f"{place}, line {line}: {problem}")


DISCOVERED = Discovered("netrc", Rung.NETRC, (_in_netrc,))


@hookimpl
def gracedb_auth_providers() -> Sequence[AuthProvider]:
    """Offer the password that the netrc file holds for this server."""
    return (DISCOVERED,)
