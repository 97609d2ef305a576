"""Reading request bodies as Django does: JSON, form or multipart, and nothing of unknown length."""

from __future__ import annotations

import html
import json
from typing import Any, BinaryIO, Dict, List, Mapping, NamedTuple, Optional, Sequence, cast

from flask import Request, request
from werkzeug.formparser import FormDataParser

from .answers import Refusal, detail, spoken
from .json_text import read_json

MULTIPART = "multipart/form-data"
_FORMS = (MULTIPART, "application/x-www-form-urlencoded")
EVERY = ("application/json", *_FORMS)


class Upload(NamedTuple):
    """A file part: its base name, and its bytes to read."""

    name: str
    stream: BinaryIO
    size: int


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


class ApiRequest(Request):
    """Flask's request, but strict: a broken multipart is an error, not an empty form."""

    max_form_memory_size = None
    max_form_parts = None

    def make_form_data_parser(self) -> FormDataParser:
        """A parser that does not swallow what it cannot read."""
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser


def read_body(accepts: Sequence[str] = EVERY) -> Body:
    """The body of this request; refuses (415) what is not among *accepts*."""
    # Django reads Content-Length bytes: a chunked body has none and is no body.
    if not request.content_length:
        return Body({}, _mimetype() in _FORMS, {})
    _accept(accepts)
    return _form() if _mimetype() in _FORMS else _document()


def read_query() -> bytes:
    """The query document of this request, unread: searches have words of their own for it."""
    if not request.content_length:
        return b""
    _accept(EVERY[:1])
    return request.get_data(cache=False)


def _accept(accepts: Sequence[str]) -> None:
    if _mimetype() not in accepts:
        kind = request.headers.get("Content-Type", "").replace('"', '\\"')
        raise detail(415, f'Unsupported media type "{kind}" in request.')


def drain() -> None:
    """Read and drop a chunked body, so that the next request finds its beginning."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        stream = request.environ["wsgi.input"]
        while stream.read(1 << 16):
            pass


def _mimetype() -> str:
    return request.mimetype


def _document() -> Body:
    try:
        values = read_json(request.get_data(cache=False))
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
        fields, files = request.form, request.files
    except ValueError as problem:
        raise detail(400, f"Multipart form parse error - {problem}") from problem
    uploads: Dict[str, Upload] = {}
    for key, part in files.items(multi=True):
        name = _base_name(part.filename or "")
        if name:
            uploads[key] = Upload(name, cast(BinaryIO, part.stream), _size(part.stream))
    return Body(fields.to_dict(flat=False), form=True, files=uploads)


def _base_name(given: str) -> str:
    name = html.unescape(given).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if letter.isprintable()).strip()
    return "" if name in (".", "..") else name


def _size(stream: Any) -> int:
    size = int(stream.seek(0, 2))
    stream.seek(0)
    return size


def required(value: Optional[Upload], refusal: Refusal) -> Upload:
    """*value*, or the refusal when there was none."""
    if value is None:
        raise refusal
    return value
