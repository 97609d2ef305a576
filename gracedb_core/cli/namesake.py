"""What to say of the other distribution that installs a package called `gracedb_sdk`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Optional

from .._installed import EntryPoint
from .._namesake import REMEDY, namesakes
from .._plugins import Plugin

__all__ = ["rival"]

_PACKAGE = "gracedb_sdk"
#: What is in our own ``__init__``, and in nobody else's.
_OURS = b"from gracedb_core import"


def rival() -> Optional[Plugin]:
    """Give a gracedb-sdk that is installed, or what its uninstalling left, as if it were a plugin.

    None where `import gracedb_sdk` gives this client, and nobody contends for it.
    """
    found = [path for folder in sys.path for path in namesakes(folder or ".")]
    source = _source()
    if not found and _OURS in source:
        return None
    other = Plugin(_PACKAGE, EntryPoint(_PACKAGE, _PACKAGE, found[0]) if found else None)
    other.troubles.append(_trouble(source, installed=bool(found)))
    return other


def _trouble(source: bytes, *, installed: bool) -> str:
    if not installed:
        return (
            "is not whole: what uninstalled gracedb-sdk has taken a part of it along; put it "
            "back: pip install --force-reinstall --no-deps gracedb-core"
        )
    whose = "gracedb-core" if _OURS in source else "gracedb-sdk" if source else "nobody"
    return f"installs a package that gracedb-core has too, and which is now {whose}'s; {REMEDY}"


def _source() -> bytes:
    """Read what `import gracedb_sdk` would run; nothing where it would not."""
    spec = find_spec(_PACKAGE)
    origin = Path(spec.origin) if spec is not None and spec.origin else None
    return origin.read_bytes() if origin is not None and origin.is_file() else b""
