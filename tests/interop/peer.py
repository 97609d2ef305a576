"""Plays one client that others wrote: a call per line in, its outcome per line out.

`python peer.py PEER URL [USERNAME PASSWORD]`, where PEER is `sdk`, `ligo` or
`ours` (this package's face of ligo-gracedb), the last two with `-v2` behind for that version.
A line is `{"path": [...], "arguments": [...], "keywords": {...}}`; in the path a string is an
attribute and a list of one element is an item. Bytes travel as `{"base64": ...}`.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from .calls import outcome
else:  # run as a script, this folder is where modules are found
    from calls import outcome


def connect(peer: str, url: str, *credentials: str) -> Any:
    """A client of that kind; anonymous without credentials."""
    if peer == "sdk":
        Client = import_module("gracedb_sdk").Client
        if not credentials:
            return Client(url, force_noauth=True)
        return Client(url, username=credentials[0], password=credentials[1])
    module, _, version = peer.partition("-")
    of = {"ligo": "ligo.gracedb.rest", "ours": "gracedb_core.legacy"}[module]
    # It knows tokens and certificates only; as it is a session of requests, a header will do.
    client = import_module(of).GraceDb(url, force_noauth=True, api_version=version or None)
    if credentials:
        pair = b64encode(":".join(credentials).encode()).decode()
        client.headers["Authorization"] = f"Basic {pair}"
    return client


def follow(client: Any, path: List[Any]) -> Any:
    """Walk attributes and items from the client."""
    for step in path:
        client = getattr(client, step) if isinstance(step, str) else client[step[0]]
    return client


def revive(value: Any) -> Any:
    """Turn what stands for bytes into bytes."""
    if isinstance(value, dict) and set(value) == {"base64"}:
        return b64decode(value["base64"])
    return value


def main(*arguments: str) -> None:
    """Serve until the input ends."""
    client = connect(*arguments)
    for line in sys.stdin:
        call = json.loads(line)
        positional = [revive(value) for value in call["arguments"]]
        keywords = {name: revive(value) for name, value in call["keywords"].items()}

        def perform(peer: Any) -> Any:
            found = follow(peer, call["path"])  # noqa: B023  called at once
            return found(*positional, **keywords) if callable(found) else found  # noqa: B023

        sys.stdout.write(json.dumps(outcome(perform, client)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
