"""Options under the names that earlier releases of the SDK gave them."""

from __future__ import annotations

import warnings
from typing import Any, Dict

from gracedb_core._secrets import secret

__all__ = ["understood"]

_SYNONYMS = {"cert_reload": "auth_reload", "cert_reload_timeout": "auth_reload_timeout"}


def understood(options: Dict[str, Any]) -> Dict[str, Any]:
    """Give *options* under today's names; each old one is warned of, to whoever makes the client.

    Raises `TypeError` where one is given under both names.
    """
    # At once: they are locals of frames that are in the traceback of a mistake.
    for name in ("password", "bearer_token"):
        if name in options:
            options[name] = secret(options[name])
    for old, new in _SYNONYMS.items():
        if old not in options:
            continue
        if new in options:
            raise TypeError(f"{old} is the old name of {new}; pass only {new}.")
        warnings.warn(
            f"{old} is called {new} now; pass {new} in its place.",
            DeprecationWarning,
            stacklevel=3,
        )
        options[new] = options.pop(old)
    return options
