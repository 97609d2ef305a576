"""Client certificates: whose they are, which are refused, and what comes before them."""

from __future__ import annotations

import os
import re
import ssl
import stat
import time
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gracedb_sandbox import DEFAULT_USERS, Sandbox
from gracedb_sandbox.authority import Authority, Span, proxy_of
from gracedb_sandbox.subjects import owner, read_subject, spell

from .conftest import EINSTEIN, LEAVITT

pytestmark = pytest.mark.slow

NAME = "albert.einstein"
NOBODY = "AnonymousUser"
SUBJECT = DEFAULT_USERS[0]["subject"]
DAY = 86400.0


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """Start a sandbox that takes certificates and does without."""
    with Sandbox(tls=True) as server:
        yield server


def ask(server: Sandbox, cert: Any = None, **options: Any) -> requests.Response:
    """Ask a server who we are."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["User-Agent"] = "tests"
        return session.get(
            server.url + "user-info/",
            cert=cert if cert is None or isinstance(cert, tuple) else str(cert),
            verify=str(server.authorities),
            timeout=30,
            **options,
        )


def who(server: Sandbox, cert: Any = None, **options: Any) -> str:
    """Ask a server whom it takes us for."""
    return str(ask(server, cert, **options).json()["username"])


@pytest.mark.parametrize("name", [EINSTEIN[0], LEAVITT[0]])
def test_a_certificate_proves_its_user(server: Sandbox, name: str) -> None:
    """A certificate of the sandbox's authority is its user's; without one nobody is known."""
    assert who(server, server.issue_certificate(name)) == name
    assert who(server) == NOBODY


def test_certificate_and_key_may_be_two_files(server: Sandbox, tmp_path: Path) -> None:
    """A pair is as good as one file, and the certificate's file then holds no secret."""
    key = tmp_path / "user.key"
    path = server.issue_certificate(NAME, tmp_path / "user.pem", key=key)
    assert path == tmp_path / "user.pem"
    assert b"PRIVATE" not in path.read_bytes()
    assert who(server, (str(path), str(key))) == NAME


def test_a_proxy_is_its_owner(server: Sandbox, tmp_path: Path) -> None:
    """A proxy, and a proxy of a proxy, prove the person at the end of the chain."""
    path = server.issue_certificate(NAME, proxy=True)
    kinds = re.findall("BEGIN (.*?)-", path.read_text(encoding="ascii"))
    assert kinds == ["CERTIFICATE", "PRIVATE KEY", "CERTIFICATE"]
    assert who(server, path) == NAME
    now = time.time()
    first = Authority(server.folder).for_person(SUBJECT, now - 60, now + DAY, proxy=True)
    second = proxy_of(first, Span(now - 60, now + 600))
    (tmp_path / "proxy.pem").write_bytes(second.combined_pem())
    assert len(second.chain) == 3
    assert who(server, tmp_path / "proxy.pem") == NAME


def test_a_stranger_is_told_so(server: Sandbox) -> None:
    """A certificate that belongs to no user is an error, in GraceDB's words."""
    answer = ask(server, server.issue_certificate("/O=Elsewhere/CN=Nobody/of: note"))
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Invalid certificate subject"}


@pytest.mark.parametrize(
    "dates",
    [
        {"valid_for": -3600},
        {"not_before": 1e9, "valid_for": DAY},
        {"not_before": 4e9},
        {"valid_for": -60, "proxy": True},
        {"not_before": 4e9, "proxy": True},
    ],
    ids=str,
)
def test_the_handshake_refuses_what_is_out_of_date(server: Sandbox, dates: Dict[str, Any]) -> None:
    """Expired, or not valid yet: there is no connection, and so no answer."""
    path = server.issue_certificate(NAME, server.folder / "dated.pem", **dates)
    with pytest.raises(requests.exceptions.SSLError, match=r"(?i)alert"):
        ask(server, path)


@pytest.mark.parametrize("proxy", [False, True])
def test_the_handshake_refuses_other_authorities(
    server: Sandbox, tmp_path: Path, proxy: bool
) -> None:
    """The right name from the wrong authority is nobody's."""
    now = time.time()
    foreign = Authority(tmp_path).for_person(SUBJECT, now - 60, now + DAY, proxy=proxy)
    (tmp_path / "foreign.pem").write_bytes(foreign.combined_pem())
    with pytest.raises(requests.exceptions.SSLError, match=r"(?i)alert"):
        ask(server, tmp_path / "foreign.pem")


def test_a_person_is_no_authority(server: Sandbox, tmp_path: Path) -> None:
    """A person's key can sign that person's proxies, and nothing under another name."""
    now = time.time()
    mine = Authority(server.folder).for_person(SUBJECT, now - 60, now + DAY, proxy=False)
    pretender = proxy_of(mine, Span(now - 60, now + 600))
    # The proxy's chain begins with somebody else's certificate, of the same authority.
    other = Authority(server.folder).for_person("/O=A/CN=B", now - 60, now + DAY, proxy=False)
    forged = pretender._replace(chain=[pretender.chain[0], *other.chain])
    (tmp_path / "forged.pem").write_bytes(forged.combined_pem())
    with pytest.raises(requests.exceptions.SSLError, match=r"(?i)alert"):
        ask(server, tmp_path / "forged.pem")


BAD_TOKEN = {"Authorization": "Bearer a.b.c"}


@pytest.mark.parametrize(
    ("headers", "auth", "expected"),
    [
        ({"Authorization": f"Bearer a-token-of-{LEAVITT[0]}"}, None, LEAVITT[0]),
        (BAD_TOKEN, None, NAME),
        ({}, LEAVITT, NAME),
        ({}, ("nobody", "wrong"), NAME),
        ({"X-Requested-With": "XMLHttpRequest"}, None, NOBODY),
    ],
    ids=["token", "bad token", "password", "bad password", "script"],
)
def test_a_certificate_has_its_place(
    server: Sandbox, headers: Dict[str, str], auth: Optional[Tuple[str, str]], expected: str
) -> None:
    """A good token comes before a certificate, a bad one and every password after it."""
    path = server.issue_certificate(NAME)
    assert who(server, path, headers=headers, auth=auth) == expected


def test_a_bad_token_without_a_certificate_is_nobody(server: Sandbox) -> None:
    """Over TLS, too."""
    assert who(server, headers=BAD_TOKEN) == NOBODY
    token = server.issue_token(NAME)
    assert who(server, headers={"Authorization": f"Bearer {token}"}) == NAME
    assert server.url.startswith("https://")


def test_certificates_can_be_required() -> None:
    """A server may insist: then there is no handshake without one, whatever else is shown."""
    with Sandbox(tls=True, client_certificates="require") as server:
        assert who(server, server.issue_certificate(NAME)) == NAME
        with pytest.raises(requests.ConnectionError, match=r"(?i)certificate.required"):
            ask(server, auth=EINSTEIN)


def test_certificates_can_be_ignored() -> None:
    """A server that asks for none knows nobody by one, not even by a bad one."""
    with Sandbox(tls=True, client_certificates=None) as server:
        assert who(server, server.issue_certificate(NAME)) == NOBODY
        assert who(server, server.issue_certificate(NAME, valid_for=-60)) == NOBODY
        assert who(server, auth=EINSTEIN) == NAME


def test_users_may_have_any_subject() -> None:
    """A user's subject is what the users file says, or one that is made up."""
    users = [
        {"username": "vera/rubin", "subject": "/DC=edu/O=Carnegie/CN=host/rubin"},
        {"username": "jocelyn.bell"},
    ]
    with Sandbox(tls=True, users=users) as server:
        for user in users:
            path = server.issue_certificate(user["username"])
            assert path.parent == server.folder / "credentials"
            assert who(server, path) == user["username"]


def test_a_certificate_can_be_renewed_in_place(server: Sandbox) -> None:
    """Another one at the same path is another key and certificate of the same person."""
    path = server.issue_certificate(NAME)
    before = path.read_bytes()
    assert server.issue_certificate(NAME) == path
    assert path.read_bytes() != before
    assert who(server, path) == NAME
    assert [name for name in os.listdir(str(path.parent)) if name.startswith(".")] == []


def test_a_key_can_be_encrypted(server: Sandbox) -> None:
    """A key with a password is of use to nobody who lacks it."""
    path = server.issue_certificate(NAME, server.folder / "locked.pem", password="relativity ÿ")
    assert "ENCRYPTED" in path.read_text(encoding="ascii")
    context = ssl.create_default_context()
    context.load_cert_chain(str(path), password="relativity ÿ".encode())
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(str(path), password=b"absolute")


def test_secrets_are_their_owners(server: Sandbox) -> None:
    """Every file with a key can be read by its owner alone; the authority by everybody."""
    kept = [server.issue_certificate(NAME), *server.folder.joinpath("keys").iterdir()]
    assert {path.name for path in kept} >= {"authority.pem", "server.pem"}
    assert {stat.S_IMODE(os.stat(str(path)).st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE(os.stat(str(server.authorities)).st_mode) == 0o644
    assert b"PRIVATE" not in server.authorities.read_bytes()


def test_nonsense_is_refused(server: Sandbox) -> None:
    """Unknown users, impossible names and servers without TLS are named in a sentence."""
    with pytest.raises(ValueError, match="knows no 'albert'"):
        server.issue_certificate("albert")
    with pytest.raises(ValueError, match="looks like /DC=org/O=LIGO/CN=Somebody"):
        server.issue_certificate("/etc/passwd")
    with pytest.raises(ValueError, match="need TLS"):
        Sandbox(client_certificates="require")
    with pytest.raises(ValueError, match='"accept", "require" or None'):
        Sandbox(tls=True, client_certificates="maybe")
    with Sandbox() as plain:
        with pytest.raises(ValueError, match="start it with tls=True"):
            plain.issue_certificate(NAME)
        with pytest.raises(ValueError, match="start it with tls=True"):
            plain.authorities  # noqa: B018  asking is the test


@pytest.mark.parametrize(
    "text",
    [
        SUBJECT,
        "/CN=a",
        "/O=a/CN=b/c=d/e",
        "/CN=a,O=b/",
        "/C=US/ST=CA/L=P/O=a/OU=b/UID=c/emailAddress=d@e",
    ],
)
def test_subjects_are_spelled_as_they_are_read(text: str) -> None:
    """A name and its text are one and the same."""
    assert spell(read_subject(text)) == text


@pytest.mark.parametrize("text", ["", "/", "CN=a", "/CN=", "x/CN=a", "/X=a"])
def test_what_is_no_subject_is_refused(text: str) -> None:
    """Half a name is none."""
    with pytest.raises(ValueError, match="a subject looks like"):
        read_subject(text)


def test_only_what_an_issuer_signed_is_stripped(tmp_path: Path) -> None:
    """A number at the end of a name is a proxy's only if the name begins with the issuer's."""
    now = time.time()
    robot = Authority(tmp_path).for_person("/O=a/CN=Robot/CN=17", now, now + DAY, proxy=False)
    proxy = proxy_of(robot, Span(now, now + 600))
    person = Authority(tmp_path).for_person(SUBJECT, now, now + DAY, proxy=True)
    assert owner(der(person.chain[0])) == SUBJECT
    assert owner(der(robot.chain[0])) == "/O=a/CN=Robot/CN=17"
    assert spell(proxy.chain[0].subject).startswith("/O=a/CN=Robot/CN=17/CN=")


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
