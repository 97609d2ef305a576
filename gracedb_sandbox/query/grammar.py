"""The pieces that both text languages are built from: keywords, numbers, ranges, terms."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Any, Callable, List, Sequence, Tuple

import pyparsing as pp

from .filters import Filter, InvalidQuery, any_of, contains, exists
from .times import DATE, RANGE_OR_INSTANT, UNIT

__all__ = [
    "BOOLEAN",
    "GPS",
    "GPS_RANGE",
    "QUOTED",
    "Grammar",
    "Term",
    "checked",
    "created",
    "graceids",
    "keyword",
    "names",
    "submitted_by",
    "submitter_contains",
    "term",
]

#: longer than any URL that a web server lets through
_LONGEST_QUERY = 16000
#: what the oldest SQLite allows in one statement, with some to spare for the page around it
_MOST_PARAMETERS = 900


@dataclass(frozen=True)
class Term:
    """One term of a query: its *kind*, and its condition given the present moment."""

    kind: str
    condition: Callable[[float], Filter]

    def at(self, now: float) -> Filter:
        """Return the condition at *now* (Unix s), or raise `InvalidQuery`."""
        try:
            return self.condition(now)
        except ValueError as problem:
            raise InvalidQuery from problem


class Grammar:
    """A language of one or more terms; built once, used by many threads."""

    def __init__(self, *terms: pp.ParserElement):
        self._terms = pp.OneOrMore(pp.MatchFirst(terms)).streamline()
        self._lock = threading.Lock()  # parse actions learn their arity on first use

    def read(self, text: str) -> List[Term]:
        """Return the terms of *text*, or raise `InvalidQuery`."""
        # Lone surrogates can be typed into a JSON body but not stored anywhere.
        if len(text) > _LONGEST_QUERY or any("\ud800" <= c <= "\udfff" for c in text):
            raise InvalidQuery
        try:
            with self._lock:
                return list(self._terms.parse_string(text, parse_all=True))
        except (pp.ParseBaseException, RecursionError, ValueError) as problem:
            raise InvalidQuery from problem


def checked(condition: Filter) -> Filter:
    """Return *condition* if SQLite will execute it, or raise `InvalidQuery`."""
    if len(condition.parameters) > _MOST_PARAMETERS:
        raise InvalidQuery
    return condition


def keyword(*words: str) -> pp.ParserElement:
    """Match one of *words* and its colon; like on the server, a letter or digit must not follow."""
    # Keyword counts the colon as part of the word, so its end must be the end of a word.
    return pp.Suppress(pp.MatchFirst([pp.Keyword(f"{word}:") for word in words]))


def term(
    kind: str, element: pp.ParserElement, condition: Callable[[Any, float], Filter]
) -> pp.ParserElement:
    """Make *element*, which yields one token, a term whose condition is made of that token."""

    def action(text: str, location: int, tokens: pp.ParseResults) -> Term:
        # Tokens are pyparsing's own lists; conditions outlive the parse and want plain ones.
        value = tokens[0].as_list() if isinstance(tokens[0], pp.ParseResults) else tokens[0]
        return Term(kind, lambda now: condition(value, now))

    return element.copy().add_parse_action(action)


def names(words: Sequence[str], *, unbounded: Sequence[str] = ()) -> pp.ParserElement:
    """Match one of *words* in any case as a whole word, yielding its proper spelling.

    Those in *unbounded* match at the start of longer words too.
    """
    proper = {word.lower(): word for word in words}
    # Longest first: MBTA must not end a match of MBTAOnline.
    longest = sorted(words, key=len, reverse=True)
    pattern = "|".join(
        re.escape(word) + ("" if word in unbounded else r"(?![\w$])") for word in longest
    )
    return pp.Regex(f"(?i:{pattern})").add_parse_action(lambda t: proper[str(t[0]).lower()])


#: a GPS time; a date, an amount of time (`3 days`), a time of day (`0800 yesterday`) are none
GPS = (
    rf"(?!{DATE}|\d+\s*{UNIT}|\d{{4}}\s+(?i:today|yesterday|tomorrow)\b)"
    r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?"
)
_GPS = pp.Regex(GPS).add_parse_action(lambda t: float(t[0]))
GPS_RANGE = pp.Group(_GPS + pp.Opt(pp.Suppress("..") + _GPS))
BOOLEAN = pp.Regex(r"(?i:true|false)\b").add_parse_action(lambda t: str(t[0]).lower() == "true")
QUOTED = pp.Regex(r'"([^"]*)"').add_parse_action(lambda t: str(t[0])[1:-1])


def graceids(letters: str) -> pp.ParserElement:
    """Match a graceid with one of *letters* (any case), or a range; yield strings."""
    one = pp.Regex(rf"(?i:[{letters}])\d+")
    return pp.Group(one + pp.Opt(pp.Suppress("..") + one))


def created(table: str) -> pp.ParserElement:
    """Match the term on the time of creation: an exact instant, or a closed range."""

    def condition(instants: Sequence[Any], now: float) -> Filter:
        moments: Tuple[float, ...] = tuple(instant(now) for instant in instants)
        if len(moments) == 1:
            return Filter(f"{table}.created = ?", moments)
        return Filter(f"{table}.created BETWEEN ? AND ?", moments)

    # A single instant is matched exactly, down to the fraction of a second: rarely useful, but so.
    return term("created", pp.Opt(keyword("created")) + RANGE_OR_INSTANT, condition)


def submitted_by(table: str) -> pp.ParserElement:
    """Match the term on the submitter: a part of the user name or the last name."""

    word = pp.Opt(keyword("submitter"))
    return term("submitter", word + QUOTED, lambda text, now: submitter_contains(table, text))


def submitter_contains(table: str, text: str) -> Filter:
    """Return the condition that the submitter's user name or last name contains *text*."""
    last_name = contains(["user.last_name"], text)
    known = exists("user", Filter(f"user.username = {table}.submitter"), last_name)
    return any_of([contains([f"{table}.submitter"], text), known])
