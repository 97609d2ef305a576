"""The creation form: what it must hold, checked in the server's order with Django's texts."""

from __future__ import annotations

import re
from typing import Any, List, Optional, Sequence, Tuple

from .. import vocabulary
from ..answers import Refusal, error, raw
from ..bodies import Body
from ..web import current_user, dialect, premises

_REQUIRED = "This field is required."
_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."
_NO_SUCH = "Select a valid choice. {} is not one of the available choices."
_REPLAY_ID = re.compile(r"[A-Za-z0-9_-]{1,30}")
_CHOICES = (
    ("group", vocabulary.GROUPS),
    ("pipeline", vocabulary.PIPELINES),
    ("search", vocabulary.SEARCHES),
)
_OUT_OF_SERVICE = {
    "deprecated": (
        "The {} pipeline is no longer supported in GraceDB. Please contact an administrator to"
        " re-enable support."
    ),
    "unapproved": (
        "The {} pipeline is not approved to upload to GraceDB. Contact an administrator to"
        " enable uploads"
    ),
}
_DISABLED = (
    "The {} pipeline has been temporarily disabled by an EM advocate due to suspected misbehavior."
)


def text(body: Body, name: str) -> Optional[str]:
    """A field's text; None when it is absent or empty."""
    value = body.one(name)
    return None if value is None or value == "" else str(value)


def check(body: Body, *, file: bool) -> None:
    """Refuse an upload that may not be, or a form that is not right."""
    _check_pipeline(body)
    problems = [*(_file_problems(body) if file else ()), *_field_problems(body)]
    if problems:
        raise _complaints(problems)


def check_data(body: Body) -> None:
    """Refuse data for a reserved event when its file or its labels are not right."""
    problems = [*_file_problems(body), *_label_problems(body)]
    if problems:
        raise _complaints(problems)


def _complaints(problems: Sequence[Tuple[str, str]]) -> Refusal:
    """400 with (field, message) pairs as the form writes them."""
    return Refusal(400, {"errors": [f"{field}: * {message}" for field, message in problems]})


def offline(body: Body) -> bool:
    """The checkbox: these texts are false, and so is its absence."""
    return text(body, "offline") not in (None, "False", "false", "0")


def replay_id(body: Body) -> Tuple[Optional[str], List[str]]:
    """The replay id, which only 2.36 knows, and a warning when it is malformed."""
    given = text(body, "replay_id") if dialect().renewed else None
    if given is None or _REPLAY_ID.fullmatch(given):
        return given, []
    return None, [f"Ignoring malformed replay_id '{given}'"]


def content_id(body: Body) -> Optional[str]:
    """The UUID a client made of the data; unknown to 2.33."""
    given = text(body, "content_id")
    return given.lower() if given and premises().generation != "2.33" else None


def _check_pipeline(body: Body) -> None:
    pipeline = str(body.one("pipeline"))
    state = premises().pipelines.get(pipeline, "enabled")
    if state in _OUT_OF_SERVICE:
        raise raw(400, _OUT_OF_SERVICE[state].format(pipeline))
    # Anybody who is somebody may try things out in group Test.
    if body.one("group") == "Test":
        return
    if pipeline not in vocabulary.PIPELINES:
        raise error(400, "Please provide a valid pipeline.")
    if pipeline not in current_user().pipelines:
        raise raw(403, "You don't have permission on this pipeline.")
    if state == "disabled" and body.one("search") != "MDC":
        raise raw(400, _DISABLED.format(pipeline))


def _file_problems(body: Body) -> List[Tuple[str, str]]:
    upload = body.files.get("eventFile")
    if upload is None:
        return [("eventFile", _REQUIRED)]
    return [] if upload.size else [("eventFile", "The submitted file is empty.")]


def _field_problems(body: Body) -> List[Tuple[str, str]]:
    problems = []
    for name, choices in _CHOICES:
        value: Any = text(body, name)
        if value is None and name != "search":
            problems.append((name, _REQUIRED))
        elif value is not None and value not in choices:
            problems.append((name, _NO_CHOICE))
    return problems + _label_problems(body)


def _label_problems(body: Body) -> List[Tuple[str, str]]:
    unknown = [name for name in wanted_labels(body) if name not in vocabulary.LABELS]
    # Django stops at the first label it does not know.
    return [("labels", _NO_SUCH.format(name)) for name in unknown[:1]]


def wanted_labels(body: Body) -> List[str]:
    """The labels asked for; an empty value asks for none."""
    return [str(name) for name in body.many("labels") if name != ""]
