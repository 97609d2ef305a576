"""A proxy hears what it has to, and a server nothing of what the proxy was told."""

from __future__ import annotations

import base64
from typing import Any, Dict

import pytest

from gracedb_core.errors import (
    ConnectFailed,
    CredentialError,
    CredentialWarning,
    InputError,
    TLSFailed,
)
from tests.transports.authority import Authority
from tests.transports.relaying import relays
from tests.transports.server import Heard, Server, answer, cuts, echoes, says

from .asking import asking
from .calls import READS, WRITES
from .kinds import KINDS, PASSWORD, USER, Kind, Place, basic, serving

HOST = "gracedb.example"
READ, WRITE = READS["an object"], WRITES["an upload"]
OBJECT = answer(b'{"graceid": "G1"}')
SECRET = f"Basic {base64.b64encode(b'proxy-user:proxy pass').decode()}"


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    """Name each kind of credential in turn."""
    return str(request.param)


def given(kind: str, place: Place) -> Dict[str, Any]:
    """Give a credential for `HOST`, or for every server."""
    options = KINDS[kind].give(place)
    if kind == "netrc":
        place.write(".netrc", f'machine {HOST} login {USER} password "{PASSWORD}"\n')
    return {**options, "retries": 0, "timeout": 10}


def through(place: Place, proxy: Server, user: str = "") -> None:
    """Make the environment name a proxy for everything."""
    address = f"{'https' if proxy.tls else 'http'}://{user}{proxy.host}:{proxy.port}"
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        place.patch.setenv(name, address)


def shows(kind: Kind, heard: Heard) -> bool:
    """Tell whether a request has the credential, and no password of the proxy."""
    return kind.is_shown_in(heard) and heard.header("proxy-authorization") is None


@pytest.mark.parametrize("secure", [False, True], ids=["plain proxy", "proxy over TLS"])
def test_a_credential_goes_through_a_tunnel(
    way: str, kind: str, place: Place, secure: bool
) -> None:
    """A proxy sees the name of the server, and its own password, which the server does not."""
    authority = place.authority
    with Server(says(OBJECT), tls=serving(authority, HOST)) as server:
        proxy_tls = serving(authority, "127.0.0.1") if secure else None
        with Server(relays(server), tls=proxy_tls) as proxy:
            through(place, proxy, "proxy-user:proxy%20pass@")
            options = {**given(kind, place), "verify": authority.path}
            with asking(way, f"https://{HOST}/api/", **options) as ask:
                if secure and way.startswith("aiohttp"):
                    with pytest.raises(InputError, match="itself reached over https"):
                        ask(READ)
                    assert not proxy.heard
                    return
                ask(READ)
                ask(WRITE)
    assert [shows(KINDS[kind], each) for each in server.heard] == [True, True]
    for heard in proxy.heard:
        assert heard.line.startswith(f"CONNECT {HOST}:443 ")
        assert heard.header("proxy-authorization") == SECRET
        assert (heard.header("authorization"), heard.certificate) == (None, None)
    assert proxy.heard


def test_a_proxy_that_poses_as_the_server(way: str, kind: str, place: Place) -> None:
    """In a tunnel it is the server who is verified: an impostor gets no request."""
    impostor = Authority(place.home)
    tls = serving(impostor, HOST)
    with Server(says(OBJECT), tls=tls) as server, Server(relays(server)) as proxy:
        through(place, proxy)
        options = {**given(kind, place), "verify": place.authority.path}
        with asking(way, f"https://{HOST}/api/", **options) as ask:
            for call in (READ, WRITE):
                with pytest.raises(TLSFailed):
                    ask(call)
    assert (server.heard, server.fragments) == ([], [])


@pytest.mark.parametrize(
    "status", ["407 Who are you", "302 Found", "200 OK", "401 Who are you", "500 Oops"]
)
def test_a_proxy_that_opens_no_tunnel(way: str, kind: str, place: Place, status: str) -> None:
    """Whatever it says instead, and asks for, it is told nothing more."""
    said = answer(
        b"{}", "Location: http://127.0.0.1/api/", "Proxy-Authenticate: Basic", status=status
    )
    with Server(cuts(said)) as proxy:
        through(place, proxy)
        options = {**given(kind, place), "verify": place.authority.path}
        with asking(way, f"https://{HOST}/api/", **options) as ask:
            for call in (READ, WRITE):
                with pytest.raises(ConnectFailed):
                    ask(call)
    assert {each.line.split()[0] for each in proxy.heard} <= {"CONNECT"}
    assert not [each for each in proxy.heard if each.header("authorization")]


def test_a_proxy_without_tls_gets_no_credential(
    way: str, kind: str, place: Place, recwarn: pytest.WarningsRecorder
) -> None:
    """Over http it would read all: what is given is an error, what is found stays at home."""
    with Server(says(OBJECT)) as proxy:
        through(place, proxy)
        options = given(kind, place)
        if kind in ("token", "token itself", "password", "certificate"):
            making = asking(way, f"http://{HOST}/api/", **options)
            with pytest.raises(CredentialError, match=r"plain http|needs https"), making:
                pass
            assert proxy.connections == 0
            return
        with asking(way, f"http://{HOST}/api/", **options) as ask:
            ask(READ)
            ask(WRITE)
    assert [each.header("authorization") for each in proxy.heard] == [None, None]
    assert [warning.category for warning in recwarn] == [CredentialWarning]
    assert "plain http" in str(recwarn[0].message)


@pytest.mark.parametrize("kind", ["token", "found token", "password", "netrc"])
def test_only_an_option_sends_it_in_the_clear(way: str, kind: str, place: Place) -> None:
    """With `allow_plain_http` a proxy is told what the server is; nothing else allows it."""
    with Server(says(OBJECT)) as proxy:
        through(place, proxy, "proxy-user:proxy%20pass@")
        options = {**given(kind, place), "allow_plain_http": True}
        with asking(way, f"http://{HOST}/api/", **options) as ask:
            ask(READ)
    (heard,) = proxy.heard
    assert heard.line == f"GET http://{HOST}/api/superevents/S190425z/ HTTP/1.1"
    assert KINDS[kind].is_shown_in(heard)
    assert heard.header("proxy-authorization") == SECRET


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_loopback_never_goes_through_a_proxy(way: str, place: Place, host: str) -> None:
    """Who speaks to this machine speaks to it alone, whatever the environment says."""
    url = f"http://[{host}]" if ":" in host else f"http://{host}"
    listening = "127.0.0.1" if host == "localhost" else host
    with Server(echoes) as proxy, Server(says(OBJECT), host=listening) as server:
        through(place, proxy)
        with asking(way, f"{url}:{server.port}/api/", **given("token", place)) as ask:
            ask(READ)
            ask(WRITE)
    assert [KINDS["token"].is_shown_in(each) for each in server.heard] == [True, True]
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "address",
    ["http://{user}127.0.0.1:port", "http://{user}", "socks5://{user}127.0.0.1:1", "{user}::1::"],
)
def test_a_malformed_proxy_is_refused_without_its_password(
    way: str, place: Place, address: str
) -> None:
    """In a sentence, before anything is sent."""
    place.patch.setenv("https_proxy", address.format(user="proxy-user:canary-7391@"))
    with asking(way, f"https://{HOST}/api/", **given("token", place)) as ask, pytest.raises(
        InputError, match="proxy must be given as"
    ) as caught:
        ask(READ)
    assert "canary-7391" not in str(caught.value)


def test_line_breaks_in_the_password_of_a_proxy(way: str, place: Place) -> None:
    """They travel inside its encoding, as one header."""
    with Server(says(answer(status="407 No"))) as proxy:
        through(place, proxy, "u:p%0D%0AX-Injected:%20y@")
        options = given("token", place)
        with asking(way, f"https://{HOST}/api/", **options) as ask, pytest.raises(ConnectFailed):
            ask(READ)
    assert [each.header("x-injected") for each in proxy.heard] == [None] * len(proxy.heard)
    assert proxy.heard[0].header("proxy-authorization") == basic("u", "p\r\nX-Injected: y")
