"""Files that appear whole or not at all, and that nobody but their owner can read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Callable


def write(path: Path, content: bytes, *, public: bool = False) -> None:
    """Put *content* at *path*, in place of what is there; with *public* everybody may read it."""
    part = _part(path, content)
    if public:
        os.chmod(part, 0o644)
    os.replace(part, path)


def once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What *path* holds, made if it is not there; of two that make it, the first wins."""
    if not path.exists():
        part = _part(path, make())
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # another process was first: take what it has made
        finally:
            os.unlink(part)
    return path.read_bytes()


def _part(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Readable by its owner alone from the first byte on.
    descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=str(path.parent))
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    return part
