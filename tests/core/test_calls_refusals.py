"""What the server refuses: each status its error, the server's words free of their envelopes, and
``error.response`` as the requests library would have given it, to the byte."""

from __future__ import annotations

import pickle
from typing import Any, Callable, Dict, Iterator, Type

import pytest
import requests

from gracedb_core import Client, errors
from gracedb_sandbox import Sandbox
from tests.transports.server import Server, answer, cuts, says

from . import making
from .conftest import EINSTEIN


@pytest.fixture(scope="module")
def names(author: Client) -> Dict[str, str]:
    """Make an event and a superevent to be refused at."""
    made = making.superevent(author)
    author.events[made["preferred_event"]].logs.create("x", filename="empty", filecontents=b"")
    return {"sid": made["superevent_id"], "gid": made["preferred_event"]}


#: What is sent, below the root, and what that is: class, status, detail.
REFUSED = [
    ("GET", "events/?query=(((", {}, errors.BadRequest, 400, "Invalid query"),
    ("GET", "superevents/?query=(((", {}, errors.BadRequest, 400, "Invalid query"),
    ("GET", "events/T99999", {}, errors.NotFound, 404, "Event not found."),
    ("GET", "superevents/S190425z/", {}, errors.NotFound, 404, "Not found."),
    ("GET", "no/such/place/", {}, errors.NotFound, 404, "Not Found"),
    ("GET", "events/{gid}/log/99", {}, errors.NotFound, 404, "Log does not exist."),
    ("GET", "events/{gid}/files/none", {}, errors.NotFound, 404, "File none not found"),
    ("GET", "events/{gid}/files/empty", {}, errors.Conflict, 409,
     "File empty is empty or unavailable"),
    ("PUT", "events/{gid}/labels/FOO", {}, errors.BadRequest, 400, "No such Label 'FOO'"),
    ("DELETE", "events/{gid}/labels/DQV", {}, errors.NotFound, 404,
     "No label 'DQV' associated with event {gid}"),
    ("POST", "events/{gid}/log/", {}, errors.Unavailable, 503,
     "Failed to save log entry: {{'comment': ['This field cannot be null.']}}"),
    ("POST", "events/", {"a": 1}, errors.BadRequest, 415,
     'Unsupported media type "application/json" in request.'),
    ("DELETE", "events/", {}, errors.BadRequest, 405, 'Method "DELETE" not allowed.'),
    ("POST", "superevents/", {}, errors.BadRequest, 400,
     "This field is required.; This field is required.; This field is required.; "
     "This field is required.; This field is required."),
    ("PATCH", "superevents/{sid}/", {"t_0": "x"}, errors.BadRequest, 400,
     "A valid number is required."),
    ("POST", "superevents/{sid}/labels/", {"name": "FOO"}, errors.BadRequest, 400,
     "Object with name=FOO does not exist."),
    ("POST", "superevents/{sid}/events/", {"event": "{gid}"}, errors.BadRequest, 400,
     "Event {gid} is already assigned to a Superevent"),
    ("POST", "superevents/{sid}/permissions/modify/", {"action": "?"}, errors.BadRequest, 400,
     "action must be 'expose' or 'hide'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "fields", "error", "status", "detail"),
    REFUSED,
    ids=[f"{row[0]} {row[1]}" for row in REFUSED],
)
def test_a_refusal_is_told_as_it_was(
    sandbox: Sandbox,
    transport: str,
    names: Dict[str, str],
    method: str,
    path: str,
    fields: Dict[str, str],
    error: Type[errors.ResponseError],
    status: int,
    detail: str,
) -> None:
    """Class, status and words; and the whole answer, as another client would have seen it."""
    place, _, query = path.format(**names).partition("?")
    sent = {name: str(value).format(**names) for name, value in fields.items()}
    with Client(sandbox.url, transport=transport, retries=0, **EINSTEIN) as client:
        there = client.path(*_segments(place))
        params = dict([query.split("=")]) if query else sent
        with pytest.raises(error) as caught:
            getattr(there, method.lower())(**params)
    refusal = caught.value
    assert (refusal.status, refusal.detail) == (status, detail.format(**names))
    assert f" {status}: " in str(refusal)
    assert refusal.detail in str(refusal)
    assert not refusal.retryable

    wire = requests.request(
        method,
        sandbox.url + place,
        params=params if query else None,
        json=sent if method in ("POST", "PUT", "PATCH") else None,
        auth=tuple(EINSTEIN.values()),
        timeout=30,
    )
    for response in (refusal.response, pickle.loads(pickle.dumps(refusal)).response):
        assert isinstance(response, requests.Response)
        assert (response.content, response.text) == (wire.content, wire.text)
        assert (response.status_code, response.reason) == (wire.status_code, wire.reason)
        assert (response.url, response.encoding) == (wire.url, wire.encoding)
        assert response.request.method == method
        assert response.ok is False
        assert _lasting(response) == _lasting(wire)
    assert refusal.body == wire.content
    with pytest.raises(requests.HTTPError):
        raise refusal


def _segments(place: str) -> Iterator[str]:
    *folders, last = place.rstrip("/").split("/")
    yield from folders
    yield f"{last}/" if place.endswith("/") else last


def _lasting(response: requests.Response) -> Dict[str, str]:
    """Give the headers that do not depend on when, or over which connection, it was asked."""
    passing = ("date", "expires", "connection", "keep-alive")
    return {name.lower(): text for name, text in response.headers.items()
            if name.lower() not in passing}  # fmt: skip


def asked(script: Any, transport: str, call: Callable[[Client], Any]) -> errors.GraceDBError:
    """Ask a server that follows *script*, once, and give the error."""
    with Server(script) as server:
        url = f"http://127.0.0.1:{server.port}/api/"
        with Client(url, transport=transport, retries=0) as client:
            with pytest.raises(errors.GraceDBError) as caught:
                call(client)
            assert len(server.heard) == 1
    return caught.value


@pytest.mark.parametrize(
    ("status", "headers", "error", "retryable"),
    [
        ("400 Bad Request", [], errors.BadRequest, False),
        ("401 Unauthorized", ["WWW-Authenticate: X509"], errors.AccessDenied, False),
        ("429 Too Many Requests", ["Retry-After: 7"], errors.Throttled, True),
        ("500 Internal Server Error", [], errors.ServerFault, False),
        ("502 Bad Gateway", [], errors.ServerFault, False),
        ("503 Service Unavailable", ["Retry-After: 7"], errors.Unavailable, False),
        ("504 Gateway Timeout", [], errors.ServerFault, False),
        ("418 I'm a Teapot", [], errors.BadRequest, False),
    ],
)
def test_statuses_that_others_send(
    transport: str, status: str, headers: Any, error: Any, retryable: bool
) -> None:
    """What stands before the server, or is tired, has errors of its own."""
    told = asked(says(answer(b"no", *headers, status=status)), transport, lambda c: c.get())
    assert type(told).__name__ == error.__name__
    assert isinstance(told, error)
    assert (told.status, told.reason) == (int(status[:3]), status[4:])
    assert told.retry_after == (7.0 if "Retry-After: 7" in headers else None)
    assert told.retryable is retryable


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"detail":"Throttled."}', "Throttled."),
        (b'{"error": "Invalid query"}', "Invalid query"),
        (b'{"errors":["group: * Bad","search: * Bad"]}', "group: * Bad; search: * Bad"),
        (b'{"warnings":["Problem creating event (x)"]}', "Problem creating event (x)"),
        (b'["one","two"]', "one; two"),
        (b'"Event not found"', "Event not found"),
        (b'"{\\"warning\\": \\"again\\"}"', "again"),
        (b"Event not found.", "Event not found."),
        (b'{"error":"invalid_query","message":"Unknown field","path":null,"version":"2"}',
         "invalid_query: Unknown field"),
        (b"<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>",
         "502 Bad Gateway"),
        (b"", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)  # fmt: skip
def test_every_envelope_is_opened(transport: str, body: bytes, detail: str) -> None:
    """The words are the same whatever they came in; the body stays as it came."""
    told = asked(says(answer(body, status="400 Bad Request")), transport, lambda c: c.get())
    assert isinstance(told, errors.BadRequest)
    assert (told.detail, told.body, told.response.content) == (detail, body, body)
    assert str(told).endswith(f"refused with 400: {detail or 'Bad Request'}")


@pytest.mark.parametrize(
    ("data", "error", "match"),
    [
        (answer(b"<!doctype html><title>Log in</title>"), errors.DecodeError,
         "a web page .Log in., not JSON; is the URL that of an API"),
        (answer(b'{"links": {"self": '), errors.DecodeError, "cut short or malformed"),
        (answer(b'{"links": {}}', length=400), errors.TransportError,
         "before the answer had arrived"),
        (answer(b"all is well"), errors.DecodeError, "'all is well', not JSON"),
        (answer(b"{}", "Content-Encoding: gzip"), errors.DecodeError, "compression is damaged"),
        (answer(b"{}", "Content-Encoding: br"), errors.DecodeError, "'br'"),
        (answer(b"", "Location: https://elsewhere.example/api/", status="302 Found"),
         errors.RedirectRefused, "does not follow"),
        (b"HTTP/1.1 200 OK\r\nContent-", errors.TransportError, ""),
        (b"", errors.ConnectionLost, ""),
    ],
)  # fmt: skip
def test_answers_that_are_none(transport: str, data: bytes, error: Any, match: str) -> None:
    """What is no answer of this server is told in a sentence that names the request."""
    told = asked(cuts(data), transport, lambda c: c.user_info())
    assert isinstance(told, error)
    assert told.request is not None
    assert told.request.url.endswith("/api/user-info/")
    assert "GET http://127.0.0.1:" in str(told)
    with pytest.raises(error, match=match or "."):
        raise told


def test_a_write_whose_answer_is_lost(transport: str) -> None:
    """Nobody knows whether it was carried out, and the error says that, not that it failed."""
    told = asked(cuts(b""), transport, lambda c: c.path("new/").post())
    assert isinstance(told, errors.OutcomeUnknown)
    assert isinstance(told.__cause__, errors.ConnectionLost)
    assert told.sent_at > 0
    assert "may or may not" in str(told)


@pytest.mark.parametrize("cut", [0, 1, 500])
def test_a_download_that_is_cut(transport: str, cut: int) -> None:
    """A part of a file never passes for the whole."""
    data = answer(b"x" * cut, "Content-Type: image/fits", length=1000)

    def read(client: Client) -> Any:
        with client.superevents["S1"].files["a.fits"].get() as file:
            return file.read()

    told = asked(cuts(data), transport, read)
    assert isinstance(told, errors.TruncatedAnswer)
    assert told.request is not None
