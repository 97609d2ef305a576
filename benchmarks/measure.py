"""Running a row: all of its contestants in turn, round after round."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from .place import Place
from .rows import Effort, Entry, Row
from .workers import Failed, Figures, Missing, Worker, last_line, pin

__all__ = ["Bench", "Result"]

_UNITS: Dict[str, Callable[[float, float], float]] = {
    "µs": lambda seconds, calls: 1e6 * seconds / calls,
    "ms": lambda seconds, calls: 1e3 * seconds,
    "s": lambda seconds, calls: seconds,
    "requests/s": lambda seconds, calls: calls / seconds,
}


class Result(NamedTuple):
    """What came of one entry: its figures in each round, or why there are none."""

    entry: Entry
    rounds: List[Figures]
    trouble: str = ""
    absent: bool = False
    #: The version of Python, and those of the libraries that count.
    about: Dict[str, Any] = {}

    def figure(self, name: str = "value") -> Optional[float]:
        """Give the median of one figure over all rounds."""
        values = [figures[name] for figures in self.rounds if name in figures]
        return median(values) if values else None


class Bench:
    """What every row of a run is measured with."""

    def __init__(self, place: Place, effort: Effort, peers: Optional[str]) -> None:
        self.place = place
        self.effort = effort
        self._peers = peers

    def measure(self, row: Row) -> List[Result]:
        """Run *row*, interleaved: A B C, A B C."""
        lane = {"program": Program, "transfer": Transfer}.get(row.kind, Task)
        lanes = [lane(self, row, entry) for entry in row.entries]
        try:
            for each in lanes:
                each.attempt(each.start)
            for _ in range(min(row.rounds, self.effort.rounds)):
                for each in lanes:
                    each.attempt(each.take)
        finally:
            for each in lanes:
                each.close()
        return [each.result() for each in lanes]

    def python_for(self, contestant: str) -> str:
        """Give the interpreter that has *contestant*; raises `Missing`."""
        if contestant not in ("gracedb-sdk", "ligo-gracedb"):
            return sys.executable
        if self._peers is None:
            raise Missing("name the interpreter that has it with --peers")
        return self._peers


class Task:
    """One entry of a row: a contestant that does its task whenever it is its turn."""

    def __init__(self, bench: Bench, row: Row, entry: Entry) -> None:
        self._bench = bench
        self._row = row
        self._entry = entry
        self._worker: Optional[Worker] = None
        self._opened = 0
        self._kept: List[Figures] = []
        self._trouble: Optional[Failed] = None
        self._about: Dict[str, Any] = {}

    def attempt(self, step: Callable[[], None]) -> None:
        """Do *step*, unless there was trouble before."""
        if self._trouble is None:
            try:
                step()
            except (Failed, OSError) as error:
                self._trouble = error if isinstance(error, Failed) else Failed(str(error))

    def start(self) -> None:
        """Begin, and warm up: connections, caches, threads."""
        self._about = self._begun().hello()
        if self._row.kind != "search":
            self._measured()

    def take(self) -> None:
        """Measure once."""
        self._kept.append(self._measured())

    def close(self) -> None:
        """End the contestant."""
        if self._worker is not None:
            self._worker.close()

    def result(self) -> Result:
        """Give what was measured."""
        trouble = self._trouble
        if trouble is not None:
            return Result(self._entry, [], str(trouble), isinstance(trouble, Missing))
        return Result(self._entry, self._kept, about=self._about)

    def _begun(self) -> Worker:
        bench, row, contestant = self._bench, self._row, self._entry.contestant
        url = bench.place.url(self._words(), secure=row.secure)
        self._worker = Worker(bench.place, bench.python_for(contestant), contestant, url)
        pin(self._worker.number, together=row.together)
        return self._worker

    def _words(self) -> str:
        pages = f"pages-{self._bench.effort.pages}/" if self._row.kind == "search" else ""
        return self._row.words + pages

    def _params(self) -> Dict[str, Any]:
        effort, params = self._bench.effort, {**self._row.params, **self._entry.params}
        if "times" in params:
            params["times"] = max(2, int(params["times"] * effort.share))
        if "in_flight" in params:
            params["in_flight"] = min(params["in_flight"], effort.in_flight)
        if self._row.kind == "search":
            params["rows"] = 10 * effort.pages
        return params

    def _measured(self) -> Figures:
        assert self._worker is not None
        params, before = self._params(), self._bench.place.accepted()
        figures = self._worker.run(self._row.kind, params)
        self._opened += self._bench.place.accepted() - before
        if "threads" in params:
            figures["extra connections"] = max(0, self._opened - params["threads"])
        figures["value"] = _UNITS[self._row.unit](figures["seconds"], figures["calls"])
        return figures


class Transfer(Task):
    """One big file in a process that has done nothing else."""

    def start(self) -> None:
        """Begin."""
        self._about = self._begun().hello()

    def _words(self) -> str:
        return f"megabytes-{self._bench.effort.megabytes}/"

    def _measured(self) -> Figures:
        assert self._worker is not None
        place, megabytes = self._bench.place, self._bench.effort.megabytes
        saved, verb = place.folder / "saved.bin", self._row.params["verb"]
        path = place.big_file(megabytes) if verb == "send" else saved
        params = {"verb": verb, "path": str(path), "size": megabytes * 1_000_000}
        try:
            figures = self._worker.run("transfer", params)
        finally:
            if saved.exists():
                saved.unlink()
        return {**figures, "value": figures["memory"]}


class Program(Task):
    """One program, from the start of its interpreter to its end."""

    def start(self) -> None:
        """Let it compile what it imports."""
        self._measured()

    def _measured(self) -> Figures:
        place, peers = self._bench.place, self._entry.params["python"] == "peers"
        python = self._bench.python_for("gracedb-sdk" if peers else "")
        program = self._entry.params["program"]
        begun = time.perf_counter()
        done = subprocess.run(
            [python, "-c", program, place.url(), str(place.token)],
            cwd=str(place.folder),
            env=place.environment,
            stderr=subprocess.PIPE,
        )
        seconds = time.perf_counter() - begun
        if done.returncode:
            raise Failed(last_line(done.stderr))
        return {"seconds": seconds, "value": 1e3 * seconds}
