"""Client certificates: PEM files with a certificate, its chain and its key, read and checked once.

The places, in order: ``X509_USER_CERT`` with ``X509_USER_KEY``, ``X509_USER_PROXY``,
``/tmp/x509up_u{UID}``, ``~/.globus/usercert.pem`` with ``userkey.pem``. RFC 3820 proxies, which
stand before the certificate that signed them, are taken as they are.

A discovered private key that its group or others can read is refused, as the Globus tools do; one
that the caller names is used, with a warning: mounted secrets often cannot be made stricter.
"""

from __future__ import annotations

import re
import shlex
import warnings
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Absent, AuthProvider, AuthRequest, ClientCert, Credential, Rung

from ._files import SecretFile, named_in, read_named, read_secret, shown
from ._providers import Discovered, Explicit, Unusable, sentence, span

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["DISCOVERED", "GIVEN", "gracedb_auth_providers"]

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\r?\n.*?-----END \1-----", re.DOTALL)
#: The object identifier of the RFC 3820 proxyCertInfo extension, as it stands in a certificate:
#: looked for as bytes because reading the extensions fails if another one among them is odd.
_PROXY_MARK = bytes.fromhex("06082b0601050507010e")
#: What proxies older than RFC 3820 add to the name of their owner.
_OLD_PROXY_NAMES = ("CN=proxy", "CN=limited proxy")
#: The object identifier that a PKCS #12 file begins with.
_PKCS12_MARK = bytes.fromhex("06092a864886f70d010701")


class _Certificate(NamedTuple):
    """What we need to know of one certificate."""

    public_key: bytes
    subject: str
    issuer: str
    starts: float
    ends: float
    fingerprint: str
    is_proxy: bool

    @property
    def kind(self) -> str:
        """What to call it."""
        return "proxy" if self.is_proxy else "certificate"


def _given(wanted: AuthRequest) -> Union[Credential, Absent]:
    if wanted.cert is None:
        return Absent("not given")
    if wanted.origin.scheme != "https":
        raise Unusable(f"the argument cert needs https, and {wanted.origin} is not")
    paths = wanted.cert if isinstance(wanted.cert, tuple) else (wanted.cert,)
    files = [read_named(Path(path), wanted, by="the argument cert") for path in paths]
    remarks = (sentence(_leak(files[-1], wanted)),) if files[-1].exposure else ()
    return _credential(files[0], files[-1], wanted, remarks=remarks)


def _in_named_pair(wanted: AuthRequest) -> Union[Credential, Absent]:
    names = ("X509_USER_CERT", "X509_USER_KEY")
    certificate, key = (named_in(wanted, name) for name in names)
    if certificate is None and key is None:
        return Absent(f"{names[0]} and {names[1]} are unset")
    if certificate is None or key is None:
        given, lacking = names if key is None else reversed(names)
        raise Unusable(f"{given} is set without {lacking}")
    return _if_secret(
        read_named(certificate, wanted, by=names[0]), read_named(key, wanted, by=names[1]), wanted
    )


def _in_named_proxy(wanted: AuthRequest) -> Union[Credential, Absent]:
    path = named_in(wanted, "X509_USER_PROXY")
    if path is None:
        return Absent("X509_USER_PROXY is unset")
    proxy = read_named(path, wanted, by="X509_USER_PROXY")
    return _if_secret(proxy, proxy, wanted)


def _in_temporary_folder(wanted: AuthRequest) -> Union[Credential, Absent]:
    name = f"x509up_u{wanted.uid}"
    proxy = read_secret(wanted.temporary / name, wanted)
    if proxy is None:
        return Absent(f"no {name} in {wanted.temporary}")
    return _if_secret(proxy, proxy, wanted)


def _in_home(wanted: AuthRequest) -> Union[Credential, Absent]:
    folder = wanted.home / ".globus"
    certificate = read_secret(folder / "usercert.pem", wanted)
    key = certificate and read_secret(folder / "userkey.pem", wanted)
    if certificate is None or key is None:
        return Absent("no usercert.pem with userkey.pem in ~/.globus")
    return _if_secret(certificate, key, wanted)


def _if_secret(certificate: SecretFile, key: SecretFile, wanted: AuthRequest) -> Credential:
    credential = _credential(certificate, key, wanted)
    if key.exposure:
        raise Unusable(_leak(key, wanted))
    return credential


def _leak(key: SecretFile, wanted: AuthRequest) -> str:
    place = shown(key.path, wanted)
    return f"the private key in {place} is not secret: {key.exposure}; run: {key.remedy}"


def _credential(
    certificate: SecretFile, key: SecretFile, wanted: AuthRequest, *, remarks: Tuple[str, ...] = ()
) -> Credential:
    place, key_place = shown(certificate.path, wanted), shown(key.path, wanted)
    chain_pem, key_pem = _chain_in(certificate, wanted), _key_in(key, wanted)
    chain = [_read_certificate(pem) for pem in chain_pem]
    whole = [each for each in chain if each is not None]
    if len(whole) < len(chain):
        raise Unusable(f"a certificate in {place} is damaged or of an unknown kind")
    public_key = _read_public_key(key_pem)
    if public_key is None:
        raise Unusable(f"the private key in {key_place} is damaged or of an unknown kind")
    if public_key != whole[0].public_key:
        raise Unusable(
            f"the private key in {key_place} does not belong to the first certificate in {place}"
        )
    links = _up_to_the_owner(whole)
    _check_dates(links, f"the {links[0].kind} in {place}", wanted.now)
    return Credential(
        "x509",
        place,
        certificate=ClientCert(b"\n".join([*chain_pem, key_pem, b""]), whole[0].fingerprint),
        expires=min(link.ends for link in links),
        # The server knows the owner of a proxy by the name without the proxies' additions.
        subject=links[-1].issuer if links[-1].is_proxy else links[-1].subject,
        files=(certificate.path,) if key is certificate else (certificate.path, key.path),
        remarks=remarks,
    )


def _chain_in(found: SecretFile, wanted: AuthRequest) -> List[bytes]:
    blocks = [match for match in _BLOCK.finditer(found.content) if match[1] == b"CERTIFICATE"]
    if not blocks:
        raise Unusable(_without("certificate", found, wanted, command="x509"))
    return [block[0] for block in blocks]


def _key_in(found: SecretFile, wanted: AuthRequest) -> bytes:
    keys = [match for match in _BLOCK.finditer(found.content) if match[1].endswith(b"PRIVATE KEY")]
    if not keys:
        raise Unusable(_without("private key", found, wanted, command="pkey"))
    if keys[0][1].startswith(b"ENCRYPTED") or b"Proc-Type: 4,ENCRYPTED" in keys[0][0]:
        # A pipeline has nobody to ask, and OpenSSL would ask on the terminal.
        raise Unusable(
            f"the private key in {shown(found.path, wanted)} is encrypted; write one without a "
            f"pass phrase: openssl pkey -in {_quoted(found)} -out {_quoted(found, '.open')}"
        )
    return bytes(keys[0][0])


def _without(what: str, found: SecretFile, wanted: AuthRequest, *, command: str) -> str:
    place, words = shown(found.path, wanted), f"{command} -inform DER"
    if not found.content.startswith(b"\x30"):  # the SEQUENCE that all of these formats begin with
        return f"{place} holds no {what} in PEM"
    if _PKCS12_MARK in found.content[:40]:
        words = "pkcs12 -nodes"
    return (
        f"{place} is not PEM; convert it: openssl {words} -in {_quoted(found)} "
        f"-out {_quoted(found, '.pem')}"
    )


def _quoted(found: SecretFile, suffix: str = "") -> str:
    return shlex.quote(str(found.path) + suffix)


def _up_to_the_owner(chain: Sequence[_Certificate]) -> List[_Certificate]:
    """Give the first certificate and, if it is a proxy, those that signed it, up to a person's."""
    links = [chain[0]]
    while links[-1].is_proxy:
        signers = [each for each in chain if each.subject == links[-1].issuer and each not in links]
        if not signers:
            break
        links.append(signers[0])
    return links


def _check_dates(links: Sequence[_Certificate], what: str, now: float) -> None:
    starts, ends = max(link.starts for link in links), min(link.ends for link in links)
    if now < starts:
        raise Unusable(f"{what} is not valid yet, only in {span(starts - now)}")
    if now >= ends:
        raise Unusable(f"{what} expired {span(now - ends)} ago")


@contextmanager
def _without_age_warning() -> Iterator[None]:
    """Import cryptography without its word on the age of this Python: nobody here can act on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Python 3\.\d+ is no longer supported", UserWarning)
        yield


def _read_certificate(pem: bytes) -> Optional[_Certificate]:
    with _without_age_warning():
        from cryptography import x509
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes, serialization
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = [attribute.rfc4514_string() for attribute in certificate.subject]
        return _Certificate(
            public_key=certificate.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            starts=_moment(certificate, "not_valid_before"),
            ends=_moment(certificate, "not_valid_after"),
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            is_proxy=_PROXY_MARK in certificate.tbs_certificate_bytes
            or names[-1:] in ([name] for name in _OLD_PROXY_NAMES),
        )
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm, x509.InvalidVersion):
        # TypeError and KeyError come from names whose text has an impossible encoding.
        return None


def _moment(certificate: x509.Certificate, name: str) -> float:
    """Read a date of *certificate*: aware on new versions of the library, naive on old ones."""
    moment: Optional[datetime] = getattr(certificate, f"{name}_utc", None)
    if moment is None:
        naive: datetime = getattr(certificate, name)
        moment = naive.replace(tzinfo=timezone.utc)
    return moment.timestamp()


def _read_public_key(pem: bytes) -> Optional[bytes]:
    with _without_age_warning():
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
    try:
        key = serialization.load_pem_private_key(pem, password=None)
        return key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


GIVEN = Explicit("explicit x509", Rung.EXPLICIT_X509, _given)
DISCOVERED = Discovered(
    "discovered x509",
    Rung.DISCOVERED_X509,
    (_in_named_pair, _in_named_proxy, _in_temporary_folder, _in_home),
    needs_https=True,
)


@hookimpl
def gracedb_auth_providers() -> Sequence[AuthProvider]:
    """Offer the certificate that the caller names, and those in the places of the grid tools."""
    return (GIVEN, DISCOVERED)
