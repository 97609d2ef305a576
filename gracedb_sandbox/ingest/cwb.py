"""Coherent WaveBurst triggers: a text file of `key: value value …` lines."""

from __future__ import annotations

import html
import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, List, Optional, Tuple

from .classes import blank
from .values import Form, Ingested, Product, Unreadable, gps, real

__all__ = ["read_cwb"]

_LINE = re.compile(r"^(\w+):[ \t]*(\S.*)$", re.MULTILINE)
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)
#: newest wording first, as the pipeline changed it over the years
_SIGNIFICANCE = tuple(
    re.compile(rf"^#significance based on the last {span}\b.*\n\s*\S+[ \t]+(\S+)", re.MULTILINE)
    for span in ("week", "day", r"24\*6")
)

#: attribute -> the line it comes from, and which of its values
_REALS = {
    "duration": ("duration", 0),
    "strain": ("strain", 0),
    "bandwidth": ("bandwidth", 0),
    "central_freq": ("frequency", 0),
    "amplitude": ("rho", 0),
    "ligo_axis_ra": ("phi", 2),
    "ligo_axis_dec": ("theta", 2),
}

Lines = Dict[str, List[str]]


def read_cwb(pipeline: str, filename: str, data: bytes, form: Form) -> Ingested:
    """Read one trigger; *pipeline*, *filename* and *form* say nothing more about it."""
    # Only the numbers matter; odd bytes elsewhere must not spoil them.
    text = data.decode("utf-8", "replace")
    lines: Lines = {}
    for key, values in _LINE.findall(text):
        # Some keys come twice (`rho`, `range`): for the network, then per detector.
        lines.setdefault(key, values.split())
    time = _value(lines, "event_time") or _value(lines, "time")
    if time is None:
        raise Unreadable("the trigger file has no line 'time:'")
    likelihood = real(_value(lines, "likelihood"))
    far = real(_value(lines, "far"))
    burst = _burst(lines, likelihood)
    burst["false_alarm_rate"] = far = _significance(text) if far is None else far
    gpstime = gps(real(time))
    log = _event_log(burst, gpstime=gpstime)
    return Ingested(
        gpstime=gpstime,
        far=far,
        instruments=burst["ifos"],
        likelihood=likelihood,
        extra={"MultiBurst": burst},
        products=(Product("Log File Created", "event.log", log), *_links(text)),
    )


def _value(lines: Lines, key: str, index: int = 0) -> Optional[str]:
    values = lines.get(key, [])
    return values[index] if index < len(values) else None


def _burst(lines: Lines, likelihood: Optional[float]) -> Dict[str, Any]:
    burst = blank("MultiBurst")
    for name, (key, index) in _REALS.items():
        burst[name] = real(_value(lines, key, index))
    burst["mchirp"] = real(_value(lines, "mchirp") or _value(lines, "chirp", 1))
    # The server's square root of the network likelihood, not the line `snr:`.
    burst["snr"] = math.sqrt(max(likelihood or 0.0, 0.0))
    ifos, times = lines.get("ifo", []), lines.get("time", [])
    # Detectors sort by name and take their times along; the peak stays the file's first.
    order = sorted(range(len(ifos)), key=ifos.__getitem__)
    burst["ifos"] = ",".join(ifos[i] for i in order)
    burst["single_ifo_times"] = ",".join(times[i] for i in order if i < len(times))
    burst["start_time"], burst["start_time_ns"] = _split(_value(lines, "start"))
    burst["peak_time"], burst["peak_time_ns"] = _split(_value(lines, "time"))
    for name in ("hoft", "code"):
        burst[name] = " ".join(lines.get(name, []))
    return burst


def _split(time: Optional[str]) -> Tuple[Optional[int], Optional[int]]:
    """Return whole seconds and nanoseconds, exactly as written."""
    try:
        seconds = Decimal(time or "nan")
        whole = int(seconds)
    except (InvalidOperation, ValueError, OverflowError):
        return None, None
    return whole, int((seconds - whole) * 10**9)


def _significance(text: str) -> Optional[float]:
    """Return the rate (Hz) of events as loud as this one over the last week or day."""
    found = (pattern.search(text) for pattern in _SIGNIFICANCE)
    return next((real(match.group(1)) for match in found if match), None)


def _event_log(burst: Dict[str, Any], *, gpstime: Optional[float]) -> bytes:
    lines = {
        "Event Type": "cWB",
        "Time": gpstime,
        "Duration": burst["duration"],
        "Frequency": burst["central_freq"],
        "Bandwidth": burst["bandwidth"],
        "RA": burst["ligo_axis_ra"],
        "Dec": burst["ligo_axis_dec"],
        "Effective SNR": burst["snr"],
        "IFOs": burst["ifos"],
        "FAR": burst["false_alarm_rate"],
    }
    return "".join(
        f"{name}: {'---' if value is None else value}\n" for name, value in lines.items()
    ).encode()


def _links(text: str) -> List[Product]:
    products = []
    for url in _LINK.findall(text):
        name = "FITS" if url.endswith((".fits", ".fits.gz")) else "CED"
        products.append(Product(f'<a href="{html.escape(url)}">{name}</a>'))
    return products
