"""Routes as tables: one path, and what each method does there.

Flask would answer a wrong method before authentication; GraceDB authenticates
first, so a path is one rule for all methods and the choice is made in the view.
"""

from __future__ import annotations

from typing import Any, Callable, Optional

from flask import Blueprint, Response, request

from .answers import Refusal, empty

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

View = Callable[..., Response]


def resource(
    views: Blueprint,
    path: str,
    *,
    before: Optional[Callable[..., object]] = None,
    **handlers: View,
) -> None:
    """Serve *path* with one handler per method: ``GET=read, PUT=replace``.

    *before* gets the values of a request whose method has no handler, and may refuse it.
    """

    def choose(**values: Any) -> Response:
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is not None:
            return handler(**values)
        if before is not None:
            before(**values)
        if request.method == "OPTIONS":
            return _allowing(empty(200))
        refusal = Refusal(405, {"detail": f'Method "{request.method}" not allowed.'})
        return _allowing(refusal.response())

    def _allowing(response: Response) -> Response:
        response.headers["Allow"] = ", ".join((*handlers, "HEAD", "OPTIONS"))
        return response

    # A blueprint's endpoint may hold no dots; paths hold none either.
    views.add_url_rule(path, path.strip("/") or "root", choose, methods=_METHODS)
