"""Tools that watch or replace `requests` see what goes over the transport of that name."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
import requests

from gracedb_core._tls import TLSContexts
from gracedb_core.errors import ConnectFailed, TimedOut
from gracedb_core.interfaces import Origin, Request, TransportOptions
from gracedb_core.transports._requests import RequestsTransport

from .test_conformance import body_of

responses = pytest.importorskip("responses", reason="the oldest stack is tested without it")


@pytest.fixture
def watched() -> Iterator[Any]:
    """Open the requests transport before `responses`, which answers in a server's place."""
    with responses.RequestsMock() as answers:
        options = TransportOptions(Origin("https", "gracedb.example", 443), TLSContexts())
        yield answers, RequestsTransport(options)


def test_tools_for_requests_see_us(watched: Any) -> None:
    """What watches `requests` sees method, URL, headers and body, and may answer."""
    answers, transport = watched
    answers.add("POST", "https://gracedb.example/api/?q=1", body=b"hi", status=201)
    response = transport.send(Request("POST", "/api/?q=1", (("X-A", "b"),), b"abc"))
    assert (response.status, response.body) == (201, b"hi")
    call = answers.calls[0].request
    assert (call.method, call.body) == ("POST", b"abc")
    assert call.headers == {"X-A": "b", "Content-Length": "3"}


def test_streams_of_such_tools(watched: Any) -> None:
    """Their answers stream too."""
    answers, transport = watched
    answers.add("GET", "https://gracedb.example/", body=b"x" * 100)
    assert body_of(transport.send(Request("GET", "/", stream=True))) == b"x" * 100


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ConnectTimeout", ConnectFailed),
        ("ReadTimeout", TimedOut),
        ("ConnectionError", ConnectFailed),
    ],
)
def test_errors_of_such_tools(watched: Any, error: str, expected: Any) -> None:
    """The exceptions they raise are named like those of a library."""
    answers, transport = watched
    answers.add("GET", "https://gracedb.example/", body=getattr(requests, error)("pretended"))
    with pytest.raises(expected) as caught:
        transport.send(Request("GET", "/"))
    assert type(caught.value).__name__ == expected.__name__
