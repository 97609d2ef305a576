"""Which authorities are trusted, and which client certificates can be shown."""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List

import certifi
import pytest

from gracedb_core._tls import TLSContexts
from gracedb_core.errors import CredentialError, InputError
from gracedb_core.interfaces import ClientCert

from .authority import Authority

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> List[Dict[str, str]]:
    """Give what contexts are told to load; they load it."""
    calls: List[Dict[str, str]] = []
    load = ssl.SSLContext.load_verify_locations

    def watch(self: Any, **locations: str) -> None:
        calls.append(locations)
        load(self, **locations)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", watch)
    monkeypatch.setattr(
        ssl.SSLContext, "load_default_certs", lambda _self: calls.append({"default": ""})
    )
    return calls


def bundle(folder: Path, name: str, authority: Authority) -> str:
    """Write a bundle of one authority, to be told from others by its name."""
    path = folder / name
    path.write_bytes(authority.path.read_bytes())
    return str(path)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_order_of_variables(
    first: int, tmp_path: Path, authority: Authority, loaded: List[Dict[str, str]]
) -> None:
    """Of the variables, the first that is set decides; an empty one is not set."""
    environment = {name: bundle(tmp_path, name, authority) for name in VARIABLES[first:]}
    environment.update((name, "") for name in VARIABLES[:first])
    TLSContexts(environment=environment)(None)
    assert loaded == [{"cafile": environment[VARIABLES[first]]}]


def test_file_and_folder(
    tmp_path: Path, authority: Authority, loaded: List[Dict[str, str]]
) -> None:
    """SSL_CERT_FILE and SSL_CERT_DIR add up, as in OpenSSL."""
    file = bundle(tmp_path, "file", authority)
    TLSContexts(environment={"SSL_CERT_FILE": file, "SSL_CERT_DIR": str(tmp_path)})(None)
    assert loaded == [{"cafile": file, "capath": str(tmp_path)}]


def test_argument_wins(tmp_path: Path, authority: Authority, loaded: List[Dict[str, str]]) -> None:
    """What is given as an argument, file or folder, str or Path, outdoes every variable."""
    environment = {"REQUESTS_CA_BUNDLE": str(tmp_path / "missing")}
    TLSContexts(verify=str(authority.path), environment=environment)(None)
    TLSContexts(verify=tmp_path, environment=environment)(None)
    assert loaded == [{"cafile": str(authority.path)}, {"capath": str(tmp_path)}]


def test_home_is_spelled_out(
    home: Path, authority: Authority, loaded: List[Dict[str, str]]
) -> None:
    """A path may begin with ~."""
    path = bundle(home, "authority.pem", authority)
    TLSContexts(verify="~/authority.pem")(None)
    assert loaded == [{"cafile": path}]


def test_certifi(loaded: List[Dict[str, str]]) -> None:
    """Where nothing is said, the bundle that comes with requests is trusted."""
    context = TLSContexts(environment={})(None)
    assert loaded == [{"cafile": certifi.where()}]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_system_store(loaded: List[Dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that bundle is not installed, the system's own store is."""
    monkeypatch.setitem(sys.modules, "certifi", None)
    TLSContexts(environment={})(None)
    assert loaded == [{"default": ""}]


def test_process_environment(
    authority: Authority, loaded: List[Dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left out, the environment is that of the process."""
    monkeypatch.setenv("CURL_CA_BUNDLE", str(authority.path))
    TLSContexts()(None)
    assert loaded == [{"cafile": str(authority.path)}]


def test_missing_argument(tmp_path: Path) -> None:
    """A path that does not exist is refused when it is given, by name."""
    with pytest.raises(InputError, match=r"verify names .*gone\.pem"):
        TLSContexts(verify=tmp_path / "gone.pem")


def test_missing_variable(tmp_path: Path) -> None:
    """A variable that names nothing is refused when authorities are needed, by name."""
    contexts = TLSContexts(environment={"SSL_CERT_FILE": str(tmp_path / "gone.pem")})
    with pytest.raises(InputError, match=r"SSL_CERT_FILE names .*gone\.pem"):
        contexts(None)


def test_not_a_bundle(tmp_path: Path) -> None:
    """A file without certificates is refused in a sentence."""
    path = tmp_path / "notes.txt"
    path.write_text("not a certificate")
    with pytest.raises(InputError, match=r"no certificate authorities.*notes\.txt"):
        TLSContexts(verify=path)(None)


def test_loaded_once(authority: Authority, loaded: List[Dict[str, str]]) -> None:
    """Threads that begin together share one context for each certificate."""
    contexts = TLSContexts(verify=authority.path)
    wanted = [None, authority.client("albert"), authority.client("henrietta")]
    together = threading.Barrier(12)

    def ask(number: int) -> ssl.SSLContext:
        together.wait(20)
        return contexts(wanted[number % 3])

    assert not loaded
    with ThreadPoolExecutor(12) as threads:
        given = list(threads.map(ask, range(12)))
    assert len({id(context) for context in given}) == 3
    assert len(loaded) == 3


def test_old_certificates_are_forgotten(authority: Authority) -> None:
    """A client that renews its certificate for months keeps no context for each."""
    contexts = TLSContexts(verify=authority.path)
    for number in range(12):
        contexts(authority.client(str(number)))
    assert len(contexts._contexts) < 6


def test_certificate_leaves_no_file(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is on disk only while OpenSSL reads it, for its owner only."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    modes = []
    load = ssl.SSLContext.load_cert_chain

    def watch(self: Any, path: str, **options: Any) -> None:
        modes.append(os.stat(path).st_mode & 0o777)
        load(self, path, **options)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watch)
    contexts = TLSContexts(verify=authority.path)
    contexts(authority.client("albert"))
    with pytest.raises(CredentialError):
        contexts(ClientCert(b"nothing", "0"))
    assert modes == [0o600, 0o600]
    assert not list(tmp_path.iterdir())


def test_encrypted_key(authority: Authority) -> None:
    """An encrypted key is refused; the terminal is not asked."""
    with pytest.raises(CredentialError, match=r"encrypted.*openssl pkey"):
        TLSContexts(verify=authority.path)(authority.client("albert", password=b"secret"))


def test_foreign_key(authority: Authority) -> None:
    """A key of another certificate is refused."""
    certificate = authority.client("albert").pem.split(b"-----BEGIN PRIVATE")[0]
    key = b"-----BEGIN PRIVATE" + authority.client("henrietta").pem.split(b"-----BEGIN PRIVATE")[1]
    with pytest.raises(CredentialError, match="do not belong together"):
        TLSContexts(verify=authority.path)(ClientCert(certificate + key, "0"))


def test_unverified() -> None:
    """verify=False verifies nothing, and says so once."""
    contexts = TLSContexts(verify=False)
    with pytest.warns(UserWarning, match="verify=False"):
        context = contexts(None)
    assert context.verify_mode == ssl.CERT_NONE
    assert not context.check_hostname
