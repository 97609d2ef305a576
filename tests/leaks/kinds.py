"""Each kind of credential, put where a client finds it, and what of it a server would see."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional

import pytest

from tests.transports.authority import Authority
from tests.transports.server import Heard

TOKEN = "canary-token-7391"
USER = "albert.einstein"
PASSWORD = "canary password \u00e4+7391"
#: What a netrc has for hosts that a client is only led to.
ELSEWHERE = "canary-of-elsewhere-7391"


class Place(NamedTuple):
    """Where credentials may be put."""

    home: Path
    patch: pytest.MonkeyPatch
    authority: Authority

    def write(self, name: str, content: str) -> Path:
        """Write a file in the home folder that only we can read."""
        path = self.home / name
        path.write_text(content, encoding="utf-8")
        path.chmod(0o600)
        return path


def basic(user: str, password: str) -> str:
    """Spell the header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _token(place: Place) -> Dict[str, Any]:
    return {"token": place.write("token", TOKEN)}


def _found_token(place: Place) -> Dict[str, Any]:
    place.patch.setenv("BEARER_TOKEN_FILE", str(place.write("found", TOKEN)))
    return {}


def _token_itself(_place: Place) -> Dict[str, Any]:
    return {"bearer_token": TOKEN}


def _password(_place: Place) -> Dict[str, Any]:
    return {"username": USER, "password": PASSWORD}


def _netrc(place: Place) -> Dict[str, Any]:
    place.write(".netrc", f'{others()}machine 127.0.0.1 login {USER} password "{PASSWORD}"\n')
    return {}


def _certificate(place: Place) -> Dict[str, Any]:
    pem = place.authority.client(USER).pem
    return {"cert": place.write("both.pem", pem.decode())}


def others() -> str:
    """Write the entries of a netrc for everybody but our server."""
    hosts = [f"machine {host}" for host in ("127.0.0.2", "localhost", "::1")]
    login = f"login elsewhere password {ELSEWHERE}\n"
    return "".join(f"{host} {login}" for host in hosts) + f"default {login}"


class Kind(NamedTuple):
    """One kind of credential."""

    #: Put it there, and give the options of the client that finds it.
    give: Callable[[Place], Dict[str, Any]]
    #: The header by which a server knows it; None for a certificate.
    header: Optional[str]

    def is_shown_in(self, heard: Heard) -> bool:
        """Tell whether it came with a request, and nothing else did."""
        shown = heard.header("authorization")
        return shown == self.header and (heard.certificate is not None) == (self.header is None)


KINDS = {
    "token": Kind(_token, f"Bearer {TOKEN}"),
    "token itself": Kind(_token_itself, f"Bearer {TOKEN}"),
    "found token": Kind(_found_token, f"Bearer {TOKEN}"),
    "password": Kind(_password, basic(USER, PASSWORD)),
    "netrc": Kind(_netrc, basic(USER, PASSWORD)),
    "certificate": Kind(_certificate, None),
}


def serving(authority: Authority, host: str) -> ssl.SSLContext:
    """Make the TLS context of a server that asks for certificates, and does without."""
    return authority.server(host, ask=ssl.CERT_OPTIONAL)
