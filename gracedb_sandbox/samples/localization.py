"""A sky map as BAYESTAR uploads it: a multi-order HEALPix table with distances, a small one."""

from __future__ import annotations

import math
from typing import Callable, List, Sequence, Tuple

from ..superevents.ids import datetime_of_gps
from .fits import Card, Column, binary_table
from .healpix import Pixel, all_pixels
from .source import (
    DETECTORS,
    DISTANCE,
    EVENT_TIME,
    Vector,
    delay,
    direction,
    sidereal_angle,
    unit_vector,
)

__all__ = ["sky_map"]

_COARSEST, _ROUNDS = 2, 6
_COLUMNS = (
    Column("UNIQ", "K"),
    Column("PROBDENSITY", "D", "sr-1"),
    Column("DISTMU", "D", "Mpc"),
    Column("DISTSIGMA", "D", "Mpc"),
    Column("DISTNORM", "D", "Mpc-2"),
)
_EARTH_RADIUS_SECONDS = 0.0213
Density = Callable[[Pixel], float]


def sky_map(
    *,
    gpstime: float = EVENT_TIME,
    ifos: Sequence[str] = ("H1", "L1", "V1"),
    identifier: str = "",
) -> bytes:
    """Write a multi-order FITS sky map (about 50 kB) of the source at *gpstime* (s).

    The probability comes from the arrival times at *ifos*, and sums to 1 over the sphere.
    Equal arguments give equal bytes on every Python (`sum` adds otherwise from 3.12 on, hence
    `fsum`). *identifier* is what the header calls the OBJECT.
    """
    density = _by_arrival_times(gpstime, ifos)
    pixels = sorted(_refined(density), key=lambda pixel: pixel.uniq)
    weights = [density(pixel) for pixel in pixels]
    total = math.fsum(weight * pixel.area for weight, pixel in zip(weights, pixels))
    brightest = max(weights)
    distances = [_distance(weight / brightest) for weight in weights]
    rows = [
        (pixel.uniq, weight / total, mu, sigma, 1.0 / _moments(mu, sigma)[2])
        for pixel, weight, (mu, sigma) in zip(pixels, weights, distances)
    ]
    probabilities = [row[1] * pixel.area for row, pixel in zip(rows, pixels)]
    cards = [
        *_grid_cards(max(pixel.order for pixel in pixels)),
        *([Card("OBJECT", identifier, "Unique identifier for this event")] if identifier else []),
        *_event_cards(gpstime, ifos, _mean_distance(probabilities, distances)),
    ]
    return binary_table(_COLUMNS, rows, cards)


def _by_arrival_times(gpstime: float, ifos: Sequence[str]) -> Density:
    """Return the probability (unnormalised) that the source lies in a pixel's direction."""
    detectors = [DETECTORS[ifo] for ifo in ifos]
    truth = direction(gpstime)
    turned = sidereal_angle(gpstime)
    seen = [delay(detector, truth) for detector in detectors]

    def density(pixel: Pixel) -> float:
        height, longitude = pixel.centre
        towards = unit_vector(height, longitude - turned)
        # A coarse pixel counts as near if any part of it is, or the peak would be stepped over.
        blur = _EARTH_RADIUS_SECONDS * math.sqrt(pixel.area) / 4.0
        precision = [1.0 / (detector.timing**2 + blur**2) for detector in detectors]
        late = [delay(detector, towards) - time for detector, time in zip(detectors, seen)]
        # Nobody knows when it was emitted: only differences of arrival times count.
        common = math.fsum(p * x for p, x in zip(precision, late)) / math.fsum(precision)
        misfit = math.fsum(p * (x - common) ** 2 for p, x in zip(precision, late))
        return math.exp(-0.5 * misfit) * _antenna(towards, truth) + 1e-9

    return density


def _antenna(towards: Vector, truth: Vector) -> float:
    """Stand in for the amplitudes, which favour the true one of two mirrored places."""
    return math.exp(6.0 * (math.fsum(a * b for a, b in zip(towards, truth)) - 1.0))


def _refined(density: Density) -> List[Pixel]:
    """Split the most probable quarter of the first grid's number of pixels, some times over."""
    # The scheme of BAYESTAR, which begins with sixteen times as many pixels.
    pixels = list(all_pixels(_COARSEST))
    split = len(pixels) // 4
    for _ in range(_ROUNDS):
        pixels.sort(key=lambda pixel: density(pixel) * pixel.area, reverse=True)
        finer = [child for pixel in pixels[:split] for child in pixel.children]
        pixels = finer + pixels[split:]
    return pixels


def _distance(brightness: float) -> Tuple[float, float]:
    """Return location and scale (Mpc) along one line of sight: fainter directions lie nearer."""
    return DISTANCE * (0.7 + 0.25 * brightness), 0.26 * DISTANCE


def _moments(mu: float, sigma: float) -> List[float]:
    """Return the integrals of r**k times a normal density over r > 0, for k from 0 to 4.

    A distance has the density DISTNORM r**2 Normal(r; DISTMU, DISTSIGMA), so that DISTNORM is one
    over the second of these.
    """
    x = mu / sigma
    below = 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
    edge = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    moments = [below, mu * below + sigma * edge]
    for k in (2, 3, 4):
        moments.append(mu * moments[k - 1] + (k - 1) * sigma**2 * moments[k - 2])
    return moments


def _mean_distance(
    probabilities: Sequence[float], distances: Sequence[Tuple[float, float]]
) -> Tuple[float, float]:
    """Return the mean and the standard deviation of the distance over the whole sky (Mpc)."""
    first = second = 0.0
    for probability, (mu, sigma) in zip(probabilities, distances):
        moments = _moments(mu, sigma)
        first += probability * moments[3] / moments[2]
        second += probability * moments[4] / moments[2]
    return first, math.sqrt(second - first**2)


def _grid_cards(finest: int) -> List[Card]:
    return [
        Card("MOC", value=True),
        Card("PIXTYPE", "HEALPIX", "HEALPIX pixelisation"),
        Card("ORDERING", "NUNIQ", "Pixel ordering scheme: RING, NESTED, or NUNIQ"),
        Card("COORDSYS", "C", "Ecliptic, Galactic or Celestial (equatorial)"),
        Card("MOCORDER", finest, "MOC resolution (best order)"),
        Card("INDXSCHM", "EXPLICIT", "Indexing: IMPLICIT or EXPLICIT"),
    ]


def _event_cards(gpstime: float, ifos: Sequence[str], distance: Tuple[float, float]) -> List[Card]:
    observed = datetime_of_gps(gpstime)
    days = observed.timestamp() / 86400.0 + 40587.0
    return [
        Card("INSTRUME", ",".join(ifos), "Instruments that triggered this event"),
        Card("DATE-OBS", observed.strftime("%Y-%m-%dT%H:%M:%S.%f"), "UTC date of the observation"),
        Card("MJD-OBS", days, "modified Julian date of the observation"),
        Card("CREATOR", "gracedb-core sample", "Program that created this file"),
        Card("DISTMEAN", distance[0], "Posterior mean distance (Mpc)"),
        Card("DISTSTD", distance[1], "Posterior standard deviation of distance (Mpc)"),
    ]
