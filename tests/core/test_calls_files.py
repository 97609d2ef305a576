"""Files of events and superevents, read over both transports: listed, versioned, nested, packed."""

from __future__ import annotations

import gzip
import io
import os
from typing import Any, Dict

import pytest

from gracedb_core import Client, errors
from gracedb_core.resources import Event
from gracedb_sandbox import Sandbox

from . import making
from .conftest import EINSTEIN

PLAIN = b"SIMPLE  =                    T" + bytes(range(256)) * 4096
PACKED = gzip.compress(PLAIN, mtime=0)


def keep(thing: Any, name: str, data: bytes) -> Dict[str, Any]:
    """Attach a file."""
    row: Dict[str, Any] = thing.logs.create("file", filename=name, filecontents=data)
    return row


def test_listing(thing: Any) -> None:
    """Each file and each version, to its URL; the plain name is the newest version."""
    names = {"coinc.xml", "coinc.xml,0"} if isinstance(thing, Event) else set()
    assert names <= set(thing.files.get())
    keep(thing, "a.txt", b"first")
    keep(thing, "a.txt", b"second")
    urls = thing.files.get()
    assert {"a.txt", "a.txt,0", "a.txt,1"} <= set(urls)
    base = thing.get()["links"]["self"].rstrip("/")
    assert urls["a.txt,1"] == f"{base}/files/a.txt,1"


def test_versions(thing: Any) -> None:
    """``name,0`` is the first, ``name`` the last; what was never there is not found."""
    for number, data in enumerate((b"first", b"second", b"third")):
        row = keep(thing, "a.txt", data)
        assert (row["file_version"], row["file"][-7:]) == (number, f"a.txt,{number}")
    assert making.contents(thing, "a.txt") == b"third"
    assert [making.contents(thing, f"a.txt,{number}") for number in range(3)] == [
        b"first",
        b"second",
        b"third",
    ]
    for name in ("a.txt,3", "a.txt,x", "b.txt", "run/a.txt"):
        with pytest.raises(errors.NotFound):
            thing.files[name].get()


@pytest.mark.parametrize(
    "name",
    ["a b+c.txt", "a%2Fb.txt", "50%.txt", "a#b?c=d&e;f.txt", "é~(1)[2]{3}'!$*@:=.txt",
     "S190425z-1-Preliminary.xml", ".hidden", "..double"],
)  # fmt: skip
def test_names_of_every_kind(thing: Any, name: str) -> None:
    """A name arrives as it is written and is found by it, whatever its characters."""
    assert keep(thing, name, name.encode())["filename"] == name
    assert name in thing.files.get()
    assert making.contents(thing, name) == name.encode()
    assert making.contents(thing, f"{name},0") == name.encode()


def test_a_file_in_a_folder(client: Client) -> None:
    """Products may be nested: the slash of a name is a slash of its path."""
    gid = making.event_id(client)
    # No upload of ours has a folder in its name; the server's own endpoint for files makes one.
    put_nested(client, gid, "run/é/a.txt", b"nested")
    event = client.events[gid]
    assert making.contents(event, "run/é/a.txt") == making.contents(event, "run/é/a.txt,0")
    assert making.contents(event, "run/é/a.txt") == b"nested"
    assert {"run/é/a.txt", "run/é/a.txt,0"} <= set(event.files.get())
    with pytest.raises(errors.AccessDenied, match="run is a directory"):
        event.files["run"].get()


def put_nested(client: Client, gid: str, name: str, data: bytes) -> None:
    """Store a file under a name with folders, as the server's own programs do."""
    import requests

    answer = requests.put(
        f"{client.url}events/{gid}/files/{name}",
        files={"upload": ("x", data)},
        auth=("albert.einstein", "relativity"),
        timeout=30,
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("name", ["a.fits.gz", "a.txt.gz", "a.gz"])
def test_compressed(thing: Any, name: str) -> None:
    """A compressed file is read as what is in it."""
    keep(thing, name, PACKED)
    assert making.contents(thing, name) == PLAIN


def test_several_members(thing: Any) -> None:
    """A compressed file of several members, as `cat` makes them, is read to its end."""
    keep(thing, "a.gz", PACKED + gzip.compress(b"more"))
    assert making.contents(thing, "a.gz") == PLAIN + b"more"


def test_a_download_is_a_file(thing: Any) -> None:
    """It reads in pieces, in lines and to its end; it is usable in ``with``; it does not write."""
    keep(thing, "a.fits", PLAIN)
    keep(thing, "a.fits.gz", PACKED)
    for name in ("a.fits", "a.fits.gz"):
        with thing.files[name].get() as file:
            assert isinstance(file, io.BufferedReader)
            assert file.readable()
            assert not file.writable()
            assert (file.read(6), file.peek(1)[:1], file.read(0)) == (b"SIMPLE", b" ", b"")
            assert file.read() == PLAIN[6:]
            assert file.read() == b""
        assert file.closed
    keep(thing, "a.txt", b"one\ntwo\n")
    with thing.files["a.txt"].get() as file:
        assert list(file) == [b"one\n", b"two\n"]
    with io.TextIOWrapper(thing.files["a.txt"].get(), "utf-8") as text:
        assert text.read() == "one\ntwo\n"


def test_a_download_is_abandoned(thing: Any) -> None:
    """Closing early is no error, and the next call goes on as if nothing had been."""
    keep(thing, "a.fits", PLAIN)
    file = thing.files["a.fits"].get()
    assert file.read(10) == PLAIN[:10]
    file.close()
    assert making.contents(thing, "a.fits") == PLAIN


def test_bytes_are_the_same_both_ways(thing: Any) -> None:
    """What goes up comes down, byte for byte, whatever it looks like."""
    for name, data in (
        ("random.bin", os.urandom(300_000)),
        ("breaks.txt", b"a\r\nb\rc\n--boundary--\r\n\x00\x1a"),
        ("one", b"\xff"),
    ):
        keep(thing, name, data)
        assert making.contents(thing, name) == data


def test_an_empty_file(sandbox: Sandbox, transport: str) -> None:
    """Superevents refuse one at once; events take it, and have nothing to give back."""
    # A 409 of a file is a hiccup more often than not, and so is asked for again.
    client = Client(sandbox.url, transport=transport, retries=0, **EINSTEIN)
    above = client.superevents[making.superevent_id(client)]
    with pytest.raises(errors.BadRequest) as caught:
        keep(above, "empty", b"")
    assert caught.value.detail == "The submitted file is empty."
    event = client.events[making.event_id(client)]
    keep(event, "empty", b"")
    with pytest.raises(errors.Conflict) as conflict:
        event.files["empty"].get()
    assert conflict.value.detail == "File empty is empty or unavailable"
    client.close()
