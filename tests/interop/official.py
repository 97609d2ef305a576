"""The calls that gracedb-sdk lacks: how ligo-gracedb makes each, and how this client does.

`python official.py PEER ORIGIN` makes them as `ligo` or as `ours`, as `calls.py` does.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, Dict, Tuple

if TYPE_CHECKING or __package__:
    from .calls import EVENT_DATA, outcome, slug
else:  # run as a script, this folder is where modules are found
    from calls import EVENT_DATA, outcome, slug

Call = Callable[[Any], Any]

CONTENT_ID = "01234567-89ab-cdef-0123-456789abcdef"
SUPEREVENTS = {"S1": {"pipelines": {"gstlal": "G1"}, "far": 1e-9, "pastro": {"BNS": 1.0}}}
TIMES = ["2020-01-01T00:00:00", "2020-01-02T00:00:00.500000"]
OBSERVATION = {
    "ra_list": [1.0, 2.5],
    "ra_width_list": [0.5, 0.5],
    "dec_list": [3.0, -4.0],
    "dec_width_list": [0.25, 0.25],
    "start_time_list": TIMES,
    "duration_list": [10, 20],
    "comment": "seen",
}
BURST = {"ra": 1.5, "dec": 2.0, "error_radius": 3.0, "t90": 4.0, "redshift": 5.0}
NOTICE = b'{"alert_type": "PRELIMINARY"}'


def observe(client: Any, name: str) -> Any:
    """Report an observation with ligo-gracedb, which takes the lists by position."""
    *lists, comment = OBSERVATION.values()
    return client.write_emobservation(name, "Test", *lists, comment=comment)


OFFICIAL: Dict[str, Tuple[Call, Call]] = {
    "user_info": (lambda c: c.get_user_info(), lambda c: c.user_info()),
    "events.create": (
        lambda c: c.create_event(
            "Test", "gstlal", "a.xml", search="LowMass", filecontents=EVENT_DATA, replay_id="R1"
        ),
        lambda c: c.events.create(
            filename="a.xml",
            filecontents=EVENT_DATA,
            group="Test",
            pipeline="gstlal",
            search="LowMass",
            offline=False,
            replay_id="R1",
        ),
    ),
    "event by content id": (
        lambda c: c.event(CONTENT_ID),
        lambda c: c.events[CONTENT_ID].get(),
    ),
    "events.reserve": (
        lambda c: c._reserve_graceid(
            "Test", "gstlal", search="LowMass", file_content_id=CONTENT_ID, replay_id="R1"
        ),
        lambda c: c.events.reserve(
            group="Test",
            pipeline="gstlal",
            search="LowMass",
            content_id=CONTENT_ID,
            replay_id="R1",
        ),
    ),
    "event.upload": (
        lambda c: c.upload_reserved_event(
            "G1", "coinc.xml", filecontents=EVENT_DATA, labels=["INJ"]
        ),
        lambda c: c.events["G1"].upload(
            filename="coinc.xml", filecontents=EVENT_DATA, labels=["INJ"]
        ),
    ),
    "event.update_grbevent": (
        lambda c: c.update_grbevent("E1", **BURST, designation="good"),
        lambda c: c.events["E1"].update_grbevent(**BURST, designation="good"),
    ),
    "event.emobservations.get": (
        lambda c: c.emobservations("G1"),
        lambda c: c.events["G1"].emobservations.get(),
    ),
    "event.emobservations[].get": (
        lambda c: c.emobservations("G1", 1),
        lambda c: c.events["G1"].emobservations[1].get(),
    ),
    "event.emobservations.create": (
        lambda c: observe(c, "G1"),
        lambda c: c.events["G1"].emobservations.create("Test", **OBSERVATION),
    ),
    "superevent.emobservations.get": (
        lambda c: c.emobservations("S1"),
        lambda c: c.superevents["S1"].emobservations.get(),
    ),
    "superevent.emobservations[].get": (
        lambda c: c.emobservations("S1", 1),
        lambda c: c.superevents["S1"].emobservations[1].get(),
    ),
    "superevent.emobservations.create": (
        lambda c: observe(c, "S1"),
        lambda c: c.superevents["S1"].emobservations.create("Test", **OBSERVATION),
    ),
    "superevent.voevents[].get": (
        lambda c: c.voevents("S1", 1),
        lambda c: c.superevents["S1"].voevents[1].get(),
    ),
    "event.voevents[].get": (
        lambda c: c.voevents("G1", 1),
        lambda c: c.events["G1"].voevents[1].get(),
    ),
    "superevent.logs[].get": (
        lambda c: c.logs("S1", 3),
        lambda c: c.superevents["S1"].logs[3].get(),
    ),
    "superevent.labels[].get": (
        lambda c: c.labels("S1", "INJ"),
        lambda c: c.superevents["S1"].labels["INJ"].get(),
    ),
    "superevent.events.get": (
        lambda c: c.get(c.templates["superevent-event-list-template"].format(superevent_id="S1")),
        lambda c: c.superevents["S1"].events.get(),
    ),
    "superevent.confirm_as_gw": (
        lambda c: c.confirm_superevent_as_gw("S1", gw_id="GW190425"),
        lambda c: c.superevents["S1"].confirm_as_gw(gw_id="GW190425"),
    ),
    "superevent.notices.get": (
        lambda c: c.notices("S1"),
        lambda c: c.superevents["S1"].notices.get(),
    ),
    "superevent.notices[].get": (
        lambda c: c.notices("S1", 1),
        lambda c: c.superevents["S1"].notices[1].get(),
    ),
    "superevent.notices.create": (
        lambda c: c.create_notice("S1", "notice.json", filecontents=NOTICE),
        lambda c: c.superevents["S1"].notices.create("notice.json", NOTICE),
    ),
    "superevent.signoffs.get": (
        lambda c: c.signoffs("S1"),
        lambda c: c.superevents["S1"].signoffs.get(),
    ),
    "superevent.signoffs[].get": (
        lambda c: c.signoffs("S1", "OP", "H1"),
        lambda c: c.superevents["S1"].signoffs["H1"].get(),
    ),
    "superevent.signoffs.create": (
        lambda c: c.create_signoff("S1", "OP", "OK", "fine", instrument="H1"),
        lambda c: c.superevents["S1"].signoffs.create("H1", "OK", "fine"),
    ),
    "superevent.signoffs.update": (
        lambda c: c.update_signoff("S1", "OP", status="NO", comment="worse", instrument="H1"),
        lambda c: c.superevents["S1"].signoffs.update("H1", "NO", "worse"),
    ),
    "superevent.signoffs.delete": (
        lambda c: c.delete_signoff("S1", "ADV"),
        lambda c: c.superevents["S1"].signoffs.delete("ADV"),
    ),
    "superevent.permissions.get": (
        lambda c: c.permissions("S1"),
        lambda c: c.superevents["S1"].permissions.get(),
    ),
    "gwtc.search": (lambda c: list(c.gwtc_list()), lambda c: list(c.gwtc.search())),
    "gwtc[].search": (lambda c: list(c.gwtc_list("4")), lambda c: list(c.gwtc["4"].search())),
    "gwtc[][].get": (
        lambda c: c.gwtc_get("4", "latest"),
        lambda c: c.gwtc["4"]["latest"].get(),
    ),
    "gwtc.create": (
        lambda c: c.gwtc_create(SUPEREVENTS, "4", "a comment"),
        lambda c: c.gwtc.create("4", SUPEREVENTS, "a comment"),
    ),
}


def main(peer: str, origin: str) -> None:
    """Make every call as *peer* does, each with a client of its own; the outcomes as JSON."""
    outcomes = {}
    for name, (theirs, ours) in OFFICIAL.items():
        url = f"{origin}/{slug(name)}/api/"
        if peer == "ligo":
            client = import_module("ligo.gracedb.rest").GraceDb(url, force_noauth=True)
        else:
            client = import_module("gracedb_core").Client(url, force_noauth=True)
        with client:
            outcomes[name] = outcome(theirs if peer == "ligo" else ours, client)
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
