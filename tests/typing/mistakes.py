"""What must be an error before the program runs; checked by mypy, never run.

On each line stands a comment that silences exactly the error that must be there: mypy complains
of the comment as soon as there is nothing to silence.
"""

from __future__ import annotations

from gracedb_core import Client, Timeout
from gracedb_core.interfaces import ClientCert, Credential

client = Client()
event, superevent = client.events["G1"], client.superevents["S230619a"]

# A wrong turn.
client.event  # type: ignore[attr-defined]
client.superevents["S230619a"].log  # type: ignore[attr-defined]
client.events["G1"].pipeline_preferred_events  # type: ignore[attr-defined]
event.notices  # type: ignore[attr-defined]
event.expose()  # type: ignore[attr-defined]
event.add("G2")  # type: ignore[attr-defined]
event.logs.tags  # type: ignore[attr-defined]
event.logs[3].tag  # type: ignore[attr-defined]
event.create_log("x")  # type: ignore[attr-defined]
superevent.neighbors  # type: ignore[attr-defined]
superevent.update_grbevent(ra=1.5)  # type: ignore[attr-defined]
superevent.files.create("a.txt")  # type: ignore[attr-defined]
client.events.signoffs  # type: ignore[attr-defined]
client.tags["sky_loc"]  # type: ignore[index]
event.neighbors["G2"]  # type: ignore[index]

# A key of another kind.
client.events[1]  # type: ignore[index]
client.superevents[None]  # type: ignore[index]
event.logs[1.5]  # type: ignore[index]
event.files[1]  # type: ignore[index]

# An option that there is not, or of another kind.
Client(tokn="robot.token")  # type: ignore[call-arg]
Client(timeout="soon")  # type: ignore[arg-type]
Client(retries="often")  # type: ignore[arg-type]
Client(username=b"albert.einstein", password="relativity")  # type: ignore[arg-type]

# A value of the plugin contract without what it needs, with something else, or changed later.
ClientCert(b"")  # type: ignore[call-arg]
Credential("token", "here", secret="x")  # type: ignore[call-arg]
Credential("token", "here", headers=["Authorization"])  # type: ignore[arg-type]
Timeout(connect="soon")  # type: ignore[arg-type]
Timeout().read = 1.0  # type: ignore[misc]

# An argument that is missing, misspelt or one too many.
event.labels.create()  # type: ignore[call-arg]
event.labels.create(name="DQV")  # type: ignore[call-arg]
event.labels.create("DQV", "INJ")  # type: ignore[call-arg,arg-type]
event.get(1)  # type: ignore[call-arg]
event.voevents.create()  # type: ignore[call-arg]
superevent.signoff("ADV")  # type: ignore[call-arg]
superevent.add(graceid="G1")  # type: ignore[call-arg]
client.superevents.update(t_0=1)  # type: ignore[call-arg]
client.events.update("G1", file="coinc.xml")  # type: ignore[call-arg]
client.events.reserve(pipeline="gstlal")  # type: ignore[call-arg]

# An argument of another kind.
event.labels.create(label=1)  # type: ignore[arg-type]
event.labels.create(None)  # type: ignore[arg-type]
event.logs.create(3)  # type: ignore[arg-type]
event.logs.create("x", tags=[1])  # type: ignore[list-item]
event.logs.create("x", filename="a", progress=len)  # type: ignore[arg-type]
event.files["a"].download(progress=True)  # type: ignore[arg-type]
event.voevents.create("preliminary", BNS="much")  # type: ignore[arg-type]
event.neighbors.get(5)  # type: ignore[arg-type]
client.events.create("coinc.xml", ["data"])  # type: ignore[arg-type]
client.events.create(None)  # type: ignore[arg-type]
client.events.search(query=1)  # type: ignore[arg-type]
client.superevents.create(preferred_event=1)  # type: ignore[arg-type]
superevent.signoff("ADV", True)  # type: ignore[arg-type]

# An answer that is taken for another.
flag: bool = event.get()  # type: ignore[assignment]
labels: str = event.labels.get()  # type: ignore[assignment]
client.events.search()[0]  # type: ignore[index]
len(client.events.search())  # type: ignore[arg-type]


async def too_early() -> None:
    """What does not wait cannot be awaited."""
    await event.get()  # type: ignore[misc]
    async for _row in client.events.search():  # type: ignore[attr-defined]
        pass
