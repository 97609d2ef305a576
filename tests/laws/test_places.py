"""Nothing in an answer makes the client ask elsewhere, or write where it was not told to."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core.errors import GraceDBError

from ..conftest import need_library
from ..transports.server import Heard, Line, Server, answer
from .hostile import examples
from .over import WAYS, Over

PATHS = st.sampled_from(
    [
        *("/api/", "/api/events/", "/api/events/?start=1&count=1", "/api/superevents/S1/files/a"),
        *(
            "/",
            "",
            "/evil",
            "/api",
            "/apiary/",
            "/api/../evil",
            "/api/%2e%2e/evil",
            "/api/..%2fevil",
        ),
        *(
            "/api/..\\evil",
            "/api/.%2e/",
            "/api/a/../../evil",
            "/api//evil",
            "//api/",
            "/api/?#/../..",
        ),
        *(";/api/", "/api/;/../", "/API/", "\\api\\", "?/api/", "#/api/", "/api/\t/", " /api/"),
    ]
)


def pointers(*origins: str) -> Any:
    """Make what points somewhere: to our own server, or to another, in every spelling."""
    spelled = [each for origin in origins for each in (origin, origin.upper(), origin + "@evil")]
    spelled += [origin.partition(":")[2] for origin in origins]
    spelled += [origin.replace("//", "//user:word@") for origin in origins]
    spelled += [origin.replace("//", "/\\") for origin in origins]
    spelled += ["", "javascript:", "file://", "ftp://127.0.0.2", "https:", "http:"]
    return st.tuples(st.sampled_from(spelled), PATHS).map("".join)


class World:
    """Our server, which says what it is told, and another, of which nobody may hear."""

    def __init__(self) -> None:
        self.ours = Server(self.turn)
        self.other = Server(host="127.0.0.2")
        self.raw = b""

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.ours.__exit__()
        self.other.__exit__()

    def turn(self, line: Line, heard: Heard) -> None:
        """Say it a few times, and then nothing that leads further."""
        repeated = len(self.ours.heard) <= 4
        line.send(self.raw if repeated else answer(b'{"events": [], "superevents": []}'))

    @property
    def url(self) -> str:
        """The API at our server."""
        return f"http://127.0.0.1:{self.ours.port}/api/"

    @property
    def pointers(self) -> Any:
        """What an answer points to."""
        ours, port = self.url[: -len("/api/")], self.other.port
        elsewhere = [f"http://127.0.0.2:{port}", f"https://127.0.0.2:{port}", "http://evil.example"]
        return pointers(ours, ours.replace("127.0.0.1", "localhost"), *elsewhere)

    def see(self) -> None:
        """See that nobody else was asked, and that of us nothing but the API was."""
        assert self.other.connections == 0
        for heard in self.ours.heard:
            path = unquote(heard.line.split(" ")[1].partition("?")[0])
            assert path.startswith("/api/"), heard.line
            assert not {"..", "."} & set(path.split("/")), heard.line
        self.ours.heard.clear()


def page(link: str, rows: int) -> Dict[str, Any]:
    """Point to *link* wherever an answer points to something."""
    links = dict.fromkeys(("next", "last", "first", "self", "files", "events"), link)
    row = {"graceid": "G1", "self": link, "file": link, "links": links, "filename": link}
    return {
        **dict.fromkeys(("events", "superevents", "results", "log"), [row] * rows),
        "links": links,
        "next": link,
        "numRows": 30,
        "templates": {"event-template": link},
        "files": [{"filename": "a.txt", "url": link, "self": link}],
    }


POINTING = ("Location", "Content-Location", "Link", "Refresh", "Alt-Svc", "Content-Disposition")
READS = {
    "page": lambda client: client.superevents.get(),
    "root": lambda client: client.get(),
    "files": lambda client: client.superevents["S1"].files.get(),
    "write": lambda client: client.superevents["S1"].labels.create("INJ"),
}
SEARCHES = (
    lambda client: client.events.search("x", prefetch=0),
    lambda client: client.superevents.search("x", prefetch=2),
)
STATUSES = st.sampled_from(
    ["200 OK", "201 Created", "300 Many", "301 A", "302 B", "303 C", "307 D"]
)


@pytest.mark.parametrize("way", WAYS)
def test_nobody_else_is_asked(way: str) -> None:
    """Links, redirects and every header that points elsewhere lead into our own API, or nowhere."""
    need_library(way.partition(",")[0])
    with World() as world, Over(way, world.url) as over, tempfile.TemporaryDirectory() as folder:

        @examples(25)
        @given(world.pointers, st.sampled_from(POINTING), STATUSES, st.integers(0, 2))
        def law(link: str, header: str, status: str, rows: int) -> None:
            body = json.dumps(page(link, rows)).encode()
            value = f"0; url={link}" if header == "Refresh" else link
            world.raw = answer(body, f"{header}: {value}", status=status)
            for search in SEARCHES:
                with contextlib.suppress(GraceDBError):
                    over.listed(search)
                world.see()
            for call in READS.values():
                with contextlib.suppress(GraceDBError):
                    over.ask(call)
                world.see()
            with contextlib.suppress(GraceDBError):
                over.ask(lambda client: client.superevents["S1"].files["a.txt"].download(folder))
            world.see()

        law()


FILE_NAMES = (
    st.sampled_from(
        [
            *(
                "a.fits",
                "../evil",
                "..",
                ".",
                "",
                "/etc/evil",
                "/",
                "a/b",
                "a/../../evil",
                "~/evil",
            ),
            *("..\\evil", "a\\..\\..\\evil", "..%2fevil", "%2e%2e/evil", "%2Fetc%2Fevil", "a\0b"),
            *(
                "a\n",
                "\u202egnp",
                ".bashrc",
                "-rf",
                "a,0",
                ",0",
                "a" * 300,
                "\ud800",
                "here",
                "x.gz",
            ),
            *("file:///evil", "http://evil.example/a", "C:\\evil", "CON", "a/", "é", " ", "$HOME"),
        ]
    )
    | st.text(min_size=1, max_size=20)
    | st.text(st.sampled_from("./\\%2eEfF,a"), max_size=12)
)


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    """Work in *folder*."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def everything_in(folder: Path) -> Set[str]:
    """List all files in *folder*."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


class Files(World):
    """A server whose files have odd names."""

    names: List[str] = []
    header = "X: y"

    def turn(self, line: Line, heard: Heard) -> None:
        """List the files, or give one."""
        if heard.line.split(" ")[1].endswith("/files/"):
            line.send(answer(json.dumps({name: name for name in self.names}).encode()))
        else:
            line.send(answer(b"data", self.header))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_written_elsewhere(way: str) -> None:
    """Names that a server gives its files stay names: what is saved is in the folder."""
    need_library(way.partition(",")[0])
    disposition = st.sampled_from(["", "../../evil", "/etc/evil", "b.fits", "..\\evil"])
    with Files() as world, Over(way, world.url) as over:

        @examples(25)
        @given(st.lists(FILE_NAMES, min_size=1, max_size=4), disposition)
        def law(names: List[str], evil: str) -> None:
            world.names = names
            world.header = f'Content-Disposition: attachment; filename="{evil}"'
            with tempfile.TemporaryDirectory() as top:
                here = Path(top, "a", "here")
                here.mkdir(parents=True)
                with standing_in(here):
                    saved = set(save_all(over, here))
                assert everything_in(Path(top)) == {str(Path("a", "here", name)) for name in saved}
                assert not saved & {"evil", "b.fits"} - {name.split("/")[-1] for name in names}
            world.see()

        law()


def save_all(over: Over, here: Path) -> Iterator[str]:
    """Save every file that the server lists, with and without a folder; gives their names."""
    for name in over.ask(lambda client: client.superevents["S1"].files.get()):
        for into in (here, None):
            # Not every name that a server can have is one that a disk can.
            with contextlib.suppress(GraceDBError, OSError):
                path = over.ask(
                    lambda client, name=name, into=into: (
                        client.superevents["S1"].files[name].download(into)
                    )
                )
                assert path.read_bytes() == b"data"
                yield path.name
