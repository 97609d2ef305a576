"""A throw-away certificate authority."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path
from typing import Optional, Union

from cryptography import x509
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gracedb_core.interfaces import ClientCert

_EPOCH = datetime.datetime(1970, 1, 1)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def key_pem(key: ec.EllipticCurvePrivateKey, password: Optional[bytes] = None) -> bytes:
    """Write a key as PEM, encrypted if there is a password."""
    how: Union[serialization.NoEncryption, serialization.BestAvailableEncryption]
    how = serialization.NoEncryption()
    if password is not None:
        how = serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


class Authority:
    """Issues certificates for a century."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1(), default_backend())
        self._certificate = self._sign("test authority", self._key, ca=True)
        self.path = folder / "authority.pem"
        self.path.write_bytes(self._pem(self._certificate))

    def _pem(self, certificate: x509.Certificate) -> bytes:
        return certificate.public_bytes(serialization.Encoding.PEM)

    def _sign(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool = False,
        host: str = "",
        ends: datetime.datetime = datetime.datetime(2119, 12, 8),
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("test authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.datetime(2020, 1, 1))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if host:
            names = x509.SubjectAlternativeName([_alternative(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256(), default_backend())

    def client(
        self, name: str, *, password: Optional[bytes] = None, ends: Optional[float] = None
    ) -> ClientCert:
        """Issue a client certificate, which *ends* at this moment if it is given."""
        key = ec.generate_private_key(ec.SECP256R1(), default_backend())
        moment = {} if ends is None else {"ends": _EPOCH + datetime.timedelta(seconds=ends)}
        certificate = self._sign(name, key, **moment)
        return ClientCert(
            self._pem(certificate) + key_pem(key, password),
            certificate.fingerprint(hashes.SHA256()).hex(),
        )

    def server(self, host: str, *, ask: ssl.VerifyMode = ssl.CERT_NONE) -> ssl.SSLContext:
        """Make the context of a server called *host*, which may *ask* for certificates."""
        key = ec.generate_private_key(ec.SECP256R1(), default_backend())
        pem = self.folder / f"{host.replace(':', '-')}.pem"
        pem.write_bytes(self._pem(self._sign(host, key, host=host)) + key_pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(pem))
        context.load_verify_locations(str(self.path))
        context.verify_mode = ask
        return context
