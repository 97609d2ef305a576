"""Catalogues: versions that count by themselves, pages, refusals and their texts."""

from __future__ import annotations

import json
import uuid

import pytest


@pytest.fixture
def number():
    """A catalogue number of its own."""
    return uuid.uuid4().hex[:20]


def entry(made, **changes):
    whole = {"pipelines": {"gstlal": made["preferred_event"]}, "far": 1e-9, "pastro": {"BNS": 1.0}}
    return {made["superevent_id"]: {**whole, **changes}}


def test_versions_count_by_themselves(boss, made, number):
    for version in (1, 2):
        body = {"number": number, "smap": entry(made), "comment": "c"}
        status, kept = boss.post("gwtc/", json=body)
        assert status == 201
        assert kept == {
            "number": number,
            "version": version,
            "created": kept["created"],
            "submitter": "albert.einstein",
            "url": f"{boss.url}gwtc/{number}/{version}/",
            "gwtc_superevents": entry(made),
            "comment": "c",
        }
    assert boss.get(f"gwtc/{number}/latest/").body == kept
    assert boss.get(f"gwtc/{number}/LATEST/").body == kept
    assert boss.get(f"gwtc/{number}/1/").body["version"] == 1
    listed = boss.get(f"gwtc/{number}/").body
    assert list(listed) == ["count", "next", "previous", "results"]
    assert [row["version"] for row in listed["results"]] == [2, 1]


def test_pages_are_walked_by_next(boss, made, number):
    for _ in range(3):
        boss.post("gwtc/", json={"number": number, "smap": {}})
    page = boss.get(f"gwtc/{number}/", params={"count": 2}).body
    assert (page["count"], len(page["results"]), page["previous"]) == (3, 2, None)
    last = boss.get(page["next"]).body
    assert [row["version"] for row in last["results"]] == [1]
    assert last["next"] is None
    assert boss.get("gwtc/", params={"count": 1}).body["results"][0]["number"] == number


def test_the_map_may_be_text_and_the_comment_null(boss, made, number):
    body = {"number": number, "smap": json.dumps(entry(made)), "comment": None}
    status, kept = boss.post("gwtc/", json=body)
    assert (status, kept["comment"]) == (201, "")
    assert kept["gwtc_superevents"] == entry(made)


@pytest.mark.parametrize("path", ["gwtc/none/1/", "gwtc/none/latest/", "gwtc/none/x/"])
def test_versions_that_are_not_there(boss, path):
    assert boss.get(path) == (404, {"detail": "Not found."})


def test_an_unknown_number_is_an_empty_page(boss):
    assert boss.get("gwtc/none/").body["results"] == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"pipelines": {"spiir": "{e}"}},
         "Catalog Error: Pipeline of {e} (gstlal) does not match the supplied pipeline (spiir)"),
        ({"pipelines": {"gstlal": "T99999999"}},
         "Catalog Error: Event T99999999 was not found in the database."),
        ({"pipelines": {"gstlal": "nonsense"}}, "Unable to parse event nonsense"),
        ({"pipelines": ["{e}"]},
         'value corresponding to {s}["pipelines"] is not a dictionary'),
        ({"far": "x"}, "far value for {s} must be null or a valid number, not x"),
        ({"pastro": 1}, "pastro value for {s} must be null or a valid dictionary, not 1"),
    ],
)  # fmt: skip
def test_entries_that_are_refused(boss, made, number, changes, text):
    names = {"s": made["superevent_id"], "e": made["preferred_event"]}
    changed = json.loads(json.dumps(changes).replace("{e}", names["e"]))
    body = {"number": number, "smap": entry(made, **changed)}
    assert boss.post("gwtc/", json=body) == (400, text.format(**names))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("pipelines", "superevent key pipelines not found for gwtc_superevent {s}."),
        ("far", "far not found for superevent {s}"),
        ("pastro", "pastro not found for superevent {s}"),
    ],
)
def test_all_three_keys_are_compulsory(boss, made, number, key, text):
    smap = entry(made)
    del smap[made["superevent_id"]][key]
    body = {"number": number, "smap": smap}
    assert boss.post("gwtc/", json=body) == (400, text.format(s=made["superevent_id"]))


def test_strangers_are_refused(boss, made, number):
    stranger = boss.event()
    smap = entry(made, pipelines={"gstlal": stranger})
    assert boss.post("gwtc/", json={"number": number, "smap": smap}) == (
        400,
        f"Catalog Error: Event {stranger} is not part of superevent {made['superevent_id']}.",
    )
    smap = {"S190425z": {"pipelines": {}, "far": None, "pastro": None}}
    assert boss.post("gwtc/", json={"number": number, "smap": smap}) == (
        400,
        "Superevent S190425z was not found in the database.",
    )


def test_numbers_are_slugs(boss):
    assert boss.post("gwtc/", json={"number": "4 a", "smap": {}}) == (
        400,
        "Only letters, numbers, dots, underscores, and hyphens are allowed.",
    )


def test_catalogues_are_for_users_and_made_by_managers(world, number):
    detail = {"detail": "Authentication credentials were not provided."}
    assert world.nobody.get("gwtc/") == (403, detail)
    assert world.observer.get("gwtc/").status == 200
    assert world.colleague.post("gwtc/", json={"number": number, "smap": {}}) == (
        403,
        {"detail": "You do not have permission to perform this action."},
    )
