"""A server of prepared bytes: one thread, no work for a request but to look up its answer.

It says its two ports, plain and TLS, in one line of JSON, and ends when its input does. The root
of the API may have words before it: below ``/slow-50/pages-100/api/`` every answer comes 50 ms
late, without holding up another connection, and a search has 100 pages. ``GET /accepted`` tells
how many connections there have been.
"""

from __future__ import annotations

import heapq
import json
import re
import select
import socket
import ssl
import sys
import time
from functools import lru_cache
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union
from urllib.parse import parse_qs

from benchmarks import payloads

__all__ = ["main"]

_BLOCK = 1 << 20
_TARGET = re.compile(r"(?P<root>(?P<words>/(?:[a-z]+-\d+/)*)api/)(?P<path>[^?]*)\??(?P<query>.*)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Answer(NamedTuple):
    """The bytes to send, how many zeros after them, and after how many seconds."""

    head: bytes
    zeros: int = 0
    delay: float = 0.0


def _answer(status: str, body: Union[bytes, int], delay: float = 0.0) -> Answer:
    length = body if isinstance(body, int) else len(body)
    kind = "application/octet-stream" if isinstance(body, int) else "application/json"
    # As many header lines as the real server sends.
    head = (
        f"HTTP/1.1 {status}\r\nDate: Mon, 05 Jun 2023 11:33:02 GMT\r\nServer: Apache\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\nVary: Accept,Cookie\r\n"
        "Allow: GET, POST, PUT, DELETE, HEAD, OPTIONS\r\nX-Frame-Options: SAMEORIGIN\r\n"
        "Keep-Alive: timeout=15, max=100000\r\nConnection: Keep-Alive\r\n\r\n"
    ).encode("ascii")
    return Answer(head, body, delay) if isinstance(body, int) else Answer(head + body, 0, delay)


@lru_cache(maxsize=4096)
def answer_to(origin: str, method: bytes, target: str) -> Answer:
    """Give what answers *method* and *target* at *origin*."""
    match = _TARGET.fullmatch(target)
    if match is None:
        return _answer("404 Not Found", b'{"detail": "Not found."}')
    words = {
        name: int(number)
        for name, number in (word.split("-") for word in match["words"].split("/") if word)
    }
    status = "201 Created" if method == b"POST" else "200 OK"
    body = _body(origin + match["root"], match["path"], match["query"], method, words)
    return _answer(status, body, words.get("slow", 0) / 1000)


def _body(
    root: str, path: str, query: str, method: bytes, words: Dict[str, int]
) -> Union[bytes, int]:
    parts = path.strip("/").split("/")
    if not path:
        return payloads.service_root(root)
    if "files" in parts:
        return words.get("megabytes", 1) * 1_000_000
    if parts[-1] in ("log", "logs"):
        return payloads.log_message(root, parts[1])
    if len(parts) == 1 and method == b"GET":
        start = int(parse_qs(query).get("start", ["0"])[0])
        return payloads.page(root, start, words.get("pages", 1))
    return payloads.event(root, parts[1] if len(parts) > 1 else "G412345")


class Caller:
    """One connection: reads a request, drops its body, and sends the answer."""

    def __init__(self, server: Server, sock: Any, origin: str) -> None:
        self._server = server
        self.sock = sock
        self._origin = origin
        self._shaking = isinstance(sock, ssl.SSLSocket)
        self._head = bytearray()
        self._request: Tuple[bytes, str] = (b"", "")
        #: Bytes of a request's body that are still to come.
        self._coming = 0
        self._rest = memoryview(b"")
        self._zeros = 0

    def act(self) -> None:
        """Do what can be done without waiting."""
        try:
            if self._shaking:
                self.sock.do_handshake()
                self._shaking = False
            if self._rest or self._zeros:
                self._send()
            else:
                while self._read() and isinstance(self.sock, ssl.SSLSocket):
                    pass  # what TLS has decrypted already wakes nobody
        except _LATER:
            pass
        except OSError:
            self._server.forget(self)

    def _read(self) -> bool:
        block = self._server.block
        count = self.sock.recv_into(block)
        if not count:
            self._server.forget(self)
        elif self._coming:
            self._coming -= count
            if self._coming <= 0:
                self._asked()
        else:
            self._head += block[:count]
            self._look_for_end()
        return bool(count)

    def _look_for_end(self) -> None:
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._head[:end])
        length = _LENGTH.search(head)
        method, target, _ = head.split(b" ", 2)
        self._request = (method, target.decode("ascii"))
        self._coming = (int(length[1]) if length else 0) - (len(self._head) - end - 4)
        self._head.clear()
        if self._coming <= 0:
            self._asked()

    def _asked(self) -> None:
        self._coming = 0
        method, target = self._request
        if target == "/accepted":
            answer = _answer("200 OK", b"%d" % self._server.accepted)
        else:
            answer = answer_to(self._origin, method, target)
        if answer.delay:
            self._server.later(self, answer)
        else:
            self.reply(answer)

    def reply(self, answer: Answer) -> None:
        """Begin to send *answer*."""
        self._rest, self._zeros = memoryview(answer.head), answer.zeros
        try:
            self._send()
        except _LATER:
            self._server.wait_to_send(self)
        except OSError:
            self._server.forget(self)

    def _send(self) -> None:
        while self._rest or self._zeros:
            if not self._rest:
                self._rest = self._server.zeros[: self._zeros]
                self._zeros -= len(self._rest)
            self._rest = self._rest[self.sock.send(self._rest) :]
        self._server.wait_to_read(self)


class Server:
    """All connections, and the answers that are due later."""

    def __init__(self, context: Optional[ssl.SSLContext]) -> None:
        self._poll = select.epoll()
        self._context = context
        self._callers: Dict[int, Caller] = {}
        self._writing: Dict[int, Caller] = {}
        self._due: List[Any] = []
        self.accepted = 0
        self.block = memoryview(bytearray(_BLOCK))
        self.zeros = memoryview(bytes(_BLOCK))
        self._listeners = {sock.fileno(): sock for sock in (_listen(), _listen())}
        for number in self._listeners:
            self._poll.register(number, select.EPOLLIN)

    @property
    def ports(self) -> List[int]:
        """The port for plain connections, and the one for TLS."""
        return [sock.getsockname()[1] for sock in self._listeners.values()]

    def run(self, until: int) -> None:
        """Serve until there is something to read from the file *until*."""
        self._poll.register(until, select.EPOLLIN)
        while True:
            wait = max(self._due[0][0] - time.monotonic(), 0) if self._due else -1
            for number, _ in self._poll.poll(wait):
                if number == until:
                    return
                if number in self._listeners:
                    self._accept(self._listeners[number])
                elif number in self._callers:
                    self._callers[number].act()
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, caller, answer = heapq.heappop(self._due)
                caller.reply(answer)

    def later(self, caller: Caller, answer: Answer) -> None:
        """Have *answer* sent when it is due."""
        due = time.monotonic() + answer.delay
        heapq.heappush(self._due, (due, id(caller), caller, answer))

    def wait_to_send(self, caller: Caller) -> None:
        """Call *caller* again when it can send."""
        self._writing[caller.sock.fileno()] = caller
        self._poll.modify(caller.sock.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def wait_to_read(self, caller: Caller) -> None:
        """Call *caller* again only when there is something to read."""
        if self._writing.pop(caller.sock.fileno(), None):
            self._poll.modify(caller.sock.fileno(), select.EPOLLIN)

    def forget(self, caller: Caller) -> None:
        """Close a connection that is over."""
        number = caller.sock.fileno()
        if self._callers.pop(number, None):
            self._writing.pop(number, None)
            self._poll.unregister(number)
            caller.sock.close()

    def _accept(self, listener: socket.socket) -> None:
        sock: Any = listener.accept()[0]
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(0)
        port = listener.getsockname()[1]
        scheme = "http"
        if port == self.ports[1] and self._context is not None:
            scheme = "https"
            sock = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self.accepted += 1
        self._callers[sock.fileno()] = Caller(self, sock, f"{scheme}://127.0.0.1:{port}")
        self._poll.register(sock.fileno(), select.EPOLLIN)


def _listen() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(1024)
    return sock


def main(certificate: str) -> None:
    """Serve with the certificate and key in the PEM file *certificate* until input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server(context)
    sys.stdout.write(json.dumps(server.ports) + "\n")
    sys.stdout.flush()
    server.run(sys.stdin.fileno())


if __name__ == "__main__":
    main(sys.argv[1])
