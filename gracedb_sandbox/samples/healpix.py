"""The little of HEALPix that a multi-order map needs: where a nested pixel is, and its name."""

from __future__ import annotations

import math
from typing import Iterator, NamedTuple, Tuple

__all__ = ["Pixel", "all_pixels"]

#: For the twelve base pixels: ring of the southern corner, and longitude, both in units of nside.
_FACE_RING = (2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4)
_FACE_LONGITUDE = (1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7)


class Pixel(NamedTuple):
    """A pixel of the nested scheme: *order* is log2(nside)."""

    order: int
    number: int

    @property
    def uniq(self) -> int:
        """The number that names pixels of every order apart: 4 nside**2 + number."""
        return int(4 ** (self.order + 1)) + self.number

    @property
    def area(self) -> float:
        """Solid angle (sr)."""
        return math.pi / 3.0 / 4.0**self.order

    @property
    def children(self) -> Tuple[Pixel, ...]:
        """The four pixels of the next order that fill this one."""
        return tuple(Pixel(self.order + 1, 4 * self.number + quarter) for quarter in range(4))

    @property
    def centre(self) -> Tuple[float, float]:
        """z (the sine of the latitude) and longitude (rad) of the centre."""
        nside = 1 << self.order
        face, within = divmod(self.number, nside * nside)
        east, north = _every_other_bit(within), _every_other_bit(within >> 1)
        ring = _FACE_RING[face] * nside - east - north - 1
        if nside <= ring <= 3 * nside:
            width, shift = nside, (ring - nside) & 1
            z = (2 * nside - ring) * 2.0 / (3.0 * nside)
        else:
            # In the polar caps a ring has fewer pixels the nearer it is to the pole.
            width, shift = (ring if ring < nside else 4 * nside - ring), 0
            z = math.copysign(1.0 - width * width / (3.0 * nside * nside), 2 * nside - ring)
        place = (_FACE_LONGITUDE[face] * width + east - north + 1 + shift) // 2
        longitude = (place - (shift + 1) * 0.5) * math.pi / (2 * width)
        return z, longitude % (2.0 * math.pi)


def all_pixels(order: int) -> Iterator[Pixel]:
    """Yield every pixel of *order*."""
    return (Pixel(order, number) for number in range(12 * 4**order))


def _every_other_bit(number: int) -> int:
    result = 0
    for place in range((number.bit_length() + 1) // 2):
        result |= (number >> place) & (1 << place)
    return result
