"""Requests that are wrong in rare ways: each has its own refusal, and none is a server error."""

from __future__ import annotations

import json
from typing import Any, Dict

import pytest

from . import uploads
from .conftest import Api

HUGE = "9" * 5000
LARGE = 10**400
PAGE = "The requested resource was not found on this server."
FOOTPRINT: Dict[str, Any] = {
    "group": "Fermi",
    "ra_list": [1.0, 2.0],
    "ra_width_list": [1.0, 1.0],
    "dec_list": [1.0, 2.0],
    "dec_width_list": [1.0, 1.0],
    "start_time_list": ["2020-01-01T00:00:00", "2020-01-01T00:00:01"],
    "duration_list": [30, 30.0],
}


def superevent(api: Api) -> str:
    """Make a Test superevent and return its id."""
    times = {"t_start": 1.0, "t_0": 2.0, "t_end": 3.0}
    body = {**times, "preferred_event": api.event(), "category": "T"}
    return str(api.post("superevents/", json=body).json()["superevent_id"])


def test_huge_numbers_in_paths_and_bodies_name_nothing(api: Api, renewed: Api) -> None:
    """What no database can count to is nobody's number, in superevents and notices too."""
    sid, gid = superevent(api), api.event()
    for path in (
        f"superevents/{sid}/logs/{2**63}/",
        f"superevents/{sid}/voevents/{2**64}/",
        f"superevents/{sid}/events/T{HUGE}/",
        f"events/{gid}/log/{2**63}/tag/",
        f"events/{gid}/emobservation/{HUGE}",
    ):
        assert api.get(path).status_code == 404
    assert renewed.get(f"superevents/{superevent(renewed)}/notices/{2**63}/").status_code == 404
    answer = api.patch(f"superevents/{sid}/", json={"preferred_event": f"T{HUGE}"})
    assert (answer.status_code, answer.json()[-15:]) == (400, "does not exist.")
    found = api.get("events/", params={"query": f"G{HUGE} .. G{HUGE}"})
    assert (found.status_code, found.json()["numRows"]) == (200, 0)


def test_a_huge_number_in_a_structured_search_is_explained_in_our_words(api: Api) -> None:
    """Python's own sentence about it helps nobody."""
    for value in (json.dumps(f"T{HUGE}"), HUGE, "1e999", '"\\ud800"'):
        query = f'{{"field": "id", "op": "=", "value": {value}}}'
        answer = api.get(api.root + "v2/events/", params={"query": query})
        assert "limit" not in answer.text
        assert "codec" not in answer.text
        assert answer.status_code == (200 if value.startswith('"T') else 400)


@pytest.mark.parametrize("body", ["[1]", "{", '{"query": 5}', f'{{"a": {HUGE}}}'])
@pytest.mark.parametrize("kind", ["events", "superevents"])
def test_a_bad_search_document_has_the_envelope_of_searches(api: Api, kind: str, body: str) -> None:
    """Whatever is wrong with the body, `error` is ``invalid_query``."""
    json_type = {"Content-Type": "application/json"}
    answer = api.post(f"{api.root}v2/{kind}/search/", data=body, headers=json_type)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_query"
    assert set(answer.json()) == {"error", "message", "path", "version"}
    assert "limit" not in answer.text


@pytest.mark.parametrize("name", [{"a": 1}, ["a", ["b"]], 5])
def test_a_display_name_that_is_no_text_is_ignored(api: Api, name: Any) -> None:
    """The tag is made without it, and the log is kept."""
    gid = api.event()
    log = api.post(f"events/{gid}/log/", json={"comment": "c", "tagname": "t", "displayName": name})
    assert log.status_code == 201
    url = f"events/{gid}/log/1/tag/a-new-one"
    assert api.put(url, json={"displayName": name}).status_code == 201
    assert isinstance(api.get(url).json()["displayName"], (str, type(None)))
    assert api.delete(url).status_code == 204


def test_integers_beyond_floats_are_no_numbers(api: Api) -> None:
    """Ten to the four hundredth is refused where a float is wanted."""
    gid, sid = api.event(), superevent(api)
    burst = api.event(data=uploads.voevent_xml(), pipeline="Fermi", filename="grb.xml")
    for method, path, body, text in (
        ("POST", f"events/{gid}/voevent/",
         {"voevent_type": "PR", "CoincComment": False, "BNS": LARGE}, "must be a float"),
        ("PATCH", f"events/{burst}/update-grbevent/", {"ra": LARGE},
         '["Parameter \'ra\' must be a float"]'),
        ("PATCH", f"superevents/{sid}/", {"time_coinc_far": LARGE}, "A valid number is required."),
        ("POST", f"superevents/{sid}/voevents/", {"voevent_type": "PR", "BNS": LARGE},
         "A valid number is required."),
    ):  # fmt: skip
        answer = api.request(method, path, json=body)
        assert answer.status_code == 400
        assert text in answer.text


@pytest.mark.parametrize(
    ("name", "value", "called", "bad"),
    [
        ("ra_list", [LARGE, 1], "Cannot read RA", 0),
        ("dec_list", [1, "nan"], "Cannot read Dec", 1),
        ("duration_list", [1, 10**30], "Cannot read duration", 1),
        ("start_time_list", ["2020-01-01T00:00:00", "x"], "Could not parse start time", 1),
    ],
)
def test_footprints_that_cannot_be_read(
    api: Api, name: str, value: Any, called: str, bad: int
) -> None:
    """Events name the element, superevents answer its index alone."""
    body = {**FOOTPRINT, "duration_list": [30, 30], name: value}
    answer = api.post(f"events/{api.event()}/emobservation/", json=body)
    assert answer.status_code == 400
    assert answer.json().startswith(f"{called} list element {bad} of [")
    answer = api.post(f"superevents/{superevent(api)}/emobservations/", json=body)
    assert (answer.status_code, answer.json()) == (400, bad)


def test_a_catalogue_may_hold_any_number(api: Api) -> None:
    """A rate beyond floats is a number of JSON all the same, and comes back as it was."""
    sid = superevent(api)
    entry = {"pipelines": {}, "far": LARGE, "pastro": None}
    answer = api.post("gwtc/", json={"number": "4-large", "smap": {sid: entry}})
    assert answer.status_code == 201
    assert answer.json()["gwtc_superevents"][sid]["far"] == LARGE


def test_footprints_that_can_be_read(api: Api) -> None:
    """A whole duration may be written as a float."""
    answer = api.post(f"events/{api.event()}/emobservation/", json=FOOTPRINT)
    assert answer.status_code == 201


@pytest.mark.parametrize("value", ['"x"', "2", "-0.1", "1e999", "true", "[]"])
def test_a_notice_states_probabilities(renewed: Api, value: str) -> None:
    """What is none is refused before anything is kept."""
    sid = superevent(renewed)
    start = f'{{"alert_type": "PRELIMINARY", "time_created": "now", "superevent_id": "{sid}"'
    text = f'{start}, "urls": {{}}, "event": {{"classification": {{"BNS": {value}}}}}}}'
    answer = renewed.post(f"superevents/{sid}/notices/", files={"upload": ("n.json", text)})
    assert answer.status_code == 400
    assert renewed.get(f"superevents/{sid}/notices/").json()["numRows"] == 0


def test_the_data_of_a_reserved_event_are_checked_like_a_form(renewed: Api) -> None:
    """Unknown labels and commas in names are refused, and the event stays reserved."""
    form = {"group": "Test", "pipeline": "gstlal"}
    gid = renewed.post("events/reserve/", data=form).json()["graceid"]
    upload = {"eventFile": ("coinc.xml", uploads.coinc_xml())}
    answer = renewed.post(f"events/{gid}/upload/", data={"labels": "NONSENSE"}, files=upload)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("labels: * Select a valid choice. NONSENSE is")
    comma = {"eventFile": ("a,b.xml", uploads.coinc_xml())}
    answer = renewed.post(f"events/{gid}/upload/", files=comma)
    assert (answer.status_code, list(answer.json())) == (400, ["warnings"])
    assert renewed.get(f"events/{gid}").json()["processing_status"] == "reserved"
    assert renewed.post(f"events/{gid}/upload/", files=upload).status_code == 201


def test_exposing_is_forbidden_before_it_is_misspelt(api: Api, observer: Api, nobody: Api) -> None:
    """Who may neither expose nor hide gets 403 for any action; who may, 400 for a bad one."""
    url = f"superevents/{superevent(api)}/permissions/modify/"
    assert api.post(url, json={"action": "expose"}).status_code == 200
    for action in ("nonsense", ["expose"], None, "hide"):
        assert nobody.post(url, json={"action": action}).status_code == 403
        assert observer.post(url, json={"action": action}).status_code == 403
    assert nobody.post(url, data="{").status_code == 403
    assert api.post(url, json={"action": "nonsense"}).status_code == 400


def test_a_hidden_superevent_is_missing_before_a_method_is_wrong(
    api: Api, observer: Api, nobody: Api
) -> None:
    """Nested URLs answer 404 for what may not be seen, and 405 only below."""
    sid = superevent(api)
    for path in ("labels/", "logs/1/", "files/x", "permissions/modify/", "events/T1/"):
        assert api.put(f"superevents/{sid}/{path}").status_code == 405
        assert api.put(f"superevents/S990101a/{path}").json() == {"detail": "Not found."}
        for outsider in (observer, nobody):
            assert outsider.put(f"superevents/{sid}/{path}").status_code == 404
            assert outsider.request("OPTIONS", f"superevents/{sid}/{path}").status_code == 404


def test_a_log_never_brings_a_protected_label(api: Api) -> None:
    """Not even one that the superevent has."""
    sid = superevent(api)
    api.post(f"superevents/{sid}/labels/", json={"name": "ADVREQ"})
    signoff = {"signoff_type": "ADV", "instrument": "", "status": "OK", "comment": "c"}
    assert api.post(f"superevents/{sid}/signoffs/", json=signoff).status_code == 201
    assert api.get(f"superevents/{sid}/labels/ADVOK/").status_code == 200
    answer = api.post(f"superevents/{sid}/logs/", json={"comment": "c", "label": "ADVOK"})
    assert answer.status_code == 400


def test_each_generation_reads_its_own_field_of_detectors(api: Api, renewed: Api) -> None:
    """2.33 calls an injection's detectors `instrument`, 2.36 `instruments`."""
    fields = {"pipeline": "HardwareInjection", "instrument": "H1", "instruments": "L1"}
    data = uploads.sim_inspiral_xml()
    assert api.create(data, **fields).json()["instruments"] == "H1"
    assert renewed.create(data, **fields).json()["instruments"] == "L1"


@pytest.mark.parametrize("query", ["replay_id: abc", 'replay_id: "abc"', 'replay_id = "abc"'])
def test_only_the_newer_generation_knows_replays(api: Api, renewed: Api, query: str) -> None:
    """The term is no query to 2.33."""
    answer = api.get("events/", params={"query": query})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid query"})
    assert renewed.get("events/", params={"query": query}).status_code == 200


def test_an_unknown_method_is_named(api: Api) -> None:
    """Whatever it is called, the answer is the framework's sentence."""
    answer = api.request("BREW", "events/")
    assert answer.status_code == 405
    assert answer.json() == {"detail": 'Method "BREW" not allowed.'}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize(
    "path", ["events/search/", "events/reserve/", "events/T1/upload/", "superevents/S1/notices/"]
)
def test_urls_of_the_newer_generation_do_not_exist(
    api: Api, nobody: Api, path: str, method: str
) -> None:
    """Like any URL that nothing serves, whoever asks and however."""
    for session in (api, nobody):
        answer = session.request(method, path)
        assert answer.status_code == 404
        assert PAGE in answer.text
