"""One exchange: what is sent again, what is an error, and what is in doubt."""

from __future__ import annotations

import gzip
import io
import pickle
from types import SimpleNamespace
from typing import Any, List

import pytest

from gracedb_core._credentials import Keeper
from gracedb_core._observers import Observers
from gracedb_core._retry import RetryPolicy
from gracedb_core._wire import ClientCert, Response, Timeout
from gracedb_core.errors import (
    AccessDenied,
    BadRequest,
    ConnectFailed,
    ConnectionLost,
    CredentialError,
    DecodeError,
    GatewayFailure,
    GraceDBError,
    InputError,
    NotFound,
    OutcomeUnknown,
    RedirectRefused,
    ServerFault,
    TimedOut,
    TruncatedAnswer,
    Unavailable,
)
from gracedb_core.interfaces import Absent, Credential
from gracedb_core.resources import Root

from .scripted import Told, reply

LOST = ConnectionLost("The connection broke.")
EVENT = {"graceid": "G1"}


def create(told: Told) -> Any:
    """Make the call that must never happen twice."""
    return told.root.events.create("coinc.xml", b"x", group="Test", pipeline="gstlal")


def test_an_answer() -> None:
    """One request, and what it was answered."""
    told = Told(reply(200, EVENT))
    assert told.root.events["G1"].get() == EVENT
    assert told.lines == ["GET /api/events/G1"]
    assert dict(told.script.asked[0].headers) == {"User-Agent": "test"}


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectFailed("Refused."),
        LOST,
        TimedOut("Slow."),
        TruncatedAnswer("Short."),
        reply(502),
        reply(504, b"<html>gateway</html>"),
        reply(408),
        reply(409, "File system hiccup, please retry"),
        reply(429, {"detail": "Throttled"}, {"retry-after": "1"}),
        reply(503, b"", {"retry-after": "1"}),
        Response(200, {"content-length": "100"}, b"{}"),
        Response(200, {"content-encoding": "gzip"}, gzip.compress(b"{}")[:-4]),
    ],
)
def test_reads_survive(trouble: Any) -> None:
    """A read is repeated after anything that may pass."""
    told = Told(trouble, trouble, reply(200, EVENT))
    assert told.root.events["G1"].get() == EVENT
    assert told.lines == ["GET /api/events/G1"] * 3
    assert len(told.clock.slept) == 2


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectFailed("Refused."),
        reply(429, {"detail": "Throttled"}),
        reply(503, b"", {"retry-after": "1"}),
    ],
)
def test_creations_survive_what_did_nothing(trouble: Any) -> None:
    """A create is repeated where nothing was sent, or the server says it did nothing."""
    told = Told(trouble, reply(201, EVENT))
    assert create(told) == EVENT
    assert told.lines == ["POST /api/events/"] * 2


@pytest.mark.parametrize("trouble", [LOST, TimedOut("Slow."), reply(502), reply(504), reply(408)])
def test_creations_in_doubt_are_never_repeated(trouble: Any) -> None:
    """Where a create may have happened, it is sent once and the doubt is told."""
    told = Told(trouble, reply(201, EVENT))
    with pytest.raises(OutcomeUnknown, match="may or may not have been carried out") as caught:
        create(told)
    assert [line for line in told.lines if not line.startswith("GET")] == ["POST /api/events/"]
    assert caught.value.request is not None
    assert caught.value.request.url == "https://gracedb.example/api/events/"
    assert caught.value.sent_at == 1000.0
    assert isinstance(caught.value.__cause__, GraceDBError)
    assert not caught.value.retryable


@pytest.mark.parametrize("status", [408, 502, 504])
def test_a_gateway_that_answers_a_creation_tells_its_status(status: int) -> None:
    """Who catches by status still can: the doubt carries the answer, through a pickle too."""
    import requests

    told = Told(reply(status, b"<html><title>Gateway</title></html>"))
    with pytest.raises(GatewayFailure) as caught:
        create(told)
    error = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(error, (OutcomeUnknown, ServerFault))
    assert isinstance(error, requests.HTTPError)
    assert (error.status, error.detail, error.response.status_code) == (status, "Gateway", status)
    assert error.sent_at == 1000.0


def test_a_lost_creation_is_a_lost_connection_to_older_programs() -> None:
    """Callers of `requests` catch the doubt as the connection error that caused it."""
    import requests

    with pytest.raises(requests.ConnectionError):
        create(Told(LOST))


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"graceid": "G', b"", b"5"])
def test_an_unreadable_answer_to_a_creation_is_in_doubt(body: bytes) -> None:
    """Accepted, by its status, by somebody: whether the event is there is not to be read."""
    with pytest.raises(OutcomeUnknown, match=r"What went wrong: POST .* The answer is") as caught:
        create(Told(reply(201, body)))
    assert isinstance(caught.value.__cause__, DecodeError)


def test_a_cut_answer_to_a_creation_is_in_doubt() -> None:
    """The event may be there although its description did not arrive."""
    told = Told(Response(201, {"content-length": "100"}, b"{}"))
    with pytest.raises(OutcomeUnknown):
        create(told)
    assert len([line for line in told.lines if line.startswith("POST")]) == 1


def test_observers_hear_of_an_answer_that_is_refused() -> None:
    """An attempt whose answer the transport refuses has ended, too."""
    heard: List[Any] = []
    told = Told(DecodeError("It is too large."))
    watcher = SimpleNamespace(function=heard.append, argnames=("error",))
    nobody: Any = None
    observers = Observers([], [(nobody, watcher)])
    root: Root[Any] = Root(told.session.replaced(observers=observers), told.root._driver)
    with pytest.raises(DecodeError):
        root.get()
    assert len(heard) == 1
    assert isinstance(heard[0], DecodeError)


def test_maintenance_is_told_at_once() -> None:
    """A 503 without Retry-After is not waited out."""
    told = Told(reply(503, b"The site is temporarily down for maintenance."))
    with pytest.raises(Unavailable, match="down for maintenance"):
        told.root.events["G1"].get()
    assert told.clock.slept == []


def test_refusals_are_told_at_once() -> None:
    """A refusal is not repeated, and carries the server's words."""
    told = Told(reply(403, {"detail": "Authentication credentials were not provided."}))
    with pytest.raises(AccessDenied, match="credentials were not provided") as caught:
        told.root.events["G1"].get()
    assert caught.value.body == b'{"detail": "Authentication credentials were not provided."}'
    with pytest.raises(ServerFault):
        Told(reply(500, b"<html><title>Server Error</title></html>")).root.get()


def test_a_refused_body_may_be_damaged() -> None:
    """The status of a refusal counts even where its body cannot be read."""
    told = Told(Response(404, {"content-encoding": "gzip"}, b"no gzip", "Not Found"))
    with pytest.raises(NotFound) as caught:
        told.root.events["G1"].get()
    assert caught.value.body == b"no gzip"


def test_the_last_outcome_is_told() -> None:
    """When the attempts are used up, the error is the last one."""
    told = Told(*[LOST] * 4, reply(504), policy=RetryPolicy(attempts=5, jitter=lambda: 1.0))
    with pytest.raises(ServerFault):
        told.root.events["G1"].get()
    assert len(told.lines) == 5


def test_a_first_removal_that_finds_nothing_has_not() -> None:
    """Without doubt, 404 on a DELETE means what it says."""
    with pytest.raises(NotFound):
        Told(reply(404)).root.events["G1"].labels.delete("INJ")
    with pytest.raises(NotFound):
        Told(reply(429), reply(404)).root.events["G1"].labels.delete("INJ")


def test_a_removal_in_doubt_is_told() -> None:
    """Where every answer to a DELETE is lost, nobody knows."""
    told = Told(*[LOST] * 50)
    with pytest.raises(OutcomeUnknown):
        told.root.events["G1"].labels.delete("INJ")
    assert len([line for line in told.lines if line.startswith("DELETE")]) == 5


def test_one_deadline_for_all_attempts() -> None:
    """No attempt begins after the total is up, and later ones get what is left."""
    told = Told(*[reply(429, b"", {"retry-after": "20"})] * 5, timeout=Timeout(total=50))
    with pytest.raises(GraceDBError):
        told.root.events["G1"].get()
    assert told.clock.slept == [20, 20]
    assert [request.timeout.total for request in told.script.asked] == [50, 30, 10]


def test_reads_follow_redirects_inside_the_api() -> None:
    """A read is led to another place of the same API, and no farther."""
    moved = reply(301, b"", {"location": "/api/superevents/S190425z/"})
    told = Told(moved, reply(200, {"superevent_id": "S190425z"}))
    assert told.root.events["S190425z"].get() == {"superevent_id": "S190425z"}
    assert told.lines[-1] == "GET /api/superevents/S190425z/"


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/api/events/G1",
        "http://gracedb.example/api/events/G1",
        "https://gracedb.example:8443/api/events/G1",
        "//evil.example/api/",
        "/admin/",
        "/api/../admin/",
        "",
    ],
)
def test_redirects_elsewhere_are_refused(location: str) -> None:
    """Another host, port or scheme, or a place outside the API, is never asked."""
    told = Told(reply(302, b"", {"location": location}))
    with pytest.raises(RedirectRefused):
        told.root.events["G1"].get()
    assert len(told.lines) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_writes_follow_no_redirect(status: int) -> None:
    """A write that is redirected would be sent twice, or become a read."""
    told = Told(reply(status, b"", {"location": "https://gracedb.example/api/events/"}))
    with pytest.raises(RedirectRefused, match="does not follow"):
        create(told)
    assert len(told.lines) == 1


def test_redirects_in_a_circle_end() -> None:
    """A loop ends after a few turns."""
    round_and_round = reply(302, b"", {"location": "/api/events/G1"})
    told = Told(*[round_and_round] * 20)
    with pytest.raises(RedirectRefused, match="again and again"):
        told.root.events["G1"].get()
    assert len(told.lines) == 6


def test_an_unexpected_body_names_the_request() -> None:
    """HTML where JSON was expected says which request was answered so."""
    told = Told(reply(200, b"<html><title>Login</title></html>"))
    with pytest.raises(DecodeError, match=r"^GET https://gracedb\.example/api/events/G1: .*Login"):
        told.root.events["G1"].get()
    told = Told(reply(200, {"wrong": []}))
    with pytest.raises(DecodeError, match=r"^GET .*/log/: .*'log' or 'logs'"):
        told.root.events["G1"].logs.get()


class Stream(io.BytesIO):
    """A body on the wire."""


def test_a_file_is_opened_and_a_refusal_is_read() -> None:
    """A file streams; where it is refused, the reason is read and the connection let go."""
    told = Told(Response(200, {"content-length": "3"}, Stream(b"abc")))
    with told.root.events["G1"].files["a"].get() as file:
        assert file.read() == b"abc"
    assert told.script.asked[0].stream
    refused = Stream(b'"File a not found"')
    with pytest.raises(NotFound, match="File a not found"):
        Told(Response(404, {}, refused)).root.events["G1"].files["a"].get()
    assert refused.closed


class Breaking(io.BytesIO):
    """A body that breaks off."""

    def read(self, _amount: Any = -1) -> bytes:
        raise TruncatedAnswer("It ended early.")


def test_a_refusal_whose_reason_is_cut_is_still_that_refusal() -> None:
    """The status counts even where its explanation does not arrive."""
    stream = Breaking()
    with pytest.raises(NotFound, match="404"):
        Told(Response(404, {}, stream)).root.events["G1"].files["a"].get()
    assert stream.closed


@pytest.mark.parametrize(("url", "prefix"), [("/api/", "/api/v2/"), ("/api/v1/", "/api/v1/")])
def test_a_structured_query_asks_the_generation_that_reads_it(url: str, prefix: str) -> None:
    """A mapping is sent as JSON to v2, unless the caller chose a generation."""
    told = Told(reply(200, {"superevents": []}), url=f"https://gracedb.example{url}")
    query = {"field": "far", "op": "<", "value": 1e-7}
    assert list(told.root.superevents.search(query)) == []
    assert told.lines[0].startswith(f"GET {prefix}superevents/?query=%7B%22field%22")


class Renewing:
    """A provider whose credentials are listed."""

    name, rung = "test token", 40

    def __init__(self, *found: Any) -> None:
        self.found = list(found)

    def find(self, _wanted: Any) -> Any:
        answer = self.found.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def bearer(secret: str, expires: float) -> Credential:
    """Make a credential that is one header line."""
    return Credential("scitoken", "a file", (("Authorization", secret),), expires=expires)


def kept(told_clock: Any, first: Credential, *later: Any, margin: float = 0.0) -> Keeper:
    """Keep *first*, and find *later* ones."""
    provider = Renewing(*later)
    return Keeper(provider, first, again=lambda p: p.find(None), margin=margin, now=told_clock)


def tell(keeper_of: Any, *replies: Any) -> Told:
    """Make a tree whose keeper lives by the tree's clock."""
    told = Told(*replies)
    object.__setattr__(told.session, "keeper", keeper_of(told.clock))
    return told


def sent(told: Told) -> Any:
    """Give the credential of each request."""
    return [dict(request.headers).get("Authorization") for request in told.script.asked]


def test_a_credential_signs_every_request() -> None:
    """Headers and certificate go along, and certificates are the transport's affair."""
    cert = ClientCert(b"pem", "ab12")
    told = tell(lambda _clock: Keeper(Renewing(), Credential("x509", "f", certificate=cert)))
    told.root.get()
    assert told.script.asked[0].certificate is cert
    told = tell(lambda clock: kept(clock, bearer("one", 2000)))
    told.root.get()
    assert sent(told) == ["one"]


def test_a_credential_is_renewed_before_it_expires() -> None:
    """Inside the margin a newer one is looked for, and used."""
    told = tell(lambda clock: kept(clock, bearer("one", 1300), bearer("two", 5000), margin=300))
    told.root.get()
    assert sent(told) == ["two"]


def test_without_a_margin_it_is_renewed_when_it_has_expired() -> None:
    """An expired credential is always looked for again."""
    told = tell(lambda clock: kept(clock, bearer("one", 1300), bearer("two", 5000)))
    told.root.get()
    told.clock.time = 1300
    told.root.get()
    assert sent(told) == ["one", "two"]


def test_nothing_newer_keeps_the_old_one_while_it_lives() -> None:
    """A file without anything newer is not read at every request."""
    old = bearer("one", 1300)
    told = tell(lambda clock: kept(clock, old, Absent("gone"), bearer("two", 5000), margin=300))
    told.root.get()
    told.root.get()
    told.clock.time += 2
    told.root.get()
    assert sent(told) == ["one", "one", "two"]


@pytest.mark.parametrize(
    "nothing", [Absent("the file is gone"), CredentialError("the file is gone")]
)
def test_an_expired_credential_is_never_sent(nothing: Any) -> None:
    """Rather than send a dead token, which counts as anonymous, the call fails with the reason."""
    told = tell(lambda clock: kept(clock, bearer("one", 900), nothing))
    with pytest.raises(CredentialError, match=r"expired.*the file is gone"):
        told.root.get()
    assert told.lines == []


def test_bad_arguments_send_nothing() -> None:
    """What cannot be sent is refused before anything is."""
    told = Told()
    number: Any = 1
    whole: Any = {"graceid": "G1"}
    for call in (
        lambda: told.root.events[""].get(),
        lambda: told.root.events[".."].get(),
        lambda: told.root.events["a/b"].get(),
        lambda: told.root.events[number],
        lambda: told.root.events["G1"].labels.create("a/b"),
        lambda: told.root.superevents["S190425z"].labels.create("a/b"),
        lambda: told.root.superevents["S190425z"].logs[1].tags.create(""),
        lambda: told.root.superevents["S190425z"].voevents.create("alert"),
        lambda: told.root.superevents["S190425z"].signoff("K9x", "OK"),
        lambda: told.root.superevents["S190425z"].signoff("ADV", "MAYBE"),
        lambda: told.root.superevents.create(preferred_event="X1"),
        lambda: told.root.events.create("coinc.xml", b"x", group="CBC"),
        lambda: told.root.events["G1"].logs.create("x", filecontents=b"x"),
        lambda: told.root.events["G1"].logs.create(),
        lambda: told.root.events["G1"].logs.create(" ", filename="a", filecontents=b"x"),
        lambda: told.root.events["G1"].logs.create("x", tags=["a b"]),
        lambda: told.root.events["G1"].logs.create("x", tag="pe"),
        lambda: told.root.events.create("a", b"", pipeline="gstlal", lables="INJ"),
        lambda: told.root.superevents.create(prefered_event="T1"),
        lambda: told.root.superevents.update("S190425z", prefered_event="T1"),
        lambda: told.root.superevents["S190425z"].voevents.create("initial", Singificant=True),
        lambda: told.root.events[whole],
        lambda: told.root.events["G1"].logs.create("x", filename="a,b", filecontents=b"x"),
        lambda: told.root.events["G1"].signoffs.create("ADV", "OK"),
        lambda: told.root.path("superevents", "..", "x"),
    ):
        with pytest.raises(InputError):
            call()
    assert told.lines == []
    with pytest.raises(BadRequest):
        Told(reply(400, ["This field is required."])).root.superevents.create()
