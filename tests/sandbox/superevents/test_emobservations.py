"""Electromagnetic follow-up: footprints, their box, and refusals."""

from __future__ import annotations

import pytest

WHOLE = {
    "group": "Test",
    "ra_list": [1.0, 5.0],
    "dec_list": [-2.0, 2.0],
    "ra_width_list": [1, 1],
    "dec_width_list": [2, 2],
    "start_time_list": ["2020-01-01T00:00:00", "2020-01-02T00:00:00.500000"],
    "duration_list": [10, 20],
    "comment": "seen",
}


def test_an_observation_is_answered_with_its_box(boss, path):
    status, made = boss.post(f"{path}emobservations/", json=WHOLE)
    assert status == 201
    assert list(made) == [
        "created", "N", "submitter", "group", "ra", "raWidth", "dec", "decWidth", "comment",
        "footprint_count", "footprints",
    ]  # fmt: skip
    box = [made[key] for key in ("ra", "raWidth", "dec", "decWidth")]
    assert box == [3.0, 5.0, 0.0, 6.0]
    assert [each["N"] for each in made["footprints"]] == [2, 1]
    assert made["footprints"][1]["start_time"] == "2020-01-01 00:00:00 UTC"
    assert boss.get(f"{path}emobservations/").body["observations"] == [made]
    assert boss.get(f"{path}emobservations/1/").body == made
    assert boss.get(f"{path}emobservations/2/").status == 404
    assert boss.comments(path)[-1] == "New EMBB observation record for Test"


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"group": "FOO"}, "Object with name=FOO does not exist."),
        (
            {"ra_list": [1.0]},
            "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and "
            "duration_list must be the same length.",
        ),
        ({"ra_list": [1.0, "x"]}, 1),
        ({"duration_list": [-1, 2]}, 0),
        ({"dec_list": None}, "This field may not be null."),
    ],
)
def test_observations_that_are_refused(boss, path, changes, body):
    assert boss.post(f"{path}emobservations/", json={**WHOLE, **changes}) == (400, body)


def test_observers_report_what_they_saw(world, exposed):
    given = {**WHOLE, "start_time_list": ["2020-01-01T00:00:00Z"] * 2}
    status, made = world.observer.post(f"{exposed}emobservations/", json=given)
    assert (status, made["submitter"]) == (201, "henrietta.leavitt")
    assert world.nobody.get(f"{exposed}emobservations/").body["numRows"] == 1


def test_the_new_generation_has_none(renewed):
    boss = renewed.boss
    path = f"superevents/{boss.superevent()['superevent_id']}/emobservations/"
    for answer in (boss.get(path), boss.post(path, json=WHOLE), boss.get(f"{path}1/")):
        assert answer == (
            410,
            {
                "error": "This functionality has been deprecated and will not be re-implemented "
                "on GraceDB"
            },
        )
