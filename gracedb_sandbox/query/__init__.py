"""Searches: GraceDB's query languages, compiled to SQL conditions with parameters."""

from __future__ import annotations

from gracedb_sandbox.query.events import event_filter
from gracedb_sandbox.query.filters import Filter, InvalidQuery, InvalidSort
from gracedb_sandbox.query.orders import event_order, superevent_order
from gracedb_sandbox.query.structured import structured_filter
from gracedb_sandbox.query.superevents import superevent_filter

__all__ = [
    "Filter",
    "InvalidQuery",
    "InvalidSort",
    "event_filter",
    "event_order",
    "structured_filter",
    "superevent_filter",
    "superevent_order",
]
