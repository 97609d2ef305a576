"""The differences from the legacy SDK that are meant, each a function that says why.

Each turns what the SDK said into what this client says instead, or returns it unchanged where it
has nothing to say. What results must be exactly what this client says; one that changes nothing any
more is an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import uuid
from dataclasses import replace
from importlib.metadata import version
from typing import (
    Any,
    Callable,
    List,
    Mapping,
    MutableMapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from .transcript import Heard, Part, Spoken, by_name

Transcript = Mapping[str, Spoken]
Difference = Callable[[str, Spoken, Transcript], Spoken]


def each_request(edit: Callable[[Heard], Heard], spoken: Spoken) -> Spoken:
    """Change every request of a call."""
    return replace(spoken, requests=tuple(edit(request) for request in spoken.requests))


def straight_to_the_slash(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """The SDK asks superevent paths without their final slash and follows the redirect.

    A write that is redirected may arrive as a GET (302) or without its body (301), so this client
    asks the right path at once and follows no redirect when it writes.
    """
    requests = list(spoken.requests)
    while len(requests) > 1 and requests[1].path == (*requests[0].path, ""):
        del requests[0]
    return replace(spoken, requests=tuple(requests))


def names_itself(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """Each client has a User-Agent of its own."""
    agent = (
        f"gracedb-core/{version('gracedb-core')} python/{sys.version_info[0]}.{sys.version_info[1]}"
    )
    return each_request(
        lambda request: replace(request, headers={**request.headers, "user-agent": agent}), spoken
    )


def identifies_content(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """An upload carries a content id, as ligo-gracedb's does, by which newer servers know it.

    It lets a client find out whether an upload whose answer was lost has arrived.
    """

    def identify(request: Heard) -> Heard:
        uploads = [part for part in request.body.parts if part.name == "eventFile"]
        if request.method != "POST" or not uploads:
            return request
        digest = hashlib.sha256(uploads[0].content).digest()
        made = Part("content_id", None, "", str(uuid.UUID(bytes=digest[:16])).encode())
        parts = by_name([made, *request.body.parts])
        return replace(request, body=replace(request.body, parts=parts))

    return each_request(identify, spoken)


def returns_values(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """The SDK hands out the raw response of what it sends by PUT or PATCH; this client a value.

    What is JSON inside JSON, such as `"{}"`, is decoded to the end.
    """
    if spoken.kind != "requests.Response":
        return spoken
    value = json.loads(spoken.value) if spoken.value else None
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    return replace(spoken, kind=type(value).__name__, value=value)


def leaves_out_none(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """The SDK leaves out arguments that are None, except in the JSON of a log without a file."""

    def leave_out(request: Heard) -> Heard:
        if request.body.kind != "application/json":
            return request
        document = {key: value for key, value in request.body.document.items() if value is not None}
        return replace(request, body=replace(request.body, document=document))

    return each_request(leave_out, spoken)


#: The classes of the error that refuses an argument before anything is sent.
INPUT_ERROR = ["InputError", "GraceDBError", "ValueError", "Exception", "BaseException", "object"]

#: What the SDK cannot write as JSON, or has no category for, and what is sent for it, beyond the
#: document of a plain `superevents.create`.
UNDERSTOOD: Mapping[str, Mapping[str, Any]] = {
    "superevents.create labels set": {"labels": ["INJ"]},
    "superevents.create events set": {"events": ["T2"]},
    "superevents.create Decimal": {"t_0": 2.5},
    "superevents.create external": {"preferred_event": "E1", "category": "P"},
}


def understands_more(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """Sets and other kinds of numbers are fit for JSON too, and the server judges external events.

    The SDK raises a bare TypeError or KeyError before it sends anything.
    """
    if name not in UNDERSTOOD or spoken.kind != "error":
        return spoken
    plain = legacy["superevents.create"]
    (request,) = plain.requests
    document = {**request.body.document, **UNDERSTOOD[name]}
    return replace(
        plain, requests=(replace(request, body=replace(request.body, document=document)),)
    )


def refuses_names_that_get_lost(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """A file whose name holds a comma is dropped by the server, which answers 201 all the same.

    A quote cannot be written in a multipart body at all: the SDK's `%22` becomes the name.
    """
    if not name.endswith(("comma in name", "quote in name")):
        return spoken
    return Spoken((), "error", INPUT_ERROR)


def leaves_folders_at_home(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """The server keeps a name without its folders; the SDK sends them where contents are given."""

    def shorten(request: Heard) -> Heard:
        parts = tuple(
            part._replace(filename=part.filename and os.path.basename(part.filename))
            for part in request.body.parts
        )
        return replace(request, body=replace(request.body, parts=parts))

    return each_request(shorten, spoken)


def says_what_is_wrong(name: str, spoken: Spoken, legacy: Transcript) -> Spoken:
    """An unknown type of VOEvent is a ValueError that says so; in the SDK, a KeyError."""
    if spoken.kind != "error" or spoken.value[0] != "KeyError":
        return spoken
    return replace(spoken, value=INPUT_ERROR)


DIFFERENCES: List[Difference] = [
    understands_more,
    refuses_names_that_get_lost,
    leaves_folders_at_home,
    says_what_is_wrong,
    leaves_out_none,
    straight_to_the_slash,
    names_itself,
    identifies_content,
    returns_values,
]


#: Those that are left under the legacy import name.
OF_THE_DROP_IN = [each for each in DIFFERENCES if each is not returns_values]


def expected(
    name: str,
    legacy: Transcript,
    *,
    differences: Sequence[Difference] = DIFFERENCES,
    used: Optional[MutableMapping[object, int]] = None,
) -> Spoken:
    """What this client should say and return in a call, given what the SDK did."""
    used = {} if used is None else used
    spoken = legacy[name]
    for difference in differences:
        edited = difference(name, spoken, legacy)
        used[difference] = used.get(difference, 0) + (edited != spoken)
        spoken = edited
    return spoken


def expected_of_official(spoken: Spoken) -> Tuple[Heard, ...]:
    """What this client should say instead of ligo-gracedb.

    That client reads its URLs from the root document before its first call. This one has a table
    of routes, so that constructing it, or making one call, costs no further request.
    """
    root, *requests = names_itself("", spoken, {}).requests
    assert (root.method, root.path) == ("GET", ("",))
    return tuple(requests)


class Otherwise(NamedTuple):
    """What the drop-in does in a step of `stories` where the SDK does something else, and why."""

    reason: str
    #: What it raises, or the kind of what it gives.
    outcome: str


_AT_ONCE = (
    "What the server answers with a failure of its own, or after half the work, is refused before "
    "it is sent."
)
_SAYS_WHICH = "The sentence says which types there are; the SDK's bare KeyError does not."
_UNUSABLE = "A credential that cannot be used is a ValueError, whatever is wrong with it."
_TAKEN_AWAY = (
    "Earlier releases of the SDK had these arguments and newer ones document them; the libraries "
    "that it now stands on refuse them."
)
_NEWER_LISTS = "Newer servers name and spell these lists otherwise, which the SDK does not know."
#: To be looked up by generation of the server; "" for all of them.
STEPS_OTHERWISE: Mapping[str, Mapping[str, Otherwise]] = {
    "": {
        "events.create without a pipeline": Otherwise(_AT_ONCE, "ValueError"),
        "event.logs.create without a comment": Otherwise(_AT_ONCE, "ValueError"),
        "superevent.logs.create without a comment": Otherwise(_AT_ONCE, "ValueError"),
        "event.voevents.create unknown": Otherwise(_SAYS_WHICH, "ValueError"),
        "superevent.voevents.create unknown": Otherwise(_SAYS_WHICH, "ValueError"),
        "event.voevents.create nothing": Otherwise(_SAYS_WHICH, "TypeError"),
        "superevent.voevents.create nothing": Otherwise(_SAYS_WHICH, "TypeError"),
        "a missing token": Otherwise(_UNUSABLE, "ValueError"),
        "a missing certificate": Otherwise(_TAKEN_AWAY, "ValueError"),
        "cert_reload": Otherwise(_TAKEN_AWAY, "str"),
        "cert_reload_timeout": Otherwise(_TAKEN_AWAY, "str"),
        "used after": Otherwise(
            "A client that was closed stays closed: it would open connections that nobody closes.",
            "RuntimeError",
        ),
    },
    "2.33": {},
    "2.36": {
        "event.logs.get": Otherwise(_NEWER_LISTS, "list"),
        "superevent.logs.get": Otherwise(_NEWER_LISTS, "list"),
        "superevent logs exposed": Otherwise(_NEWER_LISTS, "list"),
        "event.files.get": Otherwise(_NEWER_LISTS, "dict"),
        "superevent.files.get": Otherwise(_NEWER_LISTS, "dict"),
    },
}
