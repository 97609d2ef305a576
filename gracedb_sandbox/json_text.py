"""Reading JSON that strangers wrote: what could not be answered again is refused in a sentence."""

from __future__ import annotations

import json
import math
from typing import Any, Union

_MOST_DIGITS = 4300  # more than this Python reads slowly, or since 3.11 not at all


def read_json(text: Union[str, bytes]) -> Any:
    """The value of *text*; raises ValueError, with words for people, for what is no JSON."""
    try:
        return json.loads(text, parse_constant=_constant, parse_int=_whole, parse_float=_real)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _constant(name: str) -> None:
    raise ValueError(f"Out of range float values are not JSON compliant: '{name}'")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has more than {_MOST_DIGITS} digits")
    return int(digits)


def _real(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("Out of range float values are not JSON compliant")
    return number
