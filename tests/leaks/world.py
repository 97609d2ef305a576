"""Our server, and the others on this machine to which it may point."""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator, List, NamedTuple, Optional

from tests.transports.authority import Authority
from tests.transports.server import Heard, Line, Script, Server, answer

from .kinds import serving

ROOT = "/api/"


class World:
    """One server of ours and several of somebody else's, who hears whatever reaches him."""

    def __init__(self, ours: Server, strangers: List[Server]) -> None:
        self.ours = ours
        self._strangers = strangers

    @property
    def scheme(self) -> str:
        """How ours is spoken to."""
        return "https" if self.ours.tls else "http"

    @property
    def url(self) -> str:
        """The root of our API."""
        return f"{self.scheme}://{self.ours.host}:{self.ours.port}{ROOT}"

    def elsewhere(self) -> List[str]:
        """List origins that are not ours, each off by no more than one thing."""
        found = []
        for server in self._strangers:
            host = f"[{server.host}]" if ":" in server.host else server.host
            found.append(f"{'https' if server.tls else 'http'}://{host}:{server.port}")
        port, other = self.ours.port, {"http": "https", "https": "http"}[self.scheme]
        return [
            *found,
            # The same socket by another name, in another spelling, by another scheme.
            f"{self.scheme}://localhost:{port}",
            f"{self.scheme}://127.0.0.2:{port}",
            f"{self.scheme}://127.1:{port}",
            f"{other}://127.0.0.1:{port}",
            f"{self.scheme}://albert:secret@127.0.0.1:{port}",
            f"{self.scheme}://127.0.0.1:{port}@127.0.0.2:{port}",
            f"{self.scheme}://127.0.0.1:{port}\\@127.0.0.2:{port}",
            f"//127.0.0.2:{port}",
        ]

    def heard_elsewhere(self) -> int:
        """Count the connections that anybody else has seen."""
        return sum(server.connections for server in self._strangers)


@contextlib.contextmanager
def world(script: Script, *, tls: Optional[Authority] = None) -> Iterator[World]:
    """Start one, ours with TLS where there is an authority to certify it."""
    with contextlib.ExitStack() as stack:
        context = serving(tls, "127.0.0.1") if tls else None
        ours = stack.enter_context(Server(script, tls=context))
        strangers = [
            stack.enter_context(Server(GREEDY, host=host))
            for host in ("127.0.0.1", "127.0.0.2", "::1")
        ]
        if tls:
            for host in ("127.0.0.1", "127.0.0.2"):
                context = serving(tls, host)
                strangers.append(stack.enter_context(Server(GREEDY, tls=context, host=host)))
        yield World(ours, strangers)


def GREEDY(line: Line, heard: Heard) -> None:
    """Ask whoever comes for a password, and answer."""
    line.send(answer(b"{}", 'WWW-Authenticate: Basic realm="x"', status="401 Who are you"))


class Step(NamedTuple):
    """What our server says next."""

    status: str
    headers: List[str]
    body: bytes = b"{}"


class Director:
    """The script of a server that says what the test last told it."""

    def __init__(self) -> None:
        self.next: Callable[[Heard], Step] = lambda heard: Step("200 OK", [])

    def says(self, status: str, *headers: str, body: bytes = b"{}") -> None:
        """Say this from now on."""
        self.next = lambda heard: Step(status, list(headers), body)

    def __call__(self, line: Line, heard: Heard) -> None:
        """Be a script."""
        step = self.next(heard)
        line.send(answer(step.body, *step.headers, status=step.status))
