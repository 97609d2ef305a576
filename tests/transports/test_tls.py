"""Handshakes: who is trusted, who is shown, and what happens when they do not agree."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any, List, Optional

import pytest

from gracedb_core._tls import TLSContexts
from gracedb_core.errors import ConnectFailed, TLSFailed, TransportError
from gracedb_core.interfaces import Origin, Request

from .authority import Authority
from .conftest import Opener
from .server import Line, Server, answer, echoes, says
from .test_conformance import body_of, get, post, read_all


def shown(server: Server) -> List[Optional[str]]:
    """Give the fingerprints of the certificates that clients showed."""
    return [
        None if heard.certificate is None else hashlib.sha256(heard.certificate).hexdigest()
        for heard in server.heard
    ]


def test_trusted(connect: Opener, authority: Authority) -> None:
    """Over TLS, to a name or an address, requests and answers are what they are without."""
    trust = TLSContexts(verify=authority.path)
    for host in ("127.0.0.1", "localhost"):
        with Server(echoes, tls=authority.server(host)) as server:
            origin = Origin("https", host, server.port)
            transport = connect(server, tls=trust, origin=origin)
            body = bytes(range(256)) * 1000
            assert body_of(transport.send(post(body, stream=True))) == body
            assert transport.send(post(body)).body == body
        assert server.connections == 1


def test_untrusted(connect: Opener, authority: Authority) -> None:
    """A server whose authority is unknown gets nothing; the error says what to do."""
    with Server(tls=authority.server("127.0.0.1")) as server:
        transport = connect(server)
        with pytest.raises(TLSFailed, match=r"127\.0\.0\.1:\d+ .*verify=") as caught:
            transport.send(get())
    assert not server.heard
    assert not caught.value.retryable
    assert not caught.value.may_have_arrived
    assert type(caught.value).__name__ == "TLSFailed"


def test_another_name(connect: Opener, authority: Authority) -> None:
    """A certificate for another name is refused."""
    with Server(tls=authority.server("gracedb.example")) as server:
        transport = connect(server, tls=TLSContexts(verify=authority.path))
        with pytest.raises(TLSFailed, match="cannot be trusted"):
            transport.send(get())
    assert not server.heard


def test_no_tls_there(connect: Opener) -> None:
    """A server that does not speak TLS is named as such, and hears nothing of the request."""

    def chatter(_incoming: Any, line: Line) -> None:
        line.send(b"220 this is another protocol\r\n")
        line.stall()

    with Server(says(b"HTTP/1.1 400 No\r\n\r\n"), hear=chatter) as server:
        transport = connect(server, origin=Origin("https", "127.0.0.1", server.port))
        with pytest.raises(TLSFailed, match="https"):
            transport.send(get())


def test_handshake_cut(connect: Opener) -> None:
    """A connection that ends in the handshake says nothing of certificates: it may be retried."""
    with Server(hear=lambda incoming, line: None) as server:
        transport = connect(server, origin=Origin("https", "127.0.0.1", server.port))
        with pytest.raises(ConnectFailed) as caught:
            transport.send(get())
    assert not isinstance(caught.value, TLSFailed)
    assert caught.value.retryable


def test_certificates_are_not_mixed(connect: Opener, authority: Authority) -> None:
    """Each request is sent over a connection that shows its certificate, and no other."""
    first, second = authority.client("albert"), authority.client("henrietta")
    sequence = [first, first, second, None, second, first]
    with Server(tls=authority.server("127.0.0.1", ask=ssl.CERT_OPTIONAL)) as server:
        transport = connect(server, tls=TLSContexts(verify=authority.path))
        for certificate in sequence:
            transport.send(Request("GET", "/", certificate=certificate))
    assert shown(server) == [None if each is None else each.fingerprint for each in sequence]
    # Two in a row share a connection.
    assert server.heard[0].connection == server.heard[1].connection


def test_renewal_spares_requests_in_flight(connect: Opener, authority: Authority) -> None:
    """Where a certificate is renewed, a body that is being read with the old one is read whole."""
    old, new = authority.client("old"), authority.client("new")
    data = b"x" * 3_000_000
    context = authority.server("127.0.0.1", ask=ssl.CERT_REQUIRED)
    with Server(says(answer(data)), tls=context) as server:
        transport = connect(server, tls=TLSContexts(verify=authority.path))
        response = transport.send(Request("GET", "/", certificate=old, stream=True))
        transport.send(Request("GET", "/", certificate=new))
        assert read_all(response) == data
        transport.send(Request("GET", "/", certificate=new))
    assert shown(server) == [old.fingerprint, new.fingerprint, new.fingerprint]


@pytest.mark.parametrize("given", [False, True], ids=["none", "of another authority"])
def test_certificate_refused(
    connect: Opener, way: str, authority: Authority, tmp_path: Any, given: bool
) -> None:
    """A server that refuses our certificate has not read the request; the error says so."""
    certificate = Authority(tmp_path).client("stranger") if given else None
    with Server(tls=authority.server("127.0.0.1", ask=ssl.CERT_REQUIRED)) as server:
        transport = connect(server, tls=TLSContexts(verify=authority.path))
        with pytest.raises(TransportError) as caught:
            transport.send(Request("POST", "/", body=b"x", certificate=certificate))
    assert not server.heard
    assert isinstance(caught.value, TLSFailed)
    assert "refused our client certificate" in str(caught.value)
    assert not caught.value.may_have_arrived


def test_unverified(connect: Opener, authority: Authority) -> None:
    """Without verification one warning is given for all, and none by the library."""
    trust = TLSContexts(verify=False)
    with Server(tls=authority.server("gracedb.example")) as server:
        transport = connect(server, tls=trust)
        with pytest.warns(UserWarning, match="verify=False"):
            transport.send(get())
        # Warnings are errors: none is given again.
        for certificate in (None, authority.client("albert")):
            transport.send(Request("GET", "/", certificate=certificate))
