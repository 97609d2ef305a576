"""Lists of events: pages, their links, orders, forms; and neighbours in time."""

from __future__ import annotations

import json
from typing import Dict, List
from urllib.parse import parse_qs, urlsplit

import pytest

from . import uploads
from .conftest import Api


@pytest.fixture
def seven(api: Api) -> List[str]:
    """Make seven events that only one query finds."""
    when = (1100000000, 0)
    if not api.get("events/", params={"query": "group: Test 1100000000"}).json()["numRows"]:
        for _ in range(7):
            api.event(data=uploads.coinc_xml(gpstime=when))
    found = api.get("events/", params={"query": "group: Test 1100000000"}).json()
    return [each["graceid"] for each in found["events"]]


QUERY = "group: Test 1100000000"


def test_next_leads_through_every_page(api: Api, seven: List[str]) -> None:
    """Each event once, newest first; the last page's next is null; queries are kept."""
    found, pages = [], 0
    url = f"events/?count=3&query={QUERY.replace(' ', '%20')}"
    while url:
        body = api.get(url).json()
        found += [each["graceid"] for each in body["events"]]
        assert body["numRows"] == 7
        url, pages = body["links"]["next"], pages + 1
    assert (found, pages) == (seven, 3)
    assert seven == sorted(seven, reverse=True)


def test_the_other_links_are_as_odd_as_the_servers(api: Api, seven: List[str]) -> None:
    """`self` verbatim; `previous` without a start of 0; `first` and `last` lose the query."""
    url = f"{api.root}events/?start=3&query=group:+Test+1100000000&count=3"
    links = api.get(url).json()["links"]
    assert list(links) == ["self", "next", "previous", "first", "last"]
    assert links["self"] == url
    assert parse_qs(urlsplit(links["next"]).query) == {
        "count": ["3"],
        "query": [QUERY],
        "start": ["6"],
    }
    assert "start" not in parse_qs(urlsplit(links["previous"]).query)
    assert links["first"] == f"{api.root}events/"
    assert links["last"] == f"{api.root}events/?start=7.0&count=3"


@pytest.mark.parametrize(
    ("parameters", "length"),
    [
        ({"count": "0"}, 7),
        ({"count": "-1"}, 7),
        ({"count": "x"}, 7),
        ({"count": "2"}, 2),
        ({"count": "99999999999999999999"}, 7),
        ({"start": "-5"}, 7),
        ({"start": "x"}, 7),
        ({"start": "5"}, 2),
        ({"start": "99"}, 0),
        ({"start": "99999999999999999999"}, 0),
        ({"start": "9" * 5000}, 0),
        ({"start": "-99999999999999999999"}, 7),
        ({"columns": "graceid"}, 7),
    ],
)
def test_nonsense_is_the_default(
    api: Api, seven: List[str], parameters: Dict[str, str], length: int
) -> None:
    """Bad numbers are ignored, an offset beyond the end is an empty page."""
    answer = api.get("events/", params={"query": QUERY, **parameters})
    assert answer.status_code == 200
    assert len(answer.json()["events"]) == length


def test_an_order_can_be_asked_for(api: Api, seven: List[str]) -> None:
    """By a field's name, or `-` and its name; an unknown one is refused."""
    for sort, wanted in (("created", seven[::-1]), ("-id", seven), ("id", seven[::-1])):
        body = api.get("events/", params={"query": QUERY, "sort": sort}).json()
        assert [each["graceid"] for each in body["events"]] == wanted
    bad = api.get("events/", params={"sort": "nope"})
    assert bad.status_code == 400
    assert bad.json()["error"].startswith("Cannot resolve keyword 'nope' into field. Choices are:")


def test_a_query_hides_test_events_and_none_does_not(api: Api, seven: List[str]) -> None:
    """Test events are found when nothing or Test is asked for."""
    assert api.get("events/").json()["numRows"] >= 7
    assert api.get("events/?query=").json()["numRows"] >= 7
    assert api.get("events/", params={"query": "1100000000"}).json()["numRows"] == 0
    assert api.get("events/", params={"query": f"gid: {seven[0]} Test"}).status_code in (200, 400)


def test_a_bad_query_is_refused_in_every_dialect(api: Api, renewed: Api) -> None:
    """v1 in two words, the structured v2 with a message; text is no document."""
    bad = api.get("events/", params={"query": "nonsense!"})
    assert (bad.status_code, bad.text) == (400, '{"error":"Invalid query"}')
    structured = api.get("v2/events/", params={"query": QUERY})
    assert structured.status_code == 400
    assert structured.json()["error"] == "invalid_query"
    assert renewed.get("events/", params={"query": "group: Test"}).status_code == 200


def test_structured_searches_come_by_url_and_by_body(api: Api, seven: List[str]) -> None:
    """The same document gives the same rows; only v2 has the second way."""
    when = {"field": "gpstime", "op": "=", "value": 1100000000}
    leaf = json.dumps({"and": [when, {"field": "group", "op": "=", "value": "Test"}]})
    by_url = api.get("v2/events/", params={"query": leaf})
    assert by_url.status_code == 200, by_url.text
    headers = {"Content-Type": "application/json"}
    by_body = api.post("v2/events/search/?count=3", data=leaf, headers=headers).json()
    assert by_url.json()["numRows"] == by_body["numRows"] == 7
    assert len(by_body["events"]) == 3
    assert api.post("v1/events/search/", data=leaf, headers=headers).status_code == 404


def test_older_forms_of_the_list(api: Api, seven: List[str]) -> None:
    """Tab-separated values still work; XML does not, and says so."""
    parameters = {"query": QUERY}
    table = api.get(
        "events/", params=parameters, headers={"Accept": "text/tab-separated-values"}
    ).text.splitlines()
    assert table[0].split("\t")[0] == "#graceid"
    assert [line.split("\t")[0] for line in table[1:]] == seven
    assert table[1].split("\t")[4] == "None"
    for answer in (
        api.get("events/", headers={"Accept": "application/xml"}),
        api.get("events/?format=xml"),
        api.get(f"events/{seven[0]}?format=xml"),
    ):
        assert answer.status_code == 400
        assert answer.text.startswith("ligolw-xml rendering has been disabled")


def test_neighbours_are_of_the_same_class_and_near(api: Api) -> None:
    """Five seconds unless asked otherwise, by time, without the event itself."""

    def at(seconds: int, group: str = "Test") -> str:
        return api.event(data=uploads.coinc_xml(gpstime=(1150000000 + seconds, 0)), group=group)

    later, centre, earlier, far = at(5), at(0), at(-4), at(6)
    at(1, "CBC")
    url = f"events/{centre}/neighbors/"
    body = api.get(url).json()
    assert [each["graceid"] for each in body["neighbors"]] == [earlier, later]
    assert (body["numRows"], list(body["links"])) == (2, ["self", "event"])
    assert "superevent_neighbours" in body["neighbors"][0]
    wide = api.get(url, params={"neighborhood": "0,7"}).json()
    assert [each["graceid"] for each in wide["neighbors"]] == [later, far]
    single = api.get(url, params={"neighborhood": "6"}).json()
    assert [each["graceid"] for each in single["neighbors"]] == [far]
    for odd in ("x", "nan", "1e400,5", ","):
        assert api.get(url, params={"neighborhood": odd}).status_code == 500
