"""Quantities as a person reads them: GPS times also in UTC, rates also as waiting times."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from gracedb_sandbox.superevents.ids import datetime_of_gps

__all__ = ["rate", "signal_to_noise", "span", "time"]

_YEAR = 365.25 * 86400.0
_SPANS = ((_YEAR, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"))


def time(gps: Optional[float]) -> str:
    """Write a GPS time (s) with its date in UTC, both to the millisecond."""
    if gps is None:
        return "unknown"
    # Rounded first, or 0.9996 s would become 1.000 GPS and .999 UTC.
    utc = datetime_of_gps(round(gps, 3)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return f"{gps:.3f} GPS = {utc} UTC"


def rate(hertz: Optional[float]) -> str:
    """Write a false-alarm rate (Hz) with how seldom that is."""
    if hertz is None:
        return "unknown"
    if hertz <= 0.0:
        return f"{hertz:g} Hz"
    return f"{hertz:.3g} Hz = 1 per {span(1.0 / hertz)}"


def span(seconds: float) -> str:
    """Write a time span in the largest unit that it fills."""
    for unit, name in _SPANS:
        if seconds >= unit:
            count = seconds / unit
            return f"{count:,.0f} {name}" if count >= 100 else f"{count:.3g} {name}"
    return f"{seconds:.3g} seconds"


def signal_to_noise(event: Mapping[str, Any]) -> str:
    """Write the SNR, wherever this event's pipeline keeps it."""
    for attributes in event.get("extra_attributes", {}).values():
        if isinstance(attributes, dict) and attributes.get("snr") is not None:
            return f"{attributes['snr']:.2f}"
    return "unknown"
