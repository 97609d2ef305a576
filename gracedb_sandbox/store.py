"""The store: one SQLite database and a folder of blobs.

A blob is written, synced and named by its SHA-256 *before* the transaction
that mentions it commits, so an acknowledged upload is on disk and a torn one
is only an orphan nobody sees; the next server sweeps away what had no name yet.
Writers take turns on a lock of our own: SQLite's busy handler sleeps, and
starves somebody among forty threads.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import sqlite3
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Callable, Iterator, List, NamedTuple, Optional, Union

from . import vocabulary

_BLOCK = 1 << 20


class Blob(NamedTuple):
    """Bytes that are safely on disk: their SHA-256 (hex) and length."""

    digest: str
    size: int


class Transaction:
    """A begun transaction of one thread; ends once, by `commit` or `rollback`."""

    def __init__(self, store: Store, *, writing: bool) -> None:
        self._store, self._writing, self._open = store, writing, True
        if writing:
            store.turn.acquire()
        try:
            self.connection = store.connection()
            self.connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        except BaseException:
            self._leave()
            raise

    def commit(self) -> None:
        """Make it so, durably."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """Forget it."""
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if not self._open:
            return
        try:
            self.connection.execute(how)
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        finally:
            self._leave()

    def _leave(self) -> None:
        self._open = False
        if self._writing:
            self._store.turn.release()


class Store:
    """The sandbox's memory in *folder* (made if absent); its *clock* is SQL's ``now()``."""

    def __init__(self, folder: Union[str, Path], clock: Callable[[], float] = time.time) -> None:
        self.folder = Path(folder)
        self.clock = clock
        self.turn = threading.Lock()
        self._local = threading.local()
        self._connections: List[sqlite3.Connection] = []
        self._blobs = self.folder / "blobs"
        self._incoming = self._blobs / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._sweep()
        self._furnish()
        _sync_folder(self.folder)

    def connection(self) -> sqlite3.Connection:
        """This thread's own connection (autocommit; rows are `sqlite3.Row`)."""
        found: Optional[sqlite3.Connection] = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
        return found

    @contextmanager
    def transaction(self, *, writing: bool) -> Iterator[sqlite3.Connection]:
        """A transaction outside a request: committed, or rolled back by an exception."""
        begun = Transaction(self, writing=writing)
        try:
            yield begun.connection
            begun.commit()
        finally:
            begun.rollback()

    def keep(self, source: Union[bytes, BinaryIO]) -> Blob:
        """Write *source* to disk, synced, and say what it is called there."""
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        fresh = self._incoming / uuid.uuid4().hex
        digest, size = hashlib.sha256(), 0
        with open(fresh, "wb") as target:
            fcntl.flock(target, fcntl.LOCK_EX)
            for block in iter(lambda: stream.read(_BLOCK), b""):
                digest.update(block)
                size += target.write(block)
            target.flush()
            os.fsync(target.fileno())
            blob = Blob(digest.hexdigest(), size)
            home = self.path(blob.digest)
            home.parent.mkdir(exist_ok=True)
            os.replace(fresh, home)
        # The second for the folder itself, which may be as new as its file.
        _sync_folder(home.parent)
        _sync_folder(self._blobs)
        return blob

    def path(self, digest: str) -> Path:
        """Where the bytes of *digest* are."""
        return self._blobs / digest[:2] / digest

    def close(self) -> None:
        """Close every thread's connection."""
        while self._connections:
            self._connections.pop().close()

    def _connect(self) -> sqlite3.Connection:
        made = sqlite3.connect(
            str(self.folder / "gracedb.sqlite"),
            isolation_level=None,
            timeout=60,
            check_same_thread=False,  # close() runs in another thread
        )
        made.row_factory = sqlite3.Row
        try:
            made.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as problem:
            made.close()
            raise OSError(f"{self.folder} holds no sandbox's data: {problem}") from problem
        made.create_function("now", 0, self.clock)
        made.execute("PRAGMA synchronous = FULL")
        made.execute("PRAGMA foreign_keys = ON")
        self._connections.append(made)
        return made

    def _sweep(self) -> None:
        """Remove what a server that was killed had begun to write."""
        for left in self._incoming.iterdir():
            # A writer that lives holds the lock, or has given the file its name by now.
            with suppress(BlockingIOError, FileNotFoundError), open(left, "rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()

    def _furnish(self) -> None:
        schema = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
        self.connection().executescript(schema)
        with self.transaction(writing=True) as database:
            if database.execute("SELECT 1 FROM tag").fetchone() is None:
                database.executemany("INSERT INTO tag VALUES (?, ?, ?)", vocabulary.TAG_ROWS)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
