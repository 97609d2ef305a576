"""File parts of uploads, named as the caller named them.

What reads a file is an effect: a disk, or a pipe, must not hold up an event loop.
"""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Optional

from .._files import Progress
from .._flow import Do, Flow
from .._upload import Contents, FileName, Part, content_id_of, source
from ..errors import InputError

__all__ = ["content_id", "file_part"]

#: Bytes in memory up to which reading them takes less than going to another thread.
_SMALL = 1 << 18

#: The server cuts at slashes and backslashes, reads a comma as the start of a version (a log
#: message then arrives without its file, and nobody is told), and has no way to write a quote.
_UNSENDABLE = re.compile(r'[",\\]').search
#: Of a longer one the framework on the other side keeps the beginning.
_LONGEST_NAME = 255


def file_part(
    field: str,
    filename: Optional[FileName],
    filecontents: Contents,
    progress: Optional[Progress] = None,
) -> Flow[Part]:
    """Make the file part of an upload, called what the caller calls it, without its folders."""
    if filename is None:
        filename = getattr(filecontents, "name", None)
        if not isinstance(filename, (str, os.PathLike)):
            raise InputError("Contents without a name cannot be uploaded; pass filename= too.")
    path = os.fspath(filename)
    name = os.path.basename(path)
    if not isinstance(name, str) or not _is_kept(name):
        raise InputError(
            f"{path!r:.300} cannot be the name of an upload: the server takes no empty name, nor "
            "that of a folder, no comma, quote, backslash, entity such as &amp; or character that "
            "does not show, no space at either end, and no more than 255 characters."
        )
    import mimetypes  # only uploads need it

    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if isinstance(filecontents, (bytes, str)):
        body = source(filename, filecontents)
    else:
        body = yield Do(partial(source, filename, filecontents))
    return Part(field, name, body, content_type, progress)


def _is_kept(name: str) -> bool:
    """Whether the server stores a file of this name under this name."""
    # It takes a part of one of these three names for no file at all, and drops what does not show.
    if name in ("", ".", "..") or not name.isprintable() or name != name.strip():
        return False
    if "&" in name:
        from html import unescape  # few names make it needed

        if unescape(name) != name:
            return False
    return len(name) <= _LONGEST_NAME and not _UNSENDABLE(name)


def content_id(part: Part, filecontents: Contents) -> Flow[str]:
    """Give the UUID by which newer servers know what is uploaded."""
    if isinstance(filecontents, (bytes, str)) and part.body.length <= _SMALL:
        return content_id_of(part.body)
    identifier: str = yield Do(partial(content_id_of, part.body))
    return identifier
