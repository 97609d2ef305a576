"""Writes whose answer is lost: found, sent again only where that does no harm, or told in doubt."""

from __future__ import annotations

import asyncio
import copy
import gzip
import logging
import pickle
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any, Callable, List
from urllib.parse import unquote_plus

import pytest
import requests

from gracedb_core import AsyncClient, Client
from gracedb_core._drivers import Awaiting, Blocking
from gracedb_core._retry import RetryPolicy
from gracedb_core._sought import unix_time
from gracedb_core._wire import Request, Response
from gracedb_core.errors import (
    BadRequest,
    ClientClosed,
    ConnectionLost,
    DecodeError,
    GatewayFailure,
    InputError,
    NotFound,
    OutcomeUnknown,
    PluginError,
    RedirectRefused,
    Resolution,
)
from gracedb_core.resources import Root
from gracedb_sandbox import Sandbox
from tests.core.losing import DROP, LATE, LOSE, losing
from tests.core.scripted import Told, reply
from tests.core.writes import REMOVALS, WRITES, event, superevent, unique

#: What the server does once only, whoever asks.
ONCE = [name for name, write in WRITES.items() if write.twice == 1 and name != "make a superevent"]
#: What would be done twice.
NEVER = [name for name in WRITES if name not in ONCE]


@pytest.fixture
def direct(sandbox: Sandbox) -> Any:
    """Give a client that loses nothing."""
    with Client(sandbox.url, username="albert.einstein", password="relativity") as client:
        yield client


@pytest.mark.parametrize("name", [*WRITES, *REMOVALS])
def test_a_lost_answer_is_found(direct: Client, name: str) -> None:
    """What was done and not answered is done once, and answered as if nothing had been lost."""
    write = {**WRITES, **REMOVALS}[name]
    usual = write.make(direct, write.prepare(direct))
    thing = write.prepare(direct)
    root, transport = losing(direct, LOSE)
    answer = write.make(root, thing)
    assert len(transport.writes) == 1
    assert write.count(direct, thing) == (name in WRITES)
    if isinstance(usual, dict):
        # The answer to an upload has a key of its own, and what was made is younger.
        assert set(answer) >= set(usual) - {"warnings", "superevent_neighbours"}
    elif not isinstance(usual, str):
        assert answer == usual


@pytest.mark.parametrize("name", [*ONCE, *REMOVALS])
def test_what_is_done_once_is_sent_again(direct: Client, name: str) -> None:
    """A write that did not arrive, and that the server does only once, is sent again."""
    write = {**WRITES, **REMOVALS}[name]
    thing = write.prepare(direct)
    root, transport = losing(direct, DROP, LOSE)
    write.make(root, thing)
    assert len(transport.writes) == 2
    assert write.count(direct, thing) == (name in WRITES)


@pytest.mark.parametrize("name", NEVER)
def test_what_would_be_done_twice_is_not_sent_again(direct: Client, name: str) -> None:
    """A write that does not appear is told in doubt, and resolved: it was not done."""
    write = WRITES[name]
    thing = write.prepare(direct)
    root, transport = losing(direct, DROP)
    with pytest.raises(OutcomeUnknown, match="may or may not have been carried out") as caught:
        write.make(root, thing)
    assert len(transport.writes) == 1
    assert caught.value.resolve() == Resolution(False)
    assert write.count(direct, thing) == 0


@pytest.mark.parametrize("name", NEVER)
def test_what_appears_late_is_found(direct: Client, name: str) -> None:
    """A server that is still at work is waited for, and then resolves the doubt."""
    write = WRITES[name]
    thing = write.prepare(direct)
    root, transport = losing(direct, LATE, patience=3)
    write.make(root, thing)
    thing = write.prepare(direct)
    root, transport = losing(direct, LATE, policy=RetryPolicy(attempts=1))
    with pytest.raises(OutcomeUnknown) as caught:
        write.make(root, thing)
    seen: List[Resolution] = []
    while not seen or seen[-1].done is None:
        seen.append(caught.value.resolve())
        assert len(seen) < 10
    assert seen[-1].done is True
    assert caught.value.resolve() == seen[-1]
    assert len(transport.writes) == 1
    assert write.count(direct, thing) == 1


@pytest.mark.parametrize("name", [name for name in NEVER if WRITES[name].twice == 2])
def test_two_on_purpose_are_two(direct: Client, name: str) -> None:
    """What was made by an earlier call is never taken for what a later one has made."""
    write = WRITES[name]
    thing = write.prepare(direct)
    write.make(direct, thing)
    root, _ = losing(direct, DROP, LOSE)
    with pytest.raises(OutcomeUnknown) as caught:
        write.make(root, thing)
    assert write.count(direct, thing) == 1
    write.make(root, thing)
    assert write.count(direct, thing) == 2
    # All that is there is somebody's.
    assert caught.value.resolve().done is False


def test_two_lost_at_once_find_one_each(direct: Client) -> None:
    """Two that are lost together, of which one arrived: one is done, the other in doubt."""
    graceid = event(direct)
    root, _ = losing(direct, LOSE, DROP)
    done, unknown = [], []

    def write() -> None:
        try:
            done.append(root.events[graceid].logs.create("same")["N"])
        except OutcomeUnknown as error:
            unknown.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(done), len(unknown)) == (1, 1)
    assert unknown[0].resolve() == Resolution(False)


def test_what_others_did_before_is_no_answer(sandbox: Sandbox, direct: Client) -> None:
    """A label that was there already is refused, as it would have been without the loss."""
    place = superevent(direct)
    place.labels.create("DQV")
    sandbox.advance_clock(5)  # labels are dated to the second
    root, transport = losing(direct, DROP)
    with pytest.raises(BadRequest):
        root.superevents[place._keys[0]].labels.create("DQV")
    assert len(transport.writes) == 2


def test_an_event_that_has_its_superevent_is_refused(sandbox: Sandbox, direct: Client) -> None:
    """A superevent that was made before is not taken for the one whose answer was lost."""
    graceid = event(direct)
    fields = {"t_start": 1, "t_0": 2, "t_end": 3, "preferred_event": graceid}
    direct.superevents.create(**fields)
    sandbox.advance_clock(5)
    root, transport = losing(direct, DROP)
    with pytest.raises(BadRequest, match="already assigned"):
        root.superevents.create(**fields)
    assert len(transport.writes) == 2


def test_a_removal_of_what_was_never_there_is_refused(direct: Client) -> None:
    """Without doubt, 404 means what it says; with it, what is gone was removed."""
    graceid = event(direct)
    with pytest.raises(NotFound):
        direct.events[graceid].labels.delete("DQV")
    root, _ = losing(direct, DROP)
    assert root.events[graceid].labels.delete("DQV") is None


@pytest.mark.parametrize("kind", ["events", "superevents"])
def test_what_is_so_already_counts_on_request(direct: Client, kind: str) -> None:
    """With exist_ok, missing_ok or unchanged_ok, what is so already is done."""
    place = direct.events[event(direct)] if kind == "events" else superevent(direct)
    for _ in range(2):
        place.labels.create("DQV", exist_ok=True)
        place.logs[1].tags.create("psd", exist_ok=True)
    assert [label["name"] for label in place.labels.get()] == ["DQV"]
    for _ in range(2):
        place.labels.delete("DQV", missing_ok=True)
        place.logs[1].tags.delete("psd", missing_ok=True)
    assert place.labels.get() == []
    with pytest.raises(NotFound):
        place.logs[99].tags.delete("psd", missing_ok=True)
    with pytest.raises(BadRequest):
        place.labels.create("NONSENSE", exist_ok=True)


def test_what_is_so_already_counts_on_superevents(direct: Client) -> None:
    """Members, preferred events, signoffs and changes likewise."""
    place, other = superevent(direct), event(direct)
    place.labels.create("ADVREQ")
    key = place._keys[0]
    for _ in range(2):
        place.add(other, exist_ok=True)
        place.events.create(other, exist_ok=True)
        place.pipeline_preferred_events.add(other, exist_ok=True)
        place.signoff("ADV", "OK", "fine", exist_ok=True)
        changed = direct.superevents.update(key, t_start=1.5, unchanged_ok=True)
        assert changed["t_start"] == 1.5
        place.signoffs.update("ADV", "NO", "no", unchanged_ok=True)
        place.signoffs.update("ADV", "OK", "fine", unchanged_ok=True)
    with pytest.raises(BadRequest):
        place.signoff("ADV", "NO", "other words", exist_ok=True)
    for _ in range(2):
        place.pipeline_preferred_events.remove(other, missing_ok=True)
        place.remove(other, missing_ok=True)
        place.signoffs.delete("ADV", missing_ok=True)
    with pytest.raises(BadRequest):
        direct.superevents.update(key, t_start=1.5)
    with pytest.raises(BadRequest):
        # It is another superevent's.
        superevent(direct).add(place.get()["preferred_event"], exist_ok=True)


def test_an_awaited_doubt_is_awaited(sandbox: Sandbox) -> None:
    """What `AsyncClient` raises is resolved by awaiting."""

    class Late:
        """Loses one write, and does it later."""

        def __init__(self, send: Any) -> None:
            self.send_on = send
            self.kept: List[Request] = []

        async def send(self, request: Request) -> Response:
            if request.method == "POST":
                self.kept.append(request)
                raise ConnectionLost("The connection broke.")
            response: Response = await self.send_on(request)
            return response

    async def main() -> None:
        async with AsyncClient(
            sandbox.url, username="albert.einstein", password="relativity"
        ) as client:
            late: Any = Late(client._connection.awaited_transport().send)
            session = client._session.replaced(policy=RetryPolicy(attempts=1))
            driver = Awaiting(lambda: late, client._connection.run_blocking)
            root: Root[Any] = Root(session, driver)
            with pytest.raises(OutcomeUnknown) as caught:
                await root.events.create(
                    "a.data", unique("a").encode(), group="Test", pipeline="HardwareInjection"
                )
            assert await caught.value.resolve() == Resolution(None)
            await late.send_on(late.kept[0])
            resolution = await caught.value.resolve()
            assert resolution.done is True
            assert resolution.answer["group"] == "Test"

    asyncio.run(main())


def create(told: Told) -> Any:
    """Upload an event."""
    return told.root.events.create("coinc.xml", b"x", group="CBC", pipeline="gstlal")


@pytest.mark.parametrize(
    "answer",
    [
        Response(201, {"content-encoding": "gzip"}, b"damaged"),
        Response(201, {"content-encoding": "gzip"}, gzip.compress(b"{}")[:-4]),
        reply(201, b"<html>login</html>"),
        Response(206, {}, b"{}"),
        DecodeError("It is too large."),
        PluginError("The transport of a stranger failed."),
    ],
)
def test_a_write_whose_answer_cannot_be_read_is_in_doubt(answer: Any) -> None:
    """Whatever is wrong with the answer, or with what should have brought it."""
    with pytest.raises(OutcomeUnknown):
        create(Told(answer))


def test_a_redirected_write_is_no_doubt() -> None:
    """A redirect was answered before anything was done."""
    with pytest.raises(RedirectRefused):
        create(Told(reply(302, b"", {"location": "https://gracedb.example/login"})))


def test_a_doubt_that_travels_cannot_look() -> None:
    """A copy, or a pickle, keeps the facts and says that it knows no client."""
    with pytest.raises(GatewayFailure) as caught:
        create(Told(reply(504)))
    for error in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
        assert (error.status, error.request) == (504, caught.value.request)
        with pytest.raises(InputError, match=r"POST https://gracedb.example/api/events/"):
            error.resolve()


def test_a_bare_place_has_nothing_to_look_for() -> None:
    """What nobody has described is told in doubt at once, and stays so."""
    told = Told(ConnectionLost("Broken."))
    with pytest.raises(OutcomeUnknown) as caught:
        told.root.path("new/").post(a=1)
    assert told.lines == ["POST /api/new/"]
    assert caught.value.resolve() == Resolution(None)


def test_no_look_outlasts_the_deadline(direct: Client) -> None:
    """Looking takes no more time than the call has left."""
    told = Told(ConnectionLost("Broken."), policy=RetryPolicy(pause=1000, longest_pause=1000))
    with pytest.raises(OutcomeUnknown):
        create(told)
    assert told.clock.slept == []


def test_each_repetition_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A line says what is sent again, when, and why."""
    told = Told(reply(429, {"detail": "Slow down"}), reply(200, {}))
    with caplog.at_level(logging.WARNING, "gracedb_core"):
        told.root.get()
    (record,) = caplog.records
    assert record.getMessage() == (
        "GET https://gracedb.example/api/ was refused with 429: Slow down Trying again in 0.2 s."
    )


def test_the_server_clock_counts(direct: Client) -> None:
    """A machine whose clock is a day off finds what it has made all the same."""
    for wrong in (-86400.0, 86400.0):
        root, transport = losing(direct, LOSE)
        session = root._session
        shifted = session.replaced(now=lambda shift=wrong: time.time() + shift)
        graceid = event(direct)
        log = Root(shifted, root._driver).events[graceid].logs.create("words")
        assert log["comment"] == "words"
        assert len(transport.writes) == 1


def test_new_data_are_found_after_other_data(direct: Client) -> None:
    """A replacement that was answered does not hide a later one with other bytes."""
    graceid = event(direct)
    direct.events.update(graceid, "event.data", b"one")
    root, transport = losing(direct, LOSE)
    root.events.update(graceid, "event.data", b"two")
    assert len(transport.writes) == 1


OBSERVED = {
    "dec_list": [1.0],
    "ra_width_list": [1.0],
    "dec_width_list": [1.0],
    "start_time_list": ["2020-01-01T00:00:00"],
    "duration_list": [1],
}


@pytest.mark.parametrize("what", ["tags", "file", "footprint", "labels", "offline"])
def test_what_differs_is_no_answer(direct: Client, what: str) -> None:
    """Something of ours, made in the same second, that differs in what was sent is another's."""
    place = superevent(direct)
    data = unique("data").encode()
    fields = {"group": "Test", "pipeline": "HardwareInjection"}
    calls: Any = {
        "tags": lambda root, odd: root.superevents[place._keys[0]].logs.create(
            "w", tags=["em_follow"] if odd else None
        ),
        "file": lambda root, odd: root.superevents[place._keys[0]].logs.create(
            "w", filename="w.txt", filecontents=b"odd" if odd else b"even"
        ),
        "footprint": lambda root, odd: root.superevents[place._keys[0]].emobservations.create(
            "Test", ra_list=[99.0 if odd else 1.0], **OBSERVED
        ),
        "labels": lambda root, odd: root.events.create(
            "w.data", data, labels=["INJ"] if odd else None, **fields
        ),
        "offline": lambda root, odd: root.events.create(
            "w.data", data, offline=True if odd else None, **fields
        ),
    }
    make = calls[what]
    for lost, made in ((True, False), (False, True)):
        root, _ = losing(direct, DROP)
        make(direct, made)
        with pytest.raises(OutcomeUnknown) as caught:
            make(root, lost)
        assert caught.value.resolve().done is not True


def test_a_doubt_remembers_its_bytes(direct: Client, tmp_path: Path) -> None:
    """A file that is written anew afterwards does not change what was uploaded."""
    path = tmp_path / "event.data"
    path.write_bytes(unique("data").encode())
    root, _ = losing(direct, LATE, patience=1000, policy=RetryPolicy(attempts=1, settled_after=0))
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.create(path, group="Test", pipeline="HardwareInjection")
    data = path.read_bytes()
    path.unlink()
    assert caught.value.resolve() == Resolution(False)
    made = direct.events.create("event.data", data, group="Test", pipeline="HardwareInjection")
    with direct.events[made["graceid"]].files["event.data"].get() as file:
        assert file.read() == data
    # It is another call's, of this process.
    assert caught.value.resolve() == Resolution(False)


def test_settled_after_counts_from_the_last_attempt() -> None:
    """What was sent late may appear late."""
    asked = reply(429, {"detail": "Slow down"}, {"retry-after": "30"})
    policy = RetryPolicy(attempts=3, settled_after=60, jitter=lambda: 1.0)
    told = Told(asked, asked, reply(504), policy=policy)
    with pytest.raises(OutcomeUnknown) as caught:
        create(told)
    nothing = [reply(200, {"username": "me"}), reply(200, {"events": []})]
    told.script.replies = [*nothing, *nothing]
    assert caught.value.resolve() == Resolution(None)
    told.clock.time += 60
    assert caught.value.resolve() == Resolution(False)


def test_a_clock_that_was_set_leaves_doubt(sandbox: Sandbox, direct: Client) -> None:
    """A server whose clock was set meanwhile shows what was done, or nobody can tell."""
    root, transport = losing(direct, LATE, patience=4, policy=RetryPolicy(attempts=1))
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.create("a", unique("a").encode(), group="Test", pipeline="HardwareInjection")
    sandbox.advance_clock(30)
    done = [caught.value.resolve().done for _ in range(4)]
    assert done[-1] is True
    assert False not in done
    assert len(transport.writes) == 1


def test_a_removal_from_nothing_is_refused(direct: Client) -> None:
    """What is not there at all was not taken off, whatever happened to the answer."""
    root, _ = losing(direct, DROP)
    with pytest.raises(NotFound):
        root.superevents["S990101zz"].labels.delete("DQV")
    root, _ = losing(direct, DROP)
    with pytest.raises(NotFound):
        root.events[event(direct)].logs[77].tags.delete("psd")


@pytest.mark.parametrize("answer", [{}, {"detail": "please log in"}])
def test_an_answer_that_names_nothing_is_no_success(answer: Any) -> None:
    """Something that answers anything at all has made no event."""
    with pytest.raises(OutcomeUnknown):
        create(Told(reply(200, answer)))
    told = Told(reply(200, answer))
    with pytest.raises(OutcomeUnknown):
        told.root.superevents.create(preferred_event="T1", t_start=1, t_0=2, t_end=3)
    told = Told(reply(200, answer))
    with pytest.raises(OutcomeUnknown):
        told.root.events["G1"].logs.create("words")


def test_a_look_that_fails_loses_nothing(direct: Client) -> None:
    """What was found, and could not be read, is found again; and as often as somebody asks."""
    root, transport = losing(direct, LATE, patience=4, policy=RetryPolicy(attempts=1))
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.create("a", unique("a").encode(), group="Test", pipeline="HardwareInjection")
    seen = [caught.value.resolve() for _ in range(6)]
    assert seen[-1].done is True
    assert [each.done for each in seen] == sorted((each.done for each in seen), key=bool)
    assert len(transport.writes) == 1


def test_a_superevent_of_another_is_not_taken(direct: Client) -> None:
    """Two calls for one event, with other times: what one has made is not the other's."""
    graceid = event(direct)
    root, _ = losing(direct, DROP)
    made = direct.superevents.create(t_start=1, t_0=2, t_end=3, preferred_event=graceid)
    with pytest.raises((BadRequest, OutcomeUnknown)):
        root.superevents.create(t_start=1, t_0=20, t_end=30, preferred_event=graceid)
    assert direct.superevents[made["superevent_id"]].get()["t_0"] == 2


def test_a_client_that_is_closed_meanwhile_leaves_doubt() -> None:
    """Who closes a client learns that a write may have been carried out."""
    told = Told(ConnectionLost("Broken."), *[ClientClosed("Closed.")] * 9)
    with pytest.raises(OutcomeUnknown):
        told.root.superevents["S1"].labels.create("DQV")


def test_a_doubt_keeps_its_cause_when_the_client_is_closed() -> None:
    """What broke first is what is told."""
    told = Told(ConnectionLost("Broken."), *[ClientClosed("Closed.")] * 9)
    with pytest.raises(OutcomeUnknown) as caught:
        told.root.superevents["S1"].labels.create("DQV")
    assert isinstance(caught.value.__cause__, ConnectionLost)


def test_many_may_ask_at_a_time(direct: Client) -> None:
    """Each of several threads that resolve one doubt is told the same."""
    root, _ = losing(direct, LATE, patience=1000, policy=RetryPolicy(attempts=1))
    data = unique("a").encode()
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.create("a", data, group="Test", pipeline="HardwareInjection")
    for waiting in root._driver._transport()._late:
        waiting[0] = 1
    root.get()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: caught.value.resolve().done, range(4)))
    assert done == [True] * 4


def test_what_is_dated_too_early_leaves_doubt(sandbox: Sandbox, direct: Client) -> None:
    """Where two clocks of the server disagree, what has the bytes that were sent may be it."""
    root, transport = losing(direct, LOSE, policy=RetryPolicy(attempts=1, settled_after=0))
    passing, deaf = transport._send, [True]

    def send(request: Request) -> Response:
        if request.method == "GET" and deaf:
            raise ConnectionLost("The connection broke.")
        response: Response = passing(request)
        return response

    transport._send = send
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.create("a", unique("a").encode(), group="Test", pipeline="HardwareInjection")
    deaf.clear()
    sandbox.advance_clock(30)
    assert caught.value.resolve() == Resolution(None)


def ahead(send: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Answer by a clock that is half a minute ahead of the one that dates things."""

    def answer(request: Request) -> Response:
        response = send(request)
        now = parsedate_to_datetime(response.headers["date"]).timestamp()
        date = formatdate(now + 30, usegmt=True)
        return response.replaced(headers={**response.headers, "date": date})

    return answer


@pytest.mark.parametrize("attempts", [1, 4])
@pytest.mark.parametrize("name", ["label a superevent", "make a superevent"])
def test_clocks_that_disagree_leave_doubt(direct: Client, name: str, attempts: int) -> None:
    """What is ours by name, and dated a little too early, is ours or another's: nobody knows."""
    write = WRITES[name]
    thing = write.prepare(direct)
    policy = RetryPolicy(attempts=attempts, pause=0.001, settled_after=0)
    root, transport = losing(direct, LOSE, policy=policy)
    transport._send = ahead(transport._send)
    with pytest.raises(OutcomeUnknown) as caught:
        write.make(root, thing)
    assert caught.value.resolve() == Resolution(None)
    assert write.count(direct, thing) == 1


@pytest.mark.parametrize("other", [{"content_id": "mine"}, {"search": "ALLSKY"}])
def test_an_equal_upload_in_other_words_is_waited_for(direct: Client, other: Any) -> None:
    """While one is under way that a look cannot tell from ours, nobody says whose the event is."""
    fields: Any = {"group": "Test", "pipeline": "gstlal", "search": "AllSky"}
    data = unique("a").encode()
    root, _ = losing(direct, DROP, policy=RetryPolicy(attempts=1, settled_after=0))
    doubts: List[Any] = []
    session = direct._session

    class Meanwhile:
        """Loses an equal upload while the answer to the first is on its way."""

        def send(self, request: Request) -> Response:
            response = direct._connection.transport().send(request)
            if request.method == "POST":
                with pytest.raises(OutcomeUnknown) as caught:
                    root.events.create("a", data, **{**fields, **other})
                doubts.append(caught.value.resolve())
            return response

        def close(self) -> None:
            """Nothing to close."""

    driver = Blocking(Meanwhile, direct._connection.submit)
    first = Root[Any](session, driver).events.create("a", data, **fields)
    assert doubts == [Resolution(None)]
    assert direct.events[first["graceid"]].get()["search"] == "AllSky"


def elsewhere(sandbox: Sandbox, method: str, path: str, data: bytes, **fields: str) -> Any:
    """Upload *data* as another program would, of which this process knows nothing."""
    answer = requests.request(
        method,
        sandbox.url + path,
        data=fields,
        files={"eventFile": ("event.data", data)},
        auth=("albert.einstein", "relativity"),
        headers={"User-Agent": "another program"},
        timeout=30,
    )
    answer.raise_for_status()
    return answer


def test_equal_data_of_long_ago_are_no_doubt(sandbox: Sandbox, direct: Client) -> None:
    """What another program wrote long before cannot be what was sent."""
    graceid, data = event(direct), unique("a").encode()
    elsewhere(sandbox, "PUT", f"events/{graceid}", data)
    sandbox.advance_clock(120)
    policy = RetryPolicy(attempts=1, settled_after=0)
    root, _ = losing(direct, DROP, policy=policy)
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.update(graceid, "event.data", data)
    assert caught.value.resolve() == Resolution(False)
    elsewhere(sandbox, "PUT", f"events/{graceid}", data)
    sandbox.advance_clock(10)
    root, _ = losing(direct, DROP, policy=policy)
    with pytest.raises(OutcomeUnknown) as caught:
        root.events.update(graceid, "event.data", data)
    assert caught.value.resolve() == Resolution(None)


def test_a_clock_of_ours_that_was_set_leaves_doubt(sandbox: Sandbox, direct: Client) -> None:
    """Where nobody knows how much time has passed, what was made before may be what was sent."""
    data, fields = unique("a").encode(), {"group": "Test", "pipeline": "HardwareInjection"}
    elsewhere(sandbox, "POST", "events/", data, **fields)
    sandbox.advance_clock(600)
    root, transport = losing(direct, DROP)
    step = [0.0]
    session = direct._session.replaced(
        policy=RetryPolicy(attempts=1, settled_after=0), now=lambda: time.time() + step[0]
    )

    def unreadable(_request: Request) -> Response:
        raise ConnectionLost("The connection broke.")

    passing, transport._send = transport._send, unreadable
    with pytest.raises(OutcomeUnknown) as caught:
        Root[Any](session, root._driver).events.create("event.data", data, **fields)
    transport._send = passing
    step[0] = 3600
    assert caught.value.resolve() == Resolution(None)


@pytest.mark.parametrize(("host", "seconds"), [("127.0.0.1", 5), ("localhost", 62)])
def test_clocks_that_were_seen_to_agree_are_believed(
    sandbox: Sandbox, direct: Client, host: str, seconds: float
) -> None:
    """A minute of uploads is looked through only where no answer has shown how clocks agree."""
    fields: Any = {"group": "Test", "pipeline": "HardwareInjection"}
    direct.events.create("a", unique("a").encode(), **fields)
    asked: List[str] = []
    with Client(
        sandbox.url.replace("127.0.0.1", host), username="albert.einstein", password="relativity"
    ) as client:
        root, transport = losing(client, DROP, policy=RetryPolicy(attempts=1, settled_after=0))
        passing = transport._send

        def send(request: Request) -> Response:
            asked.append(unquote_plus(request.target))
            response: Response = passing(request)
            return response

        transport._send = send
        with pytest.raises(OutcomeUnknown) as caught:
            root.events.create("a", unique("a").encode(), **fields)
        del asked[:]
        assert caught.value.resolve() == Resolution(False)
    (between,) = filter(None, (re.search(r"created: (.+?) \.\. (.+?) group", at) for at in asked))
    since, until = map(unix_time, between.groups())
    assert since is not None
    assert until is not None
    assert abs(until - since - 86400) <= seconds
    assert abs(until - since - 86400) > seconds - 5
