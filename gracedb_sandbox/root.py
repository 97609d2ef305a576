"""The root document, and what hangs directly below the root: user-info, tags, performance."""

from __future__ import annotations

from typing import Any, Dict

from flask import Blueprint, Response

from . import vocabulary
from .answers import answer, raw
from .clock import utc_text
from .routes import resource
from .web import current_user, database, dialect, link, now, premises

views = Blueprint("root", __name__)

_EVENT = "events/{graceid}"
_SUPEREVENT = "superevents/{superevent_id}/"
_TEMPLATES = {
    "event-detail-template": f"{_EVENT}",
    "event-log-template": f"{_EVENT}/log/",
    "event-log-detail-template": f"{_EVENT}/log/{{N}}",
    "event-label-template": f"{_EVENT}/labels/{{label}}",
    "files-template": f"{_EVENT}/files/{{filename}}",
    "taglist-template": f"{_EVENT}/log/{{N}}/tag/",
    "tag-template": f"{_EVENT}/log/{{N}}/tag/{{tag_name}}",
    "voevent-list-template": f"{_EVENT}/voevent/",
    "voevent-detail-template": f"{_EVENT}/voevent/{{N}}",
    "emobservation-list-template": f"{_EVENT}/emobservation/",
    "emobservation-detail-template": f"{_EVENT}/emobservation/{{N}}",
    "embb-event-log-template": f"{_EVENT}/embb/",
    "signoff-list-template": f"{_EVENT}/signoff/",
    "update-grbevent-template": f"{_EVENT}/update-grbevent/",
    "gwtc-number-list": "gwtc/{number}/",
    "gwtc-version-detail": "gwtc/{number}/{version}/",
    "superevent-detail-template": _SUPEREVENT,
    "superevent-event-list-template": f"{_SUPEREVENT}events/",
    "superevent-event-detail-template": f"{_SUPEREVENT}events/{{graceid}}/",
    "superevent-pipeline-preferred-event-list-template": (
        f"{_SUPEREVENT}pipeline_preferred_events/"
    ),
    "superevent-pipeline-preferred-event-detail-template": (
        f"{_SUPEREVENT}pipeline_preferred_events/{{graceid}}/"
    ),
    "superevent-label-list-template": f"{_SUPEREVENT}labels/",
    "superevent-label-detail-template": f"{_SUPEREVENT}labels/{{label_name}}/",
    "superevent-log-list-template": f"{_SUPEREVENT}logs/",
    "superevent-log-detail-template": f"{_SUPEREVENT}logs/{{N}}/",
    "superevent-log-tag-list-template": f"{_SUPEREVENT}logs/{{N}}/tags/",
    "superevent-log-tag-detail-template": f"{_SUPEREVENT}logs/{{N}}/tags/{{tag_name}}/",
    "superevent-file-list-template": f"{_SUPEREVENT}files/",
    "superevent-file-detail-template": f"{_SUPEREVENT}files/{{file_name}}",
    "superevent-voevent-list-template": f"{_SUPEREVENT}voevents/",
    "superevent-voevent-detail-template": f"{_SUPEREVENT}voevents/{{N}}/",
    "superevent-emobservation-list-template": f"{_SUPEREVENT}emobservations/",
    "superevent-emobservation-detail-template": f"{_SUPEREVENT}emobservations/{{N}}/",
    "superevent-confirm-as-gw-template": f"{_SUPEREVENT}confirm-as-gw/",
    "superevent-signoff-list-template": f"{_SUPEREVENT}signoffs/",
    "superevent-signoff-detail-template": f"{_SUPEREVENT}signoffs/{{typeinst}}/",
    "superevent-permission-list-template": f"{_SUPEREVENT}permissions/",
    "superevent-permission-modify-template": f"{_SUPEREVENT}permissions/modify/",
}
_RENEWED_TEMPLATES = {
    "event-reserve-template": "events/reserve/",
    "event-upload-template": f"{_EVENT}/upload/",
    "superevent-notice-list-template": f"{_SUPEREVENT}notices/",
    "superevent-notice-detail-template": f"{_SUPEREVENT}notices/{{N}}/",
}
_LINKS = ("superevents", "events", "gwtc")


def _document() -> Response:
    renewed = dialect().renewed
    base = link()
    templates = {**_TEMPLATES, **(_RENEWED_TEMPLATES if renewed else {})}
    body: Dict[str, Any] = {
        "links": {
            **{name: f"{base}{name}/" for name in _LINKS},
            "self": base,
            "performance": f"{base}performance/",
            "user-info": f"{base}user-info/",
        },
        "templates": {name: base + pattern for name, pattern in templates.items()},
        "groups": vocabulary.GROUPS,
        "pipelines": vocabulary.PIPELINES,
        "searches": vocabulary.SEARCHES,
        "labels": vocabulary.LABELS,
        "em-groups": vocabulary.EM_GROUPS,
        "wavebands": vocabulary.WAVEBANDS,
        "eel-statuses": vocabulary.EEL_STATUSES,
        "obs-statuses": vocabulary.OBSERVATION_STATUSES,
        "superevent-categories": vocabulary.SUPEREVENT_CATEGORIES,
        "signoff-types": vocabulary.SIGNOFF_TYPES,
        "signoff-statuses": vocabulary.SIGNOFF_STATUSES,
        "instruments": vocabulary.INSTRUMENTS,
        "voevent-types": vocabulary.VOEVENT_TYPES,
        "api-versions": vocabulary.API_VERSIONS,
        "API_VERSIONS": vocabulary.API_VERSIONS,
        "server-version": vocabulary.SERVER_VERSIONS[premises().generation],
    }
    if premises().generation != "2.33":
        body["api-default"] = "v2"
    if renewed:
        del body["em-groups"], body["instruments"]
    return answer(body)


def _user_info(**_: str) -> Response:
    user = current_user()
    if user.anonymous:
        return answer({"username": user.username})
    return answer(
        {
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "is_internal_user": user.internal,
            "upload_to_pipeline": [p for p in vocabulary.PIPELINES if p in user.pipelines],
        }
    )


def _tags(**_: str) -> Response:
    rows = database().execute("SELECT * FROM tag ORDER BY rowid").fetchall()
    shown = {
        row["name"]: {"displayName": row["display_name"], "blessed": bool(row["blessed"])}
        for row in rows
    }
    return answer({"tags": shown})


def _performance(**_: str) -> Response:
    if not current_user().belongs("internal_users", "executives"):
        raise raw(403, "Forbidden")

    # The sandbox keeps no statistics of itself; the keys are there for clients that read them.
    return answer(
        {
            "summaries": {},
            "current_time": utc_text(now()),
            "totals_by_status": {},
            "totals_by_method": {},
        }
    )


resource(views, "/", GET=_document)
# These three have no end anchor on the server: whatever follows matches too.
for _path, _view in (("user-info", _user_info), ("tag", _tags), ("performance", _performance)):
    resource(views, f"/{_path}/", GET=_view)
    resource(views, f"/{_path}/<path:rest>", GET=_view)
