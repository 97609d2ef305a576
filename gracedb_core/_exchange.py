"""One exchange: credential, send, judge; then again, the answer, or an error."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from . import _decode, _encode
from ._address import Address, shown
from ._flow import Do, Flow, Open, Read, Save, Send, Sleep
from ._retry import Repeat, RetryPolicy, is_ambiguous
from ._routes import Cell, Encoding
from ._upload import Part, encode_multipart
from ._values import Value
from ._wire import Header, Request, Response, Timeout, Upload
from .errors import (
    AnswerError,
    ConnectionLost,
    GatewayFailure,
    GraceDBError,
    OutcomeUnknown,
    PluginError,
    RedirectRefused,
    ResponseError,
    SentRequest,
    TransportError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ._credentials import Keeper
    from ._downloads import Into
    from ._observers import Observers
    from .interfaces import RouteOffer

__all__ = ["Call", "Session", "exchange", "invoke", "judged", "prepare", "save_file"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_MOST_OF_AN_ERROR = 1 << 20


class Session(Value):
    """What every exchange of one client shares."""

    address: Address
    keeper: Keeper
    policy: RetryPolicy
    timeout: Timeout
    #: Header lines of every request; the server serves nobody without User-Agent.
    headers: Tuple[Header, ...]
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    #: Who sees each request and what came of it; None where nobody does.
    observers: Optional[Observers] = None
    #: The places that plugins add to the tree, by name.
    routes: Mapping[str, RouteOffer] = MappingProxyType({})
    #: The plugin that the transport is from, if it is a stranger's.
    stranger: str = ""

    def asked(self, request: Request) -> SentRequest:
        """Say what *request* is, for errors."""
        return SentRequest(request.method, f"{self.address.origin}{request.target}")


class Call(NamedTuple):
    """One call of the API: how it is made, where, and with what."""

    cell: Cell
    #: Below the API root, quoted.
    path: str
    fields: Mapping[str, Any] = {}
    files: Sequence[Part] = ()
    params: Mapping[str, Any] = {}


def prepare(session: Session, call: Call) -> Request:
    """Spell *call* as a request."""
    target = session.address.base + call.path
    query = _encode.encode_query(call.params) if call.params else ""
    content_type, body = _encoded(call.cell.encoding, call.fields, call.files)
    headers = session.headers
    if content_type:
        headers = (*headers, ("Content-Type", content_type))
    return Request(
        call.cell.method,
        f"{target}?{query}" if query else target,
        headers,
        body,
        timeout=session.timeout,
        stream=call.cell.is_file,
    )


def _encoded(
    encoding: Encoding, fields: Mapping[str, Any], files: Sequence[Part]
) -> Tuple[str, Union[bytes, Upload, None]]:
    if files or encoding is Encoding.MULTIPART:
        return encode_multipart(fields, files)
    if encoding in (Encoding.JSON, Encoding.JSON_OR_MULTIPART):
        return "application/json", _encode.encode_json(fields)
    form = _encode.encode_form(fields) if encoding is Encoding.FORM else b""
    # An empty form is no body at all, as older clients send it.
    return ("application/x-www-form-urlencoded", form) if form else ("", None)


def invoke(session: Session, call: Call) -> Flow[Any]:
    """Make *call* and give what its cell makes of the answer."""
    request, sent_at = prepare(session, call), session.now()
    response = yield from exchange(session, request, call.cell.repeat)
    if call.cell.is_file:
        return (yield Open(response, session.asked(request)))
    try:
        return judged(session, request, response, call.cell.answer)
    except AnswerError as error:
        if call.cell.repeat is Repeat.FREELY:
            raise
        # Accepted, by its status, by somebody: whether by the server is not to be read.
        raise doubt(session.asked(request), error, sent_at) from error


def save_file(session: Session, call: Call, into: Into) -> Flow[Path]:
    """Make *call*, a file, and write what it gives to disk, again where it breaks off."""
    request = prepare(session, call)
    started, tried = session.clock(), 0
    while True:
        response = yield from exchange(session, request, call.cell.repeat)
        tried += 1
        try:
            path: Path = yield Save(response, session.asked(request), into)
            return path
        except TransportError as error:
            pause = session.policy.again_after(error, call.cell.repeat, tried)
            if pause is None or _too_late(session, started, pause):
                raise
        yield Sleep(pause)


def judged(
    session: Session, request: Request, response: Response, answer: Callable[[Any], Any]
) -> Any:
    """Make what *answer* makes of a body."""
    assert isinstance(response.body, bytes)
    try:
        return answer(_decode.decode_json(response.body))
    except GraceDBError as error:
        # One place adds the request, so that what reads a shape need not know it.
        raise error.about(session.asked(request)) from None


def exchange(session: Session, request: Request, repeat: Repeat) -> Flow[Response]:
    """Send *request* until there is an answer below 400, or raise what stands for the outcome."""
    started, sent_at = session.clock(), session.now()
    tried, in_doubt, redirects = 0, False, 0
    while True:
        tried += 1
        outcome: Union[ResponseError, TransportError]
        try:
            if session.keeper.is_stale(session.now()):
                yield Do(session.keeper.renew)
            response = yield from _sent(session, _signed(session, request, started, tried), tried)
            if response.status < 300:
                return _whole(session, request, response)
        except TransportError as error:
            outcome = error
        else:
            if response.status in _REDIRECTS:
                redirects += 1
                request = yield from _redirected(session, request, response, redirects)
                continue
            outcome = yield from _refusal(session, request, response)
            if in_doubt and repeat is Repeat.REMOVES and outcome.status == 404:
                return Response(204, {}, b"")  # an earlier try, whose answer was lost, removed it
        pause = session.policy.again_after(outcome, repeat, tried)
        in_doubt = in_doubt or is_ambiguous(outcome)
        if pause is None or _too_late(session, started, pause):
            raise _final(session, request, outcome, repeat, in_doubt=in_doubt, sent_at=sent_at)
        yield Sleep(pause)


def _sent(session: Session, request: Request, attempt: int) -> Flow[Response]:
    """Send once, let observers see it, and blame a stranger's transport for what is its fault."""
    observers = session.observers
    observed = observers.begin(session.asked(request), attempt) if observers else None
    try:
        response: Response = yield Send(request)
        if session.stranger:
            response = _trusted(session, request, response)
    except TransportError as error:
        if observed:
            observed.end(None, error)
        raise
    except Exception as error:
        if not session.stranger or isinstance(error, GraceDBError):
            raise
        if isinstance(error, OSError) and not isinstance(request.body, (bytes, type(None))):
            raise  # reading an upload may raise what it likes
        blamed = _blamed(session, request, error)
        if observed and isinstance(blamed, TransportError):
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


def _signed(session: Session, request: Request, started: float, tried: int) -> Request:
    """Add the credential, and after the first try only the time that is left."""
    credential = session.keeper.credential(session.now())
    timeout = request.timeout
    if tried > 1 and timeout.total is not None:
        left = timeout.total - (session.clock() - started)
        timeout = timeout.replaced(total=max(left, 0.001))
    if credential is None and timeout is request.timeout:
        return request
    if credential is None:
        return request.signed((), None, timeout)
    return request.signed(credential.headers, credential.certificate, timeout)


def _too_late(session: Session, started: float, pause: float) -> bool:
    total = session.timeout.total
    return total is not None and session.clock() - started + pause >= total


def _whole(session: Session, request: Request, response: Response) -> Response:
    """Inflate a body that is here already, and see that it is all there."""
    if not isinstance(response.body, bytes):
        return response
    try:
        plain = _decode.body_bytes(response)
    except GraceDBError as error:
        raise error.about(session.asked(request)) from None
    return response if plain is response.body else response.replaced(body=plain)


def _drained(response: Response) -> Flow[bytes]:
    """Give the body of what is no answer; a damaged one does not hide the status."""
    raw = response.body if isinstance(response.body, bytes) else b""
    try:
        if not isinstance(response.body, bytes):
            raw = yield Read(response.body, _MOST_OF_AN_ERROR)
        return _decode.body_bytes(response.replaced(body=raw))
    except GraceDBError:
        return raw


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


def _final(
    session: Session,
    request: Request,
    outcome: Union[ResponseError, TransportError],
    repeat: Repeat,
    *,
    in_doubt: bool,
    sent_at: float,
) -> GraceDBError:
    """Name the error: a write in doubt is neither done nor undone."""
    if not in_doubt or repeat is Repeat.FREELY:
        return outcome
    return doubt(session.asked(request), outcome, sent_at)


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
        unknown = OutcomeUnknown(sentence, request=asked, sent_at=sent_at)
    unknown.__cause__ = cause
    return unknown
