"""The text language of superevent searches."""

from __future__ import annotations

import re
from typing import Any, Callable, List, Sequence

import pyparsing as pp

from ..vocabulary import SUPEREVENT_CATEGORIES
from .filters import (
    EVERYTHING,
    Filter,
    InvalidQuery,
    all_of,
    between,
    integer,
)
from .grammar import (
    BOOLEAN,
    GPS,
    GPS_RANGE,
    Grammar,
    checked,
    created,
    graceids,
    keyword,
    names,
    submitted_by,
    term,
)
from .identifiers import (
    SUPEREVENT_ID,
    SUPEREVENT_WILDCARD,
    member_event,
    superevent_is,
    superevent_starts,
)
from .labels import cut_labels
from .runs import RUN_NAME, in_run

__all__ = ["PREFERRED_FAR", "PRODUCTION", "superevent_filter"]

PRODUCTION = Filter("superevent.category = 'P'")
#: the rate (Hz) of a superevent is its preferred event's
PREFERRED_FAR = "(SELECT event.far FROM event WHERE event.id = superevent.preferred_event)"

_HINT = (
    "Invalid query. Hint: date queries on the created: field take the form YYYY-MM-DD .. "
    "YYYY-MM-DD. Date queries with gpstime are supported using the t_0: field"
)
_GPS_CREATED = re.compile(rf"\bcreated:\s*{GPS}")


def superevent_filter(text: str, *, now: float) -> Filter:
    """Return the condition on ``superevent`` that *text* means at *now* (Unix s).

    Raise `InvalidQuery` (and nothing else) for what is no query. An empty text lets every
    superevent pass, Test and MDC included.
    """
    if not text:
        return EVERYTHING
    rest, labels = cut_labels("superevent", text)
    # Unlike for events, blanks that labels leave behind do no harm.
    terms = _GRAMMAR.read(rest) if rest.strip() or labels is EVERYTHING else []
    # Terms of one kind narrow too, which is another difference from events.
    conditions = [labels, *(found.at(now) for found in terms)]
    # Whoever names an id or a category wants to see it, Test or not.
    if not any(found.kind in ("id", "category") for found in terms):
        conditions.append(PRODUCTION)
    return checked(all_of(conditions))


class _HintingGrammar(Grammar):
    """A grammar that recognises GPS times where dates belong, a common mistake."""

    def read(self, text: str) -> List[Any]:
        try:
            return super().read(text)
        except InvalidQuery:
            if _GPS_CREATED.search(text):
                raise InvalidQuery(_HINT) from None
            raise


def _when(sql: str) -> Callable[[bool, float], Filter]:
    return lambda value, now: Filter(sql if value else f"NOT {sql}")


def _numbers(ids: Sequence[str]) -> List[int]:
    # The letter is ignored: ids are looked up by number.
    return [integer(text[1:]) for text in ids]


def _times(*keywords: str) -> pp.ParserElement:
    column = f"superevent.{keywords[0]}"
    return term("time", keyword(*keywords) + GPS_RANGE, lambda bounds, now: between(column, bounds))


def _identifier() -> pp.ParserElement:
    word = pp.Opt(keyword("id", "superevent_id"))
    # First the wildcard: an id would match all of it but the star.
    wildcard = term(
        "id", word + pp.Regex(SUPEREVENT_WILDCARD), lambda text, now: superevent_starts(text[:-1])
    )
    return wildcard | term(
        "id", word + pp.Regex(SUPEREVENT_ID), lambda text, now: superevent_is(text)
    )


def _far() -> pp.ParserElement:
    number = pp.Regex(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?").add_parse_action(lambda t: float(t[0]))
    word = pp.Suppress(pp.Regex(r"(?i:far)\b"))
    # Both `a .. b` and `a - b`; there are no negative rates to confuse the second with.
    separator = pp.Suppress(pp.Regex(r"\.\.|-"))
    inside = pp.Suppress(pp.Regex(r"(?i:in)\b")) + number + pp.Suppress(",") + number
    spread = pp.Suppress(":") + number + separator + number
    compared = pp.Regex("<=|>=|==|[<>=:]") + number
    bounds = word + pp.Group(inside | spread)
    return term("far", bounds, lambda values, now: between(PREFERRED_FAR, values)) | term(
        "far", word + pp.Group(compared), _compared_far
    )


def _compared_far(tokens: Sequence[Any], now: float) -> Filter:
    operator = {":": "=", "==": "="}.get(tokens[0], tokens[0])
    return Filter(f"{PREFERRED_FAR} {operator} ?", (tokens[1],))


def _build() -> Grammar:
    codes = {word: code for code, word in SUPEREVENT_CATEGORIES.items()}
    exposed = _when("superevent.exposed")
    return _HintingGrammar(
        _identifier(),
        term(
            "time",
            pp.Opt(keyword("runid")) + pp.Regex(RUN_NAME),
            lambda name, now: in_run("superevent.t_0", name),
        ),
        _times("t_0", "gpstime"),
        _times("t_start"),
        _times("t_end"),
        term("time", GPS_RANGE, lambda bounds, now: between("superevent.t_0", bounds)),
        submitted_by("superevent"),
        term(
            "preferred_event",
            keyword("preferred_event") + graceids("GHMT"),
            lambda ids, now: between("superevent.preferred_event", _numbers(ids)),
        ),
        term(
            "event",
            keyword("event", "events") + graceids("EGHMT"),
            lambda ids, now: member_event(_numbers(ids)),
        ),
        term("is_gw", keyword("is_gw") + BOOLEAN, _when("superevent.is_gw")),
        term("exposed", keyword("is_public", "is_exposed") + BOOLEAN, exposed),
        term(
            "exposed",
            pp.Opt(keyword("status")) + names(("public", "internal")),
            lambda word, now: exposed(word == "public", now),
        ),
        created("superevent"),
        term(
            "category",
            pp.Opt(keyword("category")) + names(tuple(codes)),
            lambda word, now: Filter("superevent.category = ?", (codes[word],)),
        ),
        _far(),
    )


_GRAMMAR = _build()
