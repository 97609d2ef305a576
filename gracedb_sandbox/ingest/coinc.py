"""CBC uploads: a coincidence of single-detector triggers in LIGO_LW XML."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .classes import ATTRIBUTES, SINGLE_INSPIRAL, blank
from .ligolw import Row, read_tables
from .untrusted import inflated
from .values import (
    Form,
    Ingested,
    Product,
    gps,
    integer,
    real,
    text,
)

__all__ = ["read_coinc"]

_TABLES = ("coinc_inspiral", "coinc_event", "sngl_inspiral")


def read_coinc(pipeline: str, filename: str, data: bytes, form: Form) -> Ingested:
    """Read the first coincidence of a LIGO_LW file, compressed or not."""
    nothing = blank("CoincInspiral")
    # MBTA uploads frame files too, which the server keeps without a look inside.
    if pipeline.startswith("MBTA") and ".xml" not in filename:
        return Ingested(extra={"CoincInspiral": nothing})
    document = inflated(data)
    tables = read_tables(document, _TABLES)
    for name in ("coinc_inspiral", "coinc_event"):
        if not tables[name]:
            # The server saves an event's attributes only at the very end.
            warning = f"Could not extract {name.replace('_', ' ')} table."
            return Ingested(extra={"CoincInspiral": nothing}, warnings=(warning,))
    coinc = _attributes(tables["coinc_inspiral"][0], ATTRIBUTES["CoincInspiral"])
    event = tables["coinc_event"][0]
    extra: Dict[str, Any] = {"CoincInspiral": {**coinc, "ifos": coinc["ifos"] or ""}}
    if tables["sngl_inspiral"]:
        extra["SingleInspiral"] = _singles(tables["sngl_inspiral"])
    return Ingested(
        gpstime=gps(coinc["end_time"], coinc["end_time_ns"]),
        far=coinc["combined_far"],
        instruments=coinc["ifos"] or "",
        nevents=integer(event.get("nevents")),
        likelihood=_likelihood(event),
        extra=extra,
        products=(
            Product("Log File Created", "event.log", _event_log(pipeline, form, coinc)),
            # Stored decompressed, whatever the upload was.
            Product("Coinc Table Created", "coinc.xml", document),
        ),
    )


def _attributes(row: Row, kinds: Dict[str, type]) -> Dict[str, Any]:
    readers = {float: real, int: integer, str: text}
    return {name: readers[kind](row.get(name)) for name, kind in kinds.items()}


def _singles(rows: List[Row]) -> List[Dict[str, Any]]:
    singles = [_attributes(row, SINGLE_INSPIRAL) for row in rows]
    # The server's database lets every column be null except this one.
    return [{**single, "channel": single["channel"] or ""} for single in singles]


def _likelihood(row: Row) -> Optional[float]:
    # Infinity is kept here: only the store knows the largest likelihood that replaces it.
    value = row.get("likelihood")
    return value if isinstance(value, float) and value == value else None


def _event_log(pipeline: str, form: Form, coinc: Dict[str, Any]) -> bytes:
    lines = {
        "Pipeline": pipeline,
        "Search": next(iter(form.get("search", ())), None),
        "MChirp": _shown(coinc["mchirp"], ".3f"),
        "MTot": _shown(coinc["mass"], ".3f"),
        "End Time": _end_time(coinc),
        "SNR": _shown(coinc["snr"], ".3f"),
        "IFOs": coinc["ifos"],
        "FAR": _shown(coinc["combined_far"], ".3e"),
    }
    return "".join(f"{name}: {value or '---'}\n" for name, value in lines.items()).encode()


def _shown(value: Optional[float], spec: str) -> Optional[str]:
    return None if value is None else format(value, spec)


def _end_time(coinc: Dict[str, Any]) -> Optional[str]:
    if coinc["end_time"] is None:
        return None
    # From the integers: a float has no nine decimals left at this size.
    return f"{coinc['end_time']}.{coinc['end_time_ns'] or 0:09d}"
