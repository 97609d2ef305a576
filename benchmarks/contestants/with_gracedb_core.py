"""This client: every option at its default, but for the address, the token and the transport."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Dict

from base import COINC, FORM, GRACEID, Absent, Awaited, Blocking, Place, version

from gracedb_core import AsyncClient, Client
from gracedb_core.errors import PluginError

_QUERY = "far < 1e-7"


def make(name: str, place: Place) -> Blocking:
    """Make the client that *name* says."""
    try:
        if name == "gracedb-core/async":
            return AwaitedClient(place)
        if name == "gracedb-core/aiohttp":
            # Otherwise missed at the first request only.
            import_module("aiohttp")
            return AwaitedClient(place, transport="aiohttp")
        if name == "gracedb-core/requests":
            return WaitingClient(place, transport="requests")
        return WaitingClient(place)
    except (ImportError, PluginError) as error:
        raise Absent(str(error)) from None


def _versions() -> Dict[str, str]:
    found = version("gracedb_core", "urllib3")
    try:
        return {**found, **version("orjson")}
    except ImportError:
        return found


class WaitingClient(Blocking):
    """`Client`."""

    def __init__(self, place: Place, **options: Any) -> None:
        self._place = place
        self._options = options
        self._client = Client(place.url, token=place.token, **options)

    versions = staticmethod(_versions)

    def anew(self) -> Blocking:
        """Make another that has no connection yet."""
        return type(self)(self._place, **self._options)

    def get(self) -> Any:
        """Get an event."""
        return self._client.events[GRACEID].get()

    def post(self) -> Any:
        """Write a log message."""
        return self._client.events[GRACEID].logs.create(comment="Looks good.", tags=["pe"])

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        return self._client.events.create(filename="coinc.xml", filecontents=COINC, **FORM)

    def search(self, **options: Any) -> int:
        """Count what a search finds."""
        return sum(1 for _ in self._client.superevents.search(query=_QUERY, **options))

    def send(self, path: str) -> None:
        """Attach a big file to a log message."""
        self._client.events[GRACEID].logs.create(comment="Looks good.", filename=path)

    def save(self, path: str) -> None:
        """Save a big file."""
        self._client.events[GRACEID].files["big.bin"].download(Path(path))

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


class AwaitedClient(Awaited):
    """`AsyncClient`."""

    def __init__(self, place: Place, **options: Any) -> None:
        super().__init__()
        self._client = AsyncClient(place.url, token=place.token, **options)

    versions = staticmethod(_versions)

    async def get(self) -> Any:
        """Get an event."""
        return await self._client.events[GRACEID].get()

    async def search(self, **options: Any) -> int:
        """Count what a search finds."""
        found = self._client.superevents.search(query=_QUERY, **options)
        return len([row async for row in found])

    async def send(self, path: str) -> None:
        """Attach a big file to a log message."""
        await self._client.events[GRACEID].logs.create(comment="Looks good.", filename=path)

    async def save(self, path: str) -> None:
        """Save a big file."""
        await self._client.events[GRACEID].files["big.bin"].download(Path(path))

    def close(self) -> None:
        """Close every connection."""
        self.run(self._client.close)
