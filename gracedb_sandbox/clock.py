"""Clocks: Unix seconds, GPS seconds and the text GraceDB writes for an instant.

The one place in the sandbox that knows leap seconds, and that knows what time it is.
"""

from __future__ import annotations

import bisect
import time
from pathlib import Path
from typing import Union

from . import files

GPS_EPOCH = 315964800
"""1980-01-06 00:00:00 UTC, in Unix seconds."""

# Unix times at which GPS-UTC grew by one second.
_LEAPS = (
    362793600,
    394329600,
    425865600,
    489024000,
    567993600,
    631152000,
    662688000,
    709948800,
    741484800,
    773020800,
    820454400,
    867715200,
    915148800,
    1136073600,
    1230768000,
    1341100800,
    1435708800,
    1483228800,
)
_GPS_LEAPS = tuple(leap - GPS_EPOCH + count for count, leap in enumerate(_LEAPS, 1))


def gps_from_unix(unix: float) -> float:
    """GPS seconds of the Unix time *unix*."""
    return unix - GPS_EPOCH + bisect.bisect_right(_LEAPS, unix)


def unix_from_gps(gps: float) -> float:
    """Unix seconds of the GPS time *gps*."""
    return gps + GPS_EPOCH - bisect.bisect_right(_GPS_LEAPS, gps)


def utc_text(unix: float) -> str:
    """*unix* as GraceDB writes it: ``2022-03-16 16:24:22 UTC``, no fraction."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(unix))


class Clock:
    """The machine's time, moved by what a file in a sandbox's *folder* says.

    A file, because whoever moves the clock and the server that reads it are two
    processes, and the next request has to see what was moved before it.
    """

    def __init__(self, folder: Union[str, Path]) -> None:
        self._path = Path(folder, "clock")

    def __call__(self) -> float:
        """The time in Unix seconds."""
        return time.time() + self.shift

    @property
    def shift(self) -> float:
        """How many seconds the clock is ahead of the machine's."""
        try:
            return float(self._path.read_bytes())
        except FileNotFoundError:
            return 0.0

    def advance(self, seconds: float) -> None:
        """Move the clock on by *seconds*; a negative number moves it back."""
        files.write(self._path, repr(self.shift + float(seconds)).encode())

    def reset(self) -> None:
        """Show the machine's time again."""
        if self._path.exists():
            self._path.unlink()
