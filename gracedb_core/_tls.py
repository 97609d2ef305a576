"""TLS contexts: one rule for certificate authorities, whatever the transport.

Which authorities are trusted is decided in this order:

1. ``verify=PATH``, a PEM file or a folder prepared by ``openssl rehash``;
2. ``REQUESTS_CA_BUNDLE``, then ``CURL_CA_BUNDLE`` (a file or a folder), which the older clients
   obey and which nobody sets by accident;
3. ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` together, which Conda sets on its own;
4. the bundle of ``certifi``, and where that is not installed the system's own store.
"""

from __future__ import annotations

import os
import ssl
import threading
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Dict, Mapping, NoReturn, Optional, Tuple, Union

from ._wire import ClientCert
from .errors import CredentialError, InputError

__all__ = ["TLSContexts"]

#: Contexts kept: those of the certificate in use and of the few it replaced.
_KEPT = 4

#: The arguments of ``load_verify_locations``.
_Locations = Dict[str, str]


class TLSContexts:
    """Gives the TLS context for a client certificate, or for none; callable from any thread.

    *verify* is True, the path of the authorities to trust, or False, which trusts everybody and
    warns once. *environment* is where the variables are read. Loading authorities takes tens of
    milliseconds, so it is done on first use and once for each certificate.

    Raises `InputError` for authorities that cannot be loaded, and `CredentialError` for a
    certificate that cannot be used.
    """

    def __init__(
        self,
        *,
        verify: Union[bool, str, Path] = True,
        environment: Optional[Mapping[str, str]] = None,
    ) -> None:
        self._verify = verify
        self._environment = environment
        self._contexts: OrderedDict[Optional[str], ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()
        self._warned = False
        if not isinstance(verify, bool):
            _locations_of(os.fspath(verify), "verify")

    def __call__(self, certificate: Optional[ClientCert]) -> ssl.SSLContext:
        """Give the context that shows *certificate* to the server."""
        fingerprint = None if certificate is None else certificate.fingerprint
        # Held while loading: sixteen threads that begin together load the authorities once.
        with self._lock:
            context = self._contexts.get(fingerprint)
            if context is None:
                context = self._contexts[fingerprint] = self._load(certificate)
                while len(self._contexts) > _KEPT:
                    self._contexts.popitem(last=False)
        return context

    def _load(self, certificate: Optional[ClientCert]) -> ssl.SSLContext:
        # Not create_default_context: from Python 3.13 on that refuses authorities which
        # other versions accept, and what is trusted must not depend on the Python.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Apache asks for the certificate of a protected path after the handshake.
        context.post_handshake_auth = True
        if self._verify is False:
            self._warn_once()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            self._trust(context)
        if certificate is not None:
            _show(context, certificate)
        return context

    def _warn_once(self) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(
                "verify=False: whoever answers is taken for the server; give verify= the path "
                "of its certificate authority instead.",
                stacklevel=4,
            )

    def _trust(self, context: ssl.SSLContext) -> None:
        origin, locations = self._authorities()
        try:
            if locations:
                context.load_verify_locations(**locations)
            else:
                context.load_default_certs()
        except OSError as error:  # which ssl.SSLError is
            path = " and ".join(locations.values())
            raise InputError(
                f"{origin}: no certificate authorities could be read from {path}: "
                f"{error.strerror or error}."
            ) from None

    def _authorities(self) -> Tuple[str, _Locations]:
        """Give where the authorities were named, and where they are."""
        if not isinstance(self._verify, bool):
            return "verify", _locations_of(os.fspath(self._verify), "verify")
        for variables in (
            ("REQUESTS_CA_BUNDLE",),
            ("CURL_CA_BUNDLE",),
            ("SSL_CERT_FILE", "SSL_CERT_DIR"),
        ):
            locations: _Locations = {}
            for variable in variables:
                named = self._named_by(variable)
                if named:
                    locations.update(_locations_of(named, variable))
            if locations:
                return " and ".join(variables), locations
        return _bundled()

    def _named_by(self, variable: str) -> Optional[str]:
        # Not kept: there are tokens in an environment, and what is kept may be shown.
        return (os.environ if self._environment is None else self._environment).get(variable)


def _bundled() -> Tuple[str, _Locations]:
    try:
        import certifi
    except ImportError:
        return "the system's store", {}
    return "certifi", {"cafile": certifi.where()}


def _locations_of(path: str, named_by: str) -> _Locations:
    path = os.path.expanduser(path)
    if os.path.isdir(path):
        return {"capath": path}
    if os.path.exists(path):
        return {"cafile": path}
    raise InputError(f"{named_by} names {path} for certificate authorities, which does not exist.")


def _show(context: ssl.SSLContext, certificate: ClientCert) -> None:
    import tempfile  # heavy, and few have a certificate

    # load_cert_chain takes no bytes. mkstemp makes the file readable by its owner only.
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate.pem)
        context.load_cert_chain(path, password=_refuse_to_ask)
    except ssl.SSLError as error:
        raise CredentialError(
            "The client certificate cannot be used: certificate and private key are malformed "
            f"or do not belong together ({error.reason or 'unreadable'})."
        ) from None
    finally:
        os.unlink(path)


def _refuse_to_ask() -> NoReturn:
    # Without this, OpenSSL asks for the password on the terminal and waits.
    raise CredentialError(
        "The private key of the client certificate is encrypted; "
        "store it unencrypted, for example with 'openssl pkey -in KEY -out NEWKEY'."
    )
