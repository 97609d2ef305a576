"""Serving the application with cheroot: threaded, HTTP/1.1, keep-alive for as many as come."""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Callable, Iterator, List, Optional, Tuple, Union

from cheroot.wsgi import Server

from . import files, framing, lazily
from .accounts import DEFAULT_USERS
from .app import create_app
from .clock import Clock
from .credentials import AUTHORITIES, Issuing

_log = logging.getLogger(__name__)
_THREADS = 48
_CONNECTIONS = 1024
_RENEWAL = 3600.0  # s; whoever gets tokens from an issuer asks for new ones as often
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Running(Issuing):
    """A bound server."""

    def __init__(
        self,
        folder: Union[str, Path],
        host: str,
        port: int,
        *,
        tls: bool = False,
        client_certificates: Optional[str] = "accept",
        **options: Any,
    ) -> None:
        Clock(folder).reset()
        self._folder = Path(folder)
        self.users = tuple(options.get("users") or DEFAULT_USERS)
        self._app = create_app(folder, **options)
        self._server = _Server(
            (host, port),
            self._app,
            numthreads=_THREADS,
            request_queue_size=512,  # cheroot's 5 refuses a burst of clients
            timeout=120,
            shutdown_timeout=1,  # a silent connection would hold a worker for cheroot's 5 s
            server_name="gracedb-sandbox",
        )
        self._server.gateway, self._server.ConnectionClass = framing.Gateway, framing.Connection
        self._server.max_request_body_size = framing.LARGEST
        if tls:
            secure = lazily.tls()
            context = secure.make_context(*_keys(self._folder, host), client_certificates)
            self._server.ssl_adapter = secure.Adapter(context)
            self._server.ConnectionClass = secure.Connection
        # Cheroot closes all but ten idle connections unless told otherwise.
        self._server.keep_alive_conn_limit = _CONNECTIONS
        self._server.expiration_interval = 0.05  # s; how long stopping waits for its accept thread
        self._server.prepare()
        bound = self._server.bind_addr
        name = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        self._url = f"http{'s' if tls else ''}://{name}:{bound[1]}/api/"

    @property
    def url(self) -> str:
        """The API's base URL."""
        return self._url

    @property
    def folder(self) -> Path:
        """Where the data is, and the keys."""
        return self._folder

    def serve(self) -> None:
        """Answer until `stop` is called from another thread."""
        self._server.serve()

    def stop(self) -> None:
        """Finish what is being answered, then close."""
        self._server.stop()
        self._app.extensions["gracedb_sandbox"].store.close()


def _keys(folder: Path, host: str) -> Tuple[Path, Path]:
    """Write down what a server in *folder* shows, and what its clients trust; give both paths."""
    authority = lazily.authority(folder)
    server, authorities = folder / "keys" / "server.pem", folder / AUTHORITIES
    shown = authority.for_server(dict.fromkeys([*_LOOPBACK, *_names_of(host)]))
    files.write(server, shown.key_pem() + shown.certificates_pem())
    files.write(authorities, authority.certificate_pem, public=True)
    return server, authorities


def _names_of(host: str) -> List[str]:
    # Whoever listens everywhere is reached from other machines, or from outside of a container.
    everywhere = host in ("", "0.0.0.0", "::")  # noqa: S104  # compared
    return [*filter(None, [host]), *([socket.gethostname()] if everywhere else [])]


class _Server(Server):
    def process_conn(self, conn: Any) -> None:
        """Give a connection to a worker once its client has said something."""
        if conn.last_used is None:  # it is new
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: FBT001, FBT002  # cheroot's signature
        """Send cheroot's complaints where ours go, instead of to standard error."""
        _log.log(level, msg, exc_info=traceback)


def serve(
    port: int = 0,
    folder: Union[str, Path, None] = None,
    *,
    ready_file: Union[str, Path, None] = None,
    credentials: Union[str, Path, None] = None,
    host: str = "127.0.0.1",
    **options: Any,
) -> None:
    """Serve until SIGTERM or SIGINT; see `gracedb_sandbox.serve`."""
    # An event's lock could be held by the very code that a signal interrupts; this has none.
    signals: SimpleQueue[int] = SimpleQueue()
    # Before cheroot makes its threads: a signal among them would be lost, and they would stay.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: signals.put(number))
    with _place(folder) as home:
        running = Running(home, host, port, **options)

        def renew() -> None:
            if credentials is not None:
                running.write_credentials(credentials)

        def ready() -> None:
            renew()
            _announce(running.url, ready_file)

        run(running, lambda: attend(signals.get, renew), ready=ready)


def attend(get: Callable[..., object], renew: Callable[[], object]) -> None:
    """Return when *get* has something, and call *renew* now and then until it has."""
    while True:
        try:
            get(timeout=_RENEWAL)
        except Empty:
            try:
                renew()
            except OSError:
                _log.exception("the credentials could not be renewed")
        else:
            return


def run(running: Running, wait: Callable[[], object], *, ready: Callable[[], object]) -> None:
    """Serve in a thread, call *ready*, and stop when *wait* returns."""
    thread = threading.Thread(target=running.serve, name="cheroot", daemon=True)
    thread.start()
    try:
        ready()
        wait()
    finally:
        running.stop()
        thread.join(5)


@contextmanager
def _place(folder: Union[str, Path, None]) -> Iterator[Path]:
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        yield Path(folder)
        return
    with tempfile.TemporaryDirectory(prefix="gracedb-sandbox-") as temporary:
        yield Path(temporary)


def _announce(url: str, ready_file: Union[str, Path, None]) -> None:
    if ready_file is None:
        return
    # Whoever waits for the file must never read half an URL.
    part = f"{ready_file}.part"
    Path(part).write_text(url + "\n", encoding="utf-8")
    os.replace(part, ready_file)
