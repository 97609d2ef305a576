"""What programs do with gracedb-sdk, step by step, successes and refusals, as data.

`python stories.py URL NOWHERE SILENT` takes all steps in order, with the `gracedb_sdk` of its
interpreter, in the current folder, which holds `coinc.xml`. The sandbox at URL must be a new one,
so that the ids that it gives are the same for whoever comes. At NOWHERE nobody listens; at SILENT
somebody does who never answers. What each step gave is printed as JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
import warnings
from typing import TYPE_CHECKING, Any, Callable, Dict, NamedTuple

from gracedb_sdk import Client

if TYPE_CHECKING:
    from .calls import outcome
else:  # run as a script, this folder is where modules are found
    from calls import outcome

EINSTEIN = {"username": "albert.einstein", "password": "relativity"}
LEAVITT = {"username": "henrietta.leavitt", "password": "cepheids"}
GPSTIME = 1187008882.44375
TIMES = {"t_start": GPSTIME - 1, "t_0": GPSTIME, "t_end": GPSTIME + 1}
BINARY = bytes(range(256))


class Scene(NamedTuple):
    """Who asks, and what earlier steps have made."""

    einstein: Any
    leavitt: Any
    nobody: Any
    stranger: Any
    #: Clients of servers that are not there, and of one that never answers.
    nowhere: Any
    silent: Any
    url: str

    @property
    def event(self) -> Any:
        """The first event."""
        return self.einstein.events["T0001"]

    @property
    def superevent(self) -> Any:
        """The first superevent."""
        return self.einstein.superevents["TS170817a"]


Step = Callable[[Scene], Any]


def upload(client: Any, **fields: Any) -> Any:
    """Upload a coincidence with the usual fields, and others."""
    usual = {"group": "Test", "pipeline": "gstlal", "search": "LowMass", "filename": "coinc.xml"}
    return client.events.create(**{**usual, **fields})


def created(client: Any, preferred: str, **fields: Any) -> Any:
    """Make a superevent at the usual time."""
    return client.superevents.create(**{**TIMES, "preferred_event": preferred, **fields})


def annotations(kind: str) -> Dict[str, Step]:
    """Take the steps that an event and a superevent have in common."""

    def one(scene: Scene) -> Any:
        return getattr(scene, kind)

    def public(kind_of_notice: str, **fields: Any) -> Step:
        return lambda scene: one(scene).voevents.create(
            voevent_type=kind_of_notice, internal=False, **fields
        )

    steps: Dict[str, Step] = {
        "get": lambda scene: one(scene).get(),
        "labels.create": lambda scene: one(scene).labels.create("INJ"),
        "labels.create again": lambda scene: one(scene).labels.create("INJ"),
        "labels.create unknown": lambda scene: one(scene).labels.create("NOT_A_LABEL"),
        "labels.create by name": lambda scene: one(scene).labels.create(label="DQV"),
        "labels.get": lambda scene: one(scene).labels.get(),
        "labels.delete": lambda scene: one(scene).labels.delete("INJ"),
        "labels.delete again": lambda scene: one(scene).labels.delete("INJ"),
        "labels.delete by name": lambda scene: one(scene).labels.delete(key="DQV"),
        "logs.create": lambda scene: one(scene).logs.create(comment="a comment, é"),
        "logs.create tags": lambda scene: one(scene).logs.create(
            comment="tagged", tags=["pe", "public"]
        ),
        "logs.create label": lambda scene: one(scene).logs.create(
            comment="labelled", tags="pe", label="PE_READY"
        ),
        "logs.create label unknown": lambda scene: one(scene).logs.create(
            comment="labelled", label="NOT_A_LABEL"
        ),
        "logs.create file": lambda scene: one(scene).logs.create(
            comment="attached", filename="a.bin", filecontents=BINARY, tags=("sky_loc",)
        ),
        "logs.create file again": lambda scene: one(scene).logs.create(
            comment="attached", filename="a.bin", filecontents=b"second"
        ),
        "logs.create file read": lambda scene: one(scene).logs.create(
            comment="attached", filename="coinc.xml"
        ),
        "logs.create file missing": lambda scene: one(scene).logs.create(
            comment="attached", filename="no-such-file"
        ),
        "logs.create without a comment": lambda scene: one(scene).logs.create(),
        "logs.create number": lambda scene: one(scene).logs.create(comment=1e-9, tags=""),
        "logs.create number and file": lambda scene: one(scene).logs.create(
            comment=42, tags="", filename="n.txt", filecontents=b"42"
        ),
        "logs.create field": lambda scene: one(scene).logs.create(comment="x", displayName="y"),
        "logs.get": lambda scene: one(scene).logs.get(),
        "logs[].get": lambda scene: one(scene).logs[1].get(),
        "logs[].get missing": lambda scene: one(scene).logs[999].get(),
        "tags.create": lambda scene: one(scene).logs[1].tags.create("pe"),
        "tags.create again": lambda scene: one(scene).logs[1].tags.create("pe"),
        "tags.create odd": lambda scene: one(scene).logs[1].tags.create("no tag"),
        "tags.get": lambda scene: one(scene).logs[1].tags.get(),
        "tags.delete": lambda scene: one(scene).logs[1].tags.delete("pe"),
        "tags.delete again": lambda scene: one(scene).logs[1].tags.delete("pe"),
        "files.get": lambda scene: one(scene).files.get(),
        "files[].get": lambda scene: one(scene).files["a.bin"].get(),
        "files[].get version": lambda scene: one(scene).files["a.bin,0"].get(),
        "files[].get piece": lambda scene: one(scene).files["a.bin,0"].get().read(7),
        "files[].get data": lambda scene: one(scene).files["a.bin,0"].get().data,
        "files[].get status": lambda scene: one(scene).files["a.bin,0"].get().status,
        "files[].get header": lambda scene: (
            one(scene).files["a.bin,0"].get().headers["content-length"]
        ),
        "files[].get stream": lambda scene: list(
            map(len, one(scene).files["a.bin,0"].get().stream(100))
        ),
        "files[].get missing": lambda scene: one(scene).files["no-such-file"].get(),
        "voevents.create preliminary": public("preliminary"),
        "voevents.create initial": public(
            "initial", skymap_type="bayestar", skymap_filename="a.bin", ProbHasNS=0.5, BNS=1.0
        ),
        "voevents.create initial without a map": public("initial"),
        "voevents.create retraction": public("retraction", coinc_comment=True),
        "voevents.create unknown": public("gossip"),
        "voevents.create nothing": lambda scene: one(scene).voevents.create(),
        "voevents.get": lambda scene: one(scene).voevents.get()[::-1],
    }
    return {f"{kind}.{name}": step for name, step in steps.items()}


def with_session(url: str, **keywords: Any) -> Step:
    """Ask with the client's session."""
    return lambda scene: scene.einstein.session.get(scene.url + url, **keywords)


def made(**options: Any) -> Step:
    """Make a client, and tell what kind of thing it is."""
    return lambda scene: Client(scene.url, **options) and "a client"


STEPS: Dict[str, Step] = {
    "events.create": lambda scene: upload(scene.einstein),
    "events.create for another": lambda scene: upload(scene.einstein, labels=["INJ", "DQV"]),
    "events.create offline": lambda scene: upload(scene.einstein, offline=True, labels="INJ"),
    "events.create label unknown": lambda scene: upload(scene.einstein, labels=["NOT_A_LABEL"]),
    "events.create group unknown": lambda scene: upload(scene.einstein, group="Nobody"),
    "events.create pipeline unknown": lambda scene: upload(scene.einstein, pipeline="Nobody"),
    "events.create without a pipeline": lambda scene: upload(scene.einstein, pipeline=None),
    "events.create no coincidence": lambda scene: upload(scene.einstein, filecontents=b"<a/>"),
    "events.create missing file": lambda scene: upload(scene.einstein, filename="no-such-file"),
    "events.create as an observer": lambda scene: upload(scene.leavitt),
    "events.create as nobody": lambda scene: upload(scene.nobody),
    "events.create as a stranger": lambda scene: upload(scene.stranger),
    "events.update": lambda scene: scene.einstein.events.update("T0001", filename="coinc.xml"),
    "events.update key": lambda scene: scene.einstein.events.update(
        key="T0001", filename="coinc.xml", labels=None
    ),
    "events.update missing": lambda scene: scene.einstein.events.update(
        "T9999", filename="coinc.xml"
    ),
    "events.update as an observer": lambda scene: scene.leavitt.events.update(
        "T0001", filename="coinc.xml"
    ),
    "events.get": lambda scene: scene.einstein.events.get(),
    "events.get as nobody": lambda scene: scene.nobody.events.get(),
    "events.get as a stranger": lambda scene: scene.stranger.events.get(),
    "events.search": lambda scene: scene.einstein.events.search(query="Test", sort="-created"),
    "events.search pages": lambda scene: scene.einstein.events.search(query="Test", count=1),
    "events.search nothing": lambda scene: scene.einstein.events.search(query="Test far < 1e-99"),
    "events.search mistaken": lambda scene: scene.einstein.events.search(query="far < ("),
    "events[].get missing": lambda scene: scene.einstein.events["T9999"].get(),
    "superevents.create": lambda scene: created(scene.einstein, "T0001", labels=["DQV"]),
    "superevents.create taken": lambda scene: created(scene.einstein, "T0001"),
    "superevents.create missing": lambda scene: created(scene.einstein, "T9999"),
    "superevents.create without times": lambda scene: scene.einstein.superevents.create(
        preferred_event="T0002"
    ),
    "superevents.create with members": lambda scene: created(
        scene.einstein, "T0002", events=["T0003"]
    ),
    "superevents.create as an observer": lambda scene: created(scene.leavitt, "T0002"),
    "superevents.get": lambda scene: scene.einstein.superevents.get(),
    "superevents.search": lambda scene: scene.einstein.superevents.search(query="Test", sort="t_0"),
    "superevents.search as nobody": lambda scene: scene.nobody.superevents.search(query="Test"),
    "superevents.update": lambda scene: scene.einstein.superevents.update(
        "TS170817a", t_start=GPSTIME - 2, t_end=None
    ),
    "superevents.update again": lambda scene: scene.einstein.superevents.update(
        "TS170817a", t_start=GPSTIME - 2
    ),
    "superevents.update nothing": lambda scene: scene.einstein.superevents.update("TS170817a"),
    "superevents.update key": lambda scene: scene.einstein.superevents.update(
        key="TS170817a", t_end=GPSTIME + 2
    ),
    "superevents.update missing": lambda scene: scene.einstein.superevents.update(
        "TS990101a", t_0=GPSTIME
    ),
    "superevents.update mistaken": lambda scene: scene.einstein.superevents.update(
        "TS170817a", t_0="soon"
    ),
    "superevents[].get missing": lambda scene: scene.einstein.superevents["TS990101a"].get(),
    "superevents[].get as nobody": lambda scene: scene.nobody.superevents["TS170817a"].get(),
    "an event among superevents": lambda scene: scene.einstein.superevents["T0001"].get(),
    "a superevent among events": lambda scene: scene.einstein.events["TS170817a"].labels.get(),
    **annotations("event"),
    "event.tags.create by name": lambda scene: scene.event.logs[1].tags.create(tag="em_follow"),
    **annotations("superevent"),
    "superevent.tags.create by name": lambda scene: scene.superevent.logs[1].tags.create(
        label="em_follow"
    ),
    "superevent.remove preferred": lambda scene: scene.superevent.remove("T0001"),
    "superevent.add taken": lambda scene: scene.superevent.add("T0002"),
    "superevent.add missing": lambda scene: scene.superevent.add("T9999"),
    "superevent.remove missing": lambda scene: scene.superevent.remove("T9999"),
    "another event": lambda scene: upload(scene.einstein),
    "superevent.add": lambda scene: scene.superevent.add("T0004"),
    "superevent.add by name": lambda scene: scene.superevent.add(event_id="T0004"),
    "pipeline_preferred_events.add": (
        lambda scene: scene.superevent.pipeline_preferred_events.add("T0004")
    ),
    "pipeline_preferred_events.add again": (
        lambda scene: scene.superevent.pipeline_preferred_events.add("T0004")
    ),
    "pipeline_preferred_events.get": (
        lambda scene: scene.superevent.pipeline_preferred_events.get()
    ),
    "pipeline_preferred_events.remove": (
        lambda scene: scene.superevent.pipeline_preferred_events.remove("T0004")
    ),
    "superevent.remove": lambda scene: scene.superevent.remove("T0004"),
    "superevent.is_exposed before": lambda scene: scene.superevent.is_exposed(),
    "superevent.expose": lambda scene: scene.superevent.expose(),
    "superevent.is_exposed": lambda scene: scene.superevent.is_exposed(),
    "superevent exposed": lambda scene: scene.nobody.superevents["TS170817a"].get(),
    "superevent logs exposed": lambda scene: scene.nobody.superevents["TS170817a"].logs.get(),
    "superevent.unexpose": lambda scene: scene.superevent.unexpose(),
    "superevent.expose as an observer": (
        lambda scene: scene.leavitt.superevents["TS170817a"].expose()
    ),
    "signoff not asked for": lambda scene: scene.superevent.signoff("H1", "OK", "fine"),
    "signoff asked for": lambda scene: scene.superevent.labels.create("H1OPS"),
    "signoff": lambda scene: scene.superevent.signoff("H1", "OK", "fine"),
    "signoff again": lambda scene: scene.superevent.signoff("H1", "NO", "not fine"),
    "signoff by name": lambda scene: scene.superevent.signoff(
        signoff_type="ADV", status="NO", comment="no"
    ),
    "signoff of nobody": lambda scene: scene.superevent.signoff("nobody", "OK"),
    "signoff undecided": lambda scene: scene.superevent.signoff("H1", "PERHAPS"),
    "label after its signoff": lambda scene: scene.superevent.labels.create("H1OPS"),
    "url": lambda scene: scene.einstein.url == scene.url,
    "url of an event": lambda scene: scene.event.url.replace(scene.url, ""),
    "url of tags": lambda scene: scene.superevent.logs[3].tags.url.replace(scene.url, ""),
    "session.get": with_session("events/T0001"),
    "session.get params": with_session("events/", params={"query": "Test", "count": 1}),
    "session.get missing": with_session("events/T9999"),
    "session.get stream": lambda scene: (
        scene.einstein.session.get(f"{scene.url}events/T0001/files/a.bin,0", stream=True).content
    ),
    "session.get raw": lambda scene: scene.einstein.session.get(
        f"{scene.url}events/T0001/files/a.bin,0", stream=True
    ).raw.read(5),
    "session.post": lambda scene: scene.einstein.session.post(
        f"{scene.url}superevents/TS170817a/logs/", json={"comment": "by hand", "tagname": ["pe"]}
    ),
    "session.post form": lambda scene: scene.einstein.session.post(
        f"{scene.url}superevents/TS170817a/labels/", data={"name": "INJ"}
    ),
    "session.post again": lambda scene: scene.einstein.session.post(
        f"{scene.url}superevents/TS170817a/labels/", data={"name": "INJ"}
    ),
    "session.post files": lambda scene: scene.einstein.session.post(
        f"{scene.url}events/T0001/log/",
        data={"comment": "by hand"},
        files={"upload": ("b.txt", b"by hand")},
    ),
    "session.post named files": lambda scene: scene.einstein.session.post(
        f"{scene.url}events/T0001/log/",
        data={"comment": "by name"},
        files=[("upload", ("coinc.xml", None))],
    ),
    "session.post no such file": lambda scene: scene.einstein.session.post(
        f"{scene.url}events/T0001/log/", files={"upload": ("no-such-file", None)}
    ),
    "session.delete": lambda scene: scene.einstein.session.delete(
        f"{scene.url}superevents/TS170817a/labels/INJ/"
    ),
    "session.put": lambda scene: scene.einstein.session.put(f"{scene.url}events/T0001/labels/DQV"),
    "session relative": lambda scene: scene.einstein.session.get("events/"),
    "session as nobody": lambda scene: scene.nobody.session.get(f"{scene.url}events/"),
    "session.auth of nobody": lambda scene: scene.nobody.session.auth,
    "session.auth given": lambda scene: scene.nobody.session.get(
        f"{scene.url}superevents/TS170817a/", auth=("albert.einstein", "relativity")
    ),
    "session.headers": lambda scene: "User-Agent" in scene.einstein.session.headers,
    "nowhere read": lambda scene: scene.nowhere.events["T0001"].get(),
    "nowhere search": lambda scene: scene.nowhere.superevents.search(query="Test"),
    "nowhere write": lambda scene: scene.nowhere.superevents["S1"].labels.create("INJ"),
    "nowhere session": lambda scene: scene.nowhere.session.get(scene.nowhere.url),
    "silent session": lambda scene: scene.silent.session.get(scene.silent.url, timeout=0.2),
    "a username alone": made(username="albert.einstein"),
    "a password alone": made(password="relativity"),
    "noauth twice": made(force_noauth=True, fail_if_noauth=True),
    "no credential": made(fail_if_noauth=True),
    "a missing token": made(token="no-such-file"),
    "a missing certificate": made(cert="no-such-file"),
    "cert_reload": made(cert_reload=True),
    "cert_reload_timeout": made(cert_reload_timeout=60),
    "auth_reload": made(auth_reload=True, auth_reload_timeout=60),
    "an unknown option": made(nonsense=True),
    "two arguments": lambda scene: Client(scene.url, "robot.token") and "a client",
    "pickled": lambda scene: pickle.loads(pickle.dumps(scene.nobody)).url == scene.url,
    "closed": lambda scene: scene.leavitt.close(),
    "closed twice": lambda scene: scene.leavitt.close(),
    "used after": lambda scene: scene.leavitt.superevents.get(),
}


def run(url: str, nowhere: str, silent: str) -> Dict[str, Any]:
    """Take every step."""
    warnings.simplefilter("ignore")
    scene = Scene(
        Client(url, **EINSTEIN),
        Client(url, **LEAVITT),
        Client(url, force_noauth=True),
        Client(url, username="albert.einstein", password="wrong"),
        Client(nowhere, force_noauth=True),
        Client(silent, force_noauth=True),
        url,
    )
    return {name: outcome(step, scene) for name, step in STEPS.items()}


if __name__ == "__main__":
    json.dump(run(*sys.argv[1:]), sys.stdout)
