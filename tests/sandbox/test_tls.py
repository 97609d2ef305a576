"""TLS as the sandbox speaks it: nobody waits for somebody else, and nothing is lost."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Iterator, List
from urllib.parse import urlsplit

import pytest
import requests

from gracedb_sandbox import Sandbox

from .conftest import Api

pytestmark = pytest.mark.slow

NAME = "albert.einstein"
#: More than the server has workers.
MANY = 100
GET = b"GET /api/%b HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tests\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """Start a sandbox that speaks TLS."""
    with Sandbox(tls=True) as server:
        yield server


@pytest.fixture
def api(server: Sandbox) -> Iterator[Api]:
    """Ask it as its internal user."""
    with Api(server.url) as session:
        session.verify = str(server.authorities)
        yield session


def address(server: Sandbox) -> Any:
    parts = urlsplit(server.url)
    return parts.hostname, parts.port


def trusting(server: Sandbox) -> ssl.SSLContext:
    """Trust the sandbox's authority and no other, as strictly as OpenSSL can."""
    context = ssl.create_default_context(cafile=str(server.authorities))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@contextmanager
def secured(
    server: Sandbox, host: str = "127.0.0.1", context: Any = None, **options: Any
) -> Iterator[ssl.SSLSocket]:
    """Open a connection to *host*, which is the server, and shake hands."""
    context = context or trusting(server)
    with ExitStack() as stack:
        plain = stack.enter_context(socket.create_connection(address(server), timeout=30))
        yield stack.enter_context(context.wrap_socket(plain, server_hostname=host, **options))


def hello(server: Sandbox) -> bytes:
    """Give the first words of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(server).wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("spoken", [0, 1, 3, 100, None])
def test_a_stalled_handshake_stops_nobody(server: Sandbox, spoken: Any) -> None:
    """Clients that fall silent at any moment of the handshake cost the others nothing."""
    words = hello(server)[:spoken]
    with ExitStack() as stack:
        for _ in range(MANY):
            silent = stack.enter_context(socket.create_connection(address(server), timeout=30))
            silent.sendall(words)
        for _ in range(3):
            answer = requests.get(server.url, verify=str(server.authorities), timeout=5)
            assert answer.status_code == 200


def test_a_client_that_only_shakes_hands_stops_nobody(server: Sandbox) -> None:
    """Nor do those who have all the rest of their request still to say."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(secured(server))
        assert requests.get(server.url, verify=str(server.authorities), timeout=5).ok


def test_silence_stops_nobody_over_plain_http_either(sandbox: Sandbox) -> None:
    """A worker is for whoever has said something."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(address(sandbox), timeout=30))
        assert requests.get(sandbox.url, timeout=5).ok


def test_a_handshake_may_come_in_pieces(server: Sandbox) -> None:
    """A client whose every byte is a packet of its own is served all the same."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(server).wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with socket.create_connection(address(server), timeout=30) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def exchange(step: Any) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    for byte in outgoing.read():
                        plain.sendall(bytes([byte]))
                    incoming.write(plain.recv(65536))

        exchange(client.do_handshake)
        client.write(GET % b"user-info/" + b"\r\n")
        assert exchange(lambda: client.read(65536)).startswith(b"HTTP/1.1 200 OK")


def test_a_hundred_clients_at_once(server: Sandbox) -> None:
    """As many connections as come in one moment are all accepted and answered."""
    start, answers = threading.Barrier(MANY), []

    def work() -> None:
        start.wait(60)
        got = requests.get(server.url, verify=str(server.authorities), timeout=60)
        answers.append(got.status_code)

    threads: List[threading.Thread] = [threading.Thread(target=work) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert answers == [200] * MANY


def test_a_connection_is_kept(server: Sandbox) -> None:
    """Many requests go over one connection."""
    host, port = address(server)
    connection = HTTPSConnection(host, port, context=trusting(server), timeout=30)
    used = set()
    for _ in range(5):
        connection.request("GET", "/api/user-info/", headers={"User-Agent": "tests"})
        assert b"AnonymousUser" in connection.getresponse().read()
        used.add(connection.sock.getsockname())
    connection.close()
    assert len(used) == 1


@pytest.mark.parametrize("length", [200, 8192, 12000])
def test_a_request_that_is_decrypted_already_is_not_forgotten(server: Sandbox, length: int) -> None:
    """Two requests in one record get two answers, however they lie in the server's buffers."""
    head = GET % b"user-info/"
    padding = b"X-Padding: " + b"x" * (length - len(head) - 15) + b"\r\n\r\n"
    with secured(server) as sock:
        sock.sendall(head + padding + GET % b"tag/" + b"Connection: close\r\n\r\n")
        told = b"".join(iter(lambda: sock.recv(65536), b""))
    assert told.count(b"HTTP/1.1 200 OK") == 2
    assert b"AnonymousUser" in told
    assert b"displayName" in told


def test_files_come_and_go_whole(api: Api) -> None:
    """Twenty megabytes are the same afterwards, up and down."""
    content = os.urandom(20_000_000)
    gid = api.event()
    sent = api.post(f"events/{gid}/log/", data={"comment": "big"}, files={"upload": ("b", content)})
    assert sent.status_code == 201
    got = api.get(f"events/{gid}/files/b").content
    assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()


def test_links_say_https(server: Sandbox, api: Api) -> None:
    """What the server names itself in its documents is what the client connects to."""
    assert api.get("").json()["links"]["self"] == server.url
    assert api.create().headers["Location"].startswith(server.url)


def has_ipv6() -> bool:
    """Find out whether this machine reaches itself by ::1."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        pytest.param("::1", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")),
    ],
)
def test_the_server_is_who_it_says(host: str) -> None:
    """Its certificate is good for every name of this machine, by the strictest rules."""
    with Sandbox(tls=True, host="::1" if host == "::1" else "127.0.0.1") as server:
        with secured(server, host) as sock:
            assert sock.version() in ("TLSv1.2", "TLSv1.3")
        with pytest.raises(ssl.SSLCertVerificationError), secured(server, "gracedb.ligo.org"):
            pass


def test_only_its_own_authority_vouches_for_it(server: Sandbox) -> None:
    """A client that trusts the usual authorities does not trust a sandbox."""
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(server.url, timeout=30)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_are_refused(server: Sandbox) -> None:
    """TLS 1.2 will do, with a client's certificate too; TLS 1.1 will not."""
    context = trusting(server)
    context.load_cert_chain(str(server.issue_certificate(NAME)))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    host, port = address(server)
    connection = HTTPSConnection(host, port, context=context, timeout=30)
    connection.request("GET", "/api/user-info/", headers={"User-Agent": "tests"})
    assert NAME.encode() in connection.getresponse().read()
    connection.close()
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    refused = pytest.raises(ssl.SSLError, match=r"(?i)alert protocol version")
    with refused, secured(server, context=context):
        pass


def test_plain_http_is_told_what_to_do(server: Sandbox) -> None:
    """Whoever forgets the s in https reads so."""
    answer = requests.get(server.url.replace("https", "http"), timeout=30)
    assert (answer.status_code, answer.text.split(":")[0]) == (400, "this server speaks https")


def test_the_end_is_said(server: Sandbox) -> None:
    """A connection is closed in TLS before it is closed: nobody can take a cut for an end."""
    with secured(server, suppress_ragged_eofs=False) as sock:
        sock.sendall(GET % b"user-info/" + b"Connection: close\r\n\r\n")
        told = b"".join(iter(lambda: sock.recv(65536), b""))
    assert b"AnonymousUser" in told


def test_a_folder_keeps_its_authority(tmp_path: Path) -> None:
    """After a kill, the same folder has the same authority; what it had signed is still good."""
    server = Sandbox(tmp_path, tls=True).start()
    certificate = server.issue_certificate(NAME)
    trusted = server.authorities.read_bytes()
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with Sandbox(tmp_path, tls=True) as server:
        assert server.authorities.read_bytes() == trusted
        options: Any = {"cert": str(certificate), "verify": str(server.authorities)}
        answer = requests.get(server.url + "user-info/", timeout=30, **options)
        assert answer.json()["username"] == NAME
    with Sandbox(tls=True) as other:
        assert other.authorities.read_bytes() != trusted


def test_stopping_waits_for_no_handshake(server: Sandbox) -> None:
    """Clients in the middle of a handshake do not keep a server from ending."""
    with ExitStack() as stack:
        with Sandbox(tls=True) as passing:
            pid = passing.pid
            for words in (b"", hello(passing)[:7], hello(passing)):
                held = stack.enter_context(socket.create_connection(address(passing), timeout=30))
                held.sendall(words)
            assert requests.get(passing.url, verify=str(passing.authorities), timeout=30).ok
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
@pytest.mark.parametrize("version", ["--http1.0", "--http1.1"])
def test_curl_is_content(server: Sandbox, version: str) -> None:
    """The most common client of all gets its answer, with a certificate and with a token."""
    words = ["curl", "--silent", "--show-error", version, "--cacert", str(server.authorities)]
    certificate = ["--cert", str(server.issue_certificate(NAME))]
    token = ["--header", f"Authorization: Bearer {server.issue_token(NAME)}"]
    for shown in (certificate, token):
        told = subprocess.run(
            [*words, *shown, f"{server.url}user-info/"], stdout=subprocess.PIPE, check=True
        )
        assert re.search(rb'"username": ?"albert.einstein"', told.stdout)
