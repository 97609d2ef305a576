"""Arguments in the forms that programs for the older client give them."""

from __future__ import annotations

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
