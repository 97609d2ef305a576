"""The sample uploads are what they claim to be, judged by readers that share no code with them."""

from __future__ import annotations

import gzip
import math
import struct
import xml.etree.ElementTree as ET
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_sandbox.ingest import ingest
from gracedb_sandbox.samples import EVENT_TIME, coinc, sky_map
from gracedb_sandbox.samples.healpix import Pixel, all_pixels

GPS = st.integers(900_000_000_000_000, 1_900_000_000_000_000).map(lambda micro: micro / 1e6)


def read_fits(content: bytes) -> Tuple[Dict[str, str], List[Tuple[float, ...]]]:
    """Read header and rows of the first extension."""
    assert len(content) % 2880 == 0
    units, offset = [], 0
    for _ in range(2):
        header: Dict[str, str] = {}
        while "END" not in header:
            cards = [content[at : at + 80].decode() for at in range(offset, offset + 2880, 80)]
            header.update((card[:8].strip(), card[10:].split(" / ")[0].strip()) for card in cards)
            offset += 2880
        units.append(header)
    table = units[1]
    size, count = int(table["NAXIS1"]), int(table["NAXIS2"])
    data = content[offset : offset + size * count]
    assert len(content) - offset - len(data) < 2880
    return table, list(struct.iter_unpack(">qdddd", data))


HEADER, ROWS = read_fits(sky_map())


def pixel(uniq: float) -> Pixel:
    order = (int(uniq).bit_length() - 3) // 2
    return Pixel(order, int(uniq) - 4 ** (order + 1))


def test_sky_map_covers_the_sphere_once() -> None:
    """The pixels are sorted, do not overlap, and leave nothing out."""
    uniqs = [row[0] for row in ROWS]
    assert uniqs == sorted(set(uniqs))
    pixels = [pixel(uniq) for uniq in uniqs]
    finest = int(HEADER["MOCORDER"])
    assert max(p.order for p in pixels) == finest
    spans = sorted(
        (p.number << 2 * (finest - p.order), (p.number + 1) << 2 * (finest - p.order))
        for p in pixels
    )
    assert [0, *(end for _, end in spans)] == [*(begin for begin, _ in spans), 12 * 4**finest]


def test_sky_map_is_a_probability() -> None:
    """The densities are positive and integrate to one over the sphere."""
    assert min(row[1] for row in ROWS) > 0.0
    assert math.fsum(row[1] * pixel(row[0]).area for row in ROWS) == pytest.approx(1.0, abs=1e-12)


def test_sky_map_points_at_the_source() -> None:
    """The most probable pixel holds the source: right ascension 133.5 and declination -12.4."""
    z, longitude = pixel(max(ROWS, key=lambda row: row[1])[0]).centre
    assert math.degrees(longitude) == pytest.approx(133.5, abs=0.5)
    assert math.degrees(math.asin(z)) == pytest.approx(-12.4, abs=0.5)


@pytest.mark.parametrize("row", [ROWS[0], ROWS[-1], max(ROWS, key=lambda row: row[1])])
def test_distances_are_normalised(row: Tuple[float, ...]) -> None:
    """DISTNORM makes each line of sight's distance a probability."""
    _, _, mu, sigma, norm = row
    step = sigma / 100.0
    radii = [step * (number + 0.5) for number in range(2000)]
    density = [r * r * math.exp(-0.5 * ((r - mu) / sigma) ** 2) for r in radii]
    integral = norm * step * math.fsum(density) / (sigma * math.sqrt(2.0 * math.pi))
    assert integral == pytest.approx(1.0, abs=1e-3)


def test_sky_map_header() -> None:
    """The header says what readers of multi-order maps look for."""
    expected = {
        "XTENSION": "'BINTABLE'", "TTYPE1": "'UNIQ    '", "TTYPE2": "'PROBDENSITY'",
        "TTYPE3": "'DISTMU  '", "TTYPE4": "'DISTSIGMA'", "TTYPE5": "'DISTNORM'",
        "TFORM1": "'K       '", "TFORM2": "'D       '", "TUNIT2": "'sr-1    '",
        "MOC": "T", "PIXTYPE": "'HEALPIX '", "ORDERING": "'NUNIQ   '", "COORDSYS": "'C       '",
        "INDXSCHM": "'EXPLICIT'", "INSTRUME": "'H1,L1,V1'", "TFIELDS": "5",
        "DATE-OBS": "'2023-06-19T18:29:09.123456'",
    }  # fmt: skip
    assert {name: HEADER[name] for name in expected} == expected
    assert float(HEADER["MJD-OBS"]) == pytest.approx(60114.7702444844, abs=1e-9)
    assert 100.0 < float(HEADER["DISTMEAN"]) < 200.0


def test_sky_map_arguments() -> None:
    """Equal arguments give equal bytes; each argument shows."""
    assert sky_map() == sky_map(gpstime=EVENT_TIME)
    header, _ = read_fits(sky_map(identifier="G'1", ifos=("H1", "L1"), gpstime=1187008882.0))
    assert header["OBJECT"] == "'G''1    '"
    assert header["INSTRUME"] == "'H1,L1   '"
    assert header["DATE-OBS"].startswith("'2017-08-17T12:41:04.000000")


@pytest.mark.parametrize(
    ("order", "number", "longitude", "latitude"),
    [
        (0, 0, 45.0, 41.810314896),
        (0, 4, 0.0, 0.0),
        (0, 11, 315.0, -41.810314896),
        (1, 3, 45.0, 66.443535691),
        (2, 100, 202.5, -9.594068227),
        (5, 7777, 254.53125, -2.388015463),
        (8, 123456, 115.598802395, 59.109407184),
    ],
)
def test_pixels_are_where_others_put_them(
    order: int, number: int, longitude: float, latitude: float
) -> None:
    """The centres are those that astropy_healpix 2.0 gives (degrees)."""
    z, turned = Pixel(order, number).centre
    assert math.degrees(turned) == pytest.approx(longitude, abs=1e-8)
    assert math.degrees(math.asin(z)) == pytest.approx(latitude, abs=1e-8)


@given(st.integers(0, 12), st.data())
def test_children_fill_their_parent(order: int, data: Any) -> None:
    """Four children lie around their parent's centre, and have its area between them."""
    parent = Pixel(order, data.draw(st.integers(0, 12 * 4**order - 1)))
    assert math.fsum(child.area for child in parent.children) == pytest.approx(parent.area)
    x, y, z = vector(parent)
    for child in parent.children:
        a, b, c = vector(child)
        apart = math.acos(min(1.0, a * x + b * y + c * z))
        assert apart < 0.75 * math.sqrt(parent.area)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_centres_are_spread_evenly(order: int) -> None:
    """No two pixels share a centre, and the centres balance."""
    vectors = [vector(pixel) for pixel in all_pixels(order)]
    assert len({tuple(round(x, 9) for x in v) for v in vectors}) == 12 * 4**order
    for axis in zip(*vectors):
        assert math.fsum(axis) == pytest.approx(0.0, abs=1e-9)


def vector(pixel: Pixel) -> Tuple[float, float, float]:
    z, longitude = pixel.centre
    radius = math.sqrt(1.0 - z * z)
    return radius * math.cos(longitude), radius * math.sin(longitude), z


def tables(content: bytes) -> Dict[str, List[List[str]]]:
    """Read the rows of every LIGO_LW table, tokens as they are."""
    found = {}
    for table in ET.fromstring(content):
        stream = table.find("Stream")
        assert stream is not None
        lines = [line.strip() for line in (stream.text or "").strip().splitlines()]
        found[table.attrib["Name"].split(":")[0]] = [line.split(",") for line in lines]
        columns = len(table.findall("Column"))
        # Quoted commas only add tokens, so no row may have fewer than there are columns.
        assert all(len(line.split(",")) >= columns for line in lines)
    return found


def test_coinc_has_the_tables_of_gstlal() -> None:
    """A real upload's tables, with keys that lead from one to the other."""
    found = tables(coinc())
    assert {name: len(rows) for name, rows in found.items()} == {
        "process": 1, "process_params": 9, "sngl_inspiral": 3, "coinc_definer": 1,
        "time_slide": 3, "coinc_event": 1, "coinc_event_map": 3, "coinc_inspiral": 1,
    }  # fmt: skip
    assert [row[0] for row in found["coinc_event_map"]] == ["1", "2", "3"]


@given(gpstime=GPS)
def test_coinc_keeps_its_time(gpstime: float) -> None:
    """The microsecond asked for is the microsecond that the server reads."""
    assert ingest("gstlal", "coinc.xml", coinc(gpstime=gpstime)).gpstime == gpstime


@given(gpstime=GPS, ifos=st.permutations(["H1", "L1", "V1"]), count=st.integers(2, 3))
def test_triggers_agree_with_the_speed_of_light(gpstime: float, ifos: Any, count: int) -> None:
    """The first detector sees the wave at gpstime, the others within 28 ms."""
    read = ingest("gstlal", "coinc.xml", coinc(gpstime=gpstime, ifos=ifos[:count]))
    triggers = read.extra["SingleInspiral"]
    assert [trigger["ifo"] for trigger in triggers] == ifos[:count]
    ends = [trigger["end_time"] * 10**9 + trigger["end_time_ns"] for trigger in triggers]
    assert ends[0] == round(gpstime * 1e6) * 1000
    assert max(abs(end - ends[0]) for end in ends) < 28_000_000


def test_coinc_numbers() -> None:
    """Mass, chirp mass and SNR are those of the triggers."""
    read = ingest("gstlal", "coinc.xml", coinc(far=1e-9, likelihood=12.5))
    inspiral = read.extra["CoincInspiral"]
    assert (read.far, read.likelihood, read.nevents, read.instruments) == (
        1e-9,
        12.5,
        3,
        "H1,L1,V1",
    )
    snrs = [trigger["snr"] for trigger in read.extra["SingleInspiral"]]
    assert inspiral["snr"] == pytest.approx(math.sqrt(math.fsum(snr**2 for snr in snrs)), rel=1e-6)
    assert inspiral["mass"] == pytest.approx(1.46 + 1.27)
    assert inspiral["mchirp"] == pytest.approx((1.46 * 1.27) ** 0.6 / 2.73**0.2)


def test_coinc_compressed() -> None:
    """Compression changes the packing, not the content, and is the same each time."""
    packed = coinc(compress=True)
    assert gzip.decompress(packed) == coinc()
    assert packed == coinc(compress=True)
