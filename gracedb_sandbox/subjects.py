"""Whom a certificate is of: names as GraceDB's database spells them, ``/DC=org/O=LIGO/CN=...``."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.x509.oid import NameOID

_CODES = {
    "DC": NameOID.DOMAIN_COMPONENT,
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "UID": NameOID.USER_ID,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
_SPELLED = {identifier: code for code, identifier in _CODES.items()}
# A value may hold a slash itself, as a service's name does.
_PART = re.compile(rf"/({'|'.join(_CODES)})=(.+?)(?=/(?:{'|'.join(_CODES)})=|$)")
_PROXIES = re.compile(r"(?:/CN=\d+)+$")


def read_subject(text: str) -> x509.Name:
    """The name that *text* spells; raises `ValueError` if it spells none."""
    parts = _PART.findall(text)
    if "".join(f"/{code}={value}" for code, value in parts) != text or not parts:
        raise ValueError(f"a subject looks like /DC=org/O=LIGO/CN=Somebody, not like {text!r}")
    return x509.Name([x509.NameAttribute(_CODES[code], value) for code, value in parts])


def spell(name: x509.Name) -> str:
    """The text for *name*."""
    return "".join(
        f"/{_SPELLED.get(part.oid, part.oid.dotted_string)}={part.value!s}" for part in name
    )


def owner(der: bytes) -> str:
    """The subject of a certificate; for a proxy, that of the person who signed it.

    GraceDB goes by the spelling: a proxy is called like its issuer, and a number more.
    """
    certificate = x509.load_der_x509_certificate(der)
    subject = spell(certificate.subject)
    if subject.startswith(spell(certificate.issuer)):
        subject = _PROXIES.sub("", subject)
    return subject
