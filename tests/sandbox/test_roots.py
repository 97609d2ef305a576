"""The roots, the framework's refusals, and who is asking."""

from __future__ import annotations

import base64
import http.client
from typing import Any, Dict, Optional
from urllib.parse import urlsplit

import pytest

from gracedb_sandbox import Sandbox

from .conftest import Api

NO_CREDENTIALS = {"detail": "Authentication credentials were not provided."}


@pytest.mark.parametrize("version", ["", "v1/", "v2/"])
def test_every_link_keeps_the_prefix_of_its_request(nobody: Api, version: str) -> None:
    """Links and templates begin with the root that was asked."""
    body = nobody.get(version).json()
    base = nobody.root + version
    assert body["links"]["self"] == base
    assert body["links"]["events"] == f"{base}events/"
    urls = [*body["links"].values(), *body["templates"].values()]
    assert [url for url in urls if not url.startswith(base)] == []


def test_the_root_lists_what_clients_read(nobody: Api) -> None:
    """Both spellings of the versions, names of labels, codes with their words; no login."""
    body = nobody.get("").json()
    assert body["api-versions"] == body["API_VERSIONS"] == ["default", "v1", "v2"]
    assert body["server-version"] == "2.33.1"
    assert body["voevent-types"]["EW"] == "earlywarning"
    assert body["templates"]["tag-template"].endswith("events/{graceid}/log/{N}/tag/{tag_name}")
    assert body["templates"]["event-detail-template"].endswith("events/{graceid}")
    assert {len(body[key]) for key in ("groups", "pipelines", "wavebands")} == {7, 26, 50}
    assert "ADVOK" in body["labels"]
    assert "event-reserve-template" not in body["templates"]


def test_the_newer_root_says_so(renewed: Api) -> None:
    """2.36 names its default and its new templates, and has lost two lists; v1 has not."""
    body = renewed.get("").json()
    assert body["api-default"] == "v2"
    assert body["templates"]["event-reserve-template"].endswith("events/reserve/")
    assert "em-groups" not in body
    assert "instruments" not in body
    assert "em-groups" in renewed.get("v1/").json()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("events", "/api/events/"),
        ("v1", "/api/v1/"),
        ("events?query=a%20b", "/api/events/?query=a%20b"),
        ("user-info", "/api/user-info/"),
        ("v2/events/G1/log", "/api/v2/events/G1/log/"),
    ],
)
def test_a_list_without_its_slash_is_redirected(api: Api, path: str, target: str) -> None:
    """Django appends the slash by a permanent redirect and keeps the query."""
    answer = api.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, target)


@pytest.mark.parametrize(
    "path", ["nope", "v3/", "events/G1/", "events/D1", "events/G1/log/1/", "events/g1", "../nope"]
)
def test_an_unrouted_path_is_an_html_404(api: Api, path: str) -> None:
    """Nothing that routing refuses looks like JSON."""
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["user-info/x/y", "tag/anything", "performance/x"])
def test_three_patterns_have_no_end(api: Api, path: str) -> None:
    """The server's expressions match whatever follows."""
    assert api.get(path).status_code == 200


def test_a_wrong_method_is_a_405_after_authentication(api: Api, nobody: Api) -> None:
    """The detail names the method; nobody learns even that."""
    answer = api.delete("events/G1")
    assert answer.status_code == 405
    assert answer.text == '{"detail":"Method \\"DELETE\\" not allowed."}'
    assert nobody.delete("events/G1").json() == NO_CREDENTIALS


@pytest.mark.parametrize("path", ["events/", "events/G1", "events/G1/files/x", "performance/"])
def test_nobody_may_not_enter(nobody: Api, path: str) -> None:
    """403, not 401, and no challenge."""
    answer = nobody.get(path)
    assert (answer.status_code, answer.json()) == (403, NO_CREDENTIALS)
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize(
    ("authorization", "status", "who"),
    [
        (None, 200, "AnonymousUser"),
        ("Bearer rubbish", 200, "AnonymousUser"),
        ("Bearer", 200, "AnonymousUser"),
        ("Bearer a-token-of-albert.einstein", 200, "albert.einstein"),
        ("bearer a-token-of-henrietta.leavitt", 200, "henrietta.leavitt"),
        ("Basic " + base64.b64encode(b"albert.einstein:relativity").decode(), 200, "albert.e"),
        ("Basic " + base64.b64encode(b"albert.einstein:no").decode(), 403, "Invalid username/"),
        ("Basic", 403, "Invalid basic header. No credentials provided."),
        ("Basic a b", 403, "Invalid basic header. Credentials string should not contain spaces."),
        ("Basic %%", 403, "Invalid basic header. Credentials not correctly base64 encoded."),
        ("Digest x", 200, "AnonymousUser"),
    ],
)
def test_credentials_that_are_tried(
    nobody: Api, authorization: Optional[str], status: int, who: str
) -> None:
    """A bad token is nobody; a bad password is an error, even where nobody may read."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = nobody.get("user-info/", headers=headers)
    assert answer.status_code == status
    assert who in answer.text


def test_a_script_in_a_browser_session_has_no_basic_login(nobody: Api) -> None:
    """Basic is not looked at in AJAX requests."""
    answer = nobody.get(
        "user-info/",
        auth=("albert.einstein", "wrong"),
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert answer.json() == {"username": "AnonymousUser"}


def test_user_info_says_what_one_may(api: Api, observer: Api) -> None:
    """Internal or not, and the pipelines one may upload to."""
    einstein, leavitt = api.get("user-info/").json(), observer.get("user-info/").json()
    assert einstein["is_internal_user"] is True
    assert "gstlal" in einstein["upload_to_pipeline"]
    assert leavitt["is_internal_user"] is False
    assert leavitt["upload_to_pipeline"] == []


def test_performance_is_for_insiders(api: Api, observer: Api) -> None:
    """An outsider gets bare text."""
    assert set(api.get("performance/").json()) == {
        "summaries",
        "current_time",
        "totals_by_status",
        "totals_by_method",
    }
    answer = observer.get("performance/")
    assert (answer.status_code, answer.text) == (403, "Forbidden")


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        ("gracedb-client/1.9", "Your client software version (1.9) is not supported by this"),
        ("gracedb-client", "Error parsing your client software version (gracedb-client) from"),
        ("gracedb-client/x", "Error parsing"),
    ],
)
def test_an_old_client_is_told_so(api: Api, agent: str, text: str) -> None:
    """400, before anything else, in bare text."""
    answer = api.get("events/", headers={"User-Agent": agent})
    assert answer.status_code == 400
    assert answer.text.startswith(text)


@pytest.mark.parametrize("agent", ["gracedb-client/2.16.1", "gracedb-client/2.0.0.dev1", "curl"])
def test_other_clients_pass(api: Api, agent: str) -> None:
    """Any version from 2 on, and whoever does not claim to be that client."""
    assert api.get("", headers={"User-Agent": agent}).status_code == 200


def raw_request(sandbox: Sandbox, method: str, path: str, **options: Any) -> Dict[str, Any]:
    """Send what `requests` would not; return status, body and headers."""
    address = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request(method, path, **options)
        answer = connection.getresponse()
        body = answer.read()
        connection.request("GET", "/api/", headers={"User-Agent": "again"})
        assert connection.getresponse().status == 200
    finally:
        connection.close()
    return {"status": answer.status, "body": body, "headers": answer.headers}


def test_a_request_without_user_agent_is_refused(sandbox: Sandbox) -> None:
    """The server wants to know which client it talks to."""
    found = raw_request(sandbox, "GET", "/api/")
    assert found["status"] == 400
    assert found["body"].startswith(b"Your client software is out of date")


def test_a_chunked_form_is_no_form(sandbox: Sandbox) -> None:
    """Django reads Content-Length bytes: a chunked upload has no fields; the connection lives."""
    basic = base64.b64encode(b"albert.einstein:relativity").decode()
    part = b'--b\r\nContent-Disposition: form-data; name="group"\r\n\r\nTest\r\n--b--\r\n'
    found = raw_request(
        sandbox,
        "POST",
        "/api/events/",
        body=iter([part]),
        headers={
            "User-Agent": "x",
            "Authorization": f"Basic {basic}",
            "Content-Type": "multipart/form-data; boundary=b",
        },
    )
    assert found["status"] == 500  # the view finds no pipeline
    assert b"Traceback" not in found["body"]


def test_answers_are_never_cached_and_set_no_cookie(api: Api) -> None:
    """A session cookie would outrank a token, so none is ever set."""
    headers = api.get("").headers
    assert headers["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")
    assert "Expires" in headers
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("text/plain", b"x"),
    ],
)
def test_uploads_are_multipart_only(api: Api, kind: str, body: bytes) -> None:
    """415 names the type; the quotes arrive escaped."""
    answer = api.post("events/", data=body, headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.json() == {"detail": f'Unsupported media type "{kind}" in request.'}


def test_broken_bodies_are_parse_errors(api: Api) -> None:
    """Neither half a JSON document nor a multipart without boundary is taken for an empty one."""
    gid = api.event()
    url = f"events/{gid}/log/"
    json = api.post(url, data=b'{"comment": ', headers={"Content-Type": "application/json"})
    assert json.status_code == 400
    assert json.json()["detail"].startswith("JSON parse error - ")
    form = api.post(url, data=b"x", headers={"Content-Type": "multipart/form-data"})
    assert form.status_code == 400
    assert form.json()["detail"].startswith("Multipart form parse error - ")
    nan = api.post(url, data=b'{"a": NaN}', headers={"Content-Type": "application/json"})
    assert nan.status_code == 400


def test_statuses_are_worded_as_by_django(api):
    """People read the words in the messages of their HTTP library."""
    assert api.get("events/G999999").reason == "Not Found"
    assert api.get("user-info/").reason == "OK"


@pytest.mark.parametrize("digits", ["9" * 19, "9" * 5000])
def test_numbers_beyond_the_database_name_nothing(api: Api, digits: str) -> None:
    """A number that no row can have is answered like one that no row has."""
    gid = api.event()
    for path, text in (
        (f"events/{gid}/log/{digits}", "Log does not exist."),
        (f"events/{gid}/voevent/{digits}", "VOEvent does not exist."),
        (f"events/T{digits}", "Event not found."),
    ):
        answer = api.get(path)
        assert answer.status_code == 404
        assert text in answer.text
    agent = {"User-Agent": f"gracedb-client/{digits}"}
    assert api.get("", headers=agent).status_code == 200
