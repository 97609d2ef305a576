"""The newer generation of the server (2.36), whose shapes, words and functions differ."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

from gracedb_core import Client, errors

from . import making

GONE = "This functionality has been deprecated and will not be re-implemented on GraceDB"


@pytest.fixture
def made(newer: Client) -> Dict[str, Any]:
    """Make a superevent."""
    return making.superevent(newer)


def things(newer: Client, made: Dict[str, Any]) -> List[Any]:
    """Go to an event and to a superevent."""
    return [newer.events[made["preferred_event"]], newer.superevents[made["superevent_id"]]]


def test_the_generation_is_the_newer_one(newer: Client) -> None:
    """Its root says so, so that these tests mean what they say."""
    root = newer.get()
    assert (root["api-default"], root["server-version"][:4]) == ("v2", "2.36")
    assert not {"em-groups", "instruments"} & set(root)


def test_lists_have_the_same_shape_here(newer: Client, made: Dict[str, Any]) -> None:
    """Logs under another key, files in a list: what is returned is what it was."""
    for thing in things(newer, made):
        row = thing.logs.create("a file", filename="a.txt", filecontents=b"data", tags={"pe"})
        assert thing.logs.get()[row["N"] - 1] == row == thing.logs[row["N"]].get()
        assert {"a.txt": None, "a.txt,0": None}.items() <= thing.files.get().items()
        assert making.contents(thing, "a.txt,0") == b"data"
        assert thing.labels.create("DQV") is not None
        assert making.label_names(thing) == ["DQV"]
        assert [tag["name"] for tag in thing.logs[row["N"]].tags.get()] == ["pe"]
        assert thing.logs[row["N"]].tags.delete("pe") is None
        assert thing.labels.delete("DQV") is None


def test_an_events_label_is_answered_with_an_object(newer: Client) -> None:
    """The object is no longer inside a string, and comes back the same."""
    labels = newer.events[making.event_id(newer)].labels
    assert labels.create("DQV") == {}
    assert "already labeled" in labels.create("DQV")["warning"]


def test_what_is_gone_says_so(newer: Client, made: Dict[str, Any]) -> None:
    """410 has an error of its own, with the server's sentence."""
    event, superevent = things(newer, made)
    empty: List[Any] = []
    lists = dict.fromkeys(
        ("ra_list", "dec_list", "ra_width_list", "dec_width_list", "start_time_list",
         "duration_list"), empty)  # fmt: skip
    for call in (
        event.voevents.get,
        event.voevents[1].get,
        event.emobservations.get,
        superevent.emobservations.get,
        lambda: event.voevents.create("preliminary"),
        lambda: superevent.voevents.create("preliminary"),
        lambda: event.emobservations.create("Test", **lists),
        lambda: superevent.emobservations.create("Test", **lists),
        lambda: event.update_grbevent(ra=1.0),
    ):
        with pytest.raises(errors.Gone) as caught:
            call()
        assert (caught.value.status, caught.value.detail) == (410, GONE)
    assert superevent.voevents.get() == []


def test_its_refusals_have_one_envelope(newer: Client, made: Dict[str, Any]) -> None:
    """What programs compare to the byte is in the body, what people read in the detail."""
    event, superevent = things(newer, made)
    sid, gid = made["superevent_id"], made["preferred_event"]
    superevent.labels.create("DQV")
    superevent.logs[1].tags.create("pe")
    for call, says in (
        (lambda: superevent.labels.create("DQV"), f"Label DQV already applied to superevent {sid}"),
        (lambda: superevent.logs[1].tags.create("pe"),
         "Tag is already applied to this log message"),
        (lambda: newer.superevents.update(sid, t_0=made["t_0"]),
         "Request would not modify the superevent"),
        (lambda: superevent.add(gid), f"Event {gid} is already assigned to a superevent"),
        (lambda: event.labels.create("FOO"), "No such Label 'FOO'"),
    ):  # fmt: skip
        with pytest.raises(errors.BadRequest) as caught:
            call()
        assert caught.value.detail == says
        assert caught.value.body == json.dumps({"error": says}).encode()
        assert caught.value.response.json() == {"error": says}


def test_reserve_and_upload(newer: Client) -> None:
    """An id is reserved now, its data follow later, once."""
    reserved = newer.events.reserve(
        group="Test", pipeline="gstlal", search="LowMass", replay_id="O3-calls"
    )
    gid = reserved["graceid"]
    assert (reserved["submitter"], reserved["replay_id"]) == ("albert.einstein", "O3-calls")
    assert (reserved["gpstime"], reserved["search"]) == (None, "LowMass")
    event = newer.events[gid]
    found = newer.events.search("Test replay_id: O3-calls")
    assert next(found)["graceid"] == gid
    made = event.upload("coinc.xml", making.COINC, labels=("DQV", "INJ"))
    assert (made["graceid"], made["far"], made["labels"]) == (gid, 3.5e-12, ["DQV", "INJ"])
    assert made["search"] == "LowMass"
    assert making.contents(event, "coinc.xml,0") == making.COINC
    with pytest.raises(errors.Conflict, match="already has its data"):
        event.upload("coinc.xml", making.COINC)
    with pytest.raises(errors.BadRequest, match="Malformed replay_id"):
        newer.events.reserve(group="Test", pipeline="gstlal", replay_id="a b")


def test_reserving_by_content(newer: Client) -> None:
    """What was reserved under a content id is found by it."""
    content_id = "00000000-0000-4000-8000-" + f"{making.moment():012d}"
    reserved = newer.events.reserve(group="Test", pipeline="gstlal", content_id=content_id)
    assert newer.events[content_id].get()["graceid"] == reserved["graceid"]
    newer.events[content_id].upload(filecontents=making.COINC)
    assert newer.events[reserved["graceid"]].logs[1].get()["filename"] == "initial.data"


def test_replays(newer: Client) -> None:
    """An event says which replay it belongs to; a malformed one is dropped with a warning."""
    assert making.event(newer, replay_id="O3-replay")["replay_id"] == "O3-replay"
    made = making.event(newer, replay_id="not one")
    assert made["replay_id"] is None
    assert made["warnings"] == ["Ignoring malformed replay_id 'not one'"]


def notice(sid: str, **changes: Any) -> Dict[str, Any]:
    """Write a notice as alerts are."""
    event = {
        "significant": True, "far": 1e-9, "time": "2023-04-13T19:53:33Z",
        "instruments": ["H1", "L1"], "classification": {"BNS": 0.75, "Terrestrial": 0.25},
        "properties": {"HasNS": 1.0},
    }  # fmt: skip
    return {
        "alert_type": "PRELIMINARY", "time_created": "2023-04-13T19:54:00Z",
        "superevent_id": sid, "urls": {"gracedb": "https://gracedb.example/"}, "event": event,
        **changes,
    }  # fmt: skip


def test_notices(newer: Client, made: Dict[str, Any], tmp_path: Any) -> None:
    """A notice is stored to the byte, and what it says is read."""
    sid = made["superevent_id"]
    here = newer.superevents[sid]
    assert here.notices.get() == []
    data = json.dumps(notice(sid), indent=3).encode()
    row = here.notices.create(filecontents=data)
    assert (row["N"], row["notice_type"]) == (1, "PR")
    assert row["filename"] == f"{sid}-1-preliminary.json"
    assert (row["prob_bns"], row["prob_has_ns"]) == (0.75, 1.0)
    assert here.notices[1].get() == row
    assert making.contents(here, row["filename"]) == data

    path = tmp_path / "update.txt"
    path.write_bytes(json.dumps(notice(sid, alert_type="UPDATE")).encode())
    second = here.notices.create(filename=path)
    assert (second["N"], second["notice_type"]) == (2, "UP")
    assert here.notices.get() == [row, second]
    for document, says in (
        (notice("S190425z"), "S190425z"),
        (notice(sid, alert_type="RUMOUR"), "RUMOUR"),
        ({}, "lacks"),
    ):
        with pytest.raises(errors.BadRequest, match=says):
            here.notices.create("notice.json", json.dumps(document))
    with pytest.raises(errors.NotFound):
        here.notices[3].get()
    assert len(here.notices.get()) == 2


def test_what_older_servers_lack(client: Client) -> None:
    """There, what only newer ones have is not found; nothing else comes of it."""
    made = making.superevent(client)
    here = client.superevents[made["superevent_id"]]
    before = making.census(client)
    for call in (
        here.notices.get,
        lambda: here.notices.create(filecontents=b"{}"),
        lambda: client.events.reserve(group="Test", pipeline="gstlal"),
        lambda: client.events[made["preferred_event"]].upload("a.xml", making.COINC),
    ):
        with pytest.raises(errors.NotFound):
            call()
    assert making.census(client) == before


def test_the_rest_is_the_same(newer: Client, made: Dict[str, Any]) -> None:
    """Members, preference, exposure and signoffs are as they were."""
    here = newer.superevents[made["superevent_id"]]
    other = making.event_id(newer)
    here.add(other)
    here.pipeline_preferred_events.add(other)
    assert here.pipeline_preferred_events.get() == [other]
    here.expose()
    assert here.is_exposed()
    here.labels.create("ADVREQ")
    here.signoff("ADV", "NO", "not this one")
    assert here.signoffs["ADV"].get()["comment"] == "not this one"
    assert making.label_names(here) == ["ADVNO"]
    assert here.events.get()[1]["graceid"] == other
    changed = newer.superevents.update(made["superevent_id"], preferred_event=other)
    assert changed["preferred_event"] == other
    here.unexpose()
    assert not here.is_exposed()
