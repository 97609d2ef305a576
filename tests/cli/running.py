"""The command as other programs meet it: a process with arguments, two streams and a status."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Sequence

#: Generous, because a slow machine is no failure: nothing waits this long unless something hangs.
PATIENCE = 60


def program(*arguments: str, without: Sequence[str] = ()) -> Sequence[str]:
    """Give the command line of `gracedb-core` in this Python, as if *without* was not installed."""
    blocked = "".join(f"sys.modules[{name!r}] = None; " for name in without)
    # What runs the tests in the background may have made them, and so this, deaf to Ctrl-C.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = f"{heard}import sys; {blocked}from gracedb_core.cli import main; main()"
    return [sys.executable, "-c", code, *arguments]


def finish(*arguments: str, without: Sequence[str] = (), **options: Any) -> Any:
    """Run the command to its end."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        program(*arguments, without=without),
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        **options,
    )


@contextmanager
def serving(ready: Path, *arguments: str) -> Iterator[Any]:
    """Run `gracedb-core sandbox` until it has written *ready*; end it afterwards at all events."""
    process = subprocess.Popen(
        program("sandbox", "--ready-file", str(ready), *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        wait_for(ready, process)
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(path: Path, process: Any) -> None:
    """Wait until *path* exists; fail at once if *process* ends before."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "no ready-file"
        time.sleep(0.01)
