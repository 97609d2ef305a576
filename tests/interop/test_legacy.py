"""``gracedb_core.legacy`` beside ligo-gracedb, call by call, in one sandbox.

Both are told to do the same, each to an event and a superevent of its own: what they return, what
they raise, and what is on the server afterwards must be the same. `DIFFERENCES` holds what may
differ; an entry that makes no difference any more is an error.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Tuple

import pytest

from gracedb_core.legacy import OMITTED, GraceDb
from tests.legacy.test_names import NAMES
from tests.sandbox.uploads import coinc_xml, voevent_xml

from .conftest import ACCOUNT
from .remote import Answer, Peer, PeerError, Steps

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.interop

TIMES = ["2020-01-01T00:00:00", "2020-01-02T00:00:00"]
COINC = coinc_xml()

#: Classes by which programs catch what they know; others are a client's own.
CAUGHT = frozenset(
    [
        *("ConnectionError", "FileNotFoundError", "HTTPError", "InvalidSchema", "KeyError"),
        *("LookupError", "MissingSchema", "NameError", "NotImplementedError", "OSError"),
        *("RequestException", "RuntimeError", "Timeout", "TypeError", "ValueError"),
    ]
)


class Own(NamedTuple):
    """What a client has made for itself."""

    event: str
    other: str
    burst: str
    superevent: str
    #: What its catalogue is called.
    number: str


Call = Callable[[Steps, Own], Any]
Both = Tuple[Call, Call]


def each(make: Callable[[Steps, str], Any]) -> Both:
    """Make a call to an event, and then to a superevent."""
    return (lambda c, own: make(c, own.event), lambda c, own: make(c, own.superevent))


#: What both are told to do, in this order.
SHARED: Mapping[str, Callable[[Steps, str], Any]] = {
    "write_log": lambda c, it: c.write_log(it, "a message"),
    "write_log number": lambda c, it: c.write_log(it, 5),
    "write_log file": lambda c, it: c.write_log(
        it, "é", "a.txt", "text", ["sky_loc", "pe"], ["Sky", "PE"], "DQV"
    ),
    "write_log folder": lambda c, it: c.write_log(
        it, "x", filename="/somewhere/a.txt", filecontents=b"other", tag_name="pe"
    ),
    "write_log tagname": lambda c, it: c.writeLog(it, message="x", tagname=["pe"], unknown=1),
    "write_log no tag": lambda c, it: c.write_log(it, "x", tag_name=None, displayName=None),
    "write_log empty tag": lambda c, it: c.write_log(it, "x", tag_name=""),
    "write_log bytes": lambda c, it: c.write_log(it, b"from a process\xff\n"),
    "write_log empty": lambda c, it: c.write_log(it, "x", "", "", "", label=""),
    "write_log empty file": lambda c, it: c.write_log(it, "x", "empty.txt", ""),
    "write_log both tags": lambda c, it: c.write_log(it, "x", tag_name="pe", tagname="em_follow"),
    "write_log nothing": lambda c, it: c.write_log(it, ""),
    "write_log none": lambda c, it: c.write_log(it, None),
    "write_log bad tag": lambda c, it: c.write_log(it, "x", tag_name="a b"),
    "write_log names": lambda c, it: c.write_log(it, "x", tag_name=["a"], displayName=["A", "B"]),
    "write_log label": lambda c, it: c.write_log(it, "x", label="NO_SUCH"),
    "write_log labels": lambda c, it: c.write_log(it, "x", label=["DQV"]),
    "write_log absent": lambda c, it: c.write_log(it, "x", filename="/absent/a.txt"),
    "write_log label kind": lambda c, it: c.write_log(it, "x", label=7),
    "logs": lambda c, it: c.logs(it),
    "logs 1": lambda c, it: c.logs(it, 1),
    "logs 0": lambda c, it: c.logs(it, 0),
    "logs 99": lambda c, it: c.logs(it, 99),
    "logs 1.0": lambda c, it: c.logs(it, 1.0),
    "logs text": lambda c, it: c.logs(it, "1"),
    "logs empty": lambda c, it: c.logs(it, ""),
    "add_tag": lambda c, it: c.add_tag(it, 1, "em_follow"),
    "add_tag again": lambda c, it: c.addTag(it, 1, "em_follow"),
    "add_tag named": lambda c, it: c.add_tag(it, "1", "brand-new", "Brand New"),
    "tags": lambda c, it: c.tags(it, 1),
    "remove_tag": lambda c, it: c.removeTag(it, 1, "em_follow"),
    "remove_tag again": lambda c, it: c.remove_tag(it, 1, "em_follow"),
    "write_label": lambda c, it: c.writeLabel(it, "INJ"),
    "write_label again": lambda c, it: c.write_label(it, "INJ"),
    "write_label unknown": lambda c, it: c.write_label(it, "NO_SUCH"),
    "write_label protected": lambda c, it: c.write_label(it, "ADVOK"),
    "labels": lambda c, it: c.labels(it),
    "labels one": lambda c, it: c.labels(it, "INJ"),
    "labels none": lambda c, it: c.labels(it, "ADVNO"),
    "labels unknown": lambda c, it: c.labels(it, "NO_SUCH"),
    "remove_label": lambda c, it: c.remove_label(it, "INJ"),
    "remove_label again": lambda c, it: c.removeLabel(it, "INJ"),
    "files": lambda c, it: c.files(it),
    "files one": lambda c, it: c.files(it, "a.txt"),
    "files version": lambda c, it: c.files(it, "a.txt,0", raw=True),
    "files absent": lambda c, it: c.files(it, "absent.txt"),
    "files none": lambda c, it: c.files(it, None),
    "create_voevent": lambda c, it: c.createVOEvent(
        it, "preliminary", BNS=0.25, HasMassGap=0.5, raven_coinc=True, Unknown=1
    ),
    "create_voevent code": lambda c, it: c.create_voevent(
        it, "up", internal=False, open_alert=True
    ),
    "create_voevent map": lambda c, it: c.create_voevent(it, "initial", "BAYESTAR", "a.txt"),
    "create_voevent no map": lambda c, it: c.create_voevent(it, "initial"),
    "create_voevent old": lambda c, it: c.create_voevent(it, "preliminary", MassGap=0.5),
    "create_voevent unknown": lambda c, it: c.create_voevent(it, "nothing"),
    "voevents": lambda c, it: c.voevents(it),
    "voevents 1": lambda c, it: c.voevents(it, 1),
    "write_emobservation": lambda c, it: c.writeEMObservation(
        it, "Test", [10.0, 20.0], 2.0, [5.0, 6.0], [1.0, 1.0], TIMES, 10, "seen"
    ),
    "write_emobservation group": lambda c, it: c.write_emobservation(
        it, "Nobody", [1.0], 1, [1.0], 1, TIMES[:1], 1
    ),
    "write_emobservation lengths": lambda c, it: c.write_emobservation(
        it, "Test", [1.0], 1, [1.0, 2.0], 1, TIMES, 1
    ),
    "write_emobservation scalar": lambda c, it: c.write_emobservation(
        it, "Test", 1.0, 1, 1.0, 1, TIMES[0], 1
    ),
    "emobservations": lambda c, it: c.emobservations(it),
    "emobservations 1": lambda c, it: c.emobservations(it, 1),
    "permissions": lambda c, it: c.permissions(it),
    "modify_permissions": lambda c, it: c.modify_permissions(it, "expose"),
    "modify_permissions wrong": lambda c, it: c.modify_permissions(it, "burn"),
    "modify_permissions back": lambda c, it: c.modify_permissions(it, "hide"),
    "signoffs": lambda c, it: c.signoffs(it),
    "create_signoff": lambda c, it: c.create_signoff(it, "ADV", "NO", "glitch"),
    "superevent": lambda c, it: c.superevent(it),
    "event": lambda c, it: c.event(it),
}
ALONE: Mapping[str, Call] = {
    "events": lambda c, own: c.events(own.event),
    "events sorted": lambda c, own: c.events(
        f"group: Test {own.event} .. {own.other}", "-created", count=1
    ),
    "events most": lambda c, own: c.events("group: Test", max_results=0),
    "events wrong": lambda c, own: c.events("nonsense: (("),
    "num_events": lambda c, own: c.numEvents(own.event),
    "superevents": lambda c, own: c.superevents(own.superevent),
    "superevents sorted": lambda c, own: c.superevents(
        query=own.superevent, orderby=["-created", "far"], count=3
    ),
    "superevents columns": lambda c, own: c.superevents(own.superevent, columns=["far", "labels"]),
    "superevents text": lambda c, own: c.superevents(own.superevent, columns="far,t_0"),
    "superevents no column": lambda c, own: c.superevents(own.superevent, columns=["nothing"]),
    "replace_event": lambda c, own: c.replaceEvent(own.event, "/x/coinc.xml", COINC),
    "replace_event superevent": lambda c, own: c.replace_event(own.superevent, "a.xml", COINC),
    "update_grbevent": lambda c, own: c.update_grbevent(own.burst, 1.5, 2, designation="good"),
    "update_grbevent nothing": lambda c, own: c.update_grbevent(own.burst),
    "update_grbevent other": lambda c, own: c.update_grbevent(own.event, ra=1.5),
    "create_event group": lambda c, own: c.create_event("test", "gstlal", "a", filecontents=COINC),
    "create_event pipeline": lambda c, own: c.create_event("Test", "no", "a", filecontents=COINC),
    "create_event search": lambda c, own: c.create_event(
        "Test", "gstlal", "a", "nothing", filecontents=COINC
    ),
    "create_event label": lambda c, own: c.create_event(
        "Test", "gstlal", "a", labels="NO_SUCH", filecontents=COINC
    ),
    "create_event no group": lambda c, own: c.create_event(None, "gstlal", "a", filecontents=COINC),
    "create_event no pipeline": lambda c, own: c.create_event(
        "Test", None, "a", filecontents=COINC
    ),
    "create_event empty pipeline": lambda c, own: c.create_event(
        "Test", "", "a", filecontents=COINC
    ),
    "create_event empty label": lambda c, own: c.create_event(
        "Test", "gstlal", "a", labels="", filecontents=COINC
    ),
    "create_event replay": lambda c, own: c.create_event(
        "Test", "gstlal", "a", replay_id=3, filecontents=COINC
    ),
    "create_event offline": lambda c, own: c.create_event(
        "Test", "gstlal", "a", offline="yes", filecontents=COINC
    ),
    "create_event absent": lambda c, own: c.create_event("Test", "gstlal", "/absent/a.xml"),
    "create_event junk": lambda c, own: c.create_event(
        "Test", "gstlal", "a.xml", filecontents=b"junk"
    ),
    "create_superevent taken": lambda c, own: c.create_superevent(1, 2, 3, own.event, "T"),
    "create_superevent production": lambda c, own: c.create_superevent(1, 2, 3, own.other),
    "create_superevent category": lambda c, own: c.create_superevent(1, 2, 3, own.other, "nothing"),
    "create_superevent time": lambda c, own: c.create_superevent("soon", 2, 3, own.other, "T"),
    "create_superevent none": lambda c, own: c.create_superevent(None, 2, 3, own.other, "T"),
    "create_superevent category kind": lambda c, own: c.create_superevent(1, 2, 3, own.other, None),
    "create_superevent labels": lambda c, own: c.create_superevent(
        1, 2, 3, own.other, "T", labels=7
    ),
    "create_superevent events": lambda c, own: c.create_superevent(
        1, 2, 3, own.other, "T", events=7
    ),
    "create_superevent events kind": lambda c, own: c.create_superevent(
        1, 2, 3, own.other, "T", events=[7]
    ),
    "create_superevent unknown label": lambda c, own: c.create_superevent(
        1, 2, 3, own.other, "T", labels=["INJ", "NO_SUCH"]
    ),
    "update_superevent": lambda c, own: c.updateSuperevent(
        own.superevent, 1.5, 2.5, 3.5, em_type="E1", time_coinc_far=1e-9, space_coinc_far=2e-9
    ),
    "update_superevent same": lambda c, own: c.update_superevent(own.superevent, t_0=2.5),
    "update_superevent nothing": lambda c, own: c.update_superevent(own.superevent),
    "update_superevent empty": lambda c, own: c.update_superevent(
        own.superevent, t_0=2.25, t_end="", preferred_event="", em_type="", time_coinc_far=""
    ),
    "update_superevent all empty": lambda c, own: c.update_superevent(own.superevent, em_type=""),
    "load_json none": lambda c, own: c.load_json_from_response(None),
    "add_event": lambda c, own: c.addEventToSuperevent(own.superevent, own.other),
    "add_event again": lambda c, own: c.add_event_to_superevent(own.superevent, own.other),
    "add_pipeline_preferred": lambda c, own: c.add_pipeline_preferred_event(
        own.superevent, own.other
    ),
    "remove_pipeline_preferred": lambda c, own: c.remove_pipeline_preferred_event(
        own.superevent, own.other
    ),
    "remove_event": lambda c, own: c.removeEventFromSuperevent(own.superevent, own.other),
    "remove_event preferred": lambda c, own: c.remove_event_from_superevent(
        own.superevent, own.event
    ),
    "signoff operator": lambda c, own: c.create_signoff(
        own.superevent, "operator", "okay", "fine", "lho"
    ),
    "signoff again": lambda c, own: c.create_signoff(own.superevent, "OP", "OK", "", "H1"),
    "signoff no detector": lambda c, own: c.create_signoff(own.superevent, "OP", "OK", ""),
    "signoff detector": lambda c, own: c.create_signoff(own.superevent, "OP", "OK", "", "X9"),
    "signoff kind": lambda c, own: c.create_signoff(own.superevent, "X", "OK", ""),
    "signoff status": lambda c, own: c.create_signoff(own.superevent, "ADV", "X", ""),
    "update_signoff": lambda c, own: c.update_signoff(own.superevent, "OP", "NO", "bad", "H1"),
    "update_signoff comment": lambda c, own: c.update_signoff(
        own.superevent, "OP", comment="worse", instrument="H1"
    ),
    "update_signoff nothing": lambda c, own: c.update_signoff(
        own.superevent, "OP", instrument="H1"
    ),
    "signoffs one": lambda c, own: c.signoffs(own.superevent, "OP", "H1"),
    "delete_signoff": lambda c, own: c.delete_signoff(own.superevent, "OP", "H1"),
    "delete_signoff again": lambda c, own: c.delete_signoff(own.superevent, "OP", "H1"),
    "notices": lambda c, own: c.notices(own.superevent),
    "notices 1": lambda c, own: c.notices(own.superevent, 1),
    "create_notice": lambda c, own: c.create_notice(own.superevent, "n.json", "{}"),
    "gwtc_create": lambda c, own: c.gwtc_create(
        {own.superevent: {"pipelines": {}, "far": None, "pastro": None}}, own.number
    ),
    "gwtc_create number": lambda c, own: c.gwtc_create({}, 4),
    "gwtc_get": lambda c, own: c.gwtc_get(own.number, "latest"),
    "gwtc_get number": lambda c, own: c.gwtc_get(4, 1),
    "gwtc_get version": lambda c, own: c.gwtc_get(own.number, "1"),
    "gwtc_list": lambda c, own: c.gwtc_list(own.number),
    "gwtc_versions": lambda c, own: c.gwtc_versions(own.number),
    "upload_reserved_event": lambda c, own: c.upload_reserved_event("G9", "a.xml", COINC),
    "user_info": lambda c, own: c.get_user_info(),
    "ping": lambda c, own: c.ping(),
    "confirm": lambda c, own: c.confirm_superevent_as_gw(own.superevent, f"TGW{own.event[1:]}"),
    "confirm again": lambda c, own: c.confirm_superevent_as_gw(own.superevent),
    "url": lambda c, own: c.url,
}
#: These may leave something else on the server, and so come after a look at it.
ODD: Mapping[str, Call] = {
    "log without a name": lambda c, own: c.write_log(own.event, "x", filecontents=b"lost?"),
    "contents of no kind": lambda c, own: c.write_log(own.event, "x", "a.txt", []),
    "tag with a slash": lambda c, own: c.add_tag(own.event, 1, "a/b"),
    "time in full": lambda c, own: c.update_superevent(own.superevent, t_0=2.1234567),
    "raw relative": lambda c, own: c.get("events/"),
    "raw elsewhere": lambda c, own: c.get("http://127.0.0.1:1/api/"),
    "many sorted": lambda c, own: c.events(f"{own.event} .. {own.other}", ["-created"]),
    "file with a slash": lambda c, own: c.files(own.event, "/a.txt"),
    "file with a query": lambda c, own: c.files(own.event, "a.txt?b"),
}

#: Newer servers list neither groups of observers nor detectors, over which ligo-gracedb breaks off
#: with a TypeError; this client leaves the judgement to the server.
_UNLISTED = "the server lists none to choose from"
#: What is meant to differ, and why; a number behind is the generation of the server.
DIFFERENCES: Mapping[str, str] = {
    "log without a name": "ligo-gracedb drops contents without a name, and nobody is told",
    "contents of no kind": "it is refused with a ValueError, whichever kind it is of",
    "time in full": "a time is sent as a number, which the server rounds, and not as text",
    "file with a query": "a name is quoted: what follows a question mark is a part of it",
    "file with a slash": "a name that could leave its place in the path is refused",
    "tag with a slash": "a name that could leave its place in the path is refused",
    "raw elsewhere": "other servers are not asked, and hear no credential",
    "many sorted": "ligo-gracedb sends a list of fields as Python writes it",
    **{
        f"{kind} write_emobservation{how} 2.36": _UNLISTED
        for kind in ("event", "superevent")
        for how in ("", " group", " lengths")
    },
    "signoff operator 2.36": _UNLISTED,
    "signoff again 2.36": _UNLISTED,
    "signoff detector 2.36": _UNLISTED,
    "update_signoff 2.36": _UNLISTED,
    "update_signoff comment 2.36": _UNLISTED,
    "signoffs one 2.36": _UNLISTED,
    "delete_signoff 2.36": _UNLISTED,
    "delete_signoff again 2.36": _UNLISTED,
}
#: Whose arguments are meant to differ, and why.
SIGNATURES: Mapping[str, str] = {
    "__init__": "further options are those of gracedb_core.Client",
    "request": "what belongs to the client as a whole is no option of one request",
}


def steps() -> Iterator[Tuple[str, Call]]:
    """Give all calls that the two make alike."""
    for name, make in SHARED.items():
        for kind, call in zip(("event", "superevent"), each(make)):
            yield f"{kind} {name}", call
    yield from ALONE.items()


def prepared(client: Steps, number: str) -> Own:
    """Make what the calls are about."""

    def upload(pipeline: str = "gstlal", contents: bytes = COINC) -> Any:
        answer = client.create_event("Test", pipeline, "coinc.xml", filecontents=contents)
        return answer.json()["graceid"]

    event, other = upload(), upload()
    made = client.create_superevent(1, 2, 3, event, category="test")
    burst = upload("Fermi", voevent_xml())
    return Own(event, other, burst, made.json()["superevent_id"], number)


class Told:
    """What a client says, in words that do not tell which of the two it is."""

    def __init__(self, own: Own) -> None:
        # Longest first: an id may begin with another.
        self._names = sorted(
            ((value, name) for name, value in own._asdict().items()), key=lambda it: -len(it[0])
        )

    def plain(self, text: str) -> str:
        """Take out ids, moments, and how long something took."""
        for value, name in self._names:
            text = re.sub(rf"(?<![\w.]){re.escape(value)}(?!\d)", f"<{name}>", text)
            text = text.replace(f"TGW{value[1:]}", "<gw>") if name == "event" else text
        text = re.sub(r"(?<!\w)T\d{4}(?!\d)", "<new>", text)
        text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)?", "<time>", text)
        return re.sub(r'("reporting_latency": ?)[-\d.e]+', r"\1<seconds>", text)

    def outcome(self, client: Steps, own: Own, call: Call) -> Dict[str, Any]:
        """Make *call*, and tell what came of it."""
        try:
            value = call(client, own)
        except PeerError as error:
            said = None if error.text is None else self.plain(error.text)
            return {"raised": error.kinds & CAUGHT, "status": error.status, "text": said}
        if isinstance(value, Answer):
            return {"status": value.status, "text": self.plain(value.text)}
        return {"value": self.plain(json.dumps(value, default=repr))}


def agree(theirs: Dict[str, Any], ours: Dict[str, Any]) -> bool:
    """Tell whether whoever is served by *theirs* is served by *ours*."""
    if "raised" not in theirs or "raised" not in ours:
        return theirs == ours
    same = (theirs["status"], theirs["text"]) == (ours["status"], ours["text"])
    return same and theirs["raised"] <= ours["raised"]


class World(NamedTuple):
    """Two clients, what each has made, and the generation of the server."""

    generation: str
    clients: Tuple[Steps, Steps]
    owned: Tuple[Own, Own]

    def outcomes(self, call: Call) -> List[Dict[str, Any]]:
        """Have both make *call*."""
        pairs = zip(self.clients, self.owned)
        return [Told(own).outcome(client, own, call) for client, own in pairs]

    def seen(self, path: str) -> List[str]:
        """Look at the same place of both."""
        pages = []
        for own in self.owned:
            place = path.format(**own._asdict())
            answer = self.clients[0].get(f"{self.clients[0]._service_url()}{place}")
            pages.append(Told(own).plain(answer.text))
        return pages


@pytest.fixture(scope="module", params=["2.33", "2.36"])
def world(request: pytest.FixtureRequest, peers_python: str, hermetic: Path) -> Iterator[World]:
    """Start both beside a server that is theirs alone."""
    from gracedb_sandbox import Sandbox

    suffix = "-v2" if request.param == "2.36" else ""
    with Sandbox(generation=request.param) as server:
        theirs = Peer(peers_python, f"ligo{suffix}", server.url, *ACCOUNT, home=hermetic)
        ours = Peer(sys.executable, f"ours{suffix}", server.url, *ACCOUNT, home=hermetic)
        with theirs as one, ours as two:
            owned = prepared(one, "97.1"), prepared(two, "98.1")
            yield World(request.param, (one, two), owned)


def judge(world: World, name: str, call: Call) -> str:
    """Say what is wrong with a call, if anything."""
    theirs, ours = world.outcomes(call)
    excuse = DIFFERENCES.get(name) or DIFFERENCES.get(f"{name} {world.generation}")
    if agree(theirs, ours):
        return f"{name}: makes no difference any more" if excuse else ""
    return "" if excuse else f"{name}:\n  theirs {theirs}\n  ours   {ours}"


def test_every_call(world: World) -> None:
    """Results, errors and the state of the server are the same."""
    assert not "\n".join(filter(None, (judge(world, name, call) for name, call in steps())))
    for place in ("events/{event}", "events/{event}/log/", "events/{event}/files/"):
        theirs, ours = world.seen(place)
        assert theirs == ours
    for place in ("", "logs/", "files/", "labels/", "signoffs/", "permissions/", "events/"):
        theirs, ours = world.seen("superevents/{superevent}/" + place)
        assert theirs == ours
    odd = (judge(world, name, call) for name, call in ODD.items())
    assert not "\n".join(filter(None, odd))


def test_properties(world: World) -> None:
    """The root document is the same, piece by piece."""
    # That one prints, where a program may print something else.
    for name in sorted(NAMES - {"service_url"}):
        if isinstance(inspect.getattr_static(GraceDb, name, None), property):
            theirs, ours = (getattr(client, name)() for client in world.clients)
            assert theirs == ours, name


REFLECT = """
import inspect, json
from ligo.gracedb.rest import GraceDb
own = {n for k in GraceDb.__mro__ if k.__module__.startswith("ligo.") for n in vars(k)}
def told(it):
    parameters = inspect.signature(it).parameters.values()
    return [[each.name, int(each.kind), repr(each.default)] for each in parameters]
print(json.dumps({
    n: told(getattr(GraceDb, n)) if callable(getattr(GraceDb, n)) else None
    for n in own if not n.startswith("_")
} | {"__init__": told(GraceDb.__init__)}))
"""


@pytest.fixture(scope="module")
def reflected(peers_python: str, hermetic: Path) -> Any:
    """Ask the real one for its public names and their arguments."""
    done = subprocess.run(
        [peers_python, "-W", "ignore", "-c", REFLECT],
        stdout=subprocess.PIPE,
        check=True,
        env={"HOME": str(hermetic)},
        cwd=str(hermetic),
    )
    return json.loads(done.stdout)


def test_names(reflected: Any) -> None:
    """The list that the quick tests go by is that of the real client."""
    assert reflected.keys() - {"__init__"} == NAMES


def test_signatures(reflected: Any) -> None:
    """Every method takes the same arguments, in the same order, with the same defaults."""
    different = {}
    for name, parameters in reflected.items():
        if parameters is None or name in OMITTED:
            continue
        ours = [
            [it.name, int(it.kind), repr(it.default)]
            for it in inspect.signature(getattr(GraceDb, name)).parameters.values()
        ]
        # A default that can change is one that changes.
        theirs = [[*rest, default.replace("[]", "()")] for *rest, default in parameters]
        if ours != theirs:
            different[name] = (theirs, ours)
    assert not {name: pair for name, pair in different.items() if name not in SIGNATURES}
    assert different.keys() == SIGNATURES.keys()
