"""Another client in another interpreter, used as if it were here: `remote.events["G1"].get()`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

SCRIPT = Path(__file__).with_name("peer.py")


class Answer(NamedTuple):
    """What a client returned that hands out responses instead of values."""

    status: int
    text: str

    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.text)


class PeerError(Exception):
    """What a peer raised: the name of its class, and the response it came from, if any."""

    def __init__(self, outcome: Dict[str, Any]) -> None:
        super().__init__(f"{outcome['value'][0]}: {outcome['says']} {outcome['text'] or ''}")
        self.name: str = outcome["value"][0]
        #: That class, and all those by whose names it can be caught.
        self.kinds = frozenset(outcome["value"])
        self.status = outcome["status"]
        self.text = outcome["text"]


class Steps:
    """The way from a client to something that can be called."""

    def __init__(self, peer: Peer, steps: List[Any]) -> None:
        self._peer = peer
        self._steps = steps

    def __getitem__(self, key: Any) -> Steps:
        return Steps(self._peer, [*self._steps, [key]])

    def __getattr__(self, name: str) -> Steps:
        return Steps(self._peer, [*self._steps, name])

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._peer.perform(self._steps, arguments, keywords)


class Peer:
    """A running client of another kind; a context manager that ends it."""

    def __init__(self, python: str, kind: str, url: str, *credentials: str, home: Path) -> None:
        surroundings = {"HOME": str(home)}
        if python == sys.executable and "PYTHONPATH" in os.environ:
            surroundings["PYTHONPATH"] = os.environ["PYTHONPATH"]
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(SCRIPT), kind, url, *credentials],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=surroundings,
            cwd=home,
            text=True,
        )

    def __enter__(self) -> Steps:
        return Steps(self, [])

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def perform(self, path: List[Any], arguments: Any, keywords: Dict[str, Any]) -> Any:
        """Have one call made; the value it returned, or `PeerError`."""
        call = {
            "path": path,
            "arguments": [portable(value) for value in arguments],
            "keywords": {name: portable(value) for name, value in keywords.items()},
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        return value_of(json.loads(self._process.stdout.readline()))


def portable(value: Any) -> Any:
    """Bytes as JSON."""
    return {"base64": b64encode(value).decode()} if isinstance(value, bytes) else value


def value_of(outcome: Dict[str, Any]) -> Any:
    """The value that a described outcome stands for."""
    kind, value = outcome["kind"], outcome["value"]
    if kind == "error":
        raise PeerError(outcome)
    if kind == "requests.Response":
        return Answer(outcome["status"], value)
    return b64decode(value) if kind in ("file", "bytes") else value
