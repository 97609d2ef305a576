"""The process behind `Sandbox`: options arrive on standard input, which then is the lifeline.

When the parent closes its end, by will or by dying, the server stops.
"""

from __future__ import annotations

import json
import logging
import os
import select
import shutil
import sys
import threading
from pathlib import Path

from .server import Running, run


def main() -> None:
    """Serve what the first line of standard input describes."""
    options = json.loads(sys.stdin.readline())
    folder, temporary = Path(options.pop("folder")), options.pop("temporary")
    ready = options.pop("ready")
    logging.basicConfig(
        filename=str(folder / "server.log"), format="%(asctime)s %(levelname)s %(message)s"
    )
    stopped = threading.Event()
    threading.Thread(target=_watch, args=(os.getppid(), stopped), daemon=True).start()
    try:
        running = Running(folder, **options)
        run(running, stopped.wait, ready=lambda: _announce(ready, running.url))
    except Exception:
        logging.getLogger(__name__).exception("the sandbox cannot serve")
        raise
    finally:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)


def _watch(parent: int, stopped: threading.Event) -> None:
    # A fork of the parent may hold the pipe open after the parent's death: look for both.
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], 1)
        if readable and not os.read(sys.stdin.fileno(), 1):
            break
    stopped.set()


def _announce(descriptor: int, url: str) -> None:
    os.write(descriptor, url.encode() + b"\n")
    os.close(descriptor)


if __name__ == "__main__":
    main()
