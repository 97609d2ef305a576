"""The tree: the table and the classes agree, and a wrong path says so."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any, Dict, Iterator, List, Set, Tuple, Type, get_type_hints

import pytest

from gracedb_core import _node
from gracedb_core._ids import Kind
from gracedb_core._node import Node, opens, pages, verb
from gracedb_core._retry import Repeat
from gracedb_core._routes import ROUTES, Encoding, Trace
from gracedb_core.resources import Event, Root, Superevent

from .scripted import Told

#: Rows that are cells of a method rather than places of their own.
METHODS = {
    "reserve": "reserve",
    "upload": "upload",
    "update_grbevent": "update_grbevent",
    "confirm_as_gw": "confirm_as_gw",
    "exposure": "expose",
    "/user_info": "user_info",
}

#: All but the one for places that plugins add, which is no row of the table.
FACES: Dict[Tuple[str, Kind], Type[Node[Any]]] = {
    place: cls for place, cls in _node._FACES.items() if place[0] != _node.ADDED
}


def verbs(cls: Type[Any]) -> Set[str]:
    """Name the methods that ask the server."""
    return {
        name
        for base in cls.__mro__
        for name, value in vars(base).items()
        if isinstance(value, (opens, pages, verb))
    }


def places() -> Iterator[Tuple[str, Kind]]:
    """List every place that the table knows."""
    for row in ROUTES.values():
        for kind, path in row.paths.items():
            if path is not None and row.name not in METHODS:
                yield row.name, kind


@pytest.mark.parametrize(("row", "kind"), list(places()), ids=str)
def test_every_row_has_a_face_with_its_verbs(row: str, kind: Kind) -> None:
    """What the table can do, a class can."""
    able = verbs(FACES[row, kind])
    for name, cells in ROUTES[row].calls.items():
        if cells[kind] is not None and (row, name) != ("/*[]", "update"):
            assert name in able


@pytest.mark.parametrize(("row", "kind"), list(FACES), ids=str)
def test_every_face_is_in_the_table(row: str, kind: Kind) -> None:
    """What a class can do, the table can; no class stands for a row that is not there."""
    assert row in ROUTES
    known = set(ROUTES[row].calls)
    own = verbs(FACES[row, kind]) - known
    # Shorthands for cells of other rows.
    assert own <= {
        *METHODS.values(), "unexpose", "add", "remove", "is_exposed", "signoff", "update",
        "download",
    }  # fmt: skip


@pytest.mark.parametrize("cls", sorted(set(FACES.values()), key=lambda c: c.__name__))
def test_the_children_that_classes_declare_are_there(cls: Type[Any]) -> None:
    """An annotation is a promise: the attribute leads to a node of that class."""
    for row, kind in (place for place, face in FACES.items() if face is cls):
        told = Told()
        keys = ("k",) * (ROUTES[row].paths[kind] or "").count("{}")
        here = cls(told.session, told.root._driver, row=row, kind=kind, keys=keys)
        declared = {
            name: hint for name, hint in get_type_hints(cls).items() if not name.startswith("_")
        }
        assert set(declared) == set(here._children()) - {"path"}
        for name, hint in declared.items():
            child = getattr(here, name)
            assert type(child) is typing.get_origin(hint)


def test_every_file_cell_streams_and_every_write_has_a_body() -> None:
    """Cells are consistent: reads repeat freely, writes leave a trace by which they are found."""
    for row in ROUTES.values():
        for name, cells in row.calls.items():
            for cell in filter(None, cells.values()):
                if cell.method == "GET":
                    assert cell.repeat.value == "freely"
                    assert cell.encoding is Encoding.NONE
                elif row.name != "exposure":
                    assert cell.repeat is not Repeat.FREELY
                    # A reservation is an empty event: nothing tells it from another.
                    assert (cell.trace is Trace.NONE) == (row.name == "reserve")
                if name == "delete":
                    assert (cell.method, cell.repeat) == ("DELETE", Repeat.ONCE)


def test_superevent_paths_end_in_slashes() -> None:
    """The server redirects what lacks its slash, which a write must not rely on."""
    for row in ROUTES.values():
        path = row.paths[Kind.SUPEREVENT]
        if path and not row.name.startswith("files[]"):
            assert path.endswith("/")


@pytest.fixture
def root() -> Any:
    """Give a tree over nothing."""
    return Told().root


def test_paths_read_like_the_domain(root: Any) -> None:
    """Attributes and keys lead where the table says."""
    for node, path in (
        (root.superevents["S190425z"].logs[3].tags, "superevents/S190425z/logs/3/tags/"),
        (root.events["G1"].logs[3].tags, "events/G1/log/3/tag/"),
        (root.events["G1"].files["a b,0"], "events/G1/files/a%20b,0"),
        (root.events["S190425z"].labels, "superevents/S190425z/labels/"),
        (root.superevents["G1"].labels, "events/G1/labels/"),
        (root.superevents["GW190521A"], "superevents/GW190521A/"),
        (root.superevents["mine"], "superevents/mine/"),
        (root.superevents["S190425z"].voevents[1], "superevents/S190425z/voevents/1/"),
        (root.superevents["S190425z"].signoffs["H1"], "superevents/S190425z/signoffs/OPH1/"),
        (root.gwtc["4.1"]["latest"], "gwtc/4.1/latest/"),
        (root.path("superevents", "S190425z", "new-thing/"), "superevents/S190425z/new-thing/"),
        (root.path(), ""),
    ):
        assert repr(node).endswith(f"https://gracedb.example/api/{path}>")


@pytest.mark.parametrize(
    ("at", "name", "says"),
    [
        ("superevent", "log", "did you mean 'logs'"),
        ("event", "lables", "did you mean 'labels'"),
        ("event", "superevnt", "There is: "),
        ("event", "notices", "only superevents have"),
        ("superevent", "neighbors", "only events have"),
        ("superevent", "voevent", "did you mean 'voevents'"),
        ("superevent", "sign_off", "did you mean 'signoff'"),
        ("root", "event", "did you mean 'events'"),
        ("logs", "tags", "There is: create, get"),
    ],
)
def test_a_wrong_path_says_so(root: Any, at: str, name: str, says: str) -> None:
    """A typo gets the nearest right name, and what there is."""
    here = {
        "root": root,
        "event": root.events["G1"],
        "superevent": root.superevents["S190425z"],
        "logs": root.events["G1"].logs,
    }[at]
    with pytest.raises(AttributeError, match=says):
        getattr(here, name)
    assert not hasattr(here, name)


def test_dir_completes(root: Any) -> None:
    """Completion offers children and verbs, of the right column."""
    event, superevent = dir(root.events["G1"]), dir(root.superevents["S190425z"])
    assert {"labels", "logs", "files", "get", "neighbors"} <= set(event)
    assert {"labels", "pipeline_preferred_events", "expose", "add"} <= set(superevent)
    assert "neighbors" not in superevent
    assert "notices" not in event
    assert {"events", "superevents", "gwtc", "tags", "user_info", "path"} <= set(dir(root))
    names: List[str] = [name for name in event + superevent if not name.isidentifier()]
    assert names == []


def test_nodes_copy_and_do_not_pickle(root: Any) -> None:
    """Copying a place works; pickling it says what to pickle instead."""
    with pytest.raises(TypeError, match="pickle the client"):
        pickle.dumps(root.events["G1"])
    with pytest.raises(AttributeError):
        root.events["G1"].__getstate_of_no_kind__  # noqa: B018  asking is the test
    with pytest.raises(TypeError, match="pickle the client"):
        copy.copy(root.events["G1"])


def test_calls_explain_themselves() -> None:
    """Every verb has a docstring and shows its arguments, without ``self``."""
    import inspect

    told = Told()
    for cls in set(FACES.values()):
        assert cls.__doc__
        for name in verbs(cls):
            assert getattr(cls, name).__doc__, (cls, name)
            # help() of a class shows functions, and what they give.
            shown = inspect.signature(getattr(cls, name))
            assert next(iter(shown.parameters)) == "self"
            assert "Flow" not in str(shown.return_annotation)
    create = told.root.events.create
    assert "filecontents" in inspect.signature(create).parameters
    assert "self" not in inspect.signature(create).parameters
    assert create.__doc__.startswith("Upload a new event")


def test_a_place_is_not_a_list(root: Any) -> None:
    """Walking through a place, or looking for something in it, is an error at once."""
    for place in (root, root.events, root.events["G1"].labels):
        with pytest.raises(TypeError, match="not iterable"):
            list(place)
        with pytest.raises(TypeError):
            "INJ" in place  # noqa: B015  asking is the test


def test_the_faces_are_exported() -> None:
    """The classes that users meet have public names."""
    assert Root.__annotations__.keys() >= {"events", "superevents"}
    assert {Event.__name__, Superevent.__name__} == {"Event", "Superevent"}
