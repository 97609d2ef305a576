"""Making an event of a file, replacing its data, reserving an id to upload to later."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict, List, Optional

from flask import Response

from ..annotations import add_label
from ..answers import Refusal, created, empty, error, raw, server_error_page
from ..bodies import MULTIPART, Body, read_body
from ..ids import graceid
from ..multipart import Upload
from ..rights import grant_defaults
from ..superevents.rules import PROTECTED
from ..web import current_user, database, link, now
from . import forms
from .labels import PROTECTED_TEXT, already
from .lookup import again, event_for, subject
from .neighbourhood import dictionary
from .uploads import absorb, prepare


def create() -> Response:
    """POST events/: an event from a file."""
    body = read_body((MULTIPART,))
    if body.one("pipeline") is None:
        return server_error_page()  # the server's view indexes its form
    forms.check(body, file=True)
    upload = _named(body)
    prepared = prepare(str(body.one("pipeline")), upload, body.values)
    replay_id, warnings = forms.replay_id(body)
    event = _insert(body, replay_id, status="uploaded")
    absorb(event, prepared, "Original Data")
    return _created(event, [*warnings, *prepared.ingested.warnings, *_label(event, body)])


def replace(gid: str) -> Response:
    """PUT events/{gid}: better data, from whoever submitted it."""
    event = event_for(gid)
    user = current_user()
    if event["submitter"] != user.username:
        them = event["submitter"]
        raise raw(403, f"You did not create this event. You ({user.username}) Them ({them})")
    body = read_body((MULTIPART,))
    upload = body.files.get("eventFile")
    if upload is None or "," in upload.name:
        return server_error_page()  # as the server's view does
    previous = json.loads(event["extra"])
    prepared = prepare(event["pipeline"], upload, _form(event, body), previous=previous)
    absorb(again(database(), event), prepared, "Event data replaced by new upload")
    return empty(202)


def reserve() -> Response:
    """POST events/reserve/: an id now, its data later (2.36)."""
    body = read_body()
    forms.check(body, file=False)
    replay_id, problems = forms.replay_id(body)
    if problems:
        raise error(400, problems[0].replace("Ignoring m", "M"))
    return _created(_insert(body, replay_id, status="reserved"), [])


def fill(gid: str) -> Response:
    """POST events/{gid}/upload/: the data of a reserved event (2.36)."""
    event = event_for(gid)
    body = read_body((MULTIPART,))
    forms.check_data(body)
    upload = _named(body)
    prepared = prepare(event["pipeline"], upload, _form(event, body))
    event = again(database(), event)
    if event["status"] != "reserved":
        raise error(409, f"Event {graceid(event)} already has its data")
    absorb(event, prepared, "Original Data")
    database().execute("UPDATE event SET status = 'uploaded' WHERE id = ?", (event["id"],))
    return _created(event, [*prepared.ingested.warnings, *_label(event, body)])


def _named(body: Body) -> Upload:
    """The file of a checked form, unless its name holds what separates versions."""
    upload = body.files["eventFile"]
    if "," in upload.name:
        problem = f"Problem creating event (File name '{upload.name}' contains a comma)"
        raise Refusal(400, {"warnings": [problem]})
    return upload


def _form(event: sqlite3.Row, body: Body) -> Dict[str, Any]:
    """The form as it was when the event was made; later uploads do not repeat it."""
    return {**body.values, "search": [event["search"] or ""]}


def _insert(body: Body, replay_id: Optional[str], *, status: str) -> sqlite3.Row:
    search = forms.text(body, "search")
    cursor = database().execute(
        "INSERT INTO event (group_name, pipeline, search, submitter, created, offline, replay_id,"
        " content_id, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            forms.text(body, "group"),
            forms.text(body, "pipeline"),
            search,
            current_user().username,
            now(),
            forms.offline(body),
            replay_id,
            forms.content_id(body),
            status,
        ),
    )
    grant_defaults(database(), int(cursor.lastrowid or 0), search=search)
    return again(database(), {"id": cursor.lastrowid})


def _label(event: sqlite3.Row, body: Body) -> List[str]:
    """Apply the labels asked for; a protected one ends it, as a warning."""
    warnings: List[str] = []
    for name in forms.wanted_labels(body):
        if name in PROTECTED:
            problem = PROTECTED_TEXT.format(name, "applied")
            return [*warnings, f"Problem scanning data. No alert issued ({problem})"]
        if not add_label(database(), subject(event), name, creator=current_user().username):
            warnings.append(already(event, name))
    return warnings


def _created(event: sqlite3.Row, warnings: List[str]) -> Response:
    event = again(database(), event)
    shown = {**dictionary(database(), event), "warnings": warnings}
    return created(shown, link(f"events/{graceid(event)}"))
