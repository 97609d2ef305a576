"""Uploading, replacing, reserving: what is checked, what is answered, what is left behind."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any, Dict

import pytest

from . import uploads
from .conftest import Api

DICTIONARY_ORDER = [
    "submitter",
    "created",
    "group",
    "graceid",
    "pipeline",
    "gpstime",
    "reporting_latency",
    "instruments",
    "nevents",
    "offline",
    "search",
    "far",
    "far_is_upper_limit",
    "likelihood",
    "labels",
    "extra_attributes",
    "superevent",
    "superevent_neighbours",
    "links",
    "warnings",
]
NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."


def test_an_upload_is_answered_with_the_event(api: Api) -> None:
    """201, its URL in Location, the dictionary variant in the server's order of keys."""
    answer = api.create(search="LowMass", labels=["INJ", ""], offline="True")
    body = answer.json()
    assert answer.status_code == 201
    assert list(body) == DICTIONARY_ORDER
    assert answer.headers["Location"] == body["links"]["self"]
    assert body["graceid"].startswith("T")
    assert body["gpstime"] == 1187008882.44375
    assert (body["group"], body["search"], body["offline"]) == ("Test", "LowMass", True)
    assert (body["labels"], body["warnings"]) == (["INJ"], [])
    assert b'": ' not in answer.content  # compact


def test_the_answer_and_a_later_get_agree_on_common_keys(api: Api) -> None:
    """The two variants differ in keys and in the order of two, not in what they say."""
    made = api.create().json()
    read = api.get(made["links"]["self"]).json()
    assert [key for key in read if read[key] != made[key]] == ["extra_attributes"]
    assert set(made) - set(read) == {"superevent_neighbours", "warnings"}
    assert list(read)[2:5] == ["group", "pipeline", "graceid"]
    long, short = (each["extra_attributes"]["SingleInspiral"] for each in (read, made))
    assert [{k: v for k, v in item.items() if v is not None} for item in long] == short
    assert None in long[0].values()


def test_the_logs_an_upload_leaves(api: Api) -> None:
    """Original data, the products of parsing, then the labels; coinc.xml is version 1 of itself."""
    gid = api.event(labels=["INJ", "DQV"])
    logs = api.get(f"events/{gid}/log/").json()["log"]
    assert [(each["comment"], each["filename"], each["file_version"]) for each in logs] == [
        ("Original Data", "coinc.xml", 0),
        ("Log File Created", "event.log", 0),
        ("Coinc Table Created", "coinc.xml", 1),
        ("Label: INJ", "", None),
        ("Label: DQV", "", None),
    ]


@pytest.mark.parametrize(
    ("fields", "prefix"),
    [
        ({"group": "Test", "search": "MDC"}, "T"),
        ({"group": "CBC", "search": "MDC"}, "M"),
        ({"group": "CBC", "pipeline": "HardwareInjection"}, "H"),
        ({"group": "Detchar", "pipeline": "X"}, "D"),
        ({"group": "External", "pipeline": "SNEWS"}, "E"),
        ({"group": "CBC"}, "G"),
    ],
)
def test_the_letter_says_what_kind_of_event(api: Api, fields: Dict[str, str], prefix: str) -> None:
    """First rule that holds; G and the number find any event, a wrong letter finds none."""
    gid = api.event(**fields)
    number = int(gid[1:])
    assert gid == f"{prefix}{number:04d}"
    assert api.get(f"events/G000{number}").json()["graceid"] == gid
    wrong = api.get(f"events/{'H' if prefix != 'H' else 'E'}{number}")
    assert (wrong.status_code, wrong.text) == (404, "Event not found.")


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"group": "CBC", "pipeline": "nope"}, 400, '{"error":"Please provide a valid pipeline."}'),
        ({"group": "nope"}, 400, f'{{"errors":["group: * {NO_CHOICE}"]}}'),
        ({"pipeline": "nope"}, 400, f'{{"errors":["pipeline: * {NO_CHOICE}"]}}'),
        ({"search": "nope"}, 400, f'{{"errors":["search: * {NO_CHOICE}"]}}'),
        (
            {"labels": ["INJ", "NOPE"]},
            400,
            '{"errors":["labels: * Select a valid choice. NOPE is not one of the available'
            ' choices."]}',
        ),
        ({"data": b""}, 400, '{"errors":["eventFile: * The submitted file is empty."]}'),
        ({"group": ""}, 400, '{"errors":["group: * This field is required."]}'),
    ],
)
def test_a_form_that_is_not_right(api: Api, fields: Dict[str, Any], status: int, text: str) -> None:
    """Each refusal in its own envelope."""
    if fields.get("group") == "nope":
        fields = {**fields, "pipeline": "gstlal"}
    answer = api.create(**fields)
    assert (answer.status_code, answer.text) == (status, text)


def test_an_upload_without_its_file(api: Api) -> None:
    """Multipart, but no file part."""
    answer = api.post("events/", files={"group": (None, "Test"), "pipeline": (None, "gstlal")})
    assert answer.json() == {"errors": ["eventFile: * This field is required."]}


def test_an_outsider_may_only_test(observer: Api) -> None:
    """The right to a pipeline is needed, except in group Test."""
    refused = observer.create(group="CBC")
    assert (refused.status_code, refused.text) == (
        403,
        "You don't have permission on this pipeline.",
    )
    assert observer.create().status_code == 201


def test_labels_that_end_in_a_warning(api: Api) -> None:
    """A protected label stops the labelling; a label sent twice is told of."""
    protected = api.create(labels=["INJ", "ADVOK", "DQV"]).json()
    assert protected["labels"] == ["INJ"]
    assert protected["warnings"][0].startswith(
        "Problem scanning data. No alert issued (The 'ADVOK'"
    )
    twice = api.create(labels=["INJ", "INJ"]).json()
    assert twice["warnings"] == [f"Event {twice['graceid']} already labeled with 'INJ'"]


def test_what_cannot_be_read_is_still_an_event(api: Api) -> None:
    """201 with a warning and a log that says why; the bytes are kept."""
    answer = api.create(b"<not xml")
    body = answer.json()
    assert answer.status_code == 201
    assert body["gpstime"] is None
    assert body["superevent_neighbours"] is None
    assert body["warnings"][0].startswith("Problem scanning data.")
    assert api.comments(body["graceid"])[2].startswith("Could not read data (")
    assert api.get(f"events/{body['graceid']}/files/coinc.xml").content == b"<not xml"


def test_the_submitter_may_replace_the_data(api: Api) -> None:
    """202 and nothing else; a new version, new facts, a log of its own."""
    gid = api.event(search="LowMass")
    better = uploads.coinc_xml(gpstime=(1187008883, 500000000), ids="ilwd")
    answer = api.put(f"events/{gid}", files={"eventFile": ("better.xml", better)})
    assert (answer.status_code, answer.content) == (202, b"")
    assert api.get(f"events/{gid}").json()["gpstime"] == 1187008883.5
    assert api.comments(gid)[4] == "Event data replaced by new upload"
    assert api.get(f"events/{gid}/files/event.log,1").text.startswith(
        "Pipeline: gstlal\nSearch: LowMass"
    )


def test_nobody_else_may_replace_the_data(api: Api, observer: Api) -> None:
    """The text names both; an unreadable replacement leaves what was known."""
    gid = observer.event()
    answer = api.put(f"events/{gid}", files={"eventFile": ("x", b"x")})
    assert answer.status_code == 403
    assert answer.text == (
        "You did not create this event. You (albert.einstein) Them (henrietta.leavitt)"
    )
    mine = api.event()
    assert api.put(f"events/{mine}", files={"eventFile": ("x.xml", b"x")}).status_code == 202
    assert api.get(f"events/{mine}").json()["gpstime"] == 1187008882.44375


def test_burst_parameters_can_be_added(api: Api) -> None:
    """t90 in, T90 out; no change and no number are refused; the change is logged."""
    notice = uploads.voevent_xml()
    gid = api.event(data=notice, filename="notice.xml", pipeline="Fermi", search="GRB")
    url = f"events/{gid}/update-grbevent/"
    changed = api.patch(url, json={"t90": 12.5, "redshift": "0.5", "unknown": 1})
    assert changed.json()["extra_attributes"]["GRB"]["T90"] == 12.5
    assert list(changed.json())[3] == "graceid"
    assert api.comments(gid)[max(api.comments(gid))] == (
        "Updated GRB event parameters: t90: None -> 12.5, redshift: None -> 0.5"
    )
    again = api.patch(url, data={"t90": "12.5"})
    assert (again.status_code, again.json()) == (400, ["Request would not modify the GRB event"])
    assert api.patch(url, json={"ra": "x"}).json() == ["Parameter 'ra' must be a float"]
    other = api.patch(f"events/{api.event()}/update-grbevent/", json={"ra": 1})
    assert other.json().startswith("Cannot update GRB event parameters for non-GRB event T")


def test_an_id_can_be_reserved_and_filled(renewed: Api) -> None:
    """2.36: an id first, its data later, once."""
    form = {"group": "Test", "pipeline": "gstlal", "search": "AllSky", "replay_id": "run_1-a"}
    reserved = renewed.post("events/reserve/", data=form)
    body = reserved.json()
    assert reserved.status_code == 201
    assert (body["processing_status"], body["replay_id"]) == ("reserved", "run_1-a")
    assert body["submitter"] == "albert.einstein"
    url = f"events/{body['graceid']}/upload/"
    filled = renewed.post(
        url,
        data={"graceid": body["graceid"], "labels": "INJ"},
        files={"eventFile": ("coinc.xml", uploads.coinc_xml())},
    )
    assert filled.status_code == 201
    assert filled.json()["processing_status"] == "uploaded"
    assert (filled.json()["gpstime"], filled.json()["labels"]) == (1187008882.44375, ["INJ"])
    again = renewed.post(url, files={"eventFile": ("coinc.xml", uploads.coinc_xml())})
    assert again.status_code == 409
    bad = renewed.post("events/reserve/", data={**form, "replay_id": "no spaces"})
    assert bad.status_code == 400
    assert "alformed replay_id" in bad.json()["error"]
    assert renewed.post("v1/events/reserve/", data=form).status_code == 404


def test_a_malformed_replay_id_is_dropped_with_a_warning(renewed: Api) -> None:
    """The event is made nevertheless."""
    body = renewed.create(replay_id="x" * 31).json()
    assert body["replay_id"] is None
    assert "malformed replay_id" in body["warnings"][0]


def test_an_event_answers_to_the_uuid_of_its_content(renewed: Api, api: Api) -> None:
    """2.36 finds the newer of two uploads of equal bytes; 2.33 routes no UUIDs."""
    data = uploads.coinc_xml(gpstime=(1187000001, 0))
    content = str(uuid.UUID(bytes=hashlib.sha256(data).digest()[:16]))
    first, second = (renewed.event(data=data, content_id=content) for _ in range(2))
    assert first != second
    for url in (f"events/{content}", f"events/{content.upper()}"):
        assert renewed.get(url).json()["graceid"] == second
    assert renewed.get(f"events/{content}/files/coinc.xml,0").content == data
    api.event(data=data, content_id=content)
    assert api.get(f"events/{content}").status_code == 404


def test_real_uploads_give_the_servers_values(api: Api, real_data: Path) -> None:
    """Reference values of the official client's test data."""
    coinc = api.create((real_data / "cbc-lm.xml").read_bytes(), filename="cbc-lm.xml").json()
    assert coinc["gpstime"] == 971609248.151741
    assert coinc["extra_attributes"]["CoincInspiral"]["snr"] == 9.31793628458239
    burst = api.create(
        (real_data / "burst-cwb.txt").read_bytes(), group="Burst", pipeline="CWB"
    ).json()
    assert burst["far"] == 0.00019265
    assert burst["extra_attributes"]["MultiBurst"]["amplitude"] == 5.017162
    grb = api.create(
        (real_data / "fermi-test.xml").read_bytes(), pipeline="Fermi", search="GRB"
    ).json()
    assert grb["extra_attributes"]["GRB"]["error_radius"] == 8.8374
