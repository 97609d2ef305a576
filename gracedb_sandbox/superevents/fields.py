"""Reading request bodies as the server's serializers do: same rules, same texts.

A body arrives as JSON or as a form, and the encoding matters: a JSON float is
rounded to six decimals *before* it is judged, while the same digits in a form
are refused when there are more than six; a list may be one comma-separated
form value. All messages of all fields become one flat list, because the
server throws the field names away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple, Union

__all__ = [
    "REQUIRED",
    "Field",
    "Given",
    "Invalid",
    "boolean",
    "choice",
    "decimal",
    "instant",
    "integer",
    "items",
    "number",
    "read",
    "text",
]

REQUIRED = "This field is required."
NOT_NULL = "This field may not be null."
NOT_A_NUMBER = "A valid number is required."
_ABSENT = object()
_LARGEST = 2**31 - 1  # of the database's integers
_TRUE = ("t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1")
_FALSE = ("f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0")

Message = Union[str, int]


class Invalid(Exception):
    """A body that a serializer refuses; `messages` is the flat list that is answered."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = messages


@dataclass(frozen=True)
class Given:
    """What a request gave: values by name; in a form each value is a list of strings."""

    values: Mapping[str, Any]
    form: bool

    def one(self, name: str) -> Any:
        """Return the (last) value of *name*, or a marker that says it is absent."""
        value = self.values.get(name, _ABSENT)
        if self.form and value is not _ABSENT:
            return value[-1] if value else _ABSENT
        return value


Reader = Callable[[Any], Any]


@dataclass(frozen=True)
class Field:
    """One input: how it is read, whether it must be there, what stands in for it."""

    name: str
    reader: Reader
    required: bool = True
    null: bool = False
    default: Any = field(default=_ABSENT)
    many: bool = False
    commas: bool = True


def read(fields: Sequence[Field], given: Given) -> Dict[str, Any]:
    """Read every field of *given*; raise `Invalid` with all messages if any is wrong."""
    found: Dict[str, Any] = {}
    messages: List[Message] = []
    for each in fields:
        try:
            value = _read_one(each, given)
        except Invalid as invalid:
            messages.extend(invalid.messages)
        else:
            if value is not _ABSENT:
                found[each.name] = value
    if messages:
        raise Invalid(*messages)
    return found


def _read_one(wanted: Field, given: Given) -> Any:
    value = _read_list(wanted, given) if wanted.many else given.one(wanted.name)
    if given.form and value == "" and not wanted.required:
        # An empty box of a form means "nothing was entered".
        value = None if wanted.null else (value if wanted.reader is any_text else _ABSENT)
    if value is _ABSENT:
        if wanted.required:
            raise Invalid(REQUIRED)
        return wanted.default
    if value is None:
        if wanted.null:
            return None
        raise Invalid(NOT_NULL)
    return wanted.reader(value)


def _read_list(wanted: Field, given: Given) -> Any:
    if wanted.name not in given.values:
        return _ABSENT
    value = given.values[wanted.name]
    if value is None:
        return None
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        raise Invalid(f'Expected a list of items but got type "{type(value).__name__}".')
    if wanted.commas and len(value) == 1 and isinstance(value[0], str):
        # ligo-gracedb and curl users send one value with commas.
        return [part.strip() for part in value[0].split(",")] if value[0] else []
    return list(value)


def items(reader: Reader) -> Reader:
    """Read every element of a list; a bad element is answered by its *index* (sic)."""

    def read_items(values: Sequence[Any]) -> List[Any]:
        found, bad = [], []
        for index, value in enumerate(values):
            try:
                found.append(reader(value))
            except Invalid:
                bad.append(index)
        if bad:
            raise Invalid(*bad)
        return found

    return read_items


def any_text(value: Any) -> str:
    """Read a text that may be blank."""
    # A number is taken for its digits; truth is not a text.
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Invalid("Not a valid string.")
    if "\0" in str(value):
        raise Invalid("Null characters are not allowed.")
    return str(value).strip()


def text(longest: int = 0) -> Reader:
    """Read a text that may not be blank, of at most *longest* characters if that is not 0."""

    def read_text(value: Any) -> str:
        found = any_text(value)
        if not found:
            raise Invalid("This field may not be blank.")
        if longest and len(found) > longest:
            raise Invalid(f"Ensure this field has no more than {longest} characters.")
        return found

    return read_text


def choice(options: Sequence[str]) -> Reader:
    """Read one of some codes."""

    def read_choice(value: Any) -> str:
        if str(value) not in options:
            raise Invalid(f'"{value}" is not a valid choice.')
        return str(value)

    return read_choice


def boolean(value: Any) -> bool:
    """Read a truth value as JSON, or as the words that clients send in forms."""
    if isinstance(value, (str, int)):
        if str(value) in _TRUE:
            return True
        if str(value) in _FALSE:
            return False
    raise Invalid("Must be a valid boolean.")


def number(low: float = -math.inf, high: float = math.inf) -> Reader:
    """Read a float between two bounds, both included."""

    def read_number(value: Any) -> float:
        try:
            found = float(value)
        except (TypeError, ValueError, OverflowError):
            raise Invalid(NOT_A_NUMBER) from None
        if not math.isfinite(found):
            # JSON has no word for these; the server would fail later.
            raise Invalid(NOT_A_NUMBER)
        if found > high:
            raise Invalid(f"Ensure this value is less than or equal to {high:g}.")
        if found < low:
            raise Invalid(f"Ensure this value is greater than or equal to {low:g}.")
        return found

    return read_number


def integer(low: int = 0) -> Reader:
    """Read a whole number that is at least *low*."""

    def read_integer(value: Any) -> int:
        try:
            found = int(str(value))
        except ValueError:
            raise Invalid("A valid integer is required.") from None
        if found > _LARGEST:
            raise Invalid(f"Ensure this value is less than or equal to {_LARGEST}.")
        if found < low:
            raise Invalid(f"Ensure this value is greater than or equal to {low}.")
        return found

    return read_integer


def instant(value: Any) -> float:
    """Read an ISO 8601 time, UTC unless it says otherwise, into a Unix time (s)."""
    try:
        found = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
    except ValueError:
        raise Invalid(
            "Datetime has wrong format. Use one of these formats instead: "
            "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def decimal(value: Any) -> float:
    """Read a time (GPS s): at most 16 digits, 6 of them after the point."""
    found = _decimal(value)
    digits, decimals, whole = _precision(found)
    if digits > 16:
        raise Invalid("Ensure that there are no more than 16 digits in total.")
    if decimals > 6:
        raise Invalid("Ensure that there are no more than 6 decimal places.")
    if whole > 10:
        raise Invalid("Ensure that there are no more than 10 digits before the decimal point.")
    return float(found)


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(str(value).strip())
        if isinstance(value, float) and found.is_finite():
            found = found.quantize(Decimal("0.000001"))
    except InvalidOperation:
        raise Invalid(NOT_A_NUMBER) from None
    if not found.is_finite():
        raise Invalid(NOT_A_NUMBER)
    return found


def _precision(value: Decimal) -> Tuple[int, int, int]:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):  # pragma: no cover - only NaN and infinity
        raise Invalid(NOT_A_NUMBER)
    # 1E+3 has four digits, 0.001 has three, whatever they are written like.
    if exponent >= 0:
        return len(digits) + exponent, 0, len(digits) + exponent
    if len(digits) > -exponent:
        return len(digits), -exponent, len(digits) + exponent
    return -exponent, -exponent, 0
