"""A client that runs for long while its credential is renewed on disk again and again.

Time is the tests' own: it moves between rounds, and within one many requests are under way while
the file is replaced. So what the server hears can be judged exactly.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

import pytest

from gracedb_core import AsyncClient, Client
from gracedb_core._client import route_is_taken
from gracedb_core._connection import Connection
from gracedb_core._options import Options
from gracedb_core.resources import Root

from ..transports.authority import Authority
from ..transports.server import Heard, Line, Server, answer
from .test_scitoken import jwt

#: Far enough ahead for certificates that end then to be good today: OpenSSL has its own clock.
START = 2_600_000_000.0
ROUND = 600.0
#: Of a credential; it is replaced in every second round.
LIFE = 3 * ROUND
ROUNDS, TASKS, CALLS = 32, 8, 8
WORDS = answer(b"{}", "Content-Type: application/json")
FILE = b"x" * 3_000_000


class Clock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def timed(kind: Any, clock: Clock, **options: Any) -> Any:
    """Make a client of this kind that lives by *clock*."""
    client = kind.__new__(kind)
    client._options = Options(**options)
    client._connection = Connection(client._options, is_taken=route_is_taken, now=clock)
    Root.__init__(client, client._connection.session, client._drive(client._connection))
    return client


class Judge:
    """What the server heard, by credential, and which of it must not have been said."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        #: When each credential ends, by what the server sees of it.
        self.ends: Dict[Any, float] = {}
        #: Those that were replaced a round ago or more: nobody may still use them.
        self.retired: Set[Any] = set()
        self.complaints: List[str] = []
        self.counts: Dict[Any, int] = {}

    def __call__(self, line: Line, heard: Heard) -> None:
        shown: Any = heard.header("authorization")
        if heard.certificate is not None:
            shown = hashlib.sha256(heard.certificate).hexdigest()
        self.counts[shown] = self.counts.get(shown, 0) + 1
        if self.ends.get(shown, 0.0) <= self.clock():
            self.complaints.append(f"expired or unknown: {shown!r} at {self.clock() - START}")
        if shown in self.retired:
            self.complaints.append(f"long replaced: {shown!r} at {self.clock() - START}")
        line.send(answer(FILE) if "/files/" in heard.line else WORDS)


class Tokens:
    """Renews a token file."""

    def __init__(self, folder: Path, judge: Judge, *, reloads: bool) -> None:
        self.options = {"token": folder / "token", "auth_reload": reloads}
        self._path, self._judge = folder / "token", judge

    def renew(self, *, carefully: bool) -> Any:
        """Write one that begins now; careless programs write it in place. Give what is seen."""
        ends = self._judge.clock() + LIFE
        token = jwt(exp=ends, nbf=ends - LIFE, sub="robot")
        self._judge.ends[f"Bearer {token}"] = ends
        write(self._path, token.encode(), carefully=carefully)
        return f"Bearer {token}"


class Certificates:
    """Renews a certificate and its key; in two files, which no program can replace as one.

    But in one file for a client that has only this moment to find what it needs.
    """

    def __init__(self, folder: Path, judge: Judge, authority: Authority, *, reloads: bool) -> None:
        self._paths = (folder / "cert.pem", folder / "key.pem")[: 1 + reloads]
        self.options = {
            "cert": self._paths if reloads else self._paths[0],
            "verify": authority.path,
            "auth_reload": reloads,
        }
        self._judge, self._authority = judge, authority

    def renew(self, *, carefully: bool) -> Any:
        ends = self._judge.clock() + LIFE
        issued = self._authority.client("robot", ends=ends)
        self._judge.ends[issued.fingerprint] = ends
        for path in self._paths:
            write(path, issued.pem, carefully=carefully)
        return issued.fingerprint


def write(path: Path, content: bytes, *, carefully: bool) -> None:
    target = path.with_suffix(".fresh") if carefully else path
    target.touch(mode=0o600)
    target.write_bytes(content)
    if carefully:
        target.replace(path)


@pytest.fixture(params=[True, False], ids=["reloads", "expires"])
def reloads(request: pytest.FixtureRequest) -> bool:
    """Say whether the client has `auth_reload`."""
    return bool(request.param)


@pytest.fixture(params=["token", "certificate"])
def shift(
    request: pytest.FixtureRequest, tmp_path: Path, reloads: bool
) -> Iterator[Tuple[Any, Judge, Server]]:
    """Give what renews, who judges, and the server that hears."""
    judge = Judge(Clock())
    context: Optional[ssl.SSLContext] = None
    if request.param == "certificate":
        authority = Authority(tmp_path)
        context = authority.server("127.0.0.1", ask=ssl.CERT_REQUIRED)
        renewer: Any = Certificates(tmp_path, judge, authority, reloads=reloads)
    else:
        renewer = Tokens(tmp_path, judge, reloads=reloads)
    with Server(judge, tls=context) as server:
        yield renewer, judge, server


def url_of(server: Server) -> str:
    return f"http{'s' if server.tls else ''}://{server.host}:{server.port}/api/"


Work = Callable[[Callable[[], None]], None]


def work_in_threads(client: Client) -> Work:
    """Give what makes one round of calls, with something else under way meanwhile."""

    def work(meanwhile: Callable[[], None]) -> None:
        def calls() -> None:
            for _ in range(CALLS):
                client.get()

        with ThreadPoolExecutor(TASKS + 1) as pool:
            half = [pool.submit(calls) for _ in range(TASKS // 2)]
            rest = [pool.submit(meanwhile), *(pool.submit(calls) for _ in range(TASKS // 2))]
            for task in half + rest:
                task.result()

    return work


def night(renewer: Any, judge: Judge, work: Work, *, reloads: bool) -> int:
    """Let the rounds pass; give how many calls there were."""
    current: List[Any] = list(judge.ends)
    for number in range(ROUNDS):
        judge.clock.now += ROUND
        replaces = number % 2 == 0
        if reloads and replaces:
            # The newest has been there for a round, and would have been without any end in sight.
            judge.retired.update(current[:-1])

        def meanwhile(number: int = number, replaces: bool = replaces) -> None:
            if replaces:
                # One who waits until it has expired must not find half a file.
                current.append(renewer.renew(carefully=not reloads or number % 4 == 0))

        work(meanwhile)
    return ROUNDS * TASKS * CALLS


def verdict(judge: Judge, server: Server, calls: int) -> None:
    assert judge.complaints == []
    # Not one was lost, and not one sent twice.
    assert sum(judge.counts.values()) == len(server.heard) == calls


@pytest.mark.slow
def test_a_night_with_threads(shift: Any, transport: str, reloads: bool) -> None:
    """Thousands of calls: none is lost, none says what has expired.

    With `auth_reload` each renewal is used soon after it is there; without, when the old one has
    expired.
    """
    renewer, judge, server = shift
    renewer.renew(carefully=True)
    options = {**renewer.options, "transport": transport}
    with timed(Client, judge.clock, url=url_of(server), **options) as client:
        calls = night(renewer, judge, work_in_threads(client), reloads=reloads)
    verdict(judge, server, calls)
    used = sum(count > 0 for count in judge.counts.values())
    # One in three rounds where it lives to its end; all of them where it is reloaded.
    assert used >= (ROUNDS // 2 if reloads else ROUNDS // 4)


@pytest.mark.slow
def test_a_night_that_is_awaited(shift: Any, transport: str, reloads: bool) -> None:
    """The same for tasks of one event loop."""
    renewer, judge, server = shift
    renewer.renew(carefully=True)
    options = {**renewer.options, "transport": transport}

    async def shift_of_tasks() -> int:
        client = timed(AsyncClient, judge.clock, url=url_of(server), **options)

        async def calls() -> None:
            for _ in range(CALLS):
                await client.get()

        async def work(meanwhile: Callable[[], None]) -> None:
            tasks = [calls() for _ in range(TASKS)]
            replaced = asyncio.get_running_loop().run_in_executor(None, meanwhile)
            await asyncio.gather(*tasks, replaced)

        loop = asyncio.get_running_loop()

        def wait(meanwhile: Callable[[], None]) -> None:
            asyncio.run_coroutine_threadsafe(work(meanwhile), loop).result(60)

        async with client:
            return await loop.run_in_executor(
                None, lambda: night(renewer, judge, wait, reloads=reloads)
            )

    verdict(judge, server, asyncio.run(shift_of_tasks()))


# One renewal, looked at closely


class Renewal:
    """A server that asks for certificates, and a client whose own is about to be renewed."""

    def __init__(self, server: Server, renewer: Certificates, judge: Judge) -> None:
        self.server, self.clock, self.renewer = server, judge.clock, renewer
        self.options = {**renewer.options, "url": url_of(server)}
        self.first = renewer.renew(carefully=True)
        self.second = ""

    def renew(self) -> None:
        """Renew it, and let ten seconds pass."""
        self.second = self.renewer.renew(carefully=True)
        self.clock.now += 10

    def shown(self) -> List[str]:
        """Name the certificates of all requests that were heard, in order."""
        return [hashlib.sha256(heard.certificate or b"").hexdigest() for heard in self.server.heard]

    def is_over(self, connection: int) -> bool:
        """Say whether the client ends this connection; waits a little for it."""
        # The first thread accepts; each connection has the next.
        thread = self.server._threads[connection]
        thread.join(20)
        return not thread.is_alive()


@pytest.fixture
def renewal(tmp_path: Path) -> Iterator[Renewal]:
    judge = Judge(Clock())
    authority = Authority(tmp_path)
    renewer = Certificates(tmp_path, judge, authority, reloads=True)
    with Server(judge, tls=authority.server("127.0.0.1", ask=ssl.CERT_REQUIRED)) as server:
        yield Renewal(server, renewer, judge)
        assert judge.complaints == []


def test_a_renewal_spares_what_is_under_way(renewal: Renewal, transport: str) -> None:
    """The next request shows the new certificate; idle connections of the old one are closed.

    A file that is being read over the old one is read whole, and its connection closed then.
    """
    with timed(Client, renewal.clock, transport=transport, **renewal.options) as client:
        file = client.events["G1"].files["a"].get()
        begun = file.read(1000)
        client.get()
        renewal.renew()
        client.get()
        assert renewal.is_over(2)
        assert begun + file.read() == FILE
        file.close()
        assert renewal.is_over(1)
        client.get()
    assert renewal.shown() == [renewal.first] * 2 + [renewal.second] * 2
    assert renewal.server.connections == 3


def test_a_renewal_that_is_awaited_spares_what_is_under_way(
    renewal: Renewal, transport: str
) -> None:
    """The same law for the client that is awaited."""

    async def night_of_one() -> None:
        kind = {"transport": transport, **renewal.options}
        async with timed(AsyncClient, renewal.clock, **kind) as client:
            file = await client.events["G1"].files["a"].get()
            begun = await file.read(1000)
            await client.get()
            renewal.renew()
            await client.get()
            assert renewal.is_over(2)
            assert begun + await file.read() == FILE
            await file.close()
            assert renewal.is_over(1)
            await client.get()

    asyncio.run(night_of_one())
    assert renewal.shown() == [renewal.first] * 2 + [renewal.second] * 2
    assert renewal.server.connections == 3
