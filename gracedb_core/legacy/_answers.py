"""Answers as programs written for ligo-gracedb read them."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Dict

import requests

from .._telling import TellingFile
from .._twins import as_response

if TYPE_CHECKING:
    from .._wire import Response as Wire
    from ..errors import SentRequest

__all__ = ["File", "Response", "answered", "heard"]


class Response(requests.Response):
    """An answer: that of the ``requests`` library, which can be read like a file as well."""

    @property
    def status(self) -> int:
        """The status, under its older name."""
        return self.status_code

    @property
    def data(self) -> bytes:
        """The body."""
        return self.content

    def read(self, amount: int = -1) -> bytes:
        """Read on in the body."""
        block: bytes = self.raw.read(amount)
        return block

    def __setstate__(self, state: Dict[str, Any]) -> None:
        # As the library does it, which is no promise; what was kept is all that there is.
        self.__dict__.update(state, _content_consumed=True, raw=io.BytesIO(state["_content"]))


def answered(plain: requests.Response, elapsed: float = 0.0) -> Response:
    """Make of *plain*, whose body is here, an answer that took *elapsed* seconds."""
    response = Response()
    # Consumed: otherwise whoever closes it, or iterates, looks for a connection.
    response.__dict__.update(plain.__dict__, _content_consumed=True)
    response.raw = io.BytesIO(plain.content)
    response.elapsed = timedelta(seconds=elapsed)
    return response


def heard(wire: Wire, asked: SentRequest, elapsed: float = 0.0) -> Response:
    """Make an answer of what came over the wire."""
    body = wire.body if isinstance(wire.body, bytes) else b""
    return answered(as_response(wire.status, wire.reason, wire.headers, body, asked), elapsed)


class File(TellingFile):
    """A file on its way: read it, iterate over its lines, or take it whole as ``data``."""

    def __init__(
        self, opened: io.BufferedReader, wire: Wire, asked: SentRequest, elapsed: float = 0.0
    ) -> None:
        super().__init__(opened, wire, asked)
        self.status_code = wire.status
        self.elapsed = timedelta(seconds=elapsed)

    @property
    def ok(self) -> bool:
        """True: what is refused is raised."""
        return True

    @property
    def content(self) -> bytes:
        """The same as `data`."""
        return self.data

    @property
    def text(self) -> str:
        """The same, decoded."""
        return self._whole().text

    def json(self, **options: Any) -> Any:
        """Read it as JSON; raises `ValueError` where it is none."""
        return self._whole().json(**options)

    def _whole(self) -> requests.Response:
        wire = self._answer
        return as_response(wire.status, wire.reason, wire.headers, self.data, self._asked)
