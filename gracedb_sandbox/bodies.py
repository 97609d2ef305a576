"""Reading request bodies as Django does: JSON, form or multipart, and nothing of unknown length."""

from __future__ import annotations

import io
import json
from contextlib import ExitStack
from typing import Any, BinaryIO, Dict, List, Mapping, NamedTuple, Optional, Sequence, cast
from urllib.parse import parse_qsl

from flask import g, request

from .answers import Refusal, bad_request, detail, spoken
from .json_text import read_json
from .multipart import MOST_FIELDS, TooMuch, Upload, read_multipart

MULTIPART = "multipart/form-data"
_FORMS = (MULTIPART, "application/x-www-form-urlencoded")
EVERY = ("application/json", *_FORMS)


class Body(NamedTuple):
    """What a request brought.

    In a form every value is a list of strings (*form* is true); in JSON it is
    whatever was written. *files* holds the file parts that have a name.
    """

    values: Mapping[str, Any]
    form: bool
    files: Mapping[str, Upload]

    def one(self, name: str, default: Any = None) -> Any:
        """The value of *name*; of a repeated form field, the last."""
        value = self.values.get(name, default)
        return value[-1] if self.form and isinstance(value, list) else value

    def many(self, name: str) -> List[Any]:
        """Every value of *name*, whether repeated in a form or a JSON list; none is []."""
        value = self.values.get(name)
        if value is None:
            return []
        return list(value) if isinstance(value, (list, tuple)) else [value]


def read_body(accepts: Sequence[str] = EVERY) -> Body:
    """The body of this request; refuses (415) what is not among *accepts*."""
    # Django reads Content-Length bytes: a chunked body has none and is no body.
    if not request.content_length:
        return Body({}, _mimetype() in _FORMS, {})
    _accept(accepts)
    return _form() if _mimetype() in _FORMS else _document()


def read_query() -> bytes:
    """The query document of this request, unread: searches have words of their own for it."""
    if request.content_length:
        _accept(EVERY[:1])
    return read_bytes()


def read_bytes() -> bytes:
    """The body of this request, of whatever type; one of unknown length is none."""
    return _stream().read()


def _accept(accepts: Sequence[str]) -> None:
    if _mimetype() not in accepts:
        kind = request.headers.get("Content-Type", "")
        raise detail(415, f'Unsupported media type "{kind}" in request.')


def _mimetype() -> str:
    return request.mimetype


def _document() -> Body:
    try:
        values = read_json(read_bytes().decode())
        # What could not be answered again is not stored: half a surrogate pair.
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as problem:
        raise detail(400, f"JSON parse error - {problem}") from problem
    if not isinstance(values, dict):
        kind = type(values).__name__
        raise spoken(400, f"Invalid data. Expected a dictionary, but got {kind}.")
    return Body(values, form=False, files={})


def _form() -> Body:
    try:
        if _mimetype() != MULTIPART:
            return Body(_urlencoded(), form=True, files={})
        keeper = g.setdefault("uploads", ExitStack())
        form = read_multipart(request.headers["Content-Type"], _stream(), keeper)
    except TooMuch:
        raise bad_request() from None
    except ValueError as problem:
        raise detail(400, f"Multipart form parse error - {problem}") from problem
    return Body(form.fields, form=True, files=form.files)


def close_uploads() -> None:
    """Give back what this request's files took on disk."""
    keeper = g.pop("uploads", None)
    if keeper is not None:
        keeper.close()


def _urlencoded() -> Mapping[str, Any]:
    data = read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if text.count("&") >= MOST_FIELDS:
        raise TooMuch
    found: Dict[str, List[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def _stream() -> BinaryIO:
    whole = _Whole(request.environ["wsgi.input"], request.content_length or 0)
    return cast(BinaryIO, whole)


class _Whole(io.RawIOBase):
    """A body of a known length, all of it: half a request must not be done."""

    def __init__(self, source: BinaryIO, length: int) -> None:
        self._source, self._left = source, length

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes; refuses (400) a body that ends too soon."""
        wanted = min(len(buffer), self._left)
        try:
            block = self._source.read(wanted) if wanted else b""
        except OSError:
            block = b""  # whoever was sending is gone, or has fallen asleep
        if wanted and not block:
            raise detail(400, "The request ended before its body did.")
        buffer[: len(block)] = block
        self._left -= len(block)
        return len(block)


def required(value: Optional[Upload], refusal: Refusal) -> Upload:
    """*value*, or the refusal when there was none."""
    if value is None:
        raise refusal
    return value
