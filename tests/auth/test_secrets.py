"""A secret is in the header or the certificate that is sent, and nowhere else."""

from __future__ import annotations

import base64
import json
import pickle
import warnings
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from gracedb_auth_plugins import basic, netrc, scitoken, x509
from gracedb_core.errors import CredentialError
from gracedb_core.interfaces import AuthProvider, AuthRequest, Credential

from .pki import Identity
from .surroundings import Surroundings, everything_said

CANARY = "tweet-tweet-7391"

PROVIDERS: List[AuthProvider] = [
    provider
    for plugin in (scitoken, x509, basic, netrc)
    for provider in plugin.gracedb_auth_providers()
]


def bad_token(around: Surroundings) -> AuthRequest:
    return around.wanted(token=around.write("t", f"{CANARY}\nx"))


def cut_json(around: Surroundings) -> AuthRequest:
    payload = base64.urlsafe_b64encode(json.dumps({"x": CANARY}).encode()[:-1]).decode()
    return around.wanted(token=around.write("t", f"a.{payload}.{CANARY}"))


def not_utf_8(around: Surroundings) -> AuthRequest:
    payload = base64.urlsafe_b64encode(f'"{CANARY}'.encode() + b"\xff").decode()
    return around.wanted(token=around.write("t", f"a.{payload}.{CANARY}"))


def expired(around: Surroundings) -> AuthRequest:
    payload = base64.urlsafe_b64encode(json.dumps({"exp": 1, "jti": CANARY}).encode()).decode()
    around.environment["BEARER_TOKEN"] = f"a.{payload}.{CANARY}"
    return around.wanted(token=around.write("t", around.environment["BEARER_TOKEN"]))


def for_another(around: Surroundings) -> AuthRequest:
    claims = json.dumps({"aud": [CANARY], "jti": CANARY}).encode()
    payload = base64.urlsafe_b64encode(claims).decode()
    return around.wanted(token=around.write("t", f"a.{payload}.{CANARY}"))


def token_as_a_name(around: Surroundings) -> AuthRequest:
    around.environment.update(BEARER_TOKEN_FILE=CANARY, X509_USER_PROXY=CANARY, NETRC=CANARY)
    around.environment.update(SCITOKEN_FILE=CANARY, _CONDOR_CREDS=CANARY)
    return around.wanted(token=Path(CANARY), cert=Path(CANARY))


def token_as_an_impossible_name(around: Surroundings) -> AuthRequest:
    around.environment.update(BEARER_TOKEN_FILE=f"{CANARY}\0", _CONDOR_CREDS=f"{CANARY}\0" * 300)
    return around.wanted(token=Path(CANARY * 30), cert=Path(f"{CANARY}\udc00\ud800"))


def path_as_a_token(around: Surroundings) -> AuthRequest:
    return around.wanted(bearer_token=f"/{CANARY}")


def bad_token_itself(around: Surroundings) -> AuthRequest:
    return around.wanted(bearer_token=f"{CANARY}\n{CANARY}")


def good_token_itself(around: Surroundings) -> AuthRequest:
    return around.wanted(bearer_token=CANARY)


def good_ones(around: Surroundings) -> AuthRequest:
    around.write("home/.netrc", f"machine gracedb.ligo.org login a password {CANARY}")
    around.environment["BEARER_TOKEN"] = CANARY
    token = around.write("t", CANARY, mode=0o644)
    return around.wanted(token=token, username="a", password=CANARY)


def bad_passwords(around: Surroundings) -> AuthRequest:
    around.write("home/.netrc", f'machine gracedb.ligo.org login a password "{CANARY}\n"')
    return around.wanted(username="a", password=f"{CANARY}\udcff")


def half_a_pair(around: Surroundings) -> AuthRequest:
    around.write("home/.netrc", f"machine gracedb.ligo.org login {CANARY}:x password {CANARY}")
    return around.wanted(password=CANARY)


def bad_user_name(around: Surroundings) -> AuthRequest:
    around.write("home/.netrc", f"machine gracedb.ligo.org login a password b {CANARY}")
    return around.wanted(username=f"a:{CANARY}", password=CANARY)


def open_netrc(around: Surroundings) -> AuthRequest:
    around.write("home/.netrc", f"default login a password {CANARY}", mode=0o644)
    return around.wanted(username=f"{CANARY}\n", password=1)


def netrc_in_latin_1(around: Surroundings) -> AuthRequest:
    around.write("home/.netrc", f"default login a password {CANARY}\u00e9".encode("latin-1"))
    return around.wanted()


CASES: Dict[str, Callable[[Surroundings], AuthRequest]] = {
    case.__name__: case
    for case in (
        bad_token,
        cut_json,
        not_utf_8,
        expired,
        for_another,
        token_as_a_name,
        token_as_an_impossible_name,
        path_as_a_token,
        bad_token_itself,
        good_token_itself,
        good_ones,
        bad_passwords,
        half_a_pair,
        bad_user_name,
        open_netrc,
        netrc_in_latin_1,
    )
}


def what_is_seen(wanted: AuthRequest) -> List[str]:
    """Climb every rung; give all the texts that this can leave in a log or a traceback."""
    seen: List[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for provider in PROVIDERS:
            seen.append(repr(provider))
            try:
                found: Any = provider.find(wanted)
            except CredentialError as error:
                seen.extend(everything_said(error))
                seen.extend(everything_said(pickle.loads(pickle.dumps(error))))
            else:
                seen.extend((repr(found), str(found), repr(getattr(found, "certificate", None))))
    return seen + [str(warning) for warning in caught]


@pytest.mark.parametrize("case", sorted(CASES))
def test_no_secret_is_ever_shown(around: Surroundings, case: str) -> None:
    """Neither in what is said of a credential, nor in errors and all that hangs on them."""
    seen = what_is_seen(CASES[case](around))
    secrets = (CANARY, base64.b64encode(f"a:{CANARY}".encode()).decode())
    assert not [text for text in seen for secret in secrets if secret in text]
    assert len(seen) >= 4 * len(PROVIDERS)


def test_no_private_key_is_ever_shown(around: Surroundings, albert: Identity) -> None:
    """Good or damaged, whole or with the wrong certificate."""
    key = albert.key_bytes(style="PKCS8")
    body = key.splitlines()[1].decode()
    for content in (key, key.replace(b"KEY-----\nM", b"KEY-----\nX"), key.replace(b"\n", b"\n ")):
        path = around.write("both.pem", albert.certificate_pem + content, mode=0o644)
        around.environment["X509_USER_PROXY"] = str(path)
        seen = what_is_seen(around.wanted(cert=path))
        assert not [text for text in seen if body[1:] in text]


def test_good_credentials_do_carry_the_secret(around: Surroundings) -> None:
    """Else the canary would prove nothing: it is there, where it has to be."""
    wanted = good_ones(around)
    found = [provider.find(wanted) for provider in PROVIDERS]
    carried = [each.headers[0][1] for each in found if isinstance(each, Credential)]
    pair = base64.b64encode(f"a:{CANARY}".encode()).decode()
    assert carried == [f"Bearer {CANARY}", f"Bearer {CANARY}", f"Basic {pair}", f"Basic {pair}"]


def test_a_question_does_not_show_passwords_or_the_environment(around: Surroundings) -> None:
    around.environment["BEARER_TOKEN"] = CANARY
    given = {"username": CANARY, "password": CANARY, "bearer_token": CANARY}
    assert CANARY not in repr(around.wanted(**given))
