"""``client.session``: a session of `requests` whose wire is the client's own.

The client signs, bounds, retries and judges what goes through it, as it does its own calls.
"""

from __future__ import annotations

import mimetypes
import os
from contextlib import closing
from copy import copy
from typing import Any, Callable, List, Mapping, NoReturn, Optional, Tuple, Union
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict

from gracedb_core._address import shown
from gracedb_core._credentials import Keeper
from gracedb_core._exchange import exchange
from gracedb_core._flow import Flow, Open
from gracedb_core._options import Options
from gracedb_core._retry import Repeat
from gracedb_core._secrets import secret
from gracedb_core._session import Session as Exchanges
from gracedb_core._telling import TellingFile
from gracedb_core._twins import as_response
from gracedb_core._upload import source
from gracedb_core._wire import Header, Origin, Request, Response, Timeout, Upload
from gracedb_core.errors import InputError, SentRequest

__all__ = ["ClientAuth", "Session"]

#: Headers that the transport writes by itself.
_OF_THE_WIRE = frozenset({"connection", "content-length", "host", "transfer-encoding"})
_BLOCK = 1 << 18
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class ClientAuth(AuthBase):
    """Signs a request of `requests` with the client's credential, if it goes to its server.

    A client certificate is no header; it goes along in the client's own session only.
    """

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges

    @property
    def lines(self) -> Tuple[Header, ...]:
        """The header lines of the credential."""
        credential = self._exchanges.keeper.current
        return credential.headers if credential else ()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign *request*, unless it is signed already."""
        if _origin(request.url) == self._exchanges.address.origin:
            for name, value in self.lines:
                request.headers.setdefault(name, value)
        return request

    def __repr__(self) -> str:
        return f"<ClientAuth of {self._exchanges.address.origin}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("What signs for a client is not pickled; pickle the client instead.")


class Session(requests.Session):
    """A ``requests.Session`` for one GraceDB, which raises for every refusal.

    Give certificate authorities, certificates and proxies to the client: here they are refused.
    """

    def __init__(self, exchanges: Exchanges, run: Callable[[Flow[Any]], Any]) -> None:
        super().__init__()
        self.trust_env = False  # the client has read the environment
        self.headers = CaseInsensitiveDict(exchanges.headers)
        self.auth = ClientAuth(exchanges) if exchanges.keeper.current else None
        self._adapter = _Adapter(exchanges, run)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare as `requests` does, and read the files that are given by name alone.

        Raises `OSError` for one that cannot be read.
        """
        # Not in `request`, whose arguments, which may be secret, are in the traceback of a failure.
        if request.files:
            request = copy(request)
            request.files = _read(request.files)
        return super().prepare_request(request)

    def get_adapter(self, url: Union[str, bytes], *_: Any) -> BaseAdapter:
        """Give the only way there is, to the client's own server."""
        own = self._adapter.exchanges.address.origin
        if _origin(url) != own:
            raise InputError(
                f"This session asks {own} alone, with its credential; use a session of your own "
                f"for {shown(str(url))[:200]!r}."
            )
        return self._adapter

    def __reduce__(self) -> NoReturn:
        raise TypeError("The session of a client is not pickled; pickle the client instead.")


class _Adapter(BaseAdapter):
    """Sends by way of the client."""

    def __init__(self, exchanges: Exchanges, run: Callable[[Flow[Any]], Any]) -> None:
        super().__init__()
        self.exchanges = exchanges
        self._run = run

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002
        cert: Any = None,
        proxies: Optional[Mapping[str, str]] = None,
    ) -> requests.Response:
        """Send *request*, and give its answer; raises where the server refuses."""
        if verify is not True or cert or proxies:
            raise InputError(
                "The client decides on certificates and proxies for its session; pass verify= "
                "and cert= to Client, and name proxies in the environment."
            )
        exchanges, lines = self._signing(request)
        limit = exchanges.timeout if timeout is None else Options(timeout=timeout).timeouts
        asking = _asking(request, lines, limit, stream=stream)
        answer: requests.Response = self._run(_answer(exchanges, asking, stream=stream))
        return answer

    def _signing(self, request: requests.PreparedRequest) -> Tuple[Exchanges, Tuple[Header, ...]]:
        """Leave to the client what it has signed, and sign nothing that a program has changed."""
        # One that a program has written is a secret as well.
        lines = tuple((name, secret(_text(value))) for name, value in request.headers.items())
        own = ClientAuth(self.exchanges).lines
        names = {name.lower() for name, _ in own} | {"authorization"}
        signature = {line for line in lines if line[0].lower() in names}
        if signature == set(own):
            return self.exchanges, tuple(line for line in lines if line not in signature)
        return self.exchanges.replaced(keeper=Keeper()), lines

    def close(self) -> None:
        """Do nothing: the client closes what it has opened."""


def _read(files: Any) -> List[Tuple[Any, Any]]:
    """Read the *files* that have a name and no contents, which `requests` would leave away."""
    pairs = files.items() if isinstance(files, Mapping) else files
    return [(field, _contents(given)) for field, given in pairs]


def _contents(given: Any) -> Any:
    if not isinstance(given, (tuple, list)) or any(each is not None for each in given[1:2]):
        return given
    name, upload = os.fspath(given[0]), source(given[0], None)
    with closing(upload.open()) as reader:
        data = b"".join(iter(lambda: reader.read(_BLOCK), b""))
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return (os.path.basename(name), data, *(given[2:] or (kind,)))


def _asking(
    prepared: requests.PreparedRequest,
    lines: Tuple[Header, ...],
    timeout: Timeout,
    *,
    stream: bool,
) -> Request:
    """Spell what `requests` has prepared as the client does."""
    method = str(prepared.method)
    return Request(
        method,
        prepared.path_url,
        tuple(line for line in lines if line[0].lower() not in _OF_THE_WIRE),
        _body(prepared.body),
        timeout=timeout,
        # The length that a HEAD is told is not that of what comes.
        stream=stream or method == "HEAD",
    )


def _body(body: Any) -> Union[bytes, Upload, None]:
    if body is None or isinstance(body, bytes):
        return body
    if not isinstance(body, str) and not hasattr(body, "read"):
        raise InputError("A body without a length is not sent; give bytes, or an open file.")
    return body.encode() if isinstance(body, str) else source("body", body)


def _answer(exchanges: Exchanges, request: Request, *, stream: bool) -> Flow[requests.Response]:
    """Exchange *request* for an answer as `requests` has it."""
    repeat = Repeat.FREELY if request.method in _HARMLESS else Repeat.NEVER
    response: Response = yield from exchange(exchanges, request, repeat)
    asked, body = exchanges.asked(request), response.body
    if isinstance(body, bytes):
        return _told(response, asked, body)
    if not stream:  # a HEAD
        body.close()
        return _told(response, asked, b"")
    answer = _told(response, asked, b"")
    vars(answer).update(_content=False, _content_consumed=False)
    answer.raw = TellingFile((yield Open(response, asked)), response, asked)
    return answer


def _told(response: Response, asked: SentRequest, body: bytes) -> requests.Response:
    return as_response(response.status, response.reason, response.headers, body, asked)


def _text(value: Union[str, bytes]) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _origin(url: Any) -> Optional[Origin]:
    """Read where *url* leads, None for what is no URL of a server."""
    try:
        parts = urlsplit(_text(url))
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return Origin(parts.scheme, parts.hostname or "", port)
