"""What an uploaded file says: the columns, attributes and log entries of an event."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Callable, Dict, Mapping, Optional

from .classes import blank, event_class
from .coinc import read_coinc
from .cwb import read_cwb
from .grb import read_grb
from .triggers import read_injection, read_mly, read_olib
from .values import Form, Ingested, Product

__all__ = ["Ingested", "Product", "event_class", "ingest"]

_READERS: Dict[str, Callable[[str, str, bytes, Form], Ingested]] = {
    "CoincInspiral": read_coinc,
    "MultiBurst": read_cwb,
    "GRB": read_grb,
    "SimInspiral": read_injection,
    "LalInferenceBurst": read_olib,
    "MLyBurst": read_mly,
}
#: what odd values provoke; a mistake of ours must not look like the uploader's
_BAD_CONTENT = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError)
_NO_FORM: Form = {}
#: what people add to a burst by hand, which no notice knows
_KEPT = ("T90", "redshift", "designation")


def ingest(
    pipeline: str,
    filename: str,
    data: bytes,
    form: Form = _NO_FORM,
    *,
    largest_likelihood: Optional[float] = None,
    previous: Optional[Mapping[str, Any]] = None,
) -> Ingested:
    """Read the upload *data*, called *filename*, of *pipeline*; never raise for its content.

    *form* holds the upload's other fields. *largest_likelihood* stands in for an infinite
    one. *previous* is the ``extra`` of the event if this upload replaces its data. What
    cannot be read becomes a warning and a log entry, as on the server, which answers 201.
    """
    name = event_class(pipeline)
    # Pipelines without a class are kept unread, however well-formed their files are.
    if name is None:
        return Ingested()
    try:
        ingested = _READERS[name](pipeline, filename, data, form)
    except _BAD_CONTENT as problem:  # whatever a file holds, the upload itself succeeded
        return Ingested(
            extra={name: blank(name)},
            products=(Product(f"Could not read data ({problem})"),),
            warnings=(f"Problem scanning data. No alert issued ({problem})",),
        )
    # JSON has no infinity; the server stores the largest likelihood that it knows instead.
    if ingested.likelihood is not None and math.isinf(ingested.likelihood):
        ingested = replace(ingested, likelihood=largest_likelihood)
    if name == "GRB" and previous:
        _keep(ingested.extra["GRB"], previous.get("GRB", {}))
    return ingested


def _keep(grb: Dict[str, Any], earlier: Mapping[str, Any]) -> None:
    grb.update({key: earlier.get(key) for key in _KEPT})
    # Later notices of a burst often carry a duration of 0.0, which means "not given".
    if not grb["trigger_duration"]:
        grb["trigger_duration"] = earlier.get("trigger_duration") or grb["trigger_duration"]
