"""Walking a list page by page, with the next pages on their way."""

from __future__ import annotations

from collections import deque
from typing import Any, Callable, Deque, Iterator, Set
from urllib.parse import parse_qsl, urlencode

from ._answers import Page
from ._calls import Call, judged, prepare
from ._exchange import exchange
from ._flow import Flow, Fork, Item, Join
from ._session import Session
from ._wire import Request
from .errors import DecodeError, InputError, RedirectRefused

__all__ = ["paginate"]

#: Pages in a row that may have nothing new, because rows shift while they are read.
_MOST_STALE = 100


def paginate(
    session: Session, call: Call, identify: Callable[[Any], Any], prefetch: int = 1
) -> Flow[None]:
    """Make *call*, a list, and yield every item of every page as `Item`.

    Nothing is asked before the first item is wanted; from then on up to *prefetch* pages are
    fetched ahead, in order. Rows shift while pages are read; an id that was seen is not given
    twice.
    """
    if isinstance(prefetch, bool) or not isinstance(prefetch, int) or prefetch < 0:
        raise InputError(f"prefetch is a number of pages, not {prefetch!r}.")
    request = prepare(session, call)
    seen: Set[Any] = set()
    coming: Deque[Any] = deque()
    page: Page = yield from _fetch(session, call, request)
    ahead = _Ahead(session, request, page)
    stale = 0
    try:
        while True:
            while len(coming) < prefetch and ahead.is_known():
                coming.append((yield Fork(_fetch(session, call, ahead.next()))))
            stale += 1
            for item in page.items:
                identity = identify(item)
                if identity is None or identity not in seen:
                    seen.add(identity)
                    yield Item(item)
                    stale = 0
            if not page.following:
                return
            if stale >= _MOST_STALE:
                raise DecodeError(
                    f"The server gave {stale} pages in a row with nothing new, and names more; "
                    "ask for less at a time, or later.",
                    request=session.asked(request),
                )
            if coming:
                page = yield Join(coming.popleft())
            else:
                page = yield from _fetch(session, call, ahead.next())
            ahead.learn(page, more_on_the_way=bool(coming))
    finally:
        for forked in coming:
            forked.cancel()


def _fetch(session: Session, call: Call, request: Request) -> Flow[Page]:
    response = yield from exchange(session, request, call.cell.repeat)
    page: Page = judged(session, request, response, call.cell.answer)
    return page


class _Ahead:
    """Which pages follow.

    Steps are taken from the first page's own link, never from what was asked for: the server
    caps the size of a page. Where a link does not tell them, each page tells the next.
    """

    def __init__(self, session: Session, request: Request, page: Page) -> None:
        self._session = session
        self._request = request
        self._asked = {request.target}
        self._targets: Iterator[str] = iter(())
        self._following = ""
        self.learn(page, more_on_the_way=False)
        if page.following and page.total is not None:
            self._targets = _steps(self._following, page.total)

    def is_known(self) -> bool:
        """Tell whether it is known which page comes next."""
        if not self._following:
            self._following = next(self._targets, "")
        return bool(self._following)

    def next(self) -> Request:
        """Give the request for the next page; raises `RedirectRefused` for one given before."""
        target = self._following or next(self._targets, "")
        self._following = ""
        if target in self._asked:
            raise RedirectRefused(
                "The server's next page is one that it has given before.",
                request=self._session.asked(self._request),
            )
        self._asked.add(target)
        return self._request.replaced(target=target)

    def learn(self, page: Page, *, more_on_the_way: bool) -> None:
        """Take the link of *page*, where nothing that follows it is known or on its way."""
        if page.following and not more_on_the_way and not self.is_known():
            self._following = self._session.address.own_target(page.following)


def _steps(target: str, total: int) -> Iterator[str]:
    """Spell the pages after *target*, as long as *total* has rows for them."""
    path, _, query = target.partition("?")
    params = dict(parse_qsl(query, keep_blank_values=True))
    try:
        start, count = int(params["start"]), int(params["count"])
    except (KeyError, ValueError):
        return
    while count > 0 and start + count < total:
        start += count
        yield f"{path}?{urlencode({**params, 'start': start})}"
