"""Labels, logs, tags, VOEvents and observations, of events and of superevents alike.

What the two columns of the server spell differently means the same here; where their answers
differ, the difference is in the expectation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from gracedb_core import Client, errors
from gracedb_core.resources import Event
from tests.sandbox.uploads import coinc_xml

from . import making

ISSUER = "albert.einstein"


def is_event(thing: Any) -> bool:
    """Tell an event's node from a superevent's."""
    return isinstance(thing, Event)


def test_labels(thing: Any) -> None:
    """A label is put on, read, and taken off."""
    assert thing.labels.get() == []
    first = thing.labels.create("DQV")
    assert thing.labels.create(label="INJ") is not None
    rows = thing.labels.get()
    assert [row["name"] for row in rows] == ["DQV", "INJ"]
    assert [row["creator"] for row in rows] == [ISSUER] * 2
    assert thing.labels["DQV"].get() == rows[0]
    # An event answers with an empty object, a superevent with the label's.
    assert first == ({} if is_event(thing) else rows[0])
    assert sorted(thing.get()["labels"]) == ["DQV", "INJ"]
    assert thing.labels.delete("DQV") is None
    assert thing.labels.delete(label="INJ") is None
    assert thing.labels.get() == thing.get()["labels"] == []
    verb = "Label: DQV" if is_event(thing) else "Added label: DQV"
    assert verb in making.comments(thing)


def test_a_label_that_is_there(thing: Any) -> None:
    """Events answer a second label with a warning, superevents refuse it."""
    thing.labels.create("DQV")
    if is_event(thing):
        gid = thing.get()["graceid"]
        warning = f"Event {gid} already labeled with 'DQV'"
        assert thing.labels.create("DQV") == {"warning": warning}
    else:
        with pytest.raises(errors.BadRequest) as caught:
            thing.labels.create("DQV")
        assert caught.value.detail == "The fields superevent, name must make a unique set."
    assert making.label_names(thing) == ["DQV"]


@pytest.mark.parametrize("label", ["FOO", "ADVOK", "a b+c&d=é"])
def test_a_label_that_cannot_be(thing: Any, label: str) -> None:
    """An unknown label and a managed one are refused, in words that name it."""
    with pytest.raises(errors.BadRequest) as caught:
        thing.labels.create(label)
    assert label in caught.value.detail
    with pytest.raises((errors.BadRequest, errors.NotFound)):
        thing.labels.delete(label)
    with pytest.raises(errors.NotFound):
        thing.labels[label].get()
    assert thing.labels.get() == []


def test_a_label_that_is_not_there(thing: Any) -> None:
    """Taking off what is not on is told."""
    with pytest.raises(errors.NotFound):
        thing.labels.delete("DQV")


def test_a_comment(thing: Any) -> None:
    """A message without a file: its object, and the same when it is read."""
    before = len(thing.logs.get())
    row = thing.logs.create(comment="é & < > \U0001f30c")
    assert (row["comment"], row["issuer"]) == ("é & < > \U0001f30c", ISSUER)
    assert (row["filename"], row["file_version"], row["file"]) == ("", None, None)
    assert (row["N"], row["tag_names"]) == (before + 1, [])
    assert thing.logs[row["N"]].get() == thing.logs[str(row["N"])].get() == row
    assert thing.logs.get()[-1] == row
    assert thing.logs.create("by position")["comment"] == "by position"


def test_without_a_comment(thing: Any) -> None:
    """A message needs words; an event would keep the file of one that has none."""
    before = making.comments(thing)
    for comment in (None, "", " "):
        with pytest.raises(errors.InputError, match="needs a comment"):
            thing.logs.create(comment, filename="a.txt", filecontents=b"x")
    assert making.comments(thing) == before
    assert "a.txt" not in thing.files.get()


TAGGED = {"tags": ["sky_loc", "pe"], "label": "SKYMAP_READY"}


@pytest.mark.parametrize("filecontents", [bytes(range(256)), None], ids=["contents", "path"])
@pytest.mark.parametrize("more", [{}, TAGGED], ids=["plain", "tagged"])
def test_a_file(thing: Any, tmp_path: Path, filecontents: Any, more: Any) -> None:
    """A file goes along with the message, with or without tags and label."""
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)))
    row = thing.logs.create("the file", filename=path, filecontents=filecontents, **more)
    assert (row["filename"], row["file_version"]) == ("a.bin", 0)
    assert row["file"].endswith("/files/a.bin,0")
    assert row["tag_names"] == sorted(more.get("tags", []))
    assert making.contents(thing, "a.bin") == bytes(range(256))
    assert making.label_names(thing) == ([more["label"]] if more else [])
    assert thing.logs[row["N"]].get() == row


@pytest.mark.parametrize(
    ("collect", "applied"),
    [
        (lambda: None, []),
        (list, []),
        (lambda: "pe", ["pe"]),
        (lambda: ["sky_loc", "pe"], ["pe", "sky_loc"]),
        (lambda: ("sky_loc", "pe"), ["pe", "sky_loc"]),
        (lambda: {"sky_loc", "pe"}, ["pe", "sky_loc"]),
        (lambda: iter(["sky_loc", "pe"]), ["pe", "sky_loc"]),
    ],
    ids=["none", "empty", "str", "list", "tuple", "set", "iterator"],
)
def test_tags_come_in_any_collection(
    thing: Any, collect: Callable[[], Any], applied: List[str]
) -> None:
    """`tags` is one, several in any collection, or none: with a file and without."""
    rows = [
        thing.logs.create(comment="x", tags=collect()),
        thing.logs.create(comment="x", tags=collect(), filename="a", filecontents=b"x"),
    ]
    for row in rows:
        assert sorted(row["tag_names"]) == applied
        assert sorted(tag["name"] for tag in thing.logs[row["N"]].tags.get()) == applied
    # The server writes a message of its own for each tag, so N is not counted in ones.
    assert rows[1]["N"] == rows[0]["N"] + 1 + len(applied)


def test_a_label_with_a_message(thing: Any) -> None:
    """`label` labels the object as well."""
    thing.logs.create(comment="vetoed", label="DQV")
    assert making.label_names(thing) == ["DQV"]
    with pytest.raises(errors.BadRequest, match="FOO"):
        thing.logs.create(comment="vetoed", label="FOO")


def test_names_of_new_tags(thing: Any) -> None:
    """What is not among our arguments is sent as it is, like a new tag's name for people."""
    tag = "brand-new" if is_event(thing) else "brand_new"
    row = thing.logs.create(comment="x", tags=tag, displayName=["Brand new"])
    assert thing.logs[row["N"]].tags[tag].get()["displayName"] == "Brand new"
    thing.logs[row["N"]].tags.delete(tag)


def test_a_message_that_is_not_there(thing: Any) -> None:
    """A number nobody wrote is not found, by the message or by its tags."""
    for node in (thing.logs[99], thing.logs[99].tags, thing.voevents[99]):
        with pytest.raises(errors.NotFound):
            node.get()


def test_tags(thing: Any) -> None:
    """A tag is put on a message, read, and taken off."""
    tags = thing.logs[1].tags
    assert tags.get() == []
    made = tags.create("sky_loc")
    row = tags["sky_loc"].get()
    assert (row["name"], row["displayName"]) == ("sky_loc", "Sky Localization")
    assert made == ("Tag created." if is_event(thing) else row)
    assert [tag["name"] for tag in tags.get()] == ["sky_loc"]
    assert thing.logs[1].get()["tag_names"] == ["sky_loc"]

    refused = errors.Conflict if is_event(thing) else errors.BadRequest
    with pytest.raises(refused, match="already"):
        tags.create("sky_loc")
    assert tags.delete(tag="sky_loc") is None
    assert tags.get() == []
    with pytest.raises(errors.NotFound):
        tags.delete("sky_loc")
    with pytest.raises(errors.BadRequest) as caught:
        tags.create("a tag & more")
    assert "Tag names can only include" in caught.value.detail


def test_a_new_tag_has_a_name_for_people(thing: Any) -> None:
    """`display_name` counts for a tag that the server has not seen yet."""
    tag = "new-here" if is_event(thing) else "new-there"
    thing.logs[1].tags.create(tag, display_name="New, é")
    assert thing.logs[1].tags[tag].get()["displayName"] == "New, é"
    thing.logs[1].tags.delete(tag)


@pytest.mark.parametrize(
    ("word", "code", "ending"),
    [
        ("preliminary", "PR", "1-Preliminary.xml"),
        ("PR", "PR", "1-Preliminary.xml"),
        ("update", "UP", "1-Update.xml"),
        ("initial", "IN", "1-Initial.xml"),
        ("earlywarning", "EW", "1-EarlyWarning.xml"),
        ("retraction", "RE", "1-Retraction.xml"),
    ],
)
def test_voevents(thing: Any, word: str, code: str, ending: str) -> None:
    """The server makes a VOEvent, whose file can be read; the next one cites it."""
    assert thing.voevents.get() == []
    thing.logs.create(comment="map", filename="a.fits", filecontents=b"map")
    skymap = (
        {"skymap_type": "BAYESTAR", "skymap_filename": "a.fits"} if code in ("IN", "UP") else {}
    )
    row = thing.voevents.create(voevent_type=word, **skymap)
    assert (row["N"], row["voevent_type"], row["issuer"]) == (1, code, ISSUER)
    assert (row["internal"], row["open_alert"], row["coinc_comment"]) == (True, False, False)
    assert row["filename"].endswith(ending)
    assert thing.voevents[1].get() == thing.voevents.get()[0] == row
    assert b"ivo://gwnet/LVC#" in making.contents(thing, row["filename"])
    second = thing.voevents.create("retraction")
    assert row["ivorn"].encode() in making.contents(thing, second["filename"])


SENT: Dict[str, Any] = {
    "internal": False, "open_alert": True, "hardware_inj": True, "skymap_type": "BAYESTAR",
    "skymap_filename": "a.fits,0", "ProbHasNS": 0.25, "ProbHasRemnant": 0.0, "BNS": 1e-17,
    "NSBH": 0.5, "BBH": 1, "Terrestrial": 0.125, "HasMassGap": 0.75, "Significant": True,
    "coinc_comment": True,
}  # fmt: skip
READ = {
    "internal": False, "open_alert": True, "hardware_inj": True, "skymap_type": "BAYESTAR",
    "skymap_filename": "a.fits,0", "prob_has_ns": 0.25, "prob_has_remnant": 0.0,
    "prob_bns": 1e-17, "prob_nsbh": 0.5, "prob_bbh": 1.0, "prob_terrestrial": 0.125,
    "prob_has_mass_gap": 0.75, "significant": True, "coinc_comment": True,
}  # fmt: skip


def test_voevent_arguments(thing: Any) -> None:
    """Every argument arrives as what it is, under the name that the server reads."""
    thing.logs.create(comment="map", filename="a.fits", filecontents=b"map")
    only_there = {} if is_event(thing) else {"HasSSM": 0.0625}
    row = thing.voevents.create("initial", **SENT, **only_there)
    # Events take `open_alert` and pass it over.
    expected = {**READ, "open_alert": row["open_alert"] if is_event(thing) else True}
    assert {key: row[key] for key in expected} == expected
    if only_there:
        assert row["prob_has_ssm"] == 0.0625
    with pytest.raises(errors.BadRequest, match="MassGap has been replaced"):
        thing.voevents.create("preliminary", MassGap=0.5)
    with pytest.raises(errors.BadRequest):
        thing.voevents.create("preliminary", BNS=2)
    with pytest.raises(errors.BadRequest, match=r"[Ss]kymap"):
        thing.voevents.create("update", skymap_filename="no.fits", skymap_type="X")
    assert len(thing.voevents.get()) == 1


FOOTPRINTS: Dict[str, Any] = {
    "ra_list": [10.0, 20.0],
    "dec_list": [-5.0, 5.5],
    "ra_width_list": [2.0, 2],
    "dec_width_list": [1.0, 1],
    "start_time_list": ["2019-04-25T08:18:05", "2019-04-25T09:00:00"],
    "duration_list": [60, 120],
}


def test_observations(thing: Any) -> None:
    """A report of footprints, newest first, with the box around them."""
    assert thing.emobservations.get() == []
    row = thing.emobservations.create("Test", comment="clear sky", **FOOTPRINTS)
    assert (row["N"], row["group"], row["submitter"]) == (1, "Test", ISSUER)
    assert (row["comment"], row["footprint_count"]) == ("clear sky", 2)
    assert (row["ra"], row["raWidth"], row["dec"], row["decWidth"]) == (15.0, 12.0, 0.25, 11.5)
    assert [foot["exposure_time"] for foot in row["footprints"]] == [120, 60]
    assert thing.emobservations[1].get() == row
    assert thing.emobservations.get() == [row]
    assert thing.emobservations.create(group="Test", **FOOTPRINTS)["comment"] == ""
    with pytest.raises(errors.BadRequest, match="same length"):
        thing.emobservations.create("Test", **{**FOOTPRINTS, "ra_list": [1.0]})
    with pytest.raises(errors.NotFound):
        thing.emobservations[9].get()


def test_an_event_without_a_time_has_no_voevent(client: Client) -> None:
    """The server's reason is given in its own words, out of its envelope."""
    gid = making.event_id(client, contents=coinc_xml(without=["coinc_inspiral", "coinc_event"]))
    with pytest.raises(errors.BadRequest) as caught:
        client.events[gid].voevents.create("preliminary")
    assert caught.value.detail == "Cannot build a VOEvent because event has no gpstime."
    assert caught.value.response.json() == {"error": caught.value.detail}
