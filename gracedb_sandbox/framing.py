"""Where requests begin and end: refused is what does not say so, before anything is done for it."""

from __future__ import annotations

from typing import Any

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.wsgi import Gateway_10

LARGEST = 1 << 32
"""Bytes that a request may announce: more than anybody uploads, and what can still be counted."""
_BLOCK = 1 << 16


class Request(HTTPRequest):
    """A request whose length is a number, if it has one."""

    def read_request_headers(self) -> bool:
        """Read them; say whether they can be served."""
        if not super().read_request_headers():
            return False
        length = self.inheaders.get(b"Content-Length", b"0")
        if not length.isdigit():
            self.simple_response("400 Bad Request", "Malformed Content-Length Header.")
        return bool(length.isdigit())


class Connection(HTTPConnection):
    """A connection on which such requests are made."""

    RequestHandlerClass = Request


class Gateway(Gateway_10):
    """Puts chunked bodies out of the way: Django does not see them, the next request is behind."""

    def respond(self) -> None:
        """Answer the request."""
        if not self.req.chunked_read or _pass_over(self.req.rfile):
            super().respond()
            return
        # Where the next request begins is anybody's guess.
        self.req.close_connection = self.req.sent_headers = True
        self.req.simple_response("400 Bad Request", "Malformed chunked body.")


def _pass_over(body: Any) -> bool:
    """Whether the body had an end."""
    try:
        while body.read(_BLOCK):
            pass
        for _ in body.read_trailer_lines():
            pass
    except Exception:  # cheroot's own have no family, and whatever it is, the body is none
        return False
    return True
