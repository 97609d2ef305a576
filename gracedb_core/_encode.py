"""Values to the wire: path segments, queries, forms and JSON."""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, List, Mapping, Optional, Tuple, Union
from urllib.parse import quote, urlencode

from .errors import InputError

__all__ = [
    "Names",
    "encode_form",
    "encode_json",
    "encode_query",
    "file_path",
    "field_bytes",
    "further",
    "json_text",
    "names",
    "segment",
]

#: What ``labels=``, ``tags=`` and ``events=`` take.
Names = Union[str, Iterable[str], None]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
#: The server writes these unquoted before a version number and in times; it reads both ways.
_FILE_SAFE = ",:"


def segment(value: Any, what: str = "id") -> str:
    """Quote *value* as one segment of a path.

    Raises `InputError` for what could leave its segment: nothing at all, ``.``, ``..``, and a
    slash, which a server decodes before it looks at the path.
    """
    text = _as_text(value, what)
    if "/" in text:
        raise InputError(f"{text!r} cannot be {_a(what)}, because it holds a slash.")
    return _quoted(text, what, safe="")


def file_path(name: Any) -> str:
    """Quote a file's name, which may hold slashes and a comma before its version number."""
    text = _as_text(name, "file name")
    return "/".join(_quoted(part, "file name", safe=_FILE_SAFE) for part in text.split("/"))


def _as_text(value: Any, what: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        kind = type(value).__name__
        raise InputError(f"{_a(what).capitalize()} must be a str, not {_clipped(value)} ({kind}).")
    return str(value)


def _clipped(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _quoted(text: str, what: str, *, safe: str) -> str:
    # "." and "..", even quoted, silently climb the path in several libraries.
    if text in ("", ".", ".."):
        raise InputError(f"{text!r} cannot be {_a(what)}, or a part of one.")
    if _CONTROL(text):
        raise InputError(f"{text!r} cannot be {_a(what)}, because it holds a control character.")
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise InputError(f"{text!r} cannot be {_a(what)}, because it is not Unicode.") from None


def _a(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def names(value: Names, what: str) -> List[str]:
    """Read one name, or several in any collection, or none."""
    if value is None:
        return []
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (bytes, Mapping)) or not isinstance(value, Iterable):
        raise InputError(f"{what} must be a str or a collection of str, not {value!r}.")
    listed = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    for name in listed:
        if not isinstance(name, str):
            raise InputError(f"{what} must hold str, not {name!r} ({type(name).__name__}).")
        if "," in name:
            raise InputError(
                f"{_clipped(name)} has a comma, at which the server splits; pass a list."
            )
    # The server would refuse the second of two equal names after it has acted on the first.
    return list(dict.fromkeys(listed))


def further(fields: Mapping[str, Any], known: Iterable[str]) -> Mapping[str, Any]:
    """Let through *fields* that newer servers may know, but no misspelt ones that we know.

    The server would leave them aside without a word, and a label or tag would be lost.
    """
    from difflib import get_close_matches  # only unusual calls need it

    for name in fields:
        meant = get_close_matches(name, list(known), n=1, cutoff=0.82)
        if meant:
            raise InputError(f"There is no argument {name!r}; did you mean {meant[0]!r}?")
    return fields


def given(fields: Mapping[str, Any]) -> List[Tuple[str, Any]]:
    """Leave out what is None, and lay a list out as a repeated field."""
    pairs: List[Tuple[str, Any]] = []
    for name, value in fields.items():
        if isinstance(value, (list, tuple)):
            pairs += [(name, item) for item in value]
        elif value is not None:
            pairs.append((name, value))
    return pairs


def field_text(value: Any) -> str:
    """Spell one value as a form does: booleans as ``True`` and ``False``, numbers in full."""
    if isinstance(value, str):
        return value
    if isinstance(value, (Mapping, bytes)):
        raise InputError(f"{value!r} cannot be sent as a form field.")
    _refuse_nan(value)
    return str(value)


def field_bytes(value: Any) -> bytes:
    """Spell one value as a multipart form does."""
    try:
        return field_text(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _no_unicode(error) from None


def _no_unicode(error: UnicodeEncodeError) -> InputError:
    return InputError(f"{_clipped(error.object)} cannot be sent, because it is not Unicode.")


def encode_query(params: Mapping[str, Any]) -> str:
    """Spell a query string, without its question mark."""
    return _urlencoded(params)


def encode_form(fields: Mapping[str, Any]) -> bytes:
    """Spell an ``application/x-www-form-urlencoded`` body."""
    return _urlencoded(fields).encode("ascii")


def _urlencoded(fields: Mapping[str, Any]) -> str:
    try:
        return urlencode([(name, field_text(value)) for name, value in given(fields)])
    except UnicodeEncodeError as error:
        raise _no_unicode(error) from None


def encode_json(fields: Mapping[str, Any]) -> bytes:
    """Spell a JSON body; fields that are None are left out.

    Numbers may be of numpy, `decimal.Decimal` or LIGOTimeGPS; they are not rounded here.
    """
    present = {name: value for name, value in fields.items() if value is not None}
    return json_text(present).encode("ascii")


def json_text(value: Any) -> str:
    """Spell *value* as JSON, in ASCII."""
    try:
        text = json.dumps(value, default=_plain, allow_nan=False)
        if "\\ud" in text:
            # Two halves of a pair that were never one would arrive as one character.
            json.dumps(value, default=_plain, ensure_ascii=False).encode("utf-8")
        return text
    except InputError:
        raise
    except UnicodeEncodeError as error:
        raise _no_unicode(error) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"These arguments cannot be written as JSON: {error}.") from None


def _plain(value: Any) -> Any:
    """Turn what JSON does not know into what it does."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if hasattr(value, "__index__"):
        return value.__index__()
    if hasattr(value, "__float__") and not hasattr(value, "__len__"):
        _refuse_nan(value)
        return float(value)
    raise InputError(f"{value!r} ({type(value).__name__}) cannot be sent.")


def _refuse_nan(value: Any) -> None:
    try:
        number: Optional[float] = float(value)
    except (TypeError, ValueError, OverflowError):
        return
    if number != number or number in (float("inf"), float("-inf")):
        raise InputError(f"{value!r} cannot be sent, because the server knows finite numbers only.")
