"""Programs written for gracedb-sdk, in what they depend on: none is changed for this client."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Callable, Dict, List, Optional, Tuple
from xml.etree import ElementTree

import pytest
import requests

from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc
from gracedb_sdk import Client

from .conftest import EINSTEIN, new_event


def unless(expected: bytes, call: Callable[..., Any], *arguments: Any) -> Any:
    """Call, and pass over the refusal whose body is *expected*, as annotating tasks do."""
    try:
        return call(*arguments)
    except requests.HTTPError as error:
        if error.response.status_code != 400 or error.response.content != expected:
            raise
        return None


class TestAnnotator:
    """A pipeline that annotates in tasks which may run twice compares bodies byte by byte."""

    def test_a_tag_twice(self, sdk: Client, superevent: str) -> None:
        number = sdk.superevents[superevent].logs.create(comment="x")["N"]
        tags = sdk.superevents[superevent].logs[number].tags
        body = b'"Tag is already applied to this log message"'
        assert unless(body, tags.create, "sky_loc") is not None
        assert unless(body, tags.create, "sky_loc") is None

    def test_an_update_that_changes_nothing(self, sdk: Client, superevent: str) -> None:
        body = b'"Request would not modify the superevent"'
        t_start = sdk.superevents[superevent].get()["t_start"]
        update = sdk.superevents.update
        assert unless(body, lambda: update(superevent, t_start=t_start)) is None
        assert unless(body, lambda: update(superevent, t_start=t_start - 1)) is not None

    def test_an_event_that_is_taken(self, sdk: Client, superevent: str) -> None:
        """The body names the superevent, so a part of it is looked for."""
        preferred = sdk.superevents[superevent].get()["preferred_event"]
        with pytest.raises(requests.HTTPError) as refused:
            sdk.superevents.create(t_start=1, t_0=2, t_end=3, preferred_event=preferred)
        assert b"is already assigned to a" in refused.value.response.content

    def test_a_request_for_a_signoff_that_is_there(self, sdk: Client, superevent: str) -> None:
        labels = sdk.superevents[superevent].labels
        labels.create("ADVREQ")
        sdk.superevents[superevent].signoff("ADV", "OK", "fine")
        body = (
            b"\"The 'ADVREQ' label cannot be applied to request a signoff because a related "
            b'signoff already exists."'
        )
        assert unless(body, labels.create, "ADVREQ") is None

    def test_a_label_that_is_gone(self, sdk: Client, event: str) -> None:
        with pytest.raises(requests.HTTPError) as refused:
            sdk.events[event].labels.delete("INJ")
        assert refused.value.response.status_code == 404

    def test_retries_what_can_be_retried(self) -> None:
        """Its tasks are tried again for these, and an error has to travel between processes."""
        import pickle

        client = Client("http://127.0.0.1:1/api/", retries=0, force_noauth=True)
        with client, pytest.raises(requests.ConnectionError) as failed:
            client.events["G1"].get()
        assert isinstance(pickle.loads(pickle.dumps(failed.value)), requests.ConnectionError)

    def test_is_made_as_it_was(self, sandbox: Sandbox, home: Any) -> None:
        """With the options that the task made it with, and the credential of a netrc."""
        netrc = home / ".netrc"
        netrc.write_text("machine 127.0.0.1 login albert.einstein password relativity\n")
        netrc.chmod(0o600)
        with pytest.warns(DeprecationWarning, match="auth_reload"):
            client = Client(sandbox.url, fail_if_noauth=True, cert_reload=True)
        with client:
            assert client.session.get(f"{client.url}user-info/").json()["username"] == (
                "albert.einstein"
            )


class TestCoincidenceSearch:
    """A program that is given either client tells them apart by an attribute."""

    def test_is_the_one_with_a_url(self, sdk: Client) -> None:
        assert hasattr(sdk, "url")
        assert not hasattr(sdk, "_service_url")
        assert str(sdk.url) == sdk.url

    def test_reads_and_writes_as_there(self, sdk: Client, event: str) -> None:
        events = list(sdk.events.search(query=f"Test {event}"))
        assert [each["graceid"] for each in events] == [event]
        sdk.events[event].logs.create(
            comment="coincident", filename="a.json", filecontents='{"a": 1}', tags=("ext_coinc",)
        )
        assert "ext_coinc" in sdk.events[event].logs.get()[-2]["tag_names"]
        assert sdk.events[event].files["a.json"].get().read() == b'{"a": 1}'


class TestPublicAlerts:
    """A script that reads, as nobody in particular, the notices that were sent last first."""

    def test_latest_notice(self, sdk: Client, superevent: str, sandbox: Sandbox) -> None:
        sdk.superevents[superevent].expose()
        for kind in ("preliminary", "retraction"):
            sdk.superevents[superevent].voevents.create(voevent_type=kind, internal=False)
        for message in sdk.superevents[superevent].logs.get():
            if message["filename"].endswith(".xml") and "public" not in message["tag_names"]:
                sdk.superevents[superevent].logs[message["N"]].tags.create("public")
        with Client(sandbox.url, force_noauth=True) as client:
            found = client.superevents.search(query=f"{superevent} ~ADVNO", sort="-created")
            (row,) = found
            notices = client.superevents[row["superevent_id"]].voevents.get()[::-1]
            assert [each["voevent_type"] for each in notices] == ["RE", "PR"]
            with client.superevents[superevent].files[notices[0]["filename"]].get() as file:
                assert ElementTree.parse(file).getroot().tag.endswith("VOEvent")

    def test_a_file_that_is_not_there(self, sdk: Client, superevent: str) -> None:
        with pytest.raises(requests.HTTPError) as refused:
            sdk.superevents[superevent].files["nothing.fits"].get()
        assert refused.value.response.status_code == 404


class Stand:
    """What stands in a test for everything: whatever it is asked or called with, there is more."""

    def __init__(self) -> None:
        self.parts: Dict[Any, Stand] = defaultdict(Stand)
        self.calls: List[Tuple[Any, Any]] = []

    def __getattr__(self, name: str) -> Stand:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.parts[name]

    def __getitem__(self, key: Any) -> Stand:
        return self.parts[key]

    def __call__(self, *arguments: Any, **keywords: Any) -> Stand:
        self.calls.append((arguments, keywords))
        return self.parts["()"]


client: Optional[Any] = None


def upload_and_label(label: str) -> Any:
    """Do what a task does, with the client of its module."""
    assert client is not None
    graceid = client.events.create(
        filename="coinc.xml", filecontents=coinc(), group="Test", pipeline="gstlal"
    )["graceid"]
    client.events[graceid].labels.create(label)
    return graceid


class TestStandIn:
    """Tests of such programs put something that has items in the place of the client."""

    def test_in_the_place_of_the_client(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stand = Stand()
        monkeypatch.setattr(f"{__name__}.client", stand)
        graceid = upload_and_label("INJ")
        assert stand.events[graceid].labels.create.calls == [(("INJ",), {})]

    def test_the_client_does_the_same(self, sdk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(f"{__name__}.client", sdk)
        graceid = upload_and_label("INJ")
        assert sdk.events[graceid].get()["labels"] == ["INJ"]

    def test_in_the_place_of_the_class(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import gracedb_sdk

        monkeypatch.setattr("gracedb_sdk.Client", lambda *_arguments, **_keywords: Stand())
        made: Any = gracedb_sdk.Client("https://gracedb.example.org/api/", cert_reload=True)
        assert isinstance(made.superevents["S1"].files.get(), Stand)


def test_one_client_among_threads(sdk: Client, event: str) -> None:
    """Uploads from many threads share a client, and so its session."""
    from concurrent.futures import ThreadPoolExecutor

    def ask(_number: int) -> Tuple[int, str]:
        return id(sdk.session), sdk.session.get(sdk.events[event].url).json()["graceid"]

    with ThreadPoolExecutor(8) as pool:
        asked = set(pool.map(ask, range(32)))
    assert len({session for session, _ in asked}) == 1
    assert {graceid for _, graceid in asked} == {event}


def test_events_of_both_clients_are_the_same(sdk: Client) -> None:
    """What the legacy name creates, the core reads."""
    import gracedb_core

    graceid = new_event(sdk)
    with gracedb_core.Client(sdk.url, **EINSTEIN) as core:
        assert core.events[graceid].get() == sdk.events[graceid].get()
