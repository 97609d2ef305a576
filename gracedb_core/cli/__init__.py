"""The command line, `gracedb-core`: one file in `commands` for each command.

Exit status: 0 done, 1 an error of ours, 2 wrong usage or a missing extra, 130 interrupted, 143
terminated.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    try:
        from .program import run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        print("gracedb-core needs click: pip install 'gracedb-core[cli]'", file=sys.stderr)
        sys.exit(2)
    sys.exit(run())
