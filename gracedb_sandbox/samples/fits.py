"""A FITS file of one binary table, as the standard asks: 80-column cards, blocks of 2880 bytes."""

from __future__ import annotations

import struct
from typing import Iterable, List, NamedTuple, Sequence, Tuple, Union

__all__ = ["Card", "Column", "binary_table"]

_BLOCK = 2880
Value = Union[str, bool, int, float]


class Card(NamedTuple):
    """One line of a header."""

    keyword: str
    value: Value
    comment: str = ""

    def __str__(self) -> str:
        text = f"{self.keyword:<8}= {_fixed(self.value)}"
        if self.comment:
            text = f"{text} / {self.comment}"
        return f"{text[:80]:<80}"


class Column(NamedTuple):
    """A column of 8-byte numbers: *code* is K (integer) or D (float)."""

    name: str
    code: str
    unit: str = ""


def binary_table(
    columns: Sequence[Column], rows: Sequence[Tuple[float, ...]], cards: Iterable[Card]
) -> bytes:
    """Return a whole file: an empty primary unit, then a table of *rows* with extra *cards*."""
    # FITS is big-endian throughout, and its compulsory cards have a compulsory order.
    layout = struct.Struct(">" + "".join({"K": "q", "D": "d"}[column.code] for column in columns))
    data = b"".join(layout.pack(*row) for row in rows)
    primary = [
        Card("SIMPLE", value=True, comment="conforms to FITS standard"),
        Card("BITPIX", 8, "array data type"),
        Card("NAXIS", 0, "number of array dimensions"),
        Card("EXTEND", value=True),
    ]
    table = [
        Card("XTENSION", "BINTABLE", "binary table extension"),
        Card("BITPIX", 8, "array data type"),
        Card("NAXIS", 2, "number of array dimensions"),
        Card("NAXIS1", layout.size, "length of dimension 1"),
        Card("NAXIS2", len(rows), "length of dimension 2"),
        Card("PCOUNT", 0, "number of group parameters"),
        Card("GCOUNT", 1, "number of groups"),
        Card("TFIELDS", len(columns), "number of table fields"),
        *_describe(columns),
        *cards,
    ]
    return _header(primary) + _header(table) + _padded(data, b"\0")


def _describe(columns: Sequence[Column]) -> List[Card]:
    cards = []
    for number, column in enumerate(columns, start=1):
        cards += [Card(f"TTYPE{number}", column.name), Card(f"TFORM{number}", column.code)]
        if column.unit:
            cards.append(Card(f"TUNIT{number}", column.unit))
    return cards


def _header(cards: Sequence[Card]) -> bytes:
    return _padded("".join([*map(str, cards), "END"]).encode("ascii"), b" ")


def _padded(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % _BLOCK)


def _fixed(value: Value) -> str:
    """Write a value in the fixed format: numbers end in column 30, strings begin in 11."""
    if isinstance(value, str):
        quoted = value.replace("'", "''")
        return f"'{quoted:<8}'".ljust(20)
    # Before int, which bool is as well.
    if isinstance(value, bool):
        return f"{'T' if value else 'F':>20}"
    return f"{str(value).upper():>20}"
