"""The calls that are compared, as data: a name, and what to do with a client.

`python calls.py MODULE ORIGIN [NAME...]` makes all of them, or those named, with `MODULE.Client`
in the current folder. Each has a base URL of its own, `{ORIGIN}/{name}/api/`. What each
returned is printed as JSON, so that clients in different interpreters can be compared.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from base64 import b64encode
from decimal import Decimal
from typing import Any, Callable, Dict, Iterable

Call = Callable[[Any], Any]

EVENT_DATA = b"<?xml version='1.0'?>\n<LIGO_LW/>\n"
BINARY = bytes(range(256))
PROBABILITIES = {"BNS": 0.1, "NSBH": 0.2, "BBH": 0.3, "Terrestrial": 0.4}


def prepare(folder: str) -> None:
    """Write the files that the calls upload."""
    os.mkdir(os.path.join(folder, "folder"))
    for name in ("coinc.xml", "folder/coinc.xml"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(EVENT_DATA)


def create_event(client: Any, **keywords: Any) -> Any:
    """Create an event with the usual group and pipeline, and what else is asked for."""
    return client.events.create(**{"group": "Test", "pipeline": "gstlal", **keywords})


def create_superevent(client: Any, **keywords: Any) -> Any:
    """Create a superevent around T1, unless told otherwise."""
    times = {"t_start": 1, "t_0": 2, "t_end": 3, "preferred_event": "T1"}
    return client.superevents.create(**{**times, **keywords})


def with_labels(create: Callable[..., Any], labels: Any, **keywords: Any) -> Call:
    """The call that creates something with these labels."""
    return lambda client: create(client, labels=labels, **keywords)


def enter(file: Any) -> bytes:
    """Read a download inside `with`."""
    with file as stream:
        data: bytes = stream.read()
    return data


COLLECTIONS: Dict[str, Any] = {
    "none": None,
    "empty": [],
    "string": "INJ",
    "list": ["INJ", "DQV"],
    "tuple": ("INJ", "DQV"),
}

CALLS: Dict[str, Call] = {
    # Lists and searches
    "events.get": lambda c: c.events.get(),
    "events.search": lambda c: c.events.search(query="group: Test far < 1e-7"),
    "events.search sort": lambda c: c.events.search(query="G1 .. G5", sort="-far"),
    "events.search nothing": lambda c: c.events.search(),
    "events.search none": lambda c: c.events.search(query="x", sort=None),
    "events.search count": lambda c: c.events.search(query="x", count=7),
    "events.search pages": lambda c: c.events.search(query="pages"),
    "events.search odd characters": lambda c: c.events.search(query='a+b&c=d/é "q" ~x|y'),
    "superevents.get": lambda c: c.superevents.get(),
    "superevents.search": lambda c: c.superevents.search(query="category: Test", sort="t_0"),
    "superevents.search pages": lambda c: c.superevents.search(query="pages"),
    # One event, one superevent, and the mix-up that is forgiven
    "event.get": lambda c: c.events["G1"].get(),
    "superevent.get": lambda c: c.superevents["S190425z"].get(),
    "event as superevent": lambda c: c.superevents["G1"].get(),
    "superevent as event": lambda c: c.events["S190425z"].get(),
    "test superevent as event": lambda c: c.events["TS190425z"].get(),
    "MDC superevent as event": lambda c: c.events["MS190425z"].labels.get(),
    # Creating events
    "events.create": lambda c: create_event(
        c, filename="coinc.xml", filecontents=EVENT_DATA, search="LowMass", offline=False
    ),
    "events.create offline": lambda c: create_event(
        c, filename="coinc.xml", filecontents=EVENT_DATA, search="LowMass", offline=True
    ),
    "events.create bare": lambda c: create_event(c, filecontents=EVENT_DATA),
    "events.create text": lambda c: create_event(c, filename="a.txt", filecontents="text, é"),
    "events.create object": lambda c: create_event(
        c, filename="a", filecontents=io.BytesIO(BINARY)
    ),
    "events.create read": lambda c: create_event(c, filename="coinc.xml"),
    "events.create read in folder": lambda c: create_event(c, filename="folder/coinc.xml"),
    "events.create missing file": lambda c: create_event(c, filename="absent.xml"),
    "events.create folder": lambda c: create_event(c, filename="folder"),
    "events.create standard input": lambda c: create_event(c, filename="-"),
    "events.create search none": lambda c: create_event(
        c, filename="a", filecontents=b"x", search=None
    ),
    "events.create odd name": lambda c: create_event(c, filename="a b+é.xml", filecontents=b"x"),
    "events.create folder in name": lambda c: create_event(
        c, filename="folder/a.xml", filecontents=b"x"
    ),
    "events.create quote in name": lambda c: create_event(c, filename='a"b', filecontents=b"x"),
    "events.create comma in name": lambda c: create_event(c, filename="a,b", filecontents=b"x"),
    "events.create extra": lambda c: create_event(
        c, filename="a", filecontents=b"x", replay_id="O3-replay"
    ),
    **{
        f"events.create labels {name}": with_labels(create_event, labels, filecontents=EVENT_DATA)
        for name, labels in COLLECTIONS.items()
    },
    "events.create labels set": lambda c: create_event(
        c, filename="coinc.xml", filecontents=EVENT_DATA, labels={"INJ"}
    ),
    "events.update": lambda c: c.events.update("G1", filename="coinc.xml", filecontents=EVENT_DATA),
    "events.update bare": lambda c: c.events.update("G1", filecontents=EVENT_DATA),
    # Creating superevents
    "superevents.create": lambda c: create_superevent(c),
    "superevents.create production": lambda c: create_superevent(c, preferred_event="G1"),
    "superevents.create MDC": lambda c: create_superevent(c, preferred_event="M1"),
    "superevents.create external": lambda c: create_superevent(c, preferred_event="E1"),
    "superevents.create decimals": lambda c: create_superevent(
        c, t_start=1e9, t_0=1000000000.12345678, t_end=1000000000.1
    ),
    "superevents.create text times": lambda c: create_superevent(
        c, t_start="1.5", t_0="1000000000.12345678", t_end="3"
    ),
    "superevents.create Decimal": lambda c: create_superevent(c, t_0=Decimal("2.5")),
    "superevents.create time none": lambda c: create_superevent(c, t_0=None),
    **{
        f"superevents.create labels {name}": with_labels(create_superevent, labels)
        for name, labels in COLLECTIONS.items()
    },
    "superevents.create labels set": lambda c: create_superevent(c, labels={"INJ"}),
    "superevents.create events": lambda c: create_superevent(c, events=["T2", "T3"]),
    "superevents.create events string": lambda c: create_superevent(c, events="T2"),
    "superevents.create events tuple": lambda c: create_superevent(c, events=("T2", "T3")),
    "superevents.create events set": lambda c: create_superevent(c, events={"T2"}),
    "superevents.update": lambda c: c.superevents.update("S190425z", t_start=1.5, t_end=3),
    "superevents.update none": lambda c: c.superevents.update("S190425z", t_start=1, t_end=None),
    "superevents.update preferred": lambda c: c.superevents.update(
        "TS190425z", preferred_event="T2"
    ),
    # Members, exposure, signoffs
    "superevent.add": lambda c: c.superevents["S190425z"].add("G1"),
    "superevent.remove": lambda c: c.superevents["S190425z"].remove("G1"),
    "superevent.is_exposed": lambda c: c.superevents["S190425z"].is_exposed(),
    "superevent.is_exposed hidden": lambda c: c.superevents["S200101a"].is_exposed(),
    "superevent.expose": lambda c: c.superevents["S190425z"].expose(),
    "superevent.unexpose": lambda c: c.superevents["S190425z"].unexpose(),
    "superevent.signoff advocate": lambda c: c.superevents["S190425z"].signoff("ADV", "OK", "fine"),
    "superevent.signoff H1": lambda c: c.superevents["S190425z"].signoff("H1", "NO", "glitch, é"),
    "superevent.signoff L1": lambda c: c.superevents["S190425z"].signoff("L1", "OK", "fine"),
    "superevent.signoff V1": lambda c: c.superevents["S190425z"].signoff("V1", "OK", "fine"),
    "superevent.signoff no comment": lambda c: c.superevents["S190425z"].signoff("ADV", "OK"),
    "pipeline_preferred_events.get": (
        lambda c: c.superevents["S190425z"].pipeline_preferred_events.get()
    ),
    "pipeline_preferred_events.add": (
        lambda c: c.superevents["S190425z"].pipeline_preferred_events.add("G1")
    ),
    "pipeline_preferred_events.remove": (
        lambda c: c.superevents["S190425z"].pipeline_preferred_events.remove("G1")
    ),
}


def shared(kind: str, name: str) -> Dict[str, Call]:
    """The calls that an event and a superevent have in common."""

    def one(client: Any) -> Any:
        return getattr(client, kind + "s")[name]

    def write_log(**keywords: Any) -> Call:
        return lambda c: one(c).logs.create(comment="x", **keywords)

    def write_voevent(**keywords: Any) -> Call:
        return lambda c: one(c).voevents.create(**keywords)

    table: Dict[str, Call] = {
        "files.get": lambda c: one(c).files.get(),
        "files[].get": lambda c: one(c).files["a.fits"].get(),
        "files[].get in with": lambda c: enter(one(c).files["a.fits"].get()),
        "files[].get compressed": lambda c: one(c).files["a.fits.gz"].get(),
        "files[].get version": lambda c: one(c).files["a.fits,1"].get(),
        "files[].get odd name": lambda c: one(c).files["a b+c,0"].get(),
        "files[].get nested": lambda c: one(c).files["folder/a.fits"].get(),
        "labels.get": lambda c: one(c).labels.get(),
        "labels.create": lambda c: one(c).labels.create("DQV"),
        "labels.delete": lambda c: one(c).labels.delete("DQV"),
        "logs.get": lambda c: one(c).logs.get(),
        "logs[].get": lambda c: one(c).logs[3].get(),
        "logs.create": lambda c: one(c).logs.create(comment="a comment"),
        "logs.create accents": lambda c: one(c).logs.create(comment="é & < >"),
        "logs.create label": lambda c: one(c).logs.create(comment="x", tags="pe", label="DQV"),
        "logs.create label none": lambda c: one(c).logs.create(comment="x", label=None),
        "logs.create file": lambda c: one(c).logs.create(
            comment="sky map, é",
            filename="a.fits",
            filecontents=BINARY,
            tags=["sky_loc", "public"],
            label="SKYMAP_READY",
        ),
        "logs.create file text": lambda c: one(c).logs.create(
            comment="x", filename="a.txt", filecontents="text, é", tags="pe"
        ),
        "logs.create file object": lambda c: one(c).logs.create(
            comment="x", filename="a.bin", filecontents=io.BytesIO(BINARY)
        ),
        "logs.create file read": lambda c: one(c).logs.create(comment="x", filename="coinc.xml"),
        "logs[].tags.get": lambda c: one(c).logs[3].tags.get(),
        "logs[].tags.create": lambda c: one(c).logs[3].tags.create("sky_loc"),
        "logs[].tags.delete": lambda c: one(c).logs[3].tags.delete("sky_loc"),
        "voevents.get": lambda c: one(c).voevents.get(),
        "voevents.create": lambda c: one(c).voevents.create(voevent_type="preliminary"),
        "voevents.create full": lambda c: one(c).voevents.create(
            voevent_type="initial",
            internal=False,
            open_alert=True,
            hardware_inj=False,
            skymap_type="BAYESTAR",
            skymap_filename="bayestar.multiorder.fits,0",
            ProbHasNS=0.25,
            ProbHasRemnant=0.5,
            MassGap=0.0,
            coinc_comment=True,
            **PROBABILITIES,
        ),
        "voevents.create none": lambda c: one(c).voevents.create(
            voevent_type="update", internal=True, skymap_type=None, skymap_filename=None, BNS=None
        ),
        "voevents.create newer": lambda c: one(c).voevents.create(
            voevent_type="earlywarning", HasMassGap=0.1, HasSSM=0.2, Significant=True
        ),
        "voevents.create wrong type": lambda c: one(c).voevents.create(voevent_type="alert"),
        **{
            f"logs.create tags {label}": write_log(tags=tags) for label, tags in COLLECTIONS.items()
        },
        **{
            f"logs.create file tags {label}": write_log(filename="a", filecontents=b"x", tags=tags)
            for label, tags in COLLECTIONS.items()
        },
        **{
            f"voevents.create {word}": write_voevent(voevent_type=word, internal=True)
            for word in ("initial", "update", "retraction", "earlywarning")
        },
    }
    return {f"{kind}.{key}": call for key, call in table.items()}


CALLS.update(shared("event", "G1"))
CALLS.update(shared("superevent", "S190425z"))


def described(value: Any) -> Dict[str, Any]:
    """A returned value as JSON: its kind and its content."""
    if hasattr(value, "status_code"):
        text = value.text if hasattr(value, "text") else value.read().decode()
        return {"kind": "requests.Response", "status": value.status_code, "value": text}
    if hasattr(value, "read"):
        return {"kind": "file", "value": b64encode(enter(value)).decode()}
    if isinstance(value, bytes):
        return {"kind": "bytes", "value": b64encode(value).decode()}
    if hasattr(value, "__next__"):
        return {"kind": "iterator", "value": list(value)}
    return {"kind": type(value).__name__, "value": value}


def outcome(call: Call, client: Any) -> Dict[str, Any]:
    """What the call returned, or the names of the error's classes and what it says."""
    try:
        return described(call(client))
    except Exception as error:
        names = [kind.__name__ for kind in type(error).__mro__]
        response = getattr(error, "response", None)
        return {
            "kind": "error",
            "value": names,
            "says": str(error),
            "status": getattr(response, "status_code", None),
            "text": getattr(response, "text", None),
        }


def slug(name: str) -> str:
    """The name of a call as one plain segment of a path."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def run(module: str, origin: str, names: Iterable[str]) -> Dict[str, Dict[str, Any]]:
    """Make each call with a client of its own; the answers by name."""
    make_client = importlib.import_module(module).Client
    answers = {}
    for name in names:
        url = f"{origin}/{slug(name)}/api/"
        with make_client(url, username="albert.einstein", password="relativity") as client:
            answers[name] = outcome(CALLS[name], client)
    return answers


if __name__ == "__main__":
    json.dump(run(sys.argv[1], sys.argv[2], sys.argv[3:] or CALLS), sys.stdout)
