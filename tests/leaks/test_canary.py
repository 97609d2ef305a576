"""A secret lives through everything that can happen to a client, and is seen by the server only."""

from __future__ import annotations

import asyncio
import base64
import copy
import http.client
import io
import json
import logging
import pickle
import signal
import threading
import warnings
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Set
from urllib.parse import quote

import pytest

from gracedb_core import AsyncClient, Client, errors
from gracedb_core._calls import Call as Asked
from gracedb_core._calls import prepare
from gracedb_core._exchange import Trail, _signed
from gracedb_core._routes import Cell
from gracedb_core.interfaces import AuthRequest, ClientCert, Credential, Origin, TransportOptions
from tests.transports.authority import Authority
from tests.transports.server import Heard, Line, Server, answer, cuts

from .asking import Ask, asking
from .calls import READS, WRITES
from .canary import CORE, PASSWORD, Log, forms, found, frames, pickled, reachable, shown, told
from .kinds import USER, Place, serving

pytestmark = pytest.mark.slow


def token(place: Place) -> Dict[str, Any]:
    return {"token": place.write("token", CORE)}


def token_itself(_place: Place) -> Dict[str, Any]:
    return {"bearer_token": CORE}


def password(_place: Place) -> Dict[str, Any]:
    return {"username": USER, "password": PASSWORD}


def netrc(place: Place) -> Dict[str, Any]:
    place.write(".netrc", f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n')
    return {}


def certificate(place: Place) -> Dict[str, Any]:
    return {"cert": place.write("both.pem", place.authority.client(USER).pem.decode())}


GIVE: List[Callable[[Place], Dict[str, Any]]] = [token, token_itself, password, netrc, certificate]


class Life:
    """A client with a secret, its server, and all that was seen of the secret."""

    def __init__(self, ask: Ask, server: Server, secrets: Set[str]) -> None:
        self.ask = ask
        self.server = server
        self.secrets = secrets

    def says(self, data: bytes, *, close: bool = False) -> None:
        """Let the server say this from now on."""

        def script(line: Line, heard: Heard) -> None:
            line.send(data)
            if close:
                line.close()

        self.server.script = script

    def fails(self, call: Callable[[Any], Any], kind: Any) -> BaseException:
        """Ask what goes wrong, and see that the error and all its frames tell no secret."""
        with pytest.raises(kind) as caught:
            self.ask(call)
        assert found(told(caught.value), self.secrets) == []
        assert len(list(frames(caught.value))) > 3  # ours are among them
        return caught.value

    def is_quiet(self, *things: Any) -> None:
        """See that things show no secret."""
        assert found(shown(*things), self.secrets) == []


@pytest.fixture(params=GIVE, ids=lambda give: give.__name__)
def options(request: pytest.FixtureRequest, place: Place) -> Dict[str, Any]:
    """Give a client each kind of secret."""
    options: Dict[str, Any] = request.param(place)
    return {**options, "verify": place.authority.path, "retries": 0, "timeout": 5}


def secrets_of(options: Dict[str, Any]) -> Set[str]:
    """Give every spelling of what must not be seen."""
    if "cert" not in options:
        return forms()
    lines = Path(options["cert"]).read_text().split("PRIVATE KEY")[1].splitlines()[1:-1]
    return {line[:40] for line in lines}


@pytest.fixture
def life(
    way: str,
    options: Dict[str, Any],
    place: Place,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Life]:
    """Live, and look afterwards at every log, warning and line that was printed."""
    place.patch.setenv("PYTHONASYNCIODEBUG", "1")
    place.patch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    for name in ("urllib3", "requests", "asyncio", "aiohttp", "concurrent.futures", "http"):
        place.patch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    secrets = secrets_of(options)
    with Log() as log, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with Server(tls=serving(place.authority, "127.0.0.1")) as server:
            url = f"https://127.0.0.1:{server.port}/api/"
            with asking(way, url, **options) as ask:
                ask(tell_everything)
                life = Life(ask, server, secrets)
                life.says(answer(b"{}"))
                ask(READS["the root"])
                # It is there, or not seeing it would prove nothing.
                assert server.heard[0].certificate or server.heard[0].header("authorization")
                yield life
    said = [log.texts.getvalue(), *capfd.readouterr(), *(f"{each!s}" for each in warned)]
    assert found(iter(said), secrets) == []


def tell_everything(client: Any) -> Any:
    """Let a loop log everything that it does, and give something to read."""
    if isinstance(client, AsyncClient):
        asyncio.get_running_loop().slow_callback_duration = 0.0
        return asyncio.sleep(0)
    return None


def test_the_canary_is_found() -> None:
    """Else all of this would prove nothing: each spelling is recognised."""
    for user in ("a", "ab", "abc"):
        pair = f"{user}:{PASSWORD}"
        for text in (
            *(pair, quote(pair), repr(pair.encode("latin-1")), repr(pair.encode())),
            *(base64.b64encode(pair.encode()).decode(), pair.encode("latin-1").hex()),
            base64.b64encode(pair.encode("latin-1")).decode(),
        ):
            assert found(iter([text]), forms()), text
    assert found(shown([{"a": (CORE,)}]), forms())


def test_answers(life: Life) -> None:
    """What goes well, and every refusal."""
    for name, call in READS.items():
        body: Any = {"events": []} if name == "a search" else {}
        life.says(answer(json.dumps(body).encode()))
        life.is_quiet(life.ask(call) if name != "a list" else "")
    for status, kind in (
        ("400 Bad", errors.BadRequest),
        ("403 No", errors.AccessDenied),
        ("404 Gone", errors.NotFound),
        ("409 No", errors.Conflict),
        ("429 Slow", errors.Throttled),
        ("500 Oops", errors.ServerFault),
        ("503 Later", errors.Unavailable),
    ):
        life.says(answer(b'{"error": "no"}', 'WWW-Authenticate: Basic realm="x"', status=status))
        for call in (READS["an object"], READS["a file"], WRITES["an upload"]):
            life.fails(call, kind)


def test_answers_that_make_no_sense(life: Life) -> None:
    """What is no JSON, no HTTP, not whole, not what was asked for, or points elsewhere."""
    life.says(answer(b"<html>"))
    life.fails(READS["an object"], errors.DecodeError)
    life.fails(WRITES["an upload"], errors.OutcomeUnknown)
    life.says(answer(b'{"events": 3}'))
    life.fails(READS["a search"], errors.DecodeError)
    life.says(answer(b"{}", "Content-Encoding: gzip"))
    life.fails(READS["an object"], errors.GraceDBError)
    life.says(answer(b"{", length=10), close=True)
    life.fails(READS["an object"], errors.TransportError)
    life.fails(READS["a file"], errors.TruncatedAnswer)
    life.fails(WRITES["an upload"], errors.OutcomeUnknown)
    life.says(b"SSH-2.0\r\n", close=True)
    life.fails(READS["an object"], errors.ConnectionLost)
    life.says(answer(b"", "Location: https://127.0.0.2/", status="302 Found"))
    life.fails(READS["an object"], errors.RedirectRefused)
    life.fails(WRITES["an upload"], errors.RedirectRefused)


def test_answers_that_do_not_come(life: Life) -> None:
    """The server breaks off, or the gateway before it, and nobody knows what was done."""
    life.server.script = lambda line, heard: line.reset()
    life.fails(READS["an object"], errors.ConnectionLost)
    life.fails(READS["a file"], errors.ConnectionLost)
    life.fails(WRITES["an upload"], errors.OutcomeUnknown)
    life.fails(WRITES["JSON"], errors.OutcomeUnknown)
    life.says(answer(b"{}", status="502 Bad gateway"))
    life.fails(READS["an object"], errors.ServerFault)
    life.fails(WRITES["an upload"], errors.GatewayFailure)


class Broken(io.BytesIO):
    """A file that somebody wants to upload, and that cannot be read to its end."""

    def __init__(self, error: BaseException, after: int) -> None:
        super().__init__(b"x" * (4 << 20))
        self.error = error
        self.after = after

    def read(self, amount: Any = -1) -> bytes:
        if amount and self.tell() >= self.after:
            raise self.error
        return super().read(amount)


@pytest.mark.parametrize(
    ("error", "after"),
    [(ValueError("text"), 0), (OSError("disk"), 1), (KeyboardInterrupt(), 2 << 20)],
    ids=["at first", "soon", "later"],
)
def test_uploads_that_break(life: Life, error: BaseException, after: int) -> None:
    """What the caller's own file raises goes through our frames, which show nothing."""
    life.says(answer(b"{}"))
    life.ask(READS["an object"])
    with pytest.raises(BaseException) as caught:
        life.ask(
            lambda client: client.events["G1"].logs.create(
                "a log", filename="a.xml", filecontents=Broken(error, after)
            )
        )
    assert isinstance(caught.value, type(error))
    assert any("transports/" in each for each in frames(caught.value))
    assert found(frames(caught.value), life.secrets) == []


class Interrupted(Exception):
    """Raised by a signal, wherever the program is."""


def interrupted(ask: Ask, server: Server) -> BaseException:
    """Ask, be interrupted while the answer is awaited, and give the exception that this was."""

    async def cancelled() -> BaseException:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(ask.client.events["G1"].get())
        server.script = lambda line, heard: loop.call_soon_threadsafe(task.cancel) and None
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value

    def handler(_number: int, _frame: object) -> None:
        raise Interrupted

    if isinstance(ask.client, AsyncClient):
        error: BaseException = ask(lambda client: cancelled())
        return error
    us, before = threading.get_ident(), signal.signal(signal.SIGUSR1, handler)
    server.script = lambda line, heard: signal.pthread_kill(us, signal.SIGUSR1)
    try:
        with pytest.raises(Interrupted) as caught:
            ask(READS["an object"])
    finally:
        signal.signal(signal.SIGUSR1, before)
    return caught.value


def test_interruptions(life: Life) -> None:
    """A signal, or a task that is cancelled, while the answer is awaited: our frames are quiet."""

    error = interrupted(life.ask, life.server)
    assert found(frames(error), life.secrets) == []
    if not isinstance(life.ask.client, AsyncClient):
        assert any("transports/" in each for each in frames(error))


def test_delays(life: Life, way: str, options: Dict[str, Any]) -> None:
    """Nor is anything seen when the answer is late."""
    life.server.script = lambda line, heard: line.stall()
    url = life.ask.client.url
    with asking(way, url, **{**options, "timeout": (5, 0.2)}) as ask:
        hurried = Life(ask, life.server, life.secrets)
        hurried.fails(READS["an object"], errors.TimedOut)
        hurried.fails(READS["a file"], errors.TimedOut)
        hurried.fails(WRITES["an upload"], errors.OutcomeUnknown)


def test_connections_that_fail(
    life: Life, way: str, options: Dict[str, Any], place: Place, tmp_path: Path
) -> None:
    """Nobody is there, or somebody else, or a certificate is refused."""
    with Server(tls=serving(Authority(tmp_path), "127.0.0.1")) as impostor:
        url = f"https://127.0.0.1:{impostor.port}/api/"
        with asking(way, url, **options) as ask:
            Life(ask, impostor, life.secrets).fails(READS["an object"], errors.TLSFailed)
            Life(ask, impostor, life.secrets).fails(WRITES["an upload"], errors.TLSFailed)
    with asking(way, url, **options) as ask:
        Life(ask, impostor, life.secrets).fails(READS["an object"], errors.ConnectFailed)
        Life(ask, impostor, life.secrets).fails(WRITES["an upload"], errors.ConnectFailed)


def test_the_things_a_client_is_made_of(life: Life) -> None:
    """A client that was used, and all that can be reached from it: printed, pickled, copied."""
    life.says(answer(b"{}"))
    life.ask(READS["an object"])
    client = life.ask.client
    session = client._session
    wanted = AuthRequest(
        Origin("https", "127.0.0.1", 443),
        password=PASSWORD,
        bearer_token=CORE,
        environment={"BEARER_TOKEN": CORE},
    )
    request = _signed(session, prepare(session, Asked(Cell("GET"), "x")), Trail(session))
    credential = session.keeper.current
    assert credential.headers or credential.certificate
    options = client._connection._transport_options()
    things = [client, client.events["G1"], wanted, request, credential, options]
    life.is_quiet(*things)
    ours = [each for each in reachable(*things) if type(each).__module__.startswith("gracedb_")]
    names = {type(each).__name__ for each in ours}
    assert names >= {"Options", "Connection", "Session", "Keeper", "AuthRequest", "Credential"}
    assert names >= {"Request", "TransportOptions", "Origin"}
    for thing in ours:
        assert found(pickled(thing), life.secrets) == [], thing
    life.is_quiet(copy.copy(credential), copy.deepcopy(credential), copy.copy(request))


def test_what_holds_a_secret_does_not_pickle() -> None:
    """It says so; what only knows where the secret is does pickle."""
    for thing in (
        Client("https://host/api/", username=USER, password=PASSWORD),
        Client("https://host/api/", username=USER, password=PASSWORD)._options,
        Client("https://host/api/", bearer_token=CORE),
        Client("https://host/api/", bearer_token=CORE)._options,
        AuthRequest(Origin("https", "host", 443), password=PASSWORD),
        AuthRequest(Origin("https", "host", 443), bearer_token=CORE),
        Credential("basic", "here", headers=(("Authorization", CORE),)),
        ClientCert(CORE.encode(), "00"),
        TransportOptions(Origin("https", "host", 443), tls=print, proxy=f"http://a:{CORE}@proxy"),
    ):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(pickle.PicklingError, match=r"not pickled, so that.*\."):
                pickle.dumps(thing, protocol)
    anonymous = Client("https://host/api/", force_noauth=True)._options
    assert pickle.loads(pickle.dumps(anonymous)) == anonymous


@pytest.mark.parametrize("make", [Client, AsyncClient])
@pytest.mark.parametrize(
    "mistake",
    [
        {"url": "localhost"},
        {"username": None},
        {"username": 3},
        {"username": "a:b"},
        {"timeout": -1},
        {"transport": "carrier pigeon"},
        {"force_noauth": True, "fail_if_noauth": True},
        {"max_concurrency": 0},
        {"url": "http://gracedb.example/api/"},
        {"password": PASSWORD.encode()},
        {"password": f"{PASSWORD}\n"},
        {"verify": "/nowhere"},
        {"username": None, "password": None, "bearer_token": CORE, "token": "/nowhere"},
        {"username": None, "password": None, "bearer_token": f"{CORE}\n{CORE}"},
        {"username": None, "password": None, "bearer_token": CORE.encode()},
        {"username": None, "password": None, "bearer_token": CORE, "verify": 3},
    ],
    ids=repr,
)
def test_mistakes_beside_a_secret(make: Any, mistake: Dict[str, Any]) -> None:
    """A wrong argument is told by frames that hold the right ones too."""
    right = {"url": "https://host/api/", "username": USER, "password": PASSWORD}
    with pytest.raises((ValueError, errors.GraceDBError)) as caught:
        make(**{**right, **mistake})
    assert found(told(caught.value), forms()) == []


def test_the_password_of_a_proxy(way: str, place: Place) -> None:
    """A proxy that cannot be reached, refuses, breaks off, or is none, tells no password."""
    with Server(cuts(answer(b"", status="407 Who are you"))) as proxy:
        places = [f"http://a:{CORE}@127.0.0.1:{proxy.port}", f"http://a:{CORE}@127.0.0.1:1"]
        for name in [*places, f"socks5://a:{CORE}@127.0.0.1:1", f"http://a:{CORE}@"]:
            place.patch.setenv("https_proxy", name)
            url = "https://gracedb.example/api/"
            options = {"retries": 0, "timeout": 5, "verify": place.authority.path}
            with Log() as log, asking(way, url, **options) as ask:
                life = Life(ask, proxy, forms())
                life.fails(READS["an object"], (errors.ConnectFailed, errors.InputError))
                life.fails(WRITES["an upload"], (errors.ConnectFailed, errors.InputError))
                life.is_quiet(ask.client)
            assert found(iter([log.texts.getvalue()]), forms()) == []
    assert proxy.heard[0].header("proxy-authorization")


def test_an_interrupted_tunnel(way: str, place: Place) -> None:
    """A signal while a proxy is waited for: the library's own frame may show its password.

    That of http.client, or what urllib3 puts in its place, has it in a local on some Pythons. No
    other frame has it, and no credential is on its way before there is a tunnel.
    """
    token = CORE[::-1]
    with Server() as proxy:
        place.patch.setenv("https_proxy", f"http://a:{CORE}@127.0.0.1:{proxy.port}")
        options: Dict[str, Any] = {"bearer_token": token, "retries": 0, "timeout": 5}
        with asking(way, "https://gracedb.example/api/", **options) as ask:
            error = interrupted(ask, proxy)
    assert found(frames(error), forms(token.encode())) == []
    showing = {each.partition(": ")[0].split()[-1] for each in found(frames(error), forms())}
    assert showing <= {"_tunnel"}
