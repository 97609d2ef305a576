"""One way to ask, whatever the client: over each transport, waiting or awaiting."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Callable, Iterator

from gracedb_core import AsyncClient, Client
from tests.transports.awaiting import Loop

#: What is asked of a client of either kind.
Call = Callable[[Any], Any]


class Ask:
    """Asks a client something and reads the answer, for whoever waits."""

    def __init__(self, client: Any, do: Callable[[Call], Any]) -> None:
        self.client = client
        self._do = do

    def __call__(self, call: Call) -> Any:
        """Give the whole answer to *call*."""
        return self._do(call)


def gathered(answer: Any) -> Any:
    """Read to its end what a client gave: a file, a search, or the answer itself."""
    if hasattr(answer, "read"):
        with answer:
            return answer.read()
    return list(answer) if hasattr(answer, "__next__") else answer


async def awaited(call: Call, client: AsyncClient) -> Any:
    """Do the same for what is awaited."""
    asked = call(client)
    if hasattr(asked, "__aiter__"):
        return [item async for item in asked]
    answer = await asked
    if not hasattr(answer, "read"):
        return answer
    try:
        return await answer.read()
    finally:
        await answer.close()


@contextmanager
def asking(way: str, url: str, **options: Any) -> Iterator[Ask]:
    """Make the client of *way*, and give what asks it."""
    name, _, kind = way.partition(", ")
    if not kind:
        with Client(url, transport=name, **options) as client:
            yield Ask(client, lambda call: gathered(call(client)))
        return
    loop = Loop()
    try:
        awaiting = AsyncClient(url, transport=name, **options)
        try:
            yield Ask(awaiting, lambda call: loop.wait(awaited(call, awaiting)))
        finally:
            loop.wait(awaiting.close())
    finally:
        loop.close()
