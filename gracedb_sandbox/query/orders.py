"""Sort orders: the `sort` parameter of searches, compiled to ORDER BY clauses."""

from __future__ import annotations

from typing import Dict, List, Mapping, Sequence

from .attributes import attribute_columns
from .filters import InvalidSort

__all__ = ["event_order", "superevent_order"]

_EVENT_COLUMNS = """
    id created gpstime far instruments nevents likelihood offline submitter pipeline search
    superevent replay_id
"""
_EVENT: Dict[str, str] = {name: f"event.{name}" for name in _EVENT_COLUMNS.split()}
_EVENT.update(
    group="event.group_name",
    graceid="event.id",
    # GPS and Unix seconds differ by leap seconds only; good enough to sort by.
    reporting_latency="event.created - event.gpstime",
    group__name="event.group_name",
    pipeline__name="event.pipeline",
    search__name="event.search",
    submitter__username="event.submitter",
)
#: what the error message lists
_CHOICES = ", ".join(sorted(name for name in _EVENT if "__" not in name))

_CATEGORY = "CASE superevent.category WHEN 'M' THEN 0 WHEN 'P' THEN 1 ELSE 2 END"
# Two digits of a year mean 1980 to 2079.
_DATE = ("superevent.date < '80'", "superevent.date")
_SUPEREVENT_COLUMNS = """
    created t_0 t_start t_end preferred_event is_gw category time_coinc_far space_coinc_far em_type
"""
_SUPEREVENT: Dict[str, Sequence[str]] = {
    **{name: (f"superevent.{name}",) for name in _SUPEREVENT_COLUMNS.split()},
    "t_0_date": _DATE,
    "base_date_number": ("superevent.number",),
    "gw_date_number": ("superevent.gw_number",),
    "default_superevent_id": (_CATEGORY, *_DATE, "superevent.number"),
}
_SUPEREVENT["id"] = (*_DATE, "superevent.is_gw", "superevent.gw_number", "superevent.number")
_SUPEREVENT["superevent_id"] = _SUPEREVENT["id"]


def event_order(sort: str) -> str:
    """Return the ORDER BY clause of *sort*: fields, joined by commas, `-` for descending.

    Nothing means newest first. Raise `InvalidSort` for an unknown field.
    """
    columns: List[str] = []
    # Clients send one field or, from lists, several joined by commas.
    for item in sort.split(",") if sort.strip() else ["-created"]:
        name = item.strip().lstrip("-")
        columns.append(_event_column(name) + _direction(item))
    # Equal rows keep one order from page to page.
    return "ORDER BY " + ", ".join([*columns, "event.id" + _direction(sort or "-")])


def superevent_order(sort: str) -> str:
    """Return the ORDER BY clause of *sort*; like the server, drop unknown fields silently."""
    columns: List[str] = []
    for item in sort.split(","):
        # Only the sign and a name from the table survive: nothing typed gets into the SQL.
        found = _SUPEREVENT.get(item.strip().lstrip("-"), ())
        columns.extend(column + _direction(item) for column in found)
    return "ORDER BY " + ", ".join([*columns, "superevent.id DESC"])


def _direction(item: str) -> str:
    return " DESC" if item.strip().startswith("-") else ""


def _event_column(name: str) -> str:
    if name in _EVENT:
        return _EVENT[name]
    found = _lookups().get(name.lower())
    if found is None:
        raise InvalidSort(f"Cannot resolve keyword '{name}' into field. Choices are: {_CHOICES}")
    return found


def _lookups() -> Mapping[str, str]:
    """Return the attributes by their names as database look-ups: ``coincinspiralevent__snr``."""
    return {
        path.replace(".", "__"): column.sql
        for path, column in attribute_columns().items()
        if not column.is_single
    }
