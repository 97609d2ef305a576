"""VOEvents of a superevent.

A choice where the stored server fails by accident (500): the fields that
belong to RAVEN alone are read, judged and left out of the record.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, Mapping, Optional

from flask import Blueprint, Response

from .. import ids
from ..annotations import find_file
from ..answers import answer, gone
from ..clock import utc_text
from ..events.documents import event_document
from ..events.lookup import find
from ..voevent_xml import Context
from ..voevents import find_voevent, issue, shown, voevents
from ..web import current_user, dialect, link, origin, store
from . import fields, record, rules
from .access import ACTIONS
from .desk import (
    Situation,
    envelope,
    nested,
    not_found,
    part,
    read,
    require,
    stated,
)
from .fields import Field
from .ids import default_id

views = Blueprint("superevent_voevents", __name__)

_PROBABILITY = fields.number(0, 1)
#: probability as given -> as kept and answered
_PROBABILITIES = {
    "ProbHasNS": "prob_has_ns",
    "ProbHasRemnant": "prob_has_remnant",
    "BNS": "prob_bns",
    "NSBH": "prob_nsbh",
    "BBH": "prob_bbh",
    "Terrestrial": "prob_terrestrial",
    "HasMassGap": "prob_has_mass_gap",
    "HasSSM": "prob_has_ssm",
}
#: flag as given -> (as kept and answered, what an absent one means)
_FLAGS = {
    "internal": ("internal", True),
    "open_alert": ("open_alert", False),
    "hardware_inj": ("hardware_inj", False),
    "raven_coinc": ("raven_coinc", False),
    "CoincComment": ("coinc_comment", False),
    "Significant": ("significant", False),
}
_TEXTS = ("skymap_type", "skymap_filename", "combined_skymap_filename")


def _read_mass_gap(value: Any) -> None:
    # Old clients still send it, as zero.
    if fields.number()(value):
        raise fields.Invalid("MassGap has been replaced with HasMassGap")


def _optional(name: str, reader: fields.Reader) -> Field:
    return Field(name, reader, required=False, null=True, default=None)


_BODY = (
    Field("voevent_type", fields.choice(list(rules.VOEVENT_TYPES))),
    *(_optional(name, fields.any_text) for name in _TEXTS),
    *(Field(n, fields.boolean, required=False, default=d) for n, (_, d) in _FLAGS.items()),
    *(_optional(name, _PROBABILITY) for name in _PROBABILITIES),
    _optional("MassGap", _read_mass_gap),
    *(_optional(name, fields.any_text) for name in ("ext_gcn", "ext_pipeline", "ext_search")),
    *(_optional(n, fields.number()) for n in ("time_coinc_far", "space_coinc_far", "delta_t")),
)
_KEYS = (
    "skymap_type", "skymap_filename", "internal", "open_alert", "hardware_inj", "coinc_comment",
    "prob_has_ns", "prob_has_remnant", "prob_bns", "prob_nsbh", "prob_bbh", "significant",
    "prob_terrestrial", "prob_has_mass_gap", "prob_has_ssm", "raven_coinc", "ext_gcn",
    "ext_pipeline", "ext_search", "combined_skymap_filename",
)  # fmt: skip


def _shown(here: Situation, row: sqlite3.Row) -> Dict[str, Any]:
    name = f"{row['filename']},{row['file_version']}"
    document = {
        "voevent_type": row["voevent_type"],
        "file_version": row["file_version"],
        "ivorn": row["ivorn"],
        "created": utc_text(row["created"]),
        "issuer": row["issuer"],
        "filename": row["filename"],
        "N": row["n"],
        "links": {
            "self": link(f"{here.path}voevents/{row['n']}/"),
            "file": link(f"{here.path}files/{name}"),
        },
    }
    return {**document, **shown(row, _KEYS)} if current_user().internal else document


def _list(sid: str) -> Response:
    here = nested(sid)
    return envelope(
        "voevents", [_shown(here, row) for row in voevents(here.database, here.subject)]
    )


def _get(sid: str, n: int) -> Response:
    here = nested(sid)
    row = find_voevent(here.database, here.subject, n)
    if row is None:
        raise not_found()
    return answer(_shown(here, row))


def _create(sid: str) -> Response:
    here = nested(sid)
    if dialect().renewed:
        raise gone()
    require(ACTIONS["announce"])
    given = read(_BODY)
    event = record.event(here.database, here.row["preferred_event"])
    if event["gpstime"] is None:
        text = "Cannot build a VOEvent because preferred event does not have a gpstime."
        raise stated(text)
    _check_skymap(here, given)
    external = _external(here, given) if given["raven_coinc"] else None
    row = issue(
        here.database,
        store(),
        here.subject,
        _columns(given),
        event=event_document(here.database, event),
        context=_context(here, external),
        issuer=here.user.username,
    )
    return answer(_shown(here, row), 201)


def _columns(given: Mapping[str, Any]) -> Dict[str, Any]:
    # Inputs and outputs have different names: BNS comes in, prob_bns goes out.
    kept = {name: given[name] or None for name in _TEXTS}
    kept.update({column: given[name] for name, (column, _) in _FLAGS.items()})
    kept.update({column: given[name] for name, column in _PROBABILITIES.items()})
    return {"voevent_type": given["voevent_type"], **kept}


def _check_skymap(here: Situation, given: Mapping[str, Any]) -> None:
    kind, name = given["voevent_type"], given["skymap_filename"]
    # An early warning with a sky map is not checked.
    if not (kind in ("IN", "UP") or (kind == "PR" and name)):
        return
    if not name:
        raise stated("Skymap filename is required for initial and update VOEvents.")
    if not given["skymap_type"]:
        raise stated("Skymap type is required for VOEvents that include a skymap.")
    if not _has_file(here, name):
        raise stated(f"Skymap file {name} not found for this superevent.")


def _has_file(here: Situation, name: str) -> bool:
    # A bare name means its first version, which every file has.
    bare, _, version = name.partition(",")
    if version and not version.isdecimal():
        return False
    return find_file(here.database, here.subject, bare, ids.number(version)) is not None


def _external(here: Situation, given: Mapping[str, Any]) -> Dict[str, Any]:
    """Find the external event of a coincidence, which em_type names."""
    sid, em_type = default_id(here.row), here.row["em_type"]
    if em_type is None:
        raise stated(f"em_type for superevent {sid} not set (is None)")
    if em_type[:1] not in "GEHMT" or not em_type[1:].isdecimal():
        raise stated(f"em_type for superevent {sid} is not a valid graceid")
    event = find(here.database, em_type)
    if event is None:
        raise stated(f"event for em_type={em_type} not found")
    combined = given["combined_skymap_filename"]
    if combined and not _has_file(here, combined):
        raise stated(f"Combined skymap file {combined} not found for this superevent.")
    return event_document(here.database, event)


def _context(here: Situation, external: Optional[Dict[str, Any]]) -> Context:
    # Announced under its first name for ever, so that notices of one candidate belong together.
    graceid, row = default_id(here.row), here.row
    return Context(
        graceid=graceid,
        page=f"{origin()}/superevents/{here.sid}/view/",
        files=link(f"superevents/{graceid}/files/"),
        issued=0.0,  # `issue` fills it in
        t_0=row["t_0"],
        external=external,
        time_coinc_far=row["time_coinc_far"],
        space_coinc_far=row["space_coinc_far"],
    )


part(views, "/superevents/<sid>/voevents/", GET=_list, POST=_create)
part(views, "/superevents/<sid>/voevents/<int:n>/", GET=_get)
