"""Refusals are what programs for the older client catch, and say what they read."""

from __future__ import annotations

import gzip
import pickle
from types import SimpleNamespace
from typing import Any, List

import pytest
import requests

from gracedb_core.errors import NotFound, OutcomeUnknown
from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Response, TransportOffer
from gracedb_core.legacy import GraceDb, HTTPError

from .conftest import EINSTEIN

URL = "http://127.0.0.1:1/api/"


@pytest.fixture
def refused(gracedb: GraceDb) -> Any:
    """Ask for what is not there."""
    with pytest.raises(HTTPError) as raised:
        gracedb.event("G987654")
    return raised.value


def test_what_catches_it(refused: Any) -> None:
    kinds = (HTTPError, requests.exceptions.HTTPError, requests.RequestException, OSError, NotFound)
    assert all(isinstance(refused, kind) for kind in kinds)


def test_what_it_says(refused: Any) -> None:
    assert (refused.status, refused.status_code, refused.reason) == (404, 404, "Not Found")
    assert refused.message == refused.text == "Event not found."
    assert refused.response.content == b"Event not found."
    assert (refused.response.status_code, refused.response.status) == (404, 404)
    assert "was refused with 404: Event not found." in str(refused)


def test_it_pickles(refused: Any) -> None:
    again = pickle.loads(pickle.dumps(refused))
    assert isinstance(again, HTTPError)
    assert isinstance(again, NotFound)
    assert (str(again), again.status, again.message) == (str(refused), 404, "Event not found.")
    assert again.response.content == b"Event not found."


def test_files_and_searches_refuse_alike(gracedb: GraceDb, graceid: str) -> None:
    with pytest.raises(HTTPError) as raised:
        gracedb.files(graceid, "absent.txt")
    assert raised.value.message == '"File absent.txt not found"'
    with pytest.raises(HTTPError) as raised:
        list(gracedb.superevents("nonsense: (("))
    assert raised.value.status == 400


def test_bodies_are_to_the_byte(newer: GraceDb) -> None:
    """Programs compare them."""
    from .conftest import gather, upload

    sid = gather(newer, upload(newer))
    newer.write_label(sid, "DQV")
    with pytest.raises(requests.HTTPError) as raised:
        newer.write_label(sid, "DQV")
    expected = f'{{"error": "Label DQV already applied to superevent {sid}"}}'.encode()
    assert raised.value.response.content == expected


def test_one_made_by_a_program() -> None:
    """Of a response, or of words alone."""
    response = requests.Response()
    response.status_code, response.reason, response._content = 404, "Not Found", b"gone"
    error = HTTPError(response)
    assert (error.status, error.reason, error.message, error.text) == (
        404,
        "Not Found",
        "gone",
        "gone",
    )
    assert error.response is response
    assert pickle.loads(pickle.dumps(error)).status == 404
    assert HTTPError("words").message == "words"


def test_one_made_of_a_stand_in() -> None:
    """Tests of programs fake a refusal with whatever has what is read of it."""
    stand_in = SimpleNamespace(status_code=404, reason="Not Found", text="gone")
    error = HTTPError(stand_in)
    assert (error.status, error.status_code, error.reason) == (404, 404, "Not Found")
    assert (error.message, error.text) == ("gone", "gone")
    assert error.response is stand_in
    assert HTTPError(5).status is None


class Fails:
    """A plugin with a transport that answers, or raises, always the same."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.sent: List[str] = []

    @hookimpl
    def gracedb_transports(self) -> Any:
        return [TransportOffer("fails", lambda _options: self)]

    def send(self, request: Any) -> Any:
        self.sent.append(request.method)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def close(self) -> None:
        pass


def failing(outcome: Any) -> Any:
    """Make a client to which this happens at every request, and what it happens in."""
    plugin = Fails(outcome)
    client = GraceDb(URL, plugins=[..., plugin], transport="fails", backoff_factor=0, **EINSTEIN)
    return client, plugin


def test_a_write_in_doubt_behind_a_gateway() -> None:
    """It is sent once, and is both what the older client raises and what to look after."""
    client, plugin = failing(Response(504, {"content-length": "4"}, b"slow", "Gateway Timeout"))
    with client, pytest.raises(HTTPError) as raised:
        client.write_log("S200101a", "a message")
    assert plugin.sent.count("POST") == 1
    assert isinstance(raised.value, OutcomeUnknown)
    assert (raised.value.status, raised.value.text) == (504, "slow")
    again = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(again, OutcomeUnknown)
    assert isinstance(again, HTTPError)
    assert again.status == 504


def test_a_write_whose_answer_is_lost() -> None:
    client, plugin = failing(ConnectionResetError("reset"))
    with client, pytest.raises(requests.exceptions.ConnectionError) as raised:
        client.write_log("S200101a", "a message")
    assert plugin.sent.count("POST") == 1
    assert isinstance(raised.value, OutcomeUnknown)


def test_a_read_is_tried_again() -> None:
    """As often as `retries` says."""
    client, plugin = failing(Response(502, {"content-length": "0"}, b"", "Bad Gateway"))
    with client, pytest.raises(HTTPError):
        client.event("G1")
    assert len(plugin.sent) == 6


def test_a_compressed_answer_to_a_write() -> None:
    """It is read plain, whatever the server makes of Accept-Encoding."""
    body = gzip.compress(b'{"N": 1}')
    headers = {"content-encoding": "gzip", "content-length": str(len(body))}
    client, _ = failing(Response(201, headers, body, "Created"))
    with client:
        answer = client.write_log("S200101a", "a message")
    assert answer.content == b'{"N": 1}'
    assert answer.json() == {"N": 1}
