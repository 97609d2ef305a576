"""Who may see and do what: an external observer and nobody, against what an insider made."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator

import pytest

from gracedb_core import Client, errors
from gracedb_sandbox import Sandbox

from . import making
from .conftest import LEAVITT

ANONYMOUS = "Authentication credentials were not provided."


@pytest.fixture(scope="module")
def hidden(author: Client) -> Dict[str, Any]:
    """Make a superevent that only insiders see."""
    return making.superevent(author)


@pytest.fixture(scope="module")
def public(author: Client) -> Dict[str, Any]:
    """Make one that all see, with three messages: for all, for observers, for insiders."""
    made = making.superevent(author)
    here = author.superevents[made["superevent_id"]]
    for name, tags in (("all", "public"), ("observers", "lvem"), ("insiders", None)):
        here.logs.create(f"for {name}", filename=name, filecontents=name.encode(), tags=tags)
    here.expose()
    return made


@pytest.fixture(params=[LEAVITT, {"force_noauth": True}], ids=["observer", "nobody"])
def outsider(request: pytest.FixtureRequest, sandbox: Sandbox, transport: str) -> Iterator[Client]:
    """Ask as an external observer, then as nobody."""
    with Client(sandbox.url, transport=transport, **request.param) as client:
        yield client


CALLS: Dict[str, Callable[[Any], Any]] = {
    "get": lambda here: here.get(),
    "labels.get": lambda here: here.labels.get(),
    "labels.create": lambda here: here.labels.create("DQV"),
    "logs.get": lambda here: here.logs.get(),
    "logs.create": lambda here: here.logs.create("x"),
    "logs[1].get": lambda here: here.logs[1].get(),
    "logs[1].tags.get": lambda here: here.logs[1].tags.get(),
    "files.get": lambda here: here.files.get(),
    "files[].get": lambda here: here.files["all"].get(),
    "voevents.get": lambda here: here.voevents.get(),
    "voevents.create": lambda here: here.voevents.create("preliminary"),
    "events.get": lambda here: here.events.get(),
    "add": lambda here: here.add("T0001"),
    "remove": lambda here: here.remove("T0001"),
    "expose": lambda here: here.expose(),
    "is_exposed": lambda here: here.is_exposed(),
    "signoff": lambda here: here.signoff("ADV", "OK"),
    "pipeline_preferred_events.get": lambda here: here.pipeline_preferred_events.get(),
    "emobservations.get": lambda here: here.emobservations.get(),
}


def test_a_hidden_superevent_is_not_there(outsider: Client, hidden: Dict[str, Any]) -> None:
    """Outsiders are not even told that it exists, whatever they try to do."""
    here = outsider.superevents[hidden["superevent_id"]]
    for name, call in CALLS.items():
        with pytest.raises(errors.NotFound) as caught:
            call(here)
        assert caught.value.detail == "Not found.", name
    assert list(outsider.superevents.search(f"id: {hidden['superevent_id']}")) == []


def test_what_everybody_sees(nobody: Client, public: Dict[str, Any]) -> None:
    """A public superevent without its members, and the messages and files tagged public."""
    here = nobody.superevents[public["superevent_id"]]
    seen = here.get()
    assert set(public) - set(seen) == {"preferred_event", "gw_events", "em_events"}
    assert list(nobody.superevents.search(f"id: {public['superevent_id']}")) == [seen]
    assert making.comments(here) == ["for all"]
    assert set(here.files.get()) == {"all", "all,0"}
    assert making.contents(here, "all") == b"all"
    for name in ("observers", "insiders"):
        with pytest.raises(errors.NotFound):
            here.files[name].get()
    assert here.labels.get() == here.voevents.get() == []


def test_what_observers_see(observer: Client, public: Dict[str, Any]) -> None:
    """A public superevent whole, and the messages and files tagged for observers as well."""
    here = observer.superevents[public["superevent_id"]]
    assert set(here.get()) == set(public)
    assert making.comments(here)[:2] == ["for all", "for observers"]
    assert set(here.files.get()) == {"all", "all,0", "observers", "observers,0"}
    assert making.contents(here, "observers") == b"observers"
    with pytest.raises(errors.NotFound):
        here.files["insiders"].get()
    assert [row["graceid"] for row in here.events.get()] == public["gw_events"]
    assert here.pipeline_preferred_events.get() == []


def test_observers_may_comment(observer: Client, public: Dict[str, Any]) -> None:
    """What an observer writes, other observers may read; tags and labels are not theirs."""
    here = observer.superevents[public["superevent_id"]]
    row = here.logs.create("seen from here", filename="seen", filecontents=b"seen")
    assert (row["issuer"], row["tag_names"]) == ("henrietta.leavitt", ["lvem"])
    assert here.logs.get()[-1] == row
    assert making.contents(here, "seen") == b"seen"
    for call, says in (
        (lambda: here.logs.create("x", tags="pe"), "post log messages with tags"),
        (lambda: here.labels.create("DQV"), "add labels to superevents"),
        (lambda: here.labels.delete("DQV"), "remove labels from superevents"),
        (lambda: here.logs[row["N"]].tags.create("pe"), "tag log messages"),
        (lambda: here.voevents.create("preliminary"), "create VOEvents"),
        (lambda: here.expose(), "expose superevents"),
        (lambda: here.add("T0001"), "add events to test superevents"),
        (lambda: here.signoff("ADV", "OK"), "create superevent signoffs"),
        (lambda: here.is_exposed(), "view superevent permissions"),
        (lambda: here.confirm_as_gw(), "confirm test superevents as GWs"),
    ):
        with pytest.raises(errors.AccessDenied, match=says):
            call()


WRITES = (
    lambda client, sid: making.event(client, group="CBC"),
    lambda client, sid: client.superevents.update(sid, t_0=1),
    lambda client, sid: client.superevents.create(
        t_start=1, t_0=2, t_end=3, preferred_event="T0001"
    ),
    lambda client, sid: client.superevents[sid].confirm_as_gw(),
    lambda client, sid: client.gwtc.create("1", {}),
)


def test_writing_needs_rights(client: Client, outsider: Client, public: Dict[str, Any]) -> None:
    """What outsiders may not make is refused, and nothing is made."""
    before = making.census(client)
    for write in WRITES:
        with pytest.raises(errors.AccessDenied) as caught:
            write(outsider, public["superevent_id"])
        assert caught.value.status == 403
        assert not caught.value.retryable
    assert making.census(client) == before


def test_events_are_not_for_outsiders(outsider: Client, hidden: Dict[str, Any]) -> None:
    """Nobody and observers get the same refusal at every place of an event."""
    event = outsider.events[hidden["preferred_event"]]
    for call in (
        event.get, event.logs.get, event.files.get, event.files["coinc.xml"].get,
        event.labels.get, event.logs[1].get, event.voevents.get, event.neighbors.get,
        event.tags.get, event.permissions.get, event.signoffs.get, event.emobservations.get,
        lambda: event.labels.create("DQV"), lambda: event.logs.create("x"),
        lambda: event.labels.delete("DQV"), lambda: event.logs[1].tags.create("pe"),
        lambda: outsider.events.update(hidden["preferred_event"], "a", b"x"),
    ):  # fmt: skip
        with pytest.raises(errors.AccessDenied):
            call()


def test_nobody_is_told_to_log_in(nobody: Client) -> None:
    """This server says 403 to whoever is nobody, with a sentence that says what is missing."""
    for call in (nobody.events.get, lambda: list(nobody.gwtc.search())):
        with pytest.raises(errors.AccessDenied) as caught:
            call()
        assert (caught.value.status, caught.value.detail) == (403, ANONYMOUS)
    assert nobody.superevents.get()["numRows"] >= 0


def test_observers_search_what_they_may_see(observer: Client) -> None:
    """A search of events gives no error, and no event of insiders."""
    assert list(observer.events.search("Test")) == []
    made = making.event(observer)
    assert made["submitter"] == "henrietta.leavitt", "everybody may upload test events"


def test_a_wrong_password(sandbox: Any, transport: str) -> None:
    """It is told, and neither the password nor its encoding is in the telling."""
    with Client(
        sandbox.url, username="albert.einstein", password="rel:é?ativity", transport=transport
    ) as client, pytest.raises(errors.AccessDenied) as caught:
        client.user_info()
    assert caught.value.detail == "Invalid username/password."
    assert "ativity" not in f"{caught.value!r}{caught.value.__dict__}"
