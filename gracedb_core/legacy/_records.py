"""What events and superevents have alike: files, labels, logs and tags."""

from __future__ import annotations

import os
from typing import Any, Optional, SupportsIndex, Union

from .._encode import file_path, segment
from .._upload import Contents, FileName
from ..errors import InputError
from ..resources._parts import file_part
from ._answers import File, Response
from ._asking import place_of
from ._checks import listed, one_of, see_text
from ._errors import UnknownLabel, WrongKind
from ._making import opened, sent
from ._superevents import Superevents

__all__ = ["Records"]


class Records(Superevents):
    """Files, labels, logs and tags. What is asked of an object's id goes to the kind it is of."""

    def files(
        self, object_id: str, filename: Optional[FileName] = "", *args: Any, **kwargs: Any
    ) -> Union[Response, File]:
        """List the files, or give one to be read."""
        kind, name = place_of(object_id)
        if not filename:
            return self._ask("get", "files", kind, name)
        path = os.fspath(filename) if isinstance(filename, os.PathLike) else filename
        keys = (segment(name), file_path(path))
        call = self._call("get", "files[]", kind, keys)
        return self._run(opened(self._session(), call))

    def labels(
        self, object_id: str, label: Optional[str] = "", *args: Any, **kwargs: Any
    ) -> Response:
        """List the labels, or read one."""
        if label:
            self._see_that_it_is_known(label)
            return self._ask("get", "labels[]", *place_of(object_id), label)
        return self._ask("get", "labels", *place_of(object_id))

    def write_label(self, object_id: str, label: str, *args: Any, **kwargs: Any) -> Response:
        """Put a label on."""
        self._see_that_it_is_known(label)
        return self._ask("create", "labels", *place_of(object_id), name=label)

    def _see_that_it_is_known(self, label: Any) -> None:
        known = self.allowed_labels
        if known is not None and label not in known:
            raise UnknownLabel(f"The server has no label {label!r}; it has: {', '.join(known)}.")

    def remove_label(self, object_id: str, label: str, *args: Any, **kwargs: Any) -> Response:
        """Take a label off."""
        return self._ask("delete", "labels", *place_of(object_id), name=label)

    def logs(
        self, object_id: str, log_number: Optional[int] = None, *args: Any, **kwargs: Any
    ) -> Response:
        """List the log messages, or read one."""
        if log_number is not None and not isinstance(log_number, SupportsIndex):
            raise WrongKind(f"log_number must be an int, not {log_number!r:.80}.")
        if log_number:
            return self._ask("get", "logs[]", *place_of(object_id), log_number)
        return self._ask("get", "logs", *place_of(object_id))

    def write_log(
        self,
        object_id: str,
        message: str,
        filename: Optional[FileName] = None,
        filecontents: Contents = None,
        tag_name: Any = (),
        displayName: Any = (),
        label: Optional[str] = None,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Write a log message, with a file, tags and a label if they are given."""
        tags = [tag for tag in listed(tag_name or kwargs.get("tagname")) if tag]
        shown = listed(displayName)
        if shown and len(shown) != len(tags):
            raise InputError("Give a display name to each tag, or to none.")
        self._see_that_it_is_a_label(label)
        fields = {
            "comment": None if message is None else _words(message),
            "tagname": tags or None,
            "displayName": shown or None,
            "label": label or None,
        }
        kind, name = place_of(object_id)
        call = self._call("create", "logs", kind, (segment(name),), fields=fields)
        empty = isinstance(filecontents, (str, bytes)) and not filecontents
        if not filename and (filecontents is None or empty):
            return self._run(sent(self._session(), call))
        return self._send(file_part("upload", filename or None, filecontents), call)

    def _see_that_it_is_a_label(self, label: Any) -> None:
        see_text(label, "label")
        if label:
            one_of(label, self.allowed_labels, "label")

    def tags(self, object_id: str, N: Union[int, str], *args: Any, **kwargs: Any) -> Response:
        """List the tags of a log message."""
        return self._ask("get", "logs[].tags", *place_of(object_id), N)

    def add_tag(
        self,
        object_id: str,
        N: Union[int, str],
        tag_name: str,
        displayName: Optional[str] = None,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Put a tag on a log message."""
        fields = {"displayName": displayName}
        place = place_of(object_id)
        return self._ask("create", "logs[].tags", *place, N, name=tag_name, fields=fields)

    def remove_tag(
        self, object_id: str, N: Union[int, str], tag_name: str, *args: Any, **kwargs: Any
    ) -> Response:
        """Take a tag off a log message."""
        return self._ask("delete", "logs[].tags", *place_of(object_id), N, name=tag_name)


def _words(message: Any) -> str:
    if isinstance(message, (bytes, bytearray)):
        return message.decode("utf-8", "replace")
    return str(message)
