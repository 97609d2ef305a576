"""The HTTP verbs themselves, for URLs of our own server."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple, Union
from urllib.parse import quote, urlsplit

from .._address import Address, shown
from .._encode import encode_form, encode_json, encode_query
from .._exchange import exchange
from .._flow import Flow, Open
from .._options import Options
from .._retry import Repeat
from .._session import Session
from .._upload import Part, encode_multipart, source
from .._wire import Request, Upload
from ..errors import InputError
from ._answers import File, Response, heard
from ._asking import Asking
from ._errors import NoSuchServer, WrongKind

__all__ = ["Raw"]

#: What the library's sessions take and that is settled for this client as a whole.
_SETTLED = frozenset({"allow_redirects", "stream"})
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
#: As is, because it is quoted already.
_TARGET_SAFE = "/:?#[]@!$&'()*+,;=%-._~"


class Raw(Asking):
    """``get``, ``post`` and their like; they reach no other server."""

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        *,
        files: Any = None,
        timeout: Any = None,
        json: Any = None,
        **settled: Any,
    ) -> Response:
        """Ask for *url*, which is one of this server's, as sessions of ``requests`` do."""
        unknown = sorted(settled.keys() - _SETTLED)
        if unknown:
            raise WrongKind(f"{unknown[0]!r} is an option of the client, not of one request.")
        session = self._session(headers)
        content_type, body = _body(data, json, files)
        lines = session.headers
        if content_type and "content-type" not in {name.lower() for name, _ in lines}:
            lines = (*lines, ("Content-Type", content_type))
        asked = Request(
            method.upper(),
            _target(session, url, params),
            lines,
            body,
            timeout=session.timeout if timeout is None else Options(timeout=timeout).timeouts,
            # The length that a HEAD is told is not that of what comes.
            stream=method.upper() == "HEAD",
        )
        return self._run(_exchanged(session, asked))

    def get(self, url: str, params: Any = None, **options: Any) -> Response:
        """GET *url*."""
        return self.request("GET", url, params, **options)

    def head(self, url: str, **options: Any) -> Response:
        """HEAD of *url*: its answer without the body."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Any) -> Response:
        """Ask for the OPTIONS of *url*."""
        return self.request("OPTIONS", url, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> Response:
        """POST *data*, a form or the body itself, or *json*; never sent twice."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> Response:
        """PUT *data*; never sent twice."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str, data: Any = None, **options: Any) -> Response:
        """PATCH with *data*; never sent twice."""
        return self.request("PATCH", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> Response:
        """DELETE *url*."""
        return self.request("DELETE", url, **options)

    def get_file(self, url: str, **kwargs: Any) -> File:
        """Give the file at *url* to be read."""
        session = self._session(kwargs.get("headers"))
        target = _target(session, url, kwargs.get("params"))
        request = Request("GET", target, session.headers, timeout=session.timeout, stream=True)

        def opening() -> Flow[File]:
            wire = yield from exchange(session, request, Repeat.FREELY)
            asked = session.asked(request)
            return File((yield Open(wire, asked)), wire, asked)

        return self._run(opening())


def _exchanged(session: Session, request: Request) -> Flow[Response]:
    started = session.clock()
    repeat = Repeat.FREELY if request.method in _HARMLESS else Repeat.NEVER
    wire = yield from exchange(session, request, repeat)
    if not isinstance(wire.body, bytes):  # of a HEAD
        wire.body.close()
    return heard(wire, session.asked(request), session.clock() - started)


def _target(session: Session, url: str, params: Any) -> str:
    """Spell *url*, on our own server, as what is asked for."""
    try:
        parts = urlsplit(str(url))
        there = Address.parse(f"{parts.scheme}://{parts.netloc}/").origin
    except (InputError, ValueError):
        raise NoSuchServer(
            f"{shown(str(url))!r} is no whole URL; write it like {session.address.url}."
        ) from None
    if there != session.address.origin:
        raise NoSuchServer(
            f"{there} is another server than {session.address.origin}, to which alone this client "
            "speaks; ask it with a client of its own."
        )
    target = quote(parts.path or "/", safe=_TARGET_SAFE)
    queries = [quote(parts.query, safe=_TARGET_SAFE), _query(params or {})]
    query = "&".join(filter(None, queries))
    if any(part in (".", "..") for part in target.split("/")):
        raise InputError(f"{shown(str(url))!r} climbs out of its place; write it without dots.")
    return f"{target}?{query}" if query else target


def _query(params: Any) -> str:
    if isinstance(params, (str, bytes)):
        return quote(params, safe=_TARGET_SAFE)
    return encode_query(_fields(params, "params"))


def _body(data: Any, json: Any, files: Any) -> Tuple[str, Union[bytes, Upload, None]]:
    if files:
        pairs = files.items() if isinstance(files, Mapping) else _pairs(files, "files")
        parts = [_part(name, given) for name, given in pairs if given is not None]
        return encode_multipart(_fields(data or {}, "data beside files"), parts)
    if data:
        if isinstance(data, (str, bytes)):
            return "", data.encode("utf-8") if isinstance(data, str) else data
        if hasattr(data, "read"):
            return "", source("body", data)
        return "application/x-www-form-urlencoded", encode_form(_fields(data, "data"))
    if json is not None:
        if not isinstance(json, Mapping):
            raise WrongKind(f"json must be a dict, not {type(json).__name__}.")
        return "application/json", encode_json(json)
    return "", None


def _fields(given: Any, what: str) -> Mapping[str, Any]:
    """Read fields, which may repeat where they are pairs."""
    if isinstance(given, Mapping):
        return given
    fields: Dict[str, List[Any]] = {}
    for name, value in _pairs(given, what):
        fields.setdefault(name, []).append(value)
    return fields


def _pairs(given: Any, what: str) -> List[Tuple[Any, Any]]:
    try:
        return [(name, value) for name, value in given]
    except (TypeError, ValueError):
        raise WrongKind(f"{what} must be a dict, or a list of pairs.") from None


def _part(field: str, given: Any) -> Part:
    """Read what the library takes for a file: one, or its name, itself and what it is."""
    name, contents, content_type = getattr(given, "name", field), given, ""
    if isinstance(given, (tuple, list)):
        name, contents, *kind = given
        content_type = kind[0] if kind else ""
    name = str(name or field).replace("\\", "/").rpartition("/")[2]
    return Part(field, name, source(name, contents), content_type)
