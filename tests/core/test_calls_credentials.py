"""Who the server takes us for: every way to say who we are, from the environment to the wire."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from gracedb_core import Client, errors
from gracedb_core.errors import CredentialError, CredentialWarning
from gracedb_sandbox import DEFAULT_USERS, Sandbox

from .conftest import EINSTEIN, LEAVITT

TOKENS = {user["username"]: user["token"] for user in DEFAULT_USERS}


def who(server: Sandbox, transport: str, **options: Any) -> str:
    """Ask the server who we are."""
    with Client(server.url, transport=transport, **options) as client:
        return str(client.user_info()["username"])


def netrc(home: Path, user: Any, mode: int = 0o600) -> None:
    """Write a netrc for loopback."""
    path = home / ".netrc"
    path.write_text(f"machine 127.0.0.1\nlogin {user['username']} password {user['password']}\n")
    path.chmod(mode)


def token_file(folder: Path, token: str, name: str = "token") -> Path:
    """Write a token where only we can read it."""
    path = folder / name
    path.write_text(token)
    path.chmod(0o600)
    return path


def jwt(**claims: Any) -> str:
    """Make a token with these claims, signed by nobody."""
    parts = [b'{"alg":"ES256","typ":"JWT"}', json.dumps(claims).encode(), b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def test_what_is_given(sandbox: Sandbox, transport: str, home: Path) -> None:
    """A password and a token are each somebody; nothing at all is nobody."""
    assert who(sandbox, transport, **EINSTEIN) == "albert.einstein"
    path = token_file(home, TOKENS["henrietta.leavitt"])
    assert who(sandbox, transport, token=path) == "henrietta.leavitt"
    assert who(sandbox, transport, token=str(path)) == "henrietta.leavitt"
    assert who(sandbox, transport, bearer_token=TOKENS["albert.einstein"]) == "albert.einstein"
    assert who(sandbox, transport) == "AnonymousUser"
    assert who(sandbox, transport, force_noauth=True) == "AnonymousUser"


def test_what_is_found(
    sandbox: Sandbox, transport: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A netrc, then a token in the environment before it, then what is given before both."""
    netrc(home, LEAVITT)
    assert who(sandbox, transport) == "henrietta.leavitt"
    assert who(sandbox, transport, fail_if_noauth=True) == "henrietta.leavitt"
    path = token_file(home, TOKENS["albert.einstein"])
    monkeypatch.setenv("BEARER_TOKEN_FILE", str(path))
    assert who(sandbox, transport) == "albert.einstein"
    assert who(sandbox, transport, **LEAVITT) == "henrietta.leavitt"
    assert who(sandbox, transport, force_noauth=True) == "AnonymousUser"


def test_a_token_that_was_replaced_is_read_again(
    sandbox: Sandbox, transport: str, home: Path
) -> None:
    """With `auth_reload` a token that soon expires is looked for again; else when it has."""
    told = []
    for reload in (False, True):
        # Taken for nobody's, because nobody signed it.
        path = token_file(home, jwt(exp=time.time() + 200, sub="nobody"))
        with Client(sandbox.url, token=path, auth_reload=reload, transport=transport) as client:
            token_file(home, TOKENS["albert.einstein"])
            told.append(client.user_info()["username"])
    assert told == ["AnonymousUser", "albert.einstein"]


def test_a_relative_name_is_meant_where_the_client_was_made(
    sandbox: Sandbox, transport: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program may have moved to another folder by the time that its token is renewed."""
    monkeypatch.chdir(home)
    token_file(home, jwt(exp=time.time() + 200, sub="nobody"))
    with Client(sandbox.url, token="token", auth_reload=True, transport=transport) as client:
        token_file(home, TOKENS["albert.einstein"])
        monkeypatch.chdir("/")
        assert client.user_info()["username"] == "albert.einstein"


def test_what_cannot_be_used(sandbox: Sandbox, home: Path, transport: str) -> None:
    """A credential that was given and is no good is told before anything is asked."""
    secret = "no-such-secret"
    for options, says in (
        ({"token": token_file(home, jwt(exp=1_000_000_000, sub=secret))}, "expired"),
        ({"token": token_file(home, "", "empty")}, "empty"),
        ({"token": home / "none"}, "none"),
        ({"token": home}, str(home)),
        ({"cert": token_file(home, secret, "cert.pem")}, "needs https"),
        ({"username": "albert.einstein"}, "go together"),
        ({"username": "a:b", "password": secret}, "colon|':'"),
        ({"force_noauth": True, "fail_if_noauth": True}, "contradict"),
        ({"fail_if_noauth": True}, "no credentials for 127.0.0.1"),
    ):
        with pytest.raises(CredentialError, match=says) as caught:
            Client(sandbox.url, transport=transport, **options)
        assert isinstance(caught.value, ValueError)
        assert secret not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_netrc_that_others_may_read(
    sandbox: Sandbox, transport: str, home: Path, mode: int
) -> None:
    """It is no credential: we say so, and are nobody."""
    netrc(home, EINSTEIN, mode)
    with pytest.warns(CredentialWarning, match=r"\.netrc"):
        assert who(sandbox, transport) == "AnonymousUser"
    with pytest.warns(CredentialWarning), pytest.raises(CredentialError, match=r"netrc"):
        Client(sandbox.url, fail_if_noauth=True)


def test_a_token_that_the_server_does_not_know(
    sandbox: Sandbox, transport: str, home: Path
) -> None:
    """The server takes a bad token for no token; the refusal that follows says we sent one."""
    path = token_file(home, jwt(exp=time.time() + 3600, sub="stranger"))
    with Client(sandbox.url, token=path, transport=transport) as client:
        assert client.user_info() == {"username": "AnonymousUser"}
        with pytest.raises(errors.AccessDenied) as caught:
            client.events.get()
    assert caught.value.detail == "Authentication credentials were not provided."
    assert str(caught.value).endswith(
        " The scitoken from ~/token was sent, and the server did not accept it."
    )
    assert path.read_text() not in str(caught.value)
