"""Logs, tags and files: numbering, versions, and what outsiders see of them."""

from __future__ import annotations

import gzip

import pytest


def listed(api, path):
    body = api.get(f"{path}logs/").body
    assert list(body) == ["start", "numRows", "log", "links"]
    return body["log"]


def upload(api, path, name, data, **fields):
    form = {"comment": "a file", **fields}
    return api.post(f"{path}logs/", data=form, files={"upload": (name, data)})


def test_a_log_entry_is_answered_whole(boss, path):
    status, log = boss.post(f"{path}logs/", json={"comment": " hello "})
    assert status == 201
    assert log == {
        "self": f"{boss.url}{path}logs/2/",
        "N": 2,
        "comment": "hello",
        "created": log["created"],
        "issuer": "albert.einstein",
        "filename": "",
        "file_version": None,
        "tag_names": [],
        "file": None,
    }
    assert log["created"].endswith(" UTC")
    assert boss.get(log["self"]).body == log == listed(boss, path)[-1]


@pytest.mark.parametrize("encoding", ["json", "data", "one"])
def test_every_tag_makes_one_more_entry(boss, path, encoding):
    body = {"comment": "tagged", "tagname": ["pe", "psd"], "displayName": ["A", "B"]}
    if encoding == "one":
        body, encoding = {"comment": "tagged", "tagname": "pe,psd"}, "data"
    status, log = boss.post(f"{path}logs/", **{encoding: body})
    assert (status, log["N"], log["tag_names"]) == (201, 2, ["pe", "psd"])
    assert boss.comments(path)[1:] == ("tagged", "Tagged message 2: pe.", "Tagged message 2: psd.")


def test_a_label_may_come_with_a_log_entry(boss, path):
    body = {"comment": "c", "label": "EM_READY"}
    assert boss.post(f"{path}logs/", json=body).status == 201
    assert boss.comments(path)[-1] == "Added label: EM_READY"
    again = boss.post(f"{path}logs/", json=body)
    assert again.status == 201
    assert boss.comments(path)[-1] == "c"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "This field is required."),
        ({"comment": " "}, "This field may not be blank."),
        (
            {"comment": "c", "tagname": ["pe", "psd"], "displayName": ["A"]},
            "There should either be as many display names as tags, or there should be no display "
            "names",
        ),
        ({"comment": "c", "tagname": ["a b"]}, "Tag names can only include [0-9a-zA-z_-]"),
        ({"comment": "c", "label": "FOO"}, "The label 'FOO' is not found in the database."),
        (
            {"comment": "c", "label": "H1OK"},
            "The label 'H1OK' is managed by an automated process and cannot be manually added",
        ),
    ],
)
def test_entries_that_are_refused_leave_nothing(boss, path, body, text):
    assert boss.post(f"{path}logs/", json=body) == (400, text)
    assert len(listed(boss, path)) == 1


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.txt", b"", "The submitted file is empty."),
        ("a,b.txt", b"x", "The file name 'a,b.txt' should not contain commas."),
    ],
)
def test_files_that_are_refused(boss, path, name, data, text):
    assert upload(boss, path, name, data) == (400, text)
    assert boss.get(f"{path}files/").body == {}


def test_tags_come_and_go(boss, path):
    tags = f"{path}logs/1/tags/"
    status, tag = boss.post(tags, data={"name": "my_tag", "displayName": "Mine"})
    assert (status, tag) == (
        201,
        {"name": "my_tag", "displayName": "Mine", "self": f"{boss.url}{tags}my_tag/"},
    )
    assert boss.get(tags).body == {"tags": [tag]}
    assert boss.get(tag["self"]).body == tag
    assert boss.post(tags, data={"name": "my_tag"}) == (
        400,
        "Tag is already applied to this log message",
    )
    assert boss.post(tags, data={"name": "a b"}) == (
        400,
        "Tag names can only include [0-9a-zA-z_-]",
    )
    assert boss.delete(f"{tags}my_tag") == (204, None)
    assert boss.delete(f"{tags}my_tag/") == (404, {"detail": "Not found."})
    assert boss.comments(path)[1:] == (
        "Tagged message 1: my_tag.",
        "Removed tag my_tag from message 1.",
    )
    assert boss.get(f"{path}logs/99/tags/").status == 404


def test_public_brings_lvem_along(boss, path):
    boss.post(f"{path}logs/1/tags/", data={"name": "public"})
    assert boss.get(f"{path}logs/1/").body["tag_names"] == ["lvem", "public"]
    boss.delete(f"{path}logs/1/tags/lvem")
    assert boss.get(f"{path}logs/1/").body["tag_names"] == ["public"]


def test_removing_lvem_alone_tells_of_public_too(boss, path):
    """A mistake of the server's, which costs a log number that clients may count on."""
    boss.post(f"{path}logs/1/tags/", data={"name": "lvem"})
    boss.delete(f"{path}logs/1/tags/lvem")
    assert boss.comments(path)[-2:] == (
        "Removed tag lvem from message 1.",
        "Removed tag public from message 1.",
    )


def test_versions_count_and_the_bare_name_is_the_newest(boss, path):
    for data in (b"one", b"two"):
        status, log = upload(boss, path, "a.txt", data)
        assert status == 201
    assert (log["filename"], log["file_version"]) == ("a.txt", 1)
    assert log["file"] == f"{boss.url}{path}files/a.txt,1"
    names = ["a.txt", "a.txt,0", "a.txt,1"]
    assert boss.get(f"{path}files/").body == {n: f"{boss.url}{path}files/{n}" for n in names}
    contents = [boss.send("GET", f"{path}files/{name}").content for name in names]
    assert contents == [b"two", b"one", b"two"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("a.txt,x", (404, "File not found, version string should be an int")),
        ("a.txt,0,1", (400, "Invalid filename: filename should not contain commas")),
        ("a.txt,7", (404, {"detail": "Not found."})),
        ("b.txt", (404, {"detail": "Not found."})),
    ],
)
def test_files_that_are_not_there(boss, path, name, answer):
    upload(boss, path, "a.txt", b"one")
    assert boss.get(f"{path}files/{name}") == answer


@pytest.mark.parametrize(
    ("name", "kind", "encoding", "attached"),
    [
        ("a.log", "text/plain; charset=UTF-8", None, False),
        ("a.fits.gz", None, "gzip", True),
        ("a.unknown", "application/octet-stream", None, True),
    ],
)
def test_files_say_what_they_are(boss, path, name, kind, encoding, attached):
    data = gzip.compress(b"data") if encoding else b"data"
    upload(boss, path, name, data)
    response = boss.send("GET", f"{path}files/{name}")
    assert response.content == b"data"
    assert response.headers["Content-Length"] == str(len(data))
    assert response.headers.get("Content-Encoding") == encoding
    assert kind is None or response.headers["Content-Type"] == kind
    disposition = response.headers.get("Content-Disposition")
    assert disposition == (f'attachment; filename="{name}"' if attached else None)


def test_outsiders_see_what_is_tagged_for_them(world, boss, exposed):
    upload(boss, exposed, "a.txt", b"one", tagname="public")
    upload(boss, exposed, "b.txt", b"two", tagname="lvem")
    upload(boss, exposed, "c.txt", b"three")
    nobody, observer = world.nobody, world.observer
    assert [log["filename"] for log in listed(nobody, exposed)] == ["a.txt"]
    assert [log["filename"] for log in listed(observer, exposed)] == ["a.txt", "b.txt"]
    assert list(nobody.get(f"{exposed}files/").body) == ["a.txt", "a.txt,0"]
    assert nobody.send("GET", f"{exposed}files/a.txt").content == b"one"
    assert nobody.get(f"{exposed}files/b.txt").status == 404
    assert observer.send("GET", f"{exposed}files/b.txt,0").content == b"two"
    assert nobody.get(f"{exposed}logs/1/") == (404, {"detail": "Not found."})


def test_a_newer_private_version_hides_the_bare_name(world, boss, exposed):
    upload(boss, exposed, "a.txt", b"one", tagname="public")
    upload(boss, exposed, "a.txt", b"two")
    assert list(world.nobody.get(f"{exposed}files/").body) == ["a.txt,0"]
    assert world.nobody.get(f"{exposed}files/a.txt").status == 404
    assert world.nobody.send("GET", f"{exposed}files/a.txt,0").content == b"one"


def test_what_observers_write_other_observers_read(world, exposed):
    status, log = world.observer.post(f"{exposed}logs/", json={"comment": "seen by us"})
    assert (status, log["tag_names"], log["issuer"]) == (201, ["lvem"], "henrietta.leavitt")
    assert listed(world.observer, exposed)[-1] == log


def test_web_pages_are_told_full_names(boss, path):
    """Passwords are not for scripts of a web page, so this one brings a token."""
    headers = {"X-Requested-With": "XMLHttpRequest", "Authorization": "Bearer nonsense"}
    boss.post(f"{path}permissions/modify/", data={"action": "expose"})
    boss.post(f"{path}logs/1/tags/", data={"name": "public"})
    boss.session.auth, kept = None, boss.session.auth
    try:
        assert boss.get(f"{path}logs/1/", headers=headers).body["issuer"] == "Albert Einstein"
    finally:
        boss.session.auth = kept


def test_the_new_generation_renames_its_lists(renewed):
    boss = renewed.boss
    path = f"superevents/{boss.superevent()['superevent_id']}/"
    upload(boss, path, "a.txt", b"one")
    assert "logs" in boss.get(f"{path}logs/").body
    assert boss.get(f"{path}files/").body["files"] == ["a.txt", "a.txt,0"]
    old = renewed.speaking("v1")
    assert "log" in old.get(f"{path}logs/").body
    assert list(old.get(f"{path}files/").body) == ["a.txt", "a.txt,0"]
