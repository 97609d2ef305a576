"""Triggers as JSON (oLIB, MLy, aframe, GWAK) and hardware injections (JSON or LIGO_LW)."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .classes import ATTRIBUTES, blank
from .ligolw import read_tables
from .untrusted import inflated
from .values import (
    Form,
    Ingested,
    Unreadable,
    gps,
    integer,
    json_object,
    names,
    real,
    text,
)

__all__ = ["read_injection", "read_mly", "read_olib"]

_OLIB_KEYS = {
    "bci": "BCI",
    "bsn": "BSN",
    "quality_mean": "quality_posterior_mean",
    "quality_median": "quality_posterior_median",
    "omicron_snr_network": "Omicron_SNR_Network",
    "omicron_snr_H1": "Omicron_SNR_H1",
    "omicron_snr_L1": "Omicron_SNR_L1",
    "omicron_snr_V1": "Omicron_SNR_V1",
    "hrss_mean": "hrss_posterior_mean",
    "hrss_median": "hrss_posterior_median",
    "frequency_mean": "frequency_posterior_mean",
    "frequency_median": "frequency_posterior_median",
}
_READERS = {float: real, int: integer, str: text}


def read_olib(pipeline: str, filename: str, data: bytes, form: Form) -> Ingested:
    """Read an oLIB trigger."""
    trigger = json_object(inflated(data))
    burst = {name: real(trigger.get(key)) for name, key in _OLIB_KEYS.items()}
    return Ingested(
        gpstime=gps(real(trigger.get("gpstime"))),
        far=real(trigger.get("FAR")),
        instruments=names(trigger.get("instruments")),
        nevents=integer(trigger.get("nevents", 1)),
        likelihood=real(trigger.get("likelihood")),
        extra={"LalInferenceBurst": burst},
    )


def read_mly(pipeline: str, filename: str, data: bytes, form: Form) -> Ingested:
    """Read a trigger of a machine-learning pipeline."""
    trigger = json_object(inflated(data))
    burst = {**blank("MLyBurst"), **_typed(trigger, "MLyBurst")}
    # The server stores the SNR under a name it never reads back.
    burst["SNR"] = None
    scores = trigger.get("scores")
    if isinstance(scores, dict):
        burst["scores"] = {name: real(scores.get(name)) for name in burst["scores"]}
    # One channel may come as a bare string.
    channels = trigger.get("channels")
    if channels is not None:
        burst["channels"] = names(channels).split(",")
    burst["ifos"] = names(trigger.get("ifos"))
    return Ingested(
        gpstime=gps(real(trigger.get("gpstime"))),
        far=real(trigger.get("far")),
        instruments=burst["ifos"],
        extra={"MLyBurst": burst},
    )


def read_injection(pipeline: str, filename: str, data: bytes, form: Form) -> Ingested:
    """Read a hardware injection; the form names its detectors and channels."""
    document = inflated(data)
    values = json_object(document) if document.lstrip()[:1] == b"{" else _sim_inspiral(document)
    injection = _typed(values, "SimInspiral")
    for name in ("source_channel", "destination_channel"):
        injection[name] = _field(form, name) or injection[name]
    # Only the JSON form states a time of its own.
    time = gps(real(values.get("gpstime")))
    if time is None:
        time = gps(injection["geocent_end_time"], injection["geocent_end_time_ns"])
    return Ingested(
        gpstime=time,
        far=real(values.get("far")),
        instruments=_field(form, "instruments") or names(values.get("instruments")),
        extra={"SimInspiral": injection},
    )


def _sim_inspiral(document: bytes) -> Dict[str, Any]:
    rows = read_tables(document, ("sim_inspiral",))["sim_inspiral"]
    if not rows:
        raise Unreadable("the file has no sim_inspiral table")
    return dict(rows[0])


def _typed(values: Dict[str, Any], name: str) -> Dict[str, Any]:
    return {key: _READERS[kind](values.get(key)) for key, kind in ATTRIBUTES[name].items()}


def _field(form: Form, name: str) -> Optional[str]:
    values = [value for value in form.get(name, ()) if value]
    return ",".join(values) or None
