"""Bare aiohttp."""

from __future__ import annotations

from typing import Any, Dict

import aiohttp
from base import GRACEID, Awaited, Blocking, Place, version


def make(_name: str, place: Place) -> Blocking:
    """Make a session."""
    return Bare(place)


class Bare(Awaited):
    """A session with the limits that are its defaults."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._url = f"{place.url}events/"
        self._session = self.run(self._open, place.headers)

    def versions(self) -> Dict[str, str]:
        """Name the version of the library."""
        return version("aiohttp")

    async def _open(self, headers: Dict[str, str]) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=headers)

    async def get(self) -> Any:
        """Get an event."""
        async with self._session.get(self._url + GRACEID) as response:
            return await response.json()

    def close(self) -> None:
        """Close every connection."""
        self.run(self._session.close)
