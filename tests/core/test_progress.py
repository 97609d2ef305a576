"""Who uploads is told how far it is: the file's bytes, from 0 again where they are sent again."""

from __future__ import annotations

import asyncio
import io
import threading
from pathlib import Path
from typing import Any, Callable, List, Optional, Tuple

import pytest

from gracedb_core import AsyncClient, Client
from gracedb_core._wire import Request, Response
from gracedb_core.errors import InputError
from gracedb_sandbox import Sandbox

from . import making
from .conftest import EINSTEIN
from .scripted import Hurried, Told, reply
from .test_upload import parsed

DATA = making.COINC + b"\n" * 700_000
Call = Tuple[int, Optional[int]]

#: Each verb that uploads, on what it needs, with a name and contents to be filled in.
VERBS = {
    "events.create": lambda client, **file: client.events.create(
        group="Test", pipeline="gstlal", **file
    ),
    "events.update": lambda client, **file: client.events.update(file.pop("known"), **file),
    "logs.create": lambda client, **file: client.events[file.pop("known")].logs.create("x", **file),
    "event.upload": lambda client, **file: client.events[file.pop("known")].upload(**file),
}


class Heard:
    """Hears how far it is."""

    def __init__(self) -> None:
        self.calls: List[Call] = []

    def __call__(self, done: int, total: Optional[int]) -> None:
        """Note it."""
        self.calls.append((done, total))

    def assert_whole(self, length: int, times: int = 1) -> None:
        """Check that it began at 0, went up, and came to its end, so many times."""
        assert {total for _, total in self.calls} == {length}
        assert [done for done, _ in self.calls].count(0) == times
        rounds: List[List[int]] = []
        for done, _ in self.calls:
            if done == 0:
                rounds.append([])
            rounds[-1].append(done)
        assert all(each == sorted(set(each)) and each[-1] == length for each in rounds)
        assert all(len(each) > 2 for each in rounds)


@pytest.mark.parametrize("verb", ["events.create", "events.update", "logs.create"])
def test_uploads_tell_how_far_they_are(client: Client, verb: str, tmp_path: Path) -> None:
    """Every verb does, of a path and of an open file, over every transport."""
    path = tmp_path / "coinc.xml"
    path.write_bytes(DATA)
    known = {} if verb == "events.create" else {"known": making.event_id(client)}
    for contents in (None, io.BytesIO(DATA)):
        heard = Heard()
        VERBS[verb](client, filename=str(path), filecontents=contents, progress=heard, **known)
        heard.assert_whole(len(DATA))


def test_reserved_events_tell_too(newer: Client) -> None:
    """So does the upload that follows a reservation."""
    heard = Heard()
    known = newer.events.reserve(group="Test", pipeline="gstlal")["graceid"]
    newer.events[known].upload("coinc.xml", DATA, progress=heard)
    heard.assert_whole(len(DATA))


def test_awaited_uploads_tell_too(sandbox: Sandbox, transport: str) -> None:
    """So do those that are awaited, in the thread that sends."""
    heard = Heard()
    threads = set()

    def progress(done: int, total: Optional[int]) -> None:
        heard(done, total)
        threads.add(threading.get_ident())

    async def use() -> None:
        async with AsyncClient(sandbox.url, transport=transport, **EINSTEIN) as client:
            await VERBS["events.create"](
                client, filename="coinc.xml", filecontents=DATA, progress=progress
            )

    asyncio.run(use())
    heard.assert_whole(len(DATA))
    assert threading.get_ident() not in threads


class Draining:
    """A transport that reads what it is to send, and then does as the script says."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.sent: List[Tuple[str, bytes]] = []

    def send(self, request: Request) -> Response:
        """Read the body."""
        body: Any = request.body
        reader = body.open()
        data = b"".join(iter(lambda: reader.read(100_000), b""))
        self.sent.append((dict(request.headers)["Content-Type"], data))
        return self.told.script.send(request)

    def close(self) -> None:
        """Nothing to close."""


def drained(*replies: Any) -> Tuple[Any, Draining]:
    """Make the root of a tree over such a transport."""
    told = Told(*replies)
    transport: Any = Draining(told)
    told.root._driver = Hurried(transport, told.clock)
    return told.root, transport


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_progress_is_no_field(verb: str) -> None:
    """Who is told is told, and nothing of it goes to the server."""
    heard = Heard()
    root, transport = drained(reply(200, {"graceid": "G1", "N": 1}))
    known = {} if verb == "events.create" else {"known": "G1"}
    VERBS[verb](root, filename="a.xml", filecontents=DATA, progress=heard, **known)
    heard.assert_whole(len(DATA))
    form, files = parsed(*transport.sent[0])
    assert "progress" not in dict(form)
    assert [data for _, data, _ in files.values()] == [DATA]


def test_a_repeated_upload_begins_at_0(tmp_path: Path) -> None:
    """Where the server asks to wait, and the same is sent again, it is told again."""
    heard = Heard()
    busy = reply(503, {"detail": "Busy."}, {"retry-after": "1"})
    root, transport = drained(busy, busy, reply(200, {"graceid": "G1", "N": 1}))
    VERBS["events.create"](root, filename="a.xml", filecontents=DATA, progress=heard)
    heard.assert_whole(len(DATA), times=3)
    assert len(transport.sent) == 3


@pytest.mark.parametrize("verb", ["events.create", "logs.create", "event.upload"])
def test_a_misspelt_progress_is_told(verb: str) -> None:
    """It is no field of a newer server either."""
    root, transport = drained()
    known = {} if verb == "events.create" else {"known": "G1"}
    with pytest.raises(InputError, match="did you mean 'progress'"):
        VERBS[verb](root, filename="a.xml", filecontents=b"x", progres=print, **known)
    assert transport.sent == []


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_what_the_caller_raises_is_theirs(client: Client, error: Any) -> None:
    """An error in the caller's function comes out as it is, and the next call is unharmed."""

    def progress(done: int, _total: Optional[int]) -> None:
        if done:
            raise error

    with pytest.raises(error):
        making.event(client, DATA, progress=progress)
    assert client.user_info()["username"] == "albert.einstein"


def test_no_file_is_nothing_to_tell(client: Client) -> None:
    """A message without a file tells nobody; a file of nothing is at its end at once."""
    heard = Heard()
    client.events[making.event_id(client)].logs.create("x", progress=heard)
    assert heard.calls == []
    call: Callable[..., Any] = VERBS["events.update"]
    root, _ = drained(reply(200, None))
    call(root, known="G1", filename="a.xml", filecontents=b"", progress=heard)
    assert heard.calls == [(0, 0)]
