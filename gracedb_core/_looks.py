"""How to see afterwards whether a write was carried out, one way for each kind of trace.

Each is a flow that gives `Found`, or None for what is not there, or not yet. It raises what
reading the server raises: then nobody knows.
"""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any, Callable, Dict, Mapping, Optional

from ._calls import Call
from ._downloads import Recognised, is_kept_compressed
from ._encode import file_path, segment
from ._exchange import received
from ._flow import Do, Flow
from ._ids import Kind
from ._routes import ROUTES, Trace
from ._sought import Found, Sought
from ._upload import content_id_of
from .errors import DecodeError, NotFound

__all__ = ["LOOKS"]

Look = Callable[[Sought], Flow[Optional[Found]]]

_REPLACED = "Event data replaced by new upload"
#: Seconds from now until which the server may date what it has made; its clock may be ahead.
_AHEAD = 86400.0
#: Events that are looked through, and how many of them are listed at a time.
_MOST_EVENTS, _EVENTS_AT_A_TIME = 2000, 100


def _named(sought: Sought) -> Flow[Optional[Found]]:
    """A label, tag, member or signoff is there by name, or it is not."""
    place, lenient = sought.place, sought.call.lenient
    keys = (*place.keys, segment(place.name, "name"))
    try:
        thing = yield from sought.ask(f"{place.row}[]", keys)
    except NotFound:
        thing = None
    if sought.call.cell.method == "DELETE":
        if thing is not None:
            return None
        if lenient:
            # That it is not there is well only where there is something that it could be on.
            yield from sought.ask(place.row)
        return Found(None)
    if thing is None:
        return None
    answer = sought.call.cell.found(thing)
    if lenient or "created" not in thing:
        return Found(answer)
    return Found(answer, (yield from sought.is_ours(thing, by="creator")))


def _fields(sought: Sought) -> Flow[Optional[Found]]:
    """What was changed has the values that were sent."""
    thing = yield from sought.ask("/*[]")
    values = {**((thing.get("extra_attributes") or {}).get("GRB") or {}), **thing}
    return Found(sought.call.cell.found(thing)) if _holds(values, sought.call.fields) else None


def _signed(sought: Sought) -> Flow[Optional[Found]]:
    """A signoff says what was sent, and by us; one that says something else is another's."""
    fields, place = sought.call.fields, sought.place
    kind = place.name or f"{fields['signoff_type']}{fields.get('instrument') or ''}"
    try:
        thing = yield from sought.ask("signoffs[]", (*place.keys, segment(kind, "signoff")))
    except NotFound:
        return None
    if not _holds(thing, fields):
        return None if place.name else Found(None, is_ours=False)
    by_us = sought.call.lenient or thing.get("submitter") == (yield from sought.who())
    return Found(thing, by_us)


def _holds(thing: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Tell whether *thing* has what was sent, as far as it shows it."""
    sent = {name: value for name, value in fields.items() if value is not None}
    # Of these the server shows the long name, or nothing.
    shown = {name for name in sent if name in thing and name != "category"}
    return bool(shown) and all(_same(name, thing[name], sent[name]) for name in shown)


def _same(name: str, there: Any, sent: Any) -> bool:
    try:
        # Times are kept to the microsecond, rates to all their digits.
        near = 2e-6 if name.startswith("t_") else 0.0
        return math.isclose(
            float(there), float(sent), rel_tol=1e-12 if near else 1e-9, abs_tol=near
        )
    except (TypeError, ValueError):
        return _text(there) == _text(sent)
    # Times are kept to the microsecond, rates to all their digits.
    return abs(there - sent) <= 2e-6 if name.startswith("t_") else math.isclose(there, sent)


def _text(value: Any) -> str:
    # Superevents take the white space off the ends of what is said.
    return "" if value is None else str(value).strip()


def _confirmed(sought: Sought) -> Flow[Optional[Found]]:
    """A superevent that is confirmed has a gravitational wave's id."""
    thing = yield from sought.ask("/*[]")
    wanted = sought.call.fields.get("gw_id")
    there = thing.get("gw_id")
    if not there:
        return None
    return Found(thing, is_ours=wanted in (None, there))


def _uploaded(sought: Sought) -> Flow[Optional[Found]]:
    """A reserved event that has its data says so."""
    thing = yield from sought.ask("/*[]")
    return Found(thing) if thing.get("processing_status") == "uploaded" else None


def _superevent(sought: Sought) -> Flow[Optional[Found]]:
    """An event is in one superevent at most, and says in which."""
    preferred = sought.call.fields.get("preferred_event")
    if not preferred:
        return None
    there = yield from sought.ask("/*[]", (segment(preferred),), kind=Kind.EVENT)
    superevent = there.get("superevent")
    if not superevent:
        return None
    thing = yield from sought.ask("/*[]", (segment(superevent),))
    ours = yield from sought.is_ours(thing, by="submitter")
    return Found(thing, ours and thing.get("preferred_event") == there.get("graceid"))


def _event(sought: Sought) -> Flow[Optional[Found]]:
    """An upload is among our events since, and its first file has the bytes that were sent."""
    fields = sought.call.fields
    who = yield from sought.who()
    if not who or '"' in who:
        return None
    query = f'submitter: "{who}" created: {_dated(sought.sent)} .. {_dated(sought.sent + _AHEAD)}'
    # Both are left out of what is searched unless they are named.
    if str(fields.get("group")).lower() == "test":
        query += " group: Test"
    if str(fields.get("search")).lower() == "mdc":
        query += " search: MDC"
    # Oldest first: what was made by this call is among the first, whenever somebody asks.
    asked: Dict[str, Any] = {"query": query, "sort": "created", "count": _EVENTS_AT_A_TIME}
    for start in range(0, _MOST_EVENTS, _EVENTS_AT_A_TIME):
        page = yield from sought.ask("/*", (), "search", **asked, start=start or None)
        for thing in page.items:
            if (yield from _is_this_event(sought, thing)):
                # Read before it is taken: where reading fails, it is looked for again.
                whole = yield from sought.ask("/*[]", (segment(thing["graceid"]),))
                if sought.take([thing]):
                    return Found(whole)
        if not page.following:
            return None
    raise DecodeError("There are more events than can be looked through.")


def _is_this_event(sought: Sought, thing: Mapping[str, Any]) -> Flow[bool]:
    fields = sought.call.fields
    for name in ("group", "pipeline", "search"):
        if str(thing.get(name) or "").lower() != str(fields.get(name) or "").lower():
            return False
    if not (yield from sought.is_ours(thing, by="submitter", fraction=_fraction(thing))):
        return False
    return (yield from _has_bytes(sought, (segment(thing["graceid"]),), 0))


def _fraction(thing: Mapping[str, Any]) -> float:
    """Give the part of the second in which an event was made, which its latency tells."""
    gpstime, latency = thing.get("gpstime"), thing.get("reporting_latency")
    if not isinstance(gpstime, float) or not isinstance(latency, float):
        return 0.0
    # A millisecond more than that: both are rounded.
    return (gpstime + latency) % 1.0 + 1e-3


def _has_bytes(sought: Sought, keys: Any, version: int) -> Flow[bool]:
    """Tell whether a file on the server has the bytes that were sent."""
    part = sought.call.files[0]
    wanted = yield Do(partial(content_id_of, part.body))
    cell = ROUTES["files[]"].calls["get"][sought.place.kind]
    path = ROUTES["files[]"].paths[sought.place.kind]
    assert cell is not None
    assert path is not None
    file = Call(cell, path.format(*keys, file_path(f"{part.name},{version}")))
    try:
        sink = Recognised(is_kept_compressed(part.name))
        there = yield from received(sought.session, file, sink)
    except NotFound:
        return False
    return bool(there == wanted)


def _dated(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))


def _data(sought: Sought) -> Flow[Optional[Found]]:
    """New data of an event leave a message of ours, and a new version of the file."""
    name = sought.call.files[0].name
    same = []
    for thing in (yield from sought.ask("logs")):
        is_it = thing.get("comment") == _REPLACED and thing.get("filename") == name
        if is_it and (yield from sought.is_ours(thing, by="issuer")):
            version = int(thing.get("file_version") or 0)
            if (yield from _has_bytes(sought, sought.place.keys, version)):
                same.append(thing)
    return None if sought.surplus(same) is None else Found(None)


def _item(sought: Sought) -> Flow[Optional[Found]]:
    """A new item of a list has the words that were sent."""
    row = sought.place.row
    by, is_it = _ITEMS[row]
    if row == "/gwtc":
        keys = (segment(sought.call.fields["number"], "catalogue number"),)
        page = yield from sought.ask("/gwtc[]", keys, "search")
        items = list(reversed(page.items))
    else:
        items = yield from sought.ask(row)
    same = []
    for thing in items:
        if is_it(sought.call, thing) and (yield from sought.is_ours(thing, by=by)):
            same.append(thing)
    if same and sought.call.fields.get("label"):
        # It is put on last: a message without it is half of what was asked for.
        yield from sought.ask(
            "labels[]", (*sought.place.keys, segment(sought.call.fields["label"]))
        )
    taken = sought.take(same)
    return None if taken is None else Found(taken)


def _is_log(call: Call, thing: Mapping[str, Any]) -> bool:
    name = call.files[0].name if call.files else ""
    return (
        _says(thing, call, "comment")
        and (thing.get("filename") or "") == name
        # They are put on one by one: a message without its tags is half of what was asked for.
        and set(call.fields.get("tagname") or ()) <= set(thing.get("tag_names") or ())
    )


def _is_notice(call: Call, thing: Mapping[str, Any]) -> bool:
    return bool(thing.get("filename") == call.files[0].name)


def _says(thing: Mapping[str, Any], call: Call, *names: str) -> bool:
    return all(_text(thing.get(name)) == _text(call.fields.get(name)) for name in names)


#: Under which name each kind of item has its author, and how it is known.
_ITEMS: Mapping[str, Any] = {
    "logs": ("issuer", _is_log),
    "voevents": ("issuer", lambda call, thing: _says(thing, call, "voevent_type")),
    "emobservations": ("submitter", lambda call, thing: _says(thing, call, "group", "comment")),
    "notices": ("issuer", _is_notice),
    "/gwtc": ("submitter", lambda call, thing: _says(thing, call, "comment")),
}

LOOKS: Mapping[Trace, Look] = {
    Trace.NAMED: _named,
    Trace.FIELDS: _fields,
    Trace.SIGNED: _signed,
    Trace.CONFIRMED: _confirmed,
    Trace.UPLOADED: _uploaded,
    Trace.EVENT: _event,
    Trace.SUPEREVENT: _superevent,
    Trace.DATA: _data,
    Trace.ITEM: _item,
}
