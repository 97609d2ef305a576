"""Comparisons of event fields: `far < 1e-7`, `si.snr > 5 & si.channel = "…"`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping

import pyparsing as pp

from ..ingest.classes import ATTRIBUTES, SINGLE_INSPIRAL
from .filters import (
    Filter,
    InvalidQuery,
    Value,
    all_of,
    any_of,
    exists,
    none_of,
)
from .grammar import QUOTED, Term
from .times import unix_of_date

__all__ = ["ATTRIBUTE", "Column", "attribute_columns", "over_singles"]


@dataclass(frozen=True)
class Column:
    """A field of an event: its SQL, the type of its values, whether there are many per event."""

    sql: str
    kind: type
    is_single: bool = False

    def value(self, text: str) -> Value:
        """Read a literal as a value of this column, or raise `InvalidQuery`."""
        readers: Mapping[type, Callable[[str], Value]] = {
            str: str,
            int: float,
            float: float,
            bool: lambda t: {"true": 1, "1": 1, "false": 0, "0": 0}[t.lower()],
            object: unix_of_date,
        }
        try:
            return readers[self.kind](text)
        except (KeyError, ValueError):
            raise InvalidQuery from None


#: fields of the event itself; `object` marks a moment
_EVENT = {
    "id": Column("event.id", int),
    "far": Column("event.far", float),
    "gpstime": Column("event.gpstime", float),
    "likelihood": Column("event.likelihood", float),
    "nevents": Column("event.nevents", int),
    "instruments": Column("event.instruments", str),
    "offline": Column("event.offline", bool),
    "created": Column("event.created", object),
    "replay_id": Column("event.replay_id", str),
    "group.name": Column("event.group_name", str),
    "pipeline.name": Column("event.pipeline", str),
    "search.name": Column("event.search", str),
    "submitter.username": Column("event.submitter", str),
}
#: the names by which a query may call a class of event
_TABLES = {
    "CoincInspiral": ("ci", "coincinspiral", "coincinspiralevent"),
    "MultiBurst": ("mb", "multiburst", "multiburstevent"),
    "LalInferenceBurst": ("li", "lalinferenceburst", "lalinferenceburstevent"),
    "GRB": ("grb", "grbevent"),
    "SimInspiral": ("inj", "siminspiral", "siminspiralevent"),
    "MLyBurst": ("ml", "mlyburst", "mlyburstevent"),
}
_SINGLES = ("si", "singleinspiral")


def _columns() -> Dict[str, Column]:
    columns = dict(_EVENT)
    for name, tables in _TABLES.items():
        for attribute, kind in ATTRIBUTES[name].items():
            found = Column(f"json_extract(event.extra, '$.{name}.{attribute}')", kind)
            # The server lower-cases every name, though some of its columns are T90 or SNR.
            columns.update({f"{table}.{attribute.lower()}": found for table in tables})
    for attribute, kind in SINGLE_INSPIRAL.items():
        found = Column(f"json_extract(single.value, '$.{attribute}')", kind, is_single=True)
        columns.update({f"{table}.{attribute.lower()}": found for table in _SINGLES})
    return columns


_COLUMNS = _columns()


def attribute_columns() -> Dict[str, Column]:
    """Return the columns of the classes of event, by path in lower case such as ``ci.snr``."""
    return {path: column for path, column in _COLUMNS.items() if path not in _EVENT}


def _column(path: str) -> Column:
    try:
        return _COLUMNS[path.lower()]
    except KeyError:
        raise InvalidQuery from None


@dataclass(frozen=True)
class _Expression:
    """A condition that may still speak of ``single``, one trigger of the event."""

    condition: Filter
    is_single: bool


def over_singles(condition: Filter) -> Filter:
    """Return the condition that *condition* holds for some trigger, or for none if there is none.

    All comparisons of one expression speak of the same trigger.
    """
    # Joined to a row of nothing, so that an event without triggers is judged too.
    triggers = "(SELECT 1) LEFT JOIN json_each(event.extra, '$.SingleInspiral') AS single"
    return exists(triggers, condition)


def _closed(expression: _Expression) -> Filter:
    return over_singles(expression.condition) if expression.is_single else expression.condition


def _compared(text: str, location: int, tokens: pp.ParseResults) -> _Expression:
    path, operator, *values = tokens
    field = _column(path)
    parameters = tuple(field.value(value) for value in values)
    if operator == "in":
        return _Expression(Filter(f"{field.sql} BETWEEN ? AND ?", parameters), field.is_single)
    # From a table, never from the text.
    operator = _OPERATORS[operator]
    return _Expression(Filter(f"{field.sql} {operator} ?", parameters), field.is_single)


_OPERATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "=", ":": "="}


def _negated(text: str, location: int, tokens: pp.ParseResults) -> _Expression:
    *signs, expression = tokens
    if len(signs) % 2 == 0:
        return _Expression(_closed(expression), is_single=False) if signs else expression
    # "Not one trigger …", rather than "some trigger not …".
    return _Expression(none_of(_closed(expression)), is_single=False)


Joiner = Callable[[List[Filter]], Filter]


def _joined(join: Joiner) -> Callable[[str, int, pp.ParseResults], _Expression]:
    def action(text: str, location: int, tokens: pp.ParseResults) -> _Expression:
        expressions: List[_Expression] = list(tokens)
        is_single = any(expression.is_single for expression in expressions)
        return _Expression(join([e.condition for e in expressions]), is_single)

    return action


def _term(text: str, location: int, tokens: pp.ParseResults) -> Term:
    condition = _closed(tokens[0])
    return Term("attribute", lambda now: condition)


def _build() -> pp.ParserElement:
    path = pp.Regex(r"[A-Za-z_]\w*(?:\.\w+)?")
    # No sign: the language has no negative numbers.
    number = pp.Regex(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
    value = number | QUOTED
    comparison = path + pp.Regex("<=|>=|==|[<>=:]") + value
    inside = path + pp.Regex(r"(?i:in)\b").add_parse_action(lambda: "in")
    inside = inside + value + pp.Suppress(",") + value
    expression = pp.Forward()
    # Not pyparsing's own infix notation: nested parentheses cost it exponential time.
    leaf = pp.Suppress("(") + expression + pp.Suppress(")") | (
        inside.add_parse_action(_compared) | comparison.add_parse_action(_compared)
    )
    # NOT, then OR, then AND: in this language OR binds tighter than AND.
    maybe = (pp.ZeroOrMore(pp.Regex("[~-]")) + leaf).add_parse_action(_negated)
    either = maybe + pp.ZeroOrMore(pp.Suppress("|") + maybe)
    either.add_parse_action(_joined(any_of))
    both = either + pp.ZeroOrMore(pp.Suppress(pp.Regex("[&,]")) + either)
    expression <<= both.add_parse_action(_joined(all_of))
    return pp.And([expression]).add_parse_action(_term)


#: parses to one `Term`
ATTRIBUTE = _build()
