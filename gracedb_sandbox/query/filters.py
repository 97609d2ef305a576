"""Conditions on rows as values: an SQL expression and its parameters, never mixed.

Every piece of SQL in this package is a literal of ours; whatever a user typed
travels as a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, List, Sequence, Tuple, Union

from ..ids import number

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "Filter",
    "InvalidQuery",
    "InvalidSort",
    "Value",
    "all_of",
    "any_of",
    "between",
    "contains",
    "exists",
    "integer",
    "none_of",
]

Value = Union[None, int, float, str]


class InvalidQuery(ValueError):
    """A query that means nothing; the message is the server's text for it.

    *path* is where in a structured query (such as ``("and", 1)``), None for text.
    """

    def __init__(
        self,
        message: str = "Invalid query",
        path: Union[str, Tuple[Union[str, int], ...], None] = None,
    ):
        super().__init__(message, path)
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return self.message


class InvalidSort(ValueError):
    """A sort order by a field that does not exist; the message is the server's text."""


@dataclass(frozen=True)
class Filter:
    """A condition for a WHERE clause over the table ``event`` or ``superevent``."""

    sql: str
    parameters: Tuple[Value, ...] = ()

    def same(self) -> Filter:
        """Return this condition, where another would wrap it."""
        return self


EVERYTHING = Filter("1")
NOTHING = Filter("0")


def all_of(filters: Iterable[Filter]) -> Filter:
    """Return the condition that all *filters* hold; of none, that every row passes."""
    return _joined("AND", [f for f in filters if f != EVERYTHING], EVERYTHING)


def any_of(filters: Iterable[Filter]) -> Filter:
    """Return the condition that one of *filters* holds; of none, that no row passes."""
    return _joined("OR", list(filters), NOTHING)


def none_of(condition: Filter) -> Filter:
    """Return the opposite; unlike SQL's NOT, a null inside counts as "does not hold"."""
    return Filter(f"NOT coalesce({condition.sql}, 0)", condition.parameters)


def _joined(operator: str, filters: Sequence[Filter], empty: Filter) -> Filter:
    if len(filters) < 2:
        return filters[0] if filters else empty
    # In halves, because SQLite refuses expressions nested a thousand deep.
    middle = len(filters) // 2
    left = _joined(operator, filters[:middle], empty)
    right = _joined(operator, filters[middle:], empty)
    return Filter(f"({left.sql} {operator} {right.sql})", left.parameters + right.parameters)


def between(column: str, bounds: Sequence[Value]) -> Filter:
    """Return the condition that *column* equals the one bound, or lies in the closed range."""
    if len(bounds) == 1:
        return Filter(f"{column} = ?", (bounds[0],))
    # Inclusive at both ends; bounds in the wrong order find nothing, as on the server.
    low, high = bounds
    return Filter(f"{column} BETWEEN ? AND ?", (low, high))


def contains(columns: Sequence[str], text: str) -> Filter:
    """Return the condition that *text* occurs in one of *columns*, in any case."""
    found: List[Filter] = [Filter(f"instr(lower({c}), lower(?)) > 0", (text,)) for c in columns]
    return any_of(found)


def exists(table: str, *conditions: Filter) -> Filter:
    """Return the condition that a row of *table* (a literal of ours) meets all *conditions*."""
    condition = all_of(conditions)
    sql = f"EXISTS (SELECT 1 FROM {table} WHERE {condition.sql})"  # noqa: S608  # our literals
    return Filter(sql, condition.parameters)


def integer(digits: str) -> int:
    """Read digits as a number that SQLite can hold; nothing in the database is as large."""
    return number(digits)
