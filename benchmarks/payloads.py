"""What the canned server answers: synthetic, in the shape and the size of GraceDB's JSON."""

from __future__ import annotations

import json
from typing import Any, Dict

__all__ = ["event", "log_message", "page", "service_root"]

#: Rows of one page, as many as the server gives unless told otherwise.
ROWS = 10

_TEMPLATES = {
    "event-detail-template": "events/{graceid}",
    "event-log-template": "events/{graceid}/log/",
    "event-log-detail-template": "events/{graceid}/log/{N}",
    "files-template": "events/{graceid}/files/{filename}",
    "superevent-detail-template": "superevents/{superevent_id}/",
}


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode("ascii")


def _single(ifo: str) -> Dict[str, Any]:
    return {
        "ifo": ifo,
        "channel": "GDS-CALIB_STRAIN",
        "end_time": 1370000000,
        "end_time_ns": 123456789,
        "snr": 11.53127,
        "chisq": 0.9717323,
        "chisq_dof": 1,
        "coa_phase": -1.3409241,
        "eff_distance": 412.7741,
        "f_final": 1024.0,
        "mass1": 1.593227,
        "mass2": 1.214413,
        "mchirp": 1.209541,
        "mtotal": 2.80764,
        "sigmasq": 154.6712,
        "template_duration": 163.7312,
    }


def event(root: str, graceid: str) -> bytes:
    """Spell an event, about 2.5 kB, as the server at the URL *root* would."""
    own = f"{root}events/{graceid}"
    parts = ("neighbors", "files", "log", "labels", "tags", "emobservations", "voevent")
    return _encoded(
        {
            "submitter": "albert.einstein@ligo.org",
            "created": "2023-06-05 11:32:49 UTC",
            "group": "CBC",
            "graceid": graceid,
            "pipeline": "gstlal",
            "gpstime": 1370000000.123457,
            "reporting_latency": 12.318543,
            "instruments": "H1,L1,V1",
            "nevents": 3,
            "offline": False,
            "search": "AllSky",
            "far": 3.1415926535e-09,
            "far_is_upper_limit": False,
            "likelihood": 41.271773,
            "labels": ["EMBRIGHT_READY", "PASTRO_READY", "SKYMAP_READY"],
            "extra_attributes": {
                "CoincInspiral": {
                    "ifos": "H1,L1,V1",
                    "end_time": 1370000000,
                    "end_time_ns": 123456789,
                    "mass": 2.80764,
                    "mchirp": 1.209541,
                    "minimum_duration": 163.7312,
                    "snr": 17.881,
                    "false_alarm_rate": 1.7e-11,
                    "combined_far": 3.1415926535e-09,
                },
                "SingleInspiral": [_single(ifo) for ifo in ("H1", "L1", "V1")],
            },
            "superevent": "S230605ab",
            "links": {"self": own, **{part: f"{own}/{part}/" for part in parts}},
        }
    )


def _superevent(root: str, number: int) -> Dict[str, Any]:
    name = f"S230605a{number:04d}"
    own = f"{root}superevents/{name}/"
    parts = ("events", "labels", "logs", "files", "self", "voevents", "emobservations")
    return {
        "superevent_id": name,
        "gw_id": None,
        "category": "Production",
        "created": "2023-06-05 11:32:51 UTC",
        "submitter": "emfollow",
        "em_type": None,
        "t_start": 1369999999.123457,
        "t_0": 1370000000.123457,
        "t_end": 1370000001.123457,
        "far": 3.1415926535e-09,
        "time_coinc_far": None,
        "space_coinc_far": None,
        "labels": ["ADVREQ", "EM_SELECTED", "GCN_PRELIM_SENT", "SKYMAP_READY"],
        "preferred_event": f"G{400000 + number}",
        "pipeline_preferred_events": {"gstlal": f"G{400000 + number}"},
        "gw_events": [f"G{400000 + number + step}" for step in range(40)],
        "em_events": [],
        "links": {part: f"{own}{part}/" for part in parts},
    }


def page(root: str, start: int, pages: int) -> bytes:
    """Spell one page of superevents, about 20 kB, that begins at row *start*."""
    asked = f"{root}superevents/?query=far+%3C+1e-7&count={ROWS}&start="
    last = (pages - 1) * ROWS
    following = start + ROWS if start < last else None
    return _encoded(
        {
            "numRows": pages * ROWS,
            "superevents": [_superevent(root, start + row) for row in range(ROWS)],
            "links": {
                "self": f"{asked}{start}",
                "first": f"{asked}0",
                "last": f"{asked}{last}",
                "next": None if following is None else f"{asked}{following}",
            },
        }
    )


def log_message(root: str, graceid: str) -> bytes:
    """Spell what answers a log message, about 300 bytes."""
    return _encoded(
        {
            "N": 7,
            "comment": "Looks good.",
            "created": "2023-06-05T11:33:02.123456+00:00",
            "file": None,
            "file_version": None,
            "filename": "",
            "issuer": {"username": "albert.einstein@ligo.org", "display_name": "Albert Einstein"},
            "self": f"{root}events/{graceid}/log/7",
            "tag_names": [],
        }
    )


def service_root(root: str) -> bytes:
    """Spell the service root, which one of the peers asks for before anything else."""
    return _encoded(
        {
            "api-versions": ["default", "v1"],
            "links": {name: f"{root}{name}/" for name in ("events", "superevents")},
            "templates": {name: root + path for name, path in _TEMPLATES.items()},
            "groups": ["CBC", "Burst", "Test"],
            "pipelines": ["gstlal", "cwb"],
            "searches": ["AllSky"],
            "labels": ["INJ"],
        }
    )
