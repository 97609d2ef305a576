"""The API root, and what belongs to no event: catalogues, tags, who we are."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Union

from .._encode import segment
from .._exchange import paginate
from .._flow import Flow
from .._node import Json, Mode, Node, face, pages, verb
from .events import Events
from .objects import identity
from .records import Record
from .superevents import Superevents

__all__ = ["Catalogue", "CatalogueVersion", "Catalogues", "Root", "SiteTags"]


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

    @verb
    def user_info(self) -> Flow[Json]:
        """Ask the server who it thinks we are; ``AnonymousUser`` if nobody."""
        return self._ask("get", row="/user_info")
