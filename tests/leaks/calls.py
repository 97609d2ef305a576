"""Calls of every shape: what reads, and what writes."""

from __future__ import annotations

from typing import Dict

from .asking import Call

READS: Dict[str, Call] = {
    "the root": lambda client: client.get(),
    "who we are": lambda client: client.user_info(),
    "an object": lambda client: client.superevents["S190425z"].get(),
    "a list": lambda client: client.events["G1"].labels.get(),
    "a search": lambda client: client.events.search("x"),
    "a file": lambda client: client.events["G1"].files["a.fits"].get(),
    "any place": lambda client: client.path("new", "thing/").get(),
}
WRITES: Dict[str, Call] = {
    "an upload": lambda client: client.events.create(
        filename="coinc.xml", filecontents=b"upload-7391", group="Test", pipeline="gstlal"
    ),
    "a log": lambda client: client.superevents["S190425z"].logs.create(
        "log-7391", filename="a.txt", filecontents=b"upload-7391"
    ),
    "a form": lambda client: client.events["G1"].logs.create("log-7391"),
    "a label": lambda client: client.events["G1"].labels.create("INJ"),
    "JSON": lambda client: client.superevents.create(
        preferred_event="G1", t_start=1.0, t_0=2.0, t_end=3.0
    ),
    "a change": lambda client: client.superevents.update("S190425z", t_0=2.0),
    "a removal": lambda client: client.superevents["S190425z"].labels.delete("INJ"),
    "any place": lambda client: client.path("new", "thing/").post(a=1),
}
