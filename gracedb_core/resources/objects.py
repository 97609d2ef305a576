"""What events and superevents, and their collections, have in common."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from .._encode import json_text, segment
from .._flow import Flow
from .._ids import kind_of
from .._node import Json, Mode, Node, pages, verb
from .._paging import paginate
from ..errors import InputError
from .annotations import EMObservations, Permissions, Signoffs, VOEvents
from .records import Files, Labels, Logs

__all__ = ["Object", "Objects", "identity"]


def identity(item: Any) -> Any:
    """Tell one row of a list from another, by its id if it has one."""
    if not isinstance(item, dict):
        return None
    found = item.get("graceid") or item.get("superevent_id")
    return found if isinstance(found, str) else None


class Object(Node[Mode]):
    """What an event and a superevent have in common."""

    emobservations: EMObservations[Mode]
    files: Files[Mode]
    labels: Labels[Mode]
    logs: Logs[Mode]
    permissions: Permissions[Mode]
    signoffs: Signoffs[Mode]
    voevents: VOEvents[Mode]

    @verb
    def get(self) -> Flow[Json]:
        """Read it."""
        return self._ask("get")


class Objects(Node[Mode]):
    """What the collections of events and superevents have in common."""

    @verb
    def get(self) -> Flow[Json]:
        """Read the first page as the server gives it, envelope and all."""
        return self._ask("get")

    @pages
    def search(
        self,
        /,
        query: Union[str, Mapping[str, Any], None] = None,
        sort: Optional[str] = None,
        *,
        prefetch: int = 1,
        **params: Any,
    ) -> Flow[None]:
        """Iterate over everything that answers *query*, page after page.

        *query* is text in the server's query language or, for servers that know it, a mapping
        in its structured one; *sort* is a field, with ``-`` before it for descending order.
        Further *params*, such as ``count`` (rows a page), are sent as they are. Nothing is asked
        before the first item is wanted; then *prefetch* pages are fetched ahead.
        """
        structured = isinstance(query, Mapping)
        text = json_text(query) if structured else query
        call = self._call("search", params={"query": text, "sort": sort, **params})
        if structured and not self._session.address.names_version:
            # Only the second generation reads this language, whatever the default is.
            call = call._replace(path=f"v2/{call.path}")
        yield from paginate(self._session, call, identity, prefetch)

    def _object(self, identifier: str) -> Any:
        """Go to an object by id, to the other kind if the id is one of those."""
        if not isinstance(identifier, str):
            kind = type(identifier).__name__
            hint = ", such as event['graceid']" if isinstance(identifier, Mapping) else ""
            raise InputError(f"An id must be a str{hint}, not a {kind}.")
        return self._at("/*[]", segment(identifier), kind=kind_of(identifier) or self._kind)
