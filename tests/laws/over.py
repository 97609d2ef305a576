"""Clients of both kinds, over each transport, asked in the same words."""

from __future__ import annotations

from typing import Any, Callable, List

from gracedb_core import AsyncClient, Client

from ..transports.awaiting import Loop

#: Each transport as it blocks and as it is awaited.
WAYS = ("urllib3", "requests", "urllib3, awaited", "requests, awaited", "aiohttp, awaited")

Call = Callable[[Any], Any]


class Over:
    """A client over the transport that *way* names; one that is awaited is waited for."""

    def __init__(self, way: str, url: str, **options: Any) -> None:
        transport, _, awaited = way.partition(", ")
        options = {"force_noauth": True, "retries": 0, **options, "transport": transport}
        self._loop = Loop() if awaited else None
        self._client: Any = AsyncClient(url, **options) if awaited else Client(url, **options)

    def __enter__(self) -> Over:
        return self

    def __exit__(self, *_exception: object) -> None:
        closing = self._client.close()
        if self._loop is not None:
            self._loop.wait(closing)
            self._loop.close()

    def ask(self, call: Call) -> Any:
        """Make *call*, and give what it gives."""
        given = call(self._client)
        return given if self._loop is None else self._loop.wait(given)

    def read(self, call: Call) -> bytes:
        """Make *call*, which opens a file, and give all that is in it."""
        if self._loop is not None:
            awaited: bytes = self._loop.wait(self._read(call))
            return awaited
        with call(self._client) as file:
            data: bytes = file.read()
        return data

    async def _read(self, call: Call) -> bytes:
        async with call(self._client) as file:
            data: bytes = await file.read()
        return data

    def listed(self, call: Call) -> List[Any]:
        """Make *call*, which searches, and give all that it finds."""
        if self._loop is not None:
            awaited: List[Any] = self._loop.wait(self._listed(call))
            return awaited
        return list(call(self._client))

    async def _listed(self, call: Call) -> List[Any]:
        return [item async for item in call(self._client)]
