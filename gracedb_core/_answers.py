"""From the decoded body to what a call returns: lists out of their envelopes.

Both generations of the server are read; which one answered shows in the shape.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from .errors import DecodeError

__all__ = [
    "Page",
    "file_urls",
    "graceids",
    "listed",
    "nothing",
    "page",
    "permissions",
    "unwrapped_twice",
    "whole",
]


class Page(NamedTuple):
    """A part of a list, and where the rest is."""

    items: List[Any]
    following: Optional[str]
    #: Rows in all, where the server tells; it may lag behind.
    total: Optional[int] = None


def whole(body: Any) -> Any:
    """Give the answer as it is."""
    return body


def nothing(_body: Any) -> None:
    """Give nothing: the status said all."""


def _entry(body: Any, *keys: str) -> Any:
    if isinstance(body, dict):
        for key in keys:
            if key in body:
                return body[key]
    raise DecodeError(f"The answer has no {' or '.join(map(repr, keys))} where one was expected.")


def listed(*keys: str) -> Callable[[Any], Any]:
    """Take out what stands under the first of *keys* that is there."""

    def unwrap(body: Any) -> Any:
        return _entry(body, *keys)

    return unwrap


def page(key: str) -> Callable[[Any], Page]:
    """Take out one page of the list under *key*.

    Only the link to the next page can be followed: this server's link to the last one is wrong,
    and its link to the first has lost the query. It is absent on old servers' last page.
    """

    def unwrap(body: Any) -> Page:
        items = _entry(body, key)
        links = body.get("links") or {}
        total = body.get("numRows", body.get("count"))
        total = total if isinstance(total, int) else None
        return Page(items, links.get("next") or body.get("next"), total)

    return unwrap


def graceids(body: Any) -> List[str]:
    """Take the ids out of a list of members."""
    return [_entry(row, "graceid") for row in _entry(body, "pipeline_preferred_events")]


def file_urls(body: Any) -> Dict[str, Optional[str]]:
    """Map file names to URLs; newer servers list names, or objects with ``filename``."""
    if not isinstance(body, dict):
        raise DecodeError("The answer is not a list of files.")
    files = body.get("files")
    if not isinstance(files, list):
        return body
    urls = {}
    for item in files:
        name = item if isinstance(item, str) else _entry(item, "filename", "name")
        urls[name] = None if isinstance(item, str) else item.get("url") or item.get("self")
    return urls


def permissions(body: Any) -> Any:
    """Take out who may do what: rows on a superevent, a map of group to URL on an event."""
    if isinstance(body, dict) and "permissions" not in body:
        return _entry(body.get("links"), "groupeventpermissions")
    return _entry(body, "permissions")


def unwrapped_twice(body: Any) -> Any:
    """Decode a JSON string that holds JSON, such as ``"{}"``; leave other text alone."""
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
