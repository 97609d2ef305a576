"""Bearer tokens: really signed, judged by the sandbox's clock, and a bad one is nobody."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any, Dict, Iterator

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gracedb_sandbox import Sandbox, SandboxFailed
from gracedb_sandbox.tokens import ISSUER, Issuer

from .conftest import EINSTEIN, LEAVITT, Api

NAME = "albert.einstein"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """Start a sandbox whose clock these tests may move."""
    with Sandbox() as server:
        server.issue_token(NAME)  # from here on there is a key
        yield server


def who(server: Sandbox, token: str, url: str = "") -> str:
    """Ask the server whom it takes the bearer of *token* for."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "tests"}
    response = requests.get((url or server.url) + "user-info/", headers=headers, timeout=30)
    assert response.status_code == 200
    return str(response.json()["username"])


def origin(server: Sandbox) -> str:
    return server.url[: -len("/api/")]


def signed(server: Sandbox, algorithm: str = "ES256", **changes: Any) -> str:
    """Sign a token with the sandbox's own key: a good one, but for *changes*; None takes away."""
    now = int(time.time())
    claims: Dict[str, Any] = {
        "iss": ISSUER,
        "sub": NAME,
        "aud": origin(server),
        "scope": "gracedb.read",
        "exp": now + 600,
        **changes,
    }
    pem = (server.folder / "keys" / "issuer.pem").read_bytes()
    key: Any = serialization.load_pem_private_key(pem, None) if algorithm == "ES256" else None
    kept = {name: value for name, value in claims.items() if value is not None}
    return str(jwt.encode(kept, key, algorithm=algorithm))


def test_a_token_proves_its_user(server: Sandbox) -> None:
    """What a token says of its user is believed, for reading and for writing."""
    assert who(server, server.issue_token(NAME)) == NAME
    assert who(server, server.issue_token(LEAVITT[0])) == LEAVITT[0]
    with Api(server.url, None) as api:
        api.headers["Authorization"] = f"Bearer {server.issue_token(NAME)}"
        assert api.create().json()["submitter"] == NAME


def test_the_fixed_tokens_stay_good(server: Sandbox) -> None:
    """The opaque token of a user's entry goes the same way as a signed one."""
    assert who(server, f"a-token-of-{NAME}") == NAME


def test_a_token_is_what_its_readers_expect(server: Sandbox) -> None:
    """The claims are those of the SciTokens profile, and anybody can read them."""
    token = server.issue_token(NAME, valid_for=60)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    assert (claims["sub"], claims["aud"], claims["scope"]) == (NAME, origin(server), "gracedb.read")
    assert claims["exp"] - claims["nbf"] == 60
    assert claims["ver"] == "scitoken:2.0"
    assert claims["jti"]


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "gracedb.read storage.read:/"},
        {"aud": "ANY"},
        {"sub": "Albert.Einstein"},
        {"nbf": 1},
        {"iat": 9999999999},
    ],
    ids=str,
)
def test_what_is_allowed(server: Sandbox, changes: Dict[str, Any]) -> None:
    """More scopes, any audience, capital letters, and a date of issue that nobody looks at."""
    assert who(server, signed(server, **changes)) == NAME


def test_one_of_several_audiences_is_enough(server: Sandbox) -> None:
    """A token may be for several servers."""
    token = server.issue_token(NAME, audience=["https://gracedb.ligo.org", origin(server)])
    assert who(server, token) == NAME


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "gracedb.reading"},
        {"scope": None},
        {"scope": ["gracedb.read"]},
        {"aud": "https://gracedb.ligo.org"},
        {"aud": None},
        {"aud": 7},
        {"iss": "https://cilogon.org/igwn"},
        {"iss": None},
        {"sub": "somebody.else"},
        {"sub": None},
        {"sub": ""},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"nbf": 9999999999},
        {"nbf": "yesterday"},
        {"algorithm": "none"},
    ],
    ids=str,
)
def test_a_token_with_anything_wrong_is_nobody(server: Sandbox, changes: Dict[str, Any]) -> None:
    """A token that is not good proves nothing, and is no error: the answer is that to anybody."""
    assert who(server, signed(server, **changes)) == "AnonymousUser"


def test_a_bad_token_sees_what_everybody_sees(server: Sandbox) -> None:
    """A search with a bad token is 200 and public rows only; a private page is a 403, not a 401."""
    with Api(server.url) as api:
        gid = api.event()
        form = {"t_start": 0, "t_0": 1, "t_end": 2, "preferred_event": gid, "category": "T"}
        assert api.post("superevents/", data=form).status_code == 201
        assert api.get("superevents/").json()["numRows"] == 1
    with Api(server.url, None) as api:
        api.headers["Authorization"] = f"Bearer {server.issue_token(NAME, valid_for=-60)}"
        assert api.get("superevents/").json()["numRows"] == 0
        refused = api.get("events/")
    assert refused.status_code == 403
    assert refused.json() == {"detail": "Authentication credentials were not provided."}


@pytest.mark.parametrize("token", ["", "..", "a.b.c", "e30.e30.e30", "ÿ.ÿ.ÿ", "." * 5000])
def test_what_is_no_token_is_nobody(server: Sandbox, token: str) -> None:
    """Rubbish is nobody too."""
    headers: Any = {"Authorization": b"Bearer " + token.encode(), "User-Agent": "tests"}
    answer = requests.get(server.url + "user-info/", headers=headers, timeout=30)
    assert answer.json()["username"] == "AnonymousUser"


def test_another_key_is_another_issuer(server: Sandbox, tmp_path: Path) -> None:
    """A token of another sandbox, and one whose claims were changed afterwards, prove nothing."""
    other = Issuer(tmp_path).issue(NAME, now=time.time(), valid_for=60, audience="ANY")
    assert who(server, other) == "AnonymousUser"
    head, _, seal = server.issue_token(LEAVITT[0]).split(".")
    _, claims, _ = server.issue_token(NAME).split(".")
    assert who(server, f"{head}.{claims}.{seal}") == "AnonymousUser"
    key = ec.generate_private_key(ec.SECP256R1())
    forged = jwt.encode({"iss": ISSUER, "sub": NAME, "aud": "ANY"}, key, algorithm="ES256")
    assert who(server, str(forged)) == "AnonymousUser"


def test_expiry_follows_the_sandboxs_clock(server: Sandbox) -> None:
    """A token ends when the sandbox's clock says so, and one made after that is good again."""
    early = server.issue_token(NAME, not_before=time.time() + 7200)
    token = server.issue_token(NAME, valid_for=3600)
    assert (who(server, token), who(server, early)) == (NAME, "AnonymousUser")
    server.advance_clock(3590)
    assert who(server, token) == NAME
    server.advance_clock(20)
    assert who(server, token) == "AnonymousUser"
    assert who(server, server.issue_token(NAME, valid_for=60)) == NAME
    server.advance_clock(3600)
    assert who(server, early) == NAME
    server.advance_clock(-7210)
    assert who(server, token) == NAME


def test_a_token_is_for_the_name_that_was_asked(server: Sandbox) -> None:
    """The audience is compared with the origin by which the client reached the server."""
    url = server.url.replace("127.0.0.1", "localhost")
    assert who(server, server.issue_token(NAME), url) == "AnonymousUser"
    assert who(server, server.issue_token(NAME, audience=url[: -len("/api/")]), url) == NAME


def test_the_issuers_key_is_kept_and_secret(tmp_path: Path) -> None:
    """A folder's tokens are good over a restart; its key can be read by its owner alone."""
    with Sandbox(tmp_path) as server:
        token = server.issue_token(NAME, audience="ANY")
    key = tmp_path / "keys" / "issuer.pem"
    assert stat.S_IMODE(os.stat(str(key)).st_mode) == 0o600
    with Sandbox(tmp_path) as server:
        assert who(server, token) == NAME


def test_a_token_can_be_renewed_in_place(server: Sandbox, tmp_path: Path) -> None:
    """A token's file is replaced in one step, can be read by its owner alone, and holds no more."""
    path = tmp_path / "made" / "token"
    first = server.issue_token(NAME, path)
    assert path.read_text(encoding="ascii") == first
    second = server.issue_token(NAME, path, valid_for=60)
    assert path.read_text(encoding="ascii") == second != first
    assert stat.S_IMODE(os.stat(str(path)).st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["token"]


def test_who_is_not_there_gets_no_token(server: Sandbox) -> None:
    """A token for somebody unknown is refused at once; so is one without a server."""
    with pytest.raises(ValueError, match=r"knows no 'albert'; its users are albert\.ein"):
        server.issue_token("albert")
    with pytest.raises(SandboxFailed, match="start it first"):
        Sandbox("/nonexistent").issue_token(NAME)


def test_passwords_are_good_for_a_year() -> None:
    """A year after an account was opened its password is refused, in GraceDB's words."""
    users = [{**user, "joined": time.time()} for user in Sandbox.users]
    with Sandbox(users=users) as server, Api(server.url, EINSTEIN) as api:
        server.advance_clock(364.9 * 86400)
        assert api.get("user-info/").json()["username"] == NAME
        server.advance_clock(0.2 * 86400)
        refused = api.get("user-info/")
        wrong = requests.get(server.url, auth=(NAME, "wrong"), timeout=30)
        assert who(server, server.issue_token(NAME)) == NAME
    assert refused.status_code == wrong.status_code == 403
    assert refused.json()["detail"].startswith("Your password has expired. Please log in to the")
    assert wrong.json()["detail"] == "Invalid username/password."
