"""Client certificates: what is found where, what is sent, and what is refused in which words."""

from __future__ import annotations

import base64
import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple, Union

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracedb_auth_plugins import x509
from gracedb_core.errors import CredentialError
from gracedb_core.interfaces import Absent, Credential, Origin

from .pki import HOUR, Authority, Identity, proxy_of
from .surroundings import NOW, Surroundings


def given_x509(around: Surroundings, *paths: Path) -> Credential:
    cert: Any = paths if len(paths) > 1 else paths[0]
    found = x509.GIVEN.find(around.wanted(cert=cert))
    assert isinstance(found, Credential)
    return found


def refusal(around: Surroundings, *paths: Path) -> str:
    with pytest.raises(CredentialError) as caught:
        given_x509(around, *paths)
    return str(caught.value)


def discovered(around: Surroundings) -> Union[Credential, Absent]:
    return x509.DISCOVERED.find(around.wanted())


def taken(around: Surroundings) -> Credential:
    found = discovered(around)
    assert isinstance(found, Credential), found
    return found


def unusable(around: Surroundings) -> str:
    found = discovered(around)
    assert isinstance(found, Absent)
    assert found.unusable
    return found.reason


def damaged(pem: bytes, label: bytes) -> bytes:
    """Change the first byte within all blocks of this kind."""
    return re.sub(rb"(BEGIN [A-Z ]*" + label + rb"-----\n)M", rb"\1X", pem)


def accepted_by_openssl(credential: Credential, tmp_path: Path) -> bool:
    """Load the snapshot as a transport does: OpenSSL checks that key and certificate fit."""
    assert credential.certificate is not None
    file = tmp_path / "snapshot.pem"
    file.write_bytes(credential.certificate.pem)
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(str(file))
    return True


# What is taken


def test_nothing_given_is_absent(around: Surroundings) -> None:
    assert x509.GIVEN.find(around.wanted()) == Absent("not given")


@pytest.mark.parametrize("style", ["TraditionalOpenSSL", "PKCS8"])
def test_a_pair_becomes_one_snapshot(around: Surroundings, albert: Identity, style: str) -> None:
    """Certificate and key from two files travel together, with dates, name and fingerprint."""
    certificate = around.write("c.pem", albert.certificate_pem)
    key = around.write("k.pem", albert.key_bytes(style=style))
    found = given_x509(around, certificate, key)
    assert found.kind == "x509"
    assert found.source == str(certificate)
    assert found.headers == ()
    assert found.expires == NOW + 12 * HOUR
    assert found.subject == "CN=Albert Einstein,O=LIGO"
    assert found.certificate is not None
    assert found.certificate.fingerprint == albert.fingerprint
    assert accepted_by_openssl(found, around.folder)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_combined_file_serves_alone(
    around: Surroundings, albert: Identity, reverse: bool
) -> None:
    """Key and certificate may stand in either order, among other text."""
    parts = [b"Bag Attributes\n", albert.certificate_pem, b"\nother text\n", albert.key_bytes()]
    file = around.write("both.pem", b"".join(reversed(parts) if reverse else parts))
    found = given_x509(around, file)
    assert found.certificate is not None
    assert b"other text" not in found.certificate.pem
    assert accepted_by_openssl(found, around.folder)


def test_line_ends_do_not_matter(around: Surroundings, albert: Identity) -> None:
    file = around.write("both.pem", albert.combined.replace(b"\n", b"\r\n"))
    assert accepted_by_openssl(given_x509(around, file), around.folder)


@pytest.mark.parametrize(
    ("suffix", "rfc3820"), [("123456", True), ("proxy", False), ("limited proxy", False)]
)
def test_a_proxy_is_its_owner(
    around: Surroundings, albert: Identity, suffix: str, rfc3820: bool
) -> None:
    """A proxy is sent whole, chain and all; the name is its owner's, the end the earliest."""
    proxy = proxy_of(albert, suffix, rfc3820=rfc3820)
    found = given_x509(around, around.write("proxy.pem", proxy.combined))
    assert found.subject == "CN=Albert Einstein,O=LIGO"
    assert found.expires == NOW + 6 * HOUR
    assert found.certificate is not None
    assert found.certificate.fingerprint == proxy.fingerprint
    assert found.certificate.pem.count(b"BEGIN CERTIFICATE") == 2
    assert accepted_by_openssl(found, around.folder)


def test_a_proxy_of_a_proxy_is_still_its_owner(around: Surroundings, albert: Identity) -> None:
    proxy = proxy_of(proxy_of(albert), "7890")
    found = given_x509(around, around.write("proxy.pem", proxy.combined))
    assert found.subject == "CN=Albert Einstein,O=LIGO"


def test_a_proxy_without_its_chain_names_its_signer(around: Surroundings, albert: Identity) -> None:
    proxy = proxy_of(albert)
    file = around.write("proxy.pem", proxy.certificate_pem + proxy.key_bytes())
    assert given_x509(around, file).subject == "CN=Albert Einstein,O=LIGO"


def test_a_proxy_ends_with_its_owner(around: Surroundings, authority: Authority) -> None:
    """The server checks the whole chain, so the owner's end is the proxy's, too."""
    owner = authority.issue("Emmy Noether", ends=-2 * HOUR)
    file = around.write("proxy.pem", proxy_of(owner).combined)
    assert refusal(around, file) == f"The proxy in {file} expired 2 h ago."


def test_a_proxy_is_renewed_when_its_owner_ends(around: Surroundings, authority: Authority) -> None:
    owner = authority.issue("Emmy Noether", ends=2 * HOUR)
    file = around.write("proxy.pem", proxy_of(owner, ends=6 * HOUR).combined)
    assert given_x509(around, file).expires == NOW + 2 * HOUR


def test_an_unrelated_expired_certificate_does_not_matter(
    around: Surroundings, albert: Identity, authority: Authority
) -> None:
    """Only the chain up to the owner counts: old roots linger in many files."""
    old = authority.issue("Old Root", ends=-HOUR)
    file = around.write("both.pem", albert.combined + old.certificate_pem)
    assert given_x509(around, file).expires == NOW + 12 * HOUR


# What is refused

Damage = Callable[[Surroundings, Identity, Authority], Tuple[Path, ...]]

REFUSED: Dict[str, Tuple[Damage, str]] = {
    "missing": (
        lambda around, albert, ca: (around.folder / "none.pem",),
        "The argument cert names a file that does not exist: {folder}/none.pem.",
    ),
    "missing key": (
        lambda around, albert, ca: (
            around.write("c.pem", albert.certificate_pem),
            around.folder / "k.pem",
        ),
        "The argument cert names a file that does not exist: {folder}/k.pem.",
    ),
    "folder": (
        lambda around, albert, ca: (around.home,),
        "The file that was named, {folder}/home, cannot be read (is a directory).",
    ),
    "no certificate": (
        lambda around, albert, ca: (around.write("k.pem", albert.key_bytes()),),
        "{folder}/k.pem holds no certificate in PEM.",
    ),
    "no key": (
        lambda around, albert, ca: (around.write("c.pem", albert.certificate_pem),),
        "{folder}/c.pem holds no private key in PEM.",
    ),
    "empty": (
        lambda around, albert, ca: (around.write("c.pem", b""),),
        "{folder}/c.pem holds no certificate in PEM.",
    ),
    "DER": (
        lambda around, albert, ca: (around.write("c.der", albert.certificate_der),),
        "{folder}/c.der is not PEM; convert it: "
        "openssl x509 -inform DER -in {folder}/c.der -out {folder}/c.der.pem.",
    ),
    "DER key": (
        lambda around, albert, ca: (
            around.write("c.pem", albert.certificate_pem),
            around.write("k.der", albert.key_bytes(encoding="DER")),
        ),
        "{folder}/k.der is not PEM; convert it: "
        "openssl pkey -inform DER -in {folder}/k.der -out {folder}/k.der.pem.",
    ),
    "PKCS8 encrypted": (
        lambda around, albert, ca: (
            around.write("c.pem", albert.certificate_pem),
            around.write("k.pem", albert.key_bytes(style="PKCS8", password=b"passphrase")),
        ),
        "The private key in {folder}/k.pem is encrypted; write one without a pass phrase: "
        "openssl pkey -in {folder}/k.pem -out {folder}/k.pem.open.",
    ),
    "traditional encrypted": (
        lambda around, albert, ca: (
            around.write("c.pem", albert.certificate_pem),
            around.write("k.pem", albert.key_bytes(password=b"passphrase")),
        ),
        "The private key in {folder}/k.pem is encrypted; write one without a pass phrase: "
        "openssl pkey -in {folder}/k.pem -out {folder}/k.pem.open.",
    ),
    "another's key": (
        lambda around, albert, ca: (
            around.write("c.pem", albert.certificate_pem),
            around.write("k.pem", ca.issue("Somebody Else").key_bytes()),
        ),
        "The private key in {folder}/k.pem does not belong to "
        "the first certificate in {folder}/c.pem.",
    ),
    "expired": (
        lambda around, albert, ca: (
            around.write("c.pem", ca.issue("Albert Einstein", ends=-600).combined),
        ),
        "The certificate in {folder}/c.pem expired 10 min ago.",
    ),
    "expires now": (
        lambda around, albert, ca: (
            around.write("c.pem", ca.issue("Albert Einstein", ends=0).combined),
        ),
        "The certificate in {folder}/c.pem expired 0 s ago.",
    ),
    "not valid yet": (
        lambda around, albert, ca: (
            around.write("c.pem", ca.issue("Albert Einstein", starts=2 * HOUR).combined),
        ),
        "The certificate in {folder}/c.pem is not valid yet, only in 2 h.",
    ),
    "damaged certificate": (
        lambda around, albert, ca: (
            around.write(
                "c.pem", albert.combined.replace(b"CERTIFICATE-----\nMII", b"CERTIFICATE-----\nMIX")
            ),
        ),
        "A certificate in {folder}/c.pem is damaged or of an unknown kind.",
    ),
    "damaged key": (
        lambda around, albert, ca: (
            around.write(
                "c.pem", albert.combined.replace(b"PRIVATE KEY-----\nM", b"PRIVATE KEY-----\nX")
            ),
        ),
        "The private key in {folder}/c.pem is damaged or of an unknown kind.",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_used_is_refused_in_a_sentence(
    around: Surroundings, albert: Identity, authority: Authority, case: str
) -> None:
    damage, sentence = REFUSED[case]
    paths = damage(around, albert, authority)
    assert refusal(around, *paths) == sentence.format(folder=around.folder)


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl command")
def test_the_advice_on_conversion_works(around: Surroundings, albert: Identity) -> None:
    """The commands in the sentences, run as they stand, make files that are taken."""
    certificate = around.write("a name/c.der", albert.certificate_der)
    key = around.write("a name/k.pem", albert.key_bytes(style="PKCS8", password=b"canary"))
    for broken in ((certificate,), (around.write("c.pem", albert.certificate_pem), key)):
        command = refusal(around, *broken).rstrip(".").partition(": openssl ")[2]
        words = f"openssl {command}"
        if "pkey" in words:
            words += " -passin pass:canary"
        subprocess.run(words, shell=True, check=True, stderr=subprocess.DEVNULL)
    converted = Path(f"{certificate}.pem"), Path(f"{key}.open")
    converted[1].chmod(0o600)
    assert given_x509(around, *converted).subject == "CN=Albert Einstein,O=LIGO"


def test_pkcs12_has_its_own_way_out(around: Surroundings, albert: Identity) -> None:
    """Browsers export PKCS #12, which is no certificate in DER."""
    bundle = pkcs12.serialize_key_and_certificates(
        b"albert", albert.key, albert.certificate, None, serialization.NoEncryption()
    )
    file = around.write("albert.p12", bundle)
    command = f"openssl pkcs12 -nodes -in {file} -out {file}.pem"
    assert refusal(around, file) == f"{file} is not PEM; convert it: {command}."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a003020102", "a003020107"),  # X.509 version 8
        ("2a8648ce3d0201", "2a8648ce3d027f"),  # an algorithm of a public key that nobody knows
        ("0c0f416c62657274", "030f416c62657274"),  # a name that is a string of bits
        ("0c0f416c62657274", "690f416c62657274"),  # a name that is of no type at all
    ],
)
def test_certificates_of_an_unknown_kind_are_refused(
    around: Surroundings, albert: Identity, before: str, after: str
) -> None:
    """The library has an exception of its own for each of these."""
    der = albert.certificate_der.replace(bytes.fromhex(before), bytes.fromhex(after))
    assert der != albert.certificate_der
    body = base64.encodebytes(der)
    pem = b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
    file = around.write("both.pem", pem + albert.key_bytes())
    expected = f"A certificate in {file} is damaged or of an unknown kind."
    assert refusal(around, file) == expected


def test_an_encrypted_key_in_an_odd_spelling_asks_for_nothing(
    around: Surroundings, albert: Identity
) -> None:
    key = albert.key_bytes(password=b"passphrase").replace(b"Proc-Type: 4", b"Proc-Type:4")
    file = around.write("both.pem", albert.certificate_pem + key)
    assert refusal(around, file).startswith("The private key in ")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_escapes_as_another_exception(
    around: Surroundings, albert: Identity, data: st.DataObject
) -> None:
    """Any change of any bytes is either harmless or a `CredentialError`."""
    content = bytearray(albert.combined)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = around.write("c.pem", bytes(content))
    try:
        found = x509.GIVEN.find(around.wanted(cert=file))
    except CredentialError:
        return
    assert isinstance(found, Credential)


def test_plain_http_cannot_carry_a_certificate(around: Surroundings, albert: Identity) -> None:
    """Given, it is an error; to discover one would only hide what could be sent."""
    around.origin = Origin("http", "localhost", 8080)
    file = around.write("both.pem", albert.combined)
    assert "needs https" in refusal(around, file)
    around.environment["X509_USER_PROXY"] = str(file)
    assert discovered(around) == Absent("not looked for: http://localhost:8080 is not https")


# Who else can read the key


@pytest.mark.parametrize(
    ("mode", "who"),
    [
        (0o640, "its group can read it"),
        (0o644, "everybody can read it"),
        (0o660, "its group can read and change it"),
        (0o602, "everybody can change it"),
    ],
)
def test_an_open_key_is_used_when_given_and_refused_when_found(
    around: Surroundings, albert: Identity, mode: int, who: str
) -> None:
    """The caller decided on a named file; of one that lies about, Globus says no, too."""
    file = around.write("both.pem", albert.combined, mode=mode)
    leak = f"rivate key in {file} is not secret: {who}; run: chmod 600 {file}"
    assert given_x509(around, file).remarks == (f"The p{leak}.",)
    around.environment["X509_USER_PROXY"] = str(file)
    assert unusable(around) == f"the p{leak}"


def test_an_open_certificate_is_nobodys_problem(around: Surroundings, albert: Identity) -> None:
    certificate = around.write("c.pem", albert.certificate_pem, mode=0o644)
    given_x509(around, certificate, around.write("k.pem", albert.key_bytes()))


# Where they are looked for


def test_nowhere_is_said_place_by_place(around: Surroundings) -> None:
    assert discovered(around) == Absent(
        "X509_USER_CERT and X509_USER_KEY are unset; X509_USER_PROXY is unset; "
        f"no x509up_u{around.uid} in {around.temporary}; "
        "no usercert.pem with userkey.pem in ~/.globus"
    )


def test_the_places_are_asked_in_order(around: Surroundings, authority: Authority) -> None:
    """Each place counts only as long as none before it has a certificate."""
    people = [authority.issue(name) for name in ("One", "Two", "Three", "Four")]
    globus = around.write("home/.globus/usercert.pem", people[3].certificate_pem, mode=0o644)
    around.write("home/.globus/userkey.pem", people[3].key_bytes(), mode=0o400)
    assert taken(around).source == "~/.globus/usercert.pem"
    assert globus.exists()
    around.write(f"tmp/x509up_u{around.uid}", people[2].combined)
    assert taken(around).subject == "CN=Three,O=LIGO"
    around.environment["X509_USER_PROXY"] = str(around.write("p.pem", people[1].combined))
    assert taken(around).subject == "CN=Two,O=LIGO"
    around.environment["X509_USER_CERT"] = str(around.write("c.pem", people[0].certificate_pem))
    around.environment["X509_USER_KEY"] = str(around.write("k.pem", people[0].key_bytes()))
    assert taken(around).subject == "CN=One,O=LIGO"


def test_a_bad_place_is_passed_over_with_a_remark(
    around: Surroundings, albert: Identity, authority: Authority
) -> None:
    old = authority.issue("Old", ends=-HOUR)
    around.environment["X509_USER_PROXY"] = str(around.write("p.pem", old.combined))
    around.write(f"tmp/x509up_u{around.uid}", albert.combined)
    found = taken(around)
    assert found.subject == "CN=Albert Einstein,O=LIGO"
    (remark,) = found.remarks
    assert "expired 1 h ago; the one from " in remark
    assert remark.endswith(" is used instead.")


@pytest.mark.parametrize(
    ("given", "lacking"),
    [("X509_USER_CERT", "X509_USER_KEY"), ("X509_USER_KEY", "X509_USER_CERT")],
)
def test_half_a_pair_is_said(around: Surroundings, given: str, lacking: str) -> None:
    around.environment[given] = "/somewhere"
    assert unusable(around) == f"{given} is set without {lacking}"


def test_a_variable_with_nothing_behind_it_is_said(around: Surroundings) -> None:
    around.environment["X509_USER_PROXY"] = "~/none.pem"
    expected = f"X509_USER_PROXY names a file that does not exist: {around.home}/none.pem"
    assert unusable(around) == expected


def test_a_strangers_proxy_is_not_taken(around: Surroundings, albert: Identity) -> None:
    """Anybody can put a file of that name into the temporary folder."""
    owner = around.uid
    around.uid = owner + 1
    file = around.write(f"tmp/x509up_u{around.uid}", albert.combined)
    assert unusable(around) == f"{file} belongs to somebody else (uid {owner})"


# The library

#: Asks both providers for a certificate, in a process of its own; prints whose was found.
SCRIPT = """
import sys
from pathlib import Path
from gracedb_auth_plugins import x509
from gracedb_core.interfaces import AuthRequest, Credential, Origin

home, cert, now = sys.argv[1:]
places = {"home": Path(home), "temporary": Path(home), "now": float(now)}
given = Path(cert) if cert else None
wanted = AuthRequest(Origin("https", "gracedb.ligo.org", 443), cert=given, **places)
for provider in x509.gracedb_auth_providers():
    found = provider.find(wanted)
    if isinstance(found, Credential):
        print(found.subject)
print("loaded" if "cryptography" in sys.modules else "not loaded")
"""


def run_script(around: Surroundings, cert: str) -> Tuple[List[str], str]:
    ran = subprocess.run(
        [sys.executable, "-W", "always", "-c", SCRIPT, str(around.home), cert, str(NOW)],
        check=True,
        capture_output=True,
    )
    return ran.stdout.decode().splitlines(), ran.stderr.decode()


def test_looking_for_nothing_does_not_load_cryptography(around: Surroundings) -> None:
    """It takes longer to load than a request takes."""
    assert run_script(around, "") == (["not loaded"], "")


def test_loading_cryptography_says_nothing(around: Surroundings, albert: Identity) -> None:
    """Its remark on the age of this Python is no use to our users."""
    file = around.write("both.pem", albert.combined)
    assert run_script(around, str(file)) == (["CN=Albert Einstein,O=LIGO", "loaded"], "")


def test_dates_of_old_and_new_libraries_read_alike() -> None:
    """Naive dates of versions before 42 are in UTC."""
    from datetime import datetime, timezone
    from types import SimpleNamespace

    naive = datetime(2026, 5, 28, 20, 26, 40)
    old: Any = SimpleNamespace(not_valid_after=naive)
    new: Any = SimpleNamespace(not_valid_after_utc=naive.replace(tzinfo=timezone.utc))
    assert x509._moment(old, "not_valid_after") == x509._moment(new, "not_valid_after") == NOW
