"""A server that says exactly what a test tells it to, byte for byte, and keeps what it heard."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple


class Heard(NamedTuple):
    """One request, as it came."""

    #: Which connection it came on, counted from 1.
    connection: int
    line: str
    headers: List[Tuple[str, str]]
    body: bytes
    #: The certificate that the client showed, DER.
    certificate: Optional[bytes]

    def header(self, name: str) -> Optional[str]:
        """Give the value of a header, its name in lower case."""
        return {key.lower(): value for key, value in self.headers}.get(name)


class Line:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, server: Server, number: int) -> None:
        self.socket = sock
        self.server = server
        self.number = number
        self.open = True

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def dribble(self, data: bytes) -> None:
        """Send a byte at a time until the client goes away."""
        for byte in data:
            self.socket.sendall(bytes([byte]))
            if self.server.ending.wait(0.01):
                return

    def stall(self) -> None:
        """Say nothing more until the test is over."""
        self.server.ending.wait(20)
        self.open = False

    def close(self) -> None:
        self.open = False

    def reset(self) -> None:
        """Break off, so that the client's system says "connection reset"."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.open = False


Script = Callable[[Line, Heard], None]
Hear = Callable[[Any, Line], Optional[Heard]]


def answer(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: Optional[int] = None
) -> bytes:
    """Spell a whole answer."""
    lines = [f"HTTP/1.1 {status}", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def says(data: bytes) -> Script:
    """Make the script of a server that always says *data*."""
    return lambda line, heard: line.send(data)


def cuts(data: bytes) -> Script:
    """Make the script of a server that says *data* and closes the connection."""

    def script(line: Line, heard: Heard) -> None:
        line.send(data)
        line.close()

    return script


GREETS = says(answer(b"hello"))


def echoes(line: Line, heard: Heard) -> None:
    """Answer with the body of the request."""
    line.send(answer(heard.body))


class Server:
    """Listens on loopback in a thread of its own; each connection has one too."""

    def __init__(
        self,
        script: Script = GREETS,
        *,
        tls: Optional[ssl.SSLContext] = None,
        host: str = "127.0.0.1",
        hear: Optional[Hear] = None,
    ) -> None:
        self.script = script
        #: How a request is read; None for none, and the end of the connection.
        self.hear = hear or self.read
        self.tls = tls
        self.heard: List[Heard] = []
        self.connections = 0
        #: What was read of requests that never became whole.
        self.fragments: List[bytes] = []
        self.ending = threading.Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, 0))
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._lines: Dict[int, socket.socket] = {}
        self._threads: List[threading.Thread] = []
        self.listen()

    def listen(self) -> None:
        """Take connections from now on."""
        self._listener.listen(128)
        self._threads.append(threading.Thread(target=self._accept))
        self._threads[0].start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.ending.set()
        self.hang_up()
        # Wakes the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(20)
        self._listener.close()

    def hang_up(self) -> None:
        """Close every connection now, as servers do with idle ones."""
        for sock in list(self._lines.values()):
            with contextlib.suppress(OSError):  # the client was quicker
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._lines[self.connections] = sock
            thread = threading.Thread(target=self._serve, args=(sock, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        line = Line(sock, self, number)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                line.socket = self._lines[number] = self.tls.wrap_socket(
                    sock, server_side=True, do_handshake_on_connect=False
                )
                self._shake_hands(line.socket)
            with line.socket.makefile("rb") as incoming:
                while line.open:
                    heard = self.hear(incoming, line)
                    if heard is None:
                        return
                    self.heard.append(heard)
                    self.script(line, heard)
        except OSError:
            pass  # the client went away, or broke off the handshake
        finally:
            line.socket.close()
            self._lines.pop(number, None)

    def _shake_hands(self, sock: ssl.SSLSocket) -> None:
        try:
            sock.do_handshake()
        except ssl.SSLError:
            # As servers do: a connection closed before all was read from it is reset, and that may
            # overtake what says why.
            raw = socket.socket.recv
            socket.socket.shutdown(sock, socket.SHUT_WR)
            while not self.ending.is_set() and raw(sock, 1 << 16):
                pass
            raise

    def read(self, incoming: Any, line: Line) -> Optional[Heard]:
        """Read a request whole."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            more = incoming.readline()
            if not more:
                return None
            head += more
        first, *rest = head.decode("latin-1").split("\r\n")[:-2]
        headers = [(name, value) for name, _, value in (each.partition(": ") for each in rest)]
        length = {name.lower(): value for name, value in headers}.get("content-length", "0")
        body = incoming.read(int(length))
        if len(body) < int(length):
            self.fragments.append(body)
            return None
        certificate = None
        if isinstance(line.socket, ssl.SSLSocket):
            certificate = line.socket.getpeercert(binary_form=True)
        return Heard(line.number, first, headers, body, certificate)
