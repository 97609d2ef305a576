"""SIGKILL among uploads: what was acknowledged is kept, and nothing half-made is ever seen.

Every round starts a server on the same folder, lets uploaders loose on it, and kills it at a
step of one of their requests that a seed has chosen. The next server must know everything that
its predecessors acknowledged. ``GRACEDB_TEST_KILLS`` says how many rounds.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set, Tuple
from urllib.parse import quote, urlsplit

from gracedb_sandbox import Sandbox

from . import uploads
from .conftest import EINSTEIN, Api

#: Read before the environment is emptied.
ROUNDS = int(os.environ.get("GRACEDB_TEST_KILLS", "4"))
UPLOADERS = 8
STEPS = (40, 600)
"""Of the uploaders' steps together, which may be a server's last: at least, and at most."""
COINC = uploads.coinc_xml()
ASKED = ["DQV", "INJ"]
ADDED = ("EM_READY", "PE_READY", "SKYMAP_READY")
TIMES = {"t_start": 1.0, "t_0": 2.0, "t_end": 3.0}


def digest(data: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


class Fuse:
    """Burns down step by step, whoever makes the steps, and kills at the last."""

    def __init__(self, pid: int, steps: int) -> None:
        self._pid, self._left, self._lock = pid, steps, threading.Lock()

    @property
    def burnt(self) -> bool:
        """Whether the last step was made."""
        return self._left <= 0

    def burn(self) -> None:
        """Make one step."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(self._pid, signal.SIGKILL)


class Ledger:
    """What was acknowledged, and every file that was ever sent."""

    def __init__(self) -> None:
        self.events: Dict[str, Tuple[str, str]] = {}
        self.superevents: Dict[str, str] = {}
        self.logs: Dict[str, Tuple[str, str]] = {}
        self.labels: Set[Tuple[str, str]] = set()
        self.sent: Set[str] = set()


class Part(NamedTuple):
    """A file to send: the field, the name, the bytes."""

    field: str
    name: str
    data: bytes


class Uploader:
    """One thread's connection; every step of a request may be the server's last."""

    def __init__(self, url: str, fuse: Fuse, ledger: Ledger, random: Random) -> None:
        where = urlsplit(url)
        self.connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
        self.root, self.fuse, self.ledger, self.random = where.path, fuse, ledger, random

    def run(self) -> None:
        """Upload until the server is gone."""
        try:
            while True:
                gid = self.event()
                self.random.choice((self.log, self.label, self.replace))(f"events/{gid}")
                self.superevent(gid)
        except (OSError, http.client.HTTPException):
            return
        finally:
            self.connection.close()

    def event(self) -> str:
        """Upload an event with labels."""
        data = self.file()
        fields = [("group", "Test"), ("pipeline", "gstlal"), *(("labels", x) for x in ASKED)]
        made = self.send("POST", "events/", fields, Part("eventFile", "upload.xml", data))
        gid = str(made["graceid"])
        self.ledger.events[gid] = ("upload.xml,0", digest(data))
        return gid

    def replace(self, path: str) -> None:
        """Replace the data of an event: its first file must stay."""
        self.send("PUT", path, [], Part("eventFile", "upload.xml", self.file()))

    def log(self, path: str, noun: str = "log") -> None:
        """Write a log entry that brings a file and a tag."""
        data = self.file()
        fields = [("comment", "with a file"), ("tagname", "psd")]
        made = self.send("POST", f"{path}/{noun}/", fields, Part("upload", "more.dat", data))
        self.ledger.logs[f"{path}/{noun}/{made['N']}"] = (made["file"], digest(data))

    def label(self, path: str) -> None:
        """Label an event."""
        name = self.random.choice(ADDED)
        self.send("PUT", f"{path}/labels/{name}", [])
        self.ledger.labels.add((path, name))

    def superevent(self, gid: str) -> None:
        """Make a superevent of an event, then annotate it."""
        body = {**TIMES, "preferred_event": gid, "category": "T", "labels": ASKED}
        sid = str(self.document("superevents/", body)["superevent_id"])
        self.ledger.superevents[sid] = gid
        if self.random.random() < 0.5:
            self.log(f"superevents/{sid}", "logs")
        else:
            name = self.random.choice(ADDED)
            self.document(f"superevents/{sid}/labels/", {"name": name})
            self.ledger.labels.add((f"superevents/{sid}", name))

    def file(self) -> bytes:
        """Give a coincidence that nobody else sends, of any size up to a few blocks."""
        size = self.random.choice((10, 1_000, 70_000))
        data = (
            COINC
            + b"<!-- %s -->\n"
            % self.random.getrandbits(8 * size).to_bytes(size, "big").hex().encode()
        )
        self.ledger.sent.add(digest(data))
        return data

    def document(self, path: str, body: Dict[str, Any]) -> Any:
        """Send JSON."""
        return self.ask("POST", path, "application/json", json.dumps(body).encode())

    def send(
        self, method: str, path: str, fields: List[Tuple[str, str]], file: Optional[Part] = None
    ) -> Any:
        """Send a form."""
        head = "--limit\r\nContent-Disposition: form-data; name="
        text = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields).encode()
        if file is not None:
            named = f'{head}"{file.field}"; filename="{file.name}"\r\n\r\n'
            text += named.encode() + file.data + b"\r\n"
        return self.ask(
            method, path, "multipart/form-data; boundary=limit", text + b"--limit--\r\n"
        )

    def ask(self, method: str, path: str, kind: str, body: bytes) -> Any:
        """Send a request piece by piece, and return what the server acknowledged it with."""
        token = b64encode(":".join(EINSTEIN).encode()).decode()
        asking, half, burn = self.connection, len(body) // 2, self.fuse.burn
        asking.putrequest(method, f"{self.root}{quote(path)}")
        for name, value in (
            ("Authorization", f"Basic {token}"), ("User-Agent", "tests"),
            ("Content-Type", kind), ("Content-Length", str(len(body))),
        ):  # fmt: skip
            asking.putheader(name, value)
        pieces: List[Callable[[], object]] = [
            asking.endheaders, lambda: asking.send(body[:half]), lambda: asking.send(body[half:]),
        ]  # fmt: skip
        for piece in pieces:
            piece()
            burn()
        answer = asking.getresponse()
        said = answer.read()
        assert answer.status < 300, (method, path, answer.status, said)
        burn()
        return json.loads(said) if said else None


def let_loose(server: Sandbox, seed: int) -> Ledger:
    """Upload from many threads until the server is killed."""
    random, ledger = Random(seed), Ledger()
    fuse = Fuse(server.pid, random.randint(*STEPS))
    uploaders = [
        Uploader(server.url, fuse, ledger, Random(f"{seed} {number}"))
        for number in range(UPLOADERS)
    ]
    with ThreadPoolExecutor(UPLOADERS) as pool:
        for done in [pool.submit(each.run) for each in uploaders]:
            done.result()
    assert fuse.burnt, "the uploaders ended, and nobody had killed the server"
    return ledger


def check_acknowledged(api: Api, ledger: Ledger) -> None:
    """Everything that was answered is there, to the byte."""
    for gid, (name, wanted) in ledger.events.items():
        assert digest(api.get(f"events/{gid}/files/{name}").content) == wanted
    for sid, gid in ledger.superevents.items():
        assert api.get(f"superevents/{sid}/").json()["preferred_event"] == gid
    for path, (url, wanted) in ledger.logs.items():
        log = api.get(path if path.startswith("events") else f"{path}/").json()
        assert log["tag_names"] == ["psd"], path
        assert digest(below(api, url)) == wanted
    for path, name in ledger.labels:
        slash = "" if path.startswith("events") else "/"
        assert api.get(f"{path}/labels/{name}{slash}").ok, (path, name)


def below(api: Api, url: str) -> bytes:
    """What an earlier server's URL of a file leads to now; it was on another port."""
    answer = api.get(url.partition("/api/")[2])
    assert answer.ok, (url, answer.text)
    return answer.content


def check_whole(api: Api, path: str, logs: List[Dict[str, Any]], ledger: Ledger) -> None:
    """No gaps in the log, every file of it readable, and none that nobody sent."""
    assert [log["N"] for log in logs] == list(range(1, len(logs) + 1)), path
    for log in logs:
        if log["filename"] in ("upload.xml", "more.dat"):
            assert digest(below(api, log["file"])) in ledger.sent
        elif log["filename"]:
            assert below(api, log["file"])
        if log["comment"] == "with a file":
            assert log["tag_names"] == ["psd"]
            assert log["file"]


def check_event(api: Api, event: Dict[str, Any], ledger: Ledger) -> None:
    """Data, files, logs and labels of an upload come together or not at all."""
    path = f"events/{event['graceid']}"
    assert set(ASKED) <= set(event["labels"])
    assert event["gpstime"] is not None
    logs = api.get(f"{path}/log/").json()["log"]
    comments = [log["comment"] for log in logs]
    made = ["Original Data", "Log File Created", "Coinc Table Created"]
    assert comments[:5] == [*made, *(f"Label: {name}" for name in ASKED)]
    check_whole(api, path, logs, ledger)
    if event["superevent"]:
        preferred = api.get(f"superevents/{event['superevent']}/").json()["preferred_event"]
        assert preferred == event["graceid"]
        assert f"Set as preferred event for superevent: {event['superevent']}" in comments


def check_superevent(api: Api, found: Dict[str, Any], ledger: Ledger) -> None:
    """So do those of a superevent, and its event knows of it."""
    path = f"superevents/{found['superevent_id']}"
    assert set(ASKED) <= set(found["labels"])
    assert found["preferred_event_data"]["superevent"] == found["superevent_id"]
    logs = api.get(f"{path}/logs/").json()["log"]
    assert logs[0]["comment"].startswith("Superevent created with ")
    check_whole(api, path, logs, ledger)


def listed(api: Api, kind: str, name: str, seen: Set[str]) -> List[Dict[str, Any]]:
    """Every object that the server shows and that was not *seen* yet."""
    rows: List[Dict[str, Any]] = []
    page = {"start": 0, "count": 1000}
    while True:
        answer = api.get(f"{kind}/", params=page).json()
        rows += answer[kind]
        if len(rows) >= answer["numRows"]:
            break
        page["start"] = len(rows)
    fresh = [row for row in rows if row[name] not in seen]
    seen.update(row[name] for row in fresh)
    return fresh


def test_a_kill_loses_nothing_acknowledged_and_shows_nothing_half_made(tmp_path: Path) -> None:
    """Whatever the moment, for events, superevents, logs, labels and their files."""
    seen: Set[str] = set()
    last = 0
    server = Sandbox(tmp_path).start()
    for seed in range(ROUNDS):
        ledger = let_loose(server, seed)
        server.stop()
        server = Sandbox(tmp_path).start()
        assert not list((tmp_path / "blobs" / "incoming").iterdir())
        with Api(server.url) as api:
            check_acknowledged(api, ledger)
            events = listed(api, "events", "graceid", seen)
            for event in events:
                check_event(api, event, ledger)
            for found in listed(api, "superevents", "superevent_id", seen):
                check_superevent(api, found, ledger)
        # An id that anybody has seen is never given to another event.
        numbers = [int(event["graceid"][1:]) for event in events]
        assert set(ledger.events) <= {event["graceid"] for event in events}
        assert min(numbers, default=last + 1) > last
        last = max(numbers, default=last)
    server.stop()
