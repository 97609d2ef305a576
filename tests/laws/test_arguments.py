"""Any text is refused before anything is sent, or arrives at the server exactly as given."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gracedb_core._ids import kind_of
from gracedb_core.errors import GraceDBError, InputError

from ..conftest import need_library
from ..transports.server import Heard, Server, answer, says
from .hostile import examples
from .over import WAYS, Over

if TYPE_CHECKING:
    from gracedb_sandbox import Sandbox

#: What has meant something to somebody on the way.
KNOWN = st.sampled_from(
    [
        *("", " ", ".", "..", "...", "/", "//", "a/b", "/a", "a/", "../a", "a/../b", "a/./b"),
        *("%2F", "%2e%2e", "..%2f", "%", "%00", "%zz", "a%20b", "+", "a+b", "a b", " a", "a "),
        *("\0", "a\0b", "a\r\nb", "\r\nX-Evil: 1", "\n", "\r", "\t", "\x1b[2J", "\x7f", "\x85"),
        *("?", "a?b=c", "#", "a#b", "a&b=c", "=", ";", "a;b", ":", "a:b", "@", "~", "!", "*", "'"),
        *('"', 'a"b', "\\", "a\\b", ",", "a,b", "a,0", "{}", "{0}", "{keys}", "[", "]", "|", "^"),
        *("é", "\u00a0", "\u202e", "\u200b", "\ufeff", "🌠", "👩‍🔬" * 9, "\ufffe", "\U0010ffff"),
        *("\ud800", "a\udfffb", "\udc80", "\ud83c\udf20", "&amp;", "&lt", "&", "a&b", "%22", "%0D"),
        *("a" * 10_000, "é" * 10_000, "a" * 255, "a" * 256, "🌠" * 250, "None", "null", "True"),
        *("http://evil.example/", "//evil.example", "javascript:", "file:///etc/passwd", "-", "--"),
    ]
)
TEXT = KNOWN | st.text() | st.tuples(KNOWN, st.text()).map("".join)

SUPEREVENT = "S190425z"
Ask = Callable[[Any, str], Any]


class Form(NamedTuple):
    """What a server has understood of a request."""

    path: List[str]
    query: List[Tuple[str, str]]
    fields: List[Tuple[str, Any]]
    #: Names of files by the field that they came in.
    files: List[Tuple[str, str]]


def understood(heard: Heard) -> Form:
    """Read a request as a server does, by nothing that the client is made of."""
    method, target, version = heard.line.split(" ")
    assert (method.isupper(), version) == (True, "HTTP/1.1")
    path, _, query = target.partition("?")
    assert path.startswith("/api/")
    kind = heard.header("content-type") or ""
    fields: List[Tuple[str, Any]] = []
    files: List[Tuple[str, str]] = []
    if kind == "application/json":
        fields = list(json.loads(heard.body).items())
    elif kind == "application/x-www-form-urlencoded":
        fields = pairs(heard.body.decode("ascii"))
    elif kind:
        fields, files = parts(heard.body, kind)
    segments = path[len("/api/") :].split("/")
    assert not {"", ".", ".."} & {unquote(segment) for segment in segments[:-1]}
    return Form([unquote(each, errors="strict") for each in segments], pairs(query), fields, files)


def pairs(text: str) -> List[Tuple[str, str]]:
    """Read a form or a query."""
    return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")


DISPOSITION = re.compile(
    r'Content-Disposition: form-data; name="([^"\\]*)"(?:; filename="([^"\\]*)")?\r\n'
    r"(?:Content-Type: [a-z0-9.+-]+/[a-z0-9.+-]+\r\n)?\r\n"
).fullmatch


def parts(body: bytes, kind: str) -> Tuple[List[Tuple[str, Any]], List[Tuple[str, str]]]:
    """Read a multipart as the framework on the other side does: strictly, and with its limit."""
    boundary = kind.partition("boundary=")[2].encode()
    first, *pieces, last = body.split(b"--" + boundary)
    assert (first, last) == (b"", b"--\r\n")
    fields: List[Tuple[str, Any]] = []
    files: List[Tuple[str, str]] = []
    for piece in pieces:
        head, _, data = piece.partition(b"\r\n\r\n")
        assert piece.startswith(b"\r\n")
        assert len(head) + 4 <= 1024
        found = DISPOSITION(head[2:].decode() + "\r\n\r\n")
        assert found is not None, head
        name, filename = found.groups()
        if filename is None:
            fields.append((name, data[:-2].decode()))
        else:
            files.append((name, filename))
    return fields, files


class Place(NamedTuple):
    """Where a caller may put a text, and what the server then finds it in."""

    ask: Ask
    find: Callable[[Form], Any]
    #: What should be found, where that is not the text itself.
    expected: Callable[[str], Any] = lambda text: text


def fields(name: str) -> Callable[[Form], Any]:
    """Find a field of a body."""
    return lambda form: dict(form.fields)[name]


def queried(name: str) -> Callable[[Form], Any]:
    """Find a parameter of a query."""
    return lambda form: dict(form.query)[name]


def within(count: int, *, ends: bool = True) -> Callable[[Form], Any]:
    """Find what comes in a path after *count* segments: one of them, or all that is left."""
    return lambda form: form.path[count] if ends else "/".join(form.path[count:])


def one(client: Any) -> Any:
    """Go to a superevent."""
    return client.superevents[SUPEREVENT]


def event(client: Any) -> Any:
    """Go to an event."""
    return client.events["G123"]


FILE = {"filename": "a.txt", "filecontents": b"x"}
KIND = {"group": "Test", "pipeline": "gstlal"}
ATTACHED = {"filename": "a.txt", "filecontents": b"x"}


def further(text: str) -> Dict[str, Any]:
    """Pass a field whose name is *text*, under which something else may be known."""
    return {text: "value"}


def found_field(form: Form) -> Any:
    """Find the name of a further field."""
    return next(name for name, value in form.fields if value == "value")


PLACES: Dict[str, Place] = {
    "superevent": Place(
        lambda client, text: client.superevents[text].get(), lambda form: form.path[1]
    ),
    "event": Place(lambda client, text: client.events[text].get(), lambda form: form.path[1]),
    "label of a superevent": Place(lambda c, text: one(c).labels.create(text), fields("name")),
    "label of an event": Place(lambda c, text: event(c).labels.create(text), within(3)),
    "label taken off": Place(lambda c, text: one(c).labels.delete(text), within(3)),
    "label read": Place(lambda c, text: one(c).labels[text].get(), within(3)),
    "tag": Place(lambda c, text: one(c).logs[1].tags.create(text), fields("name")),
    "tag of an event": Place(lambda c, text: event(c).logs[1].tags.create(text), within(5)),
    "tag with a message": Place(
        lambda c, text: one(c).logs.create("x", tags=[text]), fields("tagname"), lambda text: [text]
    ),
    "display name": Place(
        lambda c, text: event(c).logs[1].tags.create("pe", display_name=text), fields("displayName")
    ),
    "log number": Place(lambda c, text: one(c).logs[text].get(), within(3)),
    "file": Place(lambda c, text: one(c).files[text].get(), within(3, ends=False)),
    "file of an event": Place(lambda c, text: event(c).files[text].get(), within(3, ends=False)),
    "comment": Place(lambda c, text: one(c).logs.create(text), fields("comment")),
    "comment with a file": Place(
        lambda c, text: event(c).logs.create(text, **ATTACHED), fields("comment")
    ),
    "name of an upload": Place(
        lambda c, text: one(c).logs.create("x", filename=text, filecontents=b"x"),
        lambda form: dict(form.files)["upload"],
        lambda text: text.rpartition("/")[2],
    ),
    "group": Place(
        lambda c, text: c.events.create(group=text, pipeline="x", **FILE), fields("group")
    ),
    "labels of a new event": Place(
        lambda c, text: c.events.create(**KIND, labels=[text, "INJ"], **FILE),
        lambda form: [value for name, value in form.fields if name == "labels"],
        lambda text: list(dict.fromkeys([text, "INJ"])),
    ),
    "further field of an upload": Place(
        lambda c, text: c.events.create(**{**KIND, **FILE, **further(text)}), found_field
    ),
    "further field of a message": Place(
        lambda c, text: one(c).logs.create("x", **further(text)), found_field
    ),
    "further field of a VOEvent": Place(
        lambda c, text: one(c).voevents.create("initial", **further(text)), found_field
    ),
    "preferred event": Place(
        lambda c, text: c.superevents.create(preferred_event=text, category="P"),
        fields("preferred_event"),
    ),
    "member": Place(lambda c, text: one(c).events.create(text), fields("event")),
    "member gone": Place(lambda c, text: one(c).events.delete(text), within(3)),
    "signoff": Place(lambda c, text: one(c).signoffs.create("H1", "OK", text), fields("comment")),
    "group of permissions": Place(lambda c, text: event(c).permissions[text].get(), within(3)),
    "catalogue": Place(lambda c, text: c.gwtc.create(text, {}), fields("number")),
    "catalogue version": Place(lambda c, text: c.gwtc[4][text].get(), within(2)),
    "any path": Place(lambda c, text: c.path("a", text, "b").get(), within(1)),
    "any parameter": Place(lambda c, text: c.path("a").get(q=text), queried("q")),
    "any parameter's name": Place(
        lambda c, text: c.path("a").get(**further(text)), lambda form: form.query[0][0]
    ),
    "any field": Place(lambda c, text: c.path("a").post(q=text), fields("q")),
    "any field's name": Place(lambda c, text: c.path("a").put(**further(text)), found_field),
}

QUERY = Place(lambda client, text: client.events.search(text), queried("query"))
SORT = Place(lambda client, text: client.superevents.search("x", text), queried("sort"))
STRUCTURED = Place(
    lambda client, text: client.superevents.search({text: [text]}),
    lambda form: json.loads(dict(form.query)["query"]),
    lambda text: {text: [text]},
)
SEARCHES = {"query": QUERY, "order": SORT, "structured query": STRUCTURED}


def tried(server: Server, action: Callable[[], Any]) -> Optional[Form]:
    """Do *action*; give what the server understood, or None where the client refused."""
    server.heard.clear()
    refused = False
    try:
        action()
    except InputError:
        refused = True
    except GraceDBError:
        pass  # what it was answered with is not what it expects
    assert refused is not bool(server.heard)
    return understood(server.heard[0]) if server.heard else None


@pytest.mark.parametrize("way", WAYS)
def test_any_text_arrives_or_is_refused(way: str) -> None:
    """Wherever a text goes, over whichever transport, it is as given where it arrives."""
    need_library(way.partition(",")[0])
    with Server(says(answer(b"{}"))) as server, Over(
        way, f"http://127.0.0.1:{server.port}/api/"
    ) as over:

        @examples(25)
        @given(st.sampled_from([*PLACES, *SEARCHES]), TEXT)
        def law(where: str, text: str) -> None:
            check(server, over, where, text)

        law()


def check(server: Server, over: Over, where: str, text: str) -> None:
    """See that *text* arrives as it is, or that nothing does."""
    place = {**PLACES, **SEARCHES}[where]
    do = over.listed if where in SEARCHES else over.ask
    form = tried(server, lambda: do(lambda client: place.ask(client, text)))
    if form is not None:
        assert place.find(form) == place.expected(text), where


@pytest.mark.parametrize("where", [*PLACES, *SEARCHES])
def test_each_place(where: str) -> None:
    """The same for each place in turn, over one transport, with what has meant something."""
    with Server(says(answer(b"{}"))) as server, Over(
        "urllib3", f"http://127.0.0.1:{server.port}/api/"
    ) as over:

        @examples(12)
        @example("plain")
        @example("a/b")
        @example("é🌠")
        @example('a"b\\c')
        @example("\ud800")
        @example("a" * 10_000)
        @given(TEXT)
        def law(text: str) -> None:
            check(server, over, where, text)

        law()
        # The law would hold of a client that refuses everything.
        plain = "ADV" if where == "signoff" else "plain"
        assert tried(server, lambda: over_plain(over, where, plain)) is not None


def over_plain(over: Over, where: str, text: str) -> Any:
    """Ask with a text that is like any other."""
    place = {**PLACES, **SEARCHES}[where]
    do = over.listed if where in SEARCHES else over.ask
    return do(lambda client: place.ask(client, text))


def test_any_text_is_kept(sandbox: Sandbox) -> None:
    """A server with another reader of HTTP and of forms stores what was said, under its name."""
    einstein = {"username": "albert.einstein", "password": "relativity", "force_noauth": False}
    with Over("urllib3", sandbox.url, **einstein) as over:
        made = over.ask(lambda client: client.events.create(**KIND, **FILE))["graceid"]

        @examples(20)
        @given(TEXT, TEXT)
        def law(comment: str, name: str) -> None:
            try:
                log = over.ask(
                    lambda client: client.events[made].logs.create(
                        comment, filename=name, filecontents=b"data"
                    )
                )
            except InputError:
                return
            assert log["comment"].strip() == comment.strip()  # it trims the ends
            base = name.rpartition("/")[2]
            assert log["filename"] == base
            assert over.read(lambda client: client.events[made].files[base].get()) == b"data"

        law()


@given(TEXT)
def test_any_text_is_an_id_or_none(text: str) -> None:
    """Telling an event from a superevent never fails."""
    kind_of(text)
