"""Making, reading, changing and confirming one superevent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from ..answers import answer
from ..bodies import read_body
from ..routes import resource
from ..vocabulary import SUPEREVENT_CATEGORIES
from ..web import current_user, database
from . import changes, fields
from .access import managing
from .desk import read, read_event, read_label, require, require_login, stated, top_level
from .document import superevent_document
from .fields import Field
from .search import find, find_structured

views = Blueprint("superevents", __name__)

_FAR = fields.number()
_GW_ID = Field("gw_id", fields.text(25), required=False)


def _read_labels(values: Any) -> Any:
    # Unlike the list of events, a bad label is answered by its text.
    return list(dict.fromkeys(map(read_label, values)))


_TIMES = tuple(Field(name, fields.decimal) for name in ("t_start", "t_0", "t_end"))
_CREATION = (
    *_TIMES,
    Field("preferred_event", read_event),
    Field("category", fields.choice(list(SUPEREVENT_CATEGORIES))),
    Field("events", fields.items(read_event), required=False, many=True, default=()),
    Field("labels", _read_labels, required=False, many=True, commas=False, default=()),
)
_LATER = (
    Field("em_type", fields.text(100), required=False, null=True),
    Field("time_coinc_far", _FAR, required=False, null=True),
    Field("space_coinc_far", _FAR, required=False, null=True),
    _GW_ID,
)
_UPDATE = (
    *(Field(each.name, each.reader, required=False) for each in _TIMES),
    Field("preferred_event", read_event, required=False),
    *_LATER,
)


def _create() -> Response:
    require_login()
    # The right depends on the category, so the body is read before it is judged.
    body = read_body()
    category = str(body.one("category"))
    require(managing("create {}superevents", category))
    given = read(_CREATION, body)
    # The server passes these on to a routine that does not take them, and fails.
    early = [each.name for each in _LATER if body.one(each.name) is not None]
    if early:
        raise stated(f"{', '.join(early)} cannot be given to a superevent that is being created.")
    made = changes.create(database(), given, submitter=current_user().username)
    return answer(superevent_document(database(), made), 201)


def _get(sid: str) -> Response:
    return answer(superevent_document(database(), top_level(sid).row))


def _update(sid: str) -> Response:
    require_login()
    body = read_body()
    here = top_level(sid)
    require(managing("change {}superevents", here.row["category"]))
    row = changes.update(here, read(_UPDATE, body))
    return answer(superevent_document(database(), row))


def _confirm(sid: str) -> Response:
    require_login()
    body = read_body()
    here = top_level(sid)
    require(managing("confirm {}superevents as GWs", here.row["category"]))
    # The clients' documentation says 204; the server answers 200 and the object.
    row = changes.confirm(here, read([_GW_ID], body).get("gw_id") or "")
    return answer(superevent_document(database(), row))


resource(views, "/superevents/", GET=find, POST=_create)
resource(views, "/superevents/search/", POST=find_structured, GET=lambda: _get("search"))
resource(views, "/superevents/<sid>/", GET=_get, PATCH=_update)
resource(views, "/superevents/<sid>/confirm-as-gw/", POST=_confirm)
