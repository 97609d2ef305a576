"""The invented source: where it is, how loud each detector heard it, and when the wave arrived."""

from __future__ import annotations

import math
from typing import Dict, Mapping, NamedTuple, Tuple

from ..clock import unix_from_gps

__all__ = [
    "DETECTORS",
    "DISTANCE",
    "EVENT_TIME",
    "MASSES",
    "Detector",
    "delay",
    "derived_masses",
    "direction",
    "sidereal_angle",
    "unit_vector",
]

Vector = Tuple[float, float, float]

#: GPS time (s) at the centre of the Earth, unless a caller wants another.
EVENT_TIME = 1371234567.123456
#: Component masses (solar masses, detector frame).
MASSES = (1.46, 1.27)
#: Luminosity distance (Mpc): what an on-axis, overhead observer would need for these SNRs.
DISTANCE = 158.0

_RIGHT_ASCENSION, _DECLINATION = math.radians(133.5), math.radians(-12.4)
_LIGHT_SPEED = 299792458.0


class Detector(NamedTuple):
    """One interferometer: its place, the SNR of the source in it, and how well it times."""

    position: Vector  #: Earth-fixed (m)
    snr: float
    phase: float  #: coalescence phase (rad)
    horizon: float  #: distance (Mpc) at which an ideal source would have SNR 1
    chisq: float  #: reduced
    timing: float  #: standard deviation (s)


DETECTORS: Mapping[str, Detector] = {
    "H1": Detector((-2161415.0, -3834695.0, 4600350.0), 12.1, 0.758, 2712.0, 1.06, 1.5e-4),
    "L1": Detector((-74276.0, -5496284.0, 3224257.0), 14.7, -2.655, 3080.0, 0.97, 1.2e-4),
    "V1": Detector((4546374.0, 842990.0, 4378577.0), 4.6, 1.204, 904.0, 1.12, 2.5e-4),
}


def direction(gpstime: float) -> Vector:
    """Return the unit vector to the source in Earth-fixed axes at *gpstime* (s)."""
    return unit_vector(math.sin(_DECLINATION), _RIGHT_ASCENSION - sidereal_angle(gpstime))


def unit_vector(height: float, longitude: float) -> Vector:
    """Return the unit vector of z = *height* at *longitude* (rad)."""
    radius = math.sqrt(max(0.0, 1.0 - height * height))
    return radius * math.cos(longitude), radius * math.sin(longitude), height


def sidereal_angle(gpstime: float) -> float:
    """Return the rotation angle of the Earth (rad), good to a second of time."""
    days = unix_from_gps(gpstime) / 86400.0 - 10957.5  # since 2000-01-01 12:00 UTC
    return math.radians((280.46061837 + 360.98564736629 * days) % 360.0)


def delay(detector: Detector, towards: Vector) -> float:
    """Return the arrival time (s) at *detector* after that at the centre of the Earth."""
    return -math.fsum(a * b for a, b in zip(detector.position, towards)) / _LIGHT_SPEED


def derived_masses(masses: Tuple[float, float] = MASSES) -> Dict[str, float]:
    """Return mtotal, mchirp (solar masses) and eta of two component masses."""
    total = masses[0] + masses[1]
    eta = masses[0] * masses[1] / total**2
    return {"mtotal": total, "mchirp": total * eta**0.6, "eta": eta}
