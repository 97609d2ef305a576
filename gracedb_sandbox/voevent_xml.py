"""VOEvent 2.0 documents: what an event or superevent announces to the world.

The elements, their order, and every description are the server's; the order
is Who, What, WhereWhen, Description, How, Citations. Params come from tables
whose rows name the value; a value of None leaves the row out.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Mapping, Optional, Sequence, Tuple

from gracedb_sandbox.superevents.ids import datetime_of_gps
from gracedb_sandbox.superevents.rules import VOEVENT_TYPES

__all__ = ["Context", "build_voevent", "file_name", "ivorn"]

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_VOE = "http://www.ivoa.net/xml/VOEvent/v2.0"
_AUTHOR = "LIGO Scientific Collaboration, Virgo Collaboration, and KAGRA Collaboration"
#: VOEvent type code -> GCN notice type
_PACKETS = {
    "PR": (150, "LVC_PRELIMINARY"),
    "IN": (151, "LVC_INITIAL"),
    "UP": (152, "LVC_UPDATE"),
    "RE": (164, "LVC_RETRACTION"),
    "EW": (163, "LVC_EARLY_WARNING"),
}
_ABOUT = {
    "EW": "Early warning report of a candidate gravitational wave event",
    "RE": None,
}
_ABOUT_ELSE = "Report of a candidate gravitational wave event"
_DETECTORS = {
    "H1": "H1: LIGO Hanford 4 km gravitational wave detector",
    "L1": "L1: LIGO Livingston 4 km gravitational wave detector",
    "V1": "V1: Virgo 3 km gravitational wave detector",
    "K1": "K1: KAGRA 3 km gravitational wave detector",
}
_CITING = {
    "PR": "Initial localization is now available (preliminary)",
    "IN": "Initial localization is now available",
    "UP": "Updated localization is now available",
    "RE": "Determined to not be a viable GW event candidate",
    "EW": "Early warning localization is now available",
}
_CLASSIFICATION = (
    "Source classification: binary neutron star (BNS), neutron star-black hole (NSBH), "
    "binary black hole (BBH), or terrestrial (noise)"
)
_CLASSES = (
    ("BNS", "prob_bns", "Probability that the source is a binary neutron star merger "
     "(both objects lighter than 3 solar masses)"),
    ("NSBH", "prob_nsbh", "Probability that the source is a neutron star-black hole merger "
     "(primary heavier than 3 solar masses, secondary lighter than 3 solar masses)"),
    ("BBH", "prob_bbh", "Probability that the source is a binary black hole merger "
     "(both objects heavier than 3 solar masses)"),
    ("Terrestrial", "prob_terrestrial", "Probability that the source is terrestrial "
     "(i.e., a background noise fluctuation or a glitch)"),
)  # fmt: skip
_PROPERTIES = (
    "Qualitative properties of the source, conditioned on the assumption that the signal is an "
    "astrophysical compact binary merger"
)
_TRAITS = (
    ("HasNS", "prob_has_ns", "Probability that at least one object in the binary has a mass "
     "that is less than 3 solar masses"),
    ("HasRemnant", "prob_has_remnant", "Probability that a nonzero mass was ejected outside "
     "the central remnant object"),
    ("HasMassGap", "prob_has_mass_gap", "Probability that at least one object in the binary "
     "has a mass between 3 and 5 solar masses"),
    ("HasSSM", "prob_has_ssm", "Probability that at least one object in the binary has a mass "
     "that is less than one solar mass"),
)  # fmt: skip

# A row of a Param table: name, value, unit, ucd, dataType, description.
_Row = Tuple[str, Any, Optional[str], Optional[str], str, str]


@dataclass(frozen=True)
class Context:
    """What a document needs besides the VOEvent and the event.

    *graceid* is the (default) id of what is announced, *page* its web page,
    *files* the URL of its file list in the API (ending in a slash), *issued*
    a Unix time (s), *earlier* the IVORNs to cite. The rest serves a RAVEN
    coincidence: t_0 (GPS s), the external event and the coincidence FARs (Hz).
    """

    graceid: str
    page: str
    files: str
    issued: float
    earlier: Sequence[str] = ()
    t_0: Optional[float] = None
    external: Optional[Mapping[str, Any]] = None
    time_coinc_far: Optional[float] = None
    space_coinc_far: Optional[float] = None


def file_name(graceid: str, n: int, voevent_type: str) -> str:
    """Return the name under which the document is kept among the files."""
    return f"{graceid}-{n}-{VOEVENT_TYPES[voevent_type]}.xml"


def ivorn(graceid: str, n: int, voevent_type: str) -> str:
    """Return the identifier by which later documents cite this one."""
    return f"ivo://gwnet/LVC#{graceid}-{n}-{VOEVENT_TYPES[voevent_type]}"


def build_voevent(
    voevent: Mapping[str, Any], event: Mapping[str, Any], *, context: Context
) -> bytes:
    """Return the document in UTF-8.

    *voevent* has the keys that the API answers (``voevent_type``, ``N``,
    ``prob_bns``, ``skymap_filename``...); *event* is the event as the API answers it.
    """
    kind = voevent["voevent_type"]
    root = ET.Element(
        "voe:VOEvent",
        {
            "xmlns:xsi": _XSI,
            "xmlns:voe": _VOE,
            "xsi:schemaLocation": f"{_VOE} http://www.ivoa.net/xml/VOEvent/VOEvent-v2.0.xsd",
            "version": "2.0",
            "role": "test" if _is_rehearsal(event) else "observation",
            "ivorn": ivorn(context.graceid, voevent["N"], kind),
        },
    )
    _who(root, context.issued)
    _what(ET.SubElement(root, "What"), voevent, event, context)
    _where_when(root, event["gpstime"])
    _describe(root, _ABOUT.get(kind, _ABOUT_ELSE))
    if kind != "RE":
        _how(root, voevent, event)
    _citations(root, kind, context.earlier)
    _indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{text}\n".encode()


def _is_rehearsal(event: Mapping[str, Any]) -> bool:
    return bool(event["group"] == "Test" or event["search"] == "MDC")


def _who(root: ET.Element, issued: float) -> None:
    who = ET.SubElement(root, "Who")
    date = datetime.fromtimestamp(issued, timezone.utc)
    ET.SubElement(who, "Date").text = date.strftime("%Y-%m-%dT%H:%M:%SZ")
    ET.SubElement(ET.SubElement(who, "Author"), "contactName").text = _AUTHOR


def _what(
    what: ET.Element, voevent: Mapping[str, Any], event: Mapping[str, Any], context: Context
) -> None:
    kind = voevent["voevent_type"]
    _params(what, _identity(voevent, context))
    if kind != "RE":
        _params(what, _detection(voevent, event))
        if voevent["raven_coinc"] and context.external is not None:
            _coincidence(what, voevent, context)
    skymap = voevent["skymap_filename"]
    if kind in ("IN", "UP") or (kind in ("PR", "EW") and skymap):
        url = f"{context.files}{skymap}"
        group = _group(what, "GW_SKYMAP", None)
        _params(group, [("skymap_fits", url, None, "meta.ref.url", "string", "Sky Map FITS")])
    if kind != "RE":
        _probabilities(what, voevent, event)


def _identity(voevent: Mapping[str, Any], context: Context) -> Sequence[_Row]:
    packet, notice = _PACKETS[voevent["voevent_type"]]
    return [
        ("Packet_Type", packet, None, None, "int",
         "The Notice Type number is assigned/used within GCN, eg "
         f"type={packet} is an {notice} notice"),
        ("internal", int(voevent["internal"]), None, None, "int",
         "Indicates whether this event should be distributed to LSC/Virgo/KAGRA members only"),
        ("Pkt_Ser_Num", voevent["N"], None, None, "int",
         "A number that increments by 1 each time a new revision is issued for this event"),
        ("GraceID", context.graceid, None, "meta.id", "string", "Identifier in GraceDB"),
        ("AlertType", VOEVENT_TYPES[voevent["voevent_type"]], None, "meta.version", "string",
         "VOEvent alert type"),
        ("HardwareInj", int(voevent["hardware_inj"]), None, "meta.number", "int",
         "Indicates that this event is a hardware injection if 1, no if 0"),
        ("OpenAlert", int(voevent["open_alert"]), None, "meta.number", "int",
         "Indicates that this event is an open alert if 1, no if 0"),
        ("EventPage", context.page, None, "meta.ref.url", "string",
         "Web page for evolving status of this GW candidate"),
    ]  # fmt: skip


def _detection(voevent: Mapping[str, Any], event: Mapping[str, Any]) -> Sequence[_Row]:
    burst = _burst(event)
    # The collaboration announces cWB's BBH search as a compact binary search.
    group = "CBC" if _is_burst_binary(event) else event["group"]
    return [
        ("Instruments", event["instruments"], None, "meta.code", "string",
         "List of instruments used in analysis to identify this event"),
        ("FAR", event["far"] or None, "Hz", "arith.rate;stat.falsealarm", "float",
         "False alarm rate for GW candidates with this strength or greater"),
        ("Significant", int(voevent["significant"]), None, "meta.number", "int",
         "Indicates that this event is significant if 1, no if 0"),
        ("Group", group, None, "meta.code", "string", "Data analysis working group"),
        ("Pipeline", event["pipeline"], None, "meta.code", "string",
         "Low-latency data analysis pipeline"),
        ("Search", event["search"] or None, None, "meta.code", "string",
         "Specific low-latency search"),
        ("CentralFreq", burst.get("central_freq"), "Hz", "gw.frequency", "float",
         "Central frequency of GW burst signal"),
        ("Duration", burst.get("duration"), "s", "time.duration", "float",
         "Measured duration of GW burst signal"),
    ]  # fmt: skip


def _burst(event: Mapping[str, Any]) -> Mapping[str, Any]:
    extra = event["extra_attributes"]
    found: Mapping[str, Any] = extra.get("MultiBurst") or extra.get("MLyBurst") or {}
    return found


def _is_burst_binary(event: Mapping[str, Any]) -> bool:
    return (event["group"], event["pipeline"], event["search"]) == ("Burst", "CWB", "BBH")


def _coincidence(what: ET.Element, voevent: Mapping[str, Any], context: Context) -> None:
    external = context.external or {}
    grb = external.get("extra_attributes", {}).get("GRB", {})
    gpstime, t_0 = external.get("gpstime"), context.t_0
    delay = None if gpstime is None or t_0 is None else round(gpstime - t_0, 2)
    joint = voevent["combined_skymap_filename"]
    rate = "arith.rate;stat.falsealarm"
    group = _group(what, "External Coincidence", "Properties of joint coincidence found by RAVEN")
    rows: Sequence[_Row] = [
        ("External_GCN_Notice_Id", grb.get("trigger_id"), None, "meta.id", "string",
         "GCN trigger ID of external event"),
        ("External_Ivorn", grb.get("ivorn"), None, "meta.id", "string", "IVORN of external event"),
        ("External_Observatory", external.get("pipeline"), None, "meta.code", "string",
         "External Observatory"),
        ("External_Search", external.get("search"), None, "meta.code", "string",
         "External astrophysical search"),
        ("Time_Difference", delay, "s", "meta.code", "float",
         "Time difference between GW candidate and external event, "
         "centered on the GW candidate time"),
        ("Time_Coincidence_FAR", context.time_coinc_far, "Hz", rate, "float",
         "Estimated coincidence false alarm rate in Hz using timing"),
        ("Time_Sky_Position_Coincidence_FAR", context.space_coinc_far, "Hz", rate, "float",
         "Estimated coincidence false alarm rate in Hz using timing and sky position"),
        ("joint_skymap_fits", f"{context.files}{joint}" if joint else None, None, "meta.ref.url",
         "string", "Combined GW-External Sky Map FITS"),
    ]  # fmt: skip
    _params(group, rows)


def _probabilities(what: ET.Element, voevent: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    # Both groups are there even for a burst, which has no such probabilities.
    binary = "CoincInspiral" in event["extra_attributes"] or _is_burst_binary(event)
    for name, about, table in (
        ("Classification", _CLASSIFICATION, _CLASSES),
        ("Properties", _PROPERTIES, _TRAITS),
    ):
        group = _group(what, name, about)
        rows = [
            (param, voevent[key], None, "stat.probability", "float", text)
            for param, key, text in table
            if binary
        ]
        _params(group, rows)


def _group(what: ET.Element, name: str, about: Optional[str]) -> ET.Element:
    group = ET.SubElement(what, "Group", {"name": name, "type": name})
    _describe(group, about)
    return group


def _params(parent: ET.Element, rows: Sequence[_Row]) -> None:
    for name, value, unit, ucd, data_type, about in rows:
        if value is None:
            continue
        given = {
            "name": name,
            "value": _clean(str(value)),
            "unit": unit,
            "ucd": ucd,
            "dataType": data_type,
        }
        param = ET.SubElement(parent, "Param", {k: v for k, v in given.items() if v is not None})
        _describe(param, about)


def _clean(text: str) -> str:
    """Leave out the control characters that no XML document may hold."""
    return "".join(each for each in text if each >= " " or each in "\t\n\r")


def _describe(parent: ET.Element, text: Optional[str]) -> None:
    if text is not None:
        ET.SubElement(parent, "Description").text = text


def _where_when(root: ET.Element, gpstime: float) -> None:
    place = ET.SubElement(ET.SubElement(root, "WhereWhen"), "ObsDataLocation")
    ET.SubElement(place, "ObservatoryLocation", {"id": "LIGO Virgo"})
    observation = ET.SubElement(place, "ObservationLocation")
    ET.SubElement(observation, "AstroCoordSystem", {"id": "UTC-FK5-GEO"})
    coords = ET.SubElement(observation, "AstroCoords", {"coord_system_id": "UTC-FK5-GEO"})
    instant = ET.SubElement(ET.SubElement(coords, "Time", {"unit": "s"}), "TimeInstant")
    when = datetime_of_gps(gpstime).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    ET.SubElement(instant, "ISOTime").text = when


def _how(root: ET.Element, voevent: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    how = ET.SubElement(root, "How")
    _describe(how, "Candidate gravitational wave event identified by low-latency analysis")
    for instrument in event["instruments"].split(","):
        _describe(how, _DETECTORS.get(instrument))
    if voevent["coinc_comment"]:
        _describe(how, "A gravitational wave trigger identified a possible counterpart GRB")


def _citations(root: ET.Element, kind: str, earlier: Sequence[str]) -> None:
    if not earlier:
        return
    citations = ET.SubElement(root, "Citations")
    cite = "retraction" if kind == "RE" else "supersedes"
    for cited in earlier:
        ET.SubElement(citations, "EventIVORN", {"cite": cite}).text = cited
    _describe(citations, _CITING[kind])


def _indent(element: ET.Element, depth: int = 0) -> None:
    # ElementTree.indent is not in Python 3.8.
    children = list(element)
    if not children:
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in children:
        _indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1)
    children[-1].tail = "\n" + "  " * depth
