"""The text language of event searches."""

from __future__ import annotations

from typing import Callable, Dict, List, Sequence

import pyparsing as pp

from ..vocabulary import GROUPS, PIPELINES, SEARCHES
from .attributes import ATTRIBUTE
from .filters import (
    EVERYTHING,
    Filter,
    InvalidQuery,
    all_of,
    any_of,
    between,
    exists,
    integer,
    none_of,
)
from .grammar import (
    BOOLEAN,
    GPS_RANGE,
    Grammar,
    Term,
    checked,
    created,
    graceids,
    keyword,
    names,
    submitted_by,
    term,
)
from .identifiers import SUPEREVENT_ID, event_numbers, superevent_is
from .labels import cut_labels
from .runs import RUN_NAME, in_run

__all__ = [
    "IN_SUPEREVENT",
    "IS_PREFERRED",
    "NOT_MDC",
    "NOT_TEST",
    "event_filter",
    "in_superevent_named",
]

HAS_FAR = Filter("event.far IS NOT NULL")
IN_SUPEREVENT = Filter("event.superevent IS NOT NULL")
IS_PREFERRED = exists("superevent", Filter("superevent.preferred_event = event.id"))
NOT_TEST = Filter("event.group_name <> 'Test'")
NOT_MDC = Filter("coalesce(event.search, '') <> 'MDC'")


def event_filter(text: str, *, now: float, generation: str = "2.36") -> Filter:
    """Return the condition on ``event`` that *text* means at *now* (Unix s) to *generation*.

    Raise `InvalidQuery` (and nothing else) for what is no query. An empty text lets
    every event pass, Test and MDC included.
    """
    if not text:
        return EVERYTHING
    rest, labels = cut_labels("event", text)
    # Blank is not empty: the server cannot read `DQV INJ`, which leaves a space.
    terms = _GRAMMAR.read(rest) if rest else []
    kinds: Dict[str, List[Filter]] = {}
    for found in terms:
        kinds.setdefault(found.kind, []).append(found.at(now))
    conditions = [_joined(kind, filters) for kind, filters in kinds.items()]
    # 2.33 does not know replays; what users write is never part of the SQL.
    if generation == "2.33" and any("event.replay_id" in each.sql for each in conditions):
        raise InvalidQuery
    return checked(all_of([*conditions, labels, *_defaults(rest, terms)]))


def _joined(kind: str, filters: Sequence[Filter]) -> Filter:
    # Two numbers of detectors can never both hold; the server asks for both all the same.
    return all_of(filters) if kind == "nevents" else any_of(filters)


def _defaults(rest: str, terms: Sequence[Term]) -> List[Filter]:
    # Anywhere in the text, even inside a quoted name: the server searches the string.
    kinds = {found.kind for found in terms}
    defaults = [] if "test" in rest.lower() or "id T" in kinds else [NOT_TEST]
    return defaults if "mdc" in rest.lower() or "id M" in kinds else [*defaults, NOT_MDC]


def in_superevent_named(text: str) -> Filter:
    """Return the condition that an event belongs to the superevent with this id."""
    return exists("superevent", Filter("superevent.id = event.superevent"), superevent_is(text))


def _instruments(text: str, now: float) -> Filter:
    # A substring, not a set: `L1,H1` finds nothing where "H1,L1" is stored.
    return Filter("instr(event.instruments, ?) > 0", ("".join(text.split()),))


def _flag(condition: Filter) -> Callable[[bool, float], Filter]:
    return lambda value, now: condition if value else none_of(condition)


def _identifier(letter: str) -> pp.ParserElement:
    element = pp.Opt(keyword(f"{letter.lower()}id")) + graceids(letter)
    return term(
        f"id {letter}",
        element,
        lambda ids, now: event_numbers(letter, [integer(text[1:]) for text in ids]),
    )


def _named(
    kind: str, column: str, words: Sequence[str], *, unbounded: Sequence[str] = ()
) -> pp.ParserElement:
    element = pp.Opt(keyword(kind)) + names(words, unbounded=unbounded)
    return term(kind, element, lambda name, now: Filter(f"{column} = ?", (name,)))


_DETECTOR = "(?:L1|H1|H2|V1)"

_GRAMMAR = Grammar(
    # Tried in this order; so H1234 is the detector H1 and the GPS time 234.
    term(
        "ifos",
        pp.Opt(keyword("ifos")) + pp.Regex(rf"{_DETECTOR}(?:\s*,\s*{_DETECTOR})*"),
        _instruments,
    ),
    # The only kind of which several narrow the search instead of widening it.
    term(
        "nevents",
        keyword("nevents") + pp.Regex(r"\d+"),
        lambda digits, now: Filter("event.nevents = ?", (integer(digits),)),
    ),
    term("hasfar", pp.CaselessKeyword("hasfar"), lambda word, now: HAS_FAR),
    # Each letter is a kind of its own, so G1 E2 asks for an event that is both.
    *(_identifier(letter) for letter in "GHTEM"),
    _named("search", "event.search", SEARCHES),
    # The server matches the one-letter pipelines at the start of any word.
    _named("pipeline", "event.pipeline", PIPELINES, unbounded=("X", "Q")),
    _named("group", "event.group_name", GROUPS),
    term(
        "gpstime",
        pp.Opt(keyword("gpstime")) + GPS_RANGE,
        lambda bounds, now: between("event.gpstime", bounds),
    ),
    created("event"),
    submitted_by("event"),
    # A run is a range of GPS times, and joins those.
    term(
        "gpstime",
        pp.Opt(keyword("runid")) + pp.Regex(RUN_NAME),
        lambda name, now: in_run("event.gpstime", name),
    ),
    term("in_superevent", keyword("in_superevent") + BOOLEAN, _flag(IN_SUPEREVENT)),
    term("is_preferred_event", keyword("is_preferred_event") + BOOLEAN, _flag(IS_PREFERRED)),
    term(
        "superevent",
        keyword("superevent") + pp.Regex(SUPEREVENT_ID),
        lambda text, now: in_superevent_named(text),
    ),
    # Known to servers from 2.36 on.
    term(
        "replay_id",
        keyword("replay_id") + pp.Regex(r"[\w-]+"),
        lambda text, now: Filter("event.replay_id = ?", (text,)),
    ),
    # Last, because any word followed by an operator looks like one.
    ATTRIBUTE,
)
