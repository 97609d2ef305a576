"""Log records as log messages of an event or superevent."""

from __future__ import annotations

import logging
import os
import threading
from queue import SimpleQueue
from typing import Any, Optional, Tuple

__all__ = ["GraceDbLogHandler"]


class GraceDbLogHandler(logging.Handler):
    """Writes each record to the log of *graceid*, one after the other, in a thread of its own.

    *gracedb* is a `GraceDb`. `close`, which `logging` calls at the program's end, waits until
    all are written.
    """

    def __init__(self, gracedb: Any, graceid: str) -> None:
        super().__init__()
        self._gracedb = gracedb
        self._graceid = graceid
        self._lane: Optional[Tuple[int, Any, threading.Thread]] = None
        self.formatter = _Formatter("%(levelname)s:%(name)s:%(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        """Hand *record* over to be written."""
        try:
            text = self.format(record)
        except Exception:  # as every handler does: a mistake in a record harms nobody else
            self.handleError(record)
            return
        self._queue().put((record, f"{text}\n"))

    def _queue(self) -> Any:
        # In a forked process the thread is gone, and what waits there is written by the parent.
        if self._lane is None or self._lane[0] != os.getpid():
            queue: Any = SimpleQueue()
            thread = threading.Thread(target=self._write, args=(queue,), daemon=True)
            self._lane = os.getpid(), queue, thread
            thread.start()
        return self._lane[1]

    def _write(self, queue: Any) -> None:
        for record, text in iter(queue.get, None):
            try:
                self._gracedb.writeLog(self._graceid, text)
            except Exception:
                self.handleError(record)

    def close(self) -> None:
        """Wait until all is written."""
        with self.lock or threading.Lock():
            lane, self._lane = self._lane, None
        if lane is not None and lane[0] == os.getpid():
            lane[1].put(None)
            lane[2].join()
        super().close()


class _Formatter(logging.Formatter):
    """Keeps lines and spaces where the server shows a message, which it does as HTML."""

    def format(self, record: logging.LogRecord) -> str:
        return f'<div style="white-space:pre-wrap">{super().format(record)}</div>'
