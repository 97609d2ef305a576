"""Many callers at once: numbers stay in order, and one event belongs to one superevent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, List

from .conftest import INTERNAL, Api

CALLERS = 12


def at_once(world, call: Callable[[Api, int], Any]) -> List[Any]:
    """Make *call* from many threads, each with a connection of its own."""

    def alone(number: int) -> Any:
        api = Api(world.url, INTERNAL)
        with api.session:
            return call(api, number)

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(alone, range(CALLERS)))


def test_numbers_of_one_day_leave_no_gap(world, boss):
    events = [boss.event() for _ in range(CALLERS)]
    made = at_once(
        world,
        lambda api, i: api.superevent(t_0=1350000000, preferred_event=events[i])["superevent_id"],
    )
    assert sorted(made) == [f"TS221016{letter}" for letter in "abcdefghijkl"]


def test_one_event_is_given_away_once(world, boss):
    event = boss.event()
    body = {"t_start": 1, "t_0": 2, "t_end": 3, "category": "T", "preferred_event": event}
    answers = at_once(world, lambda api, _: api.post("superevents/", json=body))
    refused = (400, f"Event {event} is already assigned to a Superevent")
    assert sorted(answer.status for answer in answers) == [201] + [400] * (CALLERS - 1)
    assert answers.count(refused) == CALLERS - 1


def test_logs_and_versions_count_without_gaps(world, boss, path):
    def upload(api, i):
        files = {"upload": ("a.txt", str(i))}
        return api.post(f"{path}logs/", data={"comment": str(i)}, files=files).body

    made = at_once(world, upload)
    assert sorted(log["N"] for log in made) == list(range(2, CALLERS + 2))
    assert sorted(log["file_version"] for log in made) == list(range(CALLERS))
    for log in made:
        assert boss.send("GET", log["file"]).text == log["comment"]


def test_a_missing_slash_redirects_except_where_a_client_relies_on_it(boss, path):
    response = boss.send("GET", f"{path}logs")
    assert response.status_code == 301
    assert response.headers["Location"].endswith(f"{path}logs/")
    boss.post(f"{path}labels/", data={"name": "INJ"})
    assert boss.send("DELETE", f"{path}labels/INJ").status_code == 204
