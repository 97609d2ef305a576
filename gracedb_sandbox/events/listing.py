"""Searching for events."""

from __future__ import annotations

from typing import Union

from flask import Response, request

from ..answers import Refusal, answer, error
from ..bodies import read_query
from ..paging import page, page_links
from ..query import Filter, InvalidQuery, InvalidSort, event_filter, event_order, structured_filter
from ..rights import permitted
from ..web import current_user, database, dialect, now
from .documents import event_document
from .rendering import refuse_xml, table, wanted

_EVERYTHING = Filter("1")


def search() -> Response:
    """GET events/."""
    refuse_xml()
    return _answer(_chosen(request.args.get("query", "")))


def search_structured() -> Response:
    """POST events/search/: a query document; v2 only."""
    return _answer(_structured(read_query()))


def _chosen(text: str) -> Filter:
    if not text:
        return _EVERYTHING
    if dialect().structured or (dialect().renewed and text.lstrip()[:1] == "{"):
        return _structured(text)
    try:
        return event_filter(text, now=now(), generation=dialect().generation)
    except InvalidQuery as problem:
        raise error(400, str(problem)) from problem


def _structured(document: Union[str, bytes]) -> Filter:
    try:
        return structured_filter(document, object_type="event")
    except InvalidQuery as problem:
        body = {"error": "invalid_query", "message": problem.message, "path": problem.path}
        raise Refusal(400, {**body, "version": "2"}) from problem


def _answer(condition: Filter) -> Response:
    where, parameters = permitted(current_user(), "view")
    where = f"({condition.sql}) AND {where}"
    values = [*condition.parameters, *parameters]
    asked = page()
    # Both conditions are made of our own words and question marks; so is the order.
    total = database().execute(f"SELECT COUNT(*) FROM event WHERE {where}", values).fetchone()[0]  # noqa: S608
    query = f"SELECT * FROM event WHERE {where} {_order()} LIMIT ? OFFSET ?"  # noqa: S608
    rows = database().execute(query, [*values, asked.length, asked.start]).fetchall()
    events = [event_document(database(), row) for row in rows]
    if wanted() == "tsv":
        return table(events)
    return answer({"numRows": total, "events": events, "links": page_links(asked, total)})


def _order() -> str:
    try:
        return event_order(request.args.get("sort", ""))
    except InvalidSort as problem:
        raise error(400, str(problem)) from problem
