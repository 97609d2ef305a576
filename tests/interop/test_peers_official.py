"""ligo-gracedb as published works against the sandbox, call by call, in both generations.

So does this package's face of it, to which each test is put as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.sandbox.uploads import coinc_xml, voevent_xml

from .conftest import GPSTIME
from .remote import Peer, PeerError, Steps

if TYPE_CHECKING:
    from pathlib import Path

    from gracedb_sandbox import Sandbox

pytestmark = pytest.mark.interop
Look = Callable[[str], Any]

GONE = "This functionality has been deprecated and will not be re-implemented on GraceDB"


def upload(ligo: Steps, **keywords: Any) -> Any:
    """Create a Test event; the decoded answer."""
    usual = {"filecontents": coinc_xml(), "search": "LowMass"}
    answer = ligo.create_event("Test", "gstlal", "coinc.xml", **{**usual, **keywords})
    assert answer.status == 201
    return answer.json()


def gather(ligo: Steps, graceid: str, **keywords: Any) -> Any:
    """Create a Test superevent; the decoded answer."""
    times = (GPSTIME - 1, round(GPSTIME, 6), GPSTIME + 1)
    answer = ligo.create_superevent(*times, graceid, category="test", **keywords)
    assert answer.status == 201
    return answer.json()


@pytest.fixture
def graceid(ligo: Steps) -> str:
    """The id of a new event."""
    return str(upload(ligo)["graceid"])


@pytest.fixture
def sid(ligo: Steps, graceid: str) -> str:
    """The id of a new superevent around that event."""
    return str(gather(ligo, graceid)["superevent_id"])


@pytest.fixture(params=["event", "superevent"])
def subject(request: pytest.FixtureRequest, graceid: str) -> str:
    """The id of an event, then of a superevent."""
    return str(request.getfixturevalue("sid")) if request.param == "superevent" else graceid


# The server


def test_root_document(ligo: Steps) -> None:
    """Everything that the client reads from the root is there."""
    assert "gstlal" in ligo.pipelines()
    assert "LowMass" in ligo.searches()
    assert "Test" in ligo.groups()
    assert "ADVREQ" in ligo.allowed_labels()
    assert "Test" in ligo.em_groups()
    assert ligo.voevent_types()
    assert ligo.superevent_categories()["T"] == "Test"
    assert set(ligo.instruments()) == {"H1", "L1", "V1"}
    assert ligo.signoff_types()["ADV"] == "advocate"
    assert ligo.signoff_statuses()["NO"] == "NOT OKAY"
    assert ligo.server_version() == "2.33.1"
    assert ligo.api_versions() == ["default", "v1", "v2"]
    assert ligo.ping().status == 200


def test_user_info(ligo: Steps) -> None:
    user = ligo.get_user_info().json()
    assert (user["username"], user["is_internal_user"]) == ("albert.einstein", True)
    assert "gstlal" in user["upload_to_pipeline"]


# Events


def test_event(ligo: Steps, look: Look) -> None:
    """An event is created with a content id and all fields, and replaced by its submitter."""
    created = upload(ligo, labels=["INJ"], offline=True)
    event = ligo.event(created["graceid"]).json()
    # Only the answer to an upload leaves out what is null in `extra_attributes`.
    common = event.keys() & created.keys() - {"extra_attributes"}
    assert len(common) > 12
    assert {key: created[key] for key in common} == {key: event[key] for key in common}
    assert (event["labels"], event["offline"]) == (["INJ"], True)
    replaced = ligo.replace_event(
        created["graceid"], "coinc.xml", filecontents=coinc_xml(gpstime=(1187009000, 250000000))
    )
    assert replaced.status == 202
    assert look(f"events/{created['graceid']}")["gpstime"] == 1187009000.25


def test_events_search(ligo: Steps, graceid: str) -> None:
    assert [event["graceid"] for event in ligo.events(graceid)] == [graceid]
    assert ligo.num_events(graceid) == 1
    two = ligo.events("group: Test", orderby="-created", max_results=2)
    assert len(two) == 2


def test_update_grbevent(ligo: Steps) -> None:
    """Parameters of a gamma-ray burst can be corrected, on events of that class only."""
    answer = ligo.create_event("Test", "Fermi", "fermi.xml", filecontents=voevent_xml())
    burst = answer.json()["graceid"]
    updated = ligo.update_grbevent(burst, ra=10.5, t90=2.0).json()
    assert updated["extra_attributes"]["GRB"]["ra"] == 10.5
    assert updated["extra_attributes"]["GRB"]["T90"] == 2.0
    with pytest.raises(PeerError) as raised:
        ligo.update_grbevent(upload(ligo)["graceid"], ra=1)
    assert "non-GRB event" in raised.value.text


# What events and superevents share


def test_labels(ligo: Steps, subject: str) -> None:
    assert ligo.write_label(subject, "DQV").status == 201
    assert [label["name"] for label in ligo.labels(subject).json()["labels"]] == ["DQV"]
    assert ligo.labels(subject, "DQV").json()["name"] == "DQV"
    assert ligo.remove_label(subject, "DQV").status == 204
    assert ligo.labels(subject).json()["labels"] == []


def test_logs(ligo: Steps, subject: str) -> None:
    plain = ligo.write_log(subject, "plain").json()
    assert plain["comment"] == "plain"
    full = ligo.write_log(
        subject,
        "a file",
        filename="a.txt",
        filecontents="text",
        tag_name=["sky_loc", f"new-{subject}"],
        displayName=["Sky", "Brand new"],
        label="DQV",
    ).json()
    assert sorted(full["tag_names"]) == [f"new-{subject}", "sky_loc"]
    assert ligo.logs(subject, full["N"]).json()["filename"] == "a.txt"
    assert ligo.files(subject, "a.txt").text == "text"
    assert "a.txt,0" in ligo.files(subject).json()
    names = {
        tag["name"]: tag["displayName"] for tag in ligo.tags(subject, full["N"]).json()["tags"]
    }
    assert names[f"new-{subject}"] == "Brand new"


def test_tags(ligo: Steps, subject: str) -> None:
    """A display name is given to a tag that is new to the server, and kept."""
    number = ligo.write_log(subject, "to be tagged").json()["N"]
    name = f"tag-of-{subject}"
    assert ligo.add_tag(subject, number, name, displayName="A tag").status == 201
    assert ligo.tags(subject, number).json()["tags"][0]["displayName"] == "A tag"
    assert ligo.remove_tag(subject, number, name).status == 204
    assert ligo.tags(subject, number).json()["tags"] == []


def test_voevents(ligo: Steps, subject: str) -> None:
    created = ligo.create_voevent(subject, "preliminary", BNS=0.5, HasMassGap=0.25).json()
    assert (created["voevent_type"], created["prob_bns"]) == ("PR", 0.5)
    assert created["prob_has_mass_gap"] == 0.25
    assert ligo.voevents(subject, 1).json()["filename"] == f"{subject}-1-Preliminary.xml"
    assert ligo.voevents(subject).json()["numRows"] == 1


def test_emobservations(ligo: Steps, subject: str) -> None:
    """Footprints come back newest first, inside their bounding box; the client expands widths."""
    times = ["2020-01-01T00:00:00", "2020-01-02T00:00:00.500000"]
    created = ligo.write_emobservation(
        subject, "Test", [10.0, 20.0], 2.0, [5.0, 6.0], 2.0, times, 10, comment="hello"
    ).json()
    assert created["footprint_count"] == 2
    assert [footprint["N"] for footprint in created["footprints"]] == [2, 1]
    assert (created["ra"], created["raWidth"]) == (15.0, 12.0)
    assert (created["dec"], created["decWidth"]) == (5.5, 3.0)
    assert ligo.emobservations(subject, 1).json()["comment"] == "hello"
    assert ligo.emobservations(subject).json()["observations"] == [created]


# Superevents


def test_superevent(ligo: Steps, graceid: str) -> None:
    other = upload(ligo)["graceid"]
    created = gather(ligo, graceid, events=[other], labels=["INJ"])
    sid = created["superevent_id"]
    assert ligo.superevent(sid).json() == created
    (found,) = ligo.superevents(sid)
    assert found == created
    (chosen,) = ligo.superevents(sid, columns=["superevent_id", "gw_events"])
    assert chosen == {"superevent_id": sid, "gw_events": created["gw_events"]}


@pytest.mark.parametrize("ligo", ["ligo"], indirect=True)
def test_form_times_are_not_rounded(ligo: Steps, graceid: str) -> None:
    """A time of more than six decimals is refused in a form, where JSON numbers are rounded."""
    with pytest.raises(PeerError) as raised:
        ligo.create_superevent(1, 2.1234567, 3, graceid, category="test")
    assert raised.value.text == '"Ensure that there are no more than 6 decimal places."'


def test_update_superevent(ligo: Steps, sid: str) -> None:
    updated = ligo.update_superevent(sid, t_0=123.5, em_type="E1", time_coinc_far=1e-9).json()
    assert (updated["t_0"], updated["em_type"], updated["time_coinc_far"]) == (123.5, "E1", 1e-9)


def test_members(ligo: Steps, sid: str) -> None:
    other = upload(ligo)["graceid"]
    assert ligo.add_event_to_superevent(sid, other).json()["graceid"] == other
    assert ligo.add_pipeline_preferred_event(sid, other).status == 201
    preferred = ligo.superevent(sid).json()["pipeline_preferred_events"]
    assert preferred["gstlal"]["graceid"] == other
    assert ligo.remove_pipeline_preferred_event(sid, other).status == 204
    assert ligo.remove_event_from_superevent(sid, other).status == 204
    assert other not in ligo.superevent(sid).json()["gw_events"]


def test_signoffs(ligo: Steps, sid: str) -> None:
    """A signoff is created, changed and deleted, and the labels follow."""
    ligo.write_label(sid, "H1OPS")
    created = ligo.create_signoff(sid, "operator", "OKAY", "fine", instrument="H1").json()
    assert (created["signoff_type"], created["instrument"], created["status"]) == ("OP", "H1", "OK")
    assert ligo.signoffs(sid, "OP", "H1").json() == created
    assert ligo.superevent(sid).json()["labels"] == ["H1OK"]
    updated = ligo.update_signoff(sid, "OP", status="NO", comment="glitch", instrument="H1").json()
    assert (updated["status"], updated["comment"]) == ("NO", "glitch")
    assert ligo.superevent(sid).json()["labels"] == ["H1NO"]
    assert ligo.signoffs(sid).json()["numRows"] == 1
    assert ligo.delete_signoff(sid, "OP", "H1").status == 204
    assert ligo.superevent(sid).json()["labels"] == ["H1OPS"]


def test_permissions(ligo: Steps, sid: str) -> None:
    assert ligo.permissions(sid).json()["permissions"] == []
    exposed = ligo.modify_permissions(sid, "expose").json()
    assert {"group": "public_users", "permission": "view_superevent"} in exposed
    assert ligo.permissions(sid).json()["permissions"] == exposed
    assert ligo.modify_permissions(sid, "hide").json() == []


def test_confirm_as_gw(ligo: Steps, sid: str) -> None:
    """The superevent keeps its id, and is found under both."""
    confirmed = ligo.confirm_superevent_as_gw(sid).json()
    assert confirmed["superevent_id"] == sid
    assert confirmed["gw_id"].startswith("TGW170817")
    assert ligo.superevent(confirmed["gw_id"]).json()["superevent_id"] == sid
    with pytest.raises(PeerError) as raised:
        ligo.confirm_superevent_as_gw(sid)
    assert raised.value.text == '"Superevent is already confirmed as a GW"'


def test_gwtc(ligo: Steps, sid: str, graceid: str) -> None:
    smap = {sid: {"pipelines": {"gstlal": graceid}, "far": 1e-9, "pastro": {"BNS": 1.0}}}
    created = ligo.gwtc_create(smap, "4.0", "first").json()
    first = created["version"]
    assert (created["number"], created["comment"]) == ("4.0", "first")
    assert created["gwtc_superevents"] == smap
    ligo.gwtc_create(smap, "4.0", "second")
    assert ligo.gwtc_get("4.0", "latest").json()["version"] == first + 1
    assert ligo.gwtc_get("4.0", first).json() == created
    assert [row["version"] for row in ligo.gwtc_list("4.0")][:2] == [first + 1, first]
    assert "4.0" in ligo.gwtc_numbers()


# The second version of the API, as servers of 2026 speak it


def test_new_logs_and_files(ligo_new: Steps) -> None:
    graceid = upload(ligo_new)["graceid"]
    ligo_new.write_log(graceid, "a file", filename="a.txt", filecontents="text")
    assert "logs" in ligo_new.logs(graceid).json()
    files = ligo_new.files(graceid).json()["files"]
    assert "a.txt" in [name if isinstance(name, str) else name["filename"] for name in files]
    assert ligo_new.write_label(graceid, "DQV").json() == {}


def test_new_errors_are_objects(ligo_new: Steps) -> None:
    sid = gather(ligo_new, upload(ligo_new)["graceid"])["superevent_id"]
    ligo_new.write_label(sid, "DQV")
    with pytest.raises(PeerError) as raised:
        ligo_new.write_label(sid, "DQV")
    assert raised.value.text == f'{{"error": "Label DQV already applied to superevent {sid}"}}'


def test_content_id_and_replay_id(ligo_new: Steps) -> None:
    created = upload(ligo_new, replay_id="O3-replay")
    assert created["replay_id"] == "O3-replay"
    malformed = upload(ligo_new, replay_id="no spaces")
    assert "malformed replay_id" in malformed["warnings"][0]


def test_reserve_and_upload(ligo_new: Steps) -> None:
    """A name is reserved first, and filled later; its content id finds it."""
    content_id = "01234567-89ab-cdef-0123-456789abcdef"
    reserved = ligo_new._reserve_graceid(
        "Test", "gstlal", search="LowMass", file_content_id=content_id
    ).json()
    uploaded = ligo_new.upload_reserved_event(
        reserved["graceid"], "coinc.xml", filecontents=coinc_xml(), labels=["INJ"]
    )
    assert uploaded.status == 201
    event = ligo_new.event(content_id).json()
    assert (event["graceid"], event["labels"]) == (reserved["graceid"], ["INJ"])
    assert event["gpstime"] == pytest.approx(GPSTIME)


def test_notices(ligo_new: Steps) -> None:
    sid = gather(ligo_new, upload(ligo_new)["graceid"])["superevent_id"]
    document = {
        "alert_type": "PRELIMINARY",
        "time_created": "2026-01-01T00:00:00Z",
        "superevent_id": sid,
        "urls": {"gracedb": f"https://example.org/superevents/{sid}/view/"},
        "event": {
            "significant": True,
            "time": "2017-08-17T12:41:04.443Z",
            "far": 1e-9,
            "instruments": ["H1", "L1"],
            "group": "CBC",
            "pipeline": "gstlal",
            "search": "AllSky",
            "properties": {"HasNS": 1.0, "HasRemnant": 0.5},
            "classification": {"BNS": 0.9, "NSBH": 0.1, "BBH": 0.0, "Terrestrial": 0.0},
            "duration": None,
            "central_frequency": None,
            "skymap": None,
        },
        "external_coinc": None,
    }
    text = json.dumps(document)
    created = ligo_new.create_notice(sid, "notice.json", filecontents=text).json()
    assert (created["N"], created["notice_type"]) == (1, "PR")
    assert created["filename"] == f"{sid}-1-preliminary.json"
    assert (created["prob_bns"], created["prob_has_ns"]) == (0.9, 1.0)
    assert ligo_new.notices(sid).json()["numRows"] == 1
    assert ligo_new.notices(sid, 1).json() == created
    assert ligo_new.files(sid, created["filename"]).text == text
    with pytest.raises(PeerError) as raised:
        wrong = json.dumps({**document, "superevent_id": "S190425z"})
        ligo_new.create_notice(sid, "notice.json", filecontents=wrong)
    assert raised.value.status == 400


def test_gone(ligo_new: Steps) -> None:
    """What newer servers dropped is answered 410."""
    graceid = upload(ligo_new)["graceid"]
    for call in (ligo_new.emobservations, ligo_new.voevents):
        with pytest.raises(PeerError) as raised:
            call(graceid)
        assert raised.value.status == 410
        assert GONE in raised.value.text


def test_unknown_api_version(peers_python: str, sandbox: Sandbox, home: Path) -> None:
    """A version that the server does not speak is a 404; the client then reads the versions."""
    unknown = Peer(peers_python, "ligo", f"{sandbox.url}v9/", home=home)
    with unknown as steps, pytest.raises(PeerError) as raised:
        steps.ping()
    assert raised.value.status == 404
