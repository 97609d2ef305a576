"""The differences from the legacy SDK that are meant, each a function that says why.

Each turns what the SDK said into what this client says instead, or returns it unchanged where it
has nothing to say. What results must be exactly what this client says; one that changes nothing any
more is an error.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import Callable, List, Mapping, MutableMapping, Optional, Tuple

from .transcript import Heard, Spoken

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
    agent = f"gracedb-core/{version('gracedb-core')}"
    return each_request(
        lambda request: replace(request, headers={**request.headers, "user-agent": agent}), spoken
    )


DIFFERENCES: List[Difference] = [straight_to_the_slash, names_itself]


def expected(
    name: str, legacy: Transcript, *, used: Optional[MutableMapping[object, int]] = None
) -> Spoken:
    """What this client should say and return in a call, given what the SDK did."""
    used = {} if used is None else used
    spoken = legacy[name]
    for difference in DIFFERENCES:
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
