"""Notices of the new generation: kept verbatim, named by what they say."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def made(renewed):
    return renewed.boss.superevent()


def notice(made, **changes):
    return {
        "alert_type": "PRELIMINARY",
        "time_created": "2026-01-01T00:00:00Z",
        "superevent_id": made["superevent_id"],
        "urls": {"gracedb": "https://example.org"},
        "event": {
            "significant": True,
            "classification": {"BNS": 0.9, "Terrestrial": 0.1},
            "properties": {"HasNS": 1.0},
        },
        "external_coinc": None,
        **changes,
    }


def send(api, made, data):
    path = f"superevents/{made['superevent_id']}/notices/"
    return api.post(path, files={"upload": ("notice.json", data, "application/json")})


def test_a_notice_is_kept_verbatim(renewed, made):
    boss, sid = renewed.boss, made["superevent_id"]
    data = json.dumps(notice(made), indent=3).encode()
    status, kept = send(boss, made, data)
    assert status == 201
    assert (kept["N"], kept["notice_type"]) == (1, "PR")
    assert kept["filename"] == f"{sid}-1-preliminary.json"
    assert (kept["prob_bns"], kept["prob_has_ns"], kept["prob_bbh"]) == (0.9, 1.0, None)
    path = f"superevents/{sid}/"
    listed = boss.get(f"{path}notices/").body
    assert (listed["numRows"], listed["notices"]) == (1, [kept])
    assert boss.get(kept["links"]["self"]).body == kept
    assert boss.send("GET", f"{path}files/{kept['filename']}").content == data
    assert boss.get(f"{path}notices/2/").status == 404


@pytest.mark.parametrize(
    ("alert_type", "code", "word"),
    [
        ("EARLYWARNING", "EW", "earlywarning"),
        ("EARLY_WARNING", "EW", "earlywarning"),
        ("RETRACTION", "RE", "retraction"),
        ("Update", "UP", "update"),
    ],
)
def test_types_have_codes(renewed, made, alert_type, code, word):
    document = notice(made, alert_type=alert_type, event={} if code != "RE" else None)
    kept = send(renewed.boss, made, json.dumps(document)).body
    assert kept["notice_type"] == code
    assert kept["filename"].endswith(f"-1-{word}.json")


@pytest.mark.parametrize(
    "change",
    [
        {"superevent_id": "S190425z"},
        {"alert_type": "RUMOUR"},
        {"event": None},
        {"event": {"significant": float("nan")}},
    ],
)
def test_notices_that_are_refused(renewed, made, change):
    status, body = send(renewed.boss, made, json.dumps(notice(made, **change)))
    assert status == 400
    assert list(body) == ["error"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"{}"])
def test_what_is_no_notice_is_refused(renewed, made, data):
    assert send(renewed.boss, made, data).status == 400


def test_the_old_generation_knows_no_notices(world, boss):
    path = f"superevents/{boss.superevent()['superevent_id']}/notices/"
    for method in ("GET", "POST"):
        assert boss.send(method, path).status_code == 404
    assert boss.send("GET", f"{path}1/").status_code == 404
