"""ligo-gracedb in its best case: its own search for credentials is off, a header is on."""

from __future__ import annotations

import shutil
from typing import Any, Dict

from base import COINC, FORM, GRACEID, Blocking, Place, version
from ligo.gracedb.rest import GraceDb


def make(_name: str, place: Place) -> Blocking:
    """Make a client."""
    return Ligo(place)


class Ligo(Blocking):
    """Its client, which asks for the service root before anything else."""

    def __init__(self, place: Place) -> None:
        self._client = GraceDb(service_url=place.url, force_noauth=True)
        self._client.headers.update(place.headers)

    def versions(self) -> Dict[str, str]:
        """Name the versions of the libraries."""
        from importlib import metadata

        return {
            "ligo-gracedb": metadata.version("ligo-gracedb"),
            **version("requests", "urllib3"),
        }

    def get(self) -> Any:
        """Get an event."""
        return self._client.event(GRACEID).json()

    def post(self) -> Any:
        """Write a log message."""
        return self._client.write_log(GRACEID, "Looks good.", tag_name=["pe"]).json()

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        return self._client.create_event(
            FORM["group"], FORM["pipeline"], "coinc.xml", FORM["search"], filecontents=COINC
        ).json()

    def search(self) -> int:
        """Count what a search finds."""
        return sum(1 for _ in self._client.superevents("far < 1e-7"))

    def send(self, path: str) -> None:
        """Attach a big file to a log message."""
        self._client.write_log(GRACEID, "Looks good.", path)

    def save(self, path: str) -> None:
        """Save a big file."""
        with open(path, "wb") as file:
            shutil.copyfileobj(self._client.files(GRACEID, "big.bin"), file)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()
