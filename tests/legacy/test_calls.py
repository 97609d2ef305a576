"""Every method, on events and superevents, as programs call it."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from gracedb_core.legacy import GraceDb, HTTPError
from tests.sandbox.uploads import voevent_xml

from .conftest import COINC, gather, upload


def test_the_root_document(gracedb: GraceDb) -> None:
    assert gracedb.ping().status == 200
    assert "gstlal" in gracedb.pipelines
    assert "Test" in gracedb.groups
    assert "LowMass" in gracedb.searches
    assert "DQV" in gracedb.allowed_labels
    assert "Test" in gracedb.em_groups
    assert gracedb.voevent_types["PR"] == "preliminary"
    assert gracedb.superevent_categories["T"] == "Test"
    assert gracedb.instruments["H1"] == "LHO"
    assert gracedb.signoff_types["ADV"] == "advocate"
    assert gracedb.signoff_statuses["NO"] == "NOT OKAY"
    assert gracedb.server_version == "2.33.1"
    assert "v2" in gracedb.api_versions
    assert gracedb.links["self"] == gracedb._service_url
    assert "event-detail-template" in gracedb.templates
    assert gracedb.service_info is gracedb.service_info


def test_newer_servers_tell_less(newer: GraceDb) -> None:
    assert newer.em_groups is None
    assert newer.instruments is None


def test_who_we_are(gracedb: GraceDb, capsys: pytest.CaptureFixture[str]) -> None:
    assert gracedb.get_user_info().json()["username"] == "albert.einstein"
    assert gracedb.show_credentials(print_output=False) == {"auth_type(s)": "basic"}
    assert gracedb.show_credentials() is None
    assert capsys.readouterr().out == "{'auth_type(s)': 'basic'}\n"
    assert gracedb.load_json_from_response(gracedb.ping())["links"]


# Events


def test_an_event(gracedb: GraceDb) -> None:
    made = gracedb.createEvent(
        *("Test", "gstlal", "/somewhere/coinc.xml", "LowMass", ["INJ"], True),
        filecontents=COINC,
        raw=True,
    )
    assert made.status == 201
    event = gracedb.event(made.json()["graceid"]).json()
    assert (event["search"], event["labels"], event["offline"]) == ("LowMass", ["INJ"], True)
    assert "coinc.xml" in gracedb.files(event["graceid"]).json()


def test_an_event_from_a_file(gracedb: GraceDb, tmp_path: Path) -> None:
    (tmp_path / "coinc.xml").write_bytes(COINC)
    assert gracedb.create_event("Test", "gstlal", str(tmp_path / "coinc.xml")).status == 201
    with pytest.raises(FileNotFoundError):
        gracedb.create_event("Test", "gstlal", str(tmp_path / "absent.xml"))


@pytest.mark.parametrize(
    ("arguments", "options", "kind"),
    [
        (("NoGroup", "gstlal"), {}, ValueError),
        (("Test", "nobody"), {}, ValueError),
        ((None, "gstlal"), {}, ValueError),
        (("Test", None), {}, ValueError),
        (("Test", ""), {}, ValueError),
        (("Test", "gstlal"), {"labels": ""}, ValueError),
        (("Test", "gstlal"), {"replay_id": 3}, TypeError),
        (("Test", "gstlal"), {"search": "Nothing"}, ValueError),
        (("Test", "gstlal"), {"labels": "NO_SUCH"}, ValueError),
        (("Test", "gstlal"), {"labels": ("INJ",)}, TypeError),
        (("Test", "gstlal"), {"offline": "yes"}, TypeError),
        (("Test", "gstlal"), {"kafka": object()}, ValueError),
    ],
)
def test_what_no_event_can_be(gracedb: GraceDb, arguments: Any, options: Any, kind: Any) -> None:
    before = gracedb.num_events()
    with pytest.raises(kind):
        gracedb.create_event(*arguments, "coinc.xml", filecontents=COINC, **options)
    assert gracedb.num_events() == before


def test_kafka_falls_back(gracedb: GraceDb) -> None:
    """A program that allows HTTP instead uploads over HTTP, and hears of it."""
    with pytest.warns(UserWarning, match="not uploaded over Kafka"):
        assert upload(gracedb, kafka=object(), http_fallback=True)


def test_an_event_is_replaced(gracedb: GraceDb, graceid: str) -> None:
    answer = gracedb.replaceEvent(graceid, "coinc.xml", filecontents=COINC)
    assert (answer.status, answer.text) == (202, "")
    assert "coinc.xml,1" in gracedb.files(graceid).json()


def test_events_are_searched(gracedb: GraceDb, graceid: str) -> None:
    assert [row["graceid"] for row in gracedb.events(graceid)] == [graceid]
    assert gracedb.numEvents(graceid) == gracedb.num_events(query=graceid) == 1
    other = upload(gracedb)
    query = f"group: Test {graceid} .. {other}"
    found = gracedb.events(query, orderby=["-created"], count=1)
    assert [row["graceid"] for row in found] == [other, graceid]
    assert len(list(gracedb.events(query, max_results=1))) == 1
    assert list(gracedb.events(query, max_results=0)) == []


def test_a_search_that_is_left(gracedb: GraceDb, graceid: str) -> None:
    upload(gracedb)
    found = gracedb.events("group: Test", count=1)
    assert next(found)
    found.close()


def test_a_burst(gracedb: GraceDb) -> None:
    made = gracedb.create_event("Test", "Fermi", "fermi.xml", filecontents=voevent_xml())
    burst = made.json()["graceid"]
    assert gracedb.update_grbevent(burst, 0, t90=2.0).json()["extra_attributes"]["GRB"]["ra"] == 0
    with pytest.raises(ValueError):
        gracedb.update_grbevent(burst)


def test_an_event_is_reserved(newer: GraceDb, gracedb: GraceDb) -> None:
    reserved = newer._reserve_graceid("Test", "gstlal", search="LowMass").json()["graceid"]
    assert newer.upload_reserved_event(reserved, "coinc.xml", COINC, ["INJ"]).status == 201
    assert newer.event(reserved).json()["labels"] == ["INJ"]
    for call in (newer, gracedb):
        with pytest.raises((ValueError, NotImplementedError)):
            call.upload_reserved_event("G1", "coinc.xml", COINC, kafka_server=call._service_url)
    with pytest.raises(NotImplementedError):
        gracedb.upload_reserved_event("G1", "coinc.xml", COINC)


# What events and superevents share


def test_labels(gracedb: GraceDb, subject: str) -> None:
    assert gracedb.writeLabel(subject, "DQV").status == 201
    assert [row["name"] for row in gracedb.labels(subject).json()["labels"]] == ["DQV"]
    assert gracedb.labels(subject, "DQV").json()["name"] == "DQV"
    assert gracedb.removeLabel(subject, "DQV").status == 204
    with pytest.raises(NameError):
        gracedb.write_label(subject, "NO_SUCH")


def test_logs(gracedb: GraceDb, subject: str) -> None:
    log = gracedb.writeLog(
        subject,
        message="a file",
        filename="a.txt",
        filecontents="text",
        tagname=("sky_loc", f"of-{subject}"),
        displayName=["Sky", "New"],
        label="DQV",
        unknown=True,
    ).json()
    assert sorted(log["tag_names"]) == sorted(["sky_loc", f"of-{subject}"])
    assert gracedb.logs(subject, log["N"]).json()["comment"] == "a file"
    assert gracedb.files(subject, "a.txt", raw=True).read() == b"text"
    assert gracedb.labels(subject).json()["labels"][0]["name"] == "DQV"
    assert gracedb.logs(subject).json()["numRows"] >= 1


@pytest.mark.parametrize("tag", ["sky_loc", ["sky_loc"], ("sky_loc",), None, "", []])
def test_tags_of_a_log(gracedb: GraceDb, subject: str, tag: Any) -> None:
    log = gracedb.write_log(subject, 5, tag_name=tag).json()
    assert (log["comment"], log["tag_names"]) == ("5", ["sky_loc"] if tag else [])


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"tag_name": ["a", "b"], "displayName": ["A"]}, ValueError),
        ({"label": "NO_SUCH"}, ValueError),
        ({"label": ["DQV"]}, TypeError),
        ({"filename": "a.txt", "filecontents": []}, ValueError),
        ({"filecontents": b"without a name"}, ValueError),
    ],
)
def test_what_no_log_can_be(gracedb: GraceDb, subject: str, options: Any, kind: Any) -> None:
    before = gracedb.logs(subject).json()["numRows"]
    with pytest.raises(kind):
        gracedb.write_log(subject, "a message", **options)
    assert gracedb.logs(subject).json()["numRows"] == before


@pytest.mark.parametrize("number", [1.0, "1", "", b"1", [1]])
def test_what_no_number_of_a_log_can_be(gracedb: GraceDb, subject: str, number: Any) -> None:
    with pytest.raises(TypeError, match="log_number"):
        gracedb.logs(subject, number)


@pytest.mark.parametrize(
    "options",
    [{"category": None}, {"labels": 7}, {"labels": [7]}, {"events": 7}, {"events": b"G1"}],
)
def test_what_no_superevent_can_be(gracedb: GraceDb, graceid: str, options: Any) -> None:
    with pytest.raises(TypeError, match=next(iter(options))):
        gracedb.create_superevent(1, 2, 3, graceid, **{"category": "test", **options})
    gathered = {"category": "test", "labels": ("INJ",), "events": [upload(gracedb)]}
    made = gracedb.create_superevent(1, 2, 3, graceid, **gathered).json()
    assert (made["labels"], len(made["gw_events"])) == (["INJ"], 2)


def test_tags(gracedb: GraceDb, subject: str) -> None:
    number = gracedb.write_log(subject, "to be tagged").json()["N"]
    assert gracedb.addTag(subject, number, "pe", "Parameters").status == 201
    assert [row["name"] for row in gracedb.tags(subject, number).json()["tags"]] == ["pe"]
    assert gracedb.removeTag(subject, str(number), "pe").status == 204
    assert gracedb.tags(subject, number).json()["tags"] == []


def test_voevents(gracedb: GraceDb, subject: str) -> None:
    made = gracedb.createVOEvent(subject, "Preliminary", BNS=0.5, Significant=True).json()
    assert (made["voevent_type"], made["prob_bns"]) == ("PR", 0.5)
    assert gracedb.voevents(subject, 1).json()["N"] == 1
    assert gracedb.voevents(subject).json()["numRows"] == 1
    for wrong in ({"MassGap": 0.5}, {"voevent_type": "nothing"}, {"voevent_type": "initial"}):
        with pytest.raises(ValueError):
            gracedb.create_voevent(**{"object_id": subject, "voevent_type": "update", **wrong})


def test_observations(gracedb: GraceDb, subject: str) -> None:
    times = ["2020-01-01T00:00:00", "2020-01-02T00:00:00"]
    made = gracedb.writeEMObservation(
        subject, "Test", [10.0, 20.0], 2.0, [5.0, 6.0], [1, 1], times, 9
    )
    assert made.json()["footprint_count"] == 2
    assert gracedb.emobservations(subject, 1).json() == made.json()
    assert gracedb.emobservations(subject).json()["numRows"] == 1
    for group, count in (("Nobody", 2), ("Test", 1)):
        with pytest.raises(ValueError):
            gracedb.write_emobservation(subject, group, [1.0] * count, 1, [1, 2], 1, times, 9)


# Superevents


def test_a_superevent(gracedb: GraceDb, graceid: str) -> None:
    other = upload(gracedb)
    made = gracedb.createSuperevent(1, 2, 3, graceid, "T", events=(other,), labels="INJ")
    assert made.status == 201
    sid = made.json()["superevent_id"]
    assert gracedb.superevent(sid).json() == made.json()
    changed = gracedb.updateSuperevent(sid, t_0=2.5, em_type="E1", time_coinc_far=1e-9).json()
    assert (changed["t_0"], changed["em_type"], changed["time_coinc_far"]) == (2.5, "E1", 1e-9)
    with pytest.raises(ValueError):
        gracedb.update_superevent(sid)
    with pytest.raises(ValueError):
        gracedb.create_superevent(1, 2, 3, graceid, category="nothing")


def test_superevents_are_searched(gracedb: GraceDb, sid: str) -> None:
    (row,) = gracedb.superevents(query=sid, orderby=["-created"])
    assert row["superevent_id"] == sid
    for columns in (["superevent_id", "far"], "superevent_id,far"):
        assert list(gracedb.superevents(sid, columns=columns)) == [
            {"superevent_id": sid, "far": row["far"]}
        ]
    with pytest.raises(KeyError):
        list(gracedb.superevents(sid, columns=["nothing"]))
    assert len(list(gracedb.superevents(count=1, max_results=1))) == 1


def test_members(gracedb: GraceDb, sid: str) -> None:
    other = upload(gracedb)
    assert gracedb.addEventToSuperevent(sid, other).json()["graceid"] == other
    assert gracedb.add_pipeline_preferred_event(sid, other).status == 201
    assert gracedb.remove_pipeline_preferred_event(sid, other).status == 204
    assert gracedb.removeEventFromSuperevent(sid, other).status == 204
    assert other not in gracedb.superevent(sid).json()["gw_events"]


def test_signoffs(gracedb: GraceDb, sid: str) -> None:
    gracedb.write_label(sid, "H1OPS")
    made = gracedb.create_signoff(sid, "operator", "okay", "fine", "LHO").json()
    assert (made["signoff_type"], made["instrument"], made["status"]) == ("OP", "H1", "OK")
    assert gracedb.signoffs(sid, "OP", "H1").json() == made
    assert (
        gracedb.update_signoff(sid, "OP", "NO", "worse", instrument="H1").json()["status"] == "NO"
    )
    assert gracedb.signoffs(sid).json()["numRows"] == 1
    assert gracedb.delete_signoff(sid, "OP", "H1").status == 204


@pytest.mark.parametrize(
    "arguments", [("X", "OK", ""), ("ADV", "X", ""), ("OP", "OK", ""), ("OP", "OK", "", "X9")]
)
def test_what_no_signoff_can_be(gracedb: GraceDb, sid: str, arguments: Any) -> None:
    with pytest.raises(ValueError):
        gracedb.create_signoff(sid, *arguments)
    with pytest.raises(ValueError):
        gracedb.update_signoff(sid, "ADV")


def test_permissions(gracedb: GraceDb, sid: str) -> None:
    exposed = gracedb.modify_permissions(sid, "expose").json()
    assert gracedb.permissions(sid).json()["permissions"] == exposed
    assert gracedb.modify_permissions(sid, "hide").json() == []
    with pytest.raises(ValueError):
        gracedb.modify_permissions(sid, "burn")


def test_what_events_have_not(gracedb: GraceDb, graceid: str) -> None:
    for call in (
        lambda: gracedb.signoffs(graceid),
        lambda: gracedb.create_signoff(graceid, "ADV", "OK", ""),
        lambda: gracedb.permissions(graceid),
        lambda: gracedb.modify_permissions(graceid, "expose"),
    ):
        with pytest.raises(NotImplementedError):
            call()


def test_confirmation(gracedb: GraceDb, sid: str) -> None:
    confirmed = gracedb.confirm_superevent_as_gw(sid).json()
    assert gracedb.superevent(confirmed["gw_id"]).json()["superevent_id"] == sid
    assert gracedb.labels(confirmed["gw_id"]).status == 200


def test_notices(newer: GraceDb, gracedb: GraceDb, sid: str) -> None:
    new = gather(newer, upload(newer))
    with pytest.raises(HTTPError) as raised:
        newer.create_notice(new, "notice.json", filecontents="{}")
    assert raised.value.status == 400
    assert newer.notices(new).json()["numRows"] == 0
    with pytest.raises(HTTPError):
        newer.notices(new, 1)
    with pytest.raises(RuntimeError):
        gracedb.notices(sid)


def test_catalogues(gracedb: GraceDb, sid: str, graceid: str, tmp_path: Path) -> None:
    smap = {sid: {"pipelines": {"gstlal": graceid}, "far": 1e-9, "pastro": {"BNS": 1.0}}}
    path = tmp_path / "smap.json"
    path.write_text(json.dumps(smap))
    made = gracedb.gwtc_create(smap, "3.9", comment="first").json()
    assert gracedb.gwtc_create(str(path), "3.9").json()["version"] == made["version"] + 1
    assert gracedb.gwtc_get(number="3.9", version=made["version"]).json() == made
    assert gracedb.gwtc_versions("3.9")[-1] == made["version"]
    assert "3.9" in gracedb.gwtc_numbers()
    for number, version in ((4, 1), ("4", "1"), ("4", None)):
        with pytest.raises(ValueError):
            gracedb.gwtc_get(number, version)


def test_nothing_warns(gracedb: GraceDb, sid: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gracedb.write_log(sid, "quiet")
