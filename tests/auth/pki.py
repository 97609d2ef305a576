"""Certificates and keys, really signed: an authority, people, and proxies that people sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from cryptography import x509
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .surroundings import NOW

HOUR = 3600.0
_PROXY_CERT_INFO = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.14")
#: ProxyCertInfo with the policy language "inherit all", DER.
_INHERIT_ALL = bytes.fromhex("300c300a06082b06010505071501")


def _name(*common_names: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "LIGO")
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common_names]
    return x509.Name([organisation, *names])


def new_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1(), default_backend())


@dataclass
class Identity:
    """A certificate with its key, and those who signed it if it is a proxy."""

    certificate: Any
    key: Any
    signers: bytes = b""
    extra: Any = field(default=None, repr=False)

    @property
    def certificate_pem(self) -> bytes:
        return bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    @property
    def certificate_der(self) -> bytes:
        return bytes(self.certificate.public_bytes(serialization.Encoding.DER))

    @property
    def fingerprint(self) -> str:
        return str(self.certificate.fingerprint(hashes.SHA256()).hex())

    def key_bytes(
        self,
        *,
        encoding: str = "PEM",
        style: str = "TraditionalOpenSSL",
        password: Optional[bytes] = None,
    ) -> bytes:
        how: Any = serialization.NoEncryption()
        if password is not None:
            how = serialization.BestAvailableEncryption(password)
        return bytes(
            self.key.private_bytes(
                getattr(serialization.Encoding, encoding),
                getattr(serialization.PrivateFormat, style),
                how,
            )
        )

    @property
    def combined(self) -> bytes:
        """Certificate, key, signers: the order of a proxy file."""
        return self.certificate_pem + self.key_bytes() + self.signers


class Authority:
    """Signs, with dates relative to the tests' now."""

    def __init__(self) -> None:
        self._key = new_key()
        self._name = _name("Test Authority")

    def issue(
        self, common_name: str, *, starts: float = -24 * HOUR, ends: float = 12 * HOUR
    ) -> Identity:
        key = new_key()
        subject = _name(common_name)
        certificate = _sign(
            subject, self._name, key.public_key(), self._key, starts=starts, ends=ends
        )
        return Identity(certificate, key)


def proxy_of(
    owner: Identity,
    suffix: str = "123456",
    *,
    rfc3820: bool = True,
    starts: float = -24 * HOUR,
    ends: float = 6 * HOUR,
) -> Identity:
    """Make a proxy certificate: signed by its owner's key, named like the owner and one more."""
    key = new_key()
    subject = x509.Name(
        [*owner.certificate.subject, x509.NameAttribute(NameOID.COMMON_NAME, suffix)]
    )
    certificate = _sign(
        subject,
        owner.certificate.subject,
        key.public_key(),
        owner.key,
        starts=starts,
        ends=ends,
        rfc3820=rfc3820,
    )
    return Identity(certificate, key, signers=owner.certificate_pem + owner.signers)


def _sign(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: Any,
    signer: Any,
    *,
    starts: float,
    ends: float,
    rfc3820: bool = False,
) -> Any:
    now = datetime.fromtimestamp(NOW, timezone.utc).replace(tzinfo=None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(seconds=starts))
        .not_valid_after(now + timedelta(seconds=ends))
    )
    if rfc3820:
        extension = x509.UnrecognizedExtension(_PROXY_CERT_INFO, _INHERIT_ALL)
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(signer, hashes.SHA256(), default_backend())
