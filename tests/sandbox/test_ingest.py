"""What the sandbox reads from uploads, format by format."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Dict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gracedb_sandbox.ingest import Ingested, event_class, ingest
from gracedb_sandbox.ingest.classes import ATTRIBUTES, SINGLE_INSPIRAL
from gracedb_sandbox.vocabulary import PIPELINES
from tests.sandbox import uploads

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"


def real(name: str) -> bytes:
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"the real payload {name} is not at hand")
    return path.read_bytes()


def comments(ingested: Ingested) -> Any:
    return [(product.comment, product.filename) for product in ingested.products]


@pytest.mark.parametrize("ids", ["ilwd", "integer"])
@pytest.mark.parametrize("compress", [False, True])
def test_coincidence(ids: str, compress: bool) -> None:
    """Both id styles, compressed or not and whatever the name, give the same event."""
    data = uploads.coinc_xml(ids=ids, compress=compress)
    event = ingest("gstlal", "anything.bin", data, {"search": ["AllSky"]})
    assert event.warnings == ()
    assert (event.gpstime, event.far) == (1187008882.44375, 3.5e-12)
    assert (event.instruments, event.nevents, event.likelihood) == ("H1,L1", 2, 27.25)
    assert event.extra["CoincInspiral"] == {
        "ifos": "H1,L1",
        "end_time": 1187008882,
        "end_time_ns": 443750000,
        "mass": 2.74,
        "mchirp": 1.19,
        "minimum_duration": None,
        "snr": 12.5,
        "false_alarm_rate": 0.25,
        "combined_far": 3.5e-12,
    }
    assert comments(event) == [
        ("Log File Created", "event.log"),
        ("Coinc Table Created", "coinc.xml"),
    ]
    assert event.products[1].data == uploads.coinc_xml(ids=ids)


def test_single_inspirals_have_every_key_in_table_order() -> None:
    """Columns that the file lacks are null; a channel that it lacks is empty text."""
    singles = ingest("gstlal", "coinc.xml", uploads.coinc_xml()).extra["SingleInspiral"]
    assert [single["ifo"] for single in singles] == ["H1", "L1"]
    assert set(singles[0]) == set(SINGLE_INSPIRAL)
    assert len(singles[0]) == 62
    assert (singles[1]["snr"], singles[1]["Gamma0"], singles[1]["eta"]) == (9.5, 1.5, None)
    data = uploads.coinc_xml(singles=[{"event_id": 1, "ifo": "H1", "eff_distance": math.nan}])
    (single,) = ingest("pycbc", "coinc.xml", data).extra["SingleInspiral"]
    assert (single["channel"], single["eff_distance"], single["snr"]) == ("", None, None)


def test_no_single_inspirals_no_key() -> None:
    """A file without triggers gives an event without the key."""
    event = ingest("gstlal", "coinc.xml", uploads.coinc_xml(without=["sngl_inspiral"]))
    assert list(event.extra) == ["CoincInspiral"]
    assert event.far == 3.5e-12


@pytest.mark.parametrize(
    ("table", "warning"),
    [
        ("coinc_inspiral", "Could not extract coinc inspiral table."),
        ("coinc_event", "Could not extract coinc event table."),
    ],
)
def test_missing_table(table: str, warning: str) -> None:
    """Without either coincidence table nothing is saved, as the server saves at the very end."""
    event = ingest("gstlal", "coinc.xml", uploads.coinc_xml(without=[table]))
    assert event.warnings == (warning,)
    assert (event.gpstime, event.far, event.nevents, event.products) == (None, None, None, ())
    assert event.extra["CoincInspiral"]["ifos"] == ""


def test_event_log_of_a_coincidence() -> None:
    """`event.log` is eight lines, with dashes for what is not known."""
    data = uploads.coinc_xml(gpstime=(1187008882, 5), far=None)
    log = ingest("spiir", "coinc.xml", data).products[0].data.decode()
    assert log.splitlines() == [
        "Pipeline: spiir",
        "Search: ---",
        "MChirp: 1.190",
        "MTot: 2.740",
        "End Time: 1187008882.000000005",
        "SNR: 12.500",
        "IFOs: H1,L1",
        "FAR: ---",
    ]


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinite_likelihood(value: float) -> None:
    """An infinite likelihood becomes the largest one the caller knows, or null."""
    data = uploads.coinc_xml(likelihood=value)
    assert ingest("gstlal", "coinc.xml", data).likelihood is None
    assert ingest("gstlal", "coinc.xml", data, largest_likelihood=99.5).likelihood == 99.5


def test_not_a_number() -> None:
    """NaN becomes null, because JSON has none."""
    data = uploads.coinc_xml(snr=math.nan, likelihood=math.nan)
    event = ingest("gstlal", "coinc.xml", data)
    assert (event.extra["CoincInspiral"]["snr"], event.likelihood) == (None, None)


@pytest.mark.parametrize("pipeline", ["MBTA", "MBTAOnline"])
def test_mbta_reads_only_xml_names(pipeline: str) -> None:
    """MBTA's frame files are kept and not looked into."""
    data = uploads.coinc_xml()
    assert ingest(pipeline, "coinc.xml.gz", data).far == 3.5e-12
    kept = ingest(pipeline, "triggers.gwf", b"IGWD\0")
    assert (kept.far, kept.warnings, kept.products) == (None, (), ())
    assert "CoincInspiral" in kept.extra


def test_cwb() -> None:
    """A cWB file gives rates from its comments, detectors in order, its links as log entries."""
    event = ingest("CWB", "trigger.txt", uploads.cwb_text())
    burst = event.extra["MultiBurst"]
    assert set(burst) == set(ATTRIBUTES["MultiBurst"])
    assert (event.gpstime, event.far, event.instruments) == (1042312876.509, 0.00019265, "H1,L1")
    assert (event.likelihood, burst["snr"]) == (53.2706, 7.298671111921677)
    assert burst["single_ifo_times"] == "1042312876.5073,1042312876.5090"
    assert (burst["peak_time"], burst["peak_time_ns"]) == (1042312876, 509000000)
    assert (burst["start_time"], burst["start_time_ns"]) == (1042312876, 500000000)
    assert (burst["ligo_axis_ra"], burst["ligo_axis_dec"]) == (201.224625, 69.422546)
    assert (burst["central_freq"], burst["amplitude"], burst["confidence"]) == (
        1392.169556,
        5.017162,
        None,
    )
    links = "https://example.org/~waveburst/OUTPUT_CED/ced_1/L1H1_1100511831.500/"
    assert comments(event) == [
        ("Log File Created", "event.log"),
        (f'<a href="{links}">CED</a>', ""),
        (f'<a href="{links}skyprobcc.fits">FITS</a>', ""),
    ]


@pytest.mark.parametrize(
    ("lines", "path", "value"),
    [
        ({"likelihood": "-2.0"}, "snr", 0.0),
        ({"likelihood": "nonsense"}, "snr", 0.0),
        ({"hoft": "H1:GDS-CALIB", "code": "2G"}, "hoft", "H1:GDS-CALIB"),
        ({"mchirp": "", "chirp": "0.1 1.25 0.3"}, "mchirp", 1.25),
        ({"phi": "1.0"}, "ligo_axis_ra", None),
        ({"start": "x"}, "start_time", None),
    ],
)
def test_cwb_lines(lines: Dict[str, str], path: str, value: object) -> None:
    """Each line has its fallback."""
    event = ingest("CWB2G", "trigger.txt", uploads.cwb_text(**lines))
    assert event.extra["MultiBurst"][path] == value


def test_cwb_far_line_comes_first() -> None:
    """The comments are asked only if there is no line for the rate."""
    event = ingest("CWB", "trigger.txt", uploads.cwb_text(far=1.5e-9))
    assert (event.far, event.extra["MultiBurst"]["false_alarm_rate"]) == (1.5e-9, 1.5e-9)


def test_cwb_event_time_comes_first() -> None:
    """`event_time` is the time of the event if the file has it."""
    data = uploads.cwb_text(event_time="1042312900.25")
    assert ingest("CWB", "trigger.txt", data).gpstime == 1042312900.25


@pytest.mark.parametrize("pipeline", ["Fermi", "Swift", "INTEGRAL", "AGILE", "SVOM", "CHIME"])
def test_voevent(pipeline: str) -> None:
    """A VOEvent notice gives the position, the time and where it all came from."""
    event = ingest(pipeline, "notice.xml", uploads.voevent_xml())
    assert event.gpstime == 1238065339.32
    assert (event.far, event.instruments, event.nevents) == (None, "", None)
    assert event.extra["GRB"] == {
        "ivorn": "ivo://nasa.gsfc.gcn/Fermi#GBM_Flt_Pos2019-03-31T11:02:01.32_575881326",
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": "Fermi (via VO-GCN)",
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "ra": 345.99,
        "dec": -67.8274,
        "error_radius": 8.8374,
        "how_description": "Fermi Satellite, GBM Instrument",
        "how_reference_url": "http://gcn.gsfc.nasa.gov/fermi.html",
        "trigger_duration": 0.512,
        "trigger_id": "575881326",
        "T90": None,
        "designation": None,
        "redshift": None,
    }


DURATIONS = (
    "Trig_Dur",
    "Trans_Duration",
    "Integ_Time",
    "Trig_Timescale",
    "Timescale",
    "sampling_time",
)


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [(name, "trigger_id", "42") for name in ["Trans_Num", "EventID", "Burst_Id", "event_no"]]
    + [(name, "trigger_duration", 42.0) for name in DURATIONS],
)
def test_voevent_parameters(name: str, attribute: str, value: object) -> None:
    """Each observatory names its parameters its own way."""
    data = uploads.voevent_xml(parameters={name: "42"})
    assert ingest("Swift", "notice.xml", data).extra["GRB"][attribute] == value


def test_voevent_far_and_long_trigger_id() -> None:
    """A false alarm rate is the event's; a trigger id keeps 25 characters."""
    data = uploads.voevent_xml(parameters={"FAR": "1e-6", "TrigID": "9" * 40})
    event = ingest("SVOM", "notice.xml", data)
    assert (event.far, event.extra["GRB"]["trigger_id"]) == (1e-6, "9" * 25)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, {"trigger_id": "724_1", "error_radius": 1.5, "trigger_duration": 4.096}),
        ({"id": None, "objectId": "x"}, {"trigger_id": None}),
        ({"id": 17}, {"trigger_id": "17"}),
        ({"dec_uncertainty": 3}, {"error_radius": 3.0}),
        ({"rate_duration": None, "image_duration": 64}, {"trigger_duration": 64.0}),
        ({"data_archive_page": "http://x"}, {"how_reference_url": "http://x"}),
        ({"ra": "NaN"}, {"ra": None}),
    ],
)
def test_json_notice(overrides: Dict[str, Any], expected: Dict[str, Any]) -> None:
    """JSON notices fill the same attributes, from a choice of keys."""
    event = ingest("Swift", "notice.json", uploads.grb_notice(**overrides))
    grb = event.extra["GRB"]
    assert {key: grb[key] for key in expected} == expected
    assert event.gpstime == 1388199863.678
    assert (grb["observatory_location_id"], grb["coord_system"]) == ("GEOLUN", "UTC-FK5-GEO")


def test_json_notice_julian_date() -> None:
    """`jd` tells the time of a notice that has no `trigger_time`."""
    data = uploads.grb_notice(trigger_time=None, jd=2451544.5, far=2e-8)
    event = ingest("IceCube", "notice.json", data)
    # 2000-01-01 00:00:00 UTC
    assert (event.gpstime, event.far) == (630720013.0, 2e-8)


def test_replacing_a_notice_keeps_what_it_does_not_know() -> None:
    """A zero duration overwrites nothing, nor does a notice touch what people entered."""
    earlier = ingest("Fermi", "n.xml", uploads.voevent_xml()).extra
    earlier["GRB"].update(T90=2.5, redshift=0.1, designation="GRB 190331A")
    later = uploads.voevent_xml(parameters={"TrigID": "7", "Data_Integ": "0.0"})
    grb = ingest("Fermi", "n.xml", later, previous=earlier).extra["GRB"]
    assert (grb["trigger_duration"], grb["trigger_id"]) == (0.512, "7")
    assert (grb["T90"], grb["redshift"], grb["designation"]) == (2.5, 0.1, "GRB 190331A")


def test_olib() -> None:
    """oLIB's keys have other names in the answer; the number of detectors defaults to 1."""
    event = ingest("oLIB", "trigger.json", uploads.olib_json())
    assert (event.gpstime, event.far, event.nevents) == (1126259462.39, 2e-7, 1)
    assert (event.instruments, event.likelihood) == ("H1,L1", 11.5)
    burst = event.extra["LalInferenceBurst"]
    assert set(burst) == set(ATTRIBUTES["LalInferenceBurst"])
    assert (burst["bci"], burst["quality_mean"], burst["omicron_snr_network"]) == (2.5, 8.5, 12.5)
    assert (burst["frequency_median"], burst["hrss_mean"]) == (150.5, None)


@pytest.mark.parametrize("pipeline", ["MLy", "aframe", "GWAK"])
def test_machine_learning(pipeline: str) -> None:
    """The SNR comes back null: the server stores it under another name."""
    event = ingest(pipeline, "trigger.json", uploads.mly_json())
    burst = event.extra["MLyBurst"]
    assert (event.gpstime, event.far, event.instruments) == (1368975618.25, 1e-8, "L1,H1")
    assert (burst["SNR"], burst["central_freq"], burst["bbh"]) == (None, 100.5, None)
    assert burst["scores"] == {"coherency": 0.5, "coincidence": 0.75, "combined": 0.625}
    assert burst["channels"] == ["H1:GDS-CALIB_STRAIN", "L1:GDS-CALIB_STRAIN"]
    assert burst["ifos"] == "L1,H1"


def test_hardware_injection() -> None:
    """The form names the detectors and the channels."""
    form = {"instruments": ["H1"], "source_channel": [""], "destination_channel": ["H1:CAL"]}
    event = ingest("HardwareInjection", "injection.xml", uploads.sim_inspiral_xml(), form)
    assert (event.gpstime, event.instruments) == (1118462078.105883, "H1")
    injection = event.extra["SimInspiral"]
    assert set(injection) == set(ATTRIBUTES["SimInspiral"])
    assert (injection["mass1"], injection["taper"]) == (1.39, "TAPER_NONE")
    assert (injection["source_channel"], injection["destination_channel"]) == (None, "H1:CAL")


def test_hardware_injection_as_json() -> None:
    """The same facts may come as JSON."""
    data = json.dumps({"gpstime": 1e9, "far": 1e-5, "instruments": "L1", "mass1": 1.5}).encode()
    event = ingest("HardwareInjection", "injection.json", data)
    assert (event.gpstime, event.far, event.instruments) == (1e9, 1e-5, "L1")
    assert event.extra["SimInspiral"]["mass1"] == 1.5


@pytest.mark.parametrize("pipeline", ["X", "Q", "Omega", "Ringdown", "unheard-of"])
def test_plain_event(pipeline: str) -> None:
    """Pipelines without a format of their own give a plain event, read or not."""
    assert ingest(pipeline, "any.xml", uploads.coinc_xml()) == Ingested()


BAD = {
    "nothing": b"",
    "words": b"not a data file at all",
    "open tag": b"<LIGO_LW><Table>",
    "other XML": b"<html><body/></html>",
    "cut gzip": uploads.coinc_xml(compress=True)[:-20],
    "JSON list": b"[1, 2, 3]",
    "JSON of the wrong types": b'{"gpstime": 1e300, "jd": 1e300, "trigger_time": [], "time": {}}',
    "deep JSON": b'{"a":' + b"[" * 100000,
    "nulls": b"\0" * 100,
}


@pytest.mark.parametrize("pipeline", [p for p in PIPELINES if event_class(p)])
@pytest.mark.parametrize("data", BAD.values(), ids=list(BAD))
def test_bad_content_becomes_a_warning(pipeline: str, data: bytes) -> None:
    """The upload succeeds; the warning and the log entry say why nothing was read."""
    event = ingest(pipeline, "upload.xml", data)
    (warning,) = event.warnings
    (product,) = event.products
    reason = product.comment[len("Could not read data (") : -1]
    assert product.comment == f"Could not read data ({reason})"
    assert warning == f"Problem scanning data. No alert issued ({reason})"
    assert (event.gpstime, event.far, product.filename) == (None, None, "")
    assert list(event.extra) == [event_class(pipeline)]


@settings(deadline=None)
@given(st.sampled_from(PIPELINES), st.binary() | st.text().map(str.encode))
def test_nothing_raises(pipeline: str, data: bytes) -> None:
    """Whatever the bytes are, there is an answer that JSON can carry."""
    event = ingest(pipeline, "upload.xml", data)
    json.dumps([event.gpstime, event.far, event.likelihood, event.extra], allow_nan=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
JSON_KEYS = """
    gpstime far FAR instruments nevents likelihood BCI ifos channels scores central_freq SNR
    trigger_time jd id objectId ra dec ra_uncertainty rate_duration mass1 geocent_end_time
    geocent_end_time_ns instrument end_time
"""


@settings(deadline=None)
@given(
    st.sampled_from(["oLIB", "MLy", "Swift", "HardwareInjection"]),
    st.dictionaries(st.sampled_from(JSON_KEYS.split()), json_values),
)
def test_any_json_object_is_answered(pipeline: str, document: Dict[str, Any]) -> None:
    """A trigger's values may be of any type: null stands for those that make no sense."""
    event = ingest(pipeline, "upload.json", json.dumps(document).encode("utf-8", "replace"))
    json.dumps([event.gpstime, event.far, event.likelihood, event.extra], allow_nan=False)
    assert event.nevents is None or -(2**63) < event.nevents < 2**63
    assert isinstance(event.instruments, str)


def test_mistakes_of_ours_are_not_blamed_on_the_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what odd content provokes becomes a warning."""
    monkeypatch.setattr("gracedb_sandbox.ingest.grb.parse", lambda data: data.nothing)
    with pytest.raises(AttributeError):
        ingest("Fermi", "notice.xml", b"<x/>")


@pytest.mark.parametrize(
    ("pipeline", "name", "facts"),
    [
        (
            "gstlal",
            "cbc-lm.xml",
            (971609248.151741, 0.0003680075621499241, "H1,L1,V1", 3, 9.91315304082986),
        ),
        (
            "gstlal",
            "coinc-gstlal-real.xml",
            (1358062124.742337, 9.110699364861297e-14, "H1,L1", 2, 66.35558148790746),
        ),
        ("CWB", "burst-cwb.txt", (1042312876.509, 0.00019265, "H1,L1", None, 53.2706)),
        ("Fermi", "fermi-test.xml", (1238065339.32, None, "", None, None)),
    ],
)
def test_real_files(pipeline: str, name: str, facts: Any) -> None:
    """Real uploads give what the server says of them."""
    event = ingest(pipeline, name, real(name))
    assert event.warnings == ()
    found = (event.gpstime, event.far, event.instruments, event.nevents, event.likelihood)
    assert found == facts


def test_real_attributes() -> None:
    """The attributes that other clients' tests compare have the server's very digits."""
    coinc = ingest("gstlal", "cbc-lm.xml", real("cbc-lm.xml")).extra["CoincInspiral"]
    assert coinc["snr"] == 9.31793628458239
    burst = ingest("CWB", "burst-cwb.txt", real("burst-cwb.txt")).extra["MultiBurst"]
    assert (burst["amplitude"], burst["snr"]) == (5.017162, 7.298671111921677)
    grb = ingest("Fermi", "fermi-test.xml", real("fermi-test.xml")).extra["GRB"]
    assert (grb["ra"], grb["error_radius"]) == (345.99, 8.8374)
