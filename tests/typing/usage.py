"""What a user's type checker sees of a program that is right; checked by mypy, never run."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

from typing_extensions import assert_type

from gracedb_core import Client, RetryPolicy, Timeout, errors, resources
from gracedb_core._node import Sync
from gracedb_sdk import Client as LegacyClient

Json = Dict[str, Any]


def progress(done: int, total: Optional[int]) -> None:
    """Hear how far it is."""


# Options.
client = Client(url="https://gracedb.example.org/api/", token="robot.token")
assert_type(LegacyClient().superevents["S1"].get(), Json)
current: Client = LegacyClient(url="https://gracedb.example.org/api/", cert_reload=True)
Client()
Client("https://gracedb.example.org/api/", username="albert.einstein", password="relativity")
Client(cert=Path("robot.pem"), timeout=5, retries=0, transport="requests")
Client(cert=("robot.pem", Path("robot.key")), timeout=(3, 60.5), retries=RetryPolicy(attempts=2))
Client(token=Path("robot.token"), timeout=Timeout(total=7), api_version="v2", verify="ca.pem")
with Client(force_noauth=True, timeout=None) as opened:
    assert_type(opened, Client)
    assert_type(opened.url, str)

# Places.
event, superevent = client.events["G1"], client.superevents["S230619a"]
assert_type(event, resources.Event[Sync])
assert_type(superevent, resources.Superevent[Sync])
assert_type(event.logs[3].tags, resources.Tags[Sync])
assert_type(superevent.logs["3"], resources.Log[Sync])
assert_type(client.gwtc[4]["latest"], resources.CatalogueVersion[Sync])

# The site.
assert_type(client.get(), Json)
assert_type(client.user_info(), Json)
assert_type(client.tags.get(), Dict[str, Json])
assert_type(client.path("superevents", "S1", "new-thing/").get(count=3), Any)
assert_type(client.gwtc.create("4", {"S1": {}}, comment="better"), Json)
assert_type(client.gwtc.search(), Iterator[Json])
assert_type(client.gwtc["4.1"].search(count=1), Iterator[Json])
assert_type(client.gwtc["4"][1].get(), Json)

# Collections.
assert_type(client.events.get(), Json)
assert_type(client.events.search(query="far < 1e-6", sort="-far", count=5), Iterator[Json])
assert_type(client.superevents.search({"field": "is_gw", "op": "=", "value": True}), Iterator[Json])
for row in client.superevents.search():
    assert_type(row, Json)
assert_type(
    client.events.create(
        filename=Path("coinc.xml"), group="CBC", pipeline="gstlal", search="AllSky",
        labels={"INJ"}, offline=False, replay_id="O3",
    ),
    Json,
)  # fmt: skip
client.events.create("coinc.xml", b"data", group="CBC", pipeline="gstlal", labels="INJ")
client.events.create("coinc.xml", b"data", progress=progress)
client.events.create("coinc.xml", io.BytesIO(b"data"), labels=("INJ", "DQV"))
client.events.create("coinc.xml", io.StringIO("data"), labels=None)
with open("coinc.xml", "rb") as binary, open("coinc.xml") as text:
    client.events.create("coinc.xml", binary, labels=["INJ"])
    client.events.create("coinc.xml", text, labels=(name for name in ["INJ"]))
assert_type(client.events.update("G1", filename="coinc.xml", filecontents=b"data"), None)
assert_type(client.events.update("G1", "coinc.xml", progress=progress), None)
assert_type(client.events.reserve(group="CBC", pipeline="gstlal"), Json)
assert_type(
    client.superevents.create(
        t_start=1, t_0=Decimal("2.5"), t_end="3", preferred_event="G1", events={"G2"},
        labels=["INJ"],
    ),
    Json,
)  # fmt: skip
assert_type(client.superevents.update("S1", t_0=1.5, em_type="E1", time_coinc_far=1e-9), Json)

# One event.
assert_type(event.get(), Json)
assert_type(event.neighbors.get((-5, 5.5)), List[Json])
assert_type(event.update_grbevent(ra=1.5, designation="GRB190331A"), Json)
assert_type(event.upload("coinc.xml", b"data", labels="INJ", progress=progress), Json)
assert_type(event.tags.get(), List[Json])
assert_type(event.tags["sky_loc"].get(), Json)
assert_type(event.permissions["executives"].get(), List[Json])

# One superevent.
assert_type(superevent.get(), Json)
assert_type(superevent.add("G1"), None)
assert_type(superevent.remove(event_id="G1"), None)
assert_type(superevent.is_exposed(), bool)
assert_type(superevent.expose(), None)
assert_type(superevent.unexpose(), None)
assert_type(superevent.signoff("ADV", "OK", "fine"), None)
assert_type(superevent.confirm_as_gw(gw_id="GW190425"), Json)
assert_type(superevent.events.get(), List[Json])
assert_type(superevent.events["G1"].get(), Json)
assert_type(superevent.pipeline_preferred_events.get(), List[str])
assert_type(superevent.pipeline_preferred_events.add("G1"), None)
assert_type(superevent.pipeline_preferred_events.create("G1"), Json)
assert_type(superevent.signoffs.update("H1", "NO", comment="a glitch"), Json)
assert_type(superevent.notices.create(filecontents="{}"), Json)
assert_type(superevent.notices[1].get(), Json)

# What both have.
for thing in (event, superevent):
    assert_type(thing.labels.get(), List[Json])
    assert_type(thing.labels.delete("DQV"), None)
    assert_type(thing.logs.get(), List[Json])
    assert_type(thing.logs.create("x", filename="a", filecontents=b"x", tags={"pe"}), Json)
    assert_type(thing.logs.create("x", filename="a", progress=progress), Json)
    assert_type(thing.files["a"].download(".", progress=progress), Path)
    assert_type(thing.logs[3].tags.delete("sky_loc"), None)
    assert_type(thing.files.get(), Dict[str, Optional[str]])
    assert_type(thing.voevents.create("preliminary", BNS=0.5, internal=True), Json)
    assert_type(thing.emobservations[1].get(), Json)
    with thing.files["coinc.xml"].get() as file:
        assert_type(file, io.BufferedReader)
        assert_type(file.read(), bytes)

# Verbs are values too.
ask: Callable[[], bool] = superevent.is_exposed
label: Callable[[str], Any] = event.labels.create

# What can be caught has its facts as attributes.
try:
    client.get()
except errors.OutcomeUnknown as error:
    assert_type(error.sent_at, float)
except errors.TransportError as error:
    assert_type(error.may_have_arrived, bool)
except errors.ResponseError as error:
    assert_type(error.status, int)
    assert_type(error.detail, str)
    assert_type(error.body, bytes)
    assert_type(error.retryable, bool)
    assert_type(error.retry_after, Optional[float])
    assert_type(error.response.text, str)
