"""Lists whose items are read one by one: labels, logs, tags and files."""

from __future__ import annotations

import io
import re
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Optional, Union
from urllib.parse import unquote

from .._downloads import Into, destination, is_kept_compressed
from .._encode import Names, file_path, further, names, segment
from .._exchange import received
from .._files import Progress
from .._flow import Bounded, Do, Flow
from .._node import Json, Mode, Node, face, opens, verb
from .._upload import Contents, FileName
from ..errors import InputError
from ._parts import file_part

__all__ = ["File", "Files", "Labels", "Listed", "Log", "Logs", "Record", "Tags"]


class Record(Node[Mode]):
    """One numbered or named thing, to be read."""

    @verb
    def get(self) -> Flow[Json]:
        """Read it."""
        return self._ask("get")


for _row in (
    "labels[]",
    "logs[].tags[]",
    "voevents[]",
    "emobservations[]",
    "notices[]",
    "signoffs[]",
    "events[]",
    "pipeline_preferred_events[]",
    "tags[]",
):
    face(_row)(Record)


class Listed(Node[Mode]):
    """A list whose items can be read one by one."""

    def _record(self, key: Any, what: str) -> Record[Mode]:
        record: Record[Mode] = self._at(f"{self._row}[]", segment(key, what))
        return record

    @verb
    def get(self) -> Flow[List[Json]]:
        """Read the list."""
        return self._ask("get")


@face("labels")
class Labels(Listed[Mode]):
    """The labels of an event or superevent."""

    def __getitem__(self, name: str) -> Record[Mode]:
        """Go to one label, by name."""
        return self._record(name, "label")

    @verb
    def create(self, label: str, *, exist_ok: bool = False) -> Flow[Json]:
        """Put *label* on it.

        A superevent gives the label object; an event gives an empty dictionary, or one with
        ``warning`` where the label was there already. A superevent refuses that (`BadRequest`),
        unless *exist_ok*: then the label that is there is given.
        """
        segment(label, "label")
        return self._ask("create", name=label, lenient=exist_ok)

    @verb
    def delete(self, label: str, *, missing_ok: bool = False) -> Flow[None]:
        """Take *label* off; `NotFound` where it is not on, unless *missing_ok*."""
        segment(label, "label")
        yield from self._ask("delete", name=label, lenient=missing_ok)


@face("logs[].tags")
class Tags(Listed[Mode]):
    """The tags of one log message."""

    def __getitem__(self, name: str) -> Record[Mode]:
        """Go to one tag, by name."""
        return self._record(name, "tag")

    @verb
    def create(
        self, tag: str, *, display_name: Optional[str] = None, exist_ok: bool = False
    ) -> Flow[Any]:
        """Put *tag* on the message; a new tag may be given a *display_name*.

        A superevent gives the tag object, an event a sentence. A tag that is on already is refused
        (`BadRequest`, by events `Conflict`), unless *exist_ok*: then its object is given.
        """
        segment(tag, "tag")
        fields = {"displayName": display_name}
        return self._ask("create", name=tag, fields=fields, lenient=exist_ok)

    @verb
    def delete(self, tag: str, *, missing_ok: bool = False) -> Flow[None]:
        """Take *tag* off the message; `NotFound` where it is not on, unless *missing_ok*."""
        segment(tag, "tag")
        yield from self._ask("delete", name=tag, lenient=missing_ok)


@face("logs[]")
class Log(Record[Mode]):
    """One log message."""

    tags: Tags[Mode]


_LOG_FIELDS = ("comment", "filename", "filecontents", "tags", "label", "progress")
_TAG = re.compile(r"[0-9A-Za-z_-]{1,100}\Z").match


def _tags(tags: Names) -> List[str]:
    """Refuse what the server would refuse after it has written the message."""
    listed = names(tags, "tags")
    for tag in listed:
        if not _TAG(tag):
            raise InputError(f"{tag!r} cannot be a tag: letters, digits, _ and - make one.")
    return listed


@face("logs")
class Logs(Listed[Mode]):
    """The log of an event or superevent, oldest first."""

    def __getitem__(self, number: Union[int, str]) -> Log[Mode]:
        """Go to message *number*, counted from 1."""
        log: Log[Mode] = self._at("logs[]", segment(number, "log number"))
        return log

    @verb
    def create(
        self,
        /,
        comment: Optional[str] = None,
        *,
        filename: Optional[FileName] = None,
        filecontents: Contents = None,
        tags: Names = None,
        label: Optional[str] = None,
        progress: Optional[Progress] = None,
        **fields: Any,
    ) -> Flow[Json]:
        """Write a message, with a file if one is given, and give the log object.

        *filecontents* are bytes, str or an open file; None reads the file at *filename*, where
        ``-`` is standard input. Each tag makes the server write one more message of its own.
        *progress* is called as by `Events.create`. Further *fields*, such as ``displayName``, are
        sent as they are. Raises `OSError` for a file that cannot be read.
        """
        if not isinstance(comment, str) or not comment.strip():
            # Events take the file and then fail; superevents refuse.
            raise InputError("A log message needs a comment.")
        further(fields, _LOG_FIELDS)
        attached = filename is not None or filecontents is not None
        files = []
        if attached:
            files.append((yield from file_part("upload", filename, filecontents, progress)))
        fields = {"tagname": _tags(tags), "comment": comment, "label": label, **fields}
        log: Json = yield from self._ask("create", fields=fields, files=files)
        return log


@face("files[]")
class File(Node[Mode]):
    """One file, or one version of it."""

    @opens
    def get(self) -> Flow[io.BufferedReader]:
        """Give a readable binary file, decompressed, usable in ``with``.

        It streams: close it, or read it to its end. Raises `TruncatedAnswer`, from here or from
        a later read, where not everything arrives.
        """
        return self._ask("get")

    @verb
    def download(
        self,
        path: Optional[FileName] = None,
        *,
        progress: Optional[Progress] = None,
    ) -> Flow[Path]:
        """Save the file as it was uploaded, and give where it is.

        *path* is a file or an existing folder; left out, the working folder and the file's own
        name. The file appears under its name when it is whole, also where several download it
        at a time. *progress* is called with the bytes so far and in all, None where the server
        does not tell. Raises `OSError`, before anything is asked, where no file can be written.
        """
        name = unquote(self._keys[-1]).rpartition("/")[2]
        target = yield Do(partial(destination, name if path is None else path, name))
        into = Into(target, is_kept_compressed(name), progress)
        saved: Path = yield Bounded(received(self._session, self._call("get"), into))
        return saved


@face("files")
class Files(Node[Mode]):
    """The files of an event or superevent."""

    def __getitem__(self, name: str) -> File[Mode]:
        """Go to a file by name; ``name,0`` is its first version, ``name`` the latest."""
        file: File[Mode] = self._at("files[]", file_path(name))
        return file

    @verb
    def get(self) -> Flow[Dict[str, Optional[str]]]:
        """Map each file's name, and each version's, to its URL (None where none is told)."""
        return self._ask("get")
