"""How to see afterwards whether a write was carried out, one way for each kind of trace.

Each is a flow that gives `Found`, or None for what is not there, or not yet. It raises what
reading the server raises: then nobody knows.
"""

from __future__ import annotations

import math
import re
import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from ._calls import Call
from ._downloads import Recognised, is_kept_compressed
from ._encode import file_path, segment
from ._exchange import received
from ._flow import Flow
from ._ids import Kind
from ._routes import ROUTES, Trace
from ._sought import Found, Sought
from .errors import DecodeError, NotFound

__all__ = ["LOOKS"]

Look = Callable[[Sought], Flow[Optional[Found]]]

_REPLACED = "Event data replaced by new upload"
#: Seconds from now until which the server may date what it has made; its clock may be ahead.
_AHEAD = 86400.0
#: Events that are looked through, and how many of them are listed at a time.
_MOST_EVENTS, _EVENTS_AT_A_TIME = 10_000, 100


def _named(sought: Sought) -> Flow[Optional[Found]]:
    """A label, tag, member or signoff is there by name, or it is not."""
    place, lenient = sought.place, sought.call.lenient
    keys = (*place.keys, segment(place.name, "name"))
    try:
        thing = yield from sought.ask(f"{place.row}[]", keys)
    except NotFound:
        thing = None
    if sought.call.cell.method == "DELETE":
        # That it is not there is well only where there is something that it could be on.
        there = thing is not None or place.name in map(_name, (yield from sought.ask(place.row)))
        return None if there else Found(None)
    if thing is None:
        return None
    answer = sought.call.cell.found(thing)
    if lenient or "created" not in thing:
        return Found(answer)
    return (yield from _ours_or_others(sought, thing, "creator", answer))


def _ours_or_others(sought: Sought, thing: Any, by: str, answer: Any) -> Flow[Optional[Found]]:
    """Give what is there as ours or as another's; None where clocks do not tell."""
    if (yield from sought.is_ours(thing, by=by)):
        return Found(answer)
    return None if sought.is_unclear else Found(answer, is_ours=False)


def _name(item: Any) -> Any:
    return item if isinstance(item, str) else item.get("name") or item.get("graceid")


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
        shown, wanted = float(there), float(sent)
    except (TypeError, ValueError):
        return _text(there) == _text(sent)
    # Times are kept to the microsecond, rates to all their digits.
    return abs(shown - wanted) <= 7e-7 if name.startswith("t_") else math.isclose(shown, wanted)


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
    found = yield from _ours_or_others(sought, thing, "submitter", thing)
    if found is None or not found.is_ours:
        return found  # if it is another's, the server refuses ours
    if sought.is_taken(thing):
        return Found(thing, is_ours=False)
    fields = {**sought.call.fields, "preferred_event": there.get("graceid")}
    if not _holds(thing, fields):
        # Ours, and changed since; or of another call, that has not been answered yet.
        sought.is_unclear = True
        return None
    return None if sought.take([thing]) is None else Found(thing)


def _event(sought: Sought) -> Flow[Optional[Found]]:
    """An upload is among our events since, and its first file has the bytes that were sent."""
    fields = sought.call.fields
    who = yield from sought.who()
    if not who or '"' in who:
        return None
    since, until = _dated(sought.worth_reading_from), _dated(sought.sent[1] + _AHEAD)
    query = f'submitter: "{who}" created: {since} .. {until}'
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
    raise DecodeError(
        f"There are more than {_MOST_EVENTS} events since; look for yours among them yourself."
    )


def _is_this_event(sought: Sought, thing: Mapping[str, Any]) -> Flow[bool]:
    fields = sought.call.fields
    for name in ("group", "pipeline", "search"):
        if _text(thing.get(name)).lower() != _text(fields.get(name)).lower():
            return False
    if bool(thing.get("offline")) != bool(fields.get("offline")) or sought.is_taken(thing):
        return False
    if not (yield from _has_bytes(sought, (segment(thing["graceid"]),), 0)):
        return False
    if not (yield from sought.is_ours(thing, by="submitter", fraction=_fraction(thing))):
        return False
    return _has_all(sought, fields.get("labels"), thing.get("labels"))


def _has_all(sought: Sought, sent: Any, there: Any) -> bool:
    """Tell whether what was put on is there; somebody may have taken it off again."""
    if set(sent or ()) <= set(there or ()):
        return True
    sought.is_unclear = True
    return False


def _fraction(thing: Mapping[str, Any]) -> float:
    """Give the part of the second in which an event was made, which its latency tells."""
    gpstime, latency = thing.get("gpstime"), thing.get("reporting_latency")
    if not isinstance(gpstime, float) or not isinstance(latency, float):
        return 0.0
    # A millisecond more than that: both are rounded.
    return (gpstime + latency) % 1.0 + 1e-3


def _has_bytes(sought: Sought, keys: Any, version: Any) -> Flow[bool]:
    """Tell whether a file on the server has the bytes that were sent."""
    part = sought.call.files[0]
    wanted = yield from sought.content_id()
    cell = ROUTES["files[]"].calls["get"][sought.place.kind]
    path = ROUTES["files[]"].paths[sought.place.kind]
    assert cell is not None
    assert path is not None
    file = Call(cell, path.format(*keys, file_path(f"{part.name},{version}")))
    try:
        sink = Recognised(is_kept_compressed(part.name))
        there = yield from received(sought.session, file, sink, sought.trail.beside())
    except NotFound:
        return False
    except DecodeError:  # what is called .gz and is none cannot be read
        sought.is_unclear = True
        return False
    return bool(there == wanted)


def _dated(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))


def _data(sought: Sought) -> Flow[Optional[Found]]:
    """New data of an event leave a message of ours, and a new version of the file."""
    name = sought.call.files[0].name
    same, recent = [], []
    for thing in (yield from sought.ask("logs")):
        if thing.get("comment") != _REPLACED or thing.get("filename") != name:
            continue
        if not sought.is_recent(thing):
            continue
        if (yield from _has_bytes(sought, sought.place.keys, thing["file_version"])):
            recent.append(thing)
            if (yield from sought.is_ours(thing, by="issuer")):
                same.append(thing)
    return None if sought.surplus(same, recent) is None else Found(None)


def _item(sought: Sought) -> Flow[Optional[Found]]:
    """A new item of a list has the words, and the bytes, that were sent."""
    by, is_it = _ITEMS[sought.place.row]
    items = yield from _items(sought)
    same = []
    for thing in items:
        if not is_it(sought, thing) or not (yield from sought.is_ours(thing, by=by)):
            continue
        keys = sought.place.keys
        if sought.call.files and not (yield from _has_bytes(sought, keys, thing["file_version"])):
            continue
        same.append(thing)
    label = sought.call.fields.get("label")
    if same and label:
        # It is put on last: a message without it is half of what was asked for.
        labels = yield from sought.ask("labels")
        if not _has_all(sought, [label], map(_name, labels)):
            return None
    taken = sought.take(same)
    return None if taken is None else Found(taken)


def _items(sought: Sought) -> Flow[List[Any]]:
    if sought.place.row != "/gwtc":
        items: List[Any] = yield from sought.ask(sought.place.row)
        return items
    keys = (segment(sought.call.fields["number"], "catalogue number"),)
    page = yield from sought.ask("/gwtc[]", keys, "search")
    return list(reversed(page.items))


def _is_log(sought: Sought, thing: Mapping[str, Any]) -> bool:
    fields, files = sought.call.fields, sought.call.files
    return (
        _says(sought, thing, "comment")
        and (thing.get("filename") or "") == (files[0].name if files else "")
        # They are put on one by one: a message without its tags is half of what was asked for.
        and _has_all(sought, fields.get("tagname"), thing.get("tag_names"))
    )


def _is_voevent(sought: Sought, thing: Mapping[str, Any]) -> bool:
    """The server spells what it was told in a way of its own."""
    if not _says(sought, thing, "voevent_type"):
        return False
    for name, sent in sought.call.fields.items():
        snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        shown = [key for key in (name, snake, f"prob_{snake}") if key in thing]
        if sent is not None and shown and not _same(name, thing[shown[0]], sent):
            sought.is_unclear = True
            return False
    return True


def _is_observation(sought: Sought, thing: Mapping[str, Any]) -> bool:
    fields, shown = sought.call.fields, thing.get("footprints") or ()
    sent = sorted(zip(map(float, fields["ra_list"]), map(float, fields["dec_list"])))
    there = sorted((float(each["ra"]), float(each["dec"])) for each in shown)
    return _says(sought, thing, "group", "comment") and sent == there


def _is_notice(sought: Sought, thing: Mapping[str, Any]) -> bool:
    return bool(thing.get("filename") == sought.call.files[0].name)


def _is_catalogue(sought: Sought, thing: Mapping[str, Any]) -> bool:
    shown = thing.get("gwtc_superevents")
    same = shown is None or set(shown) == set(sought.call.fields["smap"])
    return same and _says(sought, thing, "comment")


def _says(sought: Sought, thing: Mapping[str, Any], *names: str) -> bool:
    fields = sought.call.fields
    return all(_text(thing.get(name)) == _text(fields.get(name)) for name in names)


#: Under which name each kind of item has its author, and how it is known.
_ITEMS: Mapping[str, Any] = {
    "logs": ("issuer", _is_log),
    "voevents": ("issuer", _is_voevent),
    "emobservations": ("submitter", _is_observation),
    "notices": ("issuer", _is_notice),
    "/gwtc": ("submitter", _is_catalogue),
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
