"""TLS for cheroot, in which nobody waits for somebody else's handshake.

Cheroot shakes hands in the thread that accepts connections, where a client that
connects and says nothing stops the server. Here a handshake goes on, without
waiting, whenever its client has sent something more.
"""

from __future__ import annotations

import errno
import socket
import ssl
import time
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from cheroot.makefile import StreamReader, StreamWriter

from . import framing, subjects
from .identity import CERTIFICATE

_VERIFICATION = {"accept": ssl.CERT_OPTIONAL, "require": ssl.CERT_REQUIRED, None: ssl.CERT_NONE}
# X509_V_FLAG_ALLOW_PROXY_CERTS, which Python has a name for from 3.10 on.
_ALLOW_PROXIES = 0x40
_FAREWELL = 1.0  # s
_PLAIN = b"this server speaks https: begin the URL with https://\n"
_NOT_HTTPS = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_PLAIN), _PLAIN)
)


def make_context(
    server: Path, authorities: Path, client_certificates: Optional[str]
) -> ssl.SSLContext:
    """What the server shows and wants to see: *client_certificates* as `Sandbox` has them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(server))
    context.load_verify_locations(str(authorities))
    context.verify_mode = _VERIFICATION[client_certificates]
    context.verify_flags |= _ALLOW_PROXIES
    # A session that is taken up again would bring along a certificate that has expired since.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


class Adapter:
    """What cheroot wants of something that speaks TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        """The socket to listen at: as it is."""
        return sock

    def wrap(self, sock: socket.socket) -> Tuple[ssl.SSLSocket, Dict[str, str]]:
        """A TLS socket over *sock*, whose handshake is still to come."""
        try:
            wrapped = self.context.wrap_socket(
                sock, server_side=True, do_handshake_on_connect=False
            )
        except OSError as problem:
            sock.close()
            # All versions of cheroot take this one for what it is: a client that has left.
            raise ConnectionResetError(errno.ECONNRESET, str(problem)) from problem
        return wrapped, {}

    def makefile(self, sock: ssl.SSLSocket, mode: str = "r", bufsize: int = -1) -> Any:
        """A file over *sock*."""
        return (_Reader if "r" in mode else StreamWriter)(sock, mode, bufsize)


class _Reader(StreamReader):
    """Knows of what OpenSSL has decrypted: no selector will ever report it."""

    def __init__(self, sock: ssl.SSLSocket, mode: str, bufsize: int) -> None:
        super().__init__(sock, mode, bufsize)
        self._secure = sock

    def has_data(self) -> bool:
        """Whether a request can be read without waiting for the network."""
        return bool(super().has_data() or self._secure.pending())


class Connection(framing.Connection):
    """A connection that shakes hands before it answers."""

    _shaken = False

    def communicate(self) -> bool:
        """Go on with the handshake, or answer a request; whether to wait for more."""
        if self._shaken:
            return bool(super().communicate())
        try:
            self._shake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except (OSError, ValueError) as problem:  # ValueError: a name that nobody can read
            self._refuse(problem)
            return False
        return True

    def close(self) -> None:
        """Say goodbye in TLS, or the client could not tell the end from a cut line."""
        try:
            self.socket.settimeout(0)
            self.socket.unwrap()
        except (OSError, ValueError):
            pass  # it will not wait for the client to say the same
        super().close()

    def _shake(self) -> None:
        self.socket.settimeout(0)
        try:
            self.socket.do_handshake()
        finally:
            self.socket.settimeout(self.server.timeout)
        certificate = self.socket.getpeercert(binary_form=True)
        self.ssl_env = {CERTIFICATE: subjects.owner(certificate)} if certificate else {}
        self._shaken = True

    def _refuse(self, problem: Exception) -> None:
        """Let the client read why: what it has sent meanwhile would reset the connection."""
        self.server.error_log(f"{self.remote_addr} came to no handshake: {problem}", level=30)
        try:
            if getattr(problem, "reason", "") == "HTTP_REQUEST":
                socket.socket.sendall(self.socket, _NOT_HTTPS)
            self.socket.shutdown(socket.SHUT_WR)
            ends = time.monotonic() + _FAREWELL
            while ends > time.monotonic():
                self.socket.settimeout(max(ends - time.monotonic(), 0.001))
                if not self.socket.recv(65536):
                    break
        except OSError:
            pass  # it has gone
