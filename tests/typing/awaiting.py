"""What a type checker sees of the same tree where verbs are awaited; checked by mypy, never run."""

from __future__ import annotations

from typing import Any, AsyncIterator, Awaitable, Dict, List

from typing_extensions import assert_type

from gracedb_core._files import AsyncFile
from gracedb_core._node import Async
from gracedb_core.resources import Event, Root, Superevent, Tags

Json = Dict[str, Any]


async def program(root: Root[Async]) -> None:
    """Do what programs do."""
    event, superevent = root.events["G1"], root.superevents["S230619a"]
    assert_type(event, Event[Async])
    assert_type(superevent, Superevent[Async])
    assert_type(event.logs[3].tags, Tags[Async])

    assert_type(root.user_info(), Awaitable[Json])
    assert_type(await root.user_info(), Json)
    assert_type(await root.events.create("coinc.xml", b"data", group="Test"), Json)
    assert_type(await event.labels.get(), List[Json])
    assert_type(await event.logs[3].tags.delete("sky_loc"), None)
    assert_type(await superevent.is_exposed(), bool)
    assert_type(await superevent.pipeline_preferred_events.get(), List[str])
    assert_type(await root.path("superevents", "S1", "new-thing/").get(), Any)
    assert_type(root.events.search(query="far < 1e-6"), AsyncIterator[Json])
    assert_type(root.gwtc["4"].search(), AsyncIterator[Json])
    async for row in root.superevents.search():
        assert_type(row, Json)
    async with event.files["coinc.xml"].get() as file:
        assert_type(file, AsyncFile)

    # What is not awaited has not been done, and is nothing yet.
    event.get()["far"]  # type: ignore[index]
    for _row in root.events.search():  # type: ignore[attr-defined]
        pass
    event.log  # type: ignore[attr-defined]
    await event.labels.create(label=1)  # type: ignore[arg-type]
    await event.labels.create()  # type: ignore[call-arg]
