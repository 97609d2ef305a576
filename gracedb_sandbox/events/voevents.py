"""VOEvents of an event (gone since 2.36)."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, Optional

from flask import Response

from ..annotations import find_file
from ..answers import answer, created, error, gone, server_error_page, spoken
from ..bodies import Body, read_body
from ..clock import utc_text
from ..ids import graceid
from ..paging import whole_list
from ..vocabulary import VOEVENT_TYPES
from ..voevent_xml import Context
from ..voevents import find_voevent, issue, shown, voevents
from ..web import current_user, database, dialect, link, origin, store
from .documents import event_document
from .lookup import event_for, subject

_PROBABILITIES = {
    "ProbHasNS": "prob_has_ns",
    "ProbHasRemnant": "prob_has_remnant",
    "BNS": "prob_bns",
    "NSBH": "prob_nsbh",
    "BBH": "prob_bbh",
    "Terrestrial": "prob_terrestrial",
    "HasMassGap": "prob_has_mass_gap",
}
_FLAGS = {
    "internal": ("internal", True),
    "open_alert": ("open_alert", False),
    "hardware_inj": ("hardware_inj", False),
    "Significant": ("significant", False),
    "raven_coinc": ("raven_coinc", False),
}
_SHOWN = (
    "ivorn",
    "filename",
    "file_version",
    "voevent_type",
    "created",
    "skymap_type",
    "skymap_filename",
    "internal",
    "open_alert",
    "hardware_inj",
    "coinc_comment",
    "prob_has_ns",
    "prob_has_remnant",
    "prob_bns",
    "prob_nsbh",
    "prob_bbh",
    "prob_terrestrial",
    "prob_has_mass_gap",
    "significant",
)
_RAVEN = (
    ("ext_gcn", "External GCN ID not provided"),
    ("ext_pipeline", "External Pipeline not provided"),
    ("ext_search", "External Search not provided"),
)


def listed(gid: str) -> Response:
    """GET voevent/."""
    event = _present(gid)
    rows = voevents(database(), subject(event))
    return answer(whole_list("voevents", [_shown(event, row) for row in rows]))


def read(gid: str, n: int) -> Response:
    """GET voevent/{N}."""
    event = _present(gid)
    row = find_voevent(database(), subject(event), n)
    if row is None:
        raise spoken(404, "VOEvent does not exist.")
    return answer(_shown(event, row))


def write(gid: str) -> Response:
    """POST voevent/."""
    event = _present(gid)
    body = read_body()
    kind = _checked_kind(event, body)
    if kind in ("IN", "UP") and not body.one("skymap_filename"):
        return server_error_page()  # the server looks for a file called None
    _check_products(event, body, kind)
    columns = {
        "voevent_type": kind,
        **{name: _text(body, name) for name in ("skymap_type", "skymap_filename")},
        **{name: _text(body, name) for name, _ in _RAVEN},
        "combined_skymap_filename": _text(body, "combined_skymap_filename"),
        **{name: _flag(body, given, default) for given, (name, default) in _FLAGS.items()},
        **{name: _probability(body, given) for given, name in _PROBABILITIES.items()},
        "coinc_comment": _coinc_comment(body),
    }
    name = graceid(event)
    context = Context(
        graceid=name,
        page=f"{origin()}/events/{name}/view/",
        files=link(f"events/{name}/files/"),
        issued=0,
        t_0=event["gpstime"],
        time_coinc_far=_rate(body, "time_coinc_far"),
        space_coinc_far=_rate(body, "space_coinc_far"),
    )
    row = issue(
        database(),
        store(),
        subject(event),
        columns,
        event=event_document(database(), event),
        context=context,
        issuer=current_user().username,
    )
    answered = _shown(event, row)
    return created(answered, answered["links"]["self"])


def _present(gid: str) -> sqlite3.Row:
    event = event_for(gid)
    if dialect().renewed:
        raise gone()
    return event


def _checked_kind(event: sqlite3.Row, body: Body) -> str:
    kind = str(body.one("voevent_type"))
    if kind not in VOEVENT_TYPES:
        raise error(400, "You must provide a valid voevent_type.")
    if bool(body.one("skymap_type")) != bool(body.one("skymap_filename")):
        text = "Both or neither of skymap_type and skymap_filename must be specified."
        raise error(400, text)
    if event["gpstime"] is None:
        raise error(400, "Cannot build a VOEvent because event has no gpstime.")
    # A FAR of exactly 0 counts as none.
    if not event["far"]:
        raise error(400, "Cannot build a VOEvent because event has no FAR.")
    return kind


def _check_products(event: sqlite3.Row, body: Body, kind: str) -> None:
    """One of three: a sky map's, else a coincidence's, else the mass gap's."""
    filename = body.one("skymap_filename")
    if kind in ("IN", "UP") or (kind == "PR" and filename):
        if find_file(database(), subject(event), *_version(str(filename))) is None:
            raise error(400, f"Skymap file {filename} does not exist")
    elif body.one("time_coinc_far") or body.one("space_coinc_far"):
        for name, text in _RAVEN:
            if not body.one(name):
                raise error(400, text)
    elif body.one("MassGap"):
        raise error(400, "MassGap has been replaced by HasMassGap")


def _version(name: str) -> Any:
    plain, comma, text = name.rpartition(",")
    return (plain, int(text)) if comma and text.isdecimal() and len(text) < 10 else (name,)


def _coinc_comment(body: Body) -> bool:
    if body.one("CoincComment") is None:
        raise spoken(400, "{'coinc_comment': ['This field cannot be null.']}")
    return _flag(body, "CoincComment", default=False)


def _flag(body: Body, name: str, default: bool) -> bool:  # noqa: FBT001  # a default, not a switch
    value = body.one(name)
    if value is None or value == "":
        return default
    return str(value).lower() in ("true", "1", "1.0", "t")


def _probability(body: Body, name: str) -> Optional[float]:
    value = _rate(body, name)
    if value is not None and not 0 <= value <= 1:
        bound = "less than or equal to 1." if value > 1 else "greater than or equal to 0."
        key = _PROBABILITIES[name]
        raise spoken(400, f"{{'{key}': ['Ensure this value is {bound}']}}")
    return value


def _rate(body: Body, name: str) -> Optional[float]:
    value = body.one(name)
    if value is None or value == "":
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise spoken(400, f"{{'{name}': ['“{value}” value must be a float.']}}") from None


def _text(body: Body, name: str) -> Optional[str]:
    value = body.one(name)
    return str(value) if value else None


def _shown(event: sqlite3.Row, row: sqlite3.Row) -> Dict[str, Any]:
    base = f"events/{graceid(event)}"
    file = f"{base}/files/{row['filename']},{row['file_version']}"
    return {
        "links": {"self": link(f"{base}/voevent/{row['n']}"), "file": link(file)},
        "N": row["n"],
        "issuer": row["issuer"],
        **shown(row, _SHOWN),
        "created": utc_text(row["created"]),
    }
