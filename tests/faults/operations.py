"""What is asked of the server, and how often it was done, asked of the server itself."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple

from gracedb_core import Client
from tests.core import making
from tests.sandbox.uploads import coinc_xml

__all__ = ["LENIENT", "OPERATIONS", "Operation", "Shared", "World"]

#: More than any client reads before it is asked to: what breaks at its end breaks while it is read.
DATA = os.urandom(5 << 17)
#: The column of what is content with what is so already.
LENIENT = "`exist_ok` or `missing_ok`"
_WORDS = itertools.count(1)


def word() -> str:
    """Give a word that nothing else on the server says."""
    return f"word{next(_WORDS)}"


def upload() -> bytes:
    """Give the file of an event, which no other event has."""
    return coinc_xml(gpstime=(making.moment(), 0), singles=())


class Shared:
    """What is only read, and need not be made anew: a file, and events that one search finds."""

    def __init__(self, direct: Client) -> None:
        first = making.moment()
        self.query = f"Test gpstime: {first} .. {first + 5}"
        for second in range(4):
            contents = coinc_xml(gpstime=(first + second, 0), singles=())
            self.event_id = making.event_id(direct, contents=contents)
        direct.events[self.event_id].logs.create("a file", filename="data.bin", filecontents=DATA)


class World:
    """What the operations of one test are about; *direct* asks the server and nobody between."""

    def __init__(self, direct: Client, folder: Path, shared: Shared) -> None:
        self.direct = direct
        self.folder = folder
        self.shared = shared
        self.event_id = making.event_id(direct, contents=upload())
        self.superevent_id = making.superevent_id(direct, preferred_event=self.event_id)
        self.event = direct.events[self.event_id]
        self.superevent = direct.superevents[self.superevent_id]
        self.superevent.logs.create("to be tagged")

    def new_event(self) -> str:
        """Upload one more event."""
        return making.event_id(self.direct, contents=upload())

    def members(self) -> List[str]:
        """Give the ids of the superevent's events."""
        return [row["graceid"] for row in self.superevent.events.get()]


class Operation(NamedTuple):
    """One call: made ready, made, counted, and judged."""

    #: The column of the table.
    column: str
    #: Makes what the call is about, and gives it to the others.
    ready: Callable[[World], Any]
    #: Makes the call, over a client of either kind.
    call: Callable[[Any, World, Any], Any]
    #: Says how often the server has done it.
    count: Callable[[World, Any], int] = lambda world, about: 0
    #: Says whether an answer is the right one.
    right: Callable[[Any, World, Any], bool] = lambda answer, world, about: answer is None
    #: Which request of the call meets the fault, from 0.
    meets: int = 0
    #: What has to be asked for the call, a part of its request line.
    line: str = ""


def _nothing(world: World) -> None:
    return None


def _word(world: World) -> str:
    return word()


def on_event(client: Any, world: World) -> Any:
    return client.events[world.event_id]


def on_shared(client: Any, world: World) -> Any:
    return client.events[world.shared.event_id]


def on_superevent(client: Any, world: World) -> Any:
    return client.superevents[world.superevent_id]


# what is read


def _target(world: World) -> Path:
    return world.folder / word()


# what is written


def _saying(node: Any, comment: str) -> int:
    return making.comments(node).count(comment)


def _found(world: World, contents: Any) -> int:
    moment = contents.moment
    return len(list(world.direct.events.search(f"Test gpstime: {moment} .. {moment + 1}")))


class Upload(bytes):
    """The file of an event, and the GPS second of it, by which it is found."""

    moment: int

    @classmethod
    def new(cls, world: World) -> Upload:
        moment = making.moment()
        contents = cls(coinc_xml(gpstime=(moment, 0), singles=()))
        contents.moment = moment
        return contents


def _create_event(client: Any, world: World, contents: Upload) -> Any:
    return client.events.create(
        "coinc.xml", bytes(contents), group="Test", pipeline="gstlal", search="AllSky"
    )


class Wanted(NamedTuple):
    """A superevent to be made."""

    event_id: str
    t_0: int

    @classmethod
    def new(cls, world: World) -> Wanted:
        return cls(world.new_event(), making.moment())


def _create_superevent(client: Any, world: World, wanted: Wanted) -> Any:
    t_0 = wanted.t_0
    return client.superevents.create(
        t_start=t_0 - 1, t_0=t_0, t_end=t_0 + 1, preferred_event=wanted.event_id
    )


def _made(world: World, wanted: Wanted) -> int:
    query = f"Test t_0: {wanted.t_0 - 0.5} .. {wanted.t_0 + 0.5}"
    return len(list(world.direct.superevents.search(query)))


def _with_file(client: Any, world: World, comment: str) -> Any:
    logs = on_event(client, world).logs
    return logs.create(comment, filename=f"{comment}.bin", filecontents=DATA[: 1 << 17])


def _tagged(node: Callable[[Any, World], Any]) -> Callable[[World], str]:
    def ready(world: World) -> str:
        tag = word()
        node(world.direct, world).logs[1].tags.create(tag)
        return tag

    return ready


def _tags(node: Any, tag: str) -> int:
    return [row["name"] for row in node.logs[1].tags.get()].count(tag)


def _member(world: World) -> str:
    event_id = world.new_event()
    world.superevent.add(event_id)
    return event_id


def _moved(world: World) -> float:
    return float(world.superevent.get()["t_start"]) - 0.25


def _says(answer: Any, world: World, comment: str) -> bool:
    return bool(answer["comment"] == comment)


def _to_be_signed(world: World) -> None:
    world.superevent.labels.create("ADVREQ")


def _signed(world: World, about: None) -> int:
    return [row["signoff_type"] for row in world.superevent.signoffs.get()].count("ADV")


def _any(answer: Any, world: World, about: Any) -> bool:
    return True


def _has(key: str) -> Callable[[Any, World, Any], bool]:
    def right(answer: Any, world: World, about: Any) -> bool:
        return bool(answer.get(key) == about)

    return right


OPERATIONS: Dict[str, Operation] = {
    "read an event": Operation(
        "a read",
        _nothing,
        lambda client, world, about: on_shared(client, world).get(),
        right=lambda answer, world, about: answer["graceid"] == world.shared.event_id,
        line="GET",
    ),
    "search, on its second page": Operation(
        "a search",
        _nothing,
        lambda client, world, about: client.events.search(world.shared.query, count=2),
        right=lambda answer, world, about: len({row["graceid"] for row in answer}) == 4,
        meets=1,
        line="start=2",
    ),
    "download a file": Operation(
        "a download",
        _target,
        lambda client, world, target: on_shared(client, world).files["data.bin"].download(target),
        right=lambda answer, world, target: target.read_bytes() == DATA,
        line="GET",
    ),
    "read a file": Operation(
        "an open file",
        _nothing,
        lambda client, world, about: on_shared(client, world).files["data.bin"].get(),
        right=lambda answer, world, about: answer == DATA,
        line="GET",
    ),
    "expose": Operation(
        "a switch",
        _nothing,
        lambda client, world, about: on_superevent(client, world).expose(),
        lambda world, about: int(world.superevent.is_exposed()),
        line="POST",
    ),
    "take a label off an event": Operation(
        "a removal",
        lambda world: world.event.labels.create("DQV"),
        lambda client, world, about: on_event(client, world).labels.delete("DQV"),
        lambda world, about: 1 - making.label_names(world.event).count("DQV"),
        line="DELETE",
    ),
    "take a label off a superevent": Operation(
        "a removal",
        lambda world: world.superevent.labels.create("DQV"),
        lambda client, world, about: on_superevent(client, world).labels.delete("DQV"),
        lambda world, about: 1 - making.label_names(world.superevent).count("DQV"),
        line="DELETE",
    ),
    "take a tag off": Operation(
        "a removal",
        _tagged(on_event),
        lambda client, world, tag: on_event(client, world).logs[1].tags.delete(tag),
        lambda world, tag: 1 - _tags(world.event, tag),
        line="DELETE",
    ),
    "take a tag off, which may be off": Operation(
        LENIENT,
        _tagged(on_event),
        lambda client, world, tag: (
            on_event(client, world).logs[1].tags.delete(tag, missing_ok=True)
        ),
        lambda world, tag: 1 - _tags(world.event, tag),
        line="DELETE",
    ),
    "remove a member": Operation(
        "a removal",
        _member,
        lambda client, world, event_id: on_superevent(client, world).remove(event_id),
        lambda world, event_id: 1 - world.members().count(event_id),
        line="DELETE",
    ),
    "create an event": Operation(
        "a creation",
        Upload.new,
        _create_event,
        _found,
        lambda answer, world, about: answer["gpstime"] == about.moment,
        line="POST",
    ),
    "create a superevent": Operation(
        "a creation",
        Wanted.new,
        _create_superevent,
        _made,
        lambda answer, world, wanted: answer["preferred_event"] == wanted.event_id,
        line="POST",
    ),
    "write in the log of an event": Operation(
        "a creation",
        _word,
        lambda client, world, comment: on_event(client, world).logs.create(comment),
        lambda world, comment: _saying(world.event, comment),
        _says,
        line="POST",
    ),
    "write in the log of a superevent": Operation(
        "a creation",
        _word,
        lambda client, world, comment: on_superevent(client, world).logs.create(comment),
        lambda world, comment: _saying(world.superevent, comment),
        _says,
        line="POST",
    ),
    "upload a file": Operation(
        "a creation",
        _word,
        _with_file,
        lambda world, comment: _saying(world.event, comment),
        _says,
        line="POST",
    ),
    "label an event": Operation(
        "a change",
        _nothing,
        lambda client, world, about: on_event(client, world).labels.create("INJ"),
        lambda world, about: making.label_names(world.event).count("INJ"),
        _any,
        line="PUT",
    ),
    "label a superevent": Operation(
        "a change",
        _nothing,
        lambda client, world, about: on_superevent(client, world).labels.create("INJ"),
        lambda world, about: making.label_names(world.superevent).count("INJ"),
        lambda answer, world, about: answer["name"] == "INJ",
        line="POST",
    ),
    "tag a message of an event": Operation(
        "a change",
        _word,
        lambda client, world, tag: on_event(client, world).logs[1].tags.create(tag),
        lambda world, tag: _tags(world.event, tag),
        _any,
        line="PUT",
    ),
    "tag a message of a superevent": Operation(
        "a change",
        _word,
        lambda client, world, tag: on_superevent(client, world).logs[1].tags.create(tag),
        lambda world, tag: _tags(world.superevent, tag),
        lambda answer, world, tag: answer["name"] == tag,
        line="POST",
    ),
    "add a member": Operation(
        "a change",
        lambda world: world.new_event(),
        lambda client, world, event_id: on_superevent(client, world).events.create(event_id),
        lambda world, event_id: world.members().count(event_id),
        _has("graceid"),
        line="POST",
    ),
    "sign off": Operation(
        "a change",
        _to_be_signed,
        lambda client, world, about: on_superevent(client, world).signoffs.create("ADV", "OK"),
        _signed,
        lambda answer, world, about: answer["signoff_type"] == "ADV",
        line="POST",
    ),
    "label a superevent, which may be labelled": Operation(
        LENIENT,
        _nothing,
        lambda client, world, about: on_superevent(client, world).labels.create(
            "EM_READY", exist_ok=True
        ),
        lambda world, about: making.label_names(world.superevent).count("EM_READY"),
        lambda answer, world, about: answer["name"] == "EM_READY",
        line="POST",
    ),
    "change a superevent": Operation(
        "a change",
        _moved,
        lambda client, world, t_start: client.superevents.update(
            world.superevent_id, t_start=t_start
        ),
        lambda world, t_start: int(world.superevent.get()["t_start"] == t_start),
        _has("t_start"),
        line="PATCH",
    ),
    "make a VOEvent": Operation(
        "a creation",
        _nothing,
        lambda client, world, about: on_superevent(client, world).voevents.create("preliminary"),
        lambda world, about: len(world.superevent.voevents.get()),
        lambda answer, world, about: answer["voevent_type"] == "PR",
        line="POST",
    ),
}
