"""Turning a user name and a password into the header of HTTP Basic."""

from __future__ import annotations

import base64
import unicodedata
from typing import Tuple

from gracedb_core.interfaces import Header

from ._providers import Unusable

__all__ = ["basic_headers"]


def basic_headers(username: str, password: str) -> Tuple[Header, ...]:
    """Encode them as UTF-8, as RFC 7617 says, or raise `Unusable` for what it cannot carry."""
    if not username:
        raise Unusable("the user name is empty")
    if ":" in username:
        # The server splits at the first colon, and would take the rest for the password.
        raise Unusable("the user name holds a colon, which HTTP Basic cannot carry")
    pair = _encoded("user name", username) + b":" + _encoded("password", password)
    return (("Authorization", "Basic " + base64.b64encode(pair).decode("ascii")),)


def _encoded(what: str, text: str) -> bytes:
    # Surrogates (Cs) are halves of characters: they come from undecodable bytes in the environment.
    kinds = {unicodedata.category(character) for character in text}
    if "Cc" in kinds:
        raise Unusable(f"the {what} holds a line break or another control character")
    if "Cs" in kinds:
        raise Unusable(f"the {what} is not valid Unicode")
    return text.encode("utf-8")
