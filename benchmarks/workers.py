"""Contestants in processes of their own, and what they are asked."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any, Dict, List

from .place import ROOT, Place, cores

__all__ = ["Failed", "Figures", "Missing", "Worker", "pin"]

#: One measurement: its value in the unit of the row, and further figures.
Figures = Dict[str, float]


class Failed(Exception):
    """A contestant could not do what it was told."""


class Missing(Failed):
    """A contestant is not installed."""


class Worker:
    """A contestant, and the pipe to it; close it."""

    def __init__(self, place: Place, python: str, contestant: str, url: str) -> None:
        asked = json.dumps({"url": url, "token": str(place.token)})
        script = ROOT / "benchmarks" / "contestants"
        self._errors = (place.folder / f"errors-{contestant.replace('/', '-')}").open("w+b")
        self._process: Any = subprocess.Popen(
            [python, str(script), contestant, asked],
            cwd=str(place.folder),
            env=place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    @property
    def number(self) -> int:
        """The number of its process."""
        number: int = self._process.pid
        return number

    def hello(self) -> Dict[str, Any]:
        """Wait until it is ready, and hear its versions; raises `Missing` where it is not there."""
        about = self._heard()
        if "absent" in about:
            raise Missing(about["absent"])
        return about

    def run(self, task: str, params: Dict[str, Any]) -> Figures:
        """Have it do *task*, and give what it measured."""
        self._process.stdin.write(json.dumps([task, params]).encode() + b"\n")
        self._process.stdin.flush()
        heard = self._heard()
        if "error" in heard:
            raise Failed(heard["error"])
        return heard

    def close(self) -> None:
        """End it."""
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def _heard(self) -> Dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise Failed(f"it ended: {last_line(self._errors.read())}")
        heard: Dict[str, Any] = json.loads(line)
        return heard


def last_line(errors: bytes) -> str:
    """Give the last line of what a process said: its exception."""
    lines: List[str] = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "without a word"


def pin(process: int, *, together: bool) -> None:
    """Keep *process* on the server's processor, or on all others."""
    every = cores()
    if len(every) > 1:
        os.sched_setaffinity(process, {every[-1]} if together else set(every[:-1]))
