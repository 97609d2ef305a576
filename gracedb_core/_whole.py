"""Calls whose whole answer is wanted, status and headers too, by faces of older clients."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, List, Tuple, TypeVar

from ._calls import Call, prepare
from ._decode import body_bytes
from ._exchange import exchange
from ._flow import Flow, Send
from ._retry import Repeat
from ._session import Session
from ._settling import invoke
from ._wire import Request, Response
from .errors import SentRequest

__all__ = ["whole"]

T = TypeVar("T")

#: With what the server answers a write that it has carried out.
_DONE = {"POST": 201, "PUT": 201, "PATCH": 200, "DELETE": 204}


def whole(session: Session, call: Call) -> Flow[Tuple[Response, SentRequest]]:
    """Make *call*, and give the answer as it came, and to what.

    A file is still on the wire. Where a write had to be looked for, the answer to it is made of
    what was found.
    """
    if call.cell.repeat is Repeat.FREELY:
        request = prepare(session, call)
        response = yield from exchange(session, request, Repeat.FREELY)
    else:
        answers: List[Tuple[Request, Response]] = []
        given = yield from _overheard(invoke(session, call), answers)
        request, response = answers[-1]
        if request.method != call.cell.method:
            # It was looked for, and found: the answer to the write itself is lost, or a refusal
            # to do again what is done.
            request, response = request.replaced(method=call.cell.method), _as_heard(call, given)
        elif isinstance(response.body, bytes):
            response = response.replaced(body=body_bytes(response))  # as it was sent, compressed
    return response, session.asked(request)


def _overheard(flow: Flow[T], answers: List[Tuple[Request, Response]]) -> Flow[T]:
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


def _as_heard(call: Call, given: Any) -> Response:
    """Make the answer that was not heard, of what was found in its place."""
    status = _DONE[call.cell.method]
    body = b"" if given is None else json.dumps(given).encode("ascii")
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    return Response(status, headers, body, HTTPStatus(status).phrase)
