"""What the demo uploads: the samples, and other people's files told apart by their beginning."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import click
import pytest

from gracedb_core.cli.demonstration.uploads import Candidate, from_file, sample, second_opinion
from gracedb_core.cli.demonstration.uploads import sky_map as choose_sky_map
from gracedb_sandbox.clock import unix_from_gps
from gracedb_sandbox.ingest import ingest
from gracedb_sandbox.samples import coinc

UNSAID: Any = {"group": None, "pipeline": None, "search": None}
CWB = b"nevent:     1\nndim:       2\nifo:        L1 H1\n"


@pytest.mark.parametrize(
    ("content", "group", "pipeline"),
    [
        (coinc(), "CBC", "gstlal"),
        (coinc(program="pycbc_live"), "CBC", "pycbc"),
        (coinc(program="gstlal_inspiral_postcohspiir_online"), "CBC", "gstlal"),
        (coinc(program="MBTA online"), "CBC", "MBTA"),
        (coinc(program="something of ours"), "CBC", "gstlal"),
        (gzip.compress(coinc()), "CBC", "gstlal"),
        (CWB, "Burst", "CWB"),
    ],
)
def test_files_are_told_apart(content: bytes, group: str, pipeline: str, tmp_path: Path) -> None:
    """Group and pipeline are read off the beginning of a file, compressed or not."""
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert from_file(path, **UNSAID) == Candidate(str(path), None, group, pipeline, "AllSky")


def test_what_is_said_wins(tmp_path: Path) -> None:
    """Options outrank what the file looks like, one by one."""
    path = tmp_path / "upload"
    path.write_bytes(coinc())
    said = from_file(path, group="Test", pipeline=None, search="MDC")
    assert said == Candidate(str(path), None, "Test", "gstlal", "MDC")


def test_the_unknown_is_asked_about(tmp_path: Path) -> None:
    """A file that says nothing needs both options; with both it is taken as it is."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"two black holes")
    for group, pipeline in ((None, None), ("CBC", None), (None, "gstlal")):
        with pytest.raises(click.UsageError, match=r"notes\.txt .* --group and --pipeline"):
            from_file(path, group=group, pipeline=pipeline, search=None)
    assert from_file(path, group="Burst", pipeline="oLIB", search=None).pipeline == "oLIB"


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, 5)])
def test_a_cut_gzip_is_refused(damage: slice, tmp_path: Path) -> None:
    """A compressed file that is not whole is named."""
    path = tmp_path / "coinc.xml.gz"
    path.write_bytes(gzip.compress(coinc())[damage])
    with pytest.raises(click.UsageError, match="not whole"):
        from_file(path, **UNSAID)


def test_the_sample_is_of_a_moment_ago() -> None:
    """The sample has the age of a low-latency upload, so that its reporting latency is real."""
    content = sample(**UNSAID).filecontents
    assert content is not None
    gpstime = ingest("gstlal", "coinc.xml", content).gpstime
    assert gpstime is not None
    assert 10.0 < time.time() - unix_from_gps(gpstime) < 60.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("CBC", "gstlal", "AllSky"), ("CBC", "pycbc", "AllSky")),
        (("CBC", "pycbc", "AllSky"), ("CBC", "gstlal", "AllSky")),
        (("Burst", "CWB", "AllSky"), ("CBC", "pycbc", "AllSky")),
        (("Test", "gstlal", "LowMass"), ("Test", "pycbc", "LowMass")),
        (("CBC", "gstlal", "MDC"), ("CBC", "pycbc", "MDC")),
    ],
)
def test_the_second_opinion_fits_the_first(first: Any, second: Any) -> None:
    """The second event is of another pipeline and the same category, close in time, not equal."""
    opinion = second_opinion(Candidate("a", None, *first), 1364258362.641724)
    assert (opinion.group, opinion.pipeline, opinion.search) == second
    assert opinion.filecontents is not None
    read = ingest(opinion.pipeline, opinion.filename, opinion.filecontents)
    assert read.gpstime == 1364258362.645724
    assert read.instruments == "H1,L1"


def test_the_caller_s_sky_map(tmp_path: Path) -> None:
    """A sky map of the caller's is streamed from its path and goes by its own name."""
    path = tmp_path / "my.multiorder.fits"
    path.write_bytes(b"SIMPLE")
    chosen = choose_sky_map(path, 1.0)
    assert chosen == (str(path), None)
    assert chosen.name == "my.multiorder.fits"
    assert chosen.content() == b"SIMPLE"
