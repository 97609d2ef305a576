"""The client: every option has an effect, nothing is asked before a call, no secret gets out."""

from __future__ import annotations

import copy
import os
import pickle
import socket
import threading
import warnings
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

import gracedb_core
from gracedb_core import Client, RetryPolicy, Timeout, errors
from gracedb_core._options import Options
from gracedb_core.errors import (
    ClientClosed,
    ConnectFailed,
    CredentialError,
    CredentialWarning,
    InputError,
    PluginError,
)

LOGIN = {"username": "albert.einstein", "password": "relativity"}


def test_the_public_names() -> None:
    """What is promised is importable, sorted and complete."""
    public = {name for name in vars(gracedb_core) if name[0].isupper()} | {"__version__"}
    assert set(gracedb_core.__all__) == public


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"url": "localhost"}, InputError, "write it like"),
        ({"url": ""}, InputError, "write it like"),
        ({"url": "https://u:p@host/api/"}, InputError, "pass them as arguments"),
        ({"username": "albert"}, CredentialError, "go together"),
        ({"password": "x"}, CredentialError, "go together"),
        ({"username": 1, "password": 2}, CredentialError, "username must be a str"),
        ({"force_noauth": True, "fail_if_noauth": True}, CredentialError, "contradict"),
        ({"fail_if_noauth": True}, CredentialError, "no credentials for gracedb.ex"),
        ({"token": "/nowhere/token"}, CredentialError, "/nowhere/token"),
        ({"token": 3}, CredentialError, "name of a file"),
        ({"cert": "/nowhere/cert.pem"}, CredentialError, "/nowhere/cert.pem"),
        ({"cert": ("a", "b", "c")}, InputError, "pair of certificate and key"),
        ({"transport": "carrier pigeon"}, PluginError, "named 'carrier pigeon'.*urllib3"),
        ({"timeout": -1}, InputError, "positive"),
        ({"timeout": 0}, InputError, "positive"),
        ({"timeout": "soon"}, InputError, "timeout must be"),
        ({"timeout": (1, 2, 3)}, InputError, "timeout must be"),
        ({"retries": -1}, InputError, "retries must be"),
        ({"api_version": "latest"}, InputError, "api_version must be"),
        ({"auth_reload_timeout": -1}, InputError, "auth_reload_timeout"),
        ({"user_agent": "a\r\nX: y"}, InputError, "User-Agent"),
        ({"user_agent": ""}, InputError, "User-Agent"),
        ({"verify": "/nowhere/ca.pem"}, InputError, "/nowhere/ca.pem"),
        ({"verify": 3}, InputError, "verify must be"),
    ],
)  # fmt: skip
def test_bad_options_get_one_sentence(options: Dict[str, Any], error: Any, says: str) -> None:
    """An argument that makes no sense is told at once, by the right kind of error."""
    with pytest.raises(error, match=says):
        Client(**{"url": "https://gracedb.example/api/", **options})


def test_every_option_is_the_clients_and_the_options() -> None:
    """The signature and the value that checks it name the same options."""
    import inspect

    parameters = list(inspect.signature(Client.__init__).parameters)
    assert parameters == ["self", *Options.__annotations__]


def test_making_a_client_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a connection, not a name looked up."""

    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise AssertionError("the network was touched")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    client = Client("https://gracedb.example/api/", **LOGIN)
    repr(client.superevents["S190425z"].logs[3].tags)
    client.close()


def test_the_url_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out, it is GRACEDB_SERVICE_URL if set, else production."""
    assert Client(force_noauth=True).url == "https://gracedb.ligo.org/api/"
    monkeypatch.setenv("GRACEDB_SERVICE_URL", "http://127.0.0.1:8000/api")
    assert Client().url == "http://127.0.0.1:8000/api/"
    assert Client("https://host/api/", force_noauth=True).url == "https://host/api/"
    assert Client(api_version="v2").url == "http://127.0.0.1:8000/api/v2/"


def test_the_transport_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """GRACEDB_TRANSPORT chooses, an argument outranks it."""
    monkeypatch.setenv("GRACEDB_TRANSPORT", "carrier pigeon")
    with pytest.raises(PluginError):
        Client()
    Client(transport="requests").close()


@pytest.mark.parametrize(
    ("option", "timeout"),
    [
        (5, Timeout(5, 5, 5)),
        ((3, 20), Timeout(3, 20, 20)),
        (None, Timeout(None, None, None, None)),
        (Timeout(total=7), Timeout(total=7)),
    ],
)
def test_timeouts_reach_the_requests(option: Any, timeout: Timeout) -> None:
    """One number, a pair, a value or none."""
    assert Client(timeout=option)._session.timeout == timeout


def test_a_client_is_anonymous_where_nothing_is_found(home: Path) -> None:
    """Without credentials there is no error, unless it was asked for."""
    assert Client("https://gracedb.example/api/")._session.keeper.current is None


def netrc(home: Path, mode: int = 0o600) -> None:
    """Write a netrc."""
    path = home / ".netrc"
    path.write_text("machine gracedb.example login albert password hush\n")
    path.chmod(mode)


def test_the_ladder_is_climbed(home: Path) -> None:
    """What is discovered is used, force_noauth uses nothing."""
    netrc(home)
    keeper = Client("https://gracedb.example/api/")._session.keeper
    assert keeper.current is not None
    assert keeper.current.kind == "netrc"
    silent = Client("https://gracedb.example/api/", force_noauth=True)
    assert silent._session.keeper.current is None


def test_an_open_netrc_is_told_and_not_used(home: Path) -> None:
    """A file that others may read is no credential, and its owner is told."""
    netrc(home, 0o644)
    with pytest.warns(CredentialWarning, match=r"\.netrc"):
        client = Client("https://gracedb.example/api/")
    assert client._session.keeper.current is None


def test_credentials_do_not_travel_in_the_clear(home: Path) -> None:
    """Plain http to another machine carries none, unless that is asked for."""
    with pytest.raises(CredentialError, match="plain http"):
        Client("http://gracedb.example/api/", **LOGIN)
    allowed = Client("http://gracedb.example/api/", allow_plain_http=True, **LOGIN)
    assert allowed._session.keeper.current is not None
    netrc(home)
    with pytest.warns(CredentialWarning, match="plain http"):
        client = Client("http://gracedb.example/api/")
    assert client._session.keeper.current is None
    for loopback in ("http://localhost/api/", "http://127.0.0.1/api/", "http://[::1]/api/"):
        assert Client(loopback, **LOGIN)._session.keeper.current is not None


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({"https_proxy": "http://proxy:3128"}, "https://host/api/", "http://proxy:3128"),
        ({"https_proxy": "proxy:3128"}, "https://host/api/", "http://proxy:3128"),
        ({"all_proxy": "http://proxy:3128"}, "https://host/api/", "http://proxy:3128"),
        ({"https_proxy": "http://p:1", "no_proxy": "host"}, "https://host/api/", None),
        ({"http_proxy": "http://p:1"}, "https://host/api/", None),
        ({"http_proxy": "http://p:1"}, "http://127.0.0.1/api/", None),
        ({}, "https://host/api/", None),
    ],
)
def test_proxies_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: Dict[str, str], url: str, proxy: Any
) -> None:
    """The standard variables are obeyed, except for loopback."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = Client(url, force_noauth=True)
    assert client._connection._transport_options().proxy == proxy


def test_a_half_made_client_can_be_shown() -> None:
    """A report of why it could not be made, with the locals of every frame, shows it too."""
    assert repr(Client.__new__(Client)) == "Client('...')"


def test_clients_pickle_and_copy(home: Path) -> None:
    """A client goes through a pickle, a copy and a deep copy with all its options."""
    policy = RetryPolicy(attempts=2)
    client = Client(
        "https://host/api/", timeout=7, retries=policy, api_version="v2", transport="requests"
    )
    for twin in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert twin is not client
        assert twin._options == client._options
        assert twin.url == "https://host/api/v2/"
    secret = copy.copy(Client("https://host/api/", **LOGIN))
    assert secret._session.keeper.current is not None


class Mine(Client):
    """Somebody's own client, with attributes and arguments of its own."""

    def __init__(self, server: str, folder: str) -> None:
        super().__init__(f"https://{server}/api/")
        self.folder = folder


def test_subclasses_pickle_with_their_attributes() -> None:
    """A subclass may have another constructor, and attributes."""
    twin = pickle.loads(pickle.dumps(Mine("host", "/data")))
    assert isinstance(twin, Mine)
    assert (twin.folder, twin.url) == ("/data", "https://host/api/")


def test_closing(sandbox: Any, transport: str) -> None:
    """A closed client says so; closing twice, or unused, does nothing; ``with`` closes."""
    Client(sandbox.url, transport=transport).close()
    with Client(sandbox.url, transport=transport) as client:
        assert client.get()["links"]
    client.close()
    with pytest.raises(ClientClosed, match="closed"):
        client.get()


def test_a_server_that_is_not_there(transport: str) -> None:
    """A refused connection is told in a sentence, after the attempts asked for."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        with pytest.raises(ConnectFailed) as caught:
            Client(url, transport=transport, retries=0).get()
    assert caught.value.request == errors.SentRequest("GET", url)


def test_threads_share_a_client(sandbox: Any, transport: str) -> None:
    """32 threads use one client; each gets its own answers."""
    client = Client(sandbox.url, transport=transport, **LOGIN)
    answers, barrier = [], threading.Barrier(32)

    def ask() -> None:
        barrier.wait()
        answers.append([client.user_info()["username"] for _ in range(3)])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        threads = [threading.Thread(target=ask) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    client.close()
    assert answers == [["albert.einstein"] * 3] * 32


def test_nothing_is_printed(sandbox: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """A library does not write to anybody's terminal."""
    with Client(sandbox.url, **LOGIN) as client:
        client.get()
        client.user_info()
        with pytest.raises(errors.NotFound):
            client.events["G99999999"].get()
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def working_directory(tmp_path: Path) -> Iterator[Path]:
    """Work in a folder of the test's own."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_paths_may_be_relative_and_at_home(home: Path, working_directory: Path) -> None:
    """A token's file may be given as ``~/token``."""
    with pytest.raises(CredentialError, match=str(home)):
        Client("https://host/api/", token="~/token")
