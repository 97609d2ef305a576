"""Arguments in the forms that programs for the older client give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gracedb_core.legacy import GraceDb


@pytest.mark.parametrize(
    "nothing",
    [
        {"filename": ""},
        {"filename": "", "filecontents": ""},
        {"filecontents": b""},
        {"label": ""},
        {"filename": "", "filecontents": "", "label": "", "tag_name": ""},
    ],
)
def test_empty_means_none(gracedb: GraceDb, subject: str, nothing: Any) -> None:
    """Wrappers have empty text for a default."""
    written = gracedb.write_log(subject, "a message", **nothing)
    assert written.status == 201
    assert not written.json()["filename"]


def test_contents_are_not_dropped(gracedb: GraceDb, graceid: str) -> None:
    """Not without a name, nor where they are those of an empty file."""
    with pytest.raises(ValueError, match="without a name"):
        gracedb.write_log(graceid, "a message", "", "contents")
    assert gracedb.write_log(graceid, "a message", "a.txt", "").json()["filename"] == "a.txt"


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_a_message_of_bytes(gracedb: GraceDb, graceid: str, kind: Any) -> None:
    """What a process has printed is read as text."""
    written = gracedb.write_log(graceid, kind("é".encode() + b"\xff"))
    assert written.json()["comment"] == "é\ufffd"


def test_the_name_of_tags(gracedb: GraceDb, graceid: str) -> None:
    """The present one goes before the older one."""
    written = gracedb.write_log(graceid, "a message", tag_name="em_bright", tagname="sky_loc")
    assert written.json()["tag_names"] == ["em_bright"]
    written = gracedb.write_log(graceid, "a message", tagname="sky_loc")
    assert written.json()["tag_names"] == ["sky_loc"]


def test_empty_text_clears(gracedb: GraceDb, sid: str) -> None:
    """What a superevent may be without is gone, and of all else it keeps what it has."""
    gracedb.update_superevent(sid, em_type="E1", time_coinc_far=1e-5, space_coinc_far=1e-6)
    nothing: Any = ""
    answer = gracedb.update_superevent(
        sid, t_0=2.5, t_end=nothing, preferred_event="", em_type="", time_coinc_far=nothing
    )
    changed = answer.json()
    assert (changed["em_type"], changed["time_coinc_far"]) == (None, None)
    assert (changed["t_0"], changed["t_end"], changed["space_coinc_far"]) == (2.5, 3.0, 1e-6)
    assert gracedb.event(changed["preferred_event"]).status == 200


def test_empty_text_beside_others(gracedb: GraceDb, sid: str) -> None:
    """Where it clears nothing, it takes no part, and times are rounded as ever."""
    answer = gracedb.update_superevent(sid, t_0=2.12345678, preferred_event="")
    assert answer.json()["t_0"] == 2.123457
    with pytest.raises(ValueError, match="at least one"):
        gracedb.update_superevent(sid, em_type="")


def test_a_file_by_its_path(gracedb: GraceDb, graceid: str) -> None:
    """What names a file to upload names it to read as well."""
    with gracedb.files(graceid, Path("coinc.xml")) as file:
        assert file.read(5) == b"<?xml"


# What is refused


def test_unknown_labels(gracedb: GraceDb, graceid: str) -> None:
    """They are refused with the kind of error of each call."""
    for call in (gracedb.labels, gracedb.write_label):
        with pytest.raises(NameError, match="no label 'NOPE'"):
            call(graceid, "NOPE")
    for labels in ("NOPE", ["INJ", "NOPE"]):
        with pytest.raises(ValueError, match="no label 'NOPE'"):
            gracedb.create_superevent(1, 2, 3, graceid, "test", labels=labels)


@pytest.mark.parametrize("which", ["events", "labels"])
@pytest.mark.parametrize("wrong", [{"T1"}, {"T1": 1}, 5, [5]])
def test_what_is_no_list(gracedb: GraceDb, which: str, wrong: Any) -> None:
    """A set, a dictionary and a number are not read as a list of names."""
    given: Any = {which: wrong}
    with pytest.raises(TypeError, match=f"{which} must be"):
        gracedb.create_superevent(1, 2, 3, "T1", "test", **given)


@pytest.mark.parametrize("none", ["", [], set(), None])
def test_no_members(gracedb: GraceDb, graceid: str, none: Any) -> None:
    """Whatever is empty stands for none."""
    answer = gracedb.create_superevent(1, 2, 3, graceid, "test", events=none, labels=none)
    assert (answer.json()["gw_events"], answer.json()["labels"]) == ([graceid], [])


def test_an_answer_that_is_none(gracedb: GraceDb) -> None:
    assert gracedb.load_json_from_response(gracedb.ping())["groups"]
    with pytest.raises(ValueError, match="None"):
        gracedb.load_json_from_response(None)
