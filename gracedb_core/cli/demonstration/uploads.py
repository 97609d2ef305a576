"""What is uploaded: the samples, or the caller's files, and which pipeline could have made them."""

from __future__ import annotations

import gzip
import re
import time
import zlib
from pathlib import Path
from typing import Dict, NamedTuple, Optional, Tuple, Union

import click

from gracedb_sandbox import samples
from gracedb_sandbox.clock import gps_from_unix

__all__ = ["Candidate", "SkyMap", "from_file", "sample", "second_opinion", "sky_map"]

_LATENCY = 12.0  # s; what a low-latency pipeline needs
#: Enough of a file for its process table, however long its parameters are.
_HEAD = 65536
_GZIP = b"\x1f\x8b"

#: What the beginning of a LIGO_LW file says of the program that wrote it -> pipeline.
_PROGRAMS = (("gstlal", "gstlal"), ("pycbc", "pycbc"), ("spiir", "spiir"), ("mbta", "MBTA"))
_CWB = re.compile(rb"^(nevent|ndim|rho|netCC|likelihood|event_time|ifo):\s", re.MULTILINE)


class Candidate(NamedTuple):
    """An event to upload: the arguments of ``events.create``."""

    filename: str
    filecontents: Optional[bytes]
    group: str
    pipeline: str
    search: Optional[str]

    def arguments(self) -> Dict[str, Union[str, bytes]]:
        """Return the arguments that are given at all."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class SkyMap(NamedTuple):
    """A sky map to upload: a file's path, or a sample's name and content."""

    filename: str
    filecontents: Optional[bytes]

    @property
    def name(self) -> str:
        """What GraceDB will call it."""
        return Path(self.filename).name

    def content(self) -> bytes:
        """Return its bytes."""
        if self.filecontents is None:
            return Path(self.filename).read_bytes()
        return self.filecontents

    def is_the_same_as(self, received: bytes) -> bool:
        """Say whether *received* is this map, byte for byte, or what a gzipped one unpacks to."""
        content = self.content()
        # GraceDB serves name.gz as the encoding of name, so a read of it arrives unpacked.
        packed = content.startswith(_GZIP)
        return received == content or (packed and received == gzip.decompress(content))


def sample(*, group: Optional[str], pipeline: Optional[str], search: Optional[str]) -> Candidate:
    """Return a candidate of a moment ago."""
    gpstime = round(gps_from_unix(time.time()) - _LATENCY, 6)
    content = samples.coinc(gpstime=gpstime)
    return Candidate("coinc.xml", content, group or "CBC", pipeline or "gstlal", search or "AllSky")


def from_file(
    path: Path, *, group: Optional[str], pipeline: Optional[str], search: Optional[str]
) -> Candidate:
    """Describe the caller's file; what is not said is read off it, or asked for (`UsageError`)."""
    found = _recognised(path)
    if found is None and not (group and pipeline):
        raise click.UsageError(
            f"{path} is neither a LIGO_LW coincidence nor cWB text: say with --group and "
            "--pipeline what it is."
        )
    found_group, found_pipeline = found or ("", "")
    return Candidate(
        str(path), None, group or found_group, pipeline or found_pipeline, search or "AllSky"
    )


def second_opinion(first: Candidate, gpstime: float) -> Candidate:
    """Return what another pipeline would upload about the same moment *gpstime* (s)."""
    pipeline = "gstlal" if first.pipeline == "pycbc" else "pycbc"
    content = samples.coinc(
        gpstime=round(gpstime + 0.004, 6),
        ifos=("H1", "L1"),
        far=2.6e-10,
        likelihood=18.2,
        program="pycbc_live" if pipeline == "pycbc" else "gstlal_inspiral",
        masses=(1.51, 1.24),
    )
    group = "Test" if first.group == "Test" else "CBC"
    return Candidate("coinc.xml", content, group, pipeline, first.search)


def sky_map(path: Optional[Path], gpstime: float) -> SkyMap:
    """Return the caller's sky map, or a sample for *gpstime* (s)."""
    if path is not None:
        return SkyMap(str(path), None)
    return SkyMap("bayestar.multiorder.fits", samples.sky_map(gpstime=gpstime))


def _recognised(path: Path) -> Optional[Tuple[str, str]]:
    """Return group and pipeline of a file, as far as its beginning tells; None if it does not."""
    head = _beginning(path)
    if b"<LIGO_LW" in head:
        text = head.lower()
        return "CBC", next((name for word, name in _PROGRAMS if word.encode() in text), "gstlal")
    return ("Burst", "CWB") if _CWB.search(head) else None


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        if file.read(len(_GZIP)) != _GZIP:
            file.seek(0)
            return file.read(_HEAD)
    try:
        with gzip.open(path) as unpacked:
            return unpacked.read(_HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise click.UsageError(f"{path} looks gzipped and is not whole: {error}") from error
