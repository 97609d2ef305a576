"""Whatever is found where a lost write is looked for: an answer, or one of our errors."""

from __future__ import annotations

import contextlib
import json
from typing import Any, Dict

from hypothesis import given
from hypothesis import strategies as st

from gracedb_core.errors import ConnectionLost, GraceDBError, OutcomeUnknown

from ..core.scripted import Told, reply
from .calls import every_call
from .hostile import VALUES, examples

#: What may be looked for, since it is no read.
WRITES = [call for call in every_call() if call.name.split()[-1] not in ("get", "search")]

#: Something that is like all that is written, so that looking for it goes on to the end.
ALIKE: Dict[str, Any] = {
    **dict.fromkeys(("username", "issuer", "submitter", "creator"), "me"),
    **dict.fromkeys(("graceid", "preferred_event"), "G123"),
    **dict.fromkeys(("superevent_id", "superevent"), "S190425z"),
    "category": "Production",
    "comment": "a comment",
    "created": "2100-01-01 00:00:00 UTC",
    "displayName": "",
    "extra_attributes": {"GRB": {"ra": 1.0}},
    "file_version": 0,
    "filename": "notes.txt",
    "gpstime": 1.5,
    "group": "Test",
    "gw_id": "GW190425",
    "instrument": "",
    "links": {},
    "name": "INJ",
    "pipeline": "gstlal",
    "processing_status": "uploaded",
    "reporting_latency": 1.5,
    "search": None,
    "signoff_type": "ADV",
    "status": "OK",
    "t_0": 2,
    "t_end": 3,
    "t_start": 1,
    "tag_names": ["pe"],
    "voevent_type": "PR",
}
LISTS = ("log", "logs", "tags", "events", "superevents", "results", "voevents", "notices")
ODD = VALUES | st.sampled_from(
    [None, True, 0, -1, 10**400, "", "text", [], {}, [[]], [{}], {"GRB": []}, "9999-99-99 99:99:99"]
)


def shape(changes: Dict[str, Any]) -> bytes:
    """Spell something alike, in itself and in every list, with *changes*."""
    row = {**ALIKE, **changes}
    return json.dumps({**row, **{key: [row] for key in LISTS}, **changes}).encode("ascii")


@examples(40)
@given(
    st.dictionaries(st.sampled_from([*ALIKE, *LISTS]), ODD, max_size=2),
    st.sampled_from([{}, {"date": "Fri, 01 Jan 2100 00:00:00 GMT"}, {"date": "nonsense"}]),
)
def test_any_answer_settles_a_write_or_leaves_it_in_doubt(
    changes: Dict[str, Any], headers: Dict[str, str]
) -> None:
    """A look at a server that answers anything at all neither breaks nor hides what broke."""
    body = shape(changes)
    for call in WRITES:
        told = Told(ConnectionLost("lost"), *[reply(200, body, headers)] * 60)
        try:
            settle(call, told)
        except Exception as error:
            raise AssertionError(f"{call.name} raised {type(error).__name__}: {error}") from error


def settle(call: Any, told: Told) -> None:
    """Make *call*, whose answer is lost, and look for what it wrote."""
    with contextlib.suppress(GraceDBError):
        try:
            call.make(told.root)
        except OutcomeUnknown as unknown:
            unknown.resolve()
