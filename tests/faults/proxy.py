"""A proxy before the sandbox that breaks what its script says, and passes on everything else."""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
import zlib
from collections import defaultdict
from typing import Callable, DefaultDict, List, Mapping, NamedTuple, Optional, Set, Tuple
from urllib.parse import urlsplit

from tests.transports.server import Heard, Line, Server

__all__ = ["PASS", "Answer", "Exchange", "Fault", "Proxy"]

#: Headers of one connection, not of the answer that travels over it.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
#: Seconds that nobody waits for, unless something hangs.
_PATIENCE = 60
#: Seconds for which a connection lets the one before it go first: less than any client waits.
_COURTESY = 10
#: What stands where an answer without a body needs one to be broken.
_FILLING = b'{"message": "' + b"." * 200 + b'"}'


class Answer(NamedTuple):
    """What the sandbox answered."""

    status: int
    reason: str
    headers: List[Tuple[str, str]]
    body: bytes

    @property
    def filled(self) -> Answer:
        """The same with a body, where it has none."""
        return self if self.body else Answer(200, "OK", self.headers, _FILLING)

    @property
    def zipped(self) -> Answer:
        """The same, compressed on the way."""
        packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        whole = self.filled
        body = packer.compress(whole.body) + packer.flush()
        return whole._replace(body=body, headers=[*whole.headers, ("Content-Encoding", "gzip")])

    def head(self, *more: str) -> bytes:
        """Spell everything before the body; *more* are header lines."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")

    def spelled(self, length: Optional[int] = None) -> bytes:
        """Spell all of it, with the length of its body or another one."""
        length = len(self.body) if length is None else length
        bodiless = self.status == 204
        return self.head(*(() if bodiless else (f"Content-Length: {length}",))) + self.body


class Exchange:
    """One request on its way, in the hands of a fault."""

    def __init__(self, proxy: Proxy, line: Line, heard: Heard) -> None:
        self._proxy = proxy
        self._connection = line
        self._heard = heard
        #: The method and the target.
        self.line = heard.line.rpartition(" ")[0]
        #: Which connection it came on, counted from 1.
        self.connection = line.number
        self.send = line.send
        self.reset = line.reset
        self.close = line.close

    def forward(self) -> Answer:
        """Let the sandbox act, and give its whole answer."""
        return self._proxy.forwarded(self._heard)

    def stall(self) -> None:
        """Say nothing more; what the client does next is served."""
        self.dealt()
        self._connection.stall()

    def dribble(self, data: bytes) -> None:
        """Send a byte at a time until the client goes away."""
        self.dealt()
        with contextlib.suppress(OSError):
            self._connection.dribble(data)

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the test is over."""
        self._proxy.ending.wait(seconds)

    def dealt(self) -> None:
        """Let the next connection be served, before this request is over."""
        self._proxy.dealt(self._connection.number)


Fault = Callable[[Exchange], None]


def PASS(exchange: Exchange) -> None:
    """Pass on."""
    exchange.send(exchange.forward().spelled())


class Proxy(Server):
    """Stands before the server at *url*; the requests that *faults* numbers, from 0, meet them.

    With *in_order* a connection is served when what came before it has been dealt with, so that
    a client which was too impatient to see a request acted on does not overtake it. *doors*
    numbers the connections, from 1, that are reset at the first byte of a request. One that
    *is_down* has its port, and refuses every connection until it is told to `come_up`.
    """

    def __init__(
        self,
        url: str,
        faults: Optional[Mapping[int, Fault]] = None,
        *,
        doors: Tuple[int, ...] = (),
        always: Fault = PASS,
        in_order: bool = True,
        is_down: bool = False,
    ) -> None:
        self._behind = urlsplit(url)
        self._faults = dict(faults or {})
        self._always = always
        self._doors: Set[int] = set(doors)
        self._in_order = in_order
        self._done: DefaultDict[int, threading.Event] = defaultdict(threading.Event)
        self._lock = threading.Lock()
        self._count = 0
        self.is_down = is_down
        super().__init__(self._meet)

    @property
    def url(self) -> str:
        """The API root, seen through this proxy."""
        return f"http://{self.host}:{self.port}{self._behind.path}"

    @property
    def lines(self) -> List[str]:
        """What was asked, a line each."""
        return [heard.line.rpartition(" ")[0] for heard in list(self.heard)]

    def listen(self) -> None:
        """Take connections, if that is not to come later."""
        if not self.is_down:
            super().listen()

    def come_up(self) -> None:
        """Take connections from now on; nothing happens where they are taken already."""
        if self.is_down:
            self.is_down = False
            super().listen()

    def forwarded(self, heard: Heard) -> Answer:
        """Ask the sandbox what was heard."""
        method, target, _version = heard.line.split()
        far = http.client.HTTPConnection(
            str(self._behind.hostname), self._behind.port, timeout=_PATIENCE
        )
        try:
            far.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in heard.headers:
                far.putheader(name, value)
            far.endheaders(heard.body or None)
            answer = far.getresponse()
            headers = [
                (key, value) for key, value in answer.getheaders() if key.lower() not in _HOP
            ]
            return Answer(answer.status, answer.reason, headers, answer.read())
        finally:
            far.close()

    def dealt(self, number: int) -> None:
        """Let the connection after *number* be served."""
        self._done[number].set()

    def __exit__(self, *exception: object) -> None:
        self.come_up()
        super().__exit__(*exception)

    def _meet(self, line: Line, heard: Heard) -> None:
        with self._lock:
            number, self._count = self._count, self._count + 1
            fault = self._faults.get(number, self._always)
        fault(Exchange(self, line, heard))
        self.dealt(line.number)

    def _serve(self, sock: socket.socket, number: int) -> None:
        if self._in_order and number > 1:
            self._done[number - 1].wait(_COURTESY)
        try:
            if number in self._doors:
                # Earlier, it could be told as a connection that was never made.
                sock.recv(1, socket.MSG_PEEK)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.close()
            else:
                super()._serve(sock, number)
        finally:
            self._lines.pop(number, None)
            self.dealt(number)
