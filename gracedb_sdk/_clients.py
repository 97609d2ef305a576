"""The clients under the legacy name: today's, with the older one's answers and synonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Optional, TypeVar

import gracedb_core
from gracedb_core._node import Async, Faces, Sync

from ._places import FACES, Events, Superevents
from ._synonyms import understood

if TYPE_CHECKING:
    import requests

__all__ = ["AsyncClient", "Client"]

C = TypeVar("C", bound="Client")


class Client(gracedb_core.Client):
    """The client of programs written for gracedb-sdk.

    It takes every option of `gracedb_core.Client` by name, and for *auth_reload* and
    *auth_reload_timeout* their deprecated synonyms *cert_reload* and *cert_reload_timeout*. What
    is sent by PUT or PATCH gives a ``requests.Response``; all else gives what it gives there.
    """

    _faces: ClassVar[Faces] = FACES

    events: Events[Sync]
    superevents: Superevents[Sync]

    def __init__(self, url: Optional[str] = None, **options: Any) -> None:
        super().__init__(url, **understood(options))

    @property
    def session(self) -> requests.Session:
        """A ``requests.Session`` that asks this client's own server, with its credential.

        Refusals raise. It is made on first use, and closed with the client.
        """
        made: Optional[requests.Session] = self.__dict__.get("_http")
        if made is None:
            from ._session import Session  # loads `requests`, which few need

            made = self.__dict__.setdefault("_http", Session(self._session, self._driver.run))
        return made


class AsyncClient(gracedb_core.AsyncClient):
    """The same for programs that await; see `gracedb_core.AsyncClient`."""

    _faces: ClassVar[Faces] = FACES

    events: Events[Async]
    superevents: Superevents[Async]

    def __init__(self, url: Optional[str] = None, **options: Any) -> None:
        super().__init__(url, **understood(options))
