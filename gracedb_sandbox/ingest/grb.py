"""Notices of gamma-ray bursts and other astronomical transients: JSON or VOEvent XML."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Dict, Optional, Sequence
from xml.etree.ElementTree import Element

from ..clock import gps_from_unix
from .classes import blank
from .untrusted import find, inflated, parse, walk
from .values import (
    Form,
    Ingested,
    Unreadable,
    gps,
    json_object,
    real,
    text,
)

__all__ = ["read_grb"]

_TRIGGER_IDS = ("TrigID", "Trans_Num", "EventID", "Burst_Id", "event_no")
_DURATIONS = (
    "Trig_Dur",
    "Trans_Duration",
    "Data_Integ",
    "Integ_Time",
    "Trig_Timescale",
    "Timescale",
    "sampling_time",
)
_RADII = ("dec_uncertainty", "ra_uncertainty", "ra_dec_error")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00:00)?")
_UNIX_EPOCH_JULIAN = 2440587.5
_LONGEST_TRIGGER_ID = 25


def read_grb(pipeline: str, filename: str, data: bytes, form: Form) -> Ingested:
    """Read one notice; *pipeline*, *filename* and *form* say nothing more about it."""
    document = inflated(data)
    # Missions move from VOEvent to JSON one by one; only the content tells which it is.
    return _json_notice(document) if document.lstrip()[:1] == b"{" else _voevent(document)


def _ingested(grb: Dict[str, Any], *, gpstime: Optional[float], far: Optional[float]) -> Ingested:
    if grb["trigger_id"]:
        grb["trigger_id"] = grb["trigger_id"][:_LONGEST_TRIGGER_ID]
    return Ingested(gpstime=gpstime, far=far, extra={"GRB": grb})


def _json_notice(document: bytes) -> Ingested:
    notice = json_object(document)
    grb = blank("GRB")
    radii = (real(notice.get(key)) for key in _RADII)
    durations = (real(notice.get(key)) for key in ("rate_duration", "image_duration"))
    # Some missions send a list of parts, some call it objectId.
    identifier = notice.get("id", notice.get("objectId"))
    if isinstance(identifier, list):
        identifier = "_".join(str(part) for part in identifier)
    grb.update(
        ra=real(notice.get("ra")),
        dec=real(notice.get("dec")),
        error_radius=next((radius for radius in radii if radius is not None), None),
        trigger_id=text(identifier),
        trigger_duration=next((value for value in durations if value is not None), None),
        how_description=text(notice.get("instrument")),
        how_reference_url=text(notice.get("data_archive_page")),
        # A notice from Kafka names neither; the server gives all of them these.
        observatory_location_id="GEOLUN",
        coord_system="UTC-FK5-GEO",
        author_ivorn="ivo://nasa.gsfc.tan/gcn",
    )
    return _ingested(grb, gpstime=_notice_time(notice), far=real(notice.get("far")))


def _notice_time(notice: Dict[str, Any]) -> Optional[float]:
    if notice.get("trigger_time") is not None:
        return _gps_of_iso(str(notice["trigger_time"]))
    julian = real(notice.get("jd"))
    if julian is None:
        return None
    return gps(gps_from_unix((julian - _UNIX_EPOCH_JULIAN) * 86400.0))


def _voevent(document: bytes) -> Ingested:
    root = parse(document)
    if not root.tag.endswith("VOEvent"):
        raise Unreadable("neither a JSON notice nor a VOEvent")
    parameters = {
        str(element.get("name")): element.get("value") for element in walk(root, "What", "Param")
    }
    # A notice without a time is kept without one.
    time, _ = find(root, "WhereWhen", "ISOTime")
    grb = {**blank("GRB"), **_provenance(root), **_position(root)}
    grb["trigger_id"] = _first(parameters, _TRIGGER_IDS)
    grb["trigger_duration"] = real(_first(parameters, _DURATIONS))
    far = real(_first(parameters, ("FAR", "far")))
    return _ingested(grb, gpstime=_gps_of_iso(time) if time else None, far=far)


def _provenance(root: Element) -> Dict[str, Any]:
    return {
        "ivorn": root.get("ivorn"),
        "author_ivorn": find(root, "Who", "AuthorIVORN")[0],
        "author_shortname": find(root, "Who", "shortName")[0],
        "how_description": find(root, "How", "Description")[0],
        "how_reference_url": find(root, "How", "Reference")[1].get("uri"),
    }


def _position(root: Element) -> Dict[str, Any]:
    return {
        "observatory_location_id": find(root, "WhereWhen", "ObservatoryLocation")[1].get("id"),
        "coord_system": find(root, "WhereWhen", "AstroCoordSystem")[1].get("id"),
        "ra": real(find(root, "WhereWhen", "C1")[0]),
        "dec": real(find(root, "WhereWhen", "C2")[0]),
        "error_radius": real(find(root, "WhereWhen", "Error2Radius")[0]),
    }


def _first(parameters: Dict[str, Optional[str]], keys: Sequence[str]) -> Optional[str]:
    return next((parameters[key] for key in keys if parameters.get(key)), None)


def _gps_of_iso(time: str) -> Optional[float]:
    match = _ISO.fullmatch(time.strip())
    if match is None:
        raise Unreadable(f"{time[:40]!r} is no UTC time")
    date, clock, fraction = match.groups()
    # Whole seconds and fraction apart: the sum has no digits to spare.
    whole = datetime.strptime(f"{date} {clock}", "%Y-%m-%d %H:%M:%S")
    return gps(gps_from_unix(whole.replace(tzinfo=timezone.utc).timestamp()) + float(fraction or 0))
