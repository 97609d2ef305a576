"""Nobody gets a request who cannot prove to be our server; the environment cannot change that."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import pytest

from gracedb_core.errors import ConnectFailed, TLSFailed
from tests.transports.authority import Authority
from tests.transports.server import Server, answer, says

from .asking import asking
from .calls import READS, WRITES
from .kinds import KINDS, Place, serving

OBJECT = says(answer(b'{"graceid": "G1"}'))
#: What a shell may be full of, and none of it makes a client trust anybody.
CARELESS = {
    "PYTHONHTTPSVERIFY": "0",
    "CURL_INSECURE": "1",
    "SSL_VERIFY": "0",
    "REQUESTS_VERIFY": "0",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
}

pytestmark = pytest.mark.slow


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    """Name each kind of credential in turn."""
    return str(request.param)


@pytest.fixture
def options(kind: str, place: Place) -> Dict[str, Any]:
    """Give a credential."""
    return {**KINDS[kind].give(place), "retries": 0, "timeout": 10}


@pytest.mark.parametrize("fault", ["unknown authority", "another name", "no TLS"])
def test_an_impostor_gets_no_request(
    way: str, kind: str, options: Dict[str, Any], place: Place, tmp_path: Path, fault: str
) -> None:
    """Neither a credential nor an upload: the handshake fails before."""
    for name, value in CARELESS.items():
        place.patch.setenv(name, value)
    signer = Authority(tmp_path) if fault == "unknown authority" else place.authority
    tls = serving(signer, "127.0.0.2" if fault == "another name" else "127.0.0.1")
    if fault == "no TLS":
        options["timeout"] = 0.2  # it waits for a request, we for its certificate
    with Server(OBJECT, tls=None if fault == "no TLS" else tls) as server:
        url = f"https://127.0.0.1:{server.port}/api/"
        with asking(way, url, verify=place.authority.path, **options) as ask:
            for call in (READS["an object"], WRITES["an upload"]):
                with pytest.raises(ConnectFailed if fault == "no TLS" else TLSFailed):
                    ask(call)
    assert server.heard == []
    assert not [each for each in server.fragments if b"GET" in each or b"POST" in each]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authorities_of_the_environment(
    way: str, kind: str, options: Dict[str, Any], place: Place, tmp_path: Path, variable: str
) -> None:
    """They are those whom we trust, and no others; an argument outranks them."""
    stranger = Authority(tmp_path)
    with Server(OBJECT, tls=serving(place.authority, "127.0.0.1")) as server:
        url = f"https://127.0.0.1:{server.port}/api/"
        place.patch.setenv(variable, str(stranger.path))
        with asking(way, url, **options) as ask, pytest.raises(TLSFailed):
            ask(READS["an object"])
        assert server.heard == []
        with asking(way, url, verify=place.authority.path, **options) as ask:
            ask(READS["an object"])
        place.patch.setenv(variable, str(place.authority.path))
        with asking(way, url, **options) as ask:
            ask(READS["an object"])
        with asking(way, url, verify=stranger.path, **options) as ask, pytest.raises(TLSFailed):
            ask(READS["an object"])
    assert [KINDS[kind].is_shown_in(each) for each in server.heard] == [True, True]


def test_the_keys_of_a_connection_are_not_written(
    way: str, options: Dict[str, Any], place: Place, tmp_path: Path
) -> None:
    """SSLKEYLOGFILE, with which whoever listens reads all, is not obeyed."""
    log = tmp_path / "keys"
    place.patch.setenv("SSLKEYLOGFILE", str(log))
    with Server(OBJECT, tls=serving(place.authority, "127.0.0.1")) as server:
        url = f"https://127.0.0.1:{server.port}/api/"
        with asking(way, url, verify=place.authority.path, **options) as ask:
            ask(READS["an object"])
    assert len(server.heard) == 1
    assert not log.exists()
