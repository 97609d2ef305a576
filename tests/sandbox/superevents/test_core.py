"""Superevents made, read, changed, confirmed: shapes, texts, and what the logs say."""

from __future__ import annotations

import pytest

KEYS = [
    "superevent_id", "gw_id", "category", "created", "submitter", "preferred_event", "em_type",
    "t_start", "t_0", "t_end", "gw_events", "em_events", "far", "time_coinc_far",
    "space_coinc_far", "labels", "links", "preferred_event_data", "pipeline_preferred_events",
]  # fmt: skip


def test_made_read_changed_and_found_are_one_rendering(boss, made):
    sid = made["superevent_id"]
    assert list(made) == KEYS
    assert boss.get(f"superevents/{sid}/").body == made
    found = boss.get("superevents/", params={"query": f"{sid} category: Test"}).body
    assert found["superevents"] == [made]
    assert found["numRows"] == 1


def test_a_superevent_is_what_was_asked_for(boss, made):
    event = made["preferred_event"]
    assert made["superevent_id"].startswith("TS800106")
    assert (made["category"], made["t_0"], made["submitter"]) == ("Test", 2.0, "albert.einstein")
    assert made["gw_events"] == [event]
    assert made["em_events"] == []
    assert made["preferred_event_data"]["graceid"] == event
    assert made["preferred_event_data"]["superevent"] == made["superevent_id"]
    assert made["far"] == made["preferred_event_data"]["far"]
    assert list(made["links"]) == [
        "events", "labels", "logs", "files", "self", "voevents", "emobservations",
    ]  # fmt: skip
    assert boss.get(made["links"]["self"]).body == made


@pytest.mark.parametrize("encoding", ["json", "data"])
def test_creation_logs_what_it_did(boss, encoding):
    preferred, other = boss.event(), boss.event()
    body = {
        "t_start": "1.5",
        "t_0": "2",
        "t_end": "3",
        "category": "T",
        "preferred_event": f" {preferred.lower()} ",
        "events": [other],
        "labels": ["INJ", "DQV"],
    }
    status, made = boss.post("superevents/", **{encoding: body})
    sid = made["superevent_id"]
    assert status == 201
    assert made["gw_events"] == [preferred, other]
    assert made["labels"] == ["DQV", "INJ"]
    assert boss.comments(f"superevents/{sid}/") == (
        f"Superevent created with t_start=1.500000, t_0=2.000000, t_end=3.000000, "
        f"preferred_event={preferred}, events={other}",
        "Added label: INJ",
        "Added label: DQV",
    )
    assert (
        boss.comments(f"events/{preferred}/")[-1] == f"Set as preferred event for superevent: {sid}"
    )
    assert boss.comments(f"events/{other}/")[-1] == f"Added to superevent: {sid}"


def test_a_json_float_is_rounded_but_form_digits_are_refused(boss):
    assert boss.superevent(t_0=1000000000.12345678)["t_0"] == 1000000000.123457
    body = {"t_start": 1, "t_0": "1.1234567", "t_end": 3, "category": "T"}
    body["preferred_event"] = boss.event()
    assert boss.post("superevents/", data=body) == (
        400,
        "Ensure that there are no more than 6 decimal places.",
    )


def test_numbers_count_per_day_and_category(boss):
    first, second = (boss.superevent(t_0=1187008882)["superevent_id"] for _ in range(2))
    assert (first, second) == ("TS170817a", "TS170817b")
    assert boss.superevent(t_0=1187008882, category="M")["superevent_id"] == "MS170817a"
    assert boss.superevent(t_0=1187008882, category="P")["superevent_id"] == "S170817a"


WHOLE = {"t_start": 1, "t_0": 2, "t_end": 3, "preferred_event": "T1", "category": "T"}


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"t_start": None, "t_end": None}, ["This field is required."] * 2),
        ({"t_0": "soon"}, "A valid number is required."),
        ({"category": "Test"}, '"Test" is not a valid choice.'),
        ({"preferred_event": 12}, "Event graceid must be a string."),
        ({"preferred_event": "X12"}, "Not a valid graceid."),
        ({"preferred_event": "t99999999"}, "Event with graceid T99999999 does not exist."),
        ({"events": ["T1", "G99999999"]}, 1),
        ({"events": "T1"}, 'Expected a list of items but got type "str".'),
        ({"labels": ["FOO"]}, "Object with name=FOO does not exist."),
    ],
)
def test_fields_that_are_refused(boss, made, changes, body):
    given = {**WHOLE, **changes}
    given = {key: value for key, value in given.items() if value is not None}
    if given.get("preferred_event") == "T1":
        given["preferred_event"] = made["preferred_event"]
    if "events" in changes and isinstance(changes["events"], list):
        given["events"] = [made["preferred_event"], changes["events"][1]]
    assert boss.post("superevents/", json=given) == (400, body)


def test_null_is_not_a_value(boss):
    assert boss.post("superevents/", json={**WHOLE, "t_0": None, "preferred_event": None}) == (
        400,
        ["This field may not be null."] * 2,
    )


def test_cross_checks_come_in_their_order(boss, made):
    taken, free = made["preferred_event"], boss.event()
    external = boss.event(group="External", pipeline="Fermi", search="GRB")
    labels = ["ADVOK", "H1NO", "INJ"]

    def refused(**given):
        return boss.post("superevents/", json={**WHOLE, **given})

    assigned = f"Event {taken} is already assigned to a Superevent"
    kind = (
        f"Event {free} is of type 'Test', and cannot be assigned to a superevent of type "
        "'Production'"
    )
    protected = (
        "The following label(s) are managed by anautomated process and cannot be manually "
        "added: ADVOK, H1NO"
    )
    assert refused(preferred_event=taken, category="P", labels=labels) == (400, assigned)
    assert refused(preferred_event=free, category="P", labels=labels) == (400, kind)
    assert refused(preferred_event=free, events=[taken], labels=labels) == (400, assigned)
    assert refused(preferred_event=free, labels=labels, t_0=9e9) == (400, protected)
    assert refused(preferred_event=external, category="P", t_0=9e9) == (
        400,
        "{'preferred_event': ['External event cannot be set as preferred']}",
    )
    assert refused(preferred_event=free, t_0=9e9) == (
        400,
        "{'t_0': ['t_0 out of range: we require that 1980-01-01 00:00:00+00:00 <= t_0 < "
        "2080-01-01 00:00:00+00:00']}",
    )


def test_what_a_refused_creation_began_is_undone(boss):
    free = boss.event()
    before = boss.comments(f"events/{free}/")
    boss.post("superevents/", json={**WHOLE, "preferred_event": free, "labels": ["ADVOK"]})
    assert boss.get(f"events/{free}").body["superevent"] is None
    assert boss.comments(f"events/{free}/") == before


def test_external_events_are_members_of_another_kind(boss):
    external = boss.event(group="External", pipeline="Fermi", search="GRB")
    made = boss.superevent(category="P", events=[external])
    assert (made["gw_events"], made["em_events"]) == ([made["preferred_event"]], [external])


def test_changes_are_applied_and_logged_once_each(boss, made, path):
    old, new = made["preferred_event"], boss.event()
    status, changed = boss.patch(
        path, json={"t_start": 1, "t_0": 5.5, "preferred_event": new, "em_type": "E12"}
    )
    assert status == 200
    assert (changed["t_0"], changed["preferred_event"], changed["em_type"]) == (5.5, new, "E12")
    assert changed["gw_events"] == [old, new]
    assert changed["superevent_id"] == made["superevent_id"]
    assert boss.comments(path)[-1] == (
        f"Updated superevent parameters: t_0: 2.000000 -> 5.500000, "
        f"preferred_event: {old} -> {new}, em_type: None -> E12"
    )
    sid = made["superevent_id"]
    assert (
        boss.comments(f"events/{old}/")[-1] == f"Removed as preferred event for superevent: {sid}"
    )
    assert boss.comments(f"events/{new}/")[-1] == f"Set as preferred event for superevent: {sid}"


@pytest.mark.parametrize("body", [{}, {"t_0": 2}, {"t_0": 2.0, "labels": ["INJ"], "category": "P"}])
def test_a_change_that_changes_nothing_is_refused(boss, path, body):
    assert boss.patch(path, json=body) == (400, "Request would not modify the superevent")


def test_changes_that_are_refused(boss, made, path):
    taken = boss.superevent()["preferred_event"]
    external = boss.event(group="External", pipeline="Fermi", search="GRB")

    def refused(**given):
        status, body = boss.patch(path, json=given)
        assert status == 400
        return body

    assert refused(preferred_event=None) == "This field may not be null."
    assert refused(preferred_event=taken) == f"Event {taken} is already assigned to a Superevent"
    assert "External event cannot be" in refused(preferred_event=external)
    assert "t_0 out of range" in refused(t_0=5e9)
    assert boss.get(path).body == made


def test_a_confirmed_superevent_has_two_names(boss):
    first, second = (boss.superevent(t_0=1300000000) for _ in range(2))
    confirm = "superevents/{}/confirm-as-gw/"
    status, confirmed = boss.post(confirm.format(second["superevent_id"]))
    assert status == 200
    assert confirmed["gw_id"] == "TGW210317A"
    assert confirmed["superevent_id"] == second["superevent_id"] == "TS210317b"
    assert confirmed["links"]["logs"].endswith("superevents/TGW210317A/logs/")
    assert confirmed["preferred_event_data"]["superevent"] == "TGW210317A"
    for name in ("TGW210317A", "TS210317b"):
        assert boss.get(f"superevents/{name}/").body == confirmed
        assert boss.comments(f"superevents/{name}/")[-1] == (
            "Confirmed as a gravitational wave: ID changed from TS210317b -> TGW210317A"
        )
    again = boss.post(confirm.format("TGW210317A"))
    assert again == (400, "Superevent is already confirmed as a GW")
    taken = boss.post(confirm.format(first["superevent_id"]), data={"gw_id": "TGW210317A"})
    assert taken == (400, "{'gw_id': ['Superevent with this Gw id already exists.']}")
    assert boss.post(confirm.format(first["superevent_id"])).body["gw_id"] == "TGW210317B"


def test_a_chosen_name_without_letters_leads_to_the_superevent_only(boss, made):
    sid = made["superevent_id"]
    boss.post(f"superevents/{sid}/confirm-as-gw/", data={"gw_id": f"famous-{sid}"})
    assert boss.get(f"superevents/famous-{sid}/").body["superevent_id"] == sid
    assert boss.get(f"superevents/famous-{sid}/logs/").status == 404


def test_names_are_exact_above_and_loose_below(boss, made):
    sid = made["superevent_id"]
    assert boss.get(f"superevents/{sid}!!/") == (404, {"detail": "Not found."})
    assert boss.get(f"superevents/{sid}!!/logs/").status == 200
    assert boss.get(f"superevents/{sid.upper()}/").status == 404
    assert boss.get("superevents/TS991301a/logs/") == (404, {"detail": "Not found."})


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_superevents_are_neither_replaced_nor_deleted(boss, path, method):
    assert boss.ask(method, path) == (405, {"detail": f'Method "{method}" not allowed.'})


def test_the_new_generation_speaks_of_errors_as_objects(renewed):
    boss = renewed.boss
    made = boss.superevent()
    path = f"superevents/{made['superevent_id']}/"
    text = boss.send("PATCH", path, json={}).text
    assert text == '{"error": "Request would not modify the superevent"}'
    again = boss.post(f"{path}events/", data={"event": made["preferred_event"]})
    assert again.body == {
        "error": f"Event {made['preferred_event']} is already assigned to a superevent"
    }
    old = renewed.speaking("v1")
    assert old.patch(path, json={}).body == "Request would not modify the superevent"
    assert made["preferred_event_data"]["processing_status"] == "uploaded"


@pytest.mark.parametrize("text", [rb'"\ud800"', rb'"a\u0000b"', b"1e400", b"NaN", b"[1]", b"{}"])
def test_values_that_nobody_can_keep_are_refused(boss, path, text):
    headers = {"Content-Type": "application/json"}
    body = b'{"em_type": ' + text + b"}"
    assert boss.patch(path, data=body, headers=headers).status == 400
