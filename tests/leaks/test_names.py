"""What is handed to us as a name is a name: never an address, never a way to another place."""

from __future__ import annotations

from typing import Any, Callable, Dict, List
from urllib.parse import unquote

import pytest

from gracedb_core.errors import InputError

from .conftest import Somebody
from .world import ROOT

#: Names without a slash that would be something else if they were not quoted.
TRICKS = (
    *("?", "#", "@", "%", ";", ":", "\\", "a?b=c", "a#b", "a@b", "%2e%2e", "%2F..%2F", "a;b"),
    *("@127.0.0.2", ":80", ":@127.0.0.2", "\\\\127.0.0.2\\x", "x\\..\\..\\y", "..\\x", "http:"),
    *("%0d%0aHost:127.0.0.2", "\u2100", "\uff0f\uff0f127.0.0.2", "a b", "\u00e9", "\U0001f4a9"),
)
#: Where a name becomes a part of the path.
PLACES: Dict[str, Callable[[Any, str], Any]] = {
    "an event": lambda client, name: client.events[name].get(),
    "a superevent": lambda client, name: client.superevents[name].get(),
    "a member": lambda client, name: client.superevents["S190425z"].events.delete(name),
    "a label": lambda client, name: client.events["G1"].labels.delete(name),
    "a tag": lambda client, name: client.events["G1"].logs[1].tags.delete(name),
    "a catalogue": lambda client, name: client.gwtc[name]["latest"].get(),
    "a new place": lambda client, name: client.path("new", name).get(),
}
FILES: Dict[str, Callable[[Any, str], Any]] = {
    "an event's file": lambda client, name: client.events["G1"].files[name].get(),
    "a superevent's file": lambda client, name: client.superevents["S190425z"].files[name].get(),
}


def parts(line: str) -> List[str]:
    """Read the segments of the path in a request line, as a server does."""
    _method, target, version = line.split(" ")
    assert version == "HTTP/1.1"
    assert not {"?", "#", "\\"} & set(target)
    return [unquote(part) for part in target.split("/")]


def test_a_name_is_one_segment(somebody: Somebody) -> None:
    """Whatever is in it, the server reads it as it was given, in its place."""
    for where, call in (*PLACES.items(), *FILES.items()):
        for name in TRICKS:
            somebody.ask(lambda client, call=call, name=name: call(client, name))
            (heard,) = somebody.world.ours.heard
            assert heard.line.split(" ")[1].startswith(ROOT)
            assert name in parts(heard.line), (where, name)
            assert heard.header("host") == somebody.world.url.split("/")[2]
            assert somebody.heard() == 1
    assert somebody.world.heard_elsewhere() == 0


def test_an_address_is_no_name(somebody: Somebody) -> None:
    """One that is given in the place of a name is refused before anything is asked."""
    for origin in somebody.world.elsewhere():
        for address in (origin, f"{origin}{ROOT}events/G1", "..", ".", "", "a/b", "/a", "a\r\nb"):
            for call in PLACES.values():
                with pytest.raises(InputError):
                    somebody.ask(lambda client, call=call, name=address: call(client, name))
    assert somebody.world.ours.connections == somebody.world.heard_elsewhere() == 0


def test_the_address_of_a_file_is_no_name_either(somebody: Somebody) -> None:
    """A file's name may hold slashes, but no empty part, and no way up."""
    for origin in somebody.world.elsewhere():
        for address in (
            *(origin, f"{origin}/a", "//a", "/a", "a/", "a//b", "../a", "a/../b", "a/."),
            *("", ".", "..", "a\nb"),
        ):
            for call in FILES.values():
                with pytest.raises(InputError):
                    somebody.ask(lambda client, call=call, name=address: call(client, name))
    assert somebody.world.ours.connections == somebody.world.heard_elsewhere() == 0
