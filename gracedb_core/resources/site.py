"""The API root, and what belongs to no event: catalogues, tags, who we are."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Union

from .._answers import whole
from .._calls import Call
from .._encode import segment
from .._flow import Flow
from .._node import ADDED, Json, Mode, Node, face, pages, verb
from .._paging import paginate
from .._retry import Repeat
from .._routes import Cell, Encoding
from .._session import Session
from .._settling import invoke
from ..errors import InputError
from .events import Events
from .objects import identity
from .records import Record
from .superevents import Superevents

__all__ = ["Catalogue", "CatalogueVersion", "Catalogues", "Path", "Root", "SiteTags"]


@face("/gwtc[][]")
class CatalogueVersion(Record[Mode]):
    """One version of a catalogue."""


@face("/gwtc[]")
class Catalogue(Node[Mode]):
    """The versions of one catalogue, newest first."""

    def __getitem__(self, version: Union[int, str]) -> CatalogueVersion[Mode]:
        """Go to a version by number, or to ``latest``."""
        found: CatalogueVersion[Mode] = self._at("/gwtc[][]", segment(version, "version"))
        return found

    @pages
    def search(self, /, **params: Any) -> Flow[None]:
        """Iterate over the versions."""
        yield from paginate(self._session, self._call("search", params=params), identity)


@face("/gwtc")
class Catalogues(Catalogue[Mode]):
    """The transient catalogues, GWTC."""

    def __getitem__(self, number: Union[int, str]) -> Catalogue[Mode]:  # type: ignore[override]  # one level up
        """Go to a catalogue by number, such as ``4`` or ``"4.1"``."""
        found: Catalogue[Mode] = self._at("/gwtc[]", segment(number, "catalogue number"))
        return found

    @verb
    def create(self, number: str, smap: Mapping[str, Any], comment: str = "") -> Flow[Json]:
        """Store a new version of catalogue *number*; gives it.

        *smap* maps superevent ids to ``{"pipelines": {pipeline: graceid}, "far": Hz or None,
        "pastro": {...} or None}``.
        """
        fields = {"number": number, "smap": smap, "comment": comment}
        return self._ask("create", fields=fields)


@face("/tags")
class SiteTags(Node[Mode]):
    """The tags that the server knows."""

    @verb
    def get(self) -> Flow[Dict[str, Json]]:
        """Map each tag to ``{"displayName", "blessed"}``."""
        return self._ask("get")


@face(ADDED)
class Path(Node[Mode]):
    """Any place of the API, also one that nobody has described yet, or that a plugin adds.

    Answers are decoded JSON as they are. Only `get` is repeated where the answer is lost.
    """

    def __init__(
        self,
        session: Session,
        driver: Any,
        *,
        path: str = "",
        items: Optional[str] = None,
        **place: Any,
    ) -> None:
        super().__init__(session, driver, **{**place, "row": ADDED})
        self._path = path
        self._items = items

    def __getitem__(self, key: Union[int, str]) -> Path[Mode]:
        """Go to what is inside under *key*, where a plugin has said how that is spelled."""
        if self._items is None:
            raise InputError(f"There is nothing to choose from in {self!r}; use client.path().")
        path = self._items.format(*self._keys, segment(key, "key"))
        return Path(self._session, self._driver, path=path, kind=self._kind, keys=self._keys)

    def __repr__(self) -> str:
        return f"<Path {self._session.address.url}{self._path}>"

    def _send(self, cell: Cell, **what: Any) -> Flow[Any]:
        return invoke(self._session, Call(cell, self._path, **what))

    @verb
    def get(self, /, **params: Any) -> Flow[Any]:
        """GET it, with a query of *params*."""
        return self._send(Cell("GET", answer=whole, repeat=Repeat.FREELY), params=params)

    @verb
    def post(self, /, **fields: Any) -> Flow[Any]:
        """POST *fields* as JSON."""
        return self._send(Cell("POST", Encoding.JSON, answer=whole), fields=fields)

    @verb
    def put(self, /, **fields: Any) -> Flow[Any]:
        """PUT *fields* as JSON."""
        return self._send(Cell("PUT", Encoding.JSON, answer=whole), fields=fields)

    @verb
    def patch(self, /, **fields: Any) -> Flow[Any]:
        """PATCH *fields* as JSON."""
        return self._send(Cell("PATCH", Encoding.JSON, answer=whole), fields=fields)

    @verb
    def delete(self) -> Flow[Any]:
        """DELETE it."""
        return self._send(Cell("DELETE", answer=whole))


@face("/")
class Root(Node[Mode]):
    """The API root."""

    events: Events[Mode]
    superevents: Superevents[Mode]
    gwtc: Catalogues[Mode]
    tags: SiteTags[Mode]

    @verb
    def get(self) -> Flow[Json]:
        """Read the root document: links, groups, pipelines, searches, labels, versions."""
        return self._ask("get")

    def path(self, *segments: Any) -> Path[Mode]:
        """Go to any place below the root; end the last segment with ``/`` if the place does.

        ``client.path("superevents", id, "new-thing/")`` reaches what has no name here yet.
        """
        parts = [str(part) for part in segments]
        ends = "/" if parts and parts[-1].endswith("/") else ""
        if ends:
            parts[-1] = parts[-1][:-1]
        path = "/".join(segment(part, "path segment") for part in parts) + ends
        return Path(self._session, self._driver, path=path)

    @verb
    def user_info(self) -> Flow[Json]:
        """Ask the server who it thinks we are; ``AnonymousUser`` if nobody."""
        return self._ask("get", row="/user_info")
