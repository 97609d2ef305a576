"""A coincidence as gstlal uploads it: a LIGO_LW file of one event seen by several detectors."""

from __future__ import annotations

import gzip
import math
from decimal import Decimal
from typing import Any, Dict, List, Sequence, Tuple

from .ligo_lw import Table, document
from .source import (
    DETECTORS,
    EVENT_TIME,
    MASSES,
    Vector,
    delay,
    derived_masses,
    direction,
    sidereal_angle,
)

__all__ = ["coinc"]

_PROCESS_ID, _COINC_ID, _COINC_DEF_ID, _TIME_SLIDE_ID = 1, 1, 0, 0
_FIRST_TRIGGER_ID = 1
_LOW_FREQUENCY = 15.0  # Hz; the template begins here
_SOLAR_MASS_SECONDS = 4.925491e-6
_NANO = 1_000_000_000

_PROCESS = (
    "comment lstring", "node lstring", "domain lstring", "unix_procid int_4s",
    "start_time int_4s", "process_id int_8s", "is_online int_4s", "ifos lstring",
    "jobid int_4s", "username lstring", "program lstring", "end_time int_4s",
    "version lstring", "cvs_repository lstring", "cvs_entry_time int_4s",
)  # fmt: skip
_PROCESS_PARAMS = (
    "process:process_id int_8s", "program lstring", "type lstring", "value lstring",
    "param lstring",
)  # fmt: skip
_SNGL_INSPIRAL = (
    "process:process_id int_8s", "ifo lstring", "search lstring", "channel lstring",
    "end_time int_4s", "end_time_ns int_4s", "end_time_gmst real_8",
    "impulse_time int_4s", "impulse_time_ns int_4s", "template_duration real_8",
    "event_duration real_8", "amplitude real_4", "eff_distance real_4", "coa_phase real_4",
    "mass1 real_4", "mass2 real_4", "mchirp real_4", "mtotal real_4", "eta real_4",
    "tau0 real_4", "tau3 real_4", "ttotal real_4", "f_final real_4", "snr real_4",
    "chisq real_4", "chisq_dof int_4s", "bank_chisq real_4", "bank_chisq_dof int_4s",
    "cont_chisq real_4", "cont_chisq_dof int_4s", "sigmasq real_8", "rsqveto_duration real_4",
    "Gamma0 real_4", "Gamma1 real_4", "Gamma2 real_4", "Gamma3 real_4", "Gamma4 real_4",
    "Gamma5 real_4", "Gamma6 real_4", "Gamma7 real_4", "Gamma8 real_4", "Gamma9 real_4",
    "spin1x real_4", "spin1y real_4", "spin1z real_4",
    "spin2x real_4", "spin2y real_4", "spin2z real_4", "event_id int_8s",
)  # fmt: skip
_COINC_DEFINER = (
    "search lstring", "description lstring", "coinc_def_id int_8s", "search_coinc_type int_4u",
)  # fmt: skip
_COINC_EVENT = (
    "coinc_event_id int_8s", "instruments lstring", "nevents int_4u",
    "process:process_id int_8s", "coinc_definer:coinc_def_id int_8s",
    "time_slide:time_slide_id int_8s", "likelihood real_8",
)  # fmt: skip
_COINC_INSPIRAL = (
    "false_alarm_rate real_8", "mchirp real_8", "minimum_duration real_8", "mass real_8",
    "end_time int_4s", "coinc_event:coinc_event_id int_8s", "snr real_8", "end_time_ns int_4s",
    "combined_far real_8", "ifos lstring",
)  # fmt: skip
_COINC_EVENT_MAP = (
    "event_id int_8s", "table_name char_v", "coinc_event:coinc_event_id int_8s",
)  # fmt: skip
_TIME_SLIDE = (
    "instrument lstring", "time_slide_id int_8s", "process:process_id int_8s", "offset real_8",
)  # fmt: skip


def coinc(
    *,
    gpstime: float = EVENT_TIME,
    ifos: Sequence[str] = ("H1", "L1", "V1"),
    far: float = 3.1688e-12,
    likelihood: float = 41.5,
    program: str = "gstlal_inspiral",
    masses: Tuple[float, float] = MASSES,
    compress: bool = False,
) -> bytes:
    """Write a coinc.xml of a binary neutron star, gzipped if *compress* says so.

    *gpstime* (s) is the arrival in the first of *ifos* (H1, L1, V1); *far* in Hz;
    *masses* in solar masses; *program* what the process table names as its writer.
    """
    moment = _instant(gpstime)
    towards = direction(gpstime)
    names = ",".join(ifos)
    derived = derived_masses(masses)
    triggers = [_trigger(ifo, ifos[0], moment, towards, masses) for ifo in ifos]
    inspiral = {
        "false_alarm_rate": far * 1e6,
        "mchirp": derived["mchirp"],
        "mass": derived["mtotal"],
        "end_time": moment // _NANO,
        "end_time_ns": moment % _NANO,
        "coinc_event_id": _COINC_ID,
        "snr": math.sqrt(math.fsum(DETECTORS[ifo].snr ** 2 for ifo in ifos)),
        "combined_far": far,
        "ifos": names,
    }
    event = {
        "coinc_event_id": _COINC_ID,
        "instruments": names,
        "nevents": len(ifos),
        "process_id": _PROCESS_ID,
        "coinc_def_id": _COINC_DEF_ID,
        "time_slide_id": _TIME_SLIDE_ID,
        "likelihood": likelihood,
    }
    tables = [
        *_processes(program, names, moment // _NANO),
        Table("sngl_inspiral", _SNGL_INSPIRAL, _numbered(triggers)),
        *_definitions(ifos),
        Table("coinc_event", _COINC_EVENT, [event]),
        _map(len(ifos)),
        Table("coinc_inspiral", _COINC_INSPIRAL, [inspiral]),
    ]
    text = document(tables)
    # No time stamp in the gzip header: equal arguments give equal bytes.
    return gzip.compress(text, mtime=0) if compress else text


def _instant(gpstime: float) -> int:
    """Return nanoseconds; by way of the shortest decimal, for 0.443 s is not 0.442999959 s."""
    return int(Decimal(repr(float(gpstime))) * _NANO)


def _processes(program: str, names: str, started: int) -> List[Table]:
    process = {
        "node": "node508",
        "unix_procid": 22856,
        "start_time": started - 86400,
        "process_id": _PROCESS_ID,
        "is_online": 1,
        "ifos": names,
        "jobid": 0,
        "username": "albert.einstein",
        "program": program,
    }
    options = (
        ("--data-source", "lstring", "devshm"),
        ("--gracedb-group", "lstring", "CBC"),
        ("--gracedb-search", "lstring", "AllSky"),
        ("--gracedb-far-threshold", "real_8", "0.0002777777777777778"),
        ("--coincidence-threshold", "real_8", "0.005"),
        ("--track-psd", None, None),
        *(("--channel-name", "lstring", f"{ifo}=GDS-CALIB_STRAIN") for ifo in names.split(",")),
    )
    rows = [
        {"process_id": _PROCESS_ID, "program": program, "param": p, "type": t, "value": v}
        for p, t, v in options
    ]
    return [
        Table("process", _PROCESS, [process]),
        Table("process_params", _PROCESS_PARAMS, rows),
    ]


def _definitions(ifos: Sequence[str]) -> List[Table]:
    definer = {
        "search": "inspiral",
        "description": "sngl_inspiral<-->sngl_inspiral coincidences",
        "coinc_def_id": _COINC_DEF_ID,
        "search_coinc_type": 0,
    }
    slides = [
        {
            "instrument": ifo,
            "time_slide_id": _TIME_SLIDE_ID,
            "process_id": _PROCESS_ID,
            "offset": 0.0,
        }
        for ifo in ifos
    ]
    return [
        Table("coinc_definer", _COINC_DEFINER, [definer]),
        Table("time_slide", _TIME_SLIDE, slides),
    ]


def _map(triggers: int) -> Table:
    rows = [
        {"event_id": number, "table_name": "sngl_inspiral", "coinc_event_id": _COINC_ID}
        for number in range(_FIRST_TRIGGER_ID, _FIRST_TRIGGER_ID + triggers)
    ]
    return Table("coinc_event_map", _COINC_EVENT_MAP, rows)


def _numbered(triggers: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    return [{**row, "event_id": n} for n, row in enumerate(triggers, start=_FIRST_TRIGGER_ID)]


def _trigger(
    ifo: str, reference: str, moment: int, towards: Vector, masses: Tuple[float, float]
) -> Dict[str, Any]:
    """Return what one detector saw, *moment* (ns) being the arrival in the reference detector."""
    detector = DETECTORS[ifo]
    later = delay(detector, towards) - delay(DETECTORS[reference], towards)
    arrival = moment + round(later * _NANO)
    distance = detector.horizon / detector.snr
    zeros = ["event_duration", "amplitude", "impulse_time", "impulse_time_ns", "rsqveto_duration"]
    zeros += ["bank_chisq", "bank_chisq_dof", "cont_chisq", "cont_chisq_dof"]
    zeros += [f"spin{body}{axis}" for body in "12" for axis in "xyz"]
    zeros += [f"Gamma{number}" for number in range(2, 10)]
    return {
        **dict.fromkeys(zeros, 0),
        **derived_masses(masses),
        **_chirp_times(masses),
        "process_id": _PROCESS_ID,
        "ifo": ifo,
        "search": "tmpltbank",
        "channel": "GDS-CALIB_STRAIN",
        "end_time": arrival // _NANO,
        "end_time_ns": arrival % _NANO,
        "end_time_gmst": sidereal_angle(arrival / _NANO),
        "eff_distance": distance,
        "coa_phase": detector.phase,
        "mass1": masses[0],
        "mass2": masses[1],
        "f_final": 1024.0,
        "snr": detector.snr,
        "chisq": detector.chisq,
        "chisq_dof": 1,
        "sigmasq": detector.horizon**2,
        "Gamma0": 246044,
        "Gamma1": 16,
    }


def _chirp_times(masses: Tuple[float, float]) -> Dict[str, float]:
    """Return tau0, tau3 and the template's duration (s) from the low-frequency cut-off."""
    derived = derived_masses(masses)
    seconds = derived["mtotal"] * _SOLAR_MASS_SECONDS
    x = math.pi * seconds * _LOW_FREQUENCY
    tau0 = 5.0 / (256.0 * math.pi * _LOW_FREQUENCY * derived["eta"]) * x ** (-5.0 / 3.0)
    tau3 = 1.0 / (8.0 * _LOW_FREQUENCY * derived["eta"]) * x ** (-2.0 / 3.0)
    return {"tau0": tau0, "tau3": tau3, "ttotal": tau0 - tau3, "template_duration": tau0 - tau3}
