"""The events of a superevent, and the preferred one of each pipeline."""

from __future__ import annotations

import pytest


def graceids(boss, path):
    status, body = boss.get(path)
    key = path.rstrip("/").rsplit("/", 1)[-1]
    assert status == 200
    assert list(body) == ["start", "numRows", key, "links"]
    assert body["numRows"] == len(body[key])
    return [row["graceid"] for row in body[key]]


@pytest.mark.parametrize("encoding", ["json", "data"])
def test_an_event_joins_and_leaves(boss, made, path, encoding):
    sid, preferred, event = made["superevent_id"], made["preferred_event"], boss.event()
    status, joined = boss.post(f"{path}events/", **{encoding: {"event": event}})
    assert (status, joined) == (201, {"self": f"{boss.url}events/{event}", "graceid": event})
    assert graceids(boss, f"{path}events/") == [preferred, event]
    assert boss.get(f"{path}events/{event}/").body == joined
    assert boss.comments(path)[-1] == f"Added event: {event}"
    assert boss.comments(f"events/{event}/")[-1] == f"Added to superevent: {sid}"
    assert boss.delete(f"{path}events/{event}") == (204, None)
    assert graceids(boss, f"{path}events/") == [preferred]
    assert boss.comments(path)[-1] == f"Removed event: {event}"
    assert boss.comments(f"events/{event}/")[-1] == f"Removed from superevent: {sid}"


def test_events_that_cannot_join_or_leave(boss, made, path):
    sid, event = made["superevent_id"], made["preferred_event"]
    production = boss.event(group="CBC")

    def join(graceid):
        return boss.post(f"{path}events/", json={"event": graceid})

    assert join(event) == (400, f"Event {event} is already assigned to a Superevent")
    assert join(production) == (
        400,
        f"Event {production} is of type 'Production', and cannot be assigned to a superevent of "
        "type 'Test'",
    )
    assert join("T99999999") == (400, "Event with graceid T99999999 does not exist.")
    assert boss.post(f"{path}events/") == (400, "This field is required.")
    assert boss.delete(f"{path}events/{event}/") == (
        400,
        f"Event {event} can't be removed from superevent {sid} because it is the preferred event",
    )
    assert boss.delete(f"{path}events/T99999999/") == (404, {"detail": "Not found."})
    assert boss.get(f"{path}events/{production}/").status == 404


def test_the_letter_of_a_member_is_ignored(boss, made, path):
    number = made["preferred_event"][1:].lstrip("0")
    assert boss.get(f"{path}events/G{number}/").body["graceid"] == made["preferred_event"]


def test_each_pipeline_prefers_one_event(boss, made, path):
    sid, first = made["superevent_id"], made["preferred_event"]
    second, other = boss.event(), boss.event(pipeline="spiir")
    for event in (second, other):
        boss.post(f"{path}events/", data={"event": event})
    chosen = f"{path}pipeline_preferred_events/"

    def prefer(event):
        return boss.post(chosen, json={"event": event})

    assert prefer(first).status == 201
    assert boss.comments(path)[-1] == f"Added {first} as gstlal pipeline-preferred event"
    assert boss.comments(f"events/{first}/")[-1] == (
        f"Added as gstlal pipeline-preferred event for {sid}"
    )
    assert prefer(first) == (
        400,
        f"Event {first} is already the gstlal pipeline-preferred event for {sid}",
    )
    assert prefer(other).status == 201
    assert prefer(second).status == 201
    assert boss.comments(path)[-1] == (
        f"Removed {first} and added {second} as gstlal pipeline-preferred event"
    )
    assert boss.comments(f"events/{first}/")[-1] == (
        f"Removed as gstlal pipeline-preferred event for {sid}"
    )
    assert graceids(boss, chosen) == [second, other]
    shown = boss.get(path).body["pipeline_preferred_events"]
    assert {name: event["graceid"] for name, event in shown.items()} == {
        "gstlal": second,
        "spiir": other,
    }
    assert "superevent" not in shown["gstlal"]
    assert "links" not in shown["gstlal"]


def test_preferences_that_are_refused(boss, made, path):
    sid, preferred, stranger = made["superevent_id"], made["preferred_event"], boss.event()
    chosen = f"{path}pipeline_preferred_events/"
    assert boss.post(chosen, json={"event": stranger}) == (
        400,
        f"Event {stranger} is not part of superevent {sid}",
    )
    assert boss.delete(f"{chosen}{preferred}/").status == 404
    boss.post(chosen, json={"event": preferred})
    assert boss.delete(f"{chosen}{preferred}/") == (
        400,
        f"Event {preferred} can't be removed from superevent {sid}'s pipeline preferred list "
        "because it is the preferred event",
    )


def test_a_preference_ends_by_itself_or_with_membership(boss, made, path):
    sid, chosen = made["superevent_id"], f"{path}pipeline_preferred_events/"
    one, two = boss.event(), boss.event(pipeline="spiir")
    for event in (one, two):
        boss.post(f"{path}events/", data={"event": event})
        boss.post(chosen, data={"event": event})
    assert boss.delete(f"{chosen}{one}") == (204, None)
    assert boss.comments(path)[-1] == f"Removed {one} as gstlal pipeline-preferred event"
    assert boss.comments(f"events/{one}/")[-1] == (
        f"Removed as gstlal pipeline-preferred event for {sid}"
    )
    boss.delete(f"{path}events/{two}/")
    assert graceids(boss, chosen) == []


@pytest.mark.parametrize("name", ["events", "pipeline_preferred_events"])
def test_nobody_learns_which_events_are_behind_it(world, made, exposed, name):
    detail = {"detail": "Authentication credentials were not provided."}
    assert world.nobody.get(f"{exposed}{name}/") == (403, detail)
    assert world.nobody.get(f"{exposed}{name}/{made['preferred_event']}/") == (403, detail)
    assert world.observer.get(f"{exposed}{name}/").status == 200
