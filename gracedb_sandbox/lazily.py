"""Modules that need `cryptography`, imported when they are first wanted.

Most sandboxes have no use for it, and loading it takes longer than anything
else that the server does at its start.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

if TYPE_CHECKING:
    from types import ModuleType

    from .authority import Authority
    from .tokens import Issuer


def issuer(folder: Path) -> Issuer:
    """The issuer of the tokens of the sandbox in *folder*."""
    with _without_age_warning():
        from .tokens import Issuer
    return Issuer(folder)


def authority(folder: Path) -> Authority:
    """The certificate authority of the sandbox in *folder*."""
    with _without_age_warning():
        from .authority import Authority
    return Authority(folder)


def tls() -> ModuleType:
    """The module that speaks TLS."""
    with _without_age_warning():
        from . import tls
    return tls


@contextmanager
def _without_age_warning() -> Iterator[None]:
    """Import cryptography without its word on the age of this Python: nobody here can act on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Python 3\.\d+ is no longer supported", UserWarning)
        yield
