"""What a parsed upload is, and the reading of single numbers that all formats share."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

__all__ = [
    "Form",
    "Ingested",
    "Product",
    "Unreadable",
    "gps",
    "integer",
    "json_object",
    "names",
    "real",
    "text",
]

#: the other fields of the upload form: name -> every value given
Form = Mapping[str, Sequence[str]]


class Unreadable(ValueError):
    """An upload that its pipeline's reader cannot make sense of; the message is for people."""


class Product(NamedTuple):
    """A log entry the server makes from an upload, with the file it attaches.

    *filename* is "" for an entry without a file.
    """

    comment: str
    filename: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Ingested:
    """The facts of one upload, as the columns and the ``extra_attributes`` of an event.

    *gpstime* is in seconds with 6 decimals, *far* in Hz. *extra* holds every key of the
    event class, null included (the shape of a GET). *products* come in the order of their
    log entries; *warnings* belong into the answer to the upload.
    """

    gpstime: Optional[float] = None
    far: Optional[float] = None
    instruments: str = ""
    nevents: Optional[int] = None
    likelihood: Optional[float] = None
    extra: Dict[str, Any] = field(default_factory=dict)
    products: Tuple[Product, ...] = ()
    warnings: Tuple[str, ...] = ()


def real(value: object) -> Optional[float]:
    """Read a finite float, or None: JSON, and so the server's answers, have no NaN."""
    # Python counts True as 1; a pipeline that writes `true` meant no number.
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def integer(value: object) -> Optional[int]:
    """Read a whole number that a database column can hold, or None."""
    # Integers stay exact: beyond 2**53 a float would round them.
    number = value if isinstance(value, int) else real(value)
    if number is None or isinstance(number, bool) or abs(number) >= 2**63:
        return None
    return int(number)


def text(value: object) -> Optional[str]:
    """Read a string, numbers included; None for what is no scalar."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return str(value)


def names(value: object) -> str:
    """Read a list of detectors, or one string of them, as a comma-joined string."""
    if isinstance(value, (list, tuple)):
        return ",".join(str(name) for name in value)
    return text(value) or ""


def gps(seconds: Union[int, float, None], nanoseconds: Optional[int] = None) -> Optional[float]:
    """Return a GPS time (s) at the 6 decimals that the server's database keeps."""
    if seconds is None:
        return None
    time = round(seconds + (nanoseconds or 0) * 1e-9, 6)
    # The column has 16 digits, 6 of them after the point.
    if abs(time) >= 1e10:
        raise Unreadable(f"the time {time:g} is no GPS time")
    return time


def json_object(data: bytes) -> Dict[str, Any]:
    """Read a JSON object, or raise `Unreadable`."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"not JSON: {problem}") from problem
    if not isinstance(document, dict):
        raise Unreadable("the JSON document is not an object")
    return document
