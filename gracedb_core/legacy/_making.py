"""Calls made, and their answers as they came: this package's own calls give what is in them."""

from __future__ import annotations

from .._calls import Call
from .._flow import Flow, Open
from .._session import Session
from .._whole import whole
from ._answers import File, Response, heard

__all__ = ["opened", "sent"]


def opened(session: Session, call: Call) -> Flow[File]:
    """Make *call*, a file, and give it to be read."""
    started = session.clock()
    wire, asked = yield from whole(session, call)
    elapsed = session.clock() - started
    return File((yield Open(wire, asked)), wire, asked, elapsed)


def sent(session: Session, call: Call) -> Flow[Response]:
    """Make *call* and give the whole answer."""
    started = session.clock()
    wire, asked = yield from whole(session, call)
    return heard(wire, asked, session.clock() - started)
