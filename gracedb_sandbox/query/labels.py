"""Label terms: cut out of a text query before the rest of it is read, as the server does."""

from __future__ import annotations

import re
from typing import Tuple

from ..vocabulary import LABELS
from .filters import EVERYTHING, Filter, all_of, any_of, exists, none_of

__all__ = ["cut_labels", "labelled"]

_OWNER = {"event": "event.id", "superevent": "superevent.id"}
_CANONICAL = {name.lower(): name for name in LABELS}
_NAME = "|".join(sorted(map(re.escape, LABELS), key=len, reverse=True))
_ONE = rf"(?:[~-]\s*)?(?<!\w)(?:{_NAME})(?!\w)"
# The keyword wants a space (or an operator) after it, like every keyword of the language.
_GROUP = re.compile(rf"(?:\blabel:(?!\w)\s*)?{_ONE}(?:\s*[&,|]\s*{_ONE})*", re.IGNORECASE)


def labelled(kind: str, name: str) -> Filter:
    """Return the condition that a row of *kind* carries the label *name*."""
    owner = _OWNER[kind]
    return exists(
        "labelling",
        Filter(f"labelling.kind = ? AND labelling.owner = {owner}", (kind,)),
        Filter("labelling.name = ?", (name,)),
    )


def cut_labels(kind: str, text: str) -> Tuple[str, Filter]:
    """Return *text* without its label expressions, and the condition of the first one.

    The server reads no further than the first expression; `INJ DQV` is two.
    """
    first = _GROUP.search(text)
    if first is None:
        return text, EVERYTHING
    # Cut wherever they stand, even inside quotes, as the server does.
    return _GROUP.sub("", text), _condition(kind, first.group())


def _condition(kind: str, expression: str) -> Filter:
    expression = re.sub(r"^label:", "", expression, flags=re.IGNORECASE)
    # Not as elsewhere: OR binds tighter than AND.
    return all_of(
        any_of(_one(kind, name) for name in either.split("|"))
        for either in re.split("[&,]", expression)
    )


def _one(kind: str, text: str) -> Filter:
    text = text.strip()
    has = labelled(kind, _CANONICAL[text.lstrip("~- \t\r\n").lower()])
    return none_of(has) if text[0] in "~-" else has
