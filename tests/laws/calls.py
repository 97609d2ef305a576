"""One call for each cell of the route table, to be made on any client."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Tuple

from gracedb_core._ids import Kind
from gracedb_core._routes import ROUTES

IDS = {Kind.EVENT: "G123", Kind.SUPEREVENT: "S190425z"}
FILE = {"filename": "notes.txt", "filecontents": b"some bytes"}
TIMES = {"t_start": 1, "t_0": 2, "t_end": 3}
FOOTPRINT: Dict[str, Any] = {
    "ra_list": [1.0],
    "dec_list": [1.0],
    "ra_width_list": [1.0],
    "dec_width_list": [1.0],
    "start_time_list": ["2019-04-25T08:18:05"],
    "duration_list": [60],
}

Make = Callable[[Any], Any]

#: What is asked of a collection, by row, verb and kind.
OF_MANY: Dict[Tuple[str, str], Dict[Kind, Make]] = {
    ("/*", "get"): dict.fromkeys(Kind, lambda many: many.get()),
    ("/*", "search"): dict.fromkeys(Kind, lambda many: list(many.search("far < 1e-7"))),
    ("/*", "create"): {
        Kind.EVENT: lambda many: many.create(group="Test", pipeline="gstlal", **FILE),
        Kind.SUPEREVENT: lambda many: many.create(preferred_event="G123", **TIMES),
    },
    ("/*[]", "update"): {
        Kind.EVENT: lambda many: many.update("G123", **FILE),
        Kind.SUPEREVENT: lambda many: many.update("S190425z", **TIMES),
    },
    ("reserve", "create"): {
        Kind.EVENT: lambda many: many.reserve(group="Test", pipeline="gstlal"),
    },
}

#: What is asked of one event or superevent; where both have it, of both.
OF_ONE: Dict[Tuple[str, str], Make] = {
    ("/*[]", "get"): lambda one: one.get(),
    ("upload", "create"): lambda one: one.upload(**FILE),
    ("update_grbevent", "update"): lambda one: one.update_grbevent(ra=1.0),
    ("confirm_as_gw", "create"): lambda one: one.confirm_as_gw(),
    ("neighbors", "get"): lambda one: one.neighbors.get(),
    ("tags", "get"): lambda one: one.tags.get(),
    ("tags[]", "get"): lambda one: one.tags["sky_loc"].get(),
    ("events", "get"): lambda one: one.events.get(),
    ("events", "create"): lambda one: one.events.create("G123"),
    ("events", "delete"): lambda one: one.events.delete("G123"),
    ("events[]", "get"): lambda one: one.events["G123"].get(),
    ("pipeline_preferred_events", "get"): lambda one: one.pipeline_preferred_events.get(),
    ("pipeline_preferred_events", "create"): (
        lambda one: one.pipeline_preferred_events.create("G123")
    ),
    ("pipeline_preferred_events", "delete"): (
        lambda one: one.pipeline_preferred_events.delete("G123")
    ),
    ("pipeline_preferred_events[]", "get"): lambda one: one.pipeline_preferred_events["G1"].get(),
    ("labels", "get"): lambda one: one.labels.get(),
    ("labels", "create"): lambda one: one.labels.create("INJ"),
    ("labels", "delete"): lambda one: one.labels.delete("INJ"),
    ("labels[]", "get"): lambda one: one.labels["INJ"].get(),
    ("logs", "get"): lambda one: one.logs.get(),
    ("logs", "create"): lambda one: one.logs.create("a comment", tags=["pe"], **FILE),
    ("logs[]", "get"): lambda one: one.logs[1].get(),
    ("logs[].tags", "get"): lambda one: one.logs[1].tags.get(),
    ("logs[].tags", "create"): lambda one: one.logs[1].tags.create("pe"),
    ("logs[].tags", "delete"): lambda one: one.logs[1].tags.delete("pe"),
    ("logs[].tags[]", "get"): lambda one: one.logs[1].tags["pe"].get(),
    ("files", "get"): lambda one: one.files.get(),
    ("files[]", "get"): lambda one: _read(one.files["skymap.fits"].get()),
    ("voevents", "get"): lambda one: one.voevents.get(),
    ("voevents", "create"): lambda one: one.voevents.create("preliminary"),
    ("voevents[]", "get"): lambda one: one.voevents[1].get(),
    ("emobservations", "get"): lambda one: one.emobservations.get(),
    ("emobservations", "create"): lambda one: one.emobservations.create("LVEM", **FOOTPRINT),
    ("emobservations[]", "get"): lambda one: one.emobservations[1].get(),
    ("signoffs", "get"): lambda one: one.signoffs.get(),
    ("signoffs", "create"): lambda one: one.signoffs.create("ADV", "OK"),
    ("signoffs", "update"): lambda one: one.signoffs.update("H1", "NO"),
    ("signoffs", "delete"): lambda one: one.signoffs.delete("H1"),
    ("signoffs[]", "get"): lambda one: one.signoffs["ADV"].get(),
    ("permissions", "get"): lambda one: one.permissions.get(),
    ("permissions[]", "get"): lambda one: one.permissions["LVC"].get(),
    ("exposure", "create"): lambda one: one.expose(),
    ("notices", "get"): lambda one: one.notices.get(),
    ("notices", "create"): lambda one: one.notices.create(**FILE),
    ("notices[]", "get"): lambda one: one.notices[1].get(),
}

#: What is asked of the client itself.
OF_SITE: Dict[Tuple[str, str], Make] = {
    ("/", "get"): lambda root: root.get(),
    ("/user_info", "get"): lambda root: root.user_info(),
    ("/tags", "get"): lambda root: root.tags.get(),
    ("/gwtc", "search"): lambda root: list(root.gwtc.search()),
    ("/gwtc", "create"): lambda root: root.gwtc.create("4", {}),
    ("/gwtc[]", "search"): lambda root: list(root.gwtc[4].search()),
    ("/gwtc[][]", "get"): lambda root: root.gwtc[4]["latest"].get(),
}

#: What is no row of the table, or makes of an answer what no other call does.
FURTHER: Dict[str, Make] = {
    "path.get": lambda root: root.path("superevents", "new-thing/").get(a="b"),
    "path.post": lambda root: root.path("new-thing").post(a="b"),
    "path.put": lambda root: root.path("new-thing").put(a="b"),
    "path.patch": lambda root: root.path("new-thing").patch(a="b"),
    "path.delete": lambda root: root.path("new-thing").delete(),
    "search, far ahead": lambda root: list(root.superevents.search("x", prefetch=5)),
    "search, structured": lambda root: list(root.events.search({"far": 1}, prefetch=0)),
    "superevent.add": lambda root: root.superevents["S190425z"].add("G123"),
    "superevent.remove": lambda root: root.superevents["S190425z"].remove("G123"),
    "superevent.signoff": lambda root: root.superevents["S190425z"].signoff("ADV", "OK"),
    "superevent.is_exposed": lambda root: root.superevents["S190425z"].is_exposed(),
    "superevent.unexpose": lambda root: root.superevents["S190425z"].unexpose(),
}


class Named(NamedTuple):
    """A call and what to call it."""

    name: str
    make: Make


def _read(file: Any) -> Any:
    with file:
        return file.read()


def _cells() -> Iterator[Tuple[str, str, Kind]]:
    for row in ROUTES.values():
        for verb, cells in row.calls.items():
            yield from ((row.name, verb, kind) for kind in Kind if cells[kind] is not None)


def _made(row: str, verb: str, kind: Kind) -> Make:
    """Find what asks for a cell; raises KeyError for one that was forgotten here."""
    if (row, verb) in OF_SITE:
        return OF_SITE[row, verb]
    collection = f"{kind.value}s"
    if (row, verb) in OF_MANY:
        many = OF_MANY[row, verb][kind]
        return lambda root: many(getattr(root, collection))
    one = OF_ONE[row, verb]
    return lambda root: one(getattr(root, collection)[IDS[kind]])


def every_call() -> Iterator[Named]:
    """Give a call for each cell of the table, and those that no cell stands for."""
    for row, verb, kind in _cells():
        yield Named(f"{kind.value} {row} {verb}", _made(row, verb, kind))
    for name, make in FURTHER.items():
        yield Named(name, make)


def downloads(folder: Path) -> Iterator[Named]:
    """Give the calls that write to disk, into *folder*."""
    for name in ("skymap.fits", "skymap.fits.gz,0", "nested/a.txt"):
        yield Named(f"download {name}", _download(name, folder))


def _download(name: str, folder: Path) -> Make:
    return lambda root: root.superevents["S190425z"].files[name].download(folder)
