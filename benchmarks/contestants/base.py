"""What a contestant is: one way to ask GraceDB, behind verbs that are the same for all."""

from __future__ import annotations

import asyncio
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List, NamedTuple

__all__ = ["COINC", "FORM", "GRACEID", "Absent", "Awaited", "Blocking", "Place", "version"]

GRACEID = "G412345"

#: What is uploaded: as large as a usual coinc.xml.
COINC = (b'<?xml version="1.0"?>\n<LIGO_LW>\n' + b"<Row>1370000000.123457</Row>\n" * 2000)[:50_000]
FORM = {"group": "Test", "pipeline": "gstlal", "search": "AllSky"}


class Absent(Exception):
    """This contestant is not installed here."""


class Place(NamedTuple):
    """Where to ask, and with which token."""

    url: str
    token: str

    @property
    def headers(self) -> Dict[str, str]:
        """The header that carries the token, for contestants that know no tokens."""
        with open(self.token) as file:
            return {"Authorization": f"Bearer {file.read()}"}


def version(*packages: str) -> Dict[str, str]:
    """Map each of *packages* to its version."""
    import importlib

    return {
        name: str(getattr(importlib.import_module(name), "__version__", "?")) for name in packages
    }


class Blocking:
    """A contestant whose verbs wait; each of the verbs that it has makes one call.

    ``get``, ``post`` and ``upload`` give the decoded answer, ``search`` the number of rows, and
    ``send`` and ``save`` take the path of a big file.
    """

    def versions(self) -> Dict[str, str]:
        """Map the packages that count to their versions."""
        return {}

    def repeat(self, verb: str, times: int) -> None:
        """Do *verb* so often, once after the other."""
        action = getattr(self, verb)
        for _ in range(times):
            action()

    def once(self, verb: str, *args: Any, **options: Any) -> Any:
        """Do *verb* once."""
        return getattr(self, verb)(*args, **options)

    def crowd(self, times: int, in_flight: int) -> None:
        """Get an event so often, *in_flight* at once: on so many threads."""
        crowd = self._crowd(in_flight)
        for done in [crowd.submit(self.get) for _ in range(times)]:
            done.result()

    @functools.lru_cache(maxsize=1)  # noqa: B019  a contestant lives as long as its process
    def _crowd(self, in_flight: int) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(in_flight)

    def together(self, times: int, threads: int) -> None:
        """Get an event so often on each of *threads* that begin at one moment."""
        barrier = threading.Barrier(threads)
        failures: List[BaseException] = []

        def work() -> None:
            try:
                barrier.wait()
                self.repeat("get", times)
            except BaseException as error:
                failures.append(error)

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]

    def get(self) -> Any:
        """Get an event, decoded."""
        raise Absent("get")

    def close(self) -> None:
        """Close every connection."""


class Awaited(Blocking):
    """A contestant whose verbs are coroutines; its loop lives as long as the process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)

    def run(self, make: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Await what *make* gives."""
        return self.loop.run_until_complete(make(*args, **options))

    def repeat(self, verb: str, times: int) -> None:
        """Do *verb* so often, once after the other."""

        async def work() -> None:
            action = getattr(self, verb)
            for _ in range(times):
                await action()

        self.run(work)

    def once(self, verb: str, *args: Any, **options: Any) -> Any:
        """Do *verb* once."""
        return self.run(getattr(self, verb), *args, **options)

    def crowd(self, times: int, in_flight: int) -> None:
        """Get an event so often, in *in_flight* tasks."""

        async def work(turns: Any) -> None:
            for _ in turns:
                await self.get()

        async def workers() -> None:
            turns = iter(range(times))
            await asyncio.gather(*(work(turns) for _ in range(in_flight)))

        self.run(workers)
