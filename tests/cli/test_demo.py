"""`gracedb-core demo`: the whole story, on samples and on files of other people's."""

from __future__ import annotations

import gzip
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any, Iterator, List

import pytest

from gracedb_core.cli.program import run
from gracedb_sandbox.samples import coinc, sky_map

from .running import PATIENCE, finish, program

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Put back the handlers that a run in this process replaces."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def shared(name: str) -> str:
    """Give the path of a real payload, or skip."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real payloads are not distributed: no {path}")
    return str(path)


def steps(story: str) -> List[str]:
    return re.findall(r"^ ?(\d+)  \w", story, re.MULTILINE)


def assert_whole(story: str) -> None:
    """Check that the story came to its end, and what every story must contain."""
    assert steps(story) == [str(number) for number in range(1, 14)]
    for expected in (
        "identical to what was uploaded",
        "labels: ",
        "ADVOK",
        "exposed",
        "the same sky map",
        "refused, as it should be",
        "The server is stopped",
    ):
        assert expected in story, expected


def test_the_samples(transport: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing said, the demo tells of a sample candidate, over either transport."""
    assert run(["demo", "--transport", transport]) == 0
    story = capsys.readouterr().out
    assert_whole(story)
    assert f'transport="{transport}"' in story
    assert re.search(r'client\.superevents\["S\d{6}a"\]\.labels\.create\("EM_READY"\)', story)
    assert "1 per 10,000 years" in story
    assert "H1,L1,V1" in story
    assert "19.59" in story


def test_as_a_process() -> None:
    """Written into a file the story has no colours, and nothing goes to standard error."""
    done = finish("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert_whole(done.stdout)


@pytest.mark.parametrize(
    ("group", "search", "identifier"),
    [("Test", "AllSky", r"TS\d{6}a, category Test"), ("CBC", "MDC", r"MS\d{6}a, category MDC")],
)
def test_categories(
    group: str, search: str, identifier: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Test events and mock data make superevents of their own kinds, and are found all the same."""
    assert run(["demo", "--group", group, "--search", search]) == 0
    story = capsys.readouterr().out
    assert_whole(story)
    assert re.search(identifier, story)


def test_own_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The caller's files are uploaded from where they are, under their own names."""
    event, skymap = tmp_path / "mine.xml.gz", tmp_path / "a map.fits.gz"
    event.write_bytes(gzip.compress(coinc(gpstime=1364258362.641724, program="pycbc_live")))
    skymap.write_bytes(gzip.compress(sky_map()))
    assert run(["demo", "--event-file", str(event), "--skymap", str(skymap)]) == 0
    story = capsys.readouterr().out
    assert_whole(story)
    assert f'filename="{event}"' in story
    assert 'files["a map.fits.gz"]' in story
    assert "1364258362.642 GPS = 2023-03-31 00:39:04.642 UTC" in story
    assert "CBC, pycbc, AllSky" in story
    assert "gstlal saw it too" in story


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("coinc-gstlal-real.xml", ["1358062124.742", "9.11e-14 Hz", "16.79", "gstlal"]),
        ("cbc-lm.xml", ["971609248.152", "9.32"]),
        ("burst-cwb.txt", ["Burst, CWB, AllSky", "0.000193 Hz = 1 per 1.44 hours", "7.30"]),
    ],
)
def test_real_payloads(name: str, expected: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What pipelines really uploaded is read as the production server read it."""
    event, skymap = shared(name), shared("bayestar.multiorder.fits")
    assert run(["demo", "--event-file", event, "--skymap", skymap]) == 0
    story = capsys.readouterr().out
    assert_whole(story)
    assert "777.6 kB, identical" in story
    for text in expected:
        assert text in story


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--pipeline", "gstlol"], "valid pipeline"),
        (["--group", "CBCs"], "group"),
        (["--transport", "pigeon"], "pigeon"),
    ],
)
def test_a_refusal_ends_the_story(
    arguments: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the server or the client refuses ends the demo with a sentence and status 1."""
    assert run(["demo", *arguments]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("Error: ")
    assert complaint.count("\n") == 1
    assert reason in complaint


def test_a_file_without_an_event(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in which the server finds no time ends the demo with a sentence and status 1."""
    path = tmp_path / "empty.xml"
    path.write_bytes(b"<?xml version='1.0'?><LIGO_LW></LIGO_LW>")
    assert run(["demo", "--event-file", str(path)]) == 1
    captured = capsys.readouterr()
    assert "the server warns: " in captured.out
    assert captured.err.startswith(f"Error: the server found no time in {path}")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("option", ["--event-file", "--skymap"])
def test_files_that_cannot_be_read(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file or a folder is wrong usage, before any server is started."""
    for path in (tmp_path / "missing", tmp_path):
        assert run(["demo", option, str(path)]) == 2
        captured = capsys.readouterr()
        assert str(path) in captured.err
        assert captured.out == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: signal.Signals, tmp_path: Path) -> None:
    """Interrupted in an upload, the demo stops its server, removes its data, says nothing more."""
    pipe, temporary = tmp_path / "sky map", tmp_path / "temporary"
    os.mkfifo(str(pipe))
    temporary.mkdir()
    process = subprocess.Popen(
        program("demo", "--skymap", str(pipe)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    with pipe.open("wb"):  # opens when the demo has come so far as to read it, and gives nothing
        process.send_signal(number)
        story, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert steps(story)[-1] == "5"
    assert complaints.strip() == ""
    assert list(temporary.iterdir()) == []


def test_a_server_that_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sandbox that cannot be started ends the demo with a sentence and status 1."""
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")  # the child cannot even find its library
    assert run(["demo"]) == 1
    assert capsys.readouterr().err.startswith("Error: the sandbox did not start: ")


def test_a_reader_that_leaves(tmp_path: Path) -> None:
    """With `| head -1` the demo ends quietly and leaves nothing behind."""
    process = subprocess.Popen(
        program("demo"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    complaints = process.stderr.read()
    process.stderr.close()
    process.wait(PATIENCE)
    assert complaints == ""
    assert list(tmp_path.iterdir()) == []
