"""What is answered: JSON in the request's dialect, and refusals in all of GraceDB's envelopes.

The envelopes differ by view, not by error, and clients compare whole bodies,
so each raise says which one it is: `detail` (the framework's), `spoken` (a bare
JSON string), `raw` (bare text), `error` and `listed`.

To *raise* a refusal forgets what the request did so far; to *return* its
`response()` keeps it, as where GraceDB saves a log and then complains of its tag.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional

from flask import Response, g

_RAW = "text/html; charset=utf-8"


class Refusal(Exception):
    """An answer that says no, raised from wherever the reason was found."""

    def __init__(self, status: int, body: Any, *, raw: bool = False) -> None:
        super().__init__(status, body)
        self.status, self.body, self.raw = status, body, raw

    def response(self) -> Response:
        """The answer itself."""
        if self.raw:
            return Response(self.body, self.status, content_type=_RAW)
        return answer(self.body, self.status)


def answer(
    body: Any, status: int = 200, *, headers: Optional[Mapping[str, str]] = None
) -> Response:
    """*body* as JSON, with *headers* beside the usual ones."""
    made = Response(g.dialect.write(body), status, content_type="application/json")
    made.headers.update(headers or {})
    return made


def created(body: Any, location: str) -> Response:
    """201, with the new thing's URL in `Location`."""
    return answer(body, 201, headers={"Location": location})


def empty(status: int = 204) -> Response:
    """No body at all."""
    made = Response(b"", status)
    del made.headers["Content-Type"]
    return made


def detail(status: int, text: str) -> Refusal:
    """``{"detail": text}``: authentication, permission, 404 of superevents, 405, 415, 429."""
    return Refusal(status, {"detail": text})


def error(status: int, text: str) -> Refusal:
    """``{"error": text}`` in every generation."""
    return Refusal(status, {"error": text})


def spoken(status: int, text: str) -> Refusal:
    """A bare JSON string; ``{"error": text}`` in the renewed API."""
    return error(status, text) if g.dialect.renewed else Refusal(status, text)


def raw(status: int, text: str) -> Refusal:
    """Bare text, not JSON; ``{"error": text}`` in the renewed API."""
    return error(status, text) if g.dialect.renewed else Refusal(status, text, raw=True)


def gone() -> Refusal:
    """410: what 2.36 no longer has."""
    text = "This functionality has been deprecated and will not be re-implemented on GraceDB"
    return error(410, text)


def forbidden() -> Refusal:
    """403 for somebody known."""
    return detail(403, "You do not have permission to perform this action.")


def unauthenticated() -> Refusal:
    """403 (sic, never 401) for nobody."""
    return detail(403, "Authentication credentials were not provided.")


def page(status: int, title: str, text: str) -> Response:
    """An HTML page, as for a URL nobody serves."""
    return Response(_html(title, text), status, content_type=_RAW)


def _html(title: str, text: str) -> str:
    return (
        f'\n<!doctype html>\n<html lang="en">\n<head>\n  <title>{title}</title>\n</head>\n'
        f"<body>\n  <h1>{title}</h1><p>{text}</p>\n</body>\n</html>\n"
    )


def bad_request() -> Refusal:
    """400 as a page: a form beyond all limits."""
    return Refusal(400, _html("Bad Request (400)", ""), raw=True)


def failed() -> Refusal:
    """500, for what the server fails on by accident."""
    return Refusal(500, _html("Server Error (500)", ""), raw=True)


def not_found_page() -> Response:
    """404 where no URL matched."""
    return page(404, "Not Found", "The requested resource was not found on this server.")


def server_error_page() -> Response:
    """500, which tells nobody why; the reason is in the server's log."""
    return page(500, "Server Error (500)", "")
