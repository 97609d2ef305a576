"""THE ROUTE TABLE: how GraceDB spells things, and the only place that knows.

Two columns, events and superevents. Where the two cells of a row differ, that is a quirk of the
server. Paths are below the API root; each ``{}`` takes one quoted key. A row's name is the way
there in Python, from an object (``logs[].tags`` is ``client.events[id].logs[3].tags``) or, with a
slash before it, from the client (``/gwtc[]`` is ``client.gwtc[4]``); ``/*`` is ``client.events`` or
``client.superevents``.
"""

# ruff: noqa: N802  the names of cells are what they send

from __future__ import annotations

from enum import Enum
from typing import Any, Callable, Mapping, Optional, Tuple, Union

from . import _answers as answers
from ._ids import Kind
from ._retry import Repeat
from ._values import Value

__all__ = ["ROUTES", "Cell", "Encoding", "Row", "Trace"]


class Encoding(Enum):
    """How fields are written into a body."""

    NONE = "none"
    JSON = "JSON"
    FORM = "form"
    MULTIPART = "multipart"
    #: JSON, or multipart where a file goes along.
    JSON_OR_MULTIPART = "JSON or multipart"


class Trace(Enum):
    """What a write leaves on the server, by which it is recognised when its answer was lost."""

    #: Nothing that could be told from what others do.
    NONE = "none"
    #: Something with a name, there or not.
    NAMED = "named"
    #: The values of fields.
    FIELDS = "fields"
    #: A signoff.
    SIGNED = "signed"
    #: A gravitational wave's id.
    CONFIRMED = "confirmed"
    #: The data of an event that was reserved.
    UPLOADED = "uploaded"
    #: An event, known by the bytes of its file.
    EVENT = "event"
    #: The superevent of an event.
    SUPEREVENT = "superevent"
    #: A message about the new data of an event.
    DATA = "data"
    #: An item of a list, known by its words.
    ITEM = "item"


class Cell(Value):
    """One call: what is sent, what its answer means, and whether it may be sent twice."""

    method: str
    encoding: Encoding = Encoding.NONE
    #: Where the name given to the call goes: "path" (of the row ``…[]``), or a field of the body.
    named: str = ""
    answer: Callable[[Any], Any] = answers.thing
    repeat: Repeat = Repeat.NEVER
    #: Whether the answer's body is a file to read rather than JSON.
    is_file: bool = False
    #: How to see afterwards whether a write was carried out, and what it then answers, made of
    #: what is there.
    trace: Trace = Trace.NONE
    found: Callable[[Any], Any] = answers.whole


class Row(Value):
    """One node of the tree, in both columns; None where the server has no such thing."""

    name: str
    paths: Mapping[Kind, Optional[str]]
    calls: Mapping[str, Mapping[Kind, Optional[Cell]]]


Cells = Union[Cell, Tuple[Optional[Cell], Optional[Cell]]]


def node(name: str, event: Optional[str], superevent: Optional[str], **calls: Cells) -> Row:
    """Write one row; a single cell stands for both columns."""
    cells = {}
    for verb, pair in calls.items():
        left, right = (pair, pair) if isinstance(pair, Cell) else pair
        cells[verb] = {
            Kind.EVENT: left if event is not None else None,
            Kind.SUPEREVENT: right if superevent is not None else None,
        }
    return Row(name, {Kind.EVENT: event, Kind.SUPEREVENT: superevent}, cells)


def site(name: str, path: str, **calls: Cell) -> Row:
    """Write a row for what belongs to neither column."""
    return node(name, path, path, **calls)


def GET(answer: Callable[[Any], Any] = answers.thing) -> Cell:
    """Read; may be repeated freely."""
    return Cell("GET", answer=answer, repeat=Repeat.FREELY)


def LIST(*keys: str) -> Cell:
    """Read a list out of its envelope, under whichever of *keys* this generation uses."""
    return GET(answers.listed(*keys))


def PAGES(key: str) -> Cell:
    """Read a list page by page."""
    return GET(answers.page(key))


FILE = Cell("GET", repeat=Repeat.FREELY, is_file=True)

JSON, FORM = Encoding.JSON, Encoding.FORM
MULTIPART, JSON_OR_MULTIPART = Encoding.MULTIPART, Encoding.JSON_OR_MULTIPART

#: The events' label and tag answers are JSON strings, sometimes with JSON inside.
PUT_LABEL = Cell(
    "PUT",
    FORM,
    named="path",
    answer=answers.unwrapped_twice,
    repeat=Repeat.ONCE,
    trace=Trace.NAMED,
    found=answers.empty,
)
PUT_TAG = PUT_LABEL.replaced(found=answers.whole)
POST_NAMED = Cell("POST", FORM, named="name", repeat=Repeat.ONCE, trace=Trace.NAMED)
POST_EVENT_FORM = POST_NAMED.replaced(named="event")
POST_EVENT_JSON = POST_EVENT_FORM.replaced(encoding=JSON)
DELETE_NAMED = Cell(
    "DELETE", named="path", answer=answers.nothing, repeat=Repeat.ONCE, trace=Trace.NAMED
)
POST_EVENT = Cell("POST", MULTIPART, answer=answers.made("graceid"), trace=Trace.EVENT)
POST_SUPEREVENT = Cell("POST", JSON, answer=answers.made("superevent_id"), trace=Trace.SUPEREVENT)
PUT_DATA = Cell("PUT", MULTIPART, answer=answers.nothing, trace=Trace.DATA, found=answers.nothing)
POST_DATA = Cell("POST", MULTIPART, repeat=Repeat.ONCE, trace=Trace.UPLOADED)
PATCH_JSON = Cell("PATCH", JSON, repeat=Repeat.ONCE, trace=Trace.FIELDS)
PATCH_FORM = PATCH_JSON.replaced(encoding=FORM)
CONFIRM = Cell("POST", FORM, repeat=Repeat.ONCE, trace=Trace.CONFIRMED)
POST_SIGNOFF = Cell("POST", FORM, repeat=Repeat.ONCE, trace=Trace.SIGNED)
PATCH_SIGNOFF = Cell("PATCH", FORM, named="path", repeat=Repeat.ONCE, trace=Trace.SIGNED)
POST_FORM = Cell("POST", FORM)
POST_ITEM = Cell("POST", FORM, trace=Trace.ITEM)
POST_ITEM_JSON = Cell("POST", JSON, trace=Trace.ITEM)
POST_ITEM_FILE = Cell("POST", MULTIPART, trace=Trace.ITEM)
POST_LOG = Cell("POST", JSON_OR_MULTIPART, answer=answers.made("N"), trace=Trace.ITEM)
#: Exposing what is exposed changes nothing.
POST_SWITCH = Cell("POST", FORM, answer=answers.nothing, repeat=Repeat.FREELY)

_ROWS = (
    # the way there         events                         superevents
    node("/*",         "events/",                     "superevents/",
         get=GET(),
         search=(PAGES("events"), PAGES("superevents")),
         create=(POST_EVENT, POST_SUPEREVENT)),
    node("/*[]",          "events/{}",                   "superevents/{}/",
         get=GET(),
         update=(PUT_DATA, PATCH_JSON)),
    node("reserve",         "events/reserve/",             None,
         create=POST_FORM),
    node("upload",          "events/{}/upload/",           None,
         create=POST_DATA),
    node("update_grbevent", "events/{}/update-grbevent/",  None,
         update=PATCH_FORM),
    node("confirm_as_gw",   None,                          "superevents/{}/confirm-as-gw/",
         create=CONFIRM),
    node("neighbors",       "events/{}/neighbors/",        None,
         get=LIST("neighbors")),
    node("tags",            "events/{}/tag/",              None,
         get=LIST("tags")),
    node("tags[]",          "events/{}/tag/{}",            None,
         get=GET()),
    node("events",          None,                          "superevents/{}/events/",
         get=LIST("events"), create=POST_EVENT_FORM, delete=DELETE_NAMED),
    node("events[]",        None,                          "superevents/{}/events/{}/",
         get=GET()),
    node("pipeline_preferred_events", None,
         "superevents/{}/pipeline_preferred_events/",
         get=GET(answers.graceids), create=POST_EVENT_JSON, delete=DELETE_NAMED),
    node("pipeline_preferred_events[]", None,
         "superevents/{}/pipeline_preferred_events/{}/",
         get=GET()),
    node("labels",          "events/{}/labels/",           "superevents/{}/labels/",
         get=LIST("labels"), create=(PUT_LABEL, POST_NAMED), delete=DELETE_NAMED),
    node("labels[]",        "events/{}/labels/{}",         "superevents/{}/labels/{}/",
         get=GET()),
    node("logs",            "events/{}/log/",              "superevents/{}/logs/",
         get=LIST("log", "logs"), create=POST_LOG),
    node("logs[]",          "events/{}/log/{}",            "superevents/{}/logs/{}/",
         get=GET()),
    node("logs[].tags",     "events/{}/log/{}/tag/",       "superevents/{}/logs/{}/tags/",
         get=LIST("tags"), create=(PUT_TAG, POST_NAMED), delete=DELETE_NAMED),
    node("logs[].tags[]",   "events/{}/log/{}/tag/{}",     "superevents/{}/logs/{}/tags/{}/",
         get=GET()),
    node("files",           "events/{}/files/",            "superevents/{}/files/",
         get=GET(answers.file_urls)),
    node("files[]",         "events/{}/files/{}",          "superevents/{}/files/{}",
         get=FILE),
    node("voevents",        "events/{}/voevent/",          "superevents/{}/voevents/",
         get=LIST("voevents"), create=POST_ITEM),
    node("voevents[]",      "events/{}/voevent/{}",        "superevents/{}/voevents/{}/",
         get=GET()),
    node("emobservations",  "events/{}/emobservation/",    "superevents/{}/emobservations/",
         get=LIST("observations", "emobservations"), create=POST_ITEM_JSON),
    node("emobservations[]", "events/{}/emobservation/{}", "superevents/{}/emobservations/{}/",
         get=GET()),
    node("signoffs",        "events/{}/signoff/",          "superevents/{}/signoffs/",
         get=LIST("signoffs"), create=(None, POST_SIGNOFF),
         update=(None, PATCH_SIGNOFF),
         delete=(None, DELETE_NAMED)),
    node("signoffs[]",      None,                          "superevents/{}/signoffs/{}/",
         get=GET()),
    node("permissions",     "events/{}/perms/",            "superevents/{}/permissions/",
         get=GET(answers.permissions)),
    node("permissions[]",   "events/{}/perms/{}/",         None,
         get=LIST("groupeventpermissions")),
    node("exposure",        None,                          "superevents/{}/permissions/modify/",
         create=POST_SWITCH),
    node("notices",         None,                          "superevents/{}/notices/",
         get=LIST("notices"), create=POST_ITEM_FILE),
    node("notices[]",       None,                          "superevents/{}/notices/{}/",
         get=GET()),
    # what belongs to neither
    site("/",            "",           get=GET()),
    site("/user_info",       "user-info/", get=GET()),
    site("/tags",       "tag/",       get=GET(answers.site_tags)),
    site("/gwtc",            "gwtc/",      search=PAGES("results"), create=POST_ITEM_JSON),
    site("/gwtc[]",          "gwtc/{}/",   search=PAGES("results")),
    site("/gwtc[][]",        "gwtc/{}/{}/", get=GET()),
)  # fmt: skip

ROUTES: Mapping[str, Row] = {row.name: row for row in _ROWS}
