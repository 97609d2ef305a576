"""Things to call about: small events and superevents, and short words to look at them with."""

from __future__ import annotations

import itertools
from typing import Any, Dict, List

from gracedb_core import Client
from tests.sandbox.uploads import coinc_xml

COINC = coinc_xml()

#: GPS seconds that no two superevents share, so that a search for one finds no other.
_MOMENTS = itertools.count(1_000_000_000, 1000)


def moment() -> int:
    """Give a GPS second far from every other."""
    return next(_MOMENTS)


def event(client: Client, contents: Any = COINC, **options: Any) -> Dict[str, Any]:
    """Upload an event, of group Test and pipeline gstlal unless told otherwise, and give it."""
    given = {"filename": "coinc.xml", "group": "Test", "pipeline": "gstlal", **options}
    return client.events.create(filecontents=contents, **given)


def event_id(client: Client, **options: Any) -> str:
    """Upload an event and give its graceid."""
    return str(event(client, **options)["graceid"])


def superevent(client: Client, **options: Any) -> Dict[str, Any]:
    """Make a superevent around a new event, unless one is given, and give it."""
    t_0 = options.pop("t_0", None) or moment()
    times = {"t_start": t_0 - 1, "t_0": t_0, "t_end": t_0 + 1}
    preferred = options.pop("preferred_event", None) or event_id(client)
    return client.superevents.create(preferred_event=preferred, **{**times, **options})


def superevent_id(client: Client, **options: Any) -> str:
    """Make a superevent and give its id."""
    return str(superevent(client, **options)["superevent_id"])


def comments(node: Any) -> List[str]:
    """Give what the log of an event or superevent says, oldest first."""
    return [row["comment"] for row in node.logs.get()]


def label_names(node: Any) -> List[str]:
    """Give the labels of an event or superevent, in the alphabet's order."""
    return sorted(row["name"] for row in node.labels.get())


def contents(node: Any, name: str) -> bytes:
    """Read one file of an event or superevent."""
    with node.files[name].get() as file:
        data: bytes = file.read()
    return data


def census(client: Client) -> List[int]:
    """Count what a mistaken call could have left behind: events, superevents, catalogues."""
    # One row each: a hundred events take the server longer than the test has.
    return [
        client.path("events/").get(count=1)["numRows"],
        client.path("superevents/").get(count=1)["numRows"],
        client.path("gwtc/").get(count=1)["count"],
    ]
