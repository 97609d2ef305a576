"""Sending files as GraceDB does: type by extension, gzip an encoding, the rest attachments."""

from __future__ import annotations

import mimetypes
import sqlite3
from typing import Tuple
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from .web import store

_BLOCK = 1 << 18
# Python's own table only: what the machine's mime.types says would differ from host to host.
_TYPES = mimetypes.MimeTypes(filenames=())
_TYPES.add_type("text/plain", ".log")
_TYPES.add_type("text/plain", ".out")
_UNKNOWN = "application/octet-stream"


def content_type(name: str) -> Tuple[str, str]:
    """Content-Type and Content-Encoding (``""`` or ``gzip``) of a file called *name*."""
    kind, encoding = _TYPES.guess_type(name.replace("/", "_"))
    if encoding not in (None, "gzip"):
        return _UNKNOWN, ""
    if kind == "text/plain":
        kind = "text/plain; charset=UTF-8"
    return kind or _UNKNOWN, encoding or ""


def send_file(file: sqlite3.Row, *, requested_name: str) -> Response:
    """The bytes of a row of `file`, under the name by which they were asked for."""
    kind, encoding = content_type(file["name"])
    stream = open(store().path(file["digest"]), "rb")  # noqa: SIM115  # the response closes it
    response = Response(wrap_file(request.environ, stream, _BLOCK), direct_passthrough=True)
    response.headers["Content-Type"] = kind
    response.headers["Content-Length"] = str(file["size"])
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if encoding or kind == _UNKNOWN:
        response.headers["Content-Disposition"] = _attachment(requested_name)
    return response


def _attachment(name: str) -> str:
    if name.isascii() and name.isprintable():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'attachment; filename="{quoted}"'
    return f"attachment; filename*=utf-8''{quote(name, safe='')}"
