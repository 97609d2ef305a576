"""What calls give under the legacy name, where it is not what the core gives."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from typing import Any

import pytest
import requests

import gracedb_core
from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc
from gracedb_sdk import AsyncClient, Client
from tests.transports.awaiting import Loop
from tests.transports.server import Heard, Line, Server, answer, says

from .conftest import EINSTEIN, GPSTIME


def is_answer(value: Any, status: int, url: str) -> requests.Response:
    """See that *value* is a whole answer of `requests`, and give it."""
    assert isinstance(value, requests.Response)
    assert (value.status_code, value.url, value.ok) == (status, url, True)
    return value


def test_the_client_is_one_of_the_core(sandbox: Sandbox) -> None:
    with Client(url=sandbox.url, force_noauth=True) as client:
        assert isinstance(client, gracedb_core.Client)
        assert client.url == sandbox.url


def test_updating_an_event_gives_the_response(sdk: Client, event: str) -> None:
    again = {"filename": "coinc.xml", "filecontents": coinc()}
    answer = is_answer(sdk.events.update(event, **again), 202, f"{sdk.url}events/{event}")
    assert (answer.content, answer.text) == (b"", "")
    assert sdk.events.update(key=event, **again).status_code == 202


def test_an_update_takes_labels_and_further_fields(sdk: Client, event: str) -> None:
    """They travel as form fields, as they did, whatever the server makes of them."""
    answer = sdk.events.update(
        event, filename="coinc.xml", filecontents=coinc(), labels=["INJ"], offline=True
    )
    assert answer.status_code == 202


def test_updating_a_superevent_gives_the_response(sdk: Client, superevent: str) -> None:
    answer = sdk.superevents.update(superevent, t_start=GPSTIME - 2, t_end=None)
    is_answer(answer, 200, f"{sdk.url}superevents/{superevent}/")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == sdk.superevents[superevent].get()
    assert answer.json()["t_start"] == GPSTIME - 2
    assert b"".join(answer.iter_content(7)) == answer.content


def test_labelling_an_event_gives_the_response(sdk: Client, event: str) -> None:
    """The body is to the byte: JSON inside JSON."""
    answer = sdk.events[event].labels.create("INJ")
    is_answer(answer, 201, f"{sdk.url}events/{event}/labels/INJ")
    assert answer.content == b'"{}"'
    assert sdk.events[event].labels.delete(key="INJ") is None


def test_tagging_an_event_s_message_gives_the_response(sdk: Client, event: str) -> None:
    message = sdk.events[event].logs.create(comment="x")
    tags = sdk.events[event].logs[message["N"]].tags
    assert is_answer(tags.create("sky_loc"), 201, f"{tags.url}sky_loc").content
    assert tags.delete(key="sky_loc") is None


@pytest.mark.parametrize("number", [42, 0, 1e-9])
def test_a_number_is_a_comment(sdk: Client, event: str, superevent: str, number: Any) -> None:
    """It is written as its digits, as an empty text stands for no tags."""
    for subject in (sdk.events[event], sdk.superevents[superevent]):
        assert subject.logs.create(number)["comment"] == str(number)
        written = subject.logs.create(
            comment=number, filename="a.txt", filecontents=b"a", tags="", label=None
        )
        assert (written["comment"], written["tag_names"]) == (str(number), [])
        for nothing in (None, "", True):
            with pytest.raises(ValueError, match="needs a comment"):
                subject.logs.create(nothing)


def test_tags_by_their_older_name(sdk: Client, event: str, superevent: str) -> None:
    assert sdk.superevents[superevent].logs[1].tags.create(label="pe")["name"] == "pe"
    assert sdk.events[event].logs[1].tags.create(label="pe").status_code == 201


def test_superevents_post_and_give_values(sdk: Client, superevent: str) -> None:
    """The same calls of a superevent are sent by POST, and gave what they give."""
    node = sdk.superevents[superevent]
    assert node.labels.create("DQV")["name"] == "DQV"
    message = node.logs.create(comment="x")
    assert node.logs[message["N"]].tags.create("sky_loc")["name"] == "sky_loc"
    assert node.labels.delete("DQV") is None


def test_a_mistaken_id_leads_to_a_place_of_the_same_kind(sdk: Client, event: str) -> None:
    """The mix-up of events and superevents is forgiven, and the answers stay the older ones."""
    assert isinstance(sdk.superevents[event].labels.create("INJ"), requests.Response)


def test_signing_off(sdk: Client, superevent: str) -> None:
    """The first argument has its older name, and what makes no sense is for the server to judge."""
    node = sdk.superevents[superevent]
    node.labels.create("H1OPS")
    assert node.signoff(signoff_type="H1", status="OK", comment="quiet") is None
    assert [label["name"] for label in node.labels.get()] == ["H1OK"]
    for kind, status in (("nobody", "OK"), ("ADV", "PERHAPS")):
        with pytest.raises(requests.HTTPError) as refused:
            node.signoff(kind, status)
        assert refused.value.response.status_code == 400


def test_places_know_their_url(sdk: Client) -> None:
    event, superevent = sdk.events["G1"], sdk.superevents["S190425z"]
    assert sdk.events.url == f"{sdk.url}events/"
    assert event.url == f"{sdk.url}events/G1"
    assert event.logs[3].tags.url == f"{sdk.url}events/G1/log/3/tag/"
    assert superevent.files["a b,1"].url == f"{sdk.url}superevents/S190425z/files/a%20b,1"
    assert superevent.pipeline_preferred_events.url.endswith("S190425z/pipeline_preferred_events/")


class TestFile:
    """What `files[name].get()` gives is read like any file, and told like an answer."""

    @pytest.fixture
    def packed(self, sdk: Client, event: str) -> Any:
        """A file that the server sends compressed."""
        content = gzip.compress(b"one\ntwo\n" * 1000)
        sdk.events[event].logs.create(comment="x", filename="a.txt.gz", filecontents=content)
        return sdk.events[event].files["a.txt.gz"]

    def test_is_read(self, packed: Any) -> None:
        with packed.get() as file:
            assert file.read(4) == b"one\n"
            assert file.read(amt=4, decode_content=True) == b"two\n"
            assert next(file) == b"one\n"
            assert file.readline() == b"two\n"
            assert len(file.read()) == 7984
        assert file.closed

    def test_is_told(self, packed: Any) -> None:
        with packed.get() as file:
            assert (file.status, file.reason) == (200, "OK")
            assert file.headers["Content-Encoding"] == file.getheader("content-encoding") == "gzip"
            assert file.getheader("Nothing", "x") == "x"
            assert file.info()["Content-Encoding"] == "gzip"
            assert file.geturl().endswith(".gz")
            assert len(file.read(10)) == file.tell() == 10

    def test_data_is_all_of_it(self, packed: Any) -> None:
        """It may be asked for again, and nothing is left to be read."""
        with packed.get() as file:
            assert file.data == file.data == b"one\ntwo\n" * 1000
            assert file.read() == b""

    def test_comes_in_pieces(self, packed: Any) -> None:
        file = packed.get()
        pieces = list(file.stream(3000))
        file.release_conn()
        assert [len(piece) for piece in pieces] == [3000, 3000, 2000]
        assert file.closed

    def test_passes_for_a_file(self, sdk: Client, event: str, packed: Any) -> None:
        copy = io.BytesIO()
        with packed.get() as file:
            shutil.copyfileobj(file, copy)
        assert len(copy.getvalue()) == 8000
        with packed.get() as file:
            assert io.TextIOWrapper(file).readlines()[1] == "two\n"
        sdk.events[event].logs.create(comment="x", filename="a.json", filecontents=b'{"a": 1}')
        assert json.load(sdk.events[event].files["a.json"].get()) == {"a": 1}


def test_awaiting_gives_the_same(sandbox: Sandbox, event: str) -> None:
    """One tree serves both clients; a file that is awaited is the core's."""

    async def ask() -> None:
        async with AsyncClient(sandbox.url, **EINSTEIN) as client:
            answer = await client.events[event].labels.create("INJ")
            assert isinstance(answer, requests.Response)
            async with client.events[event].files["coinc.xml"].get() as file:
                assert await file.read() == coinc()
            assert client.events[event].url == f"{client.url}events/{event}"

    loop = Loop()
    try:
        loop.wait(ask())
    finally:
        loop.close()


def test_what_was_looked_for_is_a_response_too(sdk: Client, event: str, superevent: str) -> None:
    """Where it is there already, and that is well, the answer is of the same kind."""
    sdk.events[event].labels.create("INJ")
    again = sdk.events[event].labels.create("INJ", exist_ok=True)
    assert isinstance(again, requests.Response)
    t_start = sdk.superevents[superevent].get()["t_start"]
    same = sdk.superevents.update(superevent, t_start=t_start, unchanged_ok=True)
    is_answer(same, 200, f"{sdk.url}superevents/{superevent}/")
    assert same.json()["t_start"] == t_start


def test_a_lost_answer_is_looked_for_and_is_a_response(transport: str) -> None:
    """The write was carried out, nobody heard of it, and it is told as if somebody had."""

    def script(line: Line, heard: Heard) -> None:
        if heard.line.startswith("PATCH"):
            line.close()
        elif "user-info" in heard.line:
            line.send(answer(b'{"username":"albert.einstein"}'))
        else:
            line.send(answer(b'{"superevent_id":"S1","t_0":2.5}'))

    with Server(script) as server:
        url = f"http://127.0.0.1:{server.port}/api/"
        with Client(url, transport=transport, **EINSTEIN) as client:
            told = client.superevents.update("S1", t_0=2.5)
        is_answer(told, 200, f"{url}superevents/S1/")
        assert told.json() == {"superevent_id": "S1", "t_0": 2.5}
        assert [heard.line.split()[0] for heard in server.heard].count("PATCH") == 1


def test_a_compressed_answer_is_plain(transport: str) -> None:
    """The body of the response is what was meant, as `requests` would have it."""
    body = gzip.compress(b'{"superevent_id":"S1"}')
    with Server(says(answer(body, "Content-Encoding: gzip"))) as server:
        url = f"http://127.0.0.1:{server.port}/api/"
        with Client(url, transport=transport, **EINSTEIN) as client:
            assert client.superevents.update("S1", t_0=2.5).json() == {"superevent_id": "S1"}


@pytest.mark.parametrize("key", ["G1", "S190425z"])
def test_a_message_has_the_url_of_before(sdk: Client, key: str) -> None:
    """Programs build on it."""
    place: Any = sdk.events if key == "G1" else sdk.superevents
    assert place[key].logs[3].url == f"{place[key].logs.url}3"
