"""A write whose answer is lost is made once, and answered as if nothing had been lost."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, NamedTuple

import pytest

from gracedb_core._drivers import Blocking
from gracedb_core.errors import OutcomeUnknown
from gracedb_core.legacy import GraceDb, HTTPError
from gracedb_sandbox import Sandbox
from tests.core.losing import DROP, LOSE, Losing

from .conftest import COINC, EINSTEIN, gather, upload


class Write(NamedTuple):
    """One write: what must be there, the call, and how much of it is on the server."""

    prepare: Callable[[GraceDb], Any]
    make: Callable[[GraceDb, Any], Any]
    count: Callable[[GraceDb, Any], int]


def superevent(client: GraceDb) -> str:
    """Make a superevent around a new event."""
    return gather(client, upload(client))


def told(client: GraceDb, it: str) -> str:
    """Give what its log says."""
    return str([row["comment"] for row in client.logs(it).json()["log"]])


WRITES: Mapping[str, Write] = {
    "create_event": Write(
        lambda c: superevent(c),
        lambda c, it: c.create_event(
            "Test", "gstlal", f"{it}.xml", filecontents=COINC + it.encode()
        ),
        lambda c, it: sum(f"{it}.xml" in c.files(row["graceid"]).json() for row in c.events()),
    ),
    "create_superevent": Write(
        upload,
        lambda c, it: c.create_superevent(1, 2, 3, it, "test"),
        lambda c, it: sum(row["preferred_event"] == it for row in c.superevents("category: Test")),
    ),
    "write_log": Write(
        superevent,
        lambda c, it: c.write_log(it, "said once", "a.txt", b"text", tag_name="pe"),
        lambda c, it: told(c, it).count("said once"),
    ),
    "write_label": Write(
        superevent,
        lambda c, it: c.write_label(it, "DQV"),
        lambda c, it: len(c.labels(it).json()["labels"]),
    ),
    "write_label event": Write(
        upload,
        lambda c, it: c.write_label(it, "DQV"),
        lambda c, it: len(c.labels(it).json()["labels"]),
    ),
    "create_signoff": Write(
        lambda c: (lambda it: (c.write_label(it, "ADVREQ"), it)[1])(superevent(c)),
        lambda c, it: c.create_signoff(it, "ADV", "OK", "fine"),
        lambda c, it: c.signoffs(it).json()["numRows"],
    ),
    "update_superevent": Write(
        superevent,
        lambda c, it: c.update_superevent(it, t_0=2.5),
        lambda c, it: int(c.superevent(it).json()["t_0"] == 2.5),
    ),
    "update_superevent clears": Write(
        lambda c: (lambda it: (c.update_superevent(it, em_type="E1"), it)[1])(superevent(c)),
        lambda c, it: c.update_superevent(it, em_type="", t_0=2.5),
        lambda c, it: int(c.superevent(it).json()["em_type"] is None),
    ),
    "replace_event": Write(
        upload,
        lambda c, it: c.replace_event(it, "coinc.xml", COINC),
        lambda c, it: told(c, it).count("replaced by new upload"),
    ),
    "remove_label": Write(
        lambda c: (lambda it: (c.write_label(it, "INJ"), it)[1])(superevent(c)),
        lambda c, it: c.remove_label(it, "INJ"),
        lambda c, it: int(not c.labels(it).json()["labels"]),
    ),
}


@pytest.fixture
def quick(sandbox: Sandbox) -> Iterator[GraceDb]:
    """Log in as somebody in a hurry."""
    with GraceDb(sandbox.url, backoff_factor=0.001, **EINSTEIN) as client:
        yield client


def lose(client: GraceDb, *plan: str) -> Losing:
    """Let this happen to what *client* writes next."""
    connection = client._client._connection
    transport = Losing(connection.transport().send, *plan)
    client._client._driver = Blocking(lambda: transport, connection.submit)
    return transport


@pytest.mark.parametrize("name", WRITES)
def test_a_lost_answer(gracedb: GraceDb, quick: GraceDb, name: str) -> None:
    write = WRITES[name]
    plain = write.make(gracedb, write.prepare(gracedb))
    it = write.prepare(gracedb)
    lost = lose(quick, LOSE)
    answer = write.make(quick, it)
    assert len(lost.writes) == 1
    assert write.count(gracedb, it) == 1
    assert answer.ok
    assert answer.status // 100 == 2
    assert bool(answer.content) == bool(plain.content)
    if isinstance(plain.json() if plain.content else None, dict):
        # Only the answer to an upload tells of these.
        extra = {"warnings", "superevent_neighbours"}
        assert plain.json().keys() - answer.json().keys() <= extra


def test_what_was_not_done_is_done(gracedb: GraceDb, quick: GraceDb) -> None:
    """What the server does once only is sent again after a look."""
    it = superevent(gracedb)
    lost = lose(quick, DROP)
    assert quick.write_label(it, "DQV").json()["name"] == "DQV"
    assert len(lost.writes) == 2


def test_nobody_knows(gracedb: GraceDb, quick: GraceDb) -> None:
    """What could be done twice is not sent again; the error can look once more."""
    it = superevent(gracedb)
    lost = lose(quick, DROP)
    with pytest.raises(OutcomeUnknown) as raised:
        quick.write_log(it, "lost on the way")
    assert len(lost.writes) == 1
    assert raised.value.resolve().done is not True
    gracedb.write_log(it, "another")


def test_a_refusal_is_one(gracedb: GraceDb, quick: GraceDb) -> None:
    """Though it comes after a look."""
    it = superevent(gracedb)
    lose(quick, DROP)
    with pytest.raises(HTTPError) as raised:
        quick.write_label(it, "ADVOK")
    assert raised.value.status == 400
