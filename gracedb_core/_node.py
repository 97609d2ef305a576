"""The path builder: attributes and keys become places in the route table.

``verb`` and ``pages`` turn a method written once, as a flow, into one that waits on a node of
`Client` and one to await on a node of `AsyncClient`.
"""

from __future__ import annotations

import functools
import re
from types import MethodType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Dict,
    Generic,
    List,
    Mapping,
    Optional,
    Tuple,
    Type,
    TypeVar,
    Union,
    overload,
)

from ._calls import Call, Place
from ._drivers import Awaiting, Blocking, Opening
from ._encode import segment
from ._flow import Flow
from ._ids import Kind
from ._routes import ROUTES
from ._session import Session
from ._settling import invoke
from .errors import InputError

if TYPE_CHECKING:
    from typing import AsyncIterator, Awaitable, Iterator

    from typing_extensions import Concatenate, ParamSpec

    P = ParamSpec("P")

    class _Described(Generic[P, "T"]):
        """What type checkers see of a verb's base."""

else:
    P = None

    class _Described:
        """ParamSpec is not there at run time on the older Pythons."""

        def __class_getitem__(cls, _parameters):
            return cls


__all__ = [
    *("ADDED", "Async", "Faces", "Json", "Mode", "Node", "Sync"),
    *("face", "is_taken", "opens", "pages", "verb"),
]

T = TypeVar("T")


def _as_shown(method: Any) -> Any:
    """Take the flow off a method's return annotation: what people call gives what is inside."""
    shown = method.__annotations__.get("return", "")
    if isinstance(shown, str) and shown.startswith("Flow["):
        method.__annotations__["return"] = shown[len("Flow[") : -1]
    return method


#: What the server calls an object.
Json = Dict[str, Any]


class Sync:
    """Marks the nodes of `Client`: their verbs return the answer."""


class Async:
    """Marks the nodes of `AsyncClient`: their verbs return something to await."""


Mode = TypeVar("Mode", Sync, Async)
N = TypeVar("N", bound="Node[Any]")


class verb(_Described[P, T]):  # noqa: N801  a decorator
    """Make a flow a method: ``T`` on a sync node, ``Awaitable[T]`` on an async one."""

    def __init__(self, method: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self.__doc__ = method.__doc__

        @functools.wraps(_as_shown(method))
        def call(node: Any, *args: Any, **kwargs: Any) -> Any:
            return node._driver.begin(method, node, *args, **kwargs)

        self._method = call

    if TYPE_CHECKING:

        @overload
        def __get__(self, node: None, owner: Any) -> verb[P, T]: ...
        @overload
        def __get__(self, node: Node[Sync], owner: Any) -> Callable[P, T]: ...
        @overload
        def __get__(self, node: Node[Async], owner: Any) -> Callable[P, Awaitable[T]]: ...

    def __get__(self, node: Any, owner: Any = None) -> Any:
        # On the class it passes for the function, so that help() shows its signature.
        return self._method if node is None else MethodType(self._method, node)


class pages(_Described[P, T]):  # noqa: N801  a decorator
    """Make a flow of items a method: ``Iterator``, or ``AsyncIterator``, lazy in both cases."""

    def __init__(self, method: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self.__doc__ = method.__doc__

        @functools.wraps(_as_shown(method))
        def call(node: Any, *args: Any, **kwargs: Any) -> Any:
            return node._driver.walk(method(node, *args, **kwargs))

        self._method = call

    if TYPE_CHECKING:

        @overload
        def __get__(self, node: None, owner: Any) -> pages[P, T]: ...
        @overload
        def __get__(self, node: Node[Sync], owner: Any) -> Callable[P, Iterator[Json]]: ...
        @overload
        def __get__(self, node: Node[Async], owner: Any) -> Callable[P, AsyncIterator[Json]]: ...

    def __get__(self, node: Any, owner: Any = None) -> Any:
        # On the class it passes for the function, so that help() shows its signature.
        return self._method if node is None else MethodType(self._method, node)


class opens(_Described[P, T]):  # noqa: N801  a decorator
    """Make a flow that opens a file a method: the file, or what is awaited or entered for one."""

    def __init__(self, method: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self.__doc__ = method.__doc__

        @functools.wraps(_as_shown(method))
        def call(node: Any, *args: Any, **kwargs: Any) -> Any:
            return node._driver.open(method, node, *args, **kwargs)

        self._method = call

    if TYPE_CHECKING:

        @overload
        def __get__(self, node: None, owner: Any) -> opens[P, T]: ...
        @overload
        def __get__(self, node: Node[Sync], owner: Any) -> Callable[P, T]: ...
        @overload
        def __get__(self, node: Node[Async], owner: Any) -> Callable[P, Opening]: ...

    def __get__(self, node: Any, owner: Any = None) -> Any:
        return self._method if node is None else MethodType(self._method, node)


#: Stands, instead of a row of the table, for whatever plugins add.
ADDED = "+"

#: Which class stands for which row of the table.
Faces = Dict[Tuple[str, Kind], "Type[Node[Any]]"]
_FACES: Faces = {}


def face(row: str, *kinds: Kind) -> Callable[[Type[N]], Type[N]]:
    """Make the class the face of *row*, in both columns or in those named."""

    def register(cls: Type[N]) -> Type[N]:
        for kind in kinds or tuple(Kind):
            _FACES[row, kind] = cls
        return cls

    return register


class Node(Generic[Mode]):
    """A place below the API root. It costs nothing to make; only its verbs ask the server."""

    #: What is below is made of these; the face of an older client has some of its own.
    _faces: ClassVar[Faces] = _FACES

    def __init__(
        self,
        session: Session,
        driver: Union[Blocking, Awaiting],
        *,
        row: str = "/",
        kind: Kind = Kind.EVENT,
        keys: Tuple[str, ...] = (),
    ) -> None:
        self._session = session
        self._driver = driver
        self._row = row
        self._kind = kind
        self._keys = keys

    def _call(
        self,
        verb: str,
        *,
        row: Optional[str] = None,
        keys: Optional[Tuple[str, ...]] = None,
        name: Optional[str] = None,
        **what: Any,
    ) -> Call:
        """Name a cell of this node's row or of another one.

        *keys* are this node's unless given; *name* goes where the cell says; *what* are the
        further fields of `Call`.
        """
        row = row or self._row
        places = self._keys if keys is None else keys
        cell = ROUTES[row].calls[verb][self._kind]
        if cell is None:
            raise InputError(f"{verb!r} of {row!r} is there on {_other(self._kind).value}s only.")
        place = Place(row, self._kind, places, name)
        if cell.named == "path":
            row = f"{row}[]"
            places += (segment(name, "name"),)
        elif cell.named:
            what["fields"] = {cell.named: name, **what.get("fields", {})}
        path = ROUTES[row].paths[self._kind]
        assert path is not None
        return Call(cell, path.format(*places), place=place, **what)

    def _ask(self, verb: str, **what: Any) -> Flow[Any]:
        """Make the call that `_call` names."""
        return invoke(self._session, self._call(verb, **what))

    def _at(self, row: str, *keys: str, kind: Optional[Kind] = None, **more: Any) -> Any:
        """Make the node of another row, with further keys."""
        kind = kind or self._kind
        return self._faces[row, kind](
            self._session, self._driver, row=row, kind=kind, keys=(*self._keys, *keys), **more
        )

    def _added(self, name: str) -> Optional[str]:
        """Give the path of the place that a plugin has added here under *name*, if one has."""
        offer = self._session.routes.get(name)
        if offer is None or self._row not in ("/", "/*[]"):
            return None
        if self._row == "/":
            return offer.site
        return offer.event if self._kind is Kind.EVENT else offer.superevent

    # A place has no items to walk through and no size; asking for them is told so at once.
    __iter__: Any = None
    __contains__: Any = None

    # Hidden from type checkers: they see the children that the classes declare, so that a
    # typo is an error for them too.
    if not TYPE_CHECKING:

        def __getattr__(self, name):
            # Before anything touches self: copy and pickle ask half-made objects for these.
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
            row, kind = self._below(name)
            if (row, kind) in _FACES and "[" not in name:
                return self._at(row, kind=kind)
            path, items = self._added(name), self._added(f"{name}[]")
            if path is not None:
                return self._at(ADDED, path=path.format(*self._keys), items=items)
            raise AttributeError(self._no_such(name))

    def _below(self, name: str) -> Tuple[str, Kind]:
        """Name the row that the attribute *name* would lead to."""
        if self._row == "/":
            return _COLUMNS.get(name, (f"/{name}", self._kind))
        return (name if self._row == "/*[]" else f"{self._row}.{name}"), self._kind

    def _children(self) -> List[str]:
        """List the attributes that lead further."""
        last = {re.split(r"[/.]", row)[-1] for row, _ in _FACES} | set(_COLUMNS)
        added = {name for name in self._session.routes if self._added(name) is not None}
        there = {name for name in last if self._below(name) in _FACES} | added
        return sorted(name for name in there if name.isidentifier())

    def _no_such(self, name: str) -> str:
        import difflib  # only the mistaken need it

        row, _ = self._below(name)
        what, children = type(self).__name__, self._children()
        if any((row, kind) in _FACES for kind in Kind):
            return f"{what} has no {name!r}: only {_other(self._kind).value}s have."
        verbs = [verb for verb in dir(type(self)) if not verb.startswith("_")]
        close = difflib.get_close_matches(name, children + verbs, n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        there_is = ", ".join(children + verbs)
        return f"{what} has no {name!r}{hint} There is: {there_is}."

    def __dir__(self) -> List[str]:
        return sorted({*super().__dir__(), *self._children()})

    def __repr__(self) -> str:
        path = ROUTES[self._row].paths[self._kind] or ""
        return f"<{type(self).__name__} {self._session.address.url}{path.format(*self._keys)}>"

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("A place in the tree cannot be pickled; pickle the client instead.")


def is_taken(name: str, *, of_client: bool) -> bool:
    """Tell whether *name* means something already, as an attribute of a client or an object."""
    if of_client:
        return name in _COLUMNS or any((f"/{name}", kind) in _FACES for kind in Kind)
    return any((name, kind) in _FACES or hasattr(_FACES["/*[]", kind], name) for kind in Kind)


def _other(kind: Kind) -> Kind:
    return Kind.EVENT if kind is Kind.SUPEREVENT else Kind.SUPEREVENT


#: The two collections share one row, and are named after its columns.
_COLUMNS: Mapping[str, Tuple[str, Kind]] = {
    "events": ("/*", Kind.EVENT),
    "superevents": ("/*", Kind.SUPEREVENT),
}
