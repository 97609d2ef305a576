"""gracedb-sdk as published does all that it documents against the sandbox, call by call."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.sandbox.uploads import coinc_xml

from .conftest import ACCOUNT, GPSTIME, new_event, new_superevent
from .remote import Peer, PeerError, Steps

if TYPE_CHECKING:
    from pathlib import Path

    from gracedb_sandbox import Sandbox

pytestmark = pytest.mark.interop
Look = Callable[[str], Any]


@pytest.fixture(params=["events", "superevents"])
def subject(request: pytest.FixtureRequest, sdk: Steps) -> Any:
    """A new event, then a new superevent: (its node in the SDK, its path on the server)."""
    graceid = new_event(sdk)["graceid"]
    if request.param == "events":
        return sdk.events[graceid], f"events/{graceid}/", "log/"
    sid = new_superevent(sdk, graceid)["superevent_id"]
    return sdk.superevents[sid], f"superevents/{sid}/", "logs/"


# Events


def test_create_event(sdk: Steps, look: Look) -> None:
    """The answer to an upload is the event as it is read back."""
    created = new_event(sdk, labels=["INJ", "DQV"], offline=True)
    assert created["warnings"] == []
    assert (created["group"], created["pipeline"], created["search"]) == (
        "Test",
        "gstlal",
        "LowMass",
    )
    assert created["gpstime"] == pytest.approx(GPSTIME, abs=1e-6)
    assert (created["far"], created["instruments"]) == (3.5e-12, "H1,L1")
    assert created["offline"] is True
    read = sdk.events[created["graceid"]].get()
    assert sorted(read["labels"]) == ["DQV", "INJ"]
    assert {key: created[key] for key in ("graceid", "far", "gpstime", "labels", "created")} == {
        key: read[key] for key in ("graceid", "far", "gpstime", "labels", "created")
    }
    assert look(f"events/{created['graceid']}")["submitter"] == "albert.einstein"


def test_update_event(sdk: Steps, event: str, look: Look) -> None:
    """A replacement is answered 202 and nothing, and read anew."""
    answer = sdk.events.update(
        event, filename="coinc.xml", filecontents=coinc_xml(gpstime=(1187008999, 500000000))
    )
    assert (answer.status, answer.text) == (202, "")
    assert look(f"events/{event}")["gpstime"] == 1187008999.5
    assert "coinc.xml,0" in look(f"events/{event}/files/")
    assert "Event data replaced by new upload" in comments(look, f"events/{event}/log/")


def test_upload_without_a_name_is_initial_data(sdk: Steps, look: Look) -> None:
    created = sdk.events.create(group="Test", pipeline="gstlal", filecontents=coinc_xml())
    assert "initial.data,0" in look(f"events/{created['graceid']}/files/")


def test_compressed_upload(sdk: Steps) -> None:
    """A gzipped coincidence is read like a plain one, and comes back decompressed."""
    packed = coinc_xml(compress=True)
    created = new_event(sdk, filename="coinc.xml.gz", filecontents=packed)
    assert created["gpstime"] == pytest.approx(GPSTIME, abs=1e-6)
    got = sdk.events[created["graceid"]].files["coinc.xml.gz"].get()
    assert got == gzip.decompress(packed)


@pytest.mark.parametrize(
    ("keywords", "status", "text"),
    [
        (
            {"group": "CBC", "pipeline": "nobody"},
            400,
            '{"error":"Please provide a valid pipeline."}',
        ),
        (
            {"labels": ["NO_SUCH"]},
            400,
            '{"errors":["labels: * Select a valid choice. NO_SUCH is not one of the available '
            'choices."]}',
        ),
        (
            {"group": "NoGroup", "pipeline": "gstlal"},
            400,
            '{"errors":["group: * Select a valid choice. That choice is not one of the available '
            'choices."]}',
        ),
    ],
)
def test_refused_upload(sdk: Steps, keywords: Any, status: int, text: str) -> None:
    with pytest.raises(PeerError) as raised:
        new_event(sdk, **keywords)
    assert (raised.value.status, raised.value.text) == (status, text)


def test_search_events(sdk: Steps, event: str) -> None:
    """A search walks every page, and sorts as asked."""
    other = new_event(sdk, filecontents=coinc_xml(far=1e-3))["graceid"]
    query = f"group: Test {min(event, other)} .. {max(event, other)}"
    found = [row["graceid"] for row in sdk.events.search(query=query, sort="far", count=1)]
    assert found == [event, other]
    assert [row["graceid"] for row in sdk.events.search(query=query, sort="-far")] == [other, event]
    assert sdk.events.get()["numRows"] >= 2


def test_unknown_event(sdk: Steps) -> None:
    with pytest.raises(PeerError) as raised:
        sdk.events["G987654321"].get()
    assert (raised.value.status, raised.value.text) == (404, "Event not found.")


def test_mixed_up_ids(sdk: Steps, event: str, superevent: str) -> None:
    assert sdk.superevents[event].get()["graceid"] == event
    assert sdk.events[superevent].get()["superevent_id"] == superevent


# What events and superevents share


def comments(look: Look, path: str) -> Any:
    """The texts of all logs."""
    return [log["comment"] for log in look(path)["log"]]


def test_labels(subject: Any, look: Look) -> None:
    node, path, _ = subject
    node.labels.create("DQV")
    assert [label["name"] for label in node.labels.get()] == ["DQV"]
    assert look(path + "labels/")["labels"][0]["creator"] == "albert.einstein"
    assert node.labels.delete("DQV") is None
    assert node.labels.get() == []
    with pytest.raises(PeerError) as raised:
        node.labels.create("NO_SUCH")
    assert raised.value.status == 400


def test_labels_of_an_event_twice(sdk: Steps, event: str) -> None:
    """The first PUT is 201 with two braces in a string, the second 200 with a warning in one."""
    first = sdk.events[event].labels.create("INJ")
    assert (first.status, first.text) == (201, '"{}"')
    second = sdk.events[event].labels.create("INJ")
    assert second.status == 200
    assert second.json() == f'{{"warning": "Event {event} already labeled with \'INJ\'"}}'


def test_labels_of_a_superevent_twice(sdk: Steps, superevent: str) -> None:
    assert sdk.superevents[superevent].labels.create("INJ")["name"] == "INJ"
    with pytest.raises(PeerError) as raised:
        sdk.superevents[superevent].labels.create("INJ")
    assert raised.value.text == '"The fields superevent, name must make a unique set."'


def test_protected_label(subject: Any) -> None:
    node, _, _ = subject
    with pytest.raises(PeerError) as raised:
        node.labels.create("ADVOK")
    assert raised.value.status == 400
    assert "automated process" in raised.value.text


def test_log(subject: Any, look: Look) -> None:
    node, path, logs = subject
    log = node.logs.create(comment="plain, é", label="DQV")
    assert (log["comment"], log["filename"], log["tag_names"]) == ("plain, é", "", [])
    assert node.labels.get()[0]["name"] == "DQV"
    assert look(f"{path}{logs}")["log"][log["N"] - 1]["comment"] == "plain, é"


def test_log_with_file_and_tags(subject: Any) -> None:
    """Each tag writes a log of its own; two files of one name are two versions."""
    node, _, _ = subject
    first = node.logs.create(
        comment="a map", filename="map.fits", filecontents=b"\x00\x01", tags=["sky_loc", "my-tag"]
    )
    assert sorted(first["tag_names"]) == ["my-tag", "sky_loc"]
    second = node.logs.create(comment="a map", filename="map.fits", filecontents=b"\x02", tags="pe")
    assert (first["file_version"], second["file_version"]) == (0, 1)
    assert second["N"] == first["N"] + 3
    assert node.files["map.fits"].get() == b"\x02"
    assert node.files["map.fits,0"].get() == b"\x00\x01"
    assert {"map.fits", "map.fits,0", "map.fits,1"} <= set(node.files.get())
    assert [log["N"] for log in node.logs.get()] == list(range(1, second["N"] + 2))


def test_missing_file(subject: Any) -> None:
    node, _, _ = subject
    with pytest.raises(PeerError) as raised:
        node.files["absent.txt"].get()
    assert raised.value.status == 404


def test_tags(subject: Any) -> None:
    """The SDK deletes without the final slash, and relies on the server to redirect it."""
    node, _, _ = subject
    number = node.logs.create(comment="to be tagged")["N"]
    tags = node.logs[number].tags
    tags.create("sky_loc")
    assert [tag["name"] for tag in tags.get()] == ["sky_loc"]
    with pytest.raises(PeerError) as raised:
        tags.create("sky_loc")
    assert raised.value.status in (400, 409)
    tags.delete("sky_loc")
    assert tags.get() == []


def test_voevents(subject: Any) -> None:
    node, path, _ = subject
    node.logs.create(comment="a map", filename="map.fits", filecontents=b"x", tags="sky_loc")
    name = path.split("/")[1]
    first = node.voevents.create(voevent_type="preliminary", internal=True, BNS=0.75)
    assert (first["voevent_type"], first["N"]) == ("PR", 1)
    assert first["filename"] == f"{name}-1-Preliminary.xml"
    second = node.voevents.create(
        voevent_type="initial",
        internal=False,
        open_alert=True,
        skymap_type="BAYESTAR",
        skymap_filename="map.fits",
        ProbHasNS=0.25,
        coinc_comment=True,
    )
    assert second["filename"] == f"{name}-2-Initial.xml"
    assert [voevent["N"] for voevent in node.voevents.get()] == [1, 2]
    document = node.files[f"{name}-2-Initial.xml"].get().decode()
    assert f"ivo://gwnet/LVC#{name}-1-Preliminary" in document
    assert "map.fits" in document


def test_voevent_without_its_map(subject: Any) -> None:
    node, _, _ = subject
    with pytest.raises(PeerError) as raised:
        node.voevents.create(
            voevent_type="initial", skymap_type="BAYESTAR", skymap_filename="absent.fits"
        )
    assert raised.value.status == 400
    assert "absent.fits" in raised.value.text


# Superevents


def test_create_superevent(sdk: Steps, event: str, look: Look) -> None:
    """What is created, read and found are the same; times given as numbers are rounded."""
    other = new_event(sdk)["graceid"]
    created = new_superevent(
        sdk, event, t_0=1000000000.12345678, events=[other], labels=["INJ", "DQV"]
    )
    sid = created["superevent_id"]
    assert sid.startswith("TS110914")
    assert created["t_0"] == 1000000000.123457
    assert created["category"] == "Test"
    assert sorted(created["labels"]) == ["DQV", "INJ"]
    assert sorted(created["gw_events"]) == sorted([event, other])
    assert sdk.superevents[sid].get() == created
    assert list(sdk.superevents.search(query=f"{sid} category: Test")) == [created]
    assert look(f"events/{other}")["superevent"] == sid


def test_event_belongs_to_one_superevent(sdk: Steps, event: str, superevent: str) -> None:
    with pytest.raises(PeerError) as raised:
        new_superevent(sdk, event)
    assert raised.value.text == f'"Event {event} is already assigned to a Superevent"'


def test_update_superevent(sdk: Steps, superevent: str, look: Look) -> None:
    other = new_event(sdk)["graceid"]
    answer = sdk.superevents.update(superevent, t_start=123, t_end=None, preferred_event=other)
    assert answer.status == 200
    assert answer.json() == look(f"superevents/{superevent}/")
    assert (answer.json()["preferred_event"], answer.json()["t_start"]) == (other, 123.0)
    with pytest.raises(PeerError) as raised:
        sdk.superevents.update(superevent, t_start=123)
    assert raised.value.text == '"Request would not modify the superevent"'


def test_members(sdk: Steps, superevent: str, look: Look) -> None:
    other = new_event(sdk)["graceid"]
    node = sdk.superevents[superevent]
    assert node.add(other) is None
    assert other in look(f"superevents/{superevent}/")["gw_events"]
    assert node.remove(other) is None
    assert other not in look(f"superevents/{superevent}/")["gw_events"]
    with pytest.raises(PeerError) as raised:
        node.remove(other)
    assert raised.value.status == 404


def test_exposure(
    sdk: Steps, superevent: str, peers_python: str, sandbox: Sandbox, home: Path
) -> None:
    """What is exposed is seen by anybody, without the ids of its events."""
    node = sdk.superevents[superevent]
    with Peer(peers_python, "sdk", sandbox.url, home=home) as anybody:
        assert node.is_exposed() is False
        with pytest.raises(PeerError) as raised:
            anybody.superevents[superevent].get()
        assert (raised.value.status, raised.value.text) == (404, '{"detail":"Not found."}')
        node.expose()
        assert node.is_exposed() is True
        assert "preferred_event" not in anybody.superevents[superevent].get()
        node.unexpose()
        assert node.is_exposed() is False


@pytest.mark.parametrize(
    ("who", "request_label", "verdict"), [("ADV", "ADVREQ", "ADVNO"), ("H1", "H1OPS", "H1NO")]
)
def test_signoff(
    sdk: Steps, superevent: str, look: Look, who: str, request_label: str, verdict: str
) -> None:
    """A signoff answers a request label, and leaves its verdict in its place."""
    node = sdk.superevents[superevent]
    with pytest.raises(PeerError) as raised:
        node.signoff(who, "NO", "not asked for")
    assert f"label '{request_label}' not present" in raised.value.text
    node.labels.create(request_label)
    assert node.signoff(who, "NO", "glitch") is None
    (signoff,) = look(f"superevents/{superevent}/signoffs/")["signoffs"]
    assert (signoff["status"], signoff["comment"]) == ("NO", "glitch")
    assert [label["name"] for label in node.labels.get()] == [verdict]


def test_pipeline_preferred_events(sdk: Steps, superevent: str) -> None:
    node = sdk.superevents[superevent]
    other = new_event(sdk)["graceid"]
    node.add(other)
    assert node.pipeline_preferred_events.get() == []
    node.pipeline_preferred_events.add(other)
    assert node.pipeline_preferred_events.get() == [other]
    with pytest.raises(PeerError) as raised:
        node.pipeline_preferred_events.add(other)
    assert raised.value.text == (
        f'"Event {other} is already the gstlal pipeline-preferred event for {superevent}"'
    )
    node.pipeline_preferred_events.remove(other)
    assert node.pipeline_preferred_events.get() == []


def test_search_superevents(sdk: Steps, superevent: str) -> None:
    other = new_superevent(sdk, new_event(sdk)["graceid"], t_0=GPSTIME + 1)["superevent_id"]
    query = f"category: Test t_0: {GPSTIME} .. {GPSTIME + 1}"
    found = [row["superevent_id"] for row in sdk.superevents.search(query=query, count=1)]
    assert {superevent, other} <= set(found)
    assert len(found) == len(set(found))
    assert sdk.superevents.get()["numRows"] >= len(found)


# Who may


def test_wrong_password(peers_python: str, sandbox: Sandbox, home: Path) -> None:
    wrong = Peer(peers_python, "sdk", sandbox.url, ACCOUNT[0], "wrong", home=home)
    with wrong as stranger, pytest.raises(PeerError) as raised:
        stranger.events.get()
    assert raised.value.status == 403
    assert raised.value.text == '{"detail":"Invalid username/password."}'


def test_anonymous_sees_no_event(peers_python: str, sandbox: Sandbox, home: Path) -> None:
    anonymous = Peer(peers_python, "sdk", sandbox.url, home=home)
    with anonymous as anybody, pytest.raises(PeerError) as raised:
        anybody.events.get()
    assert raised.value.status == 403
    assert raised.value.text == '{"detail":"Authentication credentials were not provided."}'
