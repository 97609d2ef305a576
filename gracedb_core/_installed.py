"""What is installed: the entry points of one group, found by reading their files.

`importlib.metadata` finds the same, and tells the rest of a distribution to whoever asks. It is
loaded only then, or where anything but folders is on the path: loading it, and letting it read
all that is installed, takes longer than a request.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, Iterator, Tuple, Union

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["MISHAPS", "EntryPoint", "entry_points", "informed"]

#: What a stranger's code may raise without taking a client, or a program, down with it.
MISHAPS = (Exception, SystemExit)


class EntryPoint:
    """What a distribution offers under *name*: the module, or what is in it, that *value* names."""

    def __init__(self, name: str, value: str, source: Union[str, Distribution]) -> None:
        self.name = name
        self.value = value
        self._source = source

    @property
    def distribution(self) -> Distribution:
        """Whose it is; read when asked for, since few ask."""
        if not isinstance(self._source, str):
            return self._source
        from importlib.metadata import Distribution  # takes milliseconds
        from pathlib import Path

        return Distribution.at(Path(self._source))

    @property
    def title(self) -> str:
        """Name and version of its distribution."""
        return f"{self.distribution.metadata['Name']} {self.distribution.version}"

    def load(self) -> Any:
        """Import what it names; raises whatever that raises."""
        module, _, names = self.value.partition("[")[0].partition(":")
        if not all(part.isidentifier() for part in module.strip().split(".")):
            raise ImportError(f"its entry point {self.value!r} names no module")
        loaded: Any = import_module(module.strip())
        for name in names.split(".") if names else ():
            if not hasattr(loaded, name.strip()):
                raise ImportError(f"{module.strip()!r} has no attribute {name.strip()!r}")
            loaded = getattr(loaded, name.strip())
        return loaded


def entry_points(group: str) -> Iterator[EntryPoint]:
    """Find those of *group*, in the order of the path; one may be there more than once."""
    return _in_folders(group) if _has_only_folders() else _anywhere(group)


def _has_only_folders() -> bool:
    """Whether nobody but Python's own finder finds distributions, and it in folders alone."""
    finders = [each for each in sys.meta_path if hasattr(each, "find_distributions")]
    return finders == [PathFinder] and all(
        isinstance(entry, str) and (os.path.isdir(entry or ".") or not os.path.exists(entry))
        for entry in sys.path
    )


def _anywhere(group: str) -> Iterator[EntryPoint]:
    from importlib import metadata  # see above

    for distribution in metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == group:
                yield EntryPoint(entry.name, entry.value, distribution)


def _in_folders(group: str) -> Iterator[EntryPoint]:
    for folder in sys.path:
        for information in informed(folder or "."):
            text = _read(os.path.join(information, "entry_points.txt"))
            # Few of them are of any interest, and to tell which is quick.
            if group.encode() in text:
                for name, value in _entries(text.decode("utf-8", "replace"), group):
                    yield EntryPoint(name, value, information)


def informed(folder: str) -> Iterator[str]:
    """List where the distributions in *folder* say what they are."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    in_egg = folder.lower().endswith(".egg")
    for name in names:
        low = name.lower()
        if low.endswith((".dist-info", ".egg-info")) or (in_egg and low == "egg-info"):
            yield os.path.join(folder, name)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # most distributions offer nothing
        return b""


def _entries(text: str, group: str) -> Iterator[Tuple[str, str]]:
    wanted = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            wanted = line == f"[{group}]"
        elif wanted and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()
