"""The fields of structured queries: which operators each has, and what they compile to."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Sequence, Tuple

from ..vocabulary import (
    GROUPS,
    LABELS,
    PIPELINES,
    SEARCHES,
    SUPEREVENT_CATEGORIES,
)
from .attributes import Column, attribute_columns, over_singles
from .events import IN_SUPEREVENT, IS_PREFERRED, in_superevent_named
from .filters import (
    Filter,
    any_of,
    between,
    contains,
    exists,
    integer,
    none_of,
)
from .grammar import submitter_contains
from .identifiers import (
    GRACEID_SQL,
    event_numbers,
    superevent_is,
    superevent_starts,
)
from .labels import labelled
from .runs import RUNS, in_run
from .times import unix_of_date

__all__ = ["EVENT_FIELDS", "SUPEREVENT_FIELDS", "Field"]

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "between")
_GRACEID = re.compile(r"([GHTEMD])(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """A field: its *operators*, and the condition of (operator, value).

    The condition raises ValueError, with a sentence, for a value of the wrong kind.
    """

    operators: Tuple[str, ...]
    condition: Callable[[str, Any], Filter]

    def of(self, table: str, link: str) -> Field:
        """Return this field of an event, asked of a superevent through *link*."""

        def condition(operator: str, value: Any) -> Filter:
            return exists(table, Filter(link), self.condition(operator, value))

        return Field(self.operators, condition)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number")
    # JSON knows no infinity, but Python's reader does, and integers of any size.
    number = float(value) if abs(value) < 1e300 else math.inf
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _moment(value: Any) -> float:
    # ISO 8601 with or without its T and Z; all times are UTC.
    return unix_of_date(_text(value).replace("T", " ").rstrip("Z"))


def _several(value: Any, read: Callable[[Any], Any]) -> List[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")
    return [read(item) for item in value]


def _pair(value: Any, read: Callable[[Any], Any]) -> List[Any]:
    items = _several(value, read)
    if len(items) != 2:
        raise ValueError("'between' needs a list of two values")
    return items


def _comparable(
    sql: str,
    read: Callable[[Any], Any],
    *extra: str,
    wrap: Callable[[Filter], Filter] = Filter.same,
) -> Field:
    def condition(operator: str, value: Any) -> Filter:
        if operator == "is_null":
            return wrap(Filter(f"{sql} IS {'' if _boolean(value) else 'NOT '}NULL"))
        if operator == "between":
            return wrap(between(sql, _pair(value, read)))
        if operator == "in":
            return wrap(any_of(Filter(f"{sql} = ?", (item,)) for item in _several(value, read)))
        if operator == "contains":
            return wrap(contains([sql], _text(value)))
        if operator == "startswith":
            return wrap(Filter(f"substr({sql}, 1, ?) = ?", (len(_text(value)), value)))
        if operator == "!=":
            # Rows without a value differ from every value.
            return wrap(none_of(Filter(f"{sql} = ?", (read(value),))))
        # What gets into the SQL here is one of _COMPARISONS: the caller has checked.
        return wrap(Filter(f"{sql} {operator} ?", (read(value),)))

    return Field(_COMPARISONS + extra if read is not _text else extra, condition)


def _choice(sql: str, words: Sequence[str], *extra: str) -> Field:
    proper = {word.lower(): word for word in words}

    def read(value: Any) -> str:
        if _text(value).lower() not in proper:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return proper[value.lower()]

    field = _comparable(sql, read)
    return Field(("=", "!=", "in", *extra), field.condition)


def _identified(one: Callable[[str], Filter], starts: Callable[[str], Filter]) -> Field:
    def condition(operator: str, value: Any) -> Filter:
        if operator == "startswith":
            return starts(_text(value))
        if operator == "in":
            return any_of(one(text) for text in _several(value, _text))
        found = one(_text(value))
        return none_of(found) if operator == "!=" else found

    return Field(("=", "!=", "startswith", "in"), condition)


def _graceid(text: str) -> Filter:
    match = _GRACEID.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a graceid")
    return event_numbers(match[1].upper(), [integer(match[2])])


def _graceid_starts(text: str) -> Filter:
    return Filter(f"substr({GRACEID_SQL}, 1, ?) = ?", (len(text), text.upper()))


def _flag(found: Filter) -> Field:
    return Field(("=",), lambda _, value: found if _boolean(value) else none_of(found))


def _label(kind: str) -> Field:
    proper = {name.lower(): name for name in LABELS}

    def condition(operator: str, value: Any) -> Filter:
        if _text(value).lower() not in proper:
            raise ValueError(f"{value!r} is no label")
        found = labelled(kind, proper[value.lower()])
        return found if operator == "has" else none_of(found)

    return Field(("has", "not_has"), condition)


def _run(column: str) -> Field:
    known = {name.lower() for name in RUNS}

    def condition(operator: str, value: Any) -> Filter:
        if _text(value).lower() not in known:
            raise ValueError(f"{value!r} is no observing run")
        return in_run(column, value)

    return Field(("=",), condition)


def _submitter(table: str) -> Field:
    return Field(("contains",), lambda _, value: submitter_contains(table, _text(value)))


def _attribute(found: Column) -> Field:
    wrap = over_singles if found.is_single else Filter.same
    if found.kind is str:
        return _comparable(found.sql, _text, *_TEXT_OPERATORS, "is_null", wrap=wrap)
    return _comparable(found.sql, _number, "is_null", wrap=wrap)


_TEXT_OPERATORS = ("=", "!=", "in", "contains", "startswith")


def _event_fields() -> Dict[str, Field]:
    fields = {
        "id": _identified(_graceid, _graceid_starts),
        "gpstime": _comparable("event.gpstime", _number, "is_null"),
        "far": _comparable("event.far", _number, "is_null"),
        "nevents": _comparable("event.nevents", _number, "is_null"),
        "likelihood": _comparable("event.likelihood", _number, "is_null"),
        "instruments": _comparable("event.instruments", _text, *_TEXT_OPERATORS),
        "created": _comparable("event.created", _moment),
        "group": _choice("event.group_name", GROUPS),
        "pipeline": _choice("event.pipeline", PIPELINES),
        "search": _choice("event.search", SEARCHES, "is_null"),
        "submitter": _submitter("event"),
        "label": _label("event"),
        "runid": _run("event.gpstime"),
        "in_superevent": _flag(IN_SUPEREVENT),
        "is_preferred_event": _flag(IS_PREFERRED),
        "superevent": Field(
            ("=", "!=", "in"), _identified(in_superevent_named, in_superevent_named).condition
        ),
    }
    fields.update(graceid=fields["id"], ifos=fields["instruments"])
    fields.update({path: _attribute(found) for path, found in attribute_columns().items()})
    return fields


def _superevent_fields() -> Dict[str, Field]:
    codes = {word: code for code, word in SUPEREVENT_CATEGORIES.items()}
    category = "CASE superevent.category " + " ".join(
        f"WHEN '{code}' THEN '{word}'" for word, code in codes.items()
    )
    preferred = "event.id = superevent.preferred_event"
    fields = {
        "id": _identified(superevent_is, superevent_starts),
        **{
            name: _comparable(f"superevent.{name}", _number) for name in ("t_0", "t_start", "t_end")
        },
        "created": _comparable("superevent.created", _moment),
        "category": _choice(f"{category} END", tuple(codes)),
        "is_gw": _flag(Filter("superevent.is_gw")),
        "is_exposed": _flag(Filter("superevent.exposed")),
        "submitter": _submitter("superevent"),
        "runid": _run("superevent.t_0"),
        "label": _label("superevent"),
        "preferred_event": EVENT_FIELDS["id"].of("event", preferred),
        "events": EVENT_FIELDS["id"].of("event", "event.superevent = superevent.id"),
    }
    fields.update(
        superevent_id=fields["id"],
        gpstime=fields["t_0"],
        is_public=fields["is_exposed"],
        event=fields["events"],
    )
    # What is asked of the preferred event is asked of it as of any event.
    inner = {name: field for name, field in EVENT_FIELDS.items() if name not in _NOT_PREFERRED}
    fields.update(
        {f"preferred_event.{name}": field.of("event", preferred) for name, field in inner.items()}
    )
    return fields


_NOT_PREFERRED = ("superevent", "in_superevent", "is_preferred_event", "runid")
#: field, aliases included -> what it can be asked, by object type
EVENT_FIELDS = _event_fields()
SUPEREVENT_FIELDS = _superevent_fields()
