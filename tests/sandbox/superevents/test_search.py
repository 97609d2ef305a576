"""Finding superevents: pages, orders, words, documents."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="session")
def five(world):
    """Five test superevents of a day of their own, in order of creation."""
    times = (5, 3, 1, 4, 2)
    return [
        world.boss.superevent(t_0=1400000000 + t, t_start=t, labels=["PE_READY"])["superevent_id"]
        for t in times
    ]


QUERY = "category: Test t_0: 1400000000 .. 1400000010"


def ids(body):
    return [row["superevent_id"] for row in body["superevents"]]


def test_the_newest_come_first(boss, five):
    status, body = boss.get("superevents/", params={"query": QUERY})
    assert status == 200
    assert list(body) == ["numRows", "superevents", "links"]
    assert body["numRows"] == 5
    assert ids(body) == five[::-1]
    assert body["links"]["next"] is None
    assert body["links"]["previous"] is None
    assert body["links"]["first"] == f"{boss.url}superevents/"


@pytest.mark.parametrize(
    ("sort", "order"),
    [("t_0", [2, 4, 1, 3, 0]), ("-t_0", [0, 3, 1, 4, 2]), ("nonsense", [4, 3, 2, 1, 0])],
)
def test_orders(boss, five, sort, order):
    body = boss.get("superevents/", params={"query": QUERY, "sort": sort}).body
    assert ids(body) == [five[i] for i in order]


def test_pages_are_walked_by_next(boss, five):
    url, seen = "superevents/", []
    params = {"query": QUERY, "count": 2, "sort": "t_0"}
    while url:
        body = boss.get(url, params=params).body
        seen.append(ids(body))
        url, params = body["links"]["next"], None
    assert [len(page) for page in seen] == [2, 2, 1]
    assert [sid for page in seen for sid in page] == [five[i] for i in (2, 4, 1, 3, 0)]
    assert body["links"]["previous"] is not None
    assert body["links"]["last"] == f"{boss.url}superevents/?start=5.0&count=2"


@pytest.mark.parametrize("count", ["0", "-1", "many", "9" * 30])
def test_odd_counts_are_the_usual_one(boss, five, count):
    body = boss.get("superevents/", params={"query": QUERY, "count": count}).body
    assert len(body["superevents"]) == 5


def test_past_the_end_is_an_empty_page(boss, five):
    assert boss.get("superevents/", params={"query": QUERY, "start": 50}).body["superevents"] == []


def test_tests_are_found_by_name_or_category_only(boss, five):
    query = "t_0: 1400000000 .. 1400000010"
    assert boss.get("superevents/", params={"query": query}).body["numRows"] == 0
    assert boss.get("superevents/", params={"query": five[0]}).body["numRows"] == 1
    everything = boss.get("superevents/", params={"count": 1000}).body
    assert set(five) <= set(ids(everything))


def test_a_query_that_means_nothing(boss, renewed):
    status, body = boss.get("superevents/", params={"query": "foo: 1"})
    assert status == 400
    assert list(body) == ["detail"]
    status, body = renewed.boss.get("superevents/", params={"query": "foo: 1"})
    assert status == 400
    assert list(body) == ["error"]


LEAVES = [{"field": "category", "op": "=", "value": "Test"},
          {"field": "t_0", "op": "between", "value": [1400000000, 1400000010]}]  # fmt: skip


@pytest.mark.parametrize("wrapped", [True, False])
def test_version_two_searches_by_documents(world, five, wrapped):
    api = world.speaking("v2")
    query = {"and": LEAVES}
    document = {"object_type": "superevent", "query": query} if wrapped else query
    found = api.get("superevents/", params={"query": json.dumps(document)})
    posted = api.post("superevents/search/", json=document, params={"sort": "t_0", "count": 2})
    assert found.body["numRows"] == posted.body["numRows"] == 5
    assert ids(posted.body) == [five[2], five[4]]


def test_version_two_refuses_with_a_path(world):
    api = world.speaking("v2")
    document = {"and": [LEAVES[0], {"field": "nonsense", "op": "=", "value": 1}]}
    status, body = api.post("superevents/search/", json=document)
    assert status == 400
    assert list(body) == ["error", "message", "path", "version"]
    assert (body["error"], body["path"], body["version"]) == ("invalid_query", ["and", 1], "2")
    assert api.get("superevents/", params={"query": "S190425z"}).status == 400


def test_structured_searches_are_for_users_and_version_two(world):
    assert world.boss.send("POST", "superevents/search/", json={}).status_code == 404
    url = f"{world.url}v2/superevents/search/"
    assert world.nobody.send("POST", url, json={}).status_code == 403
