"""One exchange: credential, send, judge; then again, the answer, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from . import _decode
from ._address import shown
from ._calls import Call, prepare
from ._flow import Do, Flow, Read, Save, Send, Sleep
from ._retry import Repeat, is_ambiguous, tell
from ._session import Session
from ._wire import MAXIMUM_REFUSAL, Request, Response, Timeout
from .errors import (
    ConnectionLost,
    DecodeError,
    GatewayFailure,
    GraceDBError,
    OutcomeUnknown,
    PluginError,
    RedirectRefused,
    ResponseError,
    SentRequest,
    TimedOut,
    TransportError,
    TruncatedAnswer,
    Unanswered,
)

if TYPE_CHECKING:
    from ._downloads import Sink

__all__ = ["Trail", "doubt", "exchange", "received"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


def received(session: Session, call: Call, sink: Sink, trail: Optional[Trail] = None) -> Flow[Any]:
    """Make *call*, a file, and have *sink* take in what it gives, again where it breaks off."""
    request = prepare(session, call)
    trail, tried = trail or Trail(session), 0
    while True:
        response = yield from exchange(session, request, call.cell.repeat, trail.beside())
        tried += 1
        try:
            return (yield Save(response, session.asked(request), sink))
        except TransportError as error:
            pause = session.policy.again_after(error, call.cell.repeat, tried)
            if pause is None or not trail.has_time_for(pause):
                raise
            tell(session.asked(request), error, pause)
        yield Sleep(pause)


class Trail:
    """The attempts at one call: since when, and how many."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.started = session.clock()
        #: Unix seconds, for people.
        self.sent_at = session.now()
        self.tried = 0
        #: Stands for the call, and holds nothing, where it is remembered what each has made.
        self.mark = object()
        self._is_late = False

    def beside(self) -> Trail:
        """Give those of another request, that has no more time than this one has."""
        beside = Trail(self._session)
        beside.started, beside._is_late = self.started, True
        return beside

    def timeout(self, timeout: Timeout) -> Timeout:
        """Give *timeout* with the time that is left, where some of it has passed."""
        if timeout.total is None or not (self.tried > 1 or self._is_late):
            return timeout
        return timeout.replaced(total=min(timeout.total, max(self.left() or 0.0, 0.001)))

    def has_time_for(self, pause: float) -> bool:
        """Tell whether the deadline allows another attempt after *pause* seconds."""
        left = self.left()
        return left is None or pause < left

    def left(self) -> Optional[float]:
        """Give the seconds until the deadline, or None where there is none."""
        total = self._session.timeout.total
        return None if total is None else total - (self._session.clock() - self.started)


def exchange(
    session: Session, request: Request, repeat: Repeat, trail: Optional[Trail] = None
) -> Flow[Response]:
    """Send *request* until there is an answer below 400, or raise what stands for the outcome.

    What may have been carried out, and is no read, is not sent again: `OutcomeUnknown` is raised.
    """
    trail = trail or Trail(session)
    redirects = 0
    while True:
        trail.tried += 1
        outcome: Union[ResponseError, TransportError]
        if session.keeper.is_stale(session.now()):
            yield Do(session.keeper.renew)
        signed = _signed(session, request, trail)
        try:
            response = yield from _sent(session, signed, trail.tried)
            if response.status < 300:
                return (yield from _whole(session, request, response))
        except TransportError as error:
            outcome = error
        except (DecodeError, PluginError) as error:
            if repeat is Repeat.FREELY:
                raise
            # There was an answer that is not to be read, or a stranger's transport broke down.
            raise doubt(session.asked(request), error, trail.sent_at) from error
        else:
            if response.status in _REDIRECTS:
                redirects += 1
                request = yield from _redirected(session, request, response, redirects)
                continue
            outcome = yield from _refusal(session, request, response)
        pause = session.policy.again_after(outcome, repeat, trail.tried)
        if pause is None or not trail.has_time_for(pause):
            if repeat is Repeat.FREELY or not is_ambiguous(outcome):
                raise outcome
            raise doubt(session.asked(request), outcome, trail.sent_at) from outcome
        tell(session.asked(request), outcome, pause)
        yield Sleep(pause)


def _sent(session: Session, request: Request, attempt: int) -> Flow[Response]:
    """Send once, let observers see it, and blame a stranger's transport for what is its fault."""
    observers = session.observers
    observed = observers.begin(session.asked(request), attempt) if observers else None
    try:
        response: Response = yield Send(request)
        if session.stranger:
            response = _trusted(session, request, response)
    except GraceDBError as error:
        if observed:
            observed.end(None, error)
        raise
    except Exception as error:
        if not session.stranger:
            raise
        if isinstance(error, OSError) and not isinstance(request.body, (bytes, type(None))):
            raise  # reading an upload may raise what it likes
        blamed = _blamed(session, request, error)
        if observed:
            observed.end(None, blamed)
        raise blamed from None
    if observed:
        observed.end(response.status, None)
    return response


def _blamed(session: Session, request: Request, error: Exception) -> GraceDBError:
    """Lay *error* at the door of a stranger's transport, without its words, which may be secret."""
    from ._offers import told

    story = f"The transport of the {session.stranger} failed ({told(error)})."
    kind = ConnectionLost if isinstance(error, OSError) else PluginError
    return kind(story, request=session.asked(request))


def _trusted(session: Session, request: Request, response: Response) -> Response:
    """See that what a stranger's transport gave is an answer."""
    # Here, because it loads what belongs to plugins, and most clients meet no stranger.
    from ._offers import Blamed, wrong_response

    story, asked = f"The transport of the {session.stranger}", session.asked(request)
    wrong = wrong_response(request, response)
    if wrong:
        raise PluginError(f"{story} {wrong}.", request=asked)
    if isinstance(response.body, bytes):
        return response
    return response.replaced(body=Blamed(response.body, story, asked))


def _signed(session: Session, request: Request, trail: Trail) -> Request:
    """Add the credential, and after the first try only the time that is left."""
    credential = session.keeper.credential(session.now())
    timeout = trail.timeout(request.timeout)
    if credential is None and timeout is request.timeout:
        return request
    if credential is None:
        return request.signed((), None, timeout)
    return request.signed(credential.headers, credential.certificate, timeout)


def _whole(session: Session, request: Request, response: Response) -> Flow[Response]:
    """Inflate a body that is here already, and see that it is all there."""
    asked = session.asked(request)
    if response.status == 206:
        # No part was asked for; what is only one must not pass for the whole.
        yield from _drained(response)
        raise TruncatedAnswer(f"{asked} was answered with a part of the whole.", request=asked)
    if not isinstance(response.body, bytes):
        return response
    try:
        plain = _decode.body_bytes(response)
    except GraceDBError as error:
        raise error.about(asked) from None
    return response if plain is response.body else response.replaced(body=plain)


def _drained(response: Response) -> Flow[bytes]:
    """Give the body of what is no answer; a damaged one does not hide the status."""
    if not isinstance(response.body, bytes):
        try:
            raw = yield Read(response.body, MAXIMUM_REFUSAL)
        except GraceDBError:
            raw = b""
        response = response.replaced(body=raw)
    return _decode.refusal_bytes(response)


def _redirected(
    session: Session, request: Request, response: Response, count: int
) -> Flow[Request]:
    """Follow a redirect of a read, inside our own API; nothing else follows any."""
    yield from _drained(response)
    asked, location = session.asked(request), response.headers.get("location", "")
    own = f"{session.address.origin}/"
    if location.startswith("/") and not location.startswith("//"):
        location = own + location[1:]
    if request.method != "GET" or not location.startswith(own):
        raise RedirectRefused(
            f"{asked} was redirected to {shown(location[:200]) or 'nowhere'!r}, where this client "
            "does not follow; check the URL of the API.",
            request=asked,
        )
    if count > _MOST_REDIRECTS:
        raise RedirectRefused(f"{asked} was redirected again and again.", request=asked)
    try:
        return request.replaced(target=session.address.own_target(location))
    except RedirectRefused as error:
        raise error.about(asked) from None


def _refusal(session: Session, request: Request, response: Response) -> Flow[ResponseError]:
    """Read a refusal whole and make it the error that it is."""
    body = yield from _drained(response)
    credential = session.keeper.current
    return _decode.refusal(
        response.status,
        response.reason,
        response.headers,
        body,
        session.asked(request),
        credential=f"{credential.kind} from {credential.source}" if credential else "",
    )


def doubt(asked: SentRequest, cause: GraceDBError, sent_at: float) -> OutcomeUnknown:
    """Make the error for a write that may have been carried out in spite of *cause*."""
    sentence = (
        f"{asked} may or may not have been carried out; look at the server before repeating it. "
        f"What went wrong: {cause}"
    )
    if isinstance(cause, ResponseError):
        unknown: OutcomeUnknown = GatewayFailure(
            sentence, request=asked, sent_at=sent_at, answer=cause
        )
    else:
        kind = Unanswered if isinstance(cause, TimedOut) else OutcomeUnknown
        unknown = kind(sentence, request=asked, sent_at=sent_at)
    unknown.__cause__ = cause
    return unknown
