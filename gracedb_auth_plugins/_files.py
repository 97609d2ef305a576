"""Reading files that hold secrets: whose they are, who else can read them, no trap on the way."""

from __future__ import annotations

import os
import re
import shlex
import stat
from pathlib import Path
from typing import Optional

from gracedb_core.interfaces import AuthRequest

from ._providers import Unusable

__all__ = ["SecretFile", "may_be_secret", "named_in", "read_named", "read_secret", "shown"]

#: No token, certificate chain or netrc comes near; a wrong name may lead to something huge.
_LARGEST = 1 << 20
#: Neither a FIFO that nobody writes to nor a terminal may hold us up.
_FLAGS = os.O_NONBLOCK | os.O_NOCTTY
#: A name that is rather the secret itself: a JSON Web Token, or a part too long for a file's name.
_LIKE_A_TOKEN = re.compile(r"eyJ[\w-]{8}|[^/]{80}").search
_READ, _CHANGE = 0o4, 0o2


class SecretFile:
    """A file as it was at one moment, taken from one descriptor."""

    def __init__(self, path: Path, content: bytes, *, mode: int, owner: int) -> None:
        self.path = path
        self.content = content
        self.mode = mode
        self.owner = owner

    @property
    def exposure(self) -> str:
        """Who besides the owner can do what with it, or nothing: ``everybody can read it``."""
        for who, bits in (("everybody", self.mode), ("its group", self.mode >> 3)):
            deeds = [word for word, bit in (("read", _READ), ("change", _CHANGE)) if bits & bit]
            if deeds:
                return f"{who} can {' and '.join(deeds)} it"
        return ""

    @property
    def remedy(self) -> str:
        """The command that takes it out of other people's hands."""
        return f"chmod 600 {shlex.quote(str(self.path))}"


def read_secret(path: Path, wanted: AuthRequest) -> Optional[SecretFile]:
    """Read *path*; None if there is no such file, `Unusable` if it cannot or must not be read."""
    found, shared = None, False
    try:
        shared = _is_shared(path.parent, wanted.temporary)
        flags = _FLAGS | (os.O_NOFOLLOW if shared else 0)
        with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as stream:
            status = os.fstat(stream.fileno())
            if stat.S_ISREG(status.st_mode):
                content = stream.read(_LARGEST + 1)
                mode = stat.S_IMODE(status.st_mode)
                found = SecretFile(path, content, mode=mode, owner=status.st_uid)
        problem = "is not a regular file"
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        linked = shared and path.is_symlink()
        problem = "is a symbolic link where everybody can make one" if linked else _why(error)
    except ValueError:  # a NUL or half a character in the name
        problem = "has an impossible name"
    if found is None:
        raise Unusable(f"{_described(path)} {problem}")
    if shared and found.owner != wanted.uid:
        raise Unusable(f"{shown(path, wanted)} belongs to somebody else (uid {found.owner})")
    if len(found.content) > _LARGEST:
        raise Unusable(f"{shown(path, wanted)} is larger than a mebibyte")
    return found


def read_named(path: Path, wanted: AuthRequest, *, by: str) -> SecretFile:
    """Read *path*, which *by* (a variable, an argument) names: that it is missing is `Unusable`."""
    found = read_secret(path, wanted)
    if found is None:
        raise Unusable(f"{by} names a file that does not exist" + _if_surely_a_path(path, ": "))
    return found


def named_in(wanted: AuthRequest, variable: str) -> Optional[Path]:
    """Give the file or folder that an environment variable names, if it is set."""
    name = wanted.environment.get(variable, "")
    if not name:
        return None
    if name.startswith("~/"):
        return wanted.home / name[2:]
    return Path(name)


def shown(path: Path, wanted: AuthRequest) -> str:
    """Name an existing file for a person, from ``~`` where that is shorter."""
    try:
        name = f"~/{path.relative_to(wanted.home)}"
    except ValueError:
        name = str(path)
    return _printable(name)


def may_be_secret(path: Path) -> bool:
    """Say whether this may be a secret that was put in the place of a file's name."""
    return not path.is_absolute() or bool(_LIKE_A_TOKEN(str(path)))


def _is_shared(folder: Path, temporary: Path) -> bool:
    """Say whether strangers can put files there: then only our own, and no links, are trusted."""
    return folder == temporary or bool(folder.stat().st_mode & stat.S_IWOTH)


def _described(path: Path) -> str:
    return "the file that was named" + _if_surely_a_path(path, ", ", ",")


def _if_surely_a_path(path: Path, before: str, after: str = "") -> str:
    """Give the name if it cannot be a secret put in the place of a file's name by mistake."""
    if may_be_secret(path):
        return ""
    return before + _printable(str(path)) + after


def _printable(name: str) -> str:
    return name if name.isprintable() else ascii(name)


def _why(error: OSError) -> str:
    return f"cannot be read ({os.strerror(error.errno or 0).lower()})"
