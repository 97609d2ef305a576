"""LIGO_LW XML: tables of typed columns, their rows a stream of delimited tokens."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Collection, Dict, Iterator, List, Match, Optional, Pattern, Union
from xml.etree.ElementTree import Element

from .untrusted import parse, walk
from .values import Unreadable

__all__ = ["Cell", "Row", "read_tables"]

Cell = Union[None, int, float, str]
Row = Dict[str, Cell]

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read_tables(data: bytes, wanted: Collection[str]) -> Dict[str, List[Row]]:
    """Return the rows of the *wanted* tables by bare name, e.g. ``coinc_inspiral``.

    A table that the document lacks is an empty list. Raise `Unreadable` for what is no
    LIGO_LW document or has a wanted table that cannot be read.
    """
    root = parse(data)
    # LIGO_LW has no namespace.
    if root.tag != "LIGO_LW":
        raise Unreadable("invalid LIGO_LW document: the outermost element is not LIGO_LW")
    tables: Dict[str, List[Row]] = {name: [] for name in wanted}
    for table in walk(root, "Table"):
        name = _bare(table.get("Name", ""))
        if name in tables:
            tables[name].extend(_rows(name, table))
    return tables


def _bare(name: str) -> str:
    # "sngl_inspiralgroup:sngl_inspiral:table" and "process:process_id" alike
    parts = name.split(":")
    if parts[-1] == "table" and len(parts) > 1:
        parts.pop()
    return parts[-1]


def _rows(name: str, table: Element) -> Iterator[Row]:
    columns = [
        (_bare(column.get("Name", "")), column.get("Type", "")) for column in table.iter("Column")
    ]
    stream = table.find("Stream")
    tokens = [] if stream is None else _tokens(name, stream)
    # Rows are not marked in the stream; they are counted off by the number of columns.
    # The last row may end in a delimiter too, like every row before it.
    if columns and len(tokens) % len(columns) == 1 % len(columns) and tokens[-1:] == [None]:
        tokens.pop()
    if len(tokens) % max(len(columns), 1):
        raise Unreadable(f"the stream of table {name} ends inside a row")
    for start in range(0, len(tokens), max(len(columns), 1)):
        row = tokens[start : start + len(columns)]
        yield {
            column: _cell(name, column, kind, token)
            for (column, kind), token in zip(columns, row)  # no strict= on 3.8
        }


def _cell(table: str, column: str, kind: str, token: Optional[str]) -> Cell:
    if token is None:
        return None
    try:
        # int_2s to int_8u and real_4 to real_8; all else (lstring, char_v, ilwd:char) is text.
        if kind.startswith("int_"):
            return int(token)
        if kind.startswith("real_"):
            return float(token)
    except ValueError:
        raise Unreadable(f"{token[:40]!r} in {table}:{column} is not {kind}") from None
    return token


def _tokens(name: str, stream: Element) -> List[Optional[str]]:
    # Comments inside a stream split its text into pieces.
    text = "".join(stream.itertext()).strip()
    tokens: List[Optional[str]] = []
    pattern = _pattern(stream.get("Delimiter", ","))
    position, open_ended = 0, False
    while position < len(text) or open_ended:
        match = pattern.match(text, position)
        if match is None:
            raise Unreadable(f"the stream of table {name} has a quote that is never closed")
        tokens.append(_unquoted(match))
        position, open_ended = match.end(), match["delimiter"] is not None
    return tokens


def _unquoted(match: Match[str]) -> Optional[str]:
    quoted = match["double"] if match["single"] is None else match["single"]
    # An empty token is null; an empty string has its quotes.
    token = (match["plain"] or "").strip() or None if quoted is None else quoted
    return token and _ESCAPED.sub(r"\1", token)


# Practically every file uses commas; a few old ones use white space.
@lru_cache(maxsize=8)
def _pattern(delimiter: str) -> Pattern[str]:
    stop = r"\s" if delimiter.isspace() or not delimiter else re.escape(delimiter[0])
    body = r"(?:\\.[^{0}\\]*)*"
    # After a plain token no white space is skipped again: that would backtrack quadratically.
    return re.compile(
        rf"\s*(?:\"(?P<double>[^\"\\]*{body.format(chr(34))})\"\s*"
        rf"|'(?P<single>[^'\\]*{body.format(chr(39))})'\s*"
        rf"|(?P<plain>(?![\"'])(?:[^{stop}\\]|\\.)*))"
        rf"(?:(?P<delimiter>{stop})|\Z)",
        re.DOTALL,
    )
