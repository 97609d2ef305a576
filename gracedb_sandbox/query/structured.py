"""The structured query language of API v2: a tree of conditions as a JSON document."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, NamedTuple, Set, Tuple, Union

from ..json_text import read_json
from .events import NOT_MDC, NOT_TEST
from .fields import EVENT_FIELDS, SUPEREVENT_FIELDS, Field
from .filters import (
    EVERYTHING,
    Filter,
    InvalidQuery,
    all_of,
    any_of,
    none_of,
)
from .grammar import checked
from .superevents import PRODUCTION

__all__ = ["structured_filter"]

Path = Tuple[Union[str, int], ...]
_DEEPEST = 50


class _Language(NamedTuple):
    """What an object type can be asked, and what is left out unless it is asked for."""

    object_type: str
    fields: Mapping[str, Field]
    hidden: Filter
    revealing: Set[str]


_LANGUAGES: Dict[str, _Language] = {
    "event": _Language(
        "event",
        EVENT_FIELDS,
        all_of([NOT_TEST, NOT_MDC]),
        {"id", "graceid", "group", "search"},
    ),
    "superevent": _Language(
        "superevent", SUPEREVENT_FIELDS, PRODUCTION, {"id", "superevent_id", "category"}
    ),
}


def structured_filter(
    document: Union[str, bytes, Mapping[str, Any], None], *, object_type: str = "event"
) -> Filter:
    """Return the condition that *document* (JSON text or its value) means.

    It is a node, or a wrapper ``{"object_type", "query"}``; nothing means everything.
    Raise `InvalidQuery` with the message and path of the server's answer.
    """
    language = _LANGUAGES[object_type]
    root = _unwrapped(_parsed(document), language)
    if not root:
        return EVERYTHING
    used: Set[str] = set()
    try:
        condition = checked(_node(root, language, (), used))
    except RecursionError:
        raise InvalidQuery("The query is nested too deeply.") from None
    # Whoever names one of these fields decides for themselves.
    return condition if used & language.revealing else all_of([condition, language.hidden])


def _parsed(document: Union[str, bytes, Mapping[str, Any], None]) -> Mapping[str, Any]:
    if document is None or document in ("", b""):
        return {}
    if isinstance(document, (str, bytes)):
        try:
            document = read_json(document)
        except ValueError as problem:
            raise InvalidQuery(f"Could not parse query body: {problem}") from problem
    if not isinstance(document, dict):
        raise InvalidQuery("Query body must be a JSON/YAML object.")
    return document


def _unwrapped(document: Mapping[str, Any], language: _Language) -> Any:
    # A bare node and its wrapper are told apart by keys that no node has.
    if "query" not in document and "object_type" not in document:
        return document
    stated = document.get("object_type", language.object_type)
    if stated != language.object_type:
        raise InvalidQuery(
            f"object_type '{stated}' does not match this endpoint"
            f" (expected '{language.object_type}').",
            "object_type",
        )
    return document.get("query")


def _node(node: Any, language: _Language, path: Path, used: Set[str]) -> Filter:
    if not isinstance(node, dict):
        raise InvalidQuery("A condition must be an object.", path)
    if len(path) > _DEEPEST:
        raise InvalidQuery("The query is nested too deeply.", path)
    if "not" in node:
        return _negated(node["not"], language, (*path, "not"), used)
    for word, join in (("and", all_of), ("or", any_of)):
        if word in node:
            children = _children(node[word], (*path, word))
            return join(
                [_node(c, language, (*path, word, i), used) for i, c in enumerate(children)]
            )
    return _leaf(node, language, path, used)


def _children(value: Any, path: Path) -> List[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidQuery(f"'{path[-1]}' needs a list of at least one condition.", path)
    return value


def _negated(node: Any, language: _Language, path: Path, used: Set[str]) -> Filter:
    if isinstance(node, dict) and node.get("field") == "label" and node.get("op") == "not_has":
        raise InvalidQuery("NOT(label not_has ...) is redundant; use 'has' directly", path)
    return none_of(_node(node, language, path, used))


def _leaf(node: Mapping[str, Any], language: _Language, path: Path, used: Set[str]) -> Filter:
    missing = [key for key in ("field", "op", "value") if key not in node]
    if missing:
        raise InvalidQuery(f"A condition needs '{missing[0]}'.", path)
    name, operator = node["field"], node["op"]
    field = language.fields.get(name.lower()) if isinstance(name, str) else None
    if field is None:
        raise InvalidQuery(f"Unknown field '{name}' for object type '{language.object_type}'", path)
    if operator not in field.operators:
        raise InvalidQuery(
            f"Operator '{operator}' is not allowed for field '{name}'."
            f" Allowed operators: {', '.join(field.operators)}",
            path,
        )
    used.add(name.lower())
    try:
        condition = field.condition(operator, node["value"])
        # Lone surrogates pass JSON but not SQLite; the encoder finds them.
        json.dumps(condition.parameters, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        text = f"Invalid value for field '{name}': it holds half a character"
        raise InvalidQuery(text, path) from None
    except ValueError as problem:
        raise InvalidQuery(f"Invalid value for field '{name}': {problem}", path) from problem
    return condition
