"""A sandbox's certificate authority: it signs for the server and for people, and they for proxies.

Its key and certificate are one file in the sandbox's folder, so that a kill
cannot part them and a restart does not change them. Dates are by the machine's
clock: it is OpenSSL that reads them, and OpenSSL cannot be told the time.
"""

from __future__ import annotations

import ipaddress
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Iterable, List, NamedTuple, Optional, Union

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import files, subjects

_DAY = 86400.0
# Clocks of machines that share a folder differ a little.
_LENIENCE = _DAY
_AUTHORITY_LIFETIME = 3650 * _DAY
_SERVER_LIFETIME = 365 * _DAY
_PROXY_CERT_INFO = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.14")
# ProxyCertInfo of RFC 3820, DER: any path length, and the policy "inherit all".
_INHERIT_ALL = bytes.fromhex("300c300a06082b06010505071501")
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Span(NamedTuple):
    """From when until when something is good, in Unix seconds."""

    starts: float
    ends: float


class Identity(NamedTuple):
    """A private key, and the certificates that say whose it is, its own first."""

    key: Any
    chain: List[x509.Certificate]

    def certificates_pem(self) -> bytes:
        """The chain as a file."""
        return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in self.chain)

    def key_pem(self, password: Optional[str] = None) -> bytes:
        """The key as a file, encrypted if there is a *password*."""
        how: Any = serialization.NoEncryption()
        if password is not None:
            how = serialization.BestAvailableEncryption(password.encode())
        form = serialization.PrivateFormat.PKCS8
        return bytes(self.key.private_bytes(serialization.Encoding.PEM, form, how))

    def combined_pem(self, password: Optional[str] = None) -> bytes:
        """Both as one file, in the order of the tools that make proxies."""
        first, rest = self._replace(chain=self.chain[:1]), self._replace(chain=self.chain[1:])
        return first.certificates_pem() + self.key_pem(password) + rest.certificates_pem()


class Authority:
    """The authority of the sandbox in *folder*, which signs what the sandbox trusts."""

    def __init__(self, folder: Union[str, Path]) -> None:
        pem = files.once(Path(folder, "keys", "authority.pem"), _new_authority)
        certificate = x509.load_pem_x509_certificate(pem)
        self._self = Identity(serialization.load_pem_private_key(pem, None), [certificate])
        self.certificate_pem = self._self.certificates_pem()

    def for_server(self, hosts: Iterable[str]) -> Identity:
        """A key and certificate for a server that is reached by *hosts*, names and addresses."""
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gracedb-sandbox")])
        now = time.time()
        span = Span(now - _LENIENCE, now + _SERVER_LIFETIME)
        return self._issue(subject, span, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def for_person(self, subject: str, starts: float, ends: float, *, proxy: bool) -> Identity:
        """A key and certificate for whoever is called *subject*, or for a *proxy* of theirs."""
        name, span = subjects.read_subject(subject), Span(starts, ends)
        if not proxy:
            return self._issue(name, span, ExtendedKeyUsageOID.CLIENT_AUTH)
        # A proxy that is too old or too young has an owner who is neither.
        around = Span(starts - _LENIENCE, max(ends, time.time()) + _LENIENCE)
        return proxy_of(self._issue(name, around, ExtendedKeyUsageOID.CLIENT_AUTH), span)

    def _issue(
        self, subject: x509.Name, span: Span, use: x509.ObjectIdentifier, *more: Any
    ) -> Identity:
        key = _new_key()
        signer = self._self.chain[0]
        builder = _builder(subject, signer.subject, key, span)
        for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([use]), False),
            (_key_of(self._self.key), False),
            *((each, False) for each in more),
        ):
            builder = builder.add_extension(extension, critical=critical)
        return Identity(key, [builder.sign(self._self.key, hashes.SHA256())])


def proxy_of(signer: Identity, span: Span) -> Identity:
    """A proxy of *signer* as RFC 3820 wants it: called the same and one number more."""
    key, number = _new_key(), x509.random_serial_number()
    issuer = signer.chain[0].subject
    name = x509.Name([*issuer, x509.NameAttribute(NameOID.COMMON_NAME, str(number)[:10])])
    information = x509.UnrecognizedExtension(_PROXY_CERT_INFO, _INHERIT_ALL)
    builder = (
        _builder(name, issuer, key, span)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(information, critical=True)
    )
    return Identity(key, [builder.sign(signer.key, hashes.SHA256()), *signer.chain])


def _new_authority() -> bytes:
    key, now = _new_key(), time.time()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "GraceDB sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Authority of this sandbox alone"),
        ]
    )
    builder = _builder(name, name, key, Span(now - _LENIENCE, now + _AUTHORITY_LIFETIME))
    # Python 3.13 takes no authority that lacks one of these.
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(_key_of(key), critical=False)
    )
    made = Identity(key, [builder.sign(key, hashes.SHA256())])
    return made.key_pem() + made.certificates_pem()


def _builder(subject: x509.Name, issuer: x509.Name, key: Any, span: Span) -> Any:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(span.starts))
        .not_valid_after(_moment(span.ends))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _new_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def _key_of(key: Any) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in _USES})


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), timezone.utc)


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
