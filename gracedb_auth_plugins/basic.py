"""A user name and a password given to the client: HTTP Basic, for external partners."""

from __future__ import annotations

from typing import Sequence, Union

from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Absent, AuthProvider, AuthRequest, Credential, Rung

from ._passwords import basic_headers
from ._providers import Explicit, Unusable

__all__ = ["GIVEN", "gracedb_auth_providers"]


def _given(wanted: AuthRequest) -> Union[Credential, Absent]:
    username, password = wanted.username, wanted.password
    if username is None and password is None:
        return Absent("not given")
    if username is None or password is None:
        lacking = "username" if username is None else "password"
        raise Unusable(f"the argument {lacking} is missing: give username and password, or neither")
    if not (isinstance(username, str) and isinstance(password, str)):
        raise Unusable("the arguments username and password must be text")
    return Credential(
        "basic",
        "the arguments username and password",
        headers=basic_headers(username, password),
        subject=username,
    )


GIVEN = Explicit("explicit username and password", Rung.EXPLICIT_BASIC, _given)


@hookimpl
def gracedb_auth_providers() -> Sequence[AuthProvider]:
    """Offer what the caller gave."""
    return (GIVEN,)
