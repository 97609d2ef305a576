"""Every call of the API, and writes exactly once.

A write whose answer is lost may have been carried out. So it is looked for, in the way that its
cell of the route table says. What is found was done; what the server does once only is sent again
after a look; anything else is never sent twice: where it does not appear, nobody knows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Optional, Tuple, Union

from ._calls import Call, judged, prepare
from ._exchange import Trail, doubt, exchange
from ._flow import Do, Flow, Open, Sleep
from ._ledger import LEDGER, Alike, identity_of
from ._retry import Repeat, tell
from ._routes import Trace
from ._session import Session
from ._upload import content_id_of
from ._wire import Request
from .errors import (
    AccessDenied,
    AnswerError,
    ClientClosed,
    DecodeError,
    GraceDBError,
    OutcomeUnknown,
    Resolution,
    ResponseError,
    ServerFault,
    Throttled,
    TransportError,
)

if TYPE_CHECKING:
    from ._sought import Found, Sought

__all__ = ["invoke"]

#: What comes of reading a piece of an answer that is there and of another kind. Judging each piece
#: would take more than looking does.
_OF_ANOTHER_SHAPE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
#: What is looked for by the bytes of its file: equal ones cannot be told apart.
_KNOWN_BY_BYTES = (Trace.EVENT, Trace.DATA)
#: Refusals that say nothing of whether it is so already.
_SAY_NOTHING = (AccessDenied, Throttled, ServerFault)


def invoke(session: Session, call: Call) -> Flow[Any]:
    """Make *call* and give what its cell makes of the answer."""
    request = prepare(session, call)
    if call.cell.repeat is not Repeat.FREELY:
        return (yield from _Write(session, call, request).made())
    response = yield from exchange(session, request, Repeat.FREELY)
    if call.cell.is_file:
        return (yield Open(response, session.asked(request)))
    return judged(session, request, response, call.cell.answer)


class _Write:
    """One write: sent, and looked for where its answer is lost."""

    def __init__(self, session: Session, call: Call, request: Request) -> None:
        self._session = session
        self._call = call
        self._request = request
        self._trail = Trail(session)
        self._alike = self._those_of(_words(call))
        self._alike.claims.follow(self._trail)
        self._unknown: Optional[OutcomeUnknown] = None
        self._lost_at = self._trail.started
        self._sought: Optional[Sought] = None
        self._resolved: Optional[Resolution] = None

    def made(self) -> Flow[Any]:
        """Give what the write answers; raises `OutcomeUnknown` where nobody can tell."""
        if self._call.cell.trace in _KNOWN_BY_BYTES and not self._call.content_id:
            identifier = yield Do(partial(content_id_of, self._call.files[0].body))
            self._alike = self._those_of(_words(self._call._replace(content_id=identifier)))
        while True:
            try:
                return (yield from self._sent())
            except OutcomeUnknown as unknown:
                unknown.looked_for_by(self._resolution)
                # The first doubt is the one to tell of, the last the one to wait for.
                self._unknown = self._unknown or unknown
                self._lost_at = self._session.clock()
            except (ResponseError, TransportError) as refusal:
                return (yield from self._refused(refusal)).answer
            except ClientClosed:
                if self._unknown is None:
                    raise
                raise self._unknown from self._unknown.__cause__
            found = yield from self._settled(self._unknown)
            if found is not None:
                return found.answer

    def _those_of(self, words: Tuple[Any, ...]) -> Alike:
        origin = str(self._session.address.origin)
        return LEDGER.alike((origin, self._call.cell.method, self._request.target), words)

    def _sent(self) -> Flow[Any]:
        session, request = self._session, self._request
        with self._alike:
            response = yield from exchange(session, request, self._call.cell.repeat, self._trail)
            try:
                answer = judged(session, request, response, self._call.cell.answer)
            except AnswerError as error:
                # Accepted, by its status, by somebody: whether by the server is not to be read.
                raise doubt(session.asked(request), error, self._trail.sent_at) from error
            self._alike.claims.hear(response.headers.get("date", ""), answer)
            made = identity_of(answer)
            if made is not None:
                self._alike.claims.take(made, self._trail.mark)
            elif self._call.cell.trace is Trace.DATA:
                self._alike.add_unnamed(session.clock())
            LEDGER.keep(self._alike)
        return answer

    def _refused(self, refusal: Union[ResponseError, TransportError]) -> Flow[Found]:
        """See whether what was refused is so already; raises what stands for it otherwise."""
        unknown = self._unknown
        says_nothing = isinstance(refusal, (TransportError, *_SAY_NOTHING))
        if says_nothing or not (unknown or self._call.lenient):
            # Nothing was done this time; of the first time nobody knows any more than before.
            raise unknown or refusal
        sought = self._seeking(self._trail)
        try:
            found = yield from self._seen(sought)
        except GraceDBError:
            found = None
        if found is not None and found.is_ours:
            return found
        if sought.is_unclear and unknown:
            raise unknown
        raise refusal

    def _settled(self, unknown: OutcomeUnknown) -> Flow[Optional[Found]]:
        """Look, as often as the policy allows; None where it is to be sent again."""
        policy, cell, looked = self._session.policy, self._call.cell, 0
        while cell.trace is not Trace.NONE:
            looked += 1
            found, failed = None, False
            try:
                found = yield from self._seen(self._seeking(self._trail))
            except GraceDBError:
                failed = True  # as often as reading is tried
            if found is not None and found.is_ours:
                return found
            # What is another's, the server does not do twice: it will say so itself.
            again = cell.repeat is Repeat.ONCE or found is not None
            if failed and not again:
                break
            tried = self._trail.tried if again else looked
            pause = policy.pause_after(tried)
            if tried >= policy.attempts or not self._trail.has_time_for(pause):
                break
            if again:
                tell(self._session.asked(self._request), unknown.__cause__ or unknown, pause)
            yield Sleep(pause)
            if again:
                return None
        raise unknown

    def _seeking(self, trail: Trail) -> Sought:
        """Begin to look; what was learnt earlier is known."""
        from ._sought import Sought  # few programs ever lose an answer

        if self._sought is None:
            self._sought = Sought(self._session, self._call, self._alike, self._trail)
        # Of its own: several may ask at a time.
        return self._sought.again(trail)

    def _seen(self, sought: Sought) -> Flow[Optional[Found]]:
        from ._looks import LOOKS

        try:
            if self._call.files:
                # At the first look, before somebody writes something else into it.
                yield from sought.content_id()
            return (yield from LOOKS[self._call.cell.trace](sought))
        except GraceDBError:
            raise
        except (OSError, *_OF_ANOTHER_SHAPE) as error:
            raise DecodeError(
                f"What the server shows of {self._session.asked(self._request)} is not what it "
                f"documents ({type(error).__name__}); look at the server yourself."
            ) from error

    def _resolution(self) -> Flow[Resolution]:
        """Look once more, when somebody asks."""
        if self._resolved is not None:
            return self._resolved
        if self._call.cell.trace is Trace.NONE:
            return Resolution(None)
        sought = self._seeking(Trail(self._session))
        found = yield from self._seen(sought)
        if found is not None:
            self._resolved = Resolution(found.is_ours, found.answer if found.is_ours else None)
            return self._resolved
        if sought.is_unclear or self._alike.is_busy:
            return Resolution(None)
        waited = self._session.clock() - self._lost_at
        return Resolution(False if waited >= self._session.policy.settled_after else None)


def _words(call: Call) -> Tuple[Any, ...]:
    """Give what tells the traces of writes to one place apart; less where it is unsure."""
    fields, names = call.fields, (call.content_id, *(part.name for part in call.files))
    if call.cell.trace is Trace.EVENT:
        told = (str(fields.get(name)).lower() for name in ("group", "pipeline", "search"))
        return (*told, *names)
    if call.place is not None and call.place.row == "logs":
        return (str(fields.get("comment")).strip(), *names)
    return names
