"""Searches over both transports: every page, one by one, of events and superevents."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from gracedb_core import Client, errors
from tests.sandbox.uploads import coinc_xml

from . import making

#: Three events that differ in time and FAR, oldest first.
FACTS = ({"far": 1e-9, "gpstime": (1187000003, 0)}, {"far": 1e-7, "gpstime": (1187000001, 0)},
         {"far": 1e-8, "gpstime": (1187000002, 0)})  # fmt: skip


@pytest.fixture(scope="module")
def three(author: Client) -> List[str]:
    """Upload three events in a row."""
    return [making.event_id(author, contents=coinc_xml(**facts)) for facts in FACTS]


@pytest.fixture(scope="module")
def pair(author: Client) -> List[Dict[str, Any]]:
    """Make two superevents a year from any other, the second with a label."""
    return [
        making.superevent(author, t_0=700_000_002),
        making.superevent(author, t_0=700_000_001.5, labels="DQV"),
    ]


def between(ids: List[str]) -> str:
    """Spell the query for consecutive ids."""
    return f"{ids[0]} .. {ids[-1]}"


def ids_of(rows: Any) -> List[str]:
    """Give the ids of rows, whatever they are."""
    return [row.get("graceid") or row["superevent_id"] for row in rows]


def test_a_row_is_the_event(client: Client, three: List[str]) -> None:
    """A search gives what reading one by one gives; newest first unless told otherwise."""
    rows = list(client.events.search(query=between(three)))
    assert rows == [client.events[gid].get() for gid in reversed(three)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, [2, 1, 0]),
        ("created", [0, 1, 2]),
        ("-created", [2, 1, 0]),
        ("far", [0, 2, 1]),
        ("-far", [1, 2, 0]),
        ("gpstime", [1, 2, 0]),
    ],
)
def test_sort(client: Client, three: List[str], sort: Any, order: List[int]) -> None:
    """`sort` is a field, ascending, or with ``-`` descending."""
    found = ids_of(client.events.search(between(three), sort=sort))
    assert found == [three[number] for number in order]


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
def test_every_page_is_walked(client: Client, three: List[str], count: int) -> None:
    """However few rows a page has, the query and the order hold to the end."""
    found = ids_of(client.events.search(query=between(three), sort="far", count=count))
    assert found == [three[number] for number in (0, 2, 1)]


def test_the_first_page(client: Client, three: List[str], pair: Any) -> None:
    """`get` of a collection is its first page with its envelope."""
    page = client.events.get()
    assert page["numRows"] >= len(page["events"]) >= 3
    assert set(page["links"]) == {"self", "next", "previous", "first", "last"}
    assert client.superevents.get()["superevents"][0]["links"]["self"].endswith("/")


def test_nothing_is_asked_before_the_first_row(client: Client) -> None:
    """A search that the server refuses is refused when its first row is wanted."""
    for collection in (client.events, client.superevents):
        rows = collection.search(query="((( far <")
        with pytest.raises(errors.BadRequest):
            next(rows)


def test_pages_are_asked_when_they_are_wanted(client: Client) -> None:
    """Without prefetching, what is uploaded while the first page is looked at is on the next."""
    first = making.event_id(client)
    rows = client.events.search(f"{first} .. T99999", sort="created", count=1, prefetch=0)
    making.event_id(client)
    assert next(rows)["graceid"] == first
    # The page asked for next is the second of two rows, then of three.
    last = making.event_id(client)
    assert ids_of(rows)[-1] == last


def test_the_next_page_is_on_its_way(client: Client) -> None:
    """By default one page is fetched ahead, however slowly the rows are looked at."""
    ids = [making.event_id(client) for _ in range(3)]
    rows = client.events.search(f"{ids[0]} .. {ids[-1]}", sort="created", count=1)
    assert [next(rows)["graceid"] for _ in range(3)] == ids
    assert next(rows, None) is None


def test_rows_that_shift_are_not_given_twice(client: Client) -> None:
    """An upload moves every row one further down, and onto the next page again."""
    ids = [making.event_id(client) for _ in range(2)]
    rows = client.events.search(f"{ids[0]} .. T99999", count=1)
    found = [next(rows)["graceid"]]
    making.event_id(client)
    assert [*found, *ids_of(rows)] == [ids[1], ids[0]]


def test_a_search_is_abandoned(client: Client, three: List[str]) -> None:
    """Whoever has seen enough stops, and the client goes on."""
    for row in client.events.search(between(three), count=1):
        assert row["graceid"] == three[2]
        break
    rows: Any = client.events.search(between(three), count=1)
    next(rows)
    rows.close()
    assert list(rows) == []
    assert len(list(client.events.search(between(three)))) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("{0}", [0]),
        ("{0} {2}", [2, 0]),
        ("Test gstlal far < 2e-8 {0} .. {2}", [2, 0]),
        ("gpstime: 1187000001 .. 1187000002 {0} .. {2}", [2, 1]),
        ('instruments: "H1,L1" & far = 1e-7 {0} .. {2}', [1]),
        ('submitter: "einstein" {0}', [0]),
        ("{0} label: ADVOK", []),
        ("{0} group: CBC", []),
    ],
)
def test_text_queries(client: Client, three: List[str], query: str, found: List[int]) -> None:
    """The server's query language arrives as it is written."""
    rows = client.events.search(query=query.format(*three))
    assert ids_of(rows) == [three[number] for number in found]


@pytest.mark.parametrize("query", [None, ""])
def test_no_query(client: Client, three: List[str], query: Any) -> None:
    """Without a query everything is found, Test events too."""
    rows = client.events.search(query, count=1000)
    assert set(three) <= set(ids_of(rows))


def test_a_query_that_the_server_cannot_read(client: Client) -> None:
    """The server's own words say so; a field to sort by that is none is one of those."""
    with pytest.raises(errors.BadRequest) as caught:
        list(client.events.search("no such: thing"))
    assert caught.value.detail == "Invalid query"
    with pytest.raises(errors.BadRequest, match="Cannot resolve keyword 'colour'"):
        list(client.events.search(sort="colour"))


def test_structured_queries(client: Client, newer: Client, three: List[str]) -> None:
    """A mapping is a query too: the second generation is asked, whatever the default is."""
    near: Dict[str, Any] = {"field": "far", "op": "<", "value": 5e-8}
    query = {"and": [{"field": "id", "op": "in", "value": three}, near]}
    assert ids_of(client.events.search(query, sort="far")) == [three[0], three[2]]
    assert ids_of(client.events.search(query=query, count=1)) == [three[2], three[0]]
    assert list(newer.events.search(query={"field": "id", "op": "=", "value": "T9999"})) == []
    with pytest.raises(errors.BadRequest, match="Unknown field 'colour'") as caught:
        list(client.events.search({"field": "colour", "op": "=", "value": 1}))
    assert caught.value.response.json()["error"] == "invalid_query"


def test_superevents(client: Client, pair: List[Dict[str, Any]]) -> None:
    """The same for superevents: text, structure, order and pages."""
    early, late = pair[1]["superevent_id"], pair[0]["superevent_id"]
    query = "t_0: 700000000 .. 700000003 category: Test"
    search = client.superevents.search
    assert ids_of(search(query)) == [early, late], "newest first"
    assert ids_of(search(query=query, sort="-t_0")) == [late, early]
    assert ids_of(search(query, "-t_0", count=1)) == [late, early]
    assert list(search(f"id: {early}")) == [client.superevents[early].get()] == [pair[1]]
    assert ids_of(search(f"{query} label: DQV")) == [early]
    assert list(search("t_0: 700000000 .. 700000003")) == [], "Test must be asked for"

    times = {"field": "t_0", "op": "between", "value": [700000000, 700000003]}
    test = {"field": "category", "op": "=", "value": "Test"}
    assert ids_of(search({"and": [times, test]}, sort="t_0")) == [early, late]
    assert ids_of(search({"and": [times, {"not": test}]})) == []
    with pytest.raises(errors.BadRequest, match="Invalid query"):
        list(search("no such: thing"))
