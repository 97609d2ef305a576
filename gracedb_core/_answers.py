"""From the decoded body to what a call returns: lists out of their envelopes.

Both generations of the server are read; which one answered shows in the shape.
"""

from __future__ import annotations

from reprlib import repr as shortly
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Type, TypeVar

from ._json import read_json
from .errors import DecodeError

__all__ = [
    "Page",
    "empty",
    "file_urls",
    "graceids",
    "listed",
    "made",
    "nothing",
    "page",
    "permissions",
    "site_tags",
    "thing",
    "unwrapped_twice",
    "whole",
]


T = TypeVar("T")


class Page(NamedTuple):
    """A part of a list, and where the rest is."""

    items: List[Any]
    following: Optional[str]
    #: Rows in all, where the server tells; it may lag behind.
    total: Optional[int] = None


def whole(body: Any) -> Any:
    """Give the answer as it is."""
    return body


def thing(body: Any) -> Dict[str, Any]:
    """Give the object that the answer must be."""
    return _typed(body, dict)


def _typed(value: Any, kind: Type[T], what: str = "the answer") -> T:
    if not isinstance(value, kind):
        is_what = "nothing at all" if value is None else f"{shortly(value):.60}"
        wanted = "a list" if kind is list else "text" if kind is str else "an object"
        what = what[0].upper() + what[1:]
        raise DecodeError(f"{what} is {is_what} where {wanted} was expected.")
    return value


def _things(value: Any, what: str) -> List[Dict[str, Any]]:
    return [_typed(item, dict, f"an item of {what}") for item in _typed(value, list, what)]


def nothing(_body: Any) -> None:
    """Give nothing: the status said all."""


def made(name: str) -> Callable[[Any], Dict[str, Any]]:
    """Give the object that was made, which says under *name* what it is."""

    def check(body: Any) -> Dict[str, Any]:
        described = thing(body)
        _entry(described, name)
        return described

    return check


def empty(_body: Any) -> Dict[str, Any]:
    """Give an object without anything in it, as the server does where there is no more to say."""
    return {}


def _entry(body: Any, *keys: str) -> Any:
    if isinstance(body, dict):
        for key in keys:
            if key in body:
                return body[key]
    raise DecodeError(f"The answer has no {' or '.join(map(repr, keys))} where one was expected.")


def _text(body: Any, *keys: str) -> str:
    return _typed(_entry(body, *keys), str, f"the value of {keys[0]}")


def listed(*keys: str) -> Callable[[Any], List[Dict[str, Any]]]:
    """Take out the list of objects under the first of *keys* that is there."""

    def unwrap(body: Any) -> List[Dict[str, Any]]:
        return _things(_entry(body, *keys), f"the list of {keys[0]}")

    return unwrap


def page(key: str) -> Callable[[Any], Page]:
    """Take out one page of the list under *key*.

    Only the link to the next page can be followed: this server's link to the last one is wrong,
    and its link to the first has lost the query. It is absent on old servers' last page.
    """

    def unwrap(body: Any) -> Page:
        items = _things(_entry(body, key), f"the list of {key}")
        links = _typed(body.get("links") or {}, dict, "the set of links")
        following = links.get("next") or body.get("next")
        if not isinstance(following, (str, type(None))):
            raise DecodeError(f"The link to the next page is {shortly(following):.60}, not a URL.")
        total = body.get("numRows", body.get("count"))
        return Page(items, following, total if isinstance(total, int) else None)

    return unwrap


def graceids(body: Any) -> List[str]:
    """Take the ids out of a list of members."""
    return [_text(row, "graceid") for row in listed("pipeline_preferred_events")(body)]


def file_urls(body: Any) -> Dict[str, Optional[str]]:
    """Map file names to URLs; newer servers list names, or objects with ``filename``."""
    files = thing(body).get("files")
    if not isinstance(files, list):
        return {name: url for name, url in body.items() if isinstance(url, str)}
    urls: Dict[str, Optional[str]] = {}
    for item in files:
        if isinstance(item, str):
            urls[item] = None
        else:
            url = _typed(item, dict, "an item of the list of files").get("url") or item.get("self")
            urls[_text(item, "filename", "name")] = url if isinstance(url, str) else None
    return urls


def permissions(body: Any) -> Any:
    """Take out who may do what: rows on a superevent, a map of group to URL on an event."""
    if isinstance(body, dict) and "permissions" not in body:
        return thing(_entry(body.get("links"), "groupeventpermissions"))
    return listed("permissions")(body)


def site_tags(body: Any) -> Dict[str, Any]:
    """Take out the map of all tags."""
    return thing(_entry(body, "tags"))


def unwrapped_twice(body: Any) -> Any:
    """Decode a JSON string that holds JSON, such as ``"{}"``; leave other text alone."""
    if not isinstance(body, str):
        return body
    try:
        return read_json(body.encode("utf-8", "replace"))
    except ValueError:
        return body
