"""One contestant in a process of its own: told over a pipe what to run, and how often.

Run by path, so that the folder of the benchmarks is on the path of modules, and not the project
beside it: other clients come from the interpreter that runs this.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from typing import Any

from base import Absent, Place

#: Which module knows which contestant.
MODULES = {
    "socket": "with_socket",
    "urllib3": "with_urllib3",
    "requests": "with_requests",
    "httpx": "with_httpx",
    "httpx/async": "with_httpx",
    "aiohttp": "with_aiohttp",
    "gracedb-core": "with_gracedb_core",
    "gracedb-core/requests": "with_gracedb_core",
    "gracedb-core/async": "with_gracedb_core",
    "gracedb-core/aiohttp": "with_gracedb_core",
    "gracedb-sdk": "with_gracedb_sdk",
    "ligo-gracedb": "with_ligo_gracedb",
}


def main(name: str, place: Place) -> None:
    """Say hello, then run each task that is read, until there are no more."""
    # The pipe is ours alone: whatever a library prints goes where errors go.
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(**words: Any) -> None:
        pipe.write(json.dumps(words) + "\n")
        pipe.flush()

    try:
        contestant = importlib.import_module(MODULES[name]).make(name, place)
    except (Absent, ImportError) as error:
        say(absent=str(error))
        return
    import tasks

    say(python=platform.python_version(), versions=contestant.versions())
    for line in sys.stdin:
        task, params = json.loads(line)
        try:
            say(**getattr(tasks, task)(contestant, **params))
        except Exception as error:
            say(error=f"{type(error).__name__}: {error}"[:300])
    contestant.close()


if __name__ == "__main__":
    main(sys.argv[1], Place(**json.loads(sys.argv[2])))
