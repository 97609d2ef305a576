"""Programs that others wrote, each run once with ligo-gracedb's client or with ours.

`python consumer.py prepare URL` makes a candidate with a sky map and all else that they read, and
prints its ids; `python consumer.py WHOSE URL GRACEID SUPEREVENT_ID`, where WHOSE is `theirs` or
`ours`, prints what each program made of it. Both print one JSON object.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import math
import sys
import tempfile
import time
from base64 import b64encode
from importlib import import_module
from pathlib import Path
from typing import Any, Callable, Dict, List

USER, PASSWORD = "albert.einstein", "relativity"
DETECTORS = ("H1", "L1", "V1")
ASTROPHYSICAL = {"BNS": 0.9, "NSBH": 0.06, "BBH": 0.03, "Terrestrial": 0.01}
MAP = "bayestar.multiorder.fits"
BRIGHT = {"HasNS": 0.9, "HasRemnant": 0.8, "HasMassGap": 0.1}


def theirs(url: str) -> Any:
    """Make the client that the programs know."""
    client = import_module("ligo.gracedb.rest").GraceDb(url, force_noauth=True, api_version="v2")
    pair = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    client.headers["Authorization"] = f"Basic {pair}"
    return client


def ours(url: str) -> Any:
    """Make the client that is to stand in for it."""
    legacy = import_module("gracedb_core.legacy")
    return legacy.GraceDb(url, username=USER, password=PASSWORD, api_version="v2")


def sky_map(gpstime: float) -> bytes:
    """Write a sky map of many orders, with distances, by the library that reads it later."""
    import numpy as np
    from astropy import units as u
    from astropy.table import Table
    from ligo.skymap.io.fits import write_sky_map

    amount = 12 * 4**3
    density = np.exp(-np.arange(amount) / 20)
    density /= density.sum() * 4 * math.pi / amount
    columns = {
        "UNIQ": np.arange(amount) + 4 * 4**3,
        "PROBDENSITY": density / u.sr,
        "DISTMU": np.full(amount, 100.0) * u.Mpc,
        "DISTSIGMA": np.full(amount, 20.0) * u.Mpc,
        "DISTNORM": np.full(amount, 1e-4) / u.Mpc**2,
    }
    about = {"gps_time": gpstime, "distmean": 100.0, "diststd": 20.0, "creator": "BAYESTAR"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MAP
        write_sky_map(str(path), Table(columns, meta={**about, "instruments": set(DETECTORS)}))
        return path.read_bytes()


def noise() -> bytes:
    """Write how noisy the detectors were, as pipelines do beside an event."""
    import lal
    import lal.series
    from igwn_ligolw.utils import write_fileobj

    series = {}
    for detector in DETECTORS:
        made = lal.CreateREAL8FrequencySeries("psd", 0, 0, 1, lal.SecondUnit, 2049)
        made.data.data[:] = 1e-46
        series[detector] = made
    file = io.BytesIO()
    write_fileobj(lal.series.make_psd_xmldoc(series), file)
    return gzip.compress(file.getvalue())


def prepare(url: str, coinc: bytes) -> Dict[str, str]:
    """Make a candidate that is ready to be announced."""
    client = theirs(url)
    event = client.create_event("CBC", "gstlal", "coinc.xml", search="AllSky", filecontents=coinc)
    graceid, t_0 = event.json()["graceid"], event.json()["gpstime"]
    client.write_log(graceid, "noise", "psd.xml.gz", noise(), tag_name="psd")
    made = client.create_superevent(t_0 - 1, t_0, t_0 + 1, graceid)
    sid = made.json()["superevent_id"]
    where = sky_map(t_0)
    for name, content, tag in (
        (MAP, where, "sky_loc"),
        ("gstlal.p_astro.json", json.dumps(ASTROPHYSICAL), "p_astro"),
        ("em_bright.json", json.dumps(BRIGHT), "em_bright"),
    ):
        client.write_log(sid, "for the circular", name, content, tag_name=[tag, "public"])
    client.create_notice(sid, "notice.json", json.dumps(notice(sid, where)))
    return {"graceid": graceid, "superevent_id": sid}


def notice(sid: str, where: bytes) -> Dict[str, Any]:
    """Say what the first notice of the candidate said."""
    event = {
        "significant": True,
        "time": "2017-08-17T12:41:04.443Z",
        "far": 1e-9,
        "instruments": list(DETECTORS),
        "group": "CBC",
        "pipeline": "gstlal",
        "search": "AllSky",
        "properties": BRIGHT,
        "classification": ASTROPHYSICAL,
        "duration": None,
        "central_frequency": None,
        "skymap": b64encode(where).decode(),
    }
    return {
        "alert_type": "PRELIMINARY",
        "time_created": "2026-01-01T00:00:00Z",
        "superevent_id": sid,
        "urls": {
            "gracedb": f"https://example.org/superevents/{sid}/view/",
            "skymap": f"https://example.org/api/superevents/{sid}/files/{MAP},0",
        },
        "event": event,
        "external_coinc": None,
    }


def circular(client: Any, graceid: str, sid: str) -> str:
    """Compose the circular that announces the candidate."""
    text: str = import_module("ligo.followup_advocate").compose(sid, client=client)
    return text


def update(client: Any, graceid: str, sid: str) -> str:
    """Compose the circular that follows it."""
    kinds = ["sky_localization", "p_astro", "em_bright"]
    compose = import_module("ligo.followup_advocate").compose_update
    text: str = compose(sid, update_types=kinds, client=client)
    return text


def retraction(client: Any, graceid: str, sid: str) -> str:
    """Compose the circular that takes it back."""
    text: str = import_module("ligo.followup_advocate").compose_retraction(sid, client=client)
    return text


def triggers(client: Any, graceid: str, sid: str) -> List[Any]:
    """Read the triggers and the noise from which ligo.skymap makes a sky map."""
    source = import_module("ligo.skymap.io.events.gracedb").open([graceid], client=client)
    return [
        [key, single.detector, single.snr, single.time, float(single.psd.data.data[100])]
        for key, event in source.items()
        for single in event.singles
    ]


def log(client: Any, graceid: str, sid: str) -> List[str]:
    """Let Python's logging write into the log of an event, and read it there."""
    text = f"a line by {type(client).__module__}"
    logger = logging.Logger("consumer")
    logger.addHandler(import_module("ligo.gracedb.logging").GraceDbLogHandler(client, graceid))
    logger.warning("%s", text)
    found: List[str] = []
    for _ in range(300):  # it is sent from a thread that nobody can wait for
        written = [line["comment"] for line in client.logs(graceid).json()["logs"]]
        found = [comment.replace(text, "a line") for comment in written if text in comment]
        if found:
            break
        time.sleep(0.1)
    return found


PROGRAMS: List[Callable[[Any, str, str], Any]] = [circular, update, retraction, triggers, log]
CLIENTS = {"theirs": theirs, "ours": ours}


def outcome(program: Callable[[Any, str, str], Any], *arguments: Any) -> Any:
    """Give what a program returned, or the name of the class of what it raised."""
    try:
        return program(*arguments)
    except Exception as error:
        return {"raised": type(error).__name__, "says": str(error)}


def main(whose: str, url: str, *ids: str) -> None:
    """Prepare, or run every program with one client."""
    if whose == "prepare":
        found: Any = prepare(url, sys.stdin.buffer.read())
    else:
        client = CLIENTS[whose](url)
        found = {each.__name__: outcome(each, client, *ids) for each in PROGRAMS}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
