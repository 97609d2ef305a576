"""A proxy that tunnels."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Optional

from .server import Heard, Line, Script, Server


def relays(to: Optional[Server] = None) -> Script:
    """Make the script of a proxy that tunnels to where it is asked to, or always to one server."""

    def script(line: Line, heard: Heard) -> None:
        host, port = heard.line.split()[1].rsplit(":", 1)
        address = (to.host, to.port) if to else (host, int(port))
        with socket.create_connection(address) as far:
            line.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_carry, args=(far, line.socket))
            back.start()
            _carry(line.socket, far)
            with contextlib.suppress(OSError):
                far.shutdown(socket.SHUT_RDWR)
            back.join(20)
        line.close()

    return script


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # one of the two went away
        for data in iter(lambda: source.recv(1 << 16), b""):
            target.sendall(data)
