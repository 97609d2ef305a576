"""How each method asks: one place through which every request goes."""

from __future__ import annotations

import warnings
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple, Type, TypeVar

from .._address import Address
from .._calls import Call
from .._client import Client
from .._credentials import Keeper
from .._drivers import Blocking
from .._encode import segment
from .._flow import Flow
from .._ids import Kind, kind_of
from .._node import Node
from .._paging import paginate
from .._secrets import secret
from .._session import Session
from .._upload import Part
from ..errors import CredentialError, GraceDBError, InputError, NotFound, ResponseError
from ..resources.objects import identity
from ._answers import Response
from ._errors import NoSuchServer, refused
from ._making import sent
from ._options import (
    DEFAULT_SERVICE_URL,
    RELOAD_BUFFER,
    RETRY_CODES,
    Headers,
    core_options,
    is_a_server,
)

__all__ = ["Asking", "place_of"]

T = TypeVar("T")
A = TypeVar("A", bound="Asking")


class Asking:
    """The constructor of ligo-gracedb, and what its methods ask with."""

    def __init__(
        self,
        service_url: str = DEFAULT_SERVICE_URL,
        cred: Any = None,
        force_noauth: bool = False,
        fail_if_noauth: bool = False,
        api_version: Optional[str] = None,
        reload_certificate: bool = False,
        reload_cred: bool = False,
        reload_buffer: Optional[float] = RELOAD_BUFFER,
        use_auth: Optional[str] = "all",
        retries: int = 5,
        retry_codes: Sequence[int] = RETRY_CODES,
        allowed_methods: Optional[Sequence[str]] = None,
        backoff_factor: float = 0.1,
        **further: Any,
    ) -> None:
        for name in _SECRETS & further.keys():
            # At once: every argument is a local of this frame, which is in a mistake's traceback.
            further[name] = secret(further[name])
        given = {**locals()}
        if not isinstance(service_url, str):
            Address.parse(service_url)  # which says what it should be
        self._given = {name: given[name] for name in (*_ARGUMENTS, "further")}
        self._service_url = service_url if service_url.endswith("/") else f"{service_url}/"
        self._api_version = api_version
        self._service_info: Optional[Dict[str, Any]] = None
        self._is_spoken = not api_version
        self._options = core_options(self._given)
        self.headers = self._own_headers()

    def _own_headers(self) -> Headers:
        """Give the lines without which the server serves nobody."""
        lines = Headers()
        if is_a_server(self._service_url, self._options["api_version"]):
            lines.update(self._client._session.headers)
        return lines

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _INSTEAD and not hasattr(type(self), name):
            warnings.warn(
                f"Setting {name} on a GraceDb has no effect: {_INSTEAD[name]} instead.",
                UserWarning,
                stacklevel=2,
            )
        is_made = "_options" in self.__dict__  # a subclass may set some before
        if name == "headers" and is_made and not isinstance(value, Headers):
            given, value = value, self._own_headers()
            value.update(given)
        super().__setattr__(name, value)

    @property
    def _client(self) -> Client:
        """The client behind this face, and after `close` a new one."""
        client: Optional[Client] = self.__dict__.get("_own_client")
        if client is not None:
            return client
        try:
            Address.parse(self._service_url, self._options["api_version"])
        except InputError as error:
            raise NoSuchServer(str(error)) from None
        # Of two that are made at once, one is used.
        made: Client = self.__dict__.setdefault("_own_client", Client(**self._options))
        return made

    @property
    def _driver(self) -> Blocking:
        driver = self._client._driver
        assert isinstance(driver, Blocking)
        return driver

    @property
    def _versioned_service_url(self) -> str:
        return self._client.url

    def _session(self, headers: Any = None) -> Session:
        """Give what requests share, with the header lines that are set now."""
        session: Session = self._client._session
        lines = Headers(self.headers)
        lines.update(headers or {})
        if "Authorization" not in lines:
            return session.replaced(headers=tuple(_lines(lines)))
        origin = session.address.origin
        plain = origin.scheme == "http" and not origin.is_loopback
        if plain and not self._given["further"].get("allow_plain_http"):
            raise CredentialError(
                f"The header Authorization is not sent to {origin} over plain http, where others "
                "can read it; use https."
            )
        # Whoever sets it wants nothing else to be sent.
        return session.replaced(headers=tuple(_lines(lines)), keeper=Keeper())

    def _call(self, verb: str, row: str, kind: Kind, keys: Tuple[str, ...], **what: Any) -> Call:
        """Name a cell of the route table, at quoted *keys*."""
        node: Node[Any] = Node(self._session(), self._driver, row=row, kind=kind, keys=keys)
        return node._call(verb, **what)

    def _run(self, flow: Flow[T]) -> T:
        """Drive *flow* to its answer."""
        with self._refusing():
            return self._driver.run(flow)

    def _ask(
        self, verb: str, row: str, kind: Kind = Kind.EVENT, *keys: Any, **what: Any
    ) -> Response:
        """Make the call of one cell, at *keys* that are not quoted yet."""
        call = self._call(verb, row, kind, tuple(segment(key) for key in keys), **what)
        return self._run(sent(self._session(), call))

    def _send(self, part: Flow[Part], call: Call) -> Response:
        """Make *call* with a file."""

        def uploading() -> Flow[Response]:
            return (yield from sent(self._session(), call._replace(files=((yield from part),))))

        return self._run(uploading())

    def _walk(self, call: Call, most: Optional[int] = None) -> Iterator[Any]:
        """Give the rows of every page, *most* of them."""
        ahead = 1 if most is None else 0
        with self._refusing():
            flow = paginate(self._session(), call, identity, ahead)
            walked: Any = self._driver.walk(flow)
            with closing(walked):
                yield from islice(walked, most)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except ResponseError as error:
            if isinstance(error, NotFound) and not self._is_spoken:
                self._see_that_it_is_spoken()
            raise refused(error) from error.__cause__

    def _see_that_it_is_spoken(self) -> None:
        """Raise for a version of the API that the server has not."""
        version = self._api_version
        try:
            with Client(**{**self._options, "api_version": "", "retries": 0}) as root:
                spoken = root.get().get("api-versions") or [version]
        except GraceDBError:
            return  # then it is not known, and what is being raised says enough
        if version not in spoken:
            raise InputError(
                f"The server does not speak {version!r}; it speaks {', '.join(spoken)}."
            )
        self._is_spoken = True

    def __repr__(self) -> str:
        # Of one that could not be made too.
        return f"{type(self).__name__}({self.__dict__.get('_service_url', '...')!r})"

    def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        client = self.__dict__.pop("_own_client", None)
        if client is not None:
            client.close()

    def __enter__(self: A) -> A:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __reduce__(self) -> Tuple[Any, ...]:
        return _remade, (type(self), self._given, _extras(self))

    def __copy__(self: A) -> A:
        return _remade(type(self), self._given, _extras(self))

    def __deepcopy__(self: A, _memo: Dict[int, Any]) -> A:
        return self.__copy__()


#: The constructor's arguments, in order.
_ARGUMENTS = tuple(
    name for name in Asking.__init__.__annotations__ if name not in ("further", "return")
)
_SECRETS = frozenset({"password", "bearer_token"})
#: What decides on requests where a session of ``requests`` has it, and what does here.
_INSTEAD = {
    "auth": "pass username= and password= to GraceDb, or set headers['Authorization'],",
    "cert": "pass cred= to GraceDb",
    "params": "pass params= to get()",
    "proxies": "name the proxy in the environment, as HTTPS_PROXY,",
    "verify": "pass verify= to GraceDb",
}
#: The attributes that are made of them.
_OWN = frozenset({"_given", "_options", "_own_client", "_service_info"})


def _lines(headers: Headers) -> List[Tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if value is not None]


def _extras(client: Asking) -> Dict[str, Any]:
    """Give the attributes that a subclass, or anybody, has put on it."""
    return {name: value for name, value in client.__dict__.items() if name not in _OWN}


def _remade(cls: Type[A], given: Dict[str, Any], extras: Dict[str, Any]) -> A:
    # Not cls(...): a subclass may have a constructor of its own.
    client = cls.__new__(cls)
    arguments = {**given, **given["further"]}
    del arguments["further"]
    Asking.__init__(client, **arguments)
    client.__dict__.update(extras, headers=Headers(extras["headers"]))
    return client


def place_of(object_id: Any) -> Tuple[Kind, str]:
    """Tell an event from a superevent, which any other name is taken for."""
    return (
        kind_of(object_id) if isinstance(object_id, str) else None
    ) or Kind.SUPEREVENT, object_id
