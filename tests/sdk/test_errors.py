"""What programs catch: exceptions of `requests`, with the answer to the byte."""

from __future__ import annotations

import socket
from typing import Any, Iterator

import pytest
import requests

from gracedb_sdk import Client
from tests.transports.server import Server, answer, says

from .conftest import EINSTEIN


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server whose script each test writes."""
    with Server() as server:
        yield server


@pytest.fixture
def client(server: Server, transport: str) -> Iterator[Client]:
    """Give a client that asks it once."""
    url = f"http://127.0.0.1:{server.port}/api/"
    with Client(url, transport=transport, retries=0, timeout=(30, 30), **EINSTEIN) as client:
        yield client


#: One body of each kind in which this server refuses, and one that is not even text.
BODIES = [
    b"\"The 'ADVREQ' label cannot be applied\"",
    b'{"detail":"Not found."}',
    b"<html><title>Bad Gateway</title></html>",
    b"",
    bytes(range(256)),
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "status",
    [
        "400 Bad Request",
        "403 Forbidden",
        "404 Not Found",
        "409 Conflict",
        "410 Gone",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ],
)
def test_a_refusal(client: Client, server: Server, status: str, body: bytes) -> None:
    server.script = says(
        answer(body, "Content-Type: application/json", "X-Told: yes", status=status)
    )
    with pytest.raises(requests.exceptions.HTTPError) as refused:
        client.superevents["S190425z"].labels.create("ADVREQ")
    response, number = refused.value.response, int(status.split()[0])
    assert isinstance(response, requests.Response)
    assert response.content == body
    assert (response.status_code, response.reason) == (number, status.split(" ", 1)[1])
    assert response.headers["X-TOLD"] == "yes"
    assert response.url == f"{client.url}superevents/S190425z/labels/"
    assert b"".join(response.iter_content(7)) == body
    assert (response.request.method, response.request.url) == ("POST", response.url)
    request: Any = refused.value.request
    assert (request.method, request.url) == ("POST", response.url)
    with pytest.raises(requests.HTTPError):
        response.raise_for_status()


def test_its_text_and_json(client: Client, server: Server) -> None:
    server.script = says(
        answer('{"error":"é"}'.encode(), "Content-Type: application/json", status="400 Bad Request")
    )
    with pytest.raises(requests.HTTPError) as refused:
        client.events["G1"].get()
    assert refused.value.response.text == '{"error":"é"}'
    assert refused.value.response.json() == {"error": "é"}
    assert not refused.value.response.ok


def test_nobody_there(transport: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        with Client(url, transport=transport, retries=0, force_noauth=True) as client:
            for call in (client.events["G1"].get, client.superevents["S1"].expose):
                with pytest.raises(requests.exceptions.ConnectionError) as failed:
                    call()
                assert not isinstance(failed.value, requests.HTTPError)


def test_a_lost_answer(client: Client, server: Server) -> None:
    """Of a read and of a write, of which nobody then knows whether it happened."""
    server.script = lambda line, heard: line.close()
    for call in (
        client.events["G1"].get,
        client.superevents["S190425z"].expose,
        lambda: client.superevents["S190425z"].add("G1"),
    ):
        with pytest.raises(requests.exceptions.ConnectionError):
            call()


def test_too_late(server: Server, transport: str) -> None:
    server.script = lambda line, heard: line.stall()
    url = f"http://127.0.0.1:{server.port}/api/"
    options: Any = {"transport": transport, "retries": 0, "timeout": (30, 0.05)}
    client = Client(url, force_noauth=True, **options)
    with client, pytest.raises(requests.exceptions.Timeout):
        client.events["G1"].get()


def test_a_cut_answer(client: Client, server: Server) -> None:
    """A list that is not all there is an error of the connection."""
    server.script = lambda line, heard: (line.send(answer(b'{"a":', length=100)), line.close())
    with pytest.raises(requests.exceptions.ConnectionError):
        client.events["G1"].get()


def test_a_missing_file_is_an_os_error(client: Client, server: Server) -> None:
    with pytest.raises(FileNotFoundError):
        client.events.create(group="Test", pipeline="gstlal", filename="no-such-file")
    assert not server.heard
