"""JSON to values: by orjson where it is installed, and always as the standard library reads it."""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from importlib import import_module
from typing import Any, Callable

__all__ = ["read_json", "reader"]

_ABORTS = sys.version_info < (3, 9)
_DEEPEST = 200
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL).finditer

#: Older ones read ``-0`` as a float, and still older ones round the last digit of some numbers.
_OLDEST_ORJSON = (3, 8)
#: The shortest whole number that orjson may make a float of, all digits being one.
_LONG_NUMBER = b"0" * 19
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"0" * 9)


def read_json(text: bytes) -> Any:
    """Read JSON; raises ValueError for what is none, or is nested beyond reason."""
    if _too_deep(text):
        raise ValueError("nested too deeply")
    try:
        return reader()(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


@lru_cache(maxsize=None)
def reader() -> Callable[[bytes], Any]:
    """Choose what reads JSON; on first use, because importing the client loads no library."""
    try:
        orjson = import_module("orjson")
        release = tuple(int(number) for number in orjson.__version__.split(".")[:2])
    except (ImportError, AttributeError, ValueError):
        return json.loads
    return _as_standard(orjson.loads) if release >= _OLDEST_ORJSON else json.loads


def _as_standard(loads: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Let *loads* read what it reads as the standard library does, and that one the rest."""

    def read(text: bytes) -> Any:
        # This look takes half of what orjson takes; a regular expression would take longer than
        # the standard library in all.
        if _LONG_NUMBER not in text.translate(_DIGITS_TO_ZERO):
            try:
                return loads(text)
            except ValueError:
                pass  # it may still be NaN, half a surrogate pair, or not UTF-8 but UTF-16
        return json.loads(text)

    return read


def _too_deep(text: bytes) -> bool:
    """Measure how deeply *text* is nested, on Python 3.8.

    That one aborts the whole process, instead of raising RecursionError, when garbage happens to
    be collected at the bottom of such a document. What has few brackets need not be measured.
    """
    if not _ABORTS or text.count(b"[") + text.count(b"{") < _DEEPEST:
        return False
    depth = 0
    for token in _BRACKETS(text):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token.group(), 0)
        if depth > _DEEPEST:
            return True
    return False
