"""Searches: GraceDB's query languages, compiled to SQL conditions with parameters."""

from __future__ import annotations

from .events import event_filter
from .filters import Filter, InvalidQuery, InvalidSort
from .orders import event_order, superevent_order
from .structured import structured_filter
from .superevents import superevent_filter

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
