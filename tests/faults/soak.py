"""Many mixed calls from many threads through faults drawn at random, and a ledger of what they say.

What is asked, and which request meets which fault, follows from one seed; only how the threads
take turns does not.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from gracedb_core import Client, RetryPolicy
from gracedb_core.errors import GraceDBError, OutcomeUnknown
from tests.core import making
from tests.sandbox.uploads import coinc_xml

from .cells import DEADLINE, EINSTEIN
from .kinds import FAULTS, answered
from .proxy import PASS, Exchange, Fault, Proxy

__all__ = ["Content", "Entry", "Ground", "LEAVING", "Ledger", "Plan", "Weather", "late", "soak"]

THREADS = 16
#: Labels that nothing else hangs on.
LABELS = ("INJ", "DQV", "EM_READY", "PE_READY", "SKYMAP_READY", "PASTRO_READY", "EMBRIGHT_READY")
DATA = bytes(range(256)) * 64
#: Seconds after a 504 at which the server acts all the same.
LATE = 2.0
#: A 504 after which nothing else comes over this connection.
LEAVING = answered(504, "Connection: close")


def late(exchange: Exchange) -> None:
    """Answer 504, and let the server act two seconds later."""
    LEAVING(exchange)
    exchange.wait(LATE)
    exchange.forward()


#: What leaves a write in doubt, and what does not.
AMBIGUOUS: Dict[str, Fault] = {
    "late": late,
    **{
        name: FAULTS[name]
        for name in (
            *("reset before it was passed on", "reset after it was passed on"),
            *("closed after it was passed on", "no HTTP", "half of the JSON", "gzip damaged"),
            *("a body cut short", "a body cut in a chunk", "a broken chunk", "gzip cut short"),
            *("408", "502", "504", "408 after it was done", "502 after it was done"),
            *("504 after it was done", "504 with Retry-After after it was done"),
        )
    },
}
PLAIN: Dict[str, Fault] = {
    name: FAULTS[name]
    for name in (
        *("103 first", "429", "429 with Retry-After", "503 with Retry-After"),
        *("503", "500", "500 after it was done", "409", "a delay"),
    )
}
FAULT = {**AMBIGUOUS, **PLAIN}
#: Of files these say nothing: wrong contents would pass for good.
UNSEEN = ("half of the JSON",)


class Weather:
    """Draws a fault for every request, and counts those that leave a write in doubt."""

    def __init__(self, seed: int, often: float = 0.2) -> None:
        self._random = random.Random(seed)
        self._often = often
        self._turn = threading.Condition()
        self._under_way = 0
        self.met: Counter[str] = Counter()
        self.doubts = 0

    def __call__(self, exchange: Exchange) -> None:
        """Let one request through, or not."""
        with self._turn:
            self._under_way += 1
            name = self._drawn(exchange.line)
        try:
            FAULT.get(name, PASS)(exchange)
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()

    def _drawn(self, line: str) -> str:
        is_read, is_file = line.startswith("GET"), "/files/" in line
        if self._random.random() >= self._often:
            return ""
        name = self._random.choice([*FAULT])
        if (is_file and name in UNSEEN) or (is_read and name == "late"):
            return ""
        self.met[name] += 1
        self.doubts += name in AMBIGUOUS and not is_read
        return name

    def calm(self) -> None:
        """Wait until the server has done whatever it is still to do, and be fair from then on."""
        with self._turn:
            self._often = 0.0
            assert self._turn.wait_for(lambda: not self._under_way, 120)


class Ground:
    """What the calls are about, made before the weather turns."""

    def __init__(self, direct: Client, calls: int) -> None:
        self.direct = direct
        number = max(4, calls // 60)
        first = making.moment()
        self.events = [self.event() for _ in range(number)]
        #: What finds the first three of them.
        self.query = f"Test gpstime: {first} .. {first + 3500}"
        self.superevents = [
            making.superevent_id(direct, preferred_event=event) for event in self.events
        ]
        for each in self.events:
            direct.events[each].logs.create("data", filename="data.bin", filecontents=DATA)
        for each in self.superevents:
            direct.superevents[each].logs.create("to be tagged")

    def event(self) -> str:
        """Upload an event."""
        return making.event_id(self.direct, contents=upload(making.moment()))

    @property
    def nodes(self) -> List[Tuple[str, str]]:
        """List where messages, labels and tags can go."""
        events = [("events", each) for each in self.events]
        return events + [("superevents", each) for each in self.superevents]


def upload(moment: int) -> bytes:
    """Give the file of an event."""
    return coinc_xml(gpstime=(moment, 0), singles=())


class Entry(NamedTuple):
    """One call: what it is to do, and how that is found on the server."""

    #: What is done, so that two entries with one thing mean two of it.
    thing: Tuple[Any, ...]
    call: Callable[[Client], Any]


class Ledger:
    """What the client has reported of every call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.done: Counter[Any] = Counter()
        self.refused: Counter[Any] = Counter()
        self.unknown: List[Tuple[Any, OutcomeUnknown]] = []
        self.strange: List[str] = []

    def enter(self, entry: Entry, client: Client) -> None:
        """Make one call, and write down what came of it."""
        failure: Optional[BaseException] = None
        try:
            answer = entry.call(client)
            if entry.thing[0] == "read" and answer != entry.thing[1]:
                failure = AssertionError(f"{answer!r:.200} instead of {entry.thing[1]!r:.200}")
        except Exception as error:
            failure = error
        with self._lock:
            if isinstance(failure, OutcomeUnknown):
                self.unknown.append((entry.thing, failure))
            elif isinstance(failure, GraceDBError):
                self.refused[entry.thing] += 1
            elif failure is not None:
                self.strange.append(f"{entry.thing}: {type(failure).__name__}: {failure}")
            else:
                self.done[entry.thing] += 1


class Plan:
    """Draws calls."""

    def __init__(self, ground: Ground, seed: int, folder: Path) -> None:
        self.ground = ground
        self.folder = folder
        self._random = random.Random(seed)
        self._number = 0
        nodes = ground.nodes
        self._labels = [(node, label) for node in nodes for label in LABELS]
        self._random.shuffle(self._labels)
        self._once = [
            (what, each)
            for each in ground.superevents
            for what in ("signoff", "update", "voevent", "expose")
        ]
        self._random.shuffle(self._once)
        self._kinds = (
            *(self.read, self.search, self.download),
            *(self.event, self.event, self.log, self.log, self.file, self.superevent),
            *(self.label, self.unlabel, self.tag, self.untag, self.member, self.leaver),
            *(self.once, self.twins),
        )

    def entries(self, count: int) -> List[Entry]:
        """Draw *count* calls."""
        entries: List[Entry] = []
        while len(entries) < count:
            self._number += 1
            entries += self._random.choice(self._kinds)()
        return entries[:count]

    def _node(self) -> Tuple[str, str]:
        return self._random.choice(self.ground.nodes)

    def read(self) -> List[Entry]:
        """Read an event."""
        each = self._random.choice(self.ground.events)
        return [Entry(("read", each), lambda client: client.events[each].get()["graceid"])]

    def search(self) -> List[Entry]:
        """Search, page by page, for events that were there before."""
        some, query = sorted(self.ground.events[:3]), self.ground.query

        def call(client: Client) -> Any:
            return tuple(sorted(row["graceid"] for row in client.events.search(query, count=1)))

        return [Entry(("read", tuple(some)), call)]

    def download(self) -> List[Entry]:
        """Download a file."""
        each, target = self._random.choice(self.ground.events), self.folder / str(self._number)

        def call(client: Client) -> Any:
            client.events[each].files["data.bin"].download(target)
            data = target.read_bytes()
            target.unlink()
            return data

        return [Entry(("read", DATA), call)]

    def event(self) -> List[Entry]:
        """Upload an event."""
        moment = making.moment()
        contents = upload(moment)
        return [Entry(("event", moment), lambda client: making.event(client, contents))]

    def twins(self) -> List[Entry]:
        """Upload the same bytes twice, on purpose."""
        return self.event() * 2

    def log(self) -> List[Entry]:
        """Write a message."""
        node, comment = self._node(), f"soak {self._number}"
        return [Entry(("log", node, comment), lambda client: at(client, node).logs.create(comment))]

    def file(self) -> List[Entry]:
        """Upload a file."""
        node, comment = self._node(), f"soak {self._number}"

        def call(client: Client) -> Any:
            name = f"{comment.replace(' ', '-')}.bin"
            return at(client, node).logs.create(comment, filename=name, filecontents=DATA)

        return [Entry(("log", node, comment), call)]

    def superevent(self) -> List[Entry]:
        """Make a superevent."""
        event = self.ground.event()
        return [
            Entry(
                ("superevent", event),
                lambda client: making.superevent(client, preferred_event=event),
            )
        ]

    def label(self) -> List[Entry]:
        """Put a label on."""
        if not self._labels:
            return self.log()
        node, label = self._labels.pop()
        return [Entry(("label", node, label), lambda client: at(client, node).labels.create(label))]

    def unlabel(self) -> List[Entry]:
        """Take a label off."""
        if not self._labels:
            return self.log()
        node, label = self._labels.pop()
        at(self.ground.direct, node).labels.create(label)
        return [
            Entry(("unlabel", node, label), lambda client: at(client, node).labels.delete(label))
        ]

    def tag(self) -> List[Entry]:
        """Put a tag on."""
        node, tag = self._node(), f"soak{self._number}"
        return [Entry(("tag", node, tag), lambda client: at(client, node).logs[1].tags.create(tag))]

    def untag(self) -> List[Entry]:
        """Take a tag off."""
        node, tag = self._node(), f"soak{self._number}"
        at(self.ground.direct, node).logs[1].tags.create(tag)
        return [
            Entry(("untag", node, tag), lambda client: at(client, node).logs[1].tags.delete(tag))
        ]

    def member(self) -> List[Entry]:
        """Add an event to a superevent."""
        each, event = self._random.choice(self.ground.superevents), self.ground.event()
        return [
            Entry(
                ("member", each, event),
                lambda client: client.superevents[each].events.create(event),
            )
        ]

    def leaver(self) -> List[Entry]:
        """Take an event out of a superevent."""
        each, event = self._random.choice(self.ground.superevents), self.ground.event()
        self.ground.direct.superevents[each].add(event)
        return [
            Entry(("leaver", each, event), lambda client: client.superevents[each].remove(event))
        ]

    def once(self) -> List[Entry]:
        """Do what is done to a superevent once."""
        if not self._once:
            return self.log()
        what, each = self._once.pop()
        if what == "signoff":
            self.ground.direct.superevents[each].labels.create("ADVREQ")
        calls: Dict[str, Callable[[Client], Any]] = {
            "signoff": lambda client: client.superevents[each].signoff("ADV", "OK"),
            "update": lambda client: client.superevents.update(each, t_start=1.5),
            "voevent": lambda client: client.superevents[each].voevents.create("preliminary"),
            "expose": lambda client: client.superevents[each].expose(),
        }
        return [Entry((what, each), calls[what])]


def at(client: Client, node: Tuple[str, str]) -> Any:
    """Go to an event or a superevent."""
    return getattr(client, node[0])[node[1]]


def soak(
    direct: Client, weather: Weather, ledger: Ledger, entries: List[Entry]
) -> List[Tuple[Any, Optional[bool], str]]:
    """Make all calls, and settle, when it is calm, those of which nobody knows.

    Gives what each of these was to do, what `resolve` says of it, and why where it cannot.
    """
    policy = RetryPolicy(attempts=4, pause=0.001, longest_pause=0.01, settled_after=0.0)
    options: Dict[str, Any] = {"retries": policy, "timeout": DEADLINE, **EINSTEIN}
    with contextlib.ExitStack() as stack:
        proxy = stack.enter_context(Proxy(direct.url, always=weather, in_order=False))
        # Two clients, each used from half of the threads at once.
        clients = [
            stack.enter_context(Client(proxy.url, transport=each, **options))
            for each in ("urllib3", "requests")
        ]
        threads = stack.enter_context(ThreadPoolExecutor(THREADS))
        calls = [
            threads.submit(ledger.enter, entry, clients[number % 2])
            for number, entry in enumerate(entries)
        ]
        for call in calls:
            call.result()
        weather.calm()
        return [(thing, *_told(unknown)) for thing, unknown in ledger.unknown]


def _told(unknown: OutcomeUnknown) -> Tuple[Optional[bool], str]:
    try:
        return unknown.resolve().done, ""
    except GraceDBError as error:
        return None, f"{type(error).__name__}: {error}"


class Content:
    """What is on the server, read when all is over."""

    def __init__(self, direct: Client, ground: Ground) -> None:
        self._direct = direct
        self._events: Counter[int] = Counter(
            int(row["gpstime"]) for row in direct.events.search("Test", count=1000)
        )
        self._superevents: Counter[str] = Counter(
            row["preferred_event"] for row in direct.superevents.search("Test", count=1000)
        )
        self._logs = {node: Counter(making.comments(at(direct, node))) for node in ground.nodes}
        self._labels = {node: set(making.label_names(at(direct, node))) for node in ground.nodes}
        self._tags = {
            node: {row["name"] for row in at(direct, node).logs[1].tags.get()}
            for node in ground.nodes
        }
        self._members = {
            each: {row["graceid"] for row in direct.superevents[each].events.get()}
            for each in ground.superevents
        }

    def count(self, thing: Tuple[Any, ...]) -> int:
        """Say how often *thing* was done."""
        what, place, *more = thing
        counts: Dict[str, Callable[[], int]] = {
            "event": lambda: self._events[place],
            "superevent": lambda: self._superevents[place],
            "log": lambda: self._logs[place][more[0]],
            "label": lambda: int(more[0] in self._labels[place]),
            "unlabel": lambda: int(more[0] not in self._labels[place]),
            "tag": lambda: int(more[0] in self._tags[place]),
            "untag": lambda: int(more[0] not in self._tags[place]),
            "member": lambda: int(more[0] in self._members[place]),
            "leaver": lambda: int(more[0] not in self._members[place]),
            "voevent": lambda: len(self._direct.superevents[place].voevents.get()),
            "signoff": lambda: len(self._direct.superevents[place].signoffs.get()),
            "update": lambda: int(self._direct.superevents[place].get()["t_start"] == 1.5),
            "expose": lambda: int(self._direct.superevents[place].is_exposed()),
        }
        return counts[what]()
