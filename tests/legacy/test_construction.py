"""Making a client: as the older one is made, without asking anybody."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
import time
import warnings
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from gracedb_core.errors import CredentialError, InputError
from gracedb_core.legacy import DEFAULT_SERVICE_URL, GraceDb
from gracedb_sandbox import Sandbox
from tests.auth.pki import HOUR, Authority
from tests.auth.surroundings import NOW

from .conftest import EINSTEIN, upload

BASIC = "Basic " + b64encode(b"albert.einstein:relativity").decode()
NOWHERE = "http://127.0.0.1:1/api/"
SECURE = "https://127.0.0.1:1/api/"


def test_it_asks_nobody() -> None:
    """Nobody listens there, and nothing fails."""
    with GraceDb(NOWHERE) as client:
        assert client._service_url == NOWHERE
    assert GraceDb(NOWHERE[:-1])._service_url == NOWHERE
    assert GraceDb()._service_url == DEFAULT_SERVICE_URL


def test_what_is_no_url_fails_when_it_is_used() -> None:
    """Programs make a client of ``localhost`` in their tests."""
    client = GraceDb("localhost", force_noauth=True)
    assert client._service_url == "localhost/"
    with pytest.raises(requests.exceptions.RequestException) as raised:
        client.create_event("Test", "gstlal", "coinc.xml", filecontents=b"x")
    assert isinstance(raised.value, ValueError)
    client.close()


@pytest.mark.parametrize("url", [None, 5])
def test_what_is_no_text_fails_at_once(url: Any) -> None:
    with pytest.raises(InputError, match="must be a str"):
        GraceDb(url)


def test_programs_tell_it_from_the_other_client() -> None:
    """By what the one has and the other has not."""
    client = GraceDb(NOWHERE)
    assert not hasattr(client, "url")
    assert hasattr(client, "_service_url")


def test_the_deprecated_url(capsys: pytest.CaptureFixture[str]) -> None:
    """It warns, and prints nothing into what a program prints."""
    with pytest.warns(DeprecationWarning, match="_service_url"):
        assert GraceDb(NOWHERE).service_url == NOWHERE
    assert capsys.readouterr() == ("", "")


def test_credentials_contradict() -> None:
    with pytest.raises(ValueError):
        GraceDb(NOWHERE, force_noauth=True, fail_if_noauth=True)
    with pytest.raises(ValueError, match="no credentials"):
        GraceDb(NOWHERE, fail_if_noauth=True)


def test_which_credentials_to_look_for(home: Any, sandbox: Sandbox) -> None:
    """Those of other kinds are left alone."""
    netrc = home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login albert.einstein password relativity\n")
    netrc.chmod(0o600)
    default: Any = None
    for use_auth in ("all", default):
        with GraceDb(sandbox.url, use_auth=use_auth) as client:
            assert client.get_user_info().json()["username"] == "albert.einstein"
    for use_auth in ("scitoken", "x509"):
        with pytest.raises(CredentialError, match="no credentials"):
            GraceDb(sandbox.url, use_auth=use_auth)
        with GraceDb(sandbox.url, use_auth=use_auth, force_noauth=True) as client:
            assert client.get_user_info().json()["username"] == "AnonymousUser"
    with pytest.raises(InputError, match="use_auth"):
        GraceDb(NOWHERE, use_auth="kerberos")


def test_a_certificate_is_not_read_for_tokens() -> None:
    """Programs hand over what they are configured with, whatever is used of it."""
    with pytest.raises(CredentialError, match="no credentials"):
        GraceDb(SECURE, cred="/absent", use_auth="scitoken")
    with pytest.raises(CredentialError, match="absent"):
        GraceDb(SECURE, cred="/absent")


@pytest.mark.parametrize("use_auth", ["all", "scitoken", "x509"])
def test_a_certificate_that_is_to_be_found(
    home: Path, monkeypatch: pytest.MonkeyPatch, use_auth: str
) -> None:
    """True stops whoever has none; False does without, whatever there is."""
    with pytest.raises(CredentialError, match="no credentials"):
        GraceDb(SECURE, cred=True, use_auth=use_auth)
    GraceDb(SECURE, cred=True, use_auth=use_auth, force_noauth=True).close()
    # Dates are told from the now of other tests.
    ends = time.time() - NOW + HOUR
    (home / "proxy").write_bytes(Authority().issue("Emmy Noether", ends=ends).combined)
    (home / "proxy").chmod(0o600)
    monkeypatch.setenv("X509_USER_PROXY", str(home / "proxy"))
    kinds = []
    for cred in (True, False):
        with GraceDb(SECURE, cred=cred) as client:
            kinds.append(client.show_credentials(print_output=False))
    assert kinds == [{"auth_type(s)": "x509"}, {"auth_type(s)": "No auth type found"}]


def test_reload_options() -> None:
    client = GraceDb(NOWHERE, reload_cred=True, reload_buffer=120)
    options = client._client._options
    assert (options.auth_reload, options.auth_reload_timeout) == (True, 120)
    assert GraceDb(NOWHERE, reload_certificate=True)._client._options.auth_reload
    assert GraceDb(NOWHERE, reload_buffer=None)._client._options.auth_reload_timeout == 300


def test_retries() -> None:
    policy = GraceDb(NOWHERE, retries=0, backoff_factor=0.5)._client._options.policy
    assert (policy.attempts, policy.pause) == (1, 0.5)
    nothing: Any = None
    with pytest.raises(ValueError, match="retries must be a count"):
        GraceDb(NOWHERE, retries=nothing)


def test_options_of_the_other_client() -> None:
    """Those that this one lacks are taken; for what it has, it has its own."""
    options = GraceDb(NOWHERE, timeout=5, transport="requests")._client._options
    assert (options.timeout, options.transport) == (5, "requests")
    for option in ({"url": NOWHERE}, {"cert": "/absent"}, {"nothing": 1}):
        with pytest.raises(TypeError):
            GraceDb(NOWHERE, **option)


def test_what_is_shown() -> None:
    assert repr(GraceDb(NOWHERE, **EINSTEIN)) == f"GraceDb({NOWHERE!r})"
    assert repr(GraceDb.__new__(GraceDb)) == "GraceDb('...')"


@pytest.mark.parametrize("option", [{"retry_codes": [500]}, {"allowed_methods": ["GET"]}])
def test_what_is_decided_elsewhere(option: Any) -> None:
    with pytest.warns(DeprecationWarning, match="no effect"):
        GraceDb(NOWHERE, **option)


def test_the_usual_retry_codes_are_no_news() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GraceDb(NOWHERE, retry_codes=[502, 503, 504, 408, 409], allowed_methods=None)


def test_versions_of_the_api(sandbox: Sandbox) -> None:
    with GraceDb(sandbox.url, api_version="v2") as client:
        assert client._service_url == sandbox.url
        assert client._versioned_service_url == f"{sandbox.url}v2/"
        assert client.ping().status == 200
        with pytest.raises(requests.HTTPError):
            client.event("G987654")
    with GraceDb(sandbox.url, api_version="default") as client:
        assert client._versioned_service_url == sandbox.url
    unspoken = GraceDb(sandbox.url, api_version="v9")
    with unspoken, pytest.raises(ValueError, match="does not speak 'v9'"):
        unspoken.ping()
    number: Any = 2
    with pytest.raises(TypeError):
        GraceDb(NOWHERE, api_version=number)


def test_it_is_used_after_close(sandbox: Sandbox) -> None:
    """Closing drops connections, as of a session, and later calls open new ones."""
    client = GraceDb(sandbox.url, **EINSTEIN)
    assert client.ping().status == 200
    client.close()
    client.close()
    with client:
        assert client.get_user_info().json()["username"] == "albert.einstein"
    client.close()


# Header lines


def test_a_header_that_identifies(sandbox: Sandbox) -> None:
    """Set on the client, as programs do that know a password; nothing else goes along."""
    with GraceDb(sandbox.url) as client:
        client.headers["Authorization"] = BASIC
        assert client.get_user_info().json()["username"] == "albert.einstein"
        del client.headers["authorization"]
        assert client.get_user_info().json()["username"] == "AnonymousUser"


def test_such_a_header_outranks_what_was_found(sandbox: Sandbox) -> None:
    with GraceDb(sandbox.url, username="henrietta.leavitt", password="cepheids") as client:
        client.headers["Authorization"] = BASIC
        assert client.get_user_info().json()["username"] == "albert.einstein"


def test_header_lines_that_are_replaced(sandbox: Sandbox) -> None:
    """They are sent, beside those without which the server serves nobody."""
    given: Any = {"Authorization": BASIC}
    with GraceDb(sandbox.url, force_noauth=True) as client:
        own = dict(client.headers)
        assert {"User-Agent", "Accept"} <= own.keys()
        client.headers = given
        assert client.get_user_info().json()["username"] == "albert.einstein"
        assert dict(client.headers) == {**own, **given}
        assert BASIC not in repr(client.headers)
    unusable = GraceDb("localhost", force_noauth=True)
    unusable.headers = given
    assert dict(unusable.headers) == given


@pytest.mark.parametrize("name", ["auth", "cert", "params", "proxies", "verify"])
def test_attributes_of_a_session(name: str) -> None:
    """What would decide on requests in the older client warns, and says what to do."""
    client = GraceDb(NOWHERE)
    with pytest.warns(UserWarning, match=f"Setting {name} .* no effect: .* instead") as warned:
        setattr(client, name, None)
    assert warned[0].filename == __file__


def test_attributes_of_a_subclass() -> None:
    """It may have any of its own."""

    class Mine(GraceDb):
        params: Any = None

        def __init__(self, *args: Any) -> None:
            self.headers: Any = {"X-Lost": "here"}
            super().__init__(*args)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client: Any = Mine(NOWHERE)
        client.params = {"mine": 1}
        client.anything = 2
    assert (client.params, copy.copy(client).anything) == ({"mine": 1}, 2)
    assert "User-Agent" in client.headers


def test_header_lines_as_bytes(sandbox: Sandbox) -> None:
    with GraceDb(sandbox.url, force_noauth=True) as client:
        client.headers["Authorization"] = BASIC.encode()
        assert client.get_user_info().json()["username"] == "albert.einstein"


def test_such_a_header_is_not_shown() -> None:
    client = GraceDb(NOWHERE)
    client.headers["Authorization"] = BASIC
    assert BASIC not in repr(client.headers)
    assert client.headers["authorization"] == BASIC


def test_such_a_header_is_not_sent_in_the_clear() -> None:
    client = GraceDb("http://gracedb.example.org/api/", force_noauth=True)
    client.headers["Authorization"] = BASIC
    with pytest.raises(CredentialError, match="plain http"):
        client.ping()


# Subclasses, copies, threads


class Uploader(GraceDb):
    """A subclass as programs write them."""

    def __init__(self, *args: Any, server: str, **kwargs: Any) -> None:
        super().__init__(*args, use_auth="scitoken", **kwargs)
        self.server = server
        self.headers["X-Who"] = server


def test_a_subclass(sandbox: Sandbox) -> None:
    with Uploader(sandbox.url, server="mine", force_noauth=True) as client:
        assert client.ping().status == 200
        again = pickle.loads(pickle.dumps(client))
        assert isinstance(again, Uploader)
        assert (again.server, again.headers["x-who"], again.ping().status) == ("mine", "mine", 200)
        again.close()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_copy_is_a_client_of_its_own(sandbox: Sandbox, again: Any) -> None:
    with GraceDb(sandbox.url, **EINSTEIN) as client:
        twin = again(client)
        twin.headers["X-Twin"] = "yes"
        assert "X-Twin" not in client.headers
    with twin:
        assert twin.get_user_info().json()["username"] == "albert.einstein"


@pytest.mark.parametrize("header", [False, True])
def test_a_secret_is_not_pickled(header: bool) -> None:
    client = GraceDb(NOWHERE, **({} if header else EINSTEIN))
    if header:
        client.headers["Authorization"] = BASIC
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(client)


def test_secrets_are_hidden_in_frames() -> None:
    """A report of a mistake may show every local of the constructor."""
    with pytest.raises(InputError) as raised:
        GraceDb(NOWHERE, use_auth="kerberos", **EINSTEIN)
    frames = []
    traceback = raised.tb
    while traceback is not None:
        frames.append(repr(traceback.tb_frame.f_locals))
        traceback = traceback.tb_next
    assert not any("relativity" in shown for shown in frames[1:])


def test_threads_share_it(sandbox: Sandbox) -> None:
    with GraceDb(sandbox.url, **EINSTEIN) as client, ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: upload(client), range(8)))
    assert len(set(made)) == 8


FORKED = """
import os, sys
from gracedb_core.legacy import GraceDb
client = GraceDb(sys.argv[1], username="albert.einstein", password="relativity")
assert client.ping().status == 200
pid = os.fork()
if not pid:
    os._exit(0 if client.get_user_info().json()["username"] == "albert.einstein" else 1)
assert os.waitpid(pid, 0)[1] == 0
assert client.ping().status == 200
"""


def test_it_survives_a_fork(sandbox: Sandbox) -> None:
    """Made and used before, as a program does that then starts its workers."""
    subprocess.run([sys.executable, "-c", FORKED, sandbox.url], check=True)


def test_the_signature() -> None:
    """By position, too, it takes what the older one takes."""
    assert list(inspect.signature(GraceDb).parameters) == [
        *("service_url", "cred", "force_noauth", "fail_if_noauth", "api_version"),
        *("reload_certificate", "reload_cred", "reload_buffer", "use_auth", "retries"),
        *("retry_codes", "allowed_methods", "backoff_factor", "further"),
    ]
