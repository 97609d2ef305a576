"""Calls made, and their answers as they came: this package's own calls give what is in them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, List, Tuple, TypeVar

from .._calls import Call, prepare
from .._exchange import exchange
from .._flow import Flow, Open, Send
from .._retry import Repeat
from .._session import Session
from .._settling import invoke
from .._wire import Request
from .._wire import Response as Wire
from ._answers import File, Response, heard

__all__ = ["opened", "sent"]

T = TypeVar("T")

#: With what the server answers a write that it has carried out.
_DONE = {"POST": 201, "PUT": 201, "PATCH": 200, "DELETE": 204}


def opened(session: Session, call: Call) -> Flow[File]:
    """Make *call*, a file, and give it to be read."""
    request, started = prepare(session, call), session.clock()
    wire = yield from exchange(session, request, Repeat.FREELY)
    elapsed = session.clock() - started
    asked = session.asked(request)
    return File((yield Open(wire, asked)), wire, asked, elapsed)


def sent(session: Session, call: Call) -> Flow[Response]:
    """Make *call* and give the whole answer."""
    started = session.clock()
    if call.cell.repeat is Repeat.FREELY:
        request = prepare(session, call)
        wire = yield from exchange(session, request, Repeat.FREELY)
    else:
        answers: List[Tuple[Request, Wire]] = []
        given = yield from _overheard(invoke(session, call), answers)
        request, wire = answers[-1]
        if request.method != call.cell.method:
            # It was looked for, and found: the answer to the write itself is lost, or a refusal
            # to do again what is done.
            request, wire = request.replaced(method=call.cell.method), _as_if_heard(call, given)
    return heard(wire, session.asked(request), session.clock() - started)


def _overheard(flow: Flow[T], answers: List[Tuple[Request, Wire]]) -> Flow[T]:
    """Drive *flow*, and note what was answered to which request."""
    try:
        effect = next(flow)
        while True:
            try:
                result = yield effect
            except Exception as error:
                effect = flow.throw(error)
            else:
                if isinstance(effect, Send):
                    answers.append((effect.request, result))
                effect = flow.send(result)
    except StopIteration as stop:
        answer: T = stop.value
        return answer
    finally:
        flow.close()


def _as_if_heard(call: Call, given: Any) -> Wire:
    """Make the answer that was not heard, of what was found in its place."""
    status = _DONE[call.cell.method]
    body = b"" if given is None else json.dumps(given).encode("ascii")
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    return Wire(status, headers, body, HTTPStatus(status).phrase)
