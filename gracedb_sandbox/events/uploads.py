"""An upload on its way into an event: read and put on disk first, then written down in one go."""

from __future__ import annotations

import json
import math
import sqlite3
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..annotations import add_file, add_log
from ..ingest import Ingested, Product, ingest
from ..multipart import Upload
from ..store import Blob
from ..web import current_user, database, premises, store
from .lookup import subject

_NOT_READ = "Problem scanning data."


class Prepared(NamedTuple):
    """An upload whose bytes are on disk and whose content is understood."""

    name: str
    blob: Blob
    ingested: Ingested
    products: Sequence[Tuple[Product, Optional[Blob]]]


def prepare(
    pipeline: str,
    upload: Upload,
    form: Mapping[str, Any],
    *,
    previous: Optional[Mapping[str, Any]] = None,
) -> Prepared:
    """Read *upload* as *pipeline*'s data and keep its bytes; call before the transaction."""
    data = upload.stream.read()
    largest = store().connection().execute("SELECT MAX(likelihood) FROM event").fetchone()[0]
    ingested = ingest(
        pipeline, upload.name, data, _renamed(form), largest_likelihood=largest, previous=previous
    )
    keep = store().keep
    products = [(each, keep(each.data) if each.filename else None) for each in ingested.products]
    return Prepared(upload.name, keep(data), ingested, products)


def _renamed(form: Mapping[str, Any]) -> Dict[str, Any]:
    # An injection's detectors are in a field of another name since 2.36.
    name = "instrument" if premises().generation == "2.33" else "instruments"
    return {**form, "instruments": form.get(name, ())}


def absorb(event: sqlite3.Row, prepared: Prepared, comment: str) -> None:
    """Write the upload's files, logs and facts to *event*; *comment* is that of its first log."""
    _attach(event, comment, prepared.name, prepared.blob)
    for product, blob in prepared.products:
        _attach(event, product.comment, product.filename, blob)
    # A replacement that cannot be read leaves what was known before.
    if event["extra"] == "{}" or not _unread(prepared.ingested):
        _update(event, prepared.ingested)


def _unread(ingested: Ingested) -> bool:
    return any(warning.startswith(_NOT_READ) for warning in ingested.warnings)


def _attach(event: sqlite3.Row, comment: str, name: str, blob: Optional[Blob]) -> None:
    version = None
    if blob is not None:
        version = add_file(database(), subject(event), name, blob)
    add_log(
        database(),
        subject(event),
        comment,
        issuer=current_user().username,
        filename=name,
        file_version=version,
    )


def _update(event: sqlite3.Row, found: Ingested) -> None:
    likelihood = found.likelihood
    if likelihood is not None and not math.isfinite(likelihood):
        likelihood = None  # JSON has no word for it
    database().execute(
        "UPDATE event SET gpstime = ?, far = ?, instruments = ?, nevents = ?, likelihood = ?,"
        " extra = ? WHERE id = ?",
        (
            found.gpstime,
            found.far,
            found.instruments,
            found.nevents,
            likelihood,
            json.dumps(found.extra),
            event["id"],
        ),
    )
