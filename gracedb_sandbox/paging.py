"""Pages of a search: which rows, and the links to the others.

`first` and `last` lose the query, and `last` counts in floats: clients that
follow anything but `next` should find out here.
"""

from __future__ import annotations

import re
from typing import Any, Dict, NamedTuple, Optional
from urllib.parse import parse_qs, urlencode

from flask import request

from . import ids
from .web import requested

_MOST = 1000
_LAST = 1 << 62  # no row is so far away, and the database can still count on from here


class Page(NamedTuple):
    """An offset and a length."""

    start: int
    length: int


def page(*, default: int = 100, most: int = _MOST) -> Page:
    """The page this request asks for; nonsense is the default, too much is *most*."""
    start = max(_whole(request.args.get("start")), 0)
    count = _whole(request.args.get("count"))
    return Page(start, min(count, most) if count > 0 else min(default, most))


def page_links(asked: Page, total: int) -> Dict[str, Optional[str]]:
    """`self`, `next`, `previous`, `first` and `last` of the page asked for, of *total* rows."""
    start, count = asked
    bare = requested(query=False)
    following = start + count
    return {
        "self": requested(),
        "next": _with(start=following, count=count) if following < total else None,
        "previous": _with(start=max(start - count, 0), count=count) if start > 0 else None,
        "first": bare,
        "last": f"{bare}?start={float(total)}&count={count}",
    }


def whole_list(key: str, items: Any) -> Dict[str, Any]:
    """The envelope of a list that is never paged: every link is the list itself."""
    url = requested()
    return {
        "start": 0,
        "numRows": len(items),
        "links": {"self": url, "first": url, "last": url},
        key: items,
    }


def _whole(text: Optional[str]) -> int:
    found = re.fullmatch(r"\s*([+-]?)(\d+)\s*", text or "")
    if found is None:
        return 0
    number = min(ids.number(found[2]), _LAST)
    return -number if found[1] == "-" else number


def _with(**given: int) -> str:
    text = request.query_string.decode("latin-1")
    parameters: Dict[str, Any] = parse_qs(text, keep_blank_values=True)
    parameters.update(given)
    if not given["start"]:
        del parameters["start"]
    return f"{requested(query=False)}?{urlencode(sorted(parameters.items()), doseq=True)}"
