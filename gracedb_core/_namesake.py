"""gracedb-sdk, the other distribution that installs a package called `gracedb_sdk`."""

from __future__ import annotations

import os
import re
import warnings
from typing import Iterator

from ._installed import informed
from ._version import __version__

__all__ = ["REMEDY", "namesakes", "warn_of_namesake"]

#: What to do about it, after a semicolon.
REMEDY = (
    "uninstall it, then put back what that takes away: pip uninstall gracedb-sdk; "
    "pip install --force-reinstall --no-deps gracedb-core"
)
_NAMESAKE = re.compile(r"gracedb[-_.]sdk-([^-]+?)(-.*)?\.(dist|egg)-info\Z", re.IGNORECASE).match


def namesakes(folder: str) -> Iterator[str]:
    """Find where in *folder* a gracedb-sdk says what it is.

    By name alone: what reads distributions takes longer to load than the client.
    """
    return (path for path in informed(folder) if _NAMESAKE(os.path.basename(path)))


def warn_of_namesake(package: str) -> None:
    """Warn whoever imports *package*, a file, where a gracedb-sdk is installed in its place."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(package)))
    for path in namesakes(folder):
        found = _NAMESAKE(os.path.basename(path))
        assert found is not None
        warnings.warn(
            f"gracedb-sdk {found[1]} is installed too, and gracedb-core {__version__} has taken "
            f"the place of its package gracedb_sdk; {REMEDY}.",
            UserWarning,
            stacklevel=3,
        )
