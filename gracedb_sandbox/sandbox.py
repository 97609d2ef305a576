"""`Sandbox`: a GraceDB in a process of its own, for as long as a `with` block."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple, Type, Union

from .accounts import DEFAULT_USERS
from .clock import Clock
from .credentials import Issuing, check_certificates

_PATIENCE = 60
_EXTRA = ("flask", "cheroot", "pyparsing", "defusedxml", "jwt")


class MissingExtra(ImportError):
    """The sandbox's libraries are not installed."""


class SandboxFailed(RuntimeError):
    """The server's process ended before it could answer."""


def require_extra() -> None:
    """Raise `MissingExtra` unless everything the server needs can be imported."""
    missing = [name for name in _EXTRA if not _installed(name)]
    if missing:
        raise MissingExtra(
            f"the sandbox needs {', '.join(missing)}: pip install 'gracedb-core[sandbox]'"
        )


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


class Sandbox(Issuing):
    """A local GraceDB: ``with Sandbox() as server: server.url``.

    *folder* keeps the data (None: a temporary folder, removed at the end);
    *generation* is ``"2.33"`` or ``"2.36"``; *users* replaces the default
    users (same shape as `Sandbox.users`, or the path of a JSON file holding
    such a list); *pipelines* maps names to ``disabled``, ``deprecated`` or
    ``unapproved``. The server ends with this process, however that ends.

    With *tls* it speaks https, with a certificate of its own authority (see
    `authorities`), which is kept in *folder*. *client_certificates* of that
    authority are then what it will ``"accept"``, what it will ``"require"``, or
    None: what it never asks for.
    """

    users: Tuple[Dict[str, Any], ...] = DEFAULT_USERS

    def __init__(
        self,
        folder: Union[str, Path, None] = None,
        port: int = 0,
        *,
        generation: str = "2.33",
        host: str = "127.0.0.1",
        users: Union[Iterable[Mapping[str, Any]], str, Path, None] = None,
        pipelines: Optional[Mapping[str, str]] = None,
        tls: bool = False,
        client_certificates: Optional[str] = "accept",
    ) -> None:
        require_extra()
        check_certificates(client_certificates, tls=tls)
        if users is not None:
            self.users = read_users(users)
        self._folder = folder
        self._options: Dict[str, Any] = {
            "port": port,
            "host": host,
            "generation": generation,
            "users": self.users,
            "pipelines": dict(pipelines or {}),
            "tls": tls,
            "client_certificates": client_certificates,
        }
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._owner = 0
        self._temporary = folder is None
        self._url = ""

    @property
    def url(self) -> str:
        """The API's base URL, ending in ``/api/``; raises `SandboxFailed` when it does not run."""
        # An empty string could be taken for "wherever production is".
        self._require_running()
        return self._url

    @property
    def folder(self) -> Path:
        """Where the running server keeps its data and ``server.log``."""
        if self._folder is None:
            raise SandboxFailed("the sandbox has no folder before it is started")
        return Path(self._folder)

    @property
    def pid(self) -> int:
        """The server's process id; 0 when it does not run."""
        return self._process.pid if self._process else 0

    def advance_clock(self, seconds: float) -> None:
        """Move the running server's clock on, back if negative: what expires need not be awaited.

        It tells when something was made and whether a token has expired. Dates of
        certificates are judged by OpenSSL, which knows the machine's time alone.
        """
        self._require_running()
        Clock(self.folder).advance(seconds)

    def start(self) -> Sandbox:
        """Start the server and return once it answers."""
        if self._process is not None:
            return self
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="gracedb-sandbox-")
        self.folder.mkdir(parents=True, exist_ok=True)
        reader, writer = os.pipe()
        try:
            self._process = self._spawn(writer)
            self._owner = os.getpid()
        finally:
            os.close(writer)
        self._url = self._wait(reader)
        return self

    def stop(self) -> None:
        """Stop the server; harmless when it does not run."""
        process, self._process = self._process, None
        # A forked child has a copy of this object but not of the server.
        if process is None or self._owner != os.getpid():
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._folder = None
        self._url = ""

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()

    def _require_running(self) -> None:
        if not self._url:
            raise SandboxFailed("the sandbox does not run; start it first")

    def _spawn(self, writer: int) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        process = subprocess.Popen(
            [sys.executable, "-m", "gracedb_sandbox.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writer,),
            env={**os.environ, "PYTHONPATH": path},
        )
        options = {
            **self._options,
            "folder": str(self.folder),
            "temporary": self._temporary,
            "ready": writer,
        }
        if process.stdin is not None:
            process.stdin.write(json.dumps(options).encode() + b"\n")
            process.stdin.flush()
        return process

    def _wait(self, reader: int) -> str:
        with os.fdopen(reader) as stream:
            readable, _, _ = select.select([stream], [], [], _PATIENCE)
            url = stream.readline().strip() if readable else ""
        if not url:
            why = self._last_words()
            self.stop()
            raise SandboxFailed(f"the sandbox did not start: {why}")
        return url

    def _last_words(self) -> str:
        log = self.folder / "server.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return lines[-1] if lines else "its process ended without a word"


def read_users(
    given: Union[Iterable[Mapping[str, Any]], str, Path],
) -> Tuple[Dict[str, Any], ...]:
    """Users as plain data, from a sequence or from the path of a JSON file."""
    if isinstance(given, (str, Path)):
        return tuple(json.loads(Path(given).read_text(encoding="utf-8")))
    return tuple(dict(user) for user in given)
