"""File parts of uploads, named as the caller named them."""

from __future__ import annotations

import mimetypes
import os
from typing import Optional

from .._upload import Contents, FileName, Part, source
from ..errors import InputError

__all__ = ["file_part"]


def file_part(field: str, filename: Optional[FileName], filecontents: Contents) -> Part:
    """Make the file part of an upload, named as the caller named it."""
    if filename is None:
        filename = getattr(filecontents, "name", None)
        if not isinstance(filename, (str, os.PathLike)):
            raise InputError("Contents without a name cannot be uploaded; pass filename= too.")
        filename = os.path.basename(filename)
    name = os.fspath(filename)
    if not isinstance(name, str) or not name:
        raise InputError(f"{filename!r} cannot be the name of a file to upload.")
    body = source(filename, filecontents)
    # Read from a path, the file is called what it is called there, without its folders.
    name = os.path.basename(name) if filecontents is None else name
    return Part(field, name, body, mimetypes.guess_type(name)[0] or "application/octet-stream")
