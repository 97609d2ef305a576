"""One call of the API: spelled as a request, and what its answer means."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _decode, _encode
from ._ids import Kind
from ._routes import Cell, Encoding
from ._session import Session
from ._upload import Part, encode_multipart
from ._wire import Request, Response, Upload
from .errors import GraceDBError

__all__ = ["Call", "Place", "judged", "prepare"]


class Place(NamedTuple):
    """Where in the tree a call is made, for whoever looks there afterwards."""

    row: str
    kind: Kind
    #: What fills the row's path, quoted.
    keys: Tuple[str, ...]
    #: What is named there: a label, a tag, a member.
    name: Optional[str] = None


class Call(NamedTuple):
    """One call of the API: how it is made, where, and with what."""

    cell: Cell
    #: Below the API root, quoted.
    path: str
    fields: Mapping[str, Any] = {}
    files: Sequence[Part] = ()
    params: Mapping[str, Any] = {}
    #: None where nobody knows what is there.
    place: Optional[Place] = None
    #: Whether what the server refuses because it is so already counts as done.
    lenient: bool = False
    #: That of the file, where it is known already.
    content_id: str = ""


def prepare(session: Session, call: Call) -> Request:
    """Spell *call* as a request."""
    target = session.address.base + call.path
    query = _encode.encode_query(call.params) if call.params else ""
    content_type, body = _encoded(call.cell.encoding, call.fields, call.files)
    headers = session.headers
    if content_type:
        headers = (*headers, ("Content-Type", content_type))
    return Request(
        call.cell.method,
        f"{target}?{query}" if query else target,
        headers,
        body,
        timeout=session.timeout,
        stream=call.cell.is_file,
    )


def _encoded(
    encoding: Encoding, fields: Mapping[str, Any], files: Sequence[Part]
) -> Tuple[str, Union[bytes, Upload, None]]:
    if files or encoding is Encoding.MULTIPART:
        return encode_multipart(fields, files)
    if encoding in (Encoding.JSON, Encoding.JSON_OR_MULTIPART):
        return "application/json", _encode.encode_json(fields)
    form = _encode.encode_form(fields) if encoding is Encoding.FORM else b""
    # An empty form is no body at all, as older clients send it.
    return ("application/x-www-form-urlencoded", form) if form else ("", None)


def judged(
    session: Session, request: Request, response: Response, answer: Callable[[Any], Any]
) -> Any:
    """Make what *answer* makes of a body."""
    assert isinstance(response.body, bytes)
    try:
        return answer(_decode.decode_json(response.body))
    except GraceDBError as error:
        # One place adds the request, so that what reads a shape need not know it.
        raise error.about(session.asked(request)) from None
