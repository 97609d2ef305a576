"""Bare httpx, waiting and awaited."""

from __future__ import annotations

from typing import Any, Dict

import httpx
from base import COINC, FORM, GRACEID, Awaited, Blocking, Place, version

_MESSAGE = {"comment": "Looks good.", "tagname": ["pe"]}
_FILES = {"eventFile": ("coinc.xml", COINC, "application/xml")}


def make(name: str, place: Place) -> Blocking:
    """Make the client that *name* says."""
    return AwaitedBare(place) if name == "httpx/async" else Bare(place)


class Bare(Blocking):
    """The client that waits."""

    def __init__(self, place: Place) -> None:
        self._client = httpx.Client(headers=place.headers)
        self._url = f"{place.url}events/"

    def versions(self) -> Dict[str, str]:
        """Name the version of the library."""
        return version("httpx")

    def get(self) -> Any:
        """Get an event."""
        return self._client.get(self._url + GRACEID).json()

    def post(self) -> Any:
        """Write a log message."""
        return self._client.post(f"{self._url}{GRACEID}/log/", json=_MESSAGE).json()

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        return self._client.post(self._url, data=FORM, files=_FILES).json()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


class AwaitedBare(Awaited):
    """The client that is awaited. Waiting for a connection is not to time out in a crowd."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._client = httpx.AsyncClient(headers=place.headers, timeout=300)
        self._url = f"{place.url}events/"

    def versions(self) -> Dict[str, str]:
        """Name the version of the library."""
        return version("httpx")

    async def get(self) -> Any:
        """Get an event."""
        return (await self._client.get(self._url + GRACEID)).json()

    def close(self) -> None:
        """Close every connection."""
        self.run(self._client.aclose)
