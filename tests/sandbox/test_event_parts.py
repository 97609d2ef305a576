"""What hangs on an event: labels, logs, tags, files, VOEvents, observations, permissions."""

from __future__ import annotations

import gzip
import json
import os
from typing import Any, Dict
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Api

GONE = "This functionality has been deprecated and will not be re-implemented on GraceDB"


# Labels


def test_a_label_is_put_and_put_again_and_deleted(api: Api) -> None:
    """201 with a twice-encoded object, 200 with a twice-encoded warning, 204, 404."""
    gid = api.event()
    url = f"events/{gid}/labels/EM_READY"
    first, second = api.put(url), api.put(url)
    assert (first.status_code, first.text) == (201, '"{}"')
    assert second.status_code == 200
    warning = {"warning": f"Event {gid} already labeled with 'EM_READY'"}
    assert second.json() == json.dumps(warning)
    shown = api.get(url).json()
    assert list(shown) == ["name", "creator", "created", "self"]
    listed = api.get(f"events/{gid}/labels/").json()
    assert listed["labels"] == [shown]
    assert isinstance(listed["links"], list)
    assert list(listed["links"][0]) == ["self", "event"]
    assert api.delete(url).status_code == 204
    gone = api.delete(url)
    assert (gone.status_code, gone.json()) == (
        404,
        f"No label 'EM_READY' associated with event {gid}",
    )
    assert api.get(url).json() == "Label EM_READY Not Found"
    assert list(api.comments(gid).values())[-2:] == ["Label: EM_READY", "Deleted label: EM_READY"]


@pytest.mark.parametrize(
    ("method", "label", "text"),
    [
        ("PUT", "NOPE", "No such Label 'NOPE'"),
        ("DELETE", "NOPE", "No such Label 'NOPE'"),
        (
            "PUT",
            "ADVOK",
            "The 'ADVOK' label is managed as part of an automated process and cannot be applied"
            " manually",
        ),
        (
            "DELETE",
            "H1NO",
            "The 'H1NO' label is managed as part of an automated process and cannot be removed"
            " manually",
        ),
    ],
)
def test_labels_nobody_may_handle(api: Api, method: str, label: str, text: str) -> None:
    """Unknown and protected labels are refused by name."""
    answer = api.request(method, f"events/{api.event()}/labels/{label}")
    assert (answer.status_code, answer.json()) == (400, text)


def test_the_newer_labels_are_encoded_once(renewed: Api) -> None:
    """2.36 answers objects, spaced; its errors too."""
    gid = renewed.event()
    url = f"events/{gid}/labels/INJ"
    assert renewed.put(url).json() == {}
    assert renewed.put(url).json() == {"warning": f"Event {gid} already labeled with 'INJ'"}
    assert renewed.put(f"events/{gid}/labels/NO").text == '{"error": "No such Label \'NO\'"}'
    assert renewed.put(f"v1/events/{gid}/labels/DQV").text == '"{}"'


# Logs


def test_a_log_is_written_as_form_as_json_and_with_a_file(api: Api) -> None:
    """201, Location, the whole log; each tag adds an entry, so N does not count ours alone."""
    gid = api.event()
    url = f"events/{gid}/log/"
    form = api.post(url, data={"comment": "one", "tagname": ["pe", "a-tag"], "displayName": ["x"]})
    body = form.json()
    assert form.status_code == 201
    assert form.headers["Location"] == body["self"]
    assert body == api.get(body["self"]).json()
    assert (body["N"], body["tag_names"], body["file"]) == (4, ["a-tag", "pe"], None)
    as_json = api.post(url, json={"comment": "two", "tagname": ["pe"], "label": "PE_READY"}).json()
    assert as_json["N"] == 7
    file = api.post(url, data={"comment": "é"}, files={"upload": ("a b#1.txt", b"bytes")}).json()
    assert file["N"] == 10
    assert file["file"].endswith(f"/events/{gid}/files/a%20b%231.txt,0")
    assert api.get(file["file"]).content == b"bytes"
    assert api.comments(gid)[5] == "Tagged message 4: pe "
    assert api.comments(gid)[9] == "Label: PE_READY"


def test_display_names_are_kept_for_new_tags_in_equal_number(api: Api) -> None:
    """As many names as tags, or they are ignored."""
    gid = api.event()
    url = f"events/{gid}/log/"
    api.post(url, data={"comment": "c", "tagname": ["shown", "pe"], "displayName": ["Shown", "No"]})
    tags = {
        each["name"]: each["displayName"] for each in api.get(f"events/{gid}/tag/").json()["tags"]
    }
    assert tags == {"pe": "Parameter Estimation", "shown": "Shown"}
    assert list(tags) == ["pe", "shown"]  # blessed first


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({}, 503, "Failed to save log entry: {'comment': ['This field cannot be null.']}"),
        (
            {"comment": ""},
            503,
            "Failed to save log entry: {'comment': ['This field cannot be blank.']}",
        ),
        (
            {"comment": "c", "tagname": "a b"},
            400,
            "Log message created, but error creating tag: Tag names can only include [0-9a-zA-z_-]",
        ),
        (
            {"comment": "c", "tagname": ["pe", "pe"]},
            409,
            "Log message created, but error creating tag: Log already has tag pe",
        ),
        ({"comment": "c", "label": "NOPE"}, 400, "No such Label 'NOPE'"),
    ],
)
def test_what_fails_after_the_log_was_saved_leaves_it_saved(
    api: Api, fields: Dict[str, Any], status: int, text: str
) -> None:
    """Without a comment the file stays, with one the log stays."""
    gid = api.event()
    answer = api.post(f"events/{gid}/log/", data=fields, files={"upload": ("kept.txt", b"kept")})
    assert (answer.status_code, answer.json()) == (status, text)
    assert api.get(f"events/{gid}/files/kept.txt").content == b"kept"
    assert ("c" in api.comments(gid).values()) is (fields.get("comment") == "c")


def test_a_file_name_with_a_comma_is_not_stored(api: Api) -> None:
    """The log is saved with the name, and no version."""
    gid = api.event()
    body = api.post(
        f"events/{gid}/log/", data={"comment": "c"}, files={"upload": ("a,1.txt", b"x")}
    ).json()
    assert (body["filename"], body["file_version"], body["file"]) == ("a,1.txt", None, None)


def test_lists_of_logs_name_their_key_by_generation(api: Api, renewed: Api) -> None:
    """`log` until 2.33 and in v1; `logs` after; every link is the list."""
    body = api.get(f"events/{api.event()}/log/").json()
    assert list(body) == ["start", "numRows", "links", "log"]
    assert len(set(body["links"].values())) == 1
    gid = renewed.event()
    assert "logs" in renewed.get(f"events/{gid}/log/").json()
    assert "log" in renewed.get(f"v1/events/{gid}/log/").json()
    missing = api.get(f"events/{api.event()}/log/99")
    assert (missing.status_code, missing.json()) == (404, "Log does not exist.")


# Tags


def test_a_tag_comes_and_goes(api: Api) -> None:
    """201, 409, 204, 404; a tag used nowhere leaves the server's list."""
    gid = api.event()
    url = f"events/{gid}/log/1/tag/brand-new"
    made = api.put(url, json={"displayName": "Brand New"})
    assert (made.status_code, made.json()) == (201, "Tag created.")
    again = api.put(url)
    assert (again.status_code, again.json()) == (409, "Log already has tag brand-new")
    assert api.get("tag/").json()["tags"]["brand-new"] == {
        "displayName": "Brand New",
        "blessed": False,
    }
    shown = api.get(url).json()
    assert (shown["name"], list(shown["links"])) == ("brand-new", ["self"])
    of_event = api.get(f"events/{gid}/tag/brand-new").json()
    assert of_event["links"]["logs"] == [f"{api.root}events/{gid}/log/1"]
    assert len(api.get(f"events/{gid}/log/1/tag/").json()["tags"]) == 1
    assert api.delete(url).status_code == 204
    assert api.delete(url).json() == "Tag not found."
    assert "brand-new" not in api.get("tag/").json()["tags"]
    assert list(api.comments(gid).values())[-2:] == [
        "Tagged message 1: brand-new ",
        "Removed tag brand-new for message 1. ",
    ]
    bad = api.put(f"events/{gid}/log/1/tag/a%20b")
    assert (bad.status_code, bad.json()) == (400, "Tag names can only include [0-9a-zA-z_-]")


# Files


def test_every_version_of_a_file_can_be_read(api: Api) -> None:
    """The plain name is the newest; the list holds it and every version."""
    gid = api.event()
    for data in (b"zero", b"one"):
        api.post(f"events/{gid}/log/", data={"comment": "c"}, files={"upload": ("f.dat", data)})
    base = f"events/{gid}/files/"
    assert [api.get(base + name).content for name in ("f.dat,0", "f.dat,1", "f.dat")] == [
        b"zero",
        b"one",
        b"one",
    ]
    listed = api.get(base).json()
    assert {"f.dat", "f.dat,0", "f.dat,1"} <= set(listed)
    assert listed["f.dat,1"] == f"{api.root}{base}f.dat,1"
    for name in ("f.dat,2", "f.dat,x", "nope", "f.dat,0,1", "f.dat,99999999999999999999"):
        answer = api.get(base + name)
        assert (answer.status_code, answer.json()) == (404, f"File {name} not found")


@pytest.mark.parametrize(
    ("name", "kind", "encoding", "attached"),
    [
        ("a.txt", "text/plain; charset=UTF-8", None, False),
        ("a.log", "text/plain; charset=UTF-8", None, False),
        ("a.json", "application/json", None, False),
        ("a.png", "image/png", None, False),
        ("a.fits", "application/octet-stream", None, True),
        ("a.fits.gz", "application/octet-stream", "gzip", True),
        ("a.json.gz", "application/json", "gzip", True),
        ("a.tar.bz2", "application/octet-stream", None, True),
        ("noext", "application/octet-stream", None, True),
    ],
)
def test_a_file_has_the_type_of_its_name(
    api: Api, name: str, kind: str, encoding: Any, attached: bool
) -> None:
    """By extension; gzip is an encoding; what is unknown or encoded is an attachment."""
    gid = api.event()
    data = gzip.compress(b"inner") if name.endswith(".gz") else b"inner"
    api.post(f"events/{gid}/log/", data={"comment": "c"}, files={"upload": (name, data)})
    answer = api.get(f"events/{gid}/files/{name}", stream=True)
    assert answer.raw.read(decode_content=False) == data
    assert answer.headers["Content-Type"] == kind
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Content-Length"] == str(len(data))
    wanted = f'attachment; filename="{name}"' if attached else None
    assert answer.headers.get("Content-Disposition") == wanted


def test_files_that_cannot_be_served(api: Api) -> None:
    """An empty one is a 409, a folder a 403."""
    gid = api.event()
    empty = {"upload": ("empty.txt", b"")}
    api.post(f"events/{gid}/log/", data={"comment": "c"}, files=empty)
    answer = api.get(f"events/{gid}/files/empty.txt")
    assert (answer.status_code, answer.json()) == (
        409,
        "File empty.txt is empty or unavailable",
    )
    put = api.put(f"events/{gid}/files/folder/x.txt", files={"upload": ("x", b"nested")})
    assert put.status_code == 201
    assert put.json() == {"permalink": f"{api.root}events/{gid}/files/folder/x.txt,0"}
    assert api.get(f"events/{gid}/files/folder/x.txt").content == b"nested"
    folder = api.get(f"events/{gid}/files/folder")
    assert (folder.status_code, folder.text) == (403, "folder is a directory")
    assert api.put(f"events/{gid}/files/a,b", files={"upload": ("x", b"x")}).status_code == 400


def test_a_large_file_comes_back_whole(api: Api) -> None:
    """Four megabytes, by their bytes."""
    gid, data = api.event(), os.urandom(4 << 20)
    api.post(f"events/{gid}/log/", data={"comment": "c"}, files={"upload": ("big.bin", data)})
    assert api.get(f"events/{gid}/files/big.bin").content == data


def test_the_newer_file_list(renewed: Api) -> None:
    """2.36: names in a list, links beside it."""
    body = renewed.get(f"events/{renewed.event()}/files/").json()
    assert set(body) == {"files", "links"}
    assert "coinc.xml,0" in body["files"]


NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Cn", "Co"),
                  blacklist_characters=',/\\"&;%'),
    min_size=1, max_size=40,
).filter(lambda name: name.strip(".") != "")  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=NAMES)
def test_any_printable_name_leads_back_to_its_file(api: Api, name: str) -> None:
    """Whatever the file is called, its URL in the log and its quoted name give its bytes."""
    gid = "T0001" if api.get("events/T0001").ok else api.event()
    url = f"events/{gid}/files/{quote(name, safe='')}"
    stored = api.put(url, files={"upload": ("x", name.encode())})
    assert stored.status_code == 201, stored.text
    assert api.get(url).content == name.encode()
    assert api.get(stored.json()["permalink"]).content == name.encode()


# VOEvents


def test_a_voevent_is_written_filed_and_logged(api: Api) -> None:
    """201 with typed values; the file cites the ones before it; one tagged log."""
    gid = api.event()
    url = f"events/{gid}/voevent/"
    form = {"voevent_type": "PR", "CoincComment": "False", "BNS": "0.75", "internal": 0}
    first = api.post(url, data=form)
    body = first.json()
    assert first.status_code == 201
    assert first.headers["Location"] == body["links"]["self"]
    assert body == api.get(body["links"]["self"]).json()
    assert body["ivorn"] == f"ivo://gwnet/LVC#{gid}-1-Preliminary"
    assert (body["internal"], body["coinc_comment"], body["prob_bns"]) == (False, False, 0.75)
    second = api.post(url, json={"voevent_type": "RE", "CoincComment": False}).json()
    document = ElementTree.fromstring(api.get(second["links"]["file"]).content)
    assert [each.text for each in document.iter("EventIVORN")] == [body["ivorn"]]
    assert [each.get("cite") for each in document.iter("EventIVORN")] == ["retraction"]
    assert len(api.get(url).json()["voevents"]) == 2
    logs = [each for each in api.get(f"events/{gid}/log/").json()["log"] if each["tag_names"]]
    assert [(each["comment"], each["tag_names"]) for each in logs] == [
        ("New VOEvent", ["em_follow"])
    ] * 2
    assert api.get(f"{url}9").json() == "VOEvent does not exist."


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"voevent_type": "preliminary"}, "You must provide a valid voevent_type."),
        (
            {"skymap_type": "x"},
            "Both or neither of skymap_type and skymap_filename must be specified.",
        ),
        ({"skymap_type": "x", "skymap_filename": "no"}, "Skymap file no does not exist"),
        ({"time_coinc_far": 1}, "External GCN ID not provided"),
        ({"time_coinc_far": 1, "ext_gcn": "1"}, "External Pipeline not provided"),
        ({"MassGap": 0.5}, "MassGap has been replaced by HasMassGap"),
    ],
)
def test_a_voevent_that_cannot_be(api: Api, fields: Dict[str, Any], text: str) -> None:
    """The first check that fails answers."""
    form = {"voevent_type": "PR", "CoincComment": False, **fields}
    answer = api.post(f"events/{api.event()}/voevent/", json=form)
    assert (answer.status_code, answer.json()) == (400, {"error": text})


def test_a_voevent_of_an_event_about_which_little_is_known(api: Api) -> None:
    """No time, no FAR, a probability beyond 1, no CoincComment: each is a 400."""
    form = {"voevent_type": "PR", "CoincComment": False}
    blind = api.event(data=b"<not xml")
    assert "no gpstime" in api.post(f"events/{blind}/voevent/", json=form).json()["error"]
    gid = api.event()
    url = f"events/{gid}/voevent/"
    assert api.post(url, json={**form, "BNS": 1.5}).status_code == 400
    assert api.post(url, json={"voevent_type": "PR"}).status_code == 400
    assert api.get(url).json()["voevents"] == []
    assert "New VOEvent" not in api.comments(gid).values()


# EM observations

OBSERVATION = {
    "group": "Test",
    "ra_list": [10, 350],
    "dec_list": [0, 80],
    "ra_width_list": [4, 30],
    "dec_width_list": [2, 30],
    "start_time_list": ["2024-01-01T00:00:00", "2024-01-01T01:00:00"],
    "duration_list": [60, 90],
    "comment": "clear sky",
}


def test_an_observation_has_a_box_and_its_footprints_newest_first(api: Api) -> None:
    """The box is clipped at the pole and at RA 360; comma strings do as well as lists."""
    gid = api.event()
    url = f"events/{gid}/emobservation/"
    made = api.post(url, json=OBSERVATION)
    body = made.json()
    assert (made.status_code, made.headers["Location"]) == (201, body["self"])
    assert (body["ra"], body["raWidth"]) == (184.0, 352.0)
    assert (body["dec"], body["decWidth"]) == (44.5, 91.0)
    assert [each["N"] for each in body["footprints"]] == [2, 1]
    assert body["footprints"][0]["start_time"] == "2024-01-01 01:00:00 UTC"
    strings = {
        k: ",".join(map(str, v)) if isinstance(v, list) else v for k, v in OBSERVATION.items()
    }
    assert api.post(url, data=strings).json()["ra"] == 184.0
    assert [each["N"] for each in api.get(url).json()["observations"]] == [1, 2]
    assert api.comments(gid)[4] == "New EMBB observation record for Test"
    assert api.get(f"{url}9").json() == "Observation record not nound"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"group": ""}, "Please specify an EM followup MOU group"),
        ({"ra_list": []}, "All fields are required, please try again."),
        ({"ra_list": [1]}, "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and"
         " duration_list must be the same length."),
        ({"ra_list": [1, "x"]}, "Cannot read RA list element 1 of [1, 'x']"),
    ],
)  # fmt: skip
def test_an_observation_that_cannot_be_read(api: Api, change: Dict[str, Any], text: str) -> None:
    """Each in its own words."""
    answer = api.post(f"events/{api.event()}/emobservation/", json={**OBSERVATION, **change})
    assert (answer.status_code, answer.json()) == (400, text)


# What 2.36 no longer has


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "voevent/"),
        ("POST", "voevent/"),
        ("GET", "voevent/1"),
        ("GET", "emobservation/"),
        ("POST", "emobservation/"),
        ("PATCH", "update-grbevent/"),
    ],
)
def test_what_is_gone_is_410(renewed: Api, method: str, path: str) -> None:
    """Gone from the renewed API; v1 still has it."""
    gid = renewed.event()
    answer = renewed.request(method, f"events/{gid}/{path}")
    assert (answer.status_code, answer.json()) == (410, {"error": GONE})
    assert renewed.request(method, f"v1/events/{gid}/{path}").status_code != 410


# Permissions, and outsiders


def test_an_outsider_sees_what_is_granted_and_tagged(api: Api, observer: Api) -> None:
    """Nothing; then the event with reduced attributes; then logs and files tagged lvem."""
    gid = api.event(group="CBC")
    assert observer.get(f"events/{gid}").status_code == 403
    assert observer.get("events/").json()["numRows"] == 0
    perms = f"events/{gid}/perms/"
    granted = api.put(f"{perms}lvem_observers/view")
    assert (granted.status_code, api.put(f"{perms}lvem_observers/view").status_code) == (201, 200)
    assert granted.json()["groupeventpermission"] == {
        "group": "lvem_observers",
        "permission": "view_coincinspiralevent",
    }
    extra = observer.get(f"events/{gid}").json()["extra_attributes"]
    assert list(extra) == ["SingleInspiral"]
    assert list(extra["SingleInspiral"][0]) == ["ifo", "end_time", "end_time_ns"]
    assert observer.get("events/").json()["numRows"] == 1
    assert observer.get(f"events/{gid}/log/").json()["log"] == []
    hidden = observer.get(f"events/{gid}/log/1")
    assert hidden.text == "You do not have permission to view this log message."
    api.put(f"events/{gid}/log/1/tag/lvem")
    assert observer.get(f"events/{gid}/log/1").ok
    assert list(observer.get(f"events/{gid}/files/").json()) == ["coinc.xml", "coinc.xml,0"]
    secret = observer.get(f"events/{gid}/files/event.log")
    assert (secret.status_code, secret.text) == (
        403,
        "You do not have permission to view this file.",
    )
    assert observer.post(f"events/{gid}/log/", json={"comment": "x"}).status_code == 403
    api.put(f"{perms}lvem_observers/change")
    mine = observer.post(f"events/{gid}/log/", json={"comment": "seen"}).json()
    assert mine["tag_names"] == ["lvem"]
    assert observer.delete(f"events/{gid}/log/{mine['N']}/tag/lvem").status_code == 204
    others = observer.delete(f"events/{gid}/log/1/tag/lvem")
    assert others.text == "You do not have permission to add or remove this tag."
    withdrawn = api.delete(f"{perms}lvem_observers/view")
    assert withdrawn.json() == {"message": "Permission successfully deleted."}
    assert observer.get(f"events/{gid}").status_code == 403
    api.delete(f"{perms}lvem_observers/change")


def test_permissions_are_listed_by_group(api: Api) -> None:
    """The map sits inside `links`; unknown groups and absent permissions are 404s."""
    perms = f"events/{api.event(group='CBC', search='MDC')}/perms/"
    groups = api.get(perms).json()["links"]["groupeventpermissions"]
    assert list(groups) == ["executives", "internal_users", "lvem_users"]
    rows = api.get(f"{perms}lvem_users/").json()["groupeventpermissions"]
    assert [each["permission"] for each in rows] == [
        "view_coincinspiralevent",
        "change_coincinspiralevent",
    ]
    assert api.get(f"{perms}nobodies/").json() == "Group does not exist."
    assert api.get(f"{perms}lvem_users/eat").json() == "Permission not found."
    missing = api.delete(f"{perms}catalog_managers/view")
    assert (missing.status_code, missing.json()) == (404, "GroupObjectPermission not found.")


def test_an_event_has_no_signoffs_and_nobody_writes_embb_logs(api: Api) -> None:
    """Empty lists in the usual envelope; other methods are 405."""
    gid = api.event()
    assert api.get(f"events/{gid}/signoff/").json()["signoffs"] == []
    assert api.post(f"events/{gid}/signoff/").status_code == 405
    assert api.get(f"events/{gid}/embb/").json()["embblog"] == []
    assert api.get(f"events/{gid}/embb/1").json() == "Log Message Not Found"
