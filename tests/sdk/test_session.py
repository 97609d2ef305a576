"""``client.session``: a session of `requests` that asks the client's own server."""

from __future__ import annotations

import base64
import io
import json
import pickle
import traceback
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
import requests

from gracedb_core.errors import ClientClosed, InputError, OutcomeUnknown
from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc
from gracedb_sdk import Client
from tests.transports.server import Heard, Line, Server, answer, says

from .conftest import EINSTEIN

OK = answer(b'{"a":1}', "Content-Type: application/json", "Set-Cookie: sessionid=1; Path=/")
SIGNED = "Basic " + base64.b64encode(b"albert.einstein:relativity").decode()


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that answers everything alike."""
    with Server(says(OK)) as server:
        yield server


@pytest.fixture
def client(server: Server, transport: str) -> Iterator[Client]:
    """Give a client of that server, over each transport in turn."""
    with Client(f"http://127.0.0.1:{server.port}/api/", transport=transport, **EINSTEIN) as client:
        yield client


def test_is_made_once(client: Client) -> None:
    session = client.session
    assert session is client.session
    assert isinstance(session, requests.Session)
    untyped: Any = client
    with pytest.raises(AttributeError):
        untyped.session = requests.Session()


def test_get(client: Client, server: Server) -> None:
    response = client.session.get(f"{client.url}events/", params={"query": "far < 1"}, timeout=30)
    assert type(response) is requests.Response
    assert (response.status_code, response.reason, response.json()) == (200, "OK", {"a": 1})
    assert response.url == f"{client.url}events/?query=far+%3C+1"
    assert response.request.method == "GET"
    (heard,) = server.heard
    assert heard.line == "GET /api/events/?query=far+%3C+1 HTTP/1.1"
    assert heard.header("authorization") == SIGNED
    assert (heard.header("user-agent") or "").startswith("gracedb-core/")
    assert [name.lower() for name, _ in heard.headers].count("authorization") == 1


def test_post(client: Client, server: Server) -> None:
    """JSON, a form, text, an open file and a multipart body arrive as `requests` writes them."""
    url = f"{client.url}events/G1/log/"
    client.session.post(url, json={"comment": "é"})
    client.session.post(url, data={"comment": "é"})
    client.session.post(url, data="text, é")
    client.session.post(url, data=io.BytesIO(b"opened"))
    client.session.post(url, data={"a": "1"}, files={"upload": ("a.txt", b"content")})
    client.session.post(url)
    document, form, text, opened, parts, nothing = server.heard
    assert json.loads(document.body) == {"comment": "é"}
    assert document.header("content-type") == "application/json"
    assert form.body == b"comment=%C3%A9"
    assert text.body == "text, é".encode()
    assert opened.body == b"opened"
    assert b'name="upload"; filename="a.txt"' in parts.body
    assert (parts.header("content-type") or "").startswith("multipart/form-data; boundary=")
    assert nothing.body == b""
    assert {heard.line for heard in server.heard} == {"POST /api/events/G1/log/ HTTP/1.1"}
    lengths = [
        [name.lower() for name, _ in heard.headers].count("content-length")
        for heard in server.heard
    ]
    assert lengths == [1] * 6


@pytest.mark.parametrize("as_pairs", [False, True])
def test_files_that_are_named(
    client: Client, server: Server, tmp_path: Path, as_pairs: bool
) -> None:
    """A name without contents stands for the file there, which is sent without its folders."""
    (tmp_path / "a.txt").write_bytes(b"on disk")
    url = f"{client.url}events/G1/log/"
    for given in ((str(tmp_path / "a.txt"), None), [tmp_path / "a.txt", None, "text/x"]):
        files: Any = [("upload", given)] if as_pairs else {"upload": given}
        client.session.post(url, data={"comment": "c"}, files=files)
    plain, typed = server.heard
    head = b'name="upload"; filename="a.txt"\r\nContent-Type: text/'
    assert head + b"plain\r\n\r\non disk\r\n" in plain.body
    assert head + b"x\r\n\r\non disk\r\n" in typed.body
    with pytest.raises(FileNotFoundError):
        client.session.post(url, files={"upload": ("/absent", None)})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods(client: Client, server: Server, method: str) -> None:
    assert client.session.request(method, f"{client.url}x/").json() == {"a": 1}
    assert getattr(client.session, method.lower())(f"{client.url}x/").ok
    assert [heard.line for heard in server.heard] == [f"{method} /api/x/ HTTP/1.1"] * 2


def test_head(client: Client, server: Server) -> None:
    """The length that it tells is that of what does not come."""
    server.script = says(answer(b"", "X-Told: yes", length=7))
    response = client.session.head(f"{client.url}x/")
    assert (response.content, response.headers["x-told"]) == (b"", "yes")
    assert response.headers["Content-Length"] == "7"


def test_a_body_without_a_length_is_not_sent(client: Client, server: Server) -> None:
    with pytest.raises(InputError, match="without a length"):
        client.session.post(f"{client.url}x/", data=iter([b"a", b"b"]))
    assert not server.heard


def test_headers_of_the_session_are_sent(client: Client, server: Server) -> None:
    client.session.headers["X-Told"] = "yes"
    client.session.get(f"{client.url}x/", headers={"Accept": "text/plain", "X-Bytes": b"b"})
    (heard,) = server.heard
    assert [heard.header(name) for name in ("x-told", "accept", "x-bytes")] == [
        "yes",
        "text/plain",
        "b",
    ]


def test_a_signature_of_ones_own_replaces_the_client_s(client: Client, server: Server) -> None:
    """For one request, in a header, or for all that follow; None is no signature at all."""
    url = f"{client.url}x/"
    client.session.get(url, auth=("henrietta.leavitt", "cepheids"))
    client.session.get(url, headers={"Authorization": "Bearer abc"})
    client.session.auth = None
    client.session.get(url)
    given = [heard.header("authorization") for heard in server.heard]
    assert given[0] == "Basic " + base64.b64encode(b"henrietta.leavitt:cepheids").decode()
    assert given[1:] == ["Bearer abc", None]


def test_auth_signs_elsewhere_for_the_same_server_only(client: Client, server: Server) -> None:
    """It may be handed to `requests`, and shows nothing."""
    auth = client.session.auth
    requests.get(f"{client.url}x/", auth=auth, timeout=30)
    with Server(says(OK)) as other:
        requests.get(f"http://127.0.0.1:{other.port}/api/x/", auth=auth, timeout=30)
        assert other.heard[0].header("authorization") is None
    assert server.heard[0].header("authorization") == SIGNED
    assert "relativity" not in repr(auth)


def test_an_anonymous_client_has_no_auth(server: Server) -> None:
    with Client(f"http://127.0.0.1:{server.port}/api/", force_noauth=True) as client:
        assert client.session.auth is None
        client.session.get(f"{client.url}x/")
    assert server.heard[0].header("authorization") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{port}/api/",
        "http://127.0.0.1:1/api/",
        "https://127.0.0.1:{port}/api/",
        "http://127.0.0.1:{port}@gracedb.example.org/api/",
        "http://gracedb.example.org/api/",
        "ftp://127.0.0.1:{port}/api/",
    ],
)
def test_other_servers_are_not_asked(client: Client, server: Server, url: str) -> None:
    with pytest.raises(ValueError):
        client.session.get(url.format(port=server.port))
    assert not server.heard


def test_the_same_server_in_other_words(client: Client, server: Server) -> None:
    """What is beside the API is of the same server: its pages, its other roots."""
    client.session.get(f"HTTP://127.0.0.1:{server.port}/apiweb/superevents/S1/")
    assert server.heard[0].line == "GET /apiweb/superevents/S1/ HTTP/1.1"


def test_a_relative_url_is_an_error_of_requests(client: Client) -> None:
    with pytest.raises(requests.exceptions.MissingSchema):
        client.session.get("events/")


@pytest.mark.parametrize(
    "options",
    [{"verify": False}, {"cert": "robot.pem"}, {"proxies": {"http": "http://127.0.0.1:1"}}],
)
def test_what_the_client_decides_is_refused(client: Client, server: Server, options: Any) -> None:
    with pytest.raises(InputError, match="The client decides"):
        client.session.get(f"{client.url}x/", **options)
    assert not server.heard


def test_no_cookie_is_kept(client: Client, server: Server) -> None:
    """One of a session would outrank the credential."""
    client.session.get(f"{client.url}x/")
    client.session.get(f"{client.url}x/")
    assert not client.session.cookies
    assert server.heard[1].header("cookie") is None


def test_the_environment_is_not_read(
    client: Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client has read it; `requests` would add a proxy, a netrc and a bundle of its own."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert client.session.get(f"{client.url}x/").ok


def redirects(line: Line, heard: Heard) -> None:
    """Send everybody elsewhere once."""
    if heard.line.endswith("/api/x HTTP/1.1"):
        line.send(answer(b"", "Location: /api/x/", status="301 Moved Permanently"))
    else:
        line.send(OK)


def test_reads_follow_redirects_and_writes_do_not(client: Client, server: Server) -> None:
    server.script = redirects
    assert client.session.get(f"{client.url}x").json() == {"a": 1}
    with pytest.raises(requests.RequestException, match="redirected"):
        client.session.post(f"{client.url}x")
    assert [heard.line.split()[1] for heard in server.heard] == ["/api/x", "/api/x/", "/api/x"]


def test_a_write_is_never_repeated_and_a_read_is(client: Client, server: Server) -> None:
    """What is sent through it may do something, and nobody knows what."""

    def breaks_off(line: Line, heard: Heard) -> None:
        line.send(OK) if len(server.heard) % 2 == 0 else line.close()

    server.script = breaks_off
    assert client.session.get(f"{client.url}x/").ok
    assert len(server.heard) == 2
    with pytest.raises(requests.ConnectionError) as lost:
        client.session.post(f"{client.url}x/")
    assert isinstance(lost.value, OutcomeUnknown)
    assert len(server.heard) == 3


def test_a_timeout_of_one_request(server: Server, transport: str) -> None:
    server.script = lambda line, heard: line.stall()
    url = f"http://127.0.0.1:{server.port}/api/"
    with Client(url, transport=transport, retries=0, force_noauth=True) as client:
        with pytest.raises(requests.Timeout):
            client.session.request("GET", url, timeout=(30, 0.05))
        with pytest.raises(InputError, match="timeout must be"):
            client.session.get(url, timeout="soon")


def test_a_stream(client: Client, server: Server) -> None:
    """It is read in pieces, decompressed, or as a file; it ends with its connection."""
    server.script = says(answer(b"one\ntwo\n", "Content-Type: text/plain"))
    with client.session.get(f"{client.url}x/", stream=True) as response:
        assert list(response.iter_lines()) == [b"one", b"two"]
    with client.session.get(f"{client.url}x/", stream=True) as response:
        assert response.raw.read(3) == b"one"
    assert response.raw.closed
    assert client.session.get(f"{client.url}x/", stream=True).text == "one\ntwo\n"


def test_a_response_hook_is_called(client: Client) -> None:
    seen = []
    hook: Callable[..., Any] = lambda response, **_: seen.append(response.status_code)  # noqa: E731
    client.session.get(f"{client.url}x/", hooks={"response": hook})
    assert seen == [200]


def test_closes_with_the_client(client: Client) -> None:
    session, url = client.session, f"{client.url}x/"
    session.close()
    assert session.get(url).ok  # one that was closed alone can be used again, as in `requests`
    client.close()
    with pytest.raises(ClientClosed):
        session.get(url)


@pytest.mark.parametrize("mine", [{}, {"auth": ("henrietta.leavitt", "c3pheids")}])
def test_a_failure_shows_no_secret(client: Client, server: Server, mine: Any) -> None:
    """Neither the client's nor one that was given for the request, in any frame of ours."""
    server.script = says(answer(b"", status="403 Forbidden"))
    with pytest.raises(requests.HTTPError) as refused:
        client.session.get(f"{client.url}x/", **mine)
    report = traceback.TracebackException.from_exception(refused.value, capture_locals=True)
    shown = [
        value
        for frame in report.stack
        if "gracedb" in frame.filename and "/tests/" not in frame.filename
        for value in (frame.locals or {}).values()
    ]
    secrets = [*(server.heard[0].header("authorization") or "").split()[1:], "c3pheids"]
    assert len(shown) > 10
    assert not [value for value in shown for secret in secrets if secret in value]


def test_is_not_pickled(client: Client) -> None:
    for each in (client.session, client.session.auth):
        with pytest.raises(TypeError, match="pickle the client"):
            pickle.dumps(each)


def test_against_a_sandbox(sdk: Client, sandbox: Sandbox, event: str) -> None:
    """Its refusals raise, as the session of gracedb-sdk does, with the answer to the byte."""
    created = sdk.session.post(
        f"{sdk.url}events/",
        data={"group": "Test", "pipeline": "gstlal"},
        files={"eventFile": ("coinc.xml", coinc())},
    )
    assert created.status_code == 201
    assert created.json()["graceid"] != event
    with pytest.raises(requests.HTTPError) as refused:
        sdk.session.get(f"{sdk.url}events/T999999")
    plain = requests.get(f"{sdk.url}events/T999999", auth=sdk.session.auth, timeout=30)
    assert (refused.value.response.status_code, plain.status_code) == (404, 404)
    assert refused.value.response.content == plain.content
