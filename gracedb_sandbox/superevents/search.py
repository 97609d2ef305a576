"""Finding superevents: by text, by the documents of v2, page by page."""

from __future__ import annotations

from typing import Any, List, Union

from flask import Response, request

from ..answers import Refusal, answer, detail, error, not_found_page, unauthenticated
from ..bodies import read_bytes, read_query
from ..dialect import PREFIXES
from ..paging import page, page_links
from ..query import Filter, InvalidQuery, structured_filter, superevent_filter, superevent_order
from ..web import current_user, database, dialect, now
from .document import superevent_document

__all__ = ["find", "find_structured"]


def find() -> Response:
    """Answer the superevents that the caller may see and ``?query=`` describes."""
    text = request.args.get("query", "")
    if dialect().structured or (dialect().renewed and text.lstrip()[:1] == "{"):
        return _page(_structured(text or read_bytes()))
    try:
        return _page(superevent_filter(text, now=now()))
    except InvalidQuery as problem:
        refuse = error if dialect().renewed else detail
        raise refuse(400, str(problem)) from problem


def find_structured() -> Response:
    """Answer a search whose query is the body; v2 only."""
    if dialect().prefix != PREFIXES[1]:
        return not_found_page()
    if current_user().anonymous:
        raise unauthenticated()
    return _page(_structured(read_query()))


def _structured(document: Union[str, bytes]) -> Filter:
    try:
        return structured_filter(document, object_type="superevent")
    except InvalidQuery as problem:
        path = list(problem.path) if isinstance(problem.path, tuple) else problem.path
        body = {"error": "invalid_query", "message": str(problem), "path": path, "version": "2"}
        raise Refusal(400, body) from problem


def _page(chosen: Filter) -> Response:
    where = f"({chosen.sql}) AND (superevent.exposed OR ?)"
    parameters: List[Any] = [*chosen.parameters, current_user().internal]
    # Every piece of these statements is a literal of ours; values travel as parameters.
    counting = f"SELECT count(*) FROM superevent WHERE {where}"  # noqa: S608
    total = int(database().execute(counting, parameters).fetchone()[0])
    order = superevent_order(request.args.get("sort", ""))
    asked = page()
    rows = database().execute(
        f"SELECT * FROM superevent WHERE {where} {order} LIMIT ? OFFSET ?",  # noqa: S608
        [*parameters, asked.length, asked.start],
    )
    found = [superevent_document(database(), row) for row in rows.fetchall()]
    return answer({"numRows": total, "superevents": found, "links": page_links(asked, total)})
