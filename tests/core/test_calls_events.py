"""Events, made, replaced and read over both transports, against a real server."""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import sys
import uuid
from pathlib import Path
from typing import Any, Callable, List

import pytest

from gracedb_core import Client, errors
from tests.sandbox.uploads import coinc_xml, cwb_text, voevent_xml

from . import making

COINC = making.COINC

#: Keys that only the answer to an upload has.
ONLY_AT_FIRST = {"warnings", "superevent_neighbours"}


def test_an_upload_is_read_as_its_pipeline_wrote_it(client: Client) -> None:
    """The answer to an upload is the event that the server found in the file."""
    made = making.event(client, search="LowMass", offline=True)
    assert made["graceid"].startswith("T")
    assert made["warnings"] == []
    read = client.events[made["graceid"]].get()
    assert set(made) - set(read) == ONLY_AT_FIRST
    # The answer leaves out the empty columns of single detectors, which a reading spells out.
    assert all(made[key] == read[key] for key in set(read) - {"extra_attributes"})
    assert (read["gpstime"], read["far"]) == (1187008882.44375, 3.5e-12)
    assert (read["instruments"], read["nevents"]) == ("H1,L1", 2)
    assert (read["group"], read["pipeline"], read["search"]) == ("Test", "gstlal", "LowMass")
    assert (read["offline"], read["labels"], read["superevent"]) == (True, [], None)
    assert read["extra_attributes"]["CoincInspiral"]["mchirp"] == 1.19
    assert [row["ifo"] for row in read["extra_attributes"]["SingleInspiral"]] == ["H1", "L1"]


@pytest.mark.parametrize("offline", [None, False, True])
def test_offline(client: Client, offline: Any) -> None:
    """An upload is online unless it says otherwise."""
    assert making.event(client, offline=offline)["offline"] is bool(offline)


@pytest.mark.parametrize(
    ("labels", "applied"),
    [
        (lambda: None, []),
        (lambda: (), []),
        (lambda: "INJ", ["INJ"]),
        (lambda: ["INJ", "DQV"], ["DQV", "INJ"]),
        (lambda: ("DQV", "INJ"), ["DQV", "INJ"]),
        (lambda: {"INJ", "DQV"}, ["DQV", "INJ"]),
        (lambda: frozenset({"DQV"}), ["DQV"]),
        (lambda: (name for name in ["INJ", "DQV"]), ["DQV", "INJ"]),
    ],
    ids=["none", "empty", "str", "list", "tuple", "set", "frozenset", "generator"],
)
def test_labels_come_in_any_collection(
    client: Client, labels: Callable[[], Any], applied: List[str]
) -> None:
    """`labels` is one, several in any collection, or none: for events and superevents alike."""
    made = making.event(client, labels=labels())
    assert sorted(made["labels"]) == applied
    assert making.label_names(client.events[made["graceid"]]) == applied
    above = making.superevent(client, preferred_event=made["graceid"], labels=labels())
    assert sorted(above["labels"]) == applied


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds a file, and a folder with another."""
    (tmp_path / "run").mkdir()
    (tmp_path / "coinc.xml").write_bytes(COINC)
    (tmp_path / "run" / "coinc.xml").write_bytes(COINC)
    (tmp_path / "initial.data").write_bytes(COINC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def standing(at: int) -> io.BytesIO:
    """Open a file that was read as far as *at*."""
    file = io.BytesIO(b"#" * at + COINC)
    file.seek(at)
    return file


@pytest.mark.parametrize(
    ("given", "name", "data"),
    [
        (lambda: {"filename": "coinc.xml"}, "coinc.xml", COINC),
        (lambda: {"filename": Path("coinc.xml")}, "coinc.xml", COINC),
        (lambda: {"filename": "run/coinc.xml"}, "coinc.xml", COINC),
        (lambda: {"filename": str(Path("run/coinc.xml").resolve())}, "coinc.xml", COINC),
        (dict, "initial.data", COINC),
        (lambda: {"filecontents": COINC}, "initial.data", COINC),
        (lambda: {"filename": "a.xml", "filecontents": COINC}, "a.xml", COINC),
        (lambda: {"filename": "a.xml", "filecontents": COINC.decode()}, "a.xml", COINC),
        (lambda: {"filename": "a.xml", "filecontents": bytearray(COINC)}, "a.xml", COINC),
        (lambda: {"filename": "a.xml", "filecontents": memoryview(COINC)}, "a.xml", COINC),
        (lambda: {"filename": "no/such/a.xml", "filecontents": COINC}, "a.xml", COINC),
        (lambda: {"filename": "a.txt", "filecontents": "é\r\n"}, "a.txt", b"\xc3\xa9\r\n"),
        (lambda: {"filename": "a b+é.xml", "filecontents": COINC}, "a b+é.xml", COINC),
        (lambda: {"filename": "a.xml", "filecontents": io.BytesIO(COINC)}, "a.xml", COINC),
        (lambda: {"filename": "a.xml", "filecontents": standing(7)}, "a.xml", COINC),
        (lambda: {"filename": "a.txt", "filecontents": io.StringIO("é")}, "a.txt", b"\xc3\xa9"),
        (lambda: {"filename": "a.bin", "filecontents": bytes(range(256))}, "a.bin",
         bytes(range(256))),
    ],
)  # fmt: skip
def test_a_file_is_given_in_any_way(
    client: Client, folder: Path, given: Callable[[], Any], name: str, data: bytes
) -> None:
    """A path, contents in any form or an open file: what was meant arrives, under its name."""
    made = client.events.create(group="Test", pipeline="gstlal", **given())
    event = client.events[made["graceid"]]
    assert event.logs[1].get()["filename"] == name
    assert making.contents(event, name) == making.contents(event, f"{name},0") == data


def test_open_files_stay_open(client: Client, folder: Path) -> None:
    """The caller opened it, the caller closes it."""
    with open("coinc.xml", "rb") as file:
        made = client.events.create("coinc.xml", file, group="Test", pipeline="gstlal")
        assert not file.closed
    assert making.contents(client.events[made["graceid"]], "coinc.xml") == COINC


def test_a_pipe(client: Client) -> None:
    """What has neither length nor position arrives whole all the same."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        file.write(b"as it\ncomes")
    with os.fdopen(reader, "rb") as file:
        made = making.event(client, file)
    assert making.contents(client.events[made["graceid"]], "coinc.xml") == b"as it\ncomes"


def test_standard_input(client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is standard input, and the name too: the SDK's users find the file by it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(COINC)))
    made = client.events.create("-", group="Test", pipeline="gstlal")
    event = client.events[made["graceid"]]
    assert making.contents(event, "-") == COINC


def test_a_compressed_upload(client: Client) -> None:
    """The server reads what is compressed, and it comes back as what was in it."""
    packed = coinc_xml(compress=True)
    made = making.event(client, packed, filename="coinc.xml.gz")
    assert made["far"] == 3.5e-12
    assert making.contents(client.events[made["graceid"]], "coinc.xml.gz") == gzip.decompress(
        packed
    )


def test_uploads_are_known_by_their_content(newer: Client) -> None:
    """Each upload carries a UUID made of its bytes, by which newer servers find it."""
    data = coinc_xml(snr=making.moment())
    made = making.event(newer, data)
    content_id = str(uuid.UUID(bytes=hashlib.sha256(data).digest()[:16]))
    assert newer.events[content_id].get()["graceid"] == made["graceid"]
    own = str(uuid.uuid4())
    other = making.event(newer, data, content_id=own)
    assert newer.events[own].get()["graceid"] == other["graceid"] != made["graceid"]


@pytest.mark.parametrize(
    ("pipeline", "search", "letter", "contents"),
    [
        ("gstlal", "LowMass", "G", COINC),
        ("gstlal", "MDC", "M", COINC),
        ("CWB", "AllSky", "G", cwb_text()),
        ("Fermi", "GRB", "E", voevent_xml()),
    ],
)
def test_letters_of_ids(
    client: Client, pipeline: str, search: str, letter: str, contents: bytes
) -> None:
    """The server gives the letter; production, MDC and external events are all addressed alike."""
    group = {"CWB": "Burst", "Fermi": "External"}.get(pipeline, "CBC")
    made = making.event(client, contents, group=group, pipeline=pipeline, search=search)
    assert made["graceid"][0] == letter
    assert client.events[made["graceid"]].get()["pipeline"] == pipeline


def test_update_replaces_the_data(client: Client, folder: Path) -> None:
    """A better file changes what the event says; the first stays as version 0."""
    gid = making.event_id(client)
    better = coinc_xml(far=1e-15, gpstime=(1187008883, 0))
    assert client.events.update(gid, filename="coinc.xml", filecontents=better) is None
    event = client.events[gid]
    assert (event.get()["far"], event.get()["gpstime"]) == (1e-15, 1187008883.0)
    assert making.contents(event, "coinc.xml,0") == COINC
    versions = [row["file_version"] for row in event.logs.get() if row["filename"] == "coinc.xml"]
    assert len(versions) == 4, "two uploads, and what the server made of each"
    assert making.comments(event)[3] == "Event data replaced by new upload"

    client.events.update(event_id=gid, filename=Path("run/coinc.xml"))
    assert event.get()["far"] == 3.5e-12


def test_neighbors(client: Client) -> None:
    """Events near in time are listed, within five seconds or a window of one's own."""
    gid, second = making.event_id(client), making.moment()
    near, far = (
        making.event_id(client, contents=coinc_xml(gpstime=(second + shift, 0))) for shift in (3, 8)
    )
    making.event_id(client, contents=coinc_xml(gpstime=(second + 100, 0)))
    client.events.update(gid, "coinc.xml", coinc_xml(gpstime=(second, 0)))
    event = client.events[gid]
    assert [row["graceid"] for row in event.neighbors.get()] == [near]
    assert [row["graceid"] for row in event.neighbors.get((-1, 10))] == [near, far]
    assert event.neighbors.get(neighborhood=(-10.5, 0)) == []
    assert event.neighbors.get((0, 4))[0]["far"] == 3.5e-12


@pytest.mark.parametrize("window", [(math.nan, 5), (0, math.inf), 5, (1, 2, 3), ("a", "b"), "ab"])
def test_an_odd_window_gets_a_sentence(client: Client, window: Any) -> None:
    """Two times in seconds are what a server can look between."""
    with pytest.raises(errors.InputError, match="two times in seconds"):
        client.events["G1"].neighbors.get(window)


def test_a_gamma_ray_burst_is_corrected(client: Client) -> None:
    """What is given changes, the rest stays; an event of another kind is refused."""
    burst = making.event(client, voevent_xml(), group="External", pipeline="Fermi", search="GRB")
    event = client.events[burst["graceid"]]
    assert burst["extra_attributes"]["GRB"]["T90"] is None
    changed = event.update_grbevent(t90=12.5, redshift=1, designation="GRB190331A")
    told = changed["extra_attributes"]["GRB"]
    assert (told["T90"], told["redshift"], told["designation"]) == (12.5, 1.0, "GRB190331A")
    assert told["ra"] == burst["extra_attributes"]["GRB"]["ra"] == 345.99
    assert event.get()["extra_attributes"]["GRB"] == told
    changed = event.update_grbevent(ra=1.5, dec=-2.5, error_radius=0.25)
    told = changed["extra_attributes"]["GRB"]
    assert (told["ra"], told["dec"], told["error_radius"], told["T90"]) == (1.5, -2.5, 0.25, 12.5)

    with pytest.raises(errors.BadRequest) as caught:
        event.update_grbevent(ra=1.5)
    assert caught.value.detail == "Request would not modify the GRB event"
    with pytest.raises(errors.BadRequest, match="non-GRB event"):
        client.events[making.event_id(client)].update_grbevent(ra=1.5)


def test_what_can_only_be_read(client: Client) -> None:
    """An event's tags, permissions and signoffs."""
    event = client.events[making.event_id(client)]
    event.logs[1].tags.create("sky_loc")
    event.logs[2].tags.create("psd")
    assert [row["name"] for row in event.tags.get()] == ["psd", "sky_loc"]
    tag = event.tags["sky_loc"].get()
    assert (tag["name"], tag["displayName"]) == ("sky_loc", "Sky Localization")
    assert tag["links"]["logs"] == [event.logs[1].get()["self"]]

    assert set(event.permissions.get()) == {"internal_users", "executives"}
    rows = event.permissions["executives"].get()
    assert {row["permission"].split("_")[0] for row in rows} == {"view", "change"}
    assert {row["group"] for row in rows} == {"executives"}
    assert event.signoffs.get() == []
    for call in (
        lambda: event.signoffs.create("ADV", "OK"),
        lambda: event.signoffs.update("ADV", "OK"),
        lambda: event.signoffs.delete("ADV"),
    ):
        with pytest.raises(errors.InputError, match="superevents only"):
            call()


def test_a_mistaken_collection_is_forgiven(client: Client) -> None:
    """The id says what is meant, whichever collection it was asked of."""
    made = making.superevent(client)
    sid, gid = made["superevent_id"], made["preferred_event"]
    assert sid.startswith("TS")
    assert client.events[sid].get()["superevent_id"] == sid
    assert client.superevents[gid].get()["graceid"] == gid
    client.events[sid].labels.create("DQV")
    assert making.label_names(client.superevents[sid]) == ["DQV"]
    assert client.superevents[gid].files["coinc.xml"].get().read() == COINC
