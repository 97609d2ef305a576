"""The story: what pipelines, the low-latency system, an advocate and the public do in one night."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

import click

from gracedb_core import errors

from . import uploads
from .narration import Narrator, Told
from .quantities import rate, signal_to_noise, span, time
from .uploads import Candidate, SkyMap

__all__ = ["Night"]


@dataclass
class Night:
    """One candidate's first night: `tell` goes through it from upload to public alert."""

    narrator: Narrator
    client: Told
    public: Told
    candidate: Candidate
    skymap_path: Optional[Path]

    graceid: str = ""
    superevent_id: str = ""
    category: str = ""
    gpstime: float = 0.0

    @property
    def superevent(self) -> Told:
        """The superevent's node of the client."""
        node: Told = self.client.superevents[self.superevent_id]
        return node

    def tell(self) -> None:
        """Do everything, in order."""
        self.upload()
        self.read_back()
        self.raise_superevent()
        self.hear_second_opinion()
        skymap = uploads.sky_map(self.skymap_path, self.gpstime)
        number = self.add_sky_map(skymap)
        self.label()
        self.discuss()
        self.find()
        self.download(skymap)
        self.sign_off()
        self.publish(number)
        self.look_from_outside(skymap)
        self.sum_up()

    def upload(self) -> None:
        """Create the event."""
        self.narrator.step("A pipeline uploads the candidate it has found.")
        event = self.client.events.create(**self.candidate.arguments())
        self.graceid = event["graceid"]
        self.narrator.says(self.graceid)
        for warning in event.get("warnings", ()):
            self.narrator.says(f"the server warns: {warning}")

    def read_back(self) -> None:
        """Get the event, and the time that everything else hangs on."""
        self.narrator.step("What GraceDB read out of the file.")
        event = self.client.events[self.graceid].get()
        self.narrator.facts(
            ("group, pipeline", f"{event['group']}, {event['pipeline']}, {event['search']}"),
            ("gpstime", time(event["gpstime"])),
            ("far", rate(event["far"])),
            ("instruments", event["instruments"] or "unknown"),
            ("snr", signal_to_noise(event)),
            ("latency", _latency(event)),
        )
        # An upload that the server cannot read is still an event, only an empty one.
        if event["gpstime"] is None:
            raise click.ClickException(
                f"the server found no time in {self.candidate.filename}, and a superevent needs "
                "one: is it a whole upload of that pipeline?"
            )
        self.gpstime = event["gpstime"]

    def raise_superevent(self) -> None:
        """Create the superevent, one second to either side."""
        self.narrator.step("It becomes the first, and preferred, event of a superevent.")
        # The server refuses more than six decimals, and binary subtraction makes more.
        superevent = self.client.superevents.create(
            t_start=round(self.gpstime - 1.0, 6),
            t_0=self.gpstime,
            t_end=round(self.gpstime + 1.0, 6),
            preferred_event=self.graceid,
        )
        self.superevent_id, self.category = superevent["superevent_id"], superevent["category"]
        self.narrator.says(f"{self.superevent_id}, category {self.category}")

    def hear_second_opinion(self) -> None:
        """Add an event of another pipeline, and prefer it among that pipeline's."""
        second = uploads.second_opinion(self.candidate, self.gpstime)
        self.narrator.step(f"{second.pipeline} saw it too, and a little later says so.")
        event = self.client.events.create(**second.arguments())
        graceid = event["graceid"]
        self.narrator.says(f"{graceid}, {time(event['gpstime'])}, far {rate(event['far'])}")
        self.superevent.add(graceid)
        self.superevent.pipeline_preferred_events.add(graceid)
        preferred = self.superevent.pipeline_preferred_events.get()
        self.narrator.says(f"preferred by its own pipeline: {', '.join(preferred)}")

    def add_sky_map(self, skymap: SkyMap) -> int:
        """Upload the sky map with a log entry; give the entry's number."""
        self.narrator.step("A sky map arrives, tagged and labelled in the same call.")
        arguments: Dict[str, Any] = {"filename": skymap.filename}
        if skymap.filecontents is not None:
            arguments["filecontents"] = skymap.filecontents
        entry = self.superevent.logs.create(
            comment="sky localization complete",
            **arguments,
            tags=["sky_loc"],
            label="SKYMAP_READY",
        )
        self.narrator.says(f"log entry {entry['N']}, {_size(len(skymap.content()))}")
        return int(entry["N"])

    def label(self) -> None:
        """Say that the superevent is ready, and ask for an advocate."""
        self.narrator.step("Its data products are complete; an advocate is asked to look.")
        # ADVREQ is what allows the signoff; without it the server refuses one.
        self.superevent.labels.create("EM_READY")
        self.superevent.labels.create("ADVREQ")
        self._show_labels()

    def discuss(self) -> None:
        """Write a log entry and tag it."""
        self.narrator.step("The advocate leaves a note, and tags it.")
        entry = self.superevent.logs.create(comment="Detectors locked, no vetoes nearby.")
        tags = self.superevent.logs[entry["N"]].tags
        tags.create("data_quality")
        self.narrator.says(f"log entry {entry['N']}, tagged {', '.join(_names(tags.get()))}")

    def find(self) -> None:
        """Search for what has just been made."""
        self.narrator.step("Both can be found.")
        around = f"{self.gpstime - 5:.0f} .. {self.gpstime + 5:.0f}"
        # Test and MDC are left out of every search that does not ask for them.
        also = "" if self.category == "Production" else f" category: {self.category}"
        found = self.client.superevents.search(
            query=f"t_0: {around} label: EM_READY & ADVREQ{also}"
        )
        self._expect(self.superevent_id, [row["superevent_id"] for row in found])
        also = {"Test": " group: Test", "MDC": " search: MDC"}.get(self.category, "")
        found = self.client.events.search(query=f"superevent: {self.superevent_id}{also}")
        self._expect(self.graceid, [row["graceid"] for row in found])

    def download(self, skymap: SkyMap) -> None:
        """Fetch the sky map and compare every byte."""
        self.narrator.step("The sky map, downloaded and compared.")
        received = self.superevent.files[skymap.name].get()
        self._same(received, skymap)
        self.narrator.says(f"{_size(len(received))}, identical to what was uploaded")

    def sign_off(self) -> None:
        """Give the advocate's verdict."""
        self.narrator.step("The advocate signs off.")
        self.superevent.signoff("ADV", "OK", "Looks like a real one.")
        self._show_labels()

    def publish(self, number: int) -> None:
        """Expose the superevent and its sky map."""
        self.narrator.step("The superevent and its sky map become public.")
        # Exposing shows the superevent alone: each log entry, and its file, needs the tag too.
        self.superevent.expose()
        self.superevent.logs[number].tags.create("public")
        self.narrator.says("exposed" if self.superevent.is_exposed() else "still hidden")

    def look_from_outside(self, skymap: SkyMap) -> None:
        """Read as somebody without credentials."""
        self.narrator.step("Anybody may now read it, without logging in.")
        seen = self.public.superevents[self.superevent_id]
        superevent = seen.get()
        self.narrator.facts(
            ("t_0", time(superevent["t_0"])),
            ("far", rate(superevent["far"])),
            ("labels", ", ".join(superevent["labels"])),
        )
        self._same(seen.files[skymap.name].get(), skymap)
        self.narrator.says("the same sky map")
        # Events stay private for good; only superevents are ever exposed.
        try:
            self.public.events[self.graceid].get()
        except errors.AccessDenied as error:
            self.narrator.says(f"refused, as it should be: {error.detail}")

    def sum_up(self) -> None:
        """Say what the superevent has gathered."""
        self.narrator.step("What the night left behind.")
        superevent = self.superevent.get()
        logs, files = self.superevent.logs.get(), self.superevent.files.get()
        public = self.public.superevents[self.superevent_id].logs.get()
        self.narrator.facts(
            ("superevent", superevent["links"]["self"]),
            ("preferred", superevent["preferred_event"]),
            ("events", ", ".join(superevent["gw_events"])),
            ("log entries", f"{len(logs)}, of which {len(public)} public"),
            ("files", ", ".join(name for name in files if "," not in name)),
        )

    def _show_labels(self) -> None:
        self.narrator.says(f"labels: {', '.join(_names(self.superevent.labels.get()))}")

    def _expect(self, wanted: str, found: Any) -> None:
        if wanted not in found:
            raise click.ClickException(f"the search did not find {wanted}, which exists")
        self.narrator.says(f"found {', '.join(found)}")

    def _same(self, received: bytes, skymap: SkyMap) -> None:
        if not skymap.is_the_same_as(received):
            raise click.ClickException(
                f"{skymap.name} came back with {len(received):,} bytes that differ from the "
                f"{len(skymap.content()):,} uploaded"
            )


def _latency(event: Mapping[str, Any]) -> str:
    latency = event.get("reporting_latency")
    return "unknown" if latency is None else f"uploaded {span(latency)} after gpstime"


def _names(items: Any) -> Any:
    return [item["name"] if isinstance(item, dict) else item for item in items]


def _size(count: int) -> str:
    return f"{count / 1000:,.1f} kB"
