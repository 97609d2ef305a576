"""gracedb-sdk, used as its own documentation shows."""

from __future__ import annotations

import shutil
from typing import Any, Dict

from base import COINC, FORM, GRACEID, Absent, Blocking, Place, version

import gracedb_sdk


def make(_name: str, place: Place) -> Blocking:
    """Make a client, if the module of this name is not the one that this project brings."""
    if hasattr(gracedb_sdk, "AsyncClient"):
        raise Absent("gracedb_sdk is here the name under which gracedb-core is imported")
    return Sdk(place)


class Sdk(Blocking):
    """Its client, with a token."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._client = gracedb_sdk.Client(place.url, token=place.token)

    def versions(self) -> Dict[str, str]:
        """Name the versions of the libraries."""
        return {"gracedb_sdk": _release(), **version("requests", "urllib3")}

    def anew(self) -> Blocking:
        """Make another that has no connection yet."""
        return Sdk(self._place)

    def get(self) -> Any:
        """Get an event."""
        return self._client.events[GRACEID].get()

    def post(self) -> Any:
        """Write a log message."""
        return self._client.events[GRACEID].logs.create(comment="Looks good.", tags=["pe"])

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        return self._client.events.create(filename="coinc.xml", filecontents=COINC, **FORM)

    def search(self) -> int:
        """Count what a search finds."""
        return sum(1 for _ in self._client.superevents.search(query="far < 1e-7"))

    def send(self, path: str) -> None:
        """Attach a big file to a log message."""
        with open(path, "rb") as file:
            self._client.events[GRACEID].logs.create(
                comment="Looks good.", filename="big.bin", filecontents=file
            )

    def save(self, path: str) -> None:
        """Save a big file."""
        with open(path, "wb") as file:
            shutil.copyfileobj(self._client.events[GRACEID].files["big.bin"].get(), file)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def _release() -> str:
    from importlib import metadata

    return metadata.version("gracedb-sdk")
