"""The sandbox over TLS, asked by every client: each kind of credential in a real handshake."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from gracedb_core.errors import AccessDenied, ConnectFailed, CredentialError, TransportError
from gracedb_sandbox import Sandbox
from tests.conftest import need_library
from tests.leaks.asking import asking
from tests.transports.conftest import WAYS

NAME = "albert.einstein"


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Name each transport in turn, as it blocks and as it is awaited."""
    need_library(request.param.partition(",")[0])
    return str(request.param)


@pytest.fixture(scope="module")
def accepting(hermetic: Path) -> Iterator[Sandbox]:
    """Start a sandbox that looks at certificates of clients, and asks for none."""
    with Sandbox(tls=True, client_certificates="accept") as server:
        yield server


@pytest.fixture(scope="module")
def requiring(hermetic: Path) -> Iterator[Sandbox]:
    """Start one that speaks to nobody without a certificate."""
    with Sandbox(tls=True, client_certificates="require") as server:
        yield server


def who(way: str, server: Sandbox, **options: Any) -> str:
    """Ask the server who we are."""
    given = {"verify": server.authorities, "retries": 0, **options}
    with asking(way, server.url, **given) as ask:
        return str(ask(lambda client: client.user_info())["username"])


def test_nobody(way: str, accepting: Sandbox) -> None:
    """Without a credential we are nobody, over a connection that was verified."""
    assert who(way, accepting) == "AnonymousUser"


def test_a_token(way: str, accepting: Sandbox, tmp_path: Path) -> None:
    """A signed token is somebody, in a file or by itself; one for another server is not sent."""
    token = accepting.issue_token(NAME, tmp_path / "token")
    assert who(way, accepting, token=tmp_path / "token") == NAME
    assert who(way, accepting, bearer_token=token) == NAME
    other = accepting.issue_token(NAME, audience="https://elsewhere.example")
    with pytest.raises(CredentialError):
        who(way, accepting, bearer_token=other)


def test_a_password(way: str, accepting: Sandbox, home: Path) -> None:
    """A password is, given or from a netrc."""
    password = next(user["password"] for user in accepting.users if user["username"] == NAME)
    assert who(way, accepting, username=NAME, password=password) == NAME
    netrc = home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login {NAME} password {password}\n")
    netrc.chmod(0o600)
    assert who(way, accepting) == NAME


@pytest.mark.parametrize("proxy", [False, True], ids=["certificate", "proxy"])
def test_a_certificate(way: str, requiring: Sandbox, tmp_path: Path, proxy: bool) -> None:
    """A certificate and its key in one file, or a proxy's chain, opens a door that asks for it."""
    path = requiring.issue_certificate(NAME, tmp_path / "cert.pem", proxy=proxy)
    assert who(way, requiring, cert=path) == NAME


def test_a_pair(way: str, requiring: Sandbox, tmp_path: Path) -> None:
    """So do a certificate and a key in two files, and those that are found."""
    key = tmp_path / "key.pem"
    path = requiring.issue_certificate(NAME, tmp_path / "cert.pem", key=key)
    assert who(way, requiring, cert=(path, key)) == NAME


def test_found_certificate(
    way: str, requiring: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that the environment names is found."""
    path = requiring.issue_certificate(NAME, tmp_path / "proxy.pem", proxy=True)
    monkeypatch.setenv("X509_USER_PROXY", str(path))
    assert who(way, requiring) == NAME


def test_a_door_that_stays_shut(way: str, requiring: Sandbox) -> None:
    """Without a certificate there is no answer, and the error is one of ours."""
    with pytest.raises(TransportError):
        who(way, requiring)


def test_a_stranger(way: str, accepting: Sandbox, tmp_path: Path) -> None:
    """A subject that the server does not know is refused in its own words."""
    path = accepting.issue_certificate("/O=Elsewhere/CN=Somebody", tmp_path / "stranger.pem")
    with pytest.raises(AccessDenied, match="certificate"):
        who(way, accepting, cert=path)


def test_an_authority_that_nobody_trusts(
    way: str, accepting: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual authorities do not vouch for it; the environment may name its own."""
    with pytest.raises(ConnectFailed, match="cannot be trusted"):
        who(way, accepting, verify=True)
    with pytest.warns(UserWarning, match="verify=False"):
        assert who(way, accepting, verify=False) == "AnonymousUser"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(accepting.authorities))
    assert who(way, accepting, verify=True) == "AnonymousUser"
