"""Who sees what, who may do what, and in which order a request is refused."""

from __future__ import annotations

import pytest

ANONYMOUS = (403, {"detail": "Authentication credentials were not provided."})
NOT_FOUND = (404, {"detail": "Not found."})
DEFAULT = "You do not have permission to perform this action."


def test_exposing_and_hiding_again(world, boss, path):
    assert boss.get(f"{path}permissions/").body["permissions"] == []
    rows = [
        {"group": "lvem_observers", "permission": "view_superevent"},
        {"group": "lvem_observers", "permission": "annotate_superevent"},
        {"group": "public_users", "permission": "view_superevent"},
    ]
    modify = f"{path}permissions/modify/"
    for _ in range(2):
        assert boss.post(modify, data={"action": "expose"}) == (200, rows)
    assert boss.get(f"{path}permissions/").body["permissions"] == rows
    assert world.nobody.get(path).status == 200
    for _ in range(2):
        assert boss.post(modify, json={"action": "hide"}) == (200, [])
    assert world.nobody.get(path) == NOT_FOUND
    assert boss.comments(path)[1:] == (
        "Exposed to LV-EM observers and the general public.",
        "Hidden from LV-EM observers and the general public.",
    )
    assert boss.post(modify, data={}) == (400, "action must be 'expose' or 'hide'")


def test_nobody_sees_a_reduced_superevent(world, boss, exposed):
    body = world.nobody.get(exposed).body
    assert not {"preferred_event", "gw_events", "em_events"} & set(body)
    assert "events" not in body["links"]
    # An oversight of the server's.
    assert body["preferred_event_data"]["graceid"]
    assert set(body["preferred_event_data"]["extra_attributes"]) == {"SingleInspiral"}
    assert set(body["preferred_event_data"]["extra_attributes"]["SingleInspiral"][0]) == {
        "ifo", "end_time", "end_time_ns",
    }  # fmt: skip
    event = boss.get(exposed).body["preferred_event"]
    boss.post(f"{exposed}pipeline_preferred_events/", data={"event": event})
    (preferred,) = world.nobody.get(exposed).body["pipeline_preferred_events"].values()
    assert list(preferred) == ["graceid", "group", "pipeline", "search", "gpstime", "far"]
    assert preferred["search"] == ""
    assert "gw_events" in world.observer.get(exposed).body


def test_searches_find_what_the_caller_may_see(world, boss, made, exposed):
    hidden = boss.superevent()["superevent_id"]
    for api in (world.nobody, world.observer):
        found = api.get("superevents/").body["superevents"]
        ids = [row["superevent_id"] for row in found]
        assert made["superevent_id"] in ids
        assert hidden not in ids


NESTED = (
    "events/", "pipeline_preferred_events/", "labels/", "logs/", "logs/1/", "logs/1/tags/",
    "files/", "voevents/", "emobservations/", "signoffs/", "permissions/",
)  # fmt: skip


@pytest.mark.parametrize("part", ["", *NESTED])
def test_what_is_hidden_is_not_there(world, path, part):
    assert world.nobody.get(path + part) == NOT_FOUND
    assert world.observer.get(path + part) == NOT_FOUND


@pytest.mark.parametrize("part", ["events/", "labels/", "logs/", "voevents/", "signoffs/"])
def test_hidden_comes_before_forbidden_below_a_superevent(world, path, part):
    assert world.nobody.post(path + part, json={}) == NOT_FOUND


def test_forbidden_comes_before_hidden_at_the_top(world, path):
    assert world.nobody.patch(path, json={}) == ANONYMOUS
    assert world.nobody.post("superevents/", json={}) == ANONYMOUS
    assert world.nobody.post(f"{path}confirm-as-gw/") == ANONYMOUS
    assert world.observer.patch(path, json={}) == NOT_FOUND


WRITES = {
    "events/": ("POST", {"event": "T1"}, "You are not allowed to add events to test superevents."),
    "pipeline_preferred_events/": (
        "POST", {"event": "T1"}, "You are not allowed to add events to test superevents.",
    ),
    "labels/": (
        "POST", {"name": "INJ"}, "You do not have permission to add labels to superevents.",
    ),
    "labels/INJ/": ("DELETE", {}, "You do not have permission to remove labels from superevents."),
    "voevents/": ("POST", {}, "You do not have permission to create VOEvents."),
    "signoffs/": ("POST", {}, "You do not have permission to create superevent signoffs."),
    "signoffs/ADV/": ("DELETE", {}, "You do not have permission to delete superevent signoffs."),
    "permissions/modify/": (
        "POST", {"action": "hide"}, "You are not allowed to hide superevents.",
    ),
    "": ("PATCH", {"t_0": 1}, "You are not allowed to change test superevents."),
    "confirm-as-gw/": (
        "POST", {}, "You are not allowed to confirm test superevents as GWs.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", sorted(WRITES))
def test_outsiders_change_nothing(world, boss, exposed, part):
    boss.post(f"{exposed}labels/", data={"name": "INJ"})
    method, body, text = WRITES[part]
    assert world.nobody.ask(method, exposed + part, json=body) == ANONYMOUS
    assert world.observer.ask(method, exposed + part, json=body) == (403, {"detail": text})


def test_outsiders_read_no_rights_and_no_signoffs(world, exposed):
    assert world.nobody.get(f"{exposed}permissions/") == ANONYMOUS
    assert world.nobody.get(f"{exposed}signoffs/") == ANONYMOUS
    assert world.observer.get(f"{exposed}permissions/").body == {
        "detail": "You are not allowed to view superevent permissions."
    }
    assert world.observer.get(f"{exposed}signoffs/").body == {
        "detail": "You do not have permission to view superevent signoffs."
    }


def test_observers_log_but_do_not_tag(world, boss, exposed):
    boss.post(f"{exposed}logs/1/tags/", data={"name": "lvem"})
    logs = f"{exposed}logs/"

    def refused(path, **body):
        status, answer = world.observer.post(path, json=body)
        assert status == 403
        return answer["detail"]

    assert refused(logs, comment="c", tagname=["pe"]) == (
        "You are not allowed to post log messages with tags."
    )
    assert refused(f"{logs}1/tags/", name="pe") == "You are not allowed to tag log messages."
    assert world.observer.delete(f"{logs}1/tags/lvem") == (
        403,
        {"detail": "You are not allowed to remove tags from log messages."},
    )
    assert refused(f"{logs}1/tags/", name="pe") == "You are not allowed to tag log messages."
    assert refused(logs, comment="c", label="INJ") == (
        "You do not have permission to add labels to superevents."
    )


def test_colleagues_expose_nothing(world, boss, path):
    logs = f"{path}logs/"
    texts = {
        "lvem": "You are not allowed to {} LV-EM partners by {} the 'lvem' tag.",
        "public": "You are not allowed to {} the public by {} the 'public' tag.",
    }
    boss.post(f"{logs}1/tags/", data={"name": "public"})
    for tag, text in texts.items():
        applying = text.format("expose superevent log messages to", "applying")
        removing = text.format("hide superevent log messages from", "removing")
        for path_, body in (
            (logs, {"comment": "c", "tagname": [tag]}),
            (f"{logs}1/tags/", {"name": tag}),
        ):
            assert world.colleague.post(path_, json=body) == (403, {"detail": applying})
        assert world.colleague.delete(f"{logs}1/tags/{tag}") == (403, {"detail": removing})


def test_test_superevents_are_everybodys_production_is_the_managers(world, boss):
    test = world.colleague.superevent()
    production = boss.superevent(category="P")
    path = f"superevents/{production['superevent_id']}/"
    body = {"t_start": 1, "t_0": 2, "t_end": 3, "preferred_event": boss.event(group="CBC")}
    assert test["submitter"] == "marie.curie"

    def refused(method, path, **body):
        status, answer = world.colleague.ask(method, path, json=body)
        assert status == 403
        return answer["detail"]

    assert refused("POST", "superevents/", **body, category="P") == (
        "You are not allowed to create superevents."
    )
    assert refused("POST", "superevents/", **body) == "You are not allowed to create superevents."
    assert refused("POST", "superevents/", **body, category="M") == (
        "You are not allowed to create MDC superevents."
    )
    assert refused("PATCH", path, t_0=1) == "You are not allowed to change superevents."
    assert refused("POST", f"{path}confirm-as-gw/") == (
        "You are not allowed to confirm superevents as GWs."
    )
    assert refused("POST", f"{path}events/", event="G1") == (
        "You are not allowed to add events to superevents."
    )
    assert refused("DELETE", f"{path}events/{production['preferred_event']}") == (
        "You are not allowed to remove events from superevents."
    )


def test_signing_off_is_for_those_on_duty(world, boss, path):
    given = {"signoff_type": "ADV", "instrument": "", "status": "OK", "comment": ""}
    assert world.colleague.post(f"{path}signoffs/", json=given) == (
        403,
        {"detail": "You do not have permission to create superevent signoffs."},
    )
    assert world.colleague.get(f"{path}signoffs/").status == 200
