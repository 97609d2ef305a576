"""A home, a temporary folder, an environment and a clock of their own, for looking around in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Union

from gracedb_core.interfaces import AuthRequest, Origin

#: A moment in 2026: the tests' now.
NOW = 1_780_000_000.0
ORIGIN = Origin("https", "gracedb.ligo.org", 443)


@dataclass
class Surroundings:
    folder: Path
    origin: Origin = ORIGIN
    uid: int = field(default_factory=os.getuid)
    environment: Dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "run"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def runtime(self) -> Path:
        return self.folder / "run"

    def write(self, path: Union[str, Path], content: Union[str, bytes], mode: int = 0o600) -> Path:
        """Write a file, by its name inside our folder, with exactly this mode."""
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    def wanted(self, **changes: Any) -> AuthRequest:
        facts: Dict[str, Any] = {
            "origin": self.origin,
            "environment": self.environment,
            "home": self.home,
            "temporary": self.temporary,
            "uid": self.uid,
            "now": NOW,
        }
        return AuthRequest(**{**facts, **changes})


def everything_said(error: Optional[BaseException]) -> Iterator[str]:
    """Give every text that *error* and the errors behind it carry, shown or not."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        for name in ("filename", "filename2", "object", "doc"):
            yield repr(getattr(error, name, None))
        error = error.__cause__ or error.__context__
