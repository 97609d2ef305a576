"""The root and what belongs to no event, made for real over both transports."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from gracedb_core import Client, errors
from gracedb_sandbox import Sandbox

from . import making
from .conftest import EINSTEIN


def test_the_root_document(client: Client) -> None:
    """`get` gives the root as it is: links, and the words that the server knows."""
    root = client.get()
    assert root["links"]["self"] == client.url
    assert root["links"]["events"] == f"{client.url}events/"
    assert {"gstlal", "CWB", "Fermi"} <= set(root["pipelines"])
    assert root["superevent-categories"] == {"P": "Production", "T": "Test", "M": "MDC"}
    assert root["voevent-types"]["EW"] == "earlywarning"
    assert root["API_VERSIONS"] == root["api-versions"] == ["default", "v1", "v2"]


def test_user_info(client: Client, observer: Client, nobody: Client) -> None:
    """The server says who it thinks we are."""
    info = client.user_info()
    assert (info["username"], info["is_internal_user"]) == ("albert.einstein", True)
    assert "gstlal" in info["upload_to_pipeline"]
    assert observer.user_info()["is_internal_user"] is False
    assert nobody.user_info() == {"username": "AnonymousUser"}


def test_the_tags_of_the_server(client: Client) -> None:
    """Every tag with its name for people; a new one is listed until no message carries it."""
    known = client.tags.get()
    assert known["sky_loc"] == {"displayName": "Sky Localization", "blessed": True}
    assert known["lvem"]["blessed"] is False
    tags = client.events[making.event_id(client)].logs[1].tags
    tags.create("a-new_tag", display_name="A new tag")
    assert client.tags.get()["a-new_tag"] == {"displayName": "A new tag", "blessed": False}
    tags.delete("a-new_tag")
    assert "a-new_tag" not in client.tags.get()


@pytest.fixture
def smap(client: Client) -> Dict[str, Any]:
    """Describe one superevent as a catalogue does."""
    made = making.superevent(client)
    pipelines = {"gstlal": made["preferred_event"]}
    return {made["superevent_id"]: {"pipelines": pipelines, "far": 1e-9, "pastro": {"BNS": 1.0}}}


def test_catalogues(client: Client, transport: str, smap: Dict[str, Any]) -> None:
    """Versions count from 1; they are read by number, the newest as ``latest``, and listed."""
    number = f"4.{len(transport)}-calls"
    first = client.gwtc.create(number, smap)
    second = client.gwtc.create(number, smap=smap, comment="better")
    assert (first["number"], first["version"], first["comment"]) == (number, 1, "")
    assert (second["version"], second["comment"]) == (2, "better")
    assert second["submitter"] == "albert.einstein"
    assert second["gwtc_superevents"] == smap

    assert client.gwtc[number][1].get() == client.gwtc[number]["1"].get() == first
    assert client.gwtc[number]["latest"].get() == second
    assert list(client.gwtc[number].search()) == [second, first]
    assert list(client.gwtc[number].search(count=1)) == [second, first]
    assert [row for row in client.gwtc.search(count=1) if row["number"] == number] == [
        second,
        first,
    ]
    assert list(client.gwtc["nothing"].search()) == []
    with pytest.raises(errors.NotFound):
        client.gwtc[number][3].get()


def test_catalogues_refuse_what_is_not_so(client: Client, smap: Dict[str, Any]) -> None:
    """A catalogue that names what is not there is refused, in the server's words."""
    before = making.census(client)
    with pytest.raises(errors.BadRequest) as caught:
        client.gwtc.create("5", {"S000101a": next(iter(smap.values()))})
    assert caught.value.detail == "Superevent S000101a was not found in the database."
    with pytest.raises(errors.BadRequest, match="Only letters, numbers"):
        client.gwtc.create("5/6", smap)
    assert making.census(client) == before


def test_any_place_has_a_path(client: Client) -> None:
    """What has no name here is reached by its path, with the five methods, decoded as it is."""
    made = making.superevent(client)
    sid, gid = made["superevent_id"], made["preferred_event"]
    superevent = client.path("superevents", f"{sid}/")
    assert superevent.get() == client.superevents[sid].get()
    assert superevent.patch(t_0=made["t_0"] + 0.5)["t_0"] == made["t_0"] + 0.5

    labels = client.path("superevents", sid, "labels/")
    assert labels.post(name="DQV")["name"] == "DQV"
    assert [row["name"] for row in labels.get()["labels"]] == ["DQV"]
    assert client.path("superevents", sid, "labels", "DQV/").delete() is None
    assert client.superevents[sid].labels.get() == []

    assert client.path("events", gid, "labels", "INJ").put() == "{}"
    assert making.label_names(client.events[gid]) == ["INJ"]
    found = client.path("events/").get(query=gid, count=1)
    assert [row["graceid"] for row in found["events"]] == [gid]
    assert client.path().get() == client.get()


def test_a_path_that_leads_nowhere(client: Client) -> None:
    """What the server does not route is told as it is: not found, from a web page."""
    with pytest.raises(errors.NotFound, match="404") as caught:
        client.path("no", "such", "place/").get()
    assert "<" not in caught.value.detail


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_generation_is_chosen(
    sandbox: Sandbox, newer_sandbox: Sandbox, transport: str, version: str
) -> None:
    """`api_version` is a part of every URL asked, and of those that come back."""
    for server in (sandbox, newer_sandbox):
        with Client(server.url, transport=transport, api_version=version, **EINSTEIN) as client:
            assert client.url == f"{server.url}{version}/"
            assert client.get()["links"]["self"] == client.url
            gid = making.event_id(client)
            row = client.events[gid].get()
            assert row["links"]["self"] == f"{client.url}events/{gid}"
            assert client.events[gid].logs.get()[0]["comment"] == "Original Data"
            assert set(client.events[gid].files.get()) >= {"coinc.xml", "coinc.xml,0"}
            assert client.events[gid].labels.create("INJ") == {}
            structured = {"field": "id", "op": "=", "value": gid}
            if version == "v2":
                assert [row["graceid"] for row in client.events.search(structured)] == [gid]
            else:
                assert [row["graceid"] for row in client.events.search(gid)] == [gid]
