"""Bad input: one clear sentence, before anything is sent where we can tell, and nothing is left.

Whatever is refused here, the server holds afterwards exactly what it held before.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from gracedb_core import Client, errors
from gracedb_core.errors import InputError

from . import making


@pytest.fixture(scope="module")
def made(author: Client) -> Dict[str, Any]:
    """Make a superevent, and its event, to make mistakes with."""
    return making.superevent(author)


@pytest.fixture
def untouched(client: Client, made: Dict[str, Any]) -> Iterator[None]:
    """Demand that the test leaves the server as it was: what is there, labels, logs and files."""

    def state() -> List[Any]:
        event, superevent = _both(client, made)
        return [
            making.census(client),
            *(
                each
                for thing in (event, superevent)
                for each in (thing.get(), thing.logs.get(), thing.files.get(), thing.labels.get())
            ),
            superevent.signoffs.get(),
            superevent.voevents.get(),
            superevent.pipeline_preferred_events.get(),
        ]

    before = state()
    yield
    assert state() == before


def _both(client: Client, made: Dict[str, Any]) -> List[Any]:
    return [client.events[made["preferred_event"]], client.superevents[made["superevent_id"]]]


def sentence(error: BaseException) -> str:
    """Give the error's text, which must be one line that ends as sentences do."""
    text = str(error)
    assert re.match(r"[A-Z'\"b(<{\[]", text), text
    assert text.endswith((".", "'", ")")), text
    assert "\n" not in text
    assert len(text) < 300
    return text


BAD_IDS: List[Any] = ["", ".", "..", "a/b", "../G1", "G1/", "a\nb", "a\x00b", "\ud800", None, 1.5,
                      b"G1", True, [], {"a": 1}]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_IDS, ids=repr)
def test_ids(client: Client, bad: Any) -> None:
    """An id that could leave its place in the path, or is none, is refused where it is given."""
    for call in (
        lambda: client.events[bad],
        lambda: client.superevents[bad],
        lambda: client.events.update(bad, "a.xml", b"x"),
        lambda: client.superevents.update(bad, t_0=1),
        lambda: client.superevents["S1"].remove(bad),
        lambda: client.superevents["S1"].events[bad],
        lambda: client.superevents["S1"].pipeline_preferred_events.remove(bad),
        lambda: client.gwtc[bad],
        lambda: client.gwtc["4"][bad],
    ):
        with pytest.raises(InputError) as caught:
            call()
        sentence(caught.value)
        assert caught.value.request is None, "nothing was sent"


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "/", None, 7.5, b"INJ", ["INJ"]], ids=repr)
@pytest.mark.usefixtures("untouched")
def test_labels_and_tags(client: Client, made: Dict[str, Any], bad: Any) -> None:
    """A label or tag with a slash, or that is none: refused for both columns, to put and take."""
    for thing in _both(client, made):
        for names in (thing.labels, thing.logs[1].tags):
            for call in (names.create, names.delete, lambda bad, names=names: names[bad]):
                with pytest.raises(InputError) as caught:
                    call(bad)
                sentence(caught.value)
                assert caught.value.request is None


@pytest.mark.parametrize("bad", ["", ".", "..", "../x", "a//b", "/etc/passwd", "a/", "a\nb", None])
def test_file_names(client: Client, made: Dict[str, Any], bad: Any) -> None:
    """The name of a file never climbs out of its folder."""
    for thing in _both(client, made):
        with pytest.raises(InputError) as caught:
            thing.files[bad]
        sentence(caught.value)


@pytest.mark.parametrize("bad", ["", "..", "1/2", None, 1.0, True, "a\n"], ids=repr)
def test_numbers(client: Client, bad: Any) -> None:
    """The number of a message, a VOEvent, an observation or a notice is a number."""
    here = client.superevents["S190425z"]
    for numbered in (here.logs, here.voevents, here.emobservations, here.notices):
        with pytest.raises(InputError):
            numbered[bad]


@pytest.mark.usefixtures("untouched")
def test_files_that_are_not_there(client: Client, made: Dict[str, Any], tmp_path: Path) -> None:
    """A missing file and a folder are the system's own errors, before anything is sent."""
    event, superevent = _both(client, made)
    gid = made["preferred_event"]
    for path, error in ((tmp_path / "none.xml", FileNotFoundError), (tmp_path, IsADirectoryError)):
        for call in (
            lambda path=path: client.events.create(path, group="Test", pipeline="gstlal"),
            lambda path=path: client.events.update(gid, path),
            lambda path=path: event.logs.create("x", filename=str(path)),
            lambda path=path: superevent.logs.create("x", filename=path, tags="pe", label="DQV"),
            lambda path=path: superevent.notices.create(path),
            lambda path=path: event.upload(path),
        ):
            with pytest.raises(error, match=re.escape(str(path))):
                call()


@pytest.mark.parametrize(
    "name", ["", "run/", ".", "..", "a,b", "a,0", 'a"b', "a\\b", "a\nb", "a\x00b", "\x7f"], ids=repr
)
@pytest.mark.usefixtures("untouched")
def test_names_that_the_server_would_lose(client: Client, made: Any, name: str) -> None:
    """A comma starts a version, a backslash a folder: the server would store another file."""
    for thing in _both(client, made):
        with pytest.raises(InputError) as caught:
            thing.logs.create("x", filename=name, filecontents=b"x", tags="pe")
        sentence(caught.value)
    with pytest.raises(InputError):
        client.events.create(name, b"x", group="Test", pipeline="gstlal")


@pytest.mark.parametrize("contents", [1, 1.5, [b"x"], {"a": 1}, object, Path("a")], ids=repr)
@pytest.mark.usefixtures("untouched")
def test_contents_that_are_none(client: Client, made: Any, contents: Any) -> None:
    """What is neither bytes, text nor an open file is named."""
    for call in (
        lambda: making.event(client, contents),
        lambda: client.superevents[made["superevent_id"]].logs.create(
            "x", filename="a", filecontents=contents
        ),
    ):
        with pytest.raises(InputError, match="filecontents must be bytes, str or an open file"):
            call()


@pytest.mark.usefixtures("untouched")
def test_contents_without_a_name(client: Client, made: Any) -> None:
    """A message's file needs a name; an open file may bring its own."""
    for contents in (b"x", "x", io.BytesIO(b"x")):
        for thing in _both(client, made):
            with pytest.raises(InputError, match="pass filename="):
                thing.logs.create("x", filecontents=contents)


@pytest.mark.parametrize("bad", [1, b"INJ", {"INJ": 1}, ["INJ", 1], [None], [["INJ"]]], ids=repr)
@pytest.mark.usefixtures("untouched")
def test_collections(client: Client, made: Any, bad: Any) -> None:
    """What is no collection of names is refused by the name of its argument."""
    gid = made["preferred_event"]
    times = {"t_start": 1, "t_0": 2, "t_end": 3, "preferred_event": gid}
    for what, call in (
        ("labels", lambda: making.event(client, labels=bad)),
        ("labels", lambda: client.superevents.create(**times, labels=bad)),
        ("events", lambda: client.superevents.create(**times, events=bad)),
        ("tags", lambda: client.events[gid].logs.create("x", tags=bad)),
        ("tags", lambda: client.events[gid].logs.create("x", tags=bad, filename="a",
                                                        filecontents=b"x")),
    ):  # fmt: skip
        with pytest.raises(InputError, match=f"^{what} must "):
            call()


@pytest.mark.parametrize("kind", ["alert", "Preliminary", "pr", "", None, 1])
@pytest.mark.usefixtures("untouched")
def test_voevent_types(client: Client, made: Any, kind: Any) -> None:
    """An unknown type is told along with those that there are."""
    for thing in _both(client, made):
        with pytest.raises(InputError, match="preliminary, initial, update, retraction") as caught:
            thing.voevents.create(kind)
        assert repr(kind) in sentence(caught.value)


@pytest.mark.parametrize("preferred", ["X123", "g123", "123", "", "S190425z", "G", "G12x", " G1"])
@pytest.mark.usefixtures("untouched")
def test_preferred_events(client: Client, made: Any, preferred: str) -> None:
    """An id with an odd prefix tells no category, so none is guessed."""
    for call in (
        lambda: client.superevents.create(t_start=1, t_0=2, t_end=3, preferred_event=preferred),
        lambda: client.superevents.update(made["superevent_id"], preferred_event=preferred),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert repr(preferred) in sentence(caught.value)


#: What only the server can tell: it does, in its own words, and keeps nothing.
TOLD: Dict[str, Callable[[Client, str, str], Any]] = {
    "eventFile: * The submitted file is empty.": lambda c, g, s: making.event(c, b""),
    "group: * Select a valid choice.": lambda c, g, s: making.event(c, group="None"),
    "FOO is not one of the available": lambda c, g, s: making.event(c, labels="FOO"),
    "search: * Select a valid choice.": lambda c, g, s: making.event(c, search="None"),
    "provide a valid pipeline.": lambda c, g, s: making.event(c, group="CBC", pipeline="None"),
    "is already assigned to a Superevent": lambda c, g, s: making.superevent(c, preferred_event=g),
    "A valid number is required.": lambda c, g, s: c.superevents.update(s, t_0="soon"),
    "no more than 6 decimal places": lambda c, g, s: c.superevents.update(s, t_0="1.12345678"),
    "No such Label 'FOO'": lambda c, g, s: c.events[g].labels.create("FOO"),
    "The label 'FOO' is not found": lambda c, g, s: c.superevents[s].logs.create("x", label="FOO"),
    "does not exist": lambda c, g, s: c.superevents[s].add("G999999"),
    "signoff not requested": lambda c, g, s: c.superevents[s].signoff("ADV", "OK"),
}


@pytest.mark.parametrize("words", TOLD)
@pytest.mark.usefixtures("untouched")
def test_what_the_server_tells(client: Client, made: Any, words: str) -> None:
    """The server's own sentence is in ours."""
    with pytest.raises(errors.BadRequest) as caught:
        TOLD[words](client, made["preferred_event"], made["superevent_id"])
    assert words in caught.value.detail


def test_somebody_elses_event(client: Client, observer: Client) -> None:
    """Only who uploaded an event may replace its data."""
    gid = making.event_id(observer)
    with pytest.raises(errors.AccessDenied, match="You did not create this event"):
        client.events.update(gid, "coinc.xml", b"other")
    assert making.contents(client.events[gid], "coinc.xml,0") == making.COINC


@pytest.mark.parametrize("bad", [{"a": float("nan")}, {"a": object()}, {"a": {1, "b"}}], ids=repr)
def test_what_no_body_can_hold(client: Client, made: Any, bad: Any) -> None:
    """What cannot be written down is refused, in JSON, in forms and in queries."""
    event, superevent = _both(client, made)
    value = bad["a"]
    before = making.comments(event) + making.comments(superevent)
    for call in (
        lambda: client.superevents.update(made["superevent_id"], time_coinc_far=value),
        lambda: client.path("superevents/").post(t_0=value),
    ):
        with pytest.raises(InputError):
            call()
    if value != value:
        for call in (
            lambda: event.voevents.create("preliminary", BNS=value),
            lambda: next(client.events.search(count=value)),
            lambda: making.event(client, offset=value),
        ):
            with pytest.raises(InputError, match="finite"):
                call()
    assert making.comments(event) + making.comments(superevent) == before


def test_arguments_that_are_none_of_ours(client: Client) -> None:
    """Python says itself which argument is missing, or is not one."""
    here = client.superevents["S190425z"]
    for call in (
        lambda: here.labels.create(),
        lambda: here.labels.create("DQV", "INJ"),
        lambda: here.logs[1].tags.create(name="pe"),
        lambda: here.signoff("ADV"),
        lambda: here.add(graceid="G1"),
        lambda: here.voevents.create(),
        lambda: client.events.update(filename="a"),
        lambda: client.gwtc.create(),
        lambda: here.get(1),
    ):
        with pytest.raises(TypeError):
            call()
