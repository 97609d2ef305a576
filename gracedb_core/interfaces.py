"""The plugin contract: what a transport, a credential and a provider are.

A plugin needs this module, `gracedb_core.errors`, `gracedb_core.hookspecs` and nothing else.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Callable, Mapping, NamedTuple, Optional, Tuple, Union

from ._secrets import SecretDict, secret
from ._values import Value, hidden
from ._wire import (
    MAXIMUM_BODY,
    MAXIMUM_REFUSAL,
    AsyncBodyStream,
    BodyStream,
    ClientCert,
    Header,
    Origin,
    Reader,
    Request,
    Response,
    Timeout,
    Upload,
)
from .errors import PluginError

if TYPE_CHECKING:
    import ssl

    from typing_extensions import Protocol
else:
    Protocol = object

__all__ = [
    "MAXIMUM_BODY",
    "MAXIMUM_REFUSAL",
    "Absent",
    "AsyncBodyStream",
    "AsyncTransport",
    "AuthProvider",
    "AuthRequest",
    "BodyStream",
    "ClientCert",
    "Credential",
    "Header",
    "Origin",
    "OtherTransport",
    "Reader",
    "Request",
    "Response",
    "RouteOffer",
    "Rung",
    "Timeout",
    "Transport",
    "TransportOffer",
    "TransportOptions",
    "Upload",
    "secret",
]


class Rung(IntEnum):
    """Where a provider stands on the credential ladder; the lowest number is asked first.

    A third party's provider may stand between, with any other number.
    """

    EXPLICIT_TOKEN = 10
    EXPLICIT_X509 = 20
    EXPLICIT_BASIC = 30
    DISCOVERED_TOKEN = 40
    DISCOVERED_X509 = 50
    NETRC = 60


class AuthRequest(Value):
    """What a client looks for credentials with, and where it may look."""

    #: Where the credential will be sent, and nowhere else.
    origin: Origin
    #: The argument ``token``: the name of a file that holds a SciToken.
    token: Optional[Path] = None
    #: The argument ``cert``: one PEM file with certificate and key, or the two.
    cert: Union[Path, Tuple[Path, Path], None] = None
    username: Optional[str] = hidden(default=None)
    password: Optional[str] = hidden(default=None)
    #: The argument ``bearer_token``: a SciToken itself.
    bearer_token: Optional[str] = hidden(default=None)
    #: The environment variables, to be read from here and not from the process.
    environment: Mapping[str, str] = hidden(default=MappingProxyType({}))
    home: Path = Path("/nonexistent")
    #: Where the world-writable files are: tokens and proxies by convention in ``/tmp``.
    temporary: Path = Path("/tmp")  # noqa: S108  the convention names this folder
    uid: int = -1
    #: The time, in unix seconds.
    now: float = 0.0

    def __post_init__(self) -> None:
        self.__dict__["password"] = secret(self.password)
        self.__dict__["bearer_token"] = secret(self.bearer_token)
        self.__dict__["environment"] = SecretDict(self.environment)


class Credential(Value):
    """What makes a request somebody's: header lines, a client certificate, or both."""

    #: One word: ``scitoken``, ``x509``, ``basic``, ``netrc``, or a third party's own.
    kind: str
    #: Where it came from, in words for a person, without the secret.
    source: str
    headers: Tuple[Header, ...] = hidden(default=())
    certificate: Optional[ClientCert] = hidden(default=None)
    #: When it stops being valid, in unix seconds, if it says.
    expires: Optional[float] = None
    #: Whose it is, if it says.
    subject: Optional[str] = None
    #: The files it was read from; with ``auth_reload`` a change of one brings a new look.
    files: Tuple[Path, ...] = ()
    #: Whole sentences that the user is to read as warnings, once: ``... can be read by everybody.``
    remarks: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # What is no tuple of pairs is left for who judges what a plugin gives.
        if isinstance(self.headers, tuple):
            self.__dict__["headers"] = tuple(map(_veiled, self.headers))


def _veiled(line: Header) -> Header:
    is_pair = isinstance(line, tuple) and len(line) == 2
    return (line[0], secret(line[1])) if is_pair else line


class Absent(Value):
    """No credential here, and why; an answer, not an error."""

    #: A phrase that a person would want to read: ``BEARER_TOKEN_FILE is unset``.
    reason: str
    #: Whether something was found that cannot be used; the client then warns.
    unusable: bool = False


class AuthProvider(Protocol):
    """One rung of the credential ladder."""

    @property
    def name(self) -> str:
        """What to call this rung: ``discovered token``."""

    @property
    def rung(self) -> int:
        """Where it stands; see `Rung`."""

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Look once for a credential that answers *wanted*.

        An absence is an answer: return `Absent` with the reason a person would want to read.
        Raise `CredentialError` only when a credential was given explicitly and cannot be used.
        It is called again when the credential is about to expire, or one of its files changed.
        """


def _no_other(name: str) -> OtherTransport:
    raise PluginError(f"There is no transport {name!r} here; open this one through a client.")


class TransportOptions(Value):
    """What a transport is opened with: it serves one origin, and reads no setting of its own."""

    origin: Origin
    #: The TLS context to use, with or without a client certificate.
    tls: Callable[[Optional[ClientCert]], ssl.SSLContext]
    #: Connections to keep.
    pool_size: int = 100
    #: The URL of the HTTP proxy, if there is one.
    proxy: Optional[str] = hidden(default=None)
    #: Another transport by its name, for one that wraps it; raises `PluginError`.
    other: Callable[[str], OtherTransport] = hidden(default=_no_other)

    def __post_init__(self) -> None:
        # It may hold a password.
        self.__dict__["proxy"] = secret(self.proxy)


class Transport(Protocol):
    """Sends one request and gives one answer.

    It follows no redirect, retries nothing, decodes nothing, keeps no cookie, adds no header
    of its own beyond ``Host``, ``Content-Length`` and what the protocol demands, and raises
    `TransportError` and its kind only, besides what reading an `Upload` raises. It is used from
    many threads at once.

    It is used in the process that opened it, and closed there. A client in a process that was
    forked opens another, and leaves this one, whose connections belong to the parent, alone.

    Of a body that it reads itself it takes no more than it needs to show that there is more:
    `MAXIMUM_BODY` bytes and one, or `MAXIMUM_REFUSAL` and one where the status is 300 or above.
    The client judges that, and the rest is left with its connection.
    """

    def send(self, request: Request) -> Response:
        """Send *request* to the origin this transport was opened for."""

    def close(self) -> None:
        """Close every connection; a second call does nothing."""


class AsyncTransport(Protocol):
    """The same for a transport that is awaited; its streams are `AsyncBodyStream`."""

    async def send(self, request: Request) -> Response:
        """Send *request* to the origin this transport was opened for."""

    async def close(self) -> None:
        """Close every connection; a second call does nothing."""


class TransportOffer(Value):
    """A transport that a plugin offers by name: one that blocks, one to await, or both.

    `AsyncClient` puts one that only blocks on threads.
    """

    name: str
    open: Optional[Callable[[TransportOptions], Transport]] = None
    open_async: Optional[Callable[[TransportOptions], AsyncTransport]] = None


class OtherTransport(Value):
    """Another transport, for one that wraps it: it opens either way, whatever its plugin offers.

    One that only blocks is awaited on threads of the client; one that is only awaited cannot
    block, and its `open` raises `PluginError`.
    """

    name: str
    open: Callable[[TransportOptions], Transport]
    open_async: Callable[[TransportOptions], AsyncTransport]


class RouteOffer(NamedTuple):
    """A place that a plugin adds to the tree: an attribute, and the paths it stands for.

    ``RouteOffer("notes", superevent="superevents/{}/notes/")`` makes
    ``client.superevents[id].notes``, with the verbs of `Client.path`: ``get``, ``post``, ``put``,
    ``patch`` and ``delete``. A name that ends in ``[]`` is for what is inside, by key.
    """

    #: The attribute, or with ``[]`` at its end what is inside.
    name: str
    #: The path below the API root of an event that has it; ``{}`` takes a quoted key.
    event: Optional[str] = None
    #: The same for a superevent.
    superevent: Optional[str] = None
    #: The same for an attribute of the client itself.
    site: Optional[str] = None
