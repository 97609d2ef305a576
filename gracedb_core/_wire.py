"""What travels: requests, answers, uploads and certificates, as frozen values valid at birth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Iterable, Mapping, Optional, Tuple, Union

from ._secrets import secret
from ._values import Value, hidden
from .errors import InputError

if TYPE_CHECKING:
    from typing_extensions import Protocol
else:
    Protocol = object

__all__ = [
    "MAXIMUM_BODY",
    "MAXIMUM_REFUSAL",
    "AsyncBodyStream",
    "BodyStream",
    "ClientCert",
    "Header",
    "Origin",
    "Reader",
    "Request",
    "Response",
    "Timeout",
    "Upload",
]

#: Bytes of an answer that is no file, as they came and inflated: far above any that the server
#: makes. A longer one is refused.
MAXIMUM_BODY = 64 << 20
#: Bytes of the body of a refusal, counted so. The rest is left: it is the status that counts.
MAXIMUM_REFUSAL = 1 << 20

Header = Tuple[str, str]

_METHOD = re.compile(r"[A-Z]+\Z").match
#: Already quoted: visible ASCII only, so that nothing can end the request line early.
_TARGET = re.compile(r"/[\x21-\x22\x24-\x7e]*\Z").match
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z").match
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*\Z").match


class Reader(Protocol):
    """The part of a binary file that sending needs."""

    def read(self, amount: int = -1) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end."""

    def close(self) -> None:
        """Let go of what is open."""


class Upload(Protocol):
    """A body to stream: its length is known before the first byte is sent."""

    @property
    def length(self) -> int:
        """How many bytes `open` will give."""

    def open(self) -> Reader:
        """Give a reader at the first byte; a second call starts again, or raises `InputError`."""


class BodyStream(Protocol):
    """A body that is still on the wire: raw bytes, not decoded."""

    def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, at least one, or ``b""`` at the end.

        Raises `TruncatedAnswer` or another `TransportError` where the rest does not come.
        """

    def close(self) -> None:
        """Let go of the connection; one that was not read to its end is not used again."""


class AsyncBodyStream(Protocol):
    """The same for a body that is awaited."""

    async def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, at least one, or ``b""`` at the end."""

    async def close(self) -> None:
        """Let go of the connection."""


class Origin(Value):
    """Where a server is: the only place its credentials go."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}" + ("" if self.port == default else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        """Whether this is the machine we are on: 127/8, ::1 or exactly ``localhost``."""
        return self.host in ("localhost", "::1") or bool(
            re.match(r"127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}\Z", self.host)
        )


class Timeout(Value):
    """Seconds to wait; None waits for ever.

    *connect* bounds making a connection, *read* each wait for bytes, *write* each wait to send,
    *total* the whole exchange from the first try to the last byte that is read for the caller.
    """

    connect: Optional[float] = 10.0
    read: Optional[float] = 60.0
    write: Optional[float] = 60.0
    total: Optional[float] = 300.0

    def __post_init__(self) -> None:
        for value in (self.connect, self.read, self.write, self.total):
            if value is not None and not value > 0:
                raise InputError(f"A timeout must be a positive number of seconds, not {value!r}.")


class ClientCert(Value):
    """A checked snapshot of a client certificate with its key, read once from disk."""

    #: Certificate, chain and unencrypted private key, PEM.
    pem: bytes = hidden()
    #: SHA-256 of the certificate, hexadecimal: what tells one snapshot from another.
    fingerprint: str

    def __post_init__(self) -> None:
        self.__dict__["pem"] = secret(self.pem)


class Request(Value):
    """One request; if it exists, it can be sent."""

    method: str
    #: URL path and query, quoted, from the root of the origin.
    target: str
    headers: Tuple[Header, ...] = hidden(default=())
    body: Union[bytes, Upload, None] = hidden(default=None)
    certificate: Optional[ClientCert] = hidden(default=None)
    timeout: Timeout = Timeout()
    #: Whether the answer's body is wanted as a stream rather than as bytes.
    stream: bool = False

    def __post_init__(self) -> None:
        if not _METHOD(self.method):
            raise InputError(f"{self.method!r} is not an HTTP method.")
        if not _TARGET(self.target):
            raise InputError(f"{self.target!r} is not a quoted URL path.")
        _check_headers(self.headers)

    def signed(
        self,
        headers: Tuple[Header, ...],
        certificate: Optional[ClientCert],
        timeout: Timeout,
    ) -> Request:
        """Give a copy with further *headers*; nothing else in it has to be checked again."""
        _check_headers(headers)
        headers = self.headers + headers
        return self._copied(headers=headers, certificate=certificate, timeout=timeout)


def _check_headers(headers: Iterable[Header]) -> None:
    for name, value in headers:
        # The value is not shown: it may be a secret.
        if not _HEADER_NAME(name) or not _HEADER_VALUE(value):
            raise InputError(f"The header {name!r} holds characters that no header may hold.")


class Response(Value):
    """One answer, as it came: the body is neither decoded nor judged."""

    status: int
    #: Names in lower case.
    headers: Mapping[str, str]
    body: Union[bytes, BodyStream, AsyncBodyStream] = hidden()
    reason: str = ""

    @property
    def length(self) -> Optional[int]:
        """How many bytes the body was announced to have, if that was said and makes sense."""
        text = self.headers.get("content-length", "")
        # Not everything that is a digit to Python is one to a server.
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
