"""The typed face of the tree: what can be asked of events, superevents and what they hold.

One class serves both columns of the route table wherever their calls mean the same. Methods are
written once, as flows; on a node of `AsyncClient` each returns something to await.

Every call may raise `gracedb_core.errors.GraceDBError`: `InputError` before anything is sent,
`TransportError` without an answer, `OutcomeUnknown` for a write in doubt, `ResponseError` where
the server refuses. Objects are dictionaries, exactly as the server describes them.
"""

from __future__ import annotations

from .annotations import EMObservations, Group, Permissions, Signoffs, VOEvents
from .events import Event, Events, EventTags, Neighbors
from .records import File, Files, Labels, Log, Logs, Record, Tags
from .site import Catalogue, Catalogues, CatalogueVersion, Root, SiteTags
from .superevents import Members, Notices, PipelinePreferredEvents, Superevent, Superevents

__all__ = [
    "Catalogue",
    "CatalogueVersion",
    "Catalogues",
    "EMObservations",
    "Event",
    "EventTags",
    "Events",
    "File",
    "Files",
    "Group",
    "Labels",
    "Log",
    "Logs",
    "Members",
    "Neighbors",
    "Notices",
    "Permissions",
    "PipelinePreferredEvents",
    "Record",
    "Root",
    "Signoffs",
    "SiteTags",
    "Superevent",
    "Superevents",
    "Tags",
    "VOEvents",
]
