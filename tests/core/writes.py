"""Every write of the API: how it is prepared, made, and counted on the server."""

from __future__ import annotations

import itertools
from typing import Any, Callable, Mapping, NamedTuple

from gracedb_core import Client
from gracedb_core.errors import NotFound
from tests.sandbox.uploads import coinc_xml

_numbers = itertools.count(1)
DATA = b"any bytes at all"


def unique(what: str) -> str:
    """Give words that no other test uses."""
    return f"{what} {next(_numbers)}"


class Write(NamedTuple):
    """One write: what must be there before, the call, and how many of it there are."""

    prepare: Callable[[Client], Any]
    make: Callable[[Any, Any], Any]
    count: Callable[[Client, Any], int]
    #: How many a second call on purpose leaves.
    twice: int = 1


def event(client: Client, **more: Any) -> str:
    """Make an event, and give its id."""
    fields: Mapping[str, Any] = {"group": "Test", "pipeline": "HardwareInjection", **more}
    data = unique("data").encode()
    graceid: str = client.events.create("event.data", data, **fields)["graceid"]
    return graceid


def superevent(client: Client) -> Any:
    """Make a superevent, and give its place."""
    made = client.superevents.create(t_start=1, t_0=2, t_end=3, preferred_event=event(client))
    return client.superevents[made["superevent_id"]]


def observed(client: Client) -> Any:
    """Make a superevent of an event that has a time, and give its place."""
    graceid = client.events.create(
        "coinc.xml", coinc_xml(), group="Test", pipeline="gstlal", search="AllSky"
    )["graceid"]
    made = client.superevents.create(t_start=1, t_0=2, t_end=3, preferred_event=graceid)
    return client.superevents[made["superevent_id"]]


def uploaded(client: Client, data: bytes) -> int:
    """Count the events whose data are *data*."""
    count = 0
    for row in client.events.search("group: Test"):
        try:
            with client.events[row["graceid"]].files["unique.data,0"].get() as file:
                count += file.read() == data
        except NotFound:
            pass
    return count


def member(client: Client) -> Any:
    """Make a superevent and an event that is no member of it."""
    return superevent(client)._keys[0], event(client)


def joined(client: Client) -> Any:
    """Make a superevent and an event that is a member of it."""
    where, who = member(client)
    client.superevents[where].add(who)
    return where, who


def requested(client: Client) -> str:
    """Make a superevent that waits for a signoff."""
    place = superevent(client)
    place.labels.create("ADVREQ")
    key: str = place._keys[0]
    return key


def said(client: Client, place: Any, words: str) -> int:
    """Count the messages of these words."""
    return sum(log["comment"] == words for log in place.logs.get())


def has(names: Any, name: str) -> int:
    """Count *name* among the names of what is listed."""
    return sum(item["name"] == name for item in names)


#: By what a person would call them.
WRITES: Mapping[str, Write] = {
    "upload an event": Write(
        lambda client: unique("unique").encode(),
        lambda root, data: root.events.create(
            "unique.data", data, group="Test", pipeline="HardwareInjection"
        ),
        uploaded,
        2,
    ),
    "replace an event's data": Write(
        event,
        lambda root, graceid: root.events.update(graceid, "event.data", DATA),
        lambda client, graceid: said(
            client, client.events[graceid], "Event data replaced by new upload"
        ),
        2,
    ),
    "write to an event": Write(
        event,
        lambda root, graceid: root.events[graceid].logs.create("words", tags=["sky_loc"]),
        lambda client, graceid: said(client, client.events[graceid], "words"),
        2,
    ),
    "attach a file to an event": Write(
        event,
        lambda root, graceid: root.events[graceid].logs.create(
            "map", filename="map.fits", filecontents=DATA, label="DQV"
        ),
        lambda client, graceid: said(client, client.events[graceid], "map"),
        2,
    ),
    "label an event": Write(
        event,
        lambda root, graceid: root.events[graceid].labels.create("DQV"),
        lambda client, graceid: has(client.events[graceid].labels.get(), "DQV"),
    ),
    "tag a message of an event": Write(
        event,
        lambda root, graceid: root.events[graceid].logs[1].tags.create("psd"),
        lambda client, graceid: has(client.events[graceid].logs[1].tags.get(), "psd"),
    ),
    "make a superevent": Write(
        event,
        lambda root, graceid: root.superevents.create(
            t_start=1, t_0=2, t_end=3, preferred_event=graceid
        ),
        lambda client, graceid: len(
            list(client.superevents.search(f"preferred_event: {graceid} category: Test"))
        ),
    ),
    "change a superevent": Write(
        lambda client: superevent(client)._keys[0],
        lambda root, key: root.superevents.update(key, t_start=1.5),
        lambda client, key: int(client.superevents[key].get()["t_start"] == 1.5),
    ),
    "confirm a superevent": Write(
        lambda client: superevent(client)._keys[0],
        lambda root, key: root.superevents[key].confirm_as_gw(),
        lambda client, key: int(bool(client.superevents[key].get()["gw_id"])),
    ),
    "write to a superevent": Write(
        superevent,
        lambda root, place: root.superevents[place._keys[0]].logs.create(" words "),
        lambda client, place: said(client, place, "words"),
        2,
    ),
    "label a superevent": Write(
        superevent,
        lambda root, place: root.superevents[place._keys[0]].labels.create("DQV"),
        lambda client, place: has(place.labels.get(), "DQV"),
    ),
    "tag a message of a superevent": Write(
        superevent,
        lambda root, place: root.superevents[place._keys[0]].logs[1].tags.create("psd"),
        lambda client, place: has(place.logs[1].tags.get(), "psd"),
    ),
    "add a member": Write(
        member,
        lambda root, both: root.superevents[both[0]].add(both[1]),
        lambda client, both: sum(
            each["graceid"] == both[1] for each in client.superevents[both[0]].events.get()
        ),
    ),
    "prefer an event for its pipeline": Write(
        joined,
        lambda root, both: root.superevents[both[0]].pipeline_preferred_events.add(both[1]),
        lambda client, both: (
            client.superevents[both[0]].pipeline_preferred_events.get().count(both[1])
        ),
    ),
    "sign off": Write(
        requested,
        lambda root, key: root.superevents[key].signoff("ADV", "OK", " fine "),
        lambda client, key: len(client.superevents[key].signoffs.get()),
    ),
    "report an observation": Write(
        superevent,
        lambda root, place: root.superevents[place._keys[0]].emobservations.create(
            "Test",
            ra_list=[1.0],
            dec_list=[1.0],
            ra_width_list=[1.0],
            dec_width_list=[1.0],
            start_time_list=["2020-01-01T00:00:00"],
            duration_list=[1],
            comment="seen",
        ),
        lambda client, place: len(place.emobservations.get()),
        2,
    ),
    "make a VOEvent": Write(
        observed,
        lambda root, place: root.superevents[place._keys[0]].voevents.create("preliminary"),
        lambda client, place: len(place.voevents.get()),
        2,
    ),
    "store a catalogue": Write(
        lambda client: (f"9.{next(_numbers)}", superevent(client)._keys[0], event(client)),
        lambda root, given: root.gwtc.create(
            given[0],
            {given[1]: {"pipelines": {}, "far": None, "pastro": None}},
            comment="first",
        ),
        lambda client, given: len(list(client.gwtc[given[0]].search())),
        2,
    ),
}

#: What takes away: after it there is nothing.
REMOVALS: Mapping[str, Write] = {
    "unlabel an event": Write(
        lambda client: event(client, labels=["DQV"]),
        lambda root, graceid: root.events[graceid].labels.delete("DQV"),
        lambda client, graceid: has(client.events[graceid].labels.get(), "DQV"),
    ),
    "remove a member": Write(
        joined,
        lambda root, both: root.superevents[both[0]].remove(both[1]),
        lambda client, both: sum(
            each["graceid"] == both[1] for each in client.superevents[both[0]].events.get()
        ),
    ),
}
