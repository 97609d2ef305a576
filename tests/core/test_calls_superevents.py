"""Superevents over both transports: made, changed, peopled, shown, signed and confirmed."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any, Callable, Dict, List

import pytest

from gracedb_core import Client, errors
from tests.sandbox.uploads import voevent_xml

from . import making


class Scalar:
    """A number as numpy has them: it knows how to become a Python number, and is none."""

    def __init__(self, value: float) -> None:
        self._value = value

    def __float__(self) -> float:
        return float(self._value)

    def __repr__(self) -> str:
        return f"Scalar({self._value})"


class Whole(Scalar):
    """A whole number as numpy has them."""

    def __index__(self) -> int:
        return int(self._value)


@pytest.fixture
def gid(client: Client) -> str:
    """Upload an event."""
    return making.event_id(client)


@pytest.fixture
def made(client: Client, gid: str) -> Dict[str, Any]:
    """Make a superevent of that event."""
    return making.superevent(client, preferred_event=gid)


@pytest.fixture
def here(client: Client, made: Dict[str, Any]) -> Any:
    """Go to that superevent."""
    return client.superevents[made["superevent_id"]]


@pytest.mark.parametrize(
    ("group", "search", "prefix", "category"),
    [
        ("Test", "LowMass", "TS", "Test"),
        ("CBC", "MDC", "MS", "MDC"),
        ("CBC", "LowMass", "S", "Production"),
    ],
)
def test_create(client: Client, group: str, search: str, prefix: str, category: str) -> None:
    """The category is that of the preferred event, which is its first member."""
    gid = making.event_id(client, group=group, search=search)
    made = client.superevents.create(t_start=1, t_0=2, t_end=3, preferred_event=gid)
    assert made["superevent_id"].startswith(f"{prefix}800106")
    assert made["category"] == category
    assert (made["t_start"], made["t_0"], made["t_end"]) == (1.0, 2.0, 3.0)
    assert (made["preferred_event"], made["gw_events"], made["em_events"]) == (gid, [gid], [])
    assert (made["submitter"], made["far"], made["labels"]) == ("albert.einstein", 3.5e-12, [])
    assert made["preferred_event_data"]["graceid"] == gid
    assert client.superevents[made["superevent_id"]].get() == made
    assert client.events[gid].get()["superevent"] == made["superevent_id"]


@pytest.mark.parametrize(
    ("time", "stored"),
    [
        (1000000000, 1000000000.0),
        (1000000000.25, 1000000000.25),
        (1000000000.1234567, 1000000000.123457),
        ("1000000000.125", 1000000000.125),
        (Decimal("1000000000.000001"), 1000000000.000001),
        (Fraction(2000000001, 2), 1000000000.5),
        (Scalar(1000000000.5), 1000000000.5),
        (Whole(1000000001), 1000000001.0),
    ],
    ids=repr,
)
def test_times_of_any_kind(client: Client, gid: str, time: Any, stored: float) -> None:
    """Numbers of every kind are GPS seconds; we do not round them, the server does."""
    made = client.superevents.create(t_start=time, t_0=time, t_end=time, preferred_event=gid)
    assert (made["t_start"], made["t_0"], made["t_end"]) == (stored,) * 3


@pytest.mark.parametrize("time", [math.nan, math.inf, Decimal("NaN"), Scalar(math.nan), object()])
def test_times_that_are_none(client: Client, gid: str, time: Any) -> None:
    """What is no finite number is refused here, and nothing is made."""
    before = making.census(client)
    with pytest.raises(errors.InputError, match="cannot be "):
        client.superevents.create(t_start=1, t_0=time, t_end=3, preferred_event=gid)
    assert making.census(client) == before


@pytest.mark.parametrize(
    "collect",
    [list, tuple, set, frozenset, iter],
    ids=["list", "tuple", "set", "frozenset", "iterator"],
)
def test_members_from_the_start(client: Client, gid: str, collect: Callable[[Any], Any]) -> None:
    """`events` is one, several in any collection, or none."""
    others = [making.event_id(client) for _ in range(2)]
    made = making.superevent(client, preferred_event=gid, events=collect(others))
    assert made["gw_events"] == [gid, *others]


def test_one_member_from_the_start(client: Client, gid: str) -> None:
    """`events` may be the one id."""
    made = making.superevent(client, preferred_event=gid, events=making.event_id(client))
    assert len(made["gw_events"]) == 2


def test_category_may_be_given_where_no_id_tells(client: Client, gid: str) -> None:
    """The id of the preferred event outranks `category`, which is for ids that do not tell."""
    made = making.superevent(client, preferred_event=gid, category="P")
    assert made["category"] == "Test"


def test_update(client: Client, gid: str, made: Dict[str, Any], here: Any) -> None:
    """What is given changes, what is None stays; the answer is the superevent as it is now."""
    sid, t_0 = made["superevent_id"], made["t_0"]
    changed = client.superevents.update(sid, t_start=t_0 - 2.5, t_end=None)
    assert changed["t_start"] == t_0 - 2.5
    assert {**changed, "t_start": made["t_start"]} == made
    assert here.get() == changed

    other = making.event_id(client)
    changed = client.superevents.update(superevent_id=sid, preferred_event=other, t_0=t_0 + 1)
    assert (changed["preferred_event"], changed["gw_events"]) == (other, [gid, other])
    assert client.superevents.update(sid, em_type="E1", time_coinc_far=1e-9)["em_type"] == "E1"
    assert here.get()["time_coinc_far"] == 1e-9
    with pytest.raises(errors.BadRequest) as caught:
        client.superevents.update(sid, t_0=t_0 + 1)
    assert caught.value.detail == "Request would not modify the superevent"
    assert caught.value.body == b'"Request would not modify the superevent"'


def test_members(client: Client, gid: str, here: Any) -> None:
    """`add` and `remove` give nothing; `events` lists, reads, creates and deletes the same."""
    other, third = making.event_id(client), making.event_id(client)
    assert here.add(other) is None
    assert here.get()["gw_events"] == [gid, other]
    added = here.events.create(third)
    assert added == here.events[third].get() == here.events.get()[2]
    assert (added["graceid"], added["self"]) == (third, client.events[third].get()["links"]["self"])
    assert here.remove(other) is None
    assert here.events.delete(event_id=third) is None
    assert [row["graceid"] for row in here.events.get()] == [gid]
    assert client.events[other].get()["superevent"] is None

    with pytest.raises(errors.BadRequest) as caught:
        here.add(gid)
    assert caught.value.detail == f"Event {gid} is already assigned to a Superevent"
    with pytest.raises(errors.BadRequest, match="it is the preferred event"):
        here.remove(gid)
    with pytest.raises(errors.NotFound):
        here.remove(other)


def test_external_members(client: Client) -> None:
    """A gamma-ray burst can be a member, and not the preferred event; the server says so."""
    burst = making.event_id(
        client, contents=voevent_xml(), group="External", pipeline="Fermi", search="GRB"
    )
    gid = making.event_id(client, group="CBC")
    made = making.superevent(client, preferred_event=gid)
    client.superevents[made["superevent_id"]].add(burst)
    assert client.superevents[made["superevent_id"]].get()["em_events"] == [burst]
    other = making.event_id(
        client, contents=voevent_xml(), group="External", pipeline="Fermi", search="GRB"
    )
    with pytest.raises(errors.BadRequest, match="External event cannot be set as preferred"):
        making.superevent(client, preferred_event=other)


def test_pipeline_preferred_events(client: Client, gid: str, here: Any) -> None:
    """A list of graceids, one for each pipeline; `add` and `remove` give nothing."""
    preferred = here.pipeline_preferred_events
    other = making.event_id(client, pipeline="pycbc")
    here.add(other)
    assert preferred.get() == []
    assert preferred.add(gid) is None
    row = preferred.create(other)
    assert row == preferred[other].get()
    assert row["graceid"] == other
    assert preferred.get() == [gid, other]
    assert set(here.get()["pipeline_preferred_events"]) == {"gstlal", "pycbc"}
    with pytest.raises(errors.BadRequest) as caught:
        preferred.add(gid)
    assert caught.value.detail.startswith(f"Event {gid} is already the gstlal pipeline-preferred")
    assert preferred.remove(other) is None
    with pytest.raises(errors.NotFound):
        preferred.delete(other)
    preferred.add(other)
    assert preferred.delete(other) is None
    assert preferred.get() == [gid]


def test_exposure(here: Any, nobody: Client) -> None:
    """Hidden at first; exposing twice, or hiding twice, changes nothing."""
    sid = here.get()["superevent_id"]
    assert here.is_exposed() is False
    assert here.permissions.get() == []
    for _ in range(2):
        assert here.expose() is None
    assert here.is_exposed() is True
    assert {"group": "public_users", "permission": "view_superevent"} in here.permissions.get()
    assert nobody.superevents[sid].get()["superevent_id"] == sid
    for _ in range(2):
        assert here.unexpose() is None
    assert here.is_exposed() is False
    with pytest.raises(errors.NotFound):
        nobody.superevents[sid].get()
    assert making.comments(here)[1:] == [
        "Exposed to LV-EM observers and the general public.",
        "Hidden from LV-EM observers and the general public.",
    ]


@pytest.mark.parametrize(
    ("kind", "request_label", "typed"),
    [("ADV", "ADVREQ", ("ADV", "")), ("H1", "H1OPS", ("OP", "H1")),
     ("L1", "L1OPS", ("OP", "L1")), ("V1", "V1OPS", ("OP", "V1"))],
)  # fmt: skip
@pytest.mark.parametrize("status", ["OK", "NO"])
def test_signoff(here: Any, kind: str, request_label: str, typed: Any, status: str) -> None:
    """A signoff that was requested replaces the request's label by the verdict's."""
    with pytest.raises(errors.BadRequest, match="signoff not requested"):
        here.signoff(kind, status, "too early")
    here.labels.create(request_label)
    assert here.signoff(kind, status, "fine, é & <ok>") is None
    assert making.label_names(here) == [f"{kind}{status}"]
    row = here.signoffs[kind].get()
    assert [row] == here.signoffs.get()
    assert (row["signoff_type"], row["instrument"]) == typed
    assert (row["status"], row["comment"]) == (status, "fine, é & <ok>")
    assert row["submitter"] == "albert.einstein"
    with pytest.raises(errors.BadRequest, match="must make a unique set"):
        here.signoff(kind, status)


def test_signoffs_change_and_go(here: Any) -> None:
    """A verdict may be changed, and withdrawn, which brings back the request."""
    here.labels.create("ADVREQ")
    row = here.signoffs.create("ADV", "OK")
    assert (row["status"], row["comment"]) == ("OK", "")
    row = here.signoffs.update("ADV", "NO", comment="a glitch")
    assert (row["status"], row["comment"]) == ("NO", "a glitch")
    assert making.label_names(here) == ["ADVNO"]
    assert here.signoffs.delete("ADV") is None
    assert here.signoffs.get() == []
    assert making.label_names(here) == ["ADVREQ"]
    with pytest.raises(errors.NotFound):
        here.signoffs.delete("ADV")


def test_confirm_as_gw(client: Client, transport: str) -> None:
    """Confirmed once and for all: it is found by both ids."""
    made = making.superevent(client, preferred_event=making.event_id(client, group="CBC"))
    sid = made["superevent_id"]
    confirmed = client.superevents[sid].confirm_as_gw()
    assert (confirmed["superevent_id"], confirmed["gw_id"][:2]) == (sid, "GW")
    assert client.superevents[confirmed["gw_id"]].get() == confirmed
    assert client.superevents[confirmed["gw_id"]].labels.get() == []
    with pytest.raises(errors.BadRequest, match="already confirmed"):
        client.superevents[sid].confirm_as_gw()

    name = f"GW150914_{transport}"
    other = making.superevent_id(client)
    assert client.superevents[other].confirm_as_gw(gw_id=name)["gw_id"] == name
    assert client.superevents[name].get()["superevent_id"] == other


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda here, other: here.signoff("K2X", "OK"), "'ADV' or a detector"),
        (lambda here, other: here.signoff("ADV", "MAYBE"), "'OK' or 'NO'"),
        (lambda here, other: here.signoffs["adv"], "'ADV' or a detector"),
        (lambda here, other: here.add(f"{other}/x"), "Not a valid graceid"),
        (lambda here, other: here.remove(".."), "'..' cannot be"),
        (lambda here, other: here.remove(""), "'' cannot be"),
    ],
)
def test_mistaken_arguments_change_nothing(
    client: Client, here: Any, call: Callable[..., Any], says: str
) -> None:
    """A sentence, and the superevent stays as it was."""
    before, log = here.get(), making.comments(here)
    with pytest.raises((errors.InputError, errors.BadRequest), match=says):
        call(here, making.event_id(client))
    assert (here.get(), making.comments(here)) == (before, log)


def test_what_events_lack(client: Client) -> None:
    """What only superevents have is not on events, and the other way round."""
    event = client.events["G1"]
    names: List[str] = ["pipeline_preferred_events", "notices", "expose", "signoff", "add"]
    for name in names:
        with pytest.raises(AttributeError, match=name):
            getattr(event, name)
    with pytest.raises(AttributeError, match=r"'log'.*did you mean 'logs'"):
        client.superevents["S190425z"].log  # noqa: B018  asking is the test
