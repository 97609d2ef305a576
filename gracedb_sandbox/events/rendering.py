"""What a caller wants to read: JSON, or the older forms a search still knows."""

from __future__ import annotations

from typing import Any, Dict, List

from flask import Response, request

from ..answers import raw

_TSV = "text/tab-separated-values"
_NO_XML = (
    "ligolw-xml rendering has been disabled, please use the ligo-gracedb API to download event"
    " coinc xml data."
)
_COLUMNS = ("graceid", "labels", "group", "pipeline", "search", "far", "gpstime", "created")


def refuse_xml() -> None:
    """400 to whoever asks for XML."""
    if wanted() == "xml":
        raise raw(400, _NO_XML)


def wanted() -> str:
    """``xml``, ``tsv`` or ``json``, by `?format=` or by Accept."""
    asked = request.args.get("format")
    if asked:
        return asked if asked in ("xml", "tsv") else "json"
    accept = request.headers.get("Accept", "*/*")
    if "json" in accept or "*/*" in accept:
        return "json"
    return {"application/xml": "xml", _TSV: "tsv"}.get(accept.partition(";")[0].strip(), "json")


def table(events: List[Dict[str, Any]]) -> Response:
    """Events as tab-separated values."""
    lines = ["#" + "\t".join((*_COLUMNS, "dataurl"))]
    for event in events:
        cells = {**event, "labels": ",".join(event["labels"])}
        row = [str(cells[name]) for name in _COLUMNS]
        lines.append("\t".join((*row, event["links"]["files"])))
    return Response("\n".join(lines) + "\n", content_type=_TSV)
