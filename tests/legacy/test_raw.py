"""The verbs themselves reach our own server, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from gracedb_core.legacy import GraceDb, HTTPError


def test_get(gracedb: GraceDb, graceid: str) -> None:
    answer = gracedb.get(gracedb.links["events"], params={"query": graceid})
    assert [row["graceid"] for row in answer.json()["events"]] == [graceid]
    again = gracedb.get(f"{gracedb._service_url}events/?query={graceid}", timeout=(5, 30))
    assert again.json()["numRows"] == 1


def test_forms_of_a_query(gracedb: GraceDb, graceid: str) -> None:
    """Pairs, text and bytes, by place or by name, and beside a query of the URL's own."""
    url = gracedb.links["events"]
    for params in ([("query", graceid)], f"query={graceid}", f"query={graceid}".encode()):
        assert gracedb.get(url, params).json()["numRows"] == 1
        assert gracedb.get(f"{url}?count=1", params=params).json()["numRows"] == 1
    repeated = gracedb.get(url, [("query", graceid), ("columns", "graceid"), ("sort", "far")])
    assert repeated.url.endswith(f"?query={graceid}&columns=graceid&sort=far")


def test_without_a_body(gracedb: GraceDb) -> None:
    answer = gracedb.head(gracedb.links["events"])
    assert (answer.status, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0
    assert "GET" in gracedb.options(gracedb.links["events"]).headers["Allow"]
    with pytest.raises(HTTPError):
        gracedb.head(f"{gracedb.links['events']}G987654")


def test_forms_of_a_body(gracedb: GraceDb, graceid: str, tmp_path: Path) -> None:
    """As the older client posts, with pairs for the fields and the files, and an open file."""
    url = f"{gracedb.links['events']}{graceid}/log/"
    fields = [("comment", "pairs"), ("tagname", "pe"), ("tagname", "em_bright")]
    written = gracedb.post(url, data=fields, files={"upload": ("a.txt", "a")}).json()
    assert (written["comment"], sorted(written["tag_names"])) == ("pairs", ["em_bright", "pe"])
    files = [("upload", ("b.txt", "b")), ("other", None)]
    assert gracedb.post(url, data=dict(fields), files=files).json()["filename"] == "b.txt"
    (tmp_path / "form").write_bytes(b"comment=opened")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for kind in ("r", "rb"):
        with (tmp_path / "form").open(kind) as opened:
            assert gracedb.post(url, data=opened, headers=form).json()["comment"] == "opened"


@pytest.mark.parametrize(
    "wrong", [{"data": [1]}, {"data": "text", "files": {"a": "b"}}, {"params": 5}, {"files": 5}]
)
def test_what_is_no_form(gracedb: GraceDb, wrong: Any) -> None:
    with pytest.raises(TypeError, match="list of pairs"):
        gracedb.post(gracedb.links["events"], **wrong)


def test_beside_the_api(gracedb: GraceDb) -> None:
    """Programs also read what the same server has elsewhere."""
    with pytest.raises(HTTPError) as raised:
        gracedb.get(gracedb._service_url.replace("/api/", "/elsewhere/"))
    assert raised.value.status == 404


def test_writing(gracedb: GraceDb, sid: str) -> None:
    root = f"{gracedb._service_url}superevents/{sid}/"
    assert gracedb.post(f"{root}logs/", data={"comment": "a form"}).status == 201
    assert gracedb.post(f"{root}logs/", data=[("comment", "pairs")]).status == 201
    assert gracedb.post(f"{root}logs/", json={"comment": "JSON"}).status == 201
    written = gracedb.post(
        f"{root}logs/",
        data={"comment": "a file"},
        files={"upload": ("a.txt", b"text", "text/plain")},
    )
    assert written.json()["filename"] == "a.txt"
    text = gracedb.post(
        f"{root}logs/",
        data="comment=itself",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert text.json()["comment"] == "itself"
    assert gracedb.patch(root, data={"t_0": 2.25}).json()["t_0"] == 2.25
    assert gracedb.post(f"{root}labels/", data={"name": "DQV"}).status == 201
    assert gracedb.delete(f"{root}labels/DQV/").status == 204


def test_put(gracedb: GraceDb, graceid: str) -> None:
    assert gracedb.put(f"{gracedb._service_url}events/{graceid}/labels/DQV").status == 201


@pytest.mark.parametrize(
    "url",
    [
        *("events/", "/api/events/", "ftp://127.0.0.1/", "http://127.0.0.1:1/api/"),
        *("https://gracedb.example.org/api/", "http://me:word@127.0.0.1/"),
    ],
)
def test_other_servers(gracedb: GraceDb, url: str) -> None:
    for call in (gracedb.get, gracedb.post, gracedb.get_file):
        with pytest.raises(requests.exceptions.RequestException) as raised:
            call(url)
        assert isinstance(raised.value, ValueError)
        assert "word" not in str(raised.value)


def test_climbing(gracedb: GraceDb) -> None:
    with pytest.raises(ValueError, match="climbs"):
        gracedb.get(f"{gracedb._service_url}../admin/")


@pytest.mark.parametrize("option", ["verify", "auth", "cert", "proxies"])
def test_options_of_the_client(gracedb: GraceDb, option: Any) -> None:
    with pytest.raises(TypeError, match="option of the client"):
        gracedb.get(gracedb._service_url, **{option: None})


def test_options_that_are_settled(gracedb: GraceDb) -> None:
    assert gracedb.get(gracedb._service_url, allow_redirects=True, stream=False).status == 200
