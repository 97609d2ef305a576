"""Uploads as pipelines make them: LIGO_LW coincidences, cWB text, VOEvents, JSON notices."""

from __future__ import annotations

import gzip
import json
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple
from xml.sax.saxutils import escape, quoteattr

Column = Tuple[str, str]  # (name, LIGO_LW type); the type "id" follows the file's id style

COINC_INSPIRAL: Sequence[Column] = (
    ("coinc_event_id", "id:coinc_event"),
    ("combined_far", "real_8"),
    ("end_time", "int_4s"),
    ("end_time_ns", "int_4s"),
    ("false_alarm_rate", "real_8"),
    ("ifos", "lstring"),
    ("mass", "real_8"),
    ("mchirp", "real_8"),
    ("minimum_duration", "real_8"),
    ("snr", "real_8"),
)
COINC_EVENT: Sequence[Column] = (
    ("coinc_event_id", "id:coinc_event"),
    ("instruments", "lstring"),
    ("nevents", "int_4u"),
    ("process_id", "id:process"),
    ("likelihood", "real_8"),
)
SNGL_INSPIRAL: Sequence[Column] = (
    ("event_id", "id:sngl_inspiral"),
    ("ifo", "lstring"),
    ("search", "lstring"),
    ("channel", "lstring"),
    ("end_time", "int_4s"),
    ("end_time_ns", "int_4s"),
    ("eff_distance", "real_4"),
    ("coa_phase", "real_4"),
    ("mass1", "real_4"),
    ("mass2", "real_4"),
    ("mchirp", "real_4"),
    ("mtotal", "real_4"),
    ("eta", "real_4"),
    ("snr", "real_4"),
    ("chisq", "real_4"),
    ("chisq_dof", "int_4s"),
    ("sigmasq", "real_8"),
    ("spin1z", "real_4"),
    ("spin2z", "real_4"),
    ("template_duration", "real_8"),
    ("Gamma0", "real_4"),
)


def ligo_lw(*tables: str) -> bytes:
    """A LIGO_LW document around *tables*."""
    head = (
        "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE LIGO_LW SYSTEM "
        '"http://ldas-sw.ligo.caltech.edu/doc/ligolwAPI/html/ligolw_dtd.txt">\n<LIGO_LW>\n'
    )
    return (head + "".join(tables) + "</LIGO_LW>\n").encode()


def table(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    ids: str = "integer",
    delimiter: str = ",",
) -> str:
    """One LIGO_LW table; absent or None values become empty tokens."""
    lines = [f'\t<Table Name="{name}:table">']
    for column, kind in columns:
        if kind.startswith("id:"):
            kind = "ilwd:char" if ids == "ilwd" else "int_8s"
        lines.append(f'\t\t<Column Name="{name}:{column}" Type="{kind}"/>')
    lines.append(f'\t\t<Stream Delimiter="{delimiter}" Name="{name}:table" Type="Local">')
    body = (delimiter + "\n").join(
        "\t\t\t" + delimiter.join(_cell(row.get(c), c, k, ids) for c, k in columns) for row in rows
    )
    lines += [escape(body), "\t\t</Stream>", "\t</Table>", ""]
    return "\n".join(lines)


def _cell(value: Any, column: str, kind: str, ids: str) -> str:
    if value is None:
        return ""
    if kind.startswith("id:") and ids == "ilwd":
        return f'"{kind[3:]}:{column}:{value}"'
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def coinc_xml(
    *,
    ids: str = "integer",
    gpstime: Tuple[int, int] = (1187008882, 443750000),
    ifos: Sequence[str] = ("H1", "L1"),
    far: Optional[float] = 3.5e-12,
    snr: float = 12.5,
    mass: float = 2.74,
    mchirp: float = 1.19,
    likelihood: float = 27.25,
    compress: bool = False,
    coinc: Optional[Mapping[str, Any]] = None,
    singles: Optional[Sequence[Mapping[str, Any]]] = None,
    without: Sequence[str] = (),
) -> bytes:
    """A CBC upload with one coincidence.

    *ids* is "integer" or "ilwd"; *coinc* overrides coinc_inspiral columns, *singles*
    the trigger rows; *without* leaves whole tables out.
    """
    names = ",".join(ifos)
    seconds, nanoseconds = gpstime
    row: Dict[str, Any] = {
        "coinc_event_id": 1,
        "combined_far": far,
        "end_time": seconds,
        "end_time_ns": nanoseconds,
        "false_alarm_rate": 0.25,
        "ifos": names,
        "mass": mass,
        "mchirp": mchirp,
        "snr": snr,
    }
    event = {
        "coinc_event_id": 1,
        "instruments": names,
        "nevents": len(ifos),
        "process_id": 0,
        "likelihood": likelihood,
    }
    tables = {
        "sngl_inspiral": (SNGL_INSPIRAL, singles or _singles(ifos, gpstime, mchirp)),
        "coinc_event": (COINC_EVENT, [event]),
        "coinc_inspiral": (COINC_INSPIRAL, [{**row, **(coinc or {})}]),
    }
    document = ligo_lw(
        *(table(n, c, r, ids=ids) for n, (c, r) in tables.items() if n not in without)
    )
    return gzip.compress(document, mtime=0) if compress else document


def _singles(ifos: Sequence[str], gpstime: Tuple[int, int], mchirp: float) -> List[Dict[str, Any]]:
    return [
        {
            "event_id": number,
            "ifo": ifo,
            "search": "tmpltbank",
            "channel": "GDS-CALIB_STRAIN",
            "end_time": gpstime[0],
            "end_time_ns": gpstime[1] + 1000 * number,
            "eff_distance": 81.5 + number,
            "coa_phase": -0.5,
            "mass1": 1.46,
            "mass2": 1.28,
            "mchirp": mchirp,
            "mtotal": 2.74,
            "snr": 8.5 + number,
            "chisq": 1.1,
            "chisq_dof": 1,
            "spin1z": 0.02,
            "spin2z": -0.01,
            "Gamma0": 1.5,
        }
        for number, ifo in enumerate(ifos)
    ]


def sim_inspiral_xml(**overrides: Any) -> bytes:
    """A hardware injection as a LIGO_LW sim_inspiral table of one row."""
    row = {
        "source": "",
        "waveform": "TaylorT4threePointFivePN",
        "taper": "TAPER_NONE",
        "mass1": 1.39,
        "mass2": 1.4,
        "mchirp": 1.216,
        "geocent_end_time": 1118462078,
        "geocent_end_time_ns": 105882943,
        "h_end_time": 1118462078,
        "distance": 40.5,
        **overrides,
    }
    kinds = {str: "lstring", int: "int_4s", float: "real_4"}
    columns = [(name, kinds[type(value)]) for name, value in row.items()]
    return ligo_lw(table("sim_inspiral", columns, [row]))


def cwb_text(*, far: Optional[float] = None, **lines: str) -> bytes:
    """A coherent WaveBurst trigger file; keyword arguments replace or add `key: value` lines."""
    values = {
        "nevent": "1",
        "rho": "5.017162",
        "likelihood": "5.327060e+01",
        "mchirp": "0.000000",
        "ifo": "L1 H1",
        "phi": "355.982147 0.000000 201.224625 355.982147",
        "theta": "20.577454 0.000000 69.422546 20.577454",
        "strain": "3.335598e-23 0.000000e+00",
        "start": "1042312876.5000 1042312876.5000",
        "time": "1042312876.5090 1042312876.5073",
        "duration": "0.023438 0.023438",
        "frequency": "1392.169556 1392.169556",
        "bandwidth": "256.000000 256.000000",
        "snr": "2.239129e+01 3.225751e+01",
    }
    if far is not None:
        values["far"] = repr(far)
    values.update(lines)
    text = "".join(f"{key + ':':<12}{value}\n" for key, value in values.items())
    return (text + CWB_SIGNIFICANCE).encode()


CWB_SIGNIFICANCE = """\
#skyID  theta   DEC     step   phi     R.A    step  probability    cumulative
6381   20.6   69.4    0.35  356.0  201.2    1.61  1.170887e-04  1.170887e-04
wat version = 2G
online version = 1
search=I
#significance based on the last hour (typical job is 10 minutes), 4000-1 time shifts
145 0.000201389 1100327240 1100330840 3600
#significance based on the last day jobs, 4000-1 time shifts
3329 0.00019265 1100243240 1100329640 86400
#significance based on all the processed livetime in the run, 4000-1 time shifts
4800 0.000193237 1100205440 1100329640 124200
https://example.org/~waveburst/OUTPUT_CED/ced_1/L1H1_1100511831.500/
https://example.org/~waveburst/OUTPUT_CED/ced_1/L1H1_1100511831.500/skyprobcc.fits
"""


def voevent_xml(
    *,
    ivorn: str = "ivo://nasa.gsfc.gcn/Fermi#GBM_Flt_Pos2019-03-31T11:02:01.32_575881326",
    parameters: Optional[Mapping[str, str]] = None,
    time: str = "2019-03-31T11:02:01.32",
    ra: str = "345.9900",
    dec: str = "-67.8274",
    radius: str = "8.8374",
    author: str = "Fermi (via VO-GCN)",
    description: str = "Fermi Satellite, GBM Instrument",
    reference: str = "http://gcn.gsfc.nasa.gov/fermi.html",
) -> bytes:
    """A gamma-ray burst notice as VOEvent 2.0 XML."""
    values = {"TrigID": "575881326", "Data_Integ": "0.512"} if parameters is None else parameters
    rows = "".join(
        f"    <Param name={quoteattr(name)} value={quoteattr(value)} />\n"
        for name, value in values.items()
    )
    return f"""<?xml version = '1.0' encoding = 'UTF-8'?>
<voe:VOEvent ivorn={quoteattr(ivorn)} role="observation" version="2.0"
      xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0">
  <Who>
    <AuthorIVORN>ivo://nasa.gsfc.tan/gcn</AuthorIVORN>
    <Author><shortName>{escape(author)}</shortName></Author>
    <Date>2019-03-31T11:02:30</Date>
  </Who>
  <What>
{rows}    <Group name="Misc_Flags"><Param name="Flt_Generated" value="true" /></Group>
    <Description>The location of a transient.</Description>
  </What>
  <WhereWhen>
    <ObsDataLocation>
      <ObservatoryLocation id="GEOLUN" />
      <ObservationLocation>
        <AstroCoordSystem id="UTC-FK5-GEO" />
        <AstroCoords coord_system_id="UTC-FK5-GEO">
          <Time unit="s"><TimeInstant><ISOTime>{time}</ISOTime></TimeInstant></Time>
          <Position2D unit="deg">
            <Name1>RA</Name1><Name2>Dec</Name2>
            <Value2><C1>{ra}</C1><C2>{dec}</C2></Value2>
            <Error2Radius>{radius}</Error2Radius>
          </Position2D>
        </AstroCoords>
      </ObservationLocation>
    </ObsDataLocation>
  </WhereWhen>
  <How>
    <Description>{escape(description)}</Description>
    <Reference uri={quoteattr(reference)} type="url" />
  </How>
</voe:VOEvent>
""".encode()


def grb_notice(**overrides: Any) -> bytes:
    """A gamma-ray burst notice as the JSON of a Kafka topic."""
    return _json(
        {
            "instrument": "GBM",
            "trigger_time": "2024-01-02T03:04:05.678Z",
            "id": ["724", "1"],
            "ra": 12.5,
            "dec": -34.25,
            "ra_dec_error": 1.5,
            "rate_duration": 4.096,
        },
        overrides,
    )


def olib_json(**overrides: Any) -> bytes:
    """An oLIB trigger."""
    return _json(
        {
            "gpstime": 1126259462.39,
            "FAR": 2e-7,
            "instruments": "H1,L1",
            "likelihood": 11.5,
            "BCI": 2.5,
            "BSN": 4.5,
            "quality_posterior_mean": 8.5,
            "Omicron_SNR_Network": 12.5,
            "frequency_posterior_median": 150.5,
        },
        overrides,
    )


def mly_json(**overrides: Any) -> bytes:
    """A trigger of a machine-learning burst pipeline (MLy, aframe, GWAK)."""
    return _json(
        {
            "gpstime": 1368975618.25,
            "far": 1e-8,
            "ifos": ["L1", "H1"],
            "channels": ["H1:GDS-CALIB_STRAIN", "L1:GDS-CALIB_STRAIN"],
            "central_freq": 100.5,
            "SNR": 11.5,
            "scores": {"coherency": 0.5, "coincidence": 0.75, "combined": 0.625},
        },
        overrides,
    )


def _json(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> bytes:
    return json.dumps({**values, **overrides}).encode()
