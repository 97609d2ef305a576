"""Walking lists: lazily, in order, with the next pages on their way, and never out of the API."""

from __future__ import annotations

from typing import Any, Dict, List, Optional
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._wire import Request, Response
from gracedb_core.errors import BadRequest, DecodeError, InputError, RedirectRefused

from .scripted import Script, Told, reply


class Listing(Script):
    """A server with rows, which pages them as GraceDB does: counts are capped, links lead on."""

    def __init__(self, rows: int, *, cap: int = 1000, total: Optional[int] = None) -> None:
        super().__init__()
        self.rows = [{"graceid": f"G{number}"} for number in range(rows)]
        self.cap = cap
        self.total = len(self.rows) if total is None else total

    def send(self, request: Request) -> Response:
        """Give a page."""
        self.asked.append(request)
        params = {k: v[0] for k, v in parse_qs(urlsplit(request.target).query).items()}
        start, count = int(params.get("start", 0)), min(int(params.get("count", 2)), self.cap)
        rows = self.rows[start : start + count]
        more = start + count < len(self.rows)
        link = f"http://other/api/events/?count={count}&query=x&start={start + count}"
        return reply(
            200,
            {"numRows": self.total, "events": rows, "links": {"next": link if more else None}},
        )


def told(listing: Script) -> Told:
    """Make a tree over a server."""
    tree = Told()
    tree.script.send = listing.send  # type: ignore[method-assign]  # a substitute for a substitute
    tree.script.asked = listing.asked
    return tree


@given(
    st.integers(0, 30), st.integers(1, 9), st.integers(1, 9), st.integers(0, 9), st.integers(-9, 9)
)
def test_every_row_comes_once_and_in_order(
    rows: int, count: int, cap: int, prefetch: int, wrong: int
) -> None:
    """Whatever the size of pages, the cap, the prefetch, and however wrong the total is."""
    listing = Listing(rows, cap=cap, total=max(0, rows + wrong))
    found = told(listing).root.events.search("x", count=count, prefetch=prefetch)
    assert [row["graceid"] for row in found] == [f"G{number}" for number in range(rows)]
    targets = [request.target for request in listing.asked]
    assert len(set(targets)) == len(targets)
    assert all(target.startswith("/api/events/?") for target in targets)


@pytest.mark.parametrize(("prefetch", "asked"), [(0, 1), (1, 2), (3, 4), (8, 5)])
def test_nothing_is_asked_before_the_first_row_and_little_after(prefetch: int, asked: int) -> None:
    """A search is lazy; then as many pages are on their way as it was told."""
    listing = Listing(10)
    found = told(listing).root.events.search("x", prefetch=prefetch)
    assert listing.asked == []
    next(found)
    assert len(listing.asked) == asked
    found.close()
    assert list(found) == []
    assert len(listing.asked) == asked


@pytest.mark.parametrize("prefetch", [-1, True, "2", 1.5])
def test_an_odd_prefetch_gets_a_sentence(prefetch: Any) -> None:
    """It is a number of pages."""
    with pytest.raises(InputError, match="number of pages"):
        next(Told().root.events.search(prefetch=prefetch))


def pages(*links: Optional[str]) -> List[Response]:
    """Make pages of one row each that link so."""
    return [
        reply(200, {"events": [{"graceid": f"G{n}"}], "links": {"next": link}})
        for n, link in enumerate(links)
    ]


def test_links_alone_are_followed_one_at_a_time() -> None:
    """Where a server does not count its rows, each page tells the next."""
    tree = Told(*pages("/api/events/?page=b", "/api/events/?page=c", None))
    found = list(tree.root.events.search(prefetch=8))
    assert [row["graceid"] for row in found] == ["G0", "G1", "G2"]
    assert tree.lines == [
        "GET /api/events/",
        "GET /api/events/?page=b",
        "GET /api/events/?page=c",
    ]


def test_rows_that_shift_are_given_once() -> None:
    """What moved to the next page meanwhile is not given again; rows without an id always are."""
    first: Dict[str, Any] = {"events": [{"graceid": "G3"}, {"graceid": "G2"}]}
    rows = [{"graceid": "G2"}, {"graceid": "G1"}, {"odd": 1}, {"odd": 1}]
    tree = Told(
        reply(200, {**first, "links": {"next": "http://other/api/events/?start=2"}}),
        reply(200, {"events": rows, "links": {"next": None}}),
    )
    found = list(tree.root.events.search("group: Test", count=2))
    assert found == [{"graceid": "G3"}, {"graceid": "G2"}, *rows[1:]]
    assert tree.lines == [
        "GET /api/events/?query=group%3A+Test&count=2",
        "GET /api/events/?start=2",
    ]


@pytest.mark.parametrize("prefetch", [0, 1, 4])
def test_pages_that_go_in_circles_end(prefetch: int) -> None:
    """A next page that was read already is an error, not an endless search."""
    tree = Told(*pages(*["/api/events/"] * 9))
    with pytest.raises(RedirectRefused, match="given before"):
        list(tree.root.events.search(prefetch=prefetch))
    assert len(tree.lines) == 1


@pytest.mark.parametrize("row", [[], [{"graceid": "G1"}]])
def test_pages_with_nothing_new_end(row: List[Any]) -> None:
    """A server that always names another page, and gives nothing more, is not followed for ever."""
    replies = [
        reply(200, {"events": row, "links": {"next": f"/api/events/?page={n}"}}) for n in range(300)
    ]
    tree = Told(*replies)
    found = tree.root.events.search(prefetch=0)
    assert [next(found) for _ in row] == row
    with pytest.raises(DecodeError, match="100 pages in a row with nothing new"):
        next(found)
    assert len(tree.lines) <= 101


@pytest.mark.parametrize("prefetch", [0, 4])
def test_pages_outside_the_api_are_refused(prefetch: int) -> None:
    """A next page elsewhere is not asked."""
    tree = Told(*pages("https://gracedb.example/elsewhere/", None))
    with pytest.raises(RedirectRefused, match="outside the API"):
        list(tree.root.events.search(prefetch=prefetch))
    assert len(tree.lines) == 1


def test_a_page_that_fails_fails_in_its_turn() -> None:
    """The rows before it come first, although it was asked for ahead."""
    tree = Told(*pages("/api/events/?start=1"), reply(400, {"error": "Invalid query"}))
    found = tree.root.events.search()
    assert next(found)["graceid"] == "G0"
    with pytest.raises(BadRequest, match="Invalid query"):
        next(found)
