"""File parts of uploads, named as the caller named them."""

from __future__ import annotations

import os
import re
from typing import Optional

from .._files import Progress
from .._upload import Contents, FileName, Part, source
from ..errors import InputError

__all__ = ["file_part"]


#: The server cuts at slashes and backslashes, reads a comma as the start of a version (a log
#: message then arrives without its file, and nobody is told), and has no way to write a quote.
_UNSENDABLE = re.compile(r'[\x00-\x1f\x7f",\\]').search


def file_part(
    field: str,
    filename: Optional[FileName],
    filecontents: Contents,
    progress: Optional[Progress] = None,
) -> Part:
    """Make the file part of an upload, called what the caller calls it, without its folders."""
    if filename is None:
        filename = getattr(filecontents, "name", None)
        if not isinstance(filename, (str, os.PathLike)):
            raise InputError("Contents without a name cannot be uploaded; pass filename= too.")
    path = os.fspath(filename)
    name = os.path.basename(path)
    # The server takes a part of one of these three names for no file at all.
    if not isinstance(name, str) or name in ("", ".", "..") or _UNSENDABLE(name):
        raise InputError(
            f"{path!r} cannot be the name of an upload: the server takes no empty name, nor that "
            "of a folder, and no comma, quote, backslash or control character in one."
        )
    import mimetypes  # only uploads need it

    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Part(field, name, source(filename, filecontents), content_type, progress)
