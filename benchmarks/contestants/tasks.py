"""What a contestant is told to do, and what is measured of it."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict

__all__ = ["burst", "crowd", "repeat", "search", "together", "transfer"]


def _timed(action: Callable[..., Any], *args: Any, **options: Any) -> Dict[str, float]:
    wall, processor = time.perf_counter(), time.process_time()
    action(*args, **options)
    return {
        "seconds": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
    }


def repeat(contestant: Any, verb: str, times: int) -> Dict[str, float]:
    """Make *times* calls, one after the other."""
    return {"calls": times, **_timed(contestant.repeat, verb, times)}


def crowd(contestant: Any, times: int, in_flight: int) -> Dict[str, float]:
    """Make *times* calls, *in_flight* at once."""
    return {"calls": times, **_timed(contestant.crowd, times, in_flight)}


def together(contestant: Any, times: int, threads: int) -> Dict[str, float]:
    """Make *times* calls on each of *threads* that share the client."""
    return {"calls": times * threads, **_timed(contestant.together, times, threads)}


def burst(contestant: Any, threads: int) -> Dict[str, float]:
    """Make one call on each of *threads* that share a client which has no connection yet."""
    fresh = contestant.anew()
    try:
        return {"calls": threads, **_timed(fresh.together, 1, threads)}
    finally:
        fresh.close()


def search(contestant: Any, rows: int, **options: Any) -> Dict[str, float]:
    """Read a search to its end, which must have so many *rows*."""
    found = []
    measured = _timed(lambda: found.append(contestant.once("search", **options)))
    if found != [rows]:
        raise ValueError(f"the search gave {found} rows, not {rows}")
    return {"calls": 1, **measured}


def transfer(contestant: Any, verb: str, path: str, size: int) -> Dict[str, float]:
    """Send or save one big file; *memory* is how much the process grew at most, in MB."""
    contestant.once("get")
    idle = _memory("VmRSS")
    measured = _timed(contestant.once, verb, path)
    grown = _memory("VmHWM") - idle
    if verb == "save":
        with open(path, "rb") as file:
            saved = file.seek(0, 2)
        if saved != size:
            raise ValueError(f"{saved} bytes were saved, not {size}")
    return {"calls": 1, "memory": grown, "idle": idle, **measured}


def _memory(name: str) -> float:
    """Give a line of the kernel's account of this process in MB."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"the kernel tells no {name}")
