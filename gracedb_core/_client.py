"""The client: options in, the root of the tree out."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Dict, Optional, Sequence, Tuple, Type, TypeVar, Union

from ._drivers import Awaiting, Blocking
from ._node import Async, Mode, Sync, is_taken
from ._options import DEFAULT_TIMEOUT, Options, StrPath, TimeoutOption, Verify
from ._retry import RetryPolicy
from ._secrets import secret
from .resources import Root

if TYPE_CHECKING:
    from types import TracebackType

    from ._connection import Connection
    from .interfaces import RouteOffer

__all__ = ["AsyncClient", "Client", "route_is_taken"]

C = TypeVar("C", bound="Client")
W = TypeVar("W", bound="AsyncClient")


class AnyClient(Root[Mode]):
    """What is common to clients that wait and clients that are awaited."""

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        token: Optional[StrPath] = None,
        bearer_token: Optional[str] = None,
        cert: Union[StrPath, Tuple[StrPath, StrPath], None] = None,
        username: Optional[str] = None,
        password: Optional[str] = None,
        force_noauth: bool = False,
        fail_if_noauth: bool = False,
        auth_reload: bool = False,
        auth_reload_timeout: float = 300,
        transport: Optional[str] = None,
        timeout: TimeoutOption = DEFAULT_TIMEOUT,
        retries: Union[int, RetryPolicy, None] = None,
        api_version: str = "",
        verify: Verify = True,
        user_agent: Optional[str] = None,
        allow_plain_http: bool = False,
        max_concurrency: int = 100,
        plugins: Optional[Sequence[Union[str, object]]] = None,
    ) -> None:
        # At once: every argument is a local of this frame, which is in the traceback of a mistake.
        password, bearer_token = secret(password), secret(bearer_token)
        given = locals()
        # Loaded with the first client, like all that stands behind it: locks, ladder and plugins.
        from ._connection import Connection

        self._options = Options(**{name: given[name] for name in Options.__annotations__})
        self._connection = Connection(self._options, is_taken=route_is_taken)
        super().__init__(self._connection.session, self._drive(self._connection))

    @abstractmethod
    def _drive(self, connection: Connection) -> Union[Blocking, Awaiting]:
        """Make the driver of this kind of client."""

    @property
    def url(self) -> str:
        """The URL of the API root, with a slash at its end."""
        return self._session.address.url

    def __repr__(self) -> str:
        # Of one that could not be made too: what reports the reason may show its frames' locals.
        session = self.__dict__.get("_session")
        return f"{type(self).__name__}({session.address.url if session else '...'!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        if self._options.holds_secret:
            import pickle

            raise pickle.PicklingError(
                "A client that was given a password or a token itself is not pickled, so that the "
                "secret is not written anywhere; make it anew where it is needed, or keep the "
                "password in netrc, the token in a file."
            )
        return _remade, (type(self), self._options.recipe(), _extras(self))

    def __copy__(self: A) -> A:
        return _remade(type(self), self._options.recipe(), _extras(self))

    def __deepcopy__(self: A, _memo: Dict[int, Any]) -> A:
        return self.__copy__()


A = TypeVar("A", bound="AnyClient[Any]")


#: The attributes that a client makes of its options.
_OWN = frozenset(
    {"_connection", "_driver", "_http", "_keys", "_kind", "_options", "_row", "_session"}
)


def _extras(client: AnyClient[Any]) -> Dict[str, Any]:
    """Give the attributes that a subclass, or anybody, has put on the client."""
    return {name: value for name, value in client.__dict__.items() if name not in _OWN}


def _remade(cls: Type[A], recipe: Dict[str, Any], extras: Dict[str, Any]) -> A:
    # Not cls(...): a subclass may have a constructor of its own.
    client = cls.__new__(cls)
    AnyClient.__init__(client, **recipe)
    client.__dict__.update(extras)
    return client


class Client(AnyClient[Sync]):
    """A client of one GraceDB server.

    Making one reads credentials but asks no server. It may be shared among threads, used after a
    fork, and pickled unless it was given a secret itself; close it, or use it in ``with``.

    Parameters
    ----------
    url : str, optional
        The API root; left out, ``GRACEDB_SERVICE_URL`` or ``https://gracedb.ligo.org/api/``.
    token : str or path, optional
        The name of a file that holds a SciToken.
    bearer_token : str, optional
        A SciToken itself, in place of *token*; it is never taken for a file's name.
    cert : str, path or pair of them, optional
        A PEM file with an X.509 certificate and its key, or one file for each.
    username, password : str, optional
        For basic authentication.
    force_noauth : bool
        Send no credential at all.
    fail_if_noauth : bool
        Raise `CredentialError` (a `ValueError`) where no credential is found.
    auth_reload : bool
        Look for a newer credential *auth_reload_timeout* seconds before it expires, and within
        ten seconds after its file has changed. One that has expired is looked for again in any
        case.
    auth_reload_timeout : float
        See above; seconds.
    transport : str, optional
        ``urllib3``, ``requests`` or one that a plugin offers; left out, ``GRACEDB_TRANSPORT`` or
        ``urllib3``.
    timeout : float, pair, `Timeout` or None
        Seconds for each wait; a pair is (connect, read); None waits for ever.
    retries : int, `RetryPolicy` or None
        How often to repeat what can safely be repeated; 0 for never.
    api_version : str, optional
        ``v1`` or ``v2``; left out, the server's default.
    verify : bool, str or path
        A file or folder of certificate authorities; True for the usual ones.
    user_agent : str, optional
        What to call ourselves.
    allow_plain_http : bool
        Send credentials over plain http to other machines, where anybody may read them.
    max_concurrency : int
        Connections to keep; for `AsyncClient` also how many requests go out, and how many
        downloads go on, at once.
    plugins : list of str or plugins, optional
        The plugins to use: names of installed ones, modules or objects, and ``...`` for all that
        are installed, as when it is left out. ``GRACEDB_DISABLED_PLUGINS`` names exceptions.

    Raises
    ------
    InputError, CredentialError
        For arguments that make no sense, and credentials that cannot be used (`ValueError` both).
    PluginError
        For a transport or a plugin that is not there.
    """

    def _drive(self, connection: Connection) -> Blocking:
        return Blocking(connection.transport, connection.submit)

    def close(self) -> None:
        """Close every connection; a second call does nothing."""
        self._connection.close()

    def __enter__(self: C) -> C:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()


class AsyncClient(AnyClient[Async]):
    """A client of one GraceDB server for programs that await.

    It has the options and the tree of `Client`; every verb gives something to await, a search
    something for ``async for``, and a file something to await or to enter. It works with every
    transport: those that block are used from *max_concurrency* threads of its own; ``aiohttp``
    awaits by itself. Close it with ``await client.close()``, or use it in ``async with``.
    """

    def _drive(self, connection: Connection) -> Awaiting:
        return Awaiting(
            connection.awaited_transport,
            connection.run_blocking,
            bound=self._options.max_concurrency,
        )

    async def close(self) -> None:
        """Close every connection; a second call does nothing."""
        await self._connection.close_awaited()

    async def __aenter__(self: W) -> W:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.close()


def route_is_taken(offer: RouteOffer) -> bool:
    """Tell whether what a plugin would add to the tree is there already."""
    name = offer.name.rstrip("[]")
    of_client = is_taken(name, of_client=True) or hasattr(Client, name)
    return (offer.site is not None and of_client) or (
        (offer.event or offer.superevent) is not None and is_taken(name, of_client=False)
    )
