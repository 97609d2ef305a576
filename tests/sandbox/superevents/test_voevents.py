"""VOEvents of superevents: which are refused and why, what is kept, what the document says."""

from __future__ import annotations

import pytest
from defusedxml import ElementTree


def announce(boss, path, kind="PR", **given):
    return boss.post(f"{path}voevents/", json={"voevent_type": kind, **given})


def upload(boss, path, name):
    form = {"comment": "sky map"}
    boss.post(f"{path}logs/", data=form, files={"upload": (name, b"sky")})


def document(boss, voevent):
    return ElementTree.fromstring(boss.send("GET", voevent["links"]["file"]).content)


def test_a_preliminary_voevent_is_kept_and_filed(boss, made, path):
    sid = made["superevent_id"]
    given = {"BNS": 0.5, "ProbHasNS": "1", "HasMassGap": 0, "open_alert": "True"}
    status, voevent = announce(boss, path, CoincComment=True, Significant=True, **given)
    assert status == 201
    name = f"{sid}-1-Preliminary.xml"
    assert voevent == {
        "voevent_type": "PR",
        "file_version": 0,
        "ivorn": f"ivo://gwnet/LVC#{sid}-1-Preliminary",
        "created": voevent["created"],
        "issuer": "albert.einstein",
        "filename": name,
        "N": 1,
        "links": {
            "self": f"{boss.url}{path}voevents/1/",
            "file": f"{boss.url}{path}files/{name},0",
        },
        "skymap_type": None,
        "skymap_filename": None,
        "internal": True,
        "open_alert": True,
        "hardware_inj": False,
        "coinc_comment": True,
        "prob_has_ns": 1.0,
        "prob_has_remnant": None,
        "prob_bns": 0.5,
        "prob_nsbh": None,
        "prob_bbh": None,
        "significant": True,
        "prob_terrestrial": None,
        "prob_has_mass_gap": 0.0,
        "prob_has_ssm": None,
        "raven_coinc": False,
        "ext_gcn": None,
        "ext_pipeline": None,
        "ext_search": None,
        "combined_skymap_filename": None,
    }
    assert boss.get(f"{path}voevents/").body["voevents"] == [voevent]
    assert boss.get(voevent["links"]["self"]).body == voevent
    log = boss.get(f"{path}logs/2/").body
    assert (log["comment"], log["filename"], log["tag_names"]) == (
        "New VOEvent",
        name,
        ["em_follow"],
    )
    root = document(boss, voevent)
    assert root.get("role") == "test"
    assert root.find("What/Param[@name='GraceID']").get("value") == sid
    assert root.find(".//Param[@name='BNS']").get("value") == "0.5"


def test_later_ones_cite_earlier_ones(boss, path):
    first = announce(boss, path).body
    upload(boss, path, "a.fits")
    given = {"skymap_filename": "a.fits", "skymap_type": "bayestar"}
    second = announce(boss, path, "UP", **given).body
    third = announce(boss, path, "RE").body
    ivorns = [each.text for each in document(boss, third).findall(".//EventIVORN")]
    assert ivorns == [first["ivorn"], second["ivorn"]]
    skymap = document(boss, second).find(".//Param[@name='skymap_fits']")
    assert skymap.get("value") == f"{boss.url}{path}files/a.fits"


def test_the_file_keeps_the_first_name_of_a_confirmed_superevent(boss, made, path):
    boss.post(f"{path}confirm-as-gw/")
    voevent = announce(boss, path).body
    assert voevent["filename"] == f"{made['superevent_id']}-1-Preliminary.xml"


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("X", {}, '"X" is not a valid choice.'),
        ("PR", {"BNS": 1.5}, "Ensure this value is less than or equal to 1."),
        ("PR", {"BNS": -1}, "Ensure this value is greater than or equal to 0."),
        ("PR", {"MassGap": 0.5}, "MassGap has been replaced with HasMassGap"),
        ("IN", {}, "Skymap filename is required for initial and update VOEvents."),
        (
            "UP",
            {"skymap_type": "x"},
            "Skymap filename is required for initial and update VOEvents.",
        ),
        (
            "PR",
            {"skymap_filename": "no.fits"},
            "Skymap type is required for VOEvents that include a skymap.",
        ),
        (
            "PR",
            {"skymap_filename": "no.fits", "skymap_type": "x"},
            "Skymap file no.fits not found for this superevent.",
        ),
        ("PR", {"raven_coinc": True}, "em_type for superevent {sid} not set (is None)"),
    ],
)
def test_voevents_that_are_refused(boss, made, path, kind, given, text):
    assert announce(boss, path, kind, **given) == (400, text.format(sid=made["superevent_id"]))
    assert boss.get(f"{path}voevents/").body["numRows"] == 0


def test_an_event_without_a_time_cannot_be_announced(boss):
    # A coincidence is no oLIB trigger: nothing is read from it.
    timeless = boss.event(pipeline="oLIB")
    path = f"superevents/{boss.superevent(preferred_event=timeless)['superevent_id']}/"
    assert boss.get(path).body["preferred_event_data"]["gpstime"] is None
    assert announce(boss, path) == (
        400,
        "Cannot build a VOEvent because preferred event does not have a gpstime.",
    )


def test_a_coincidence_needs_its_external_event(boss, made, path):
    sid = made["superevent_id"]
    for em_type, text in (
        ("EM_TYPE_TEST", f"em_type for superevent {sid} is not a valid graceid"),
        ("E99999999", "event for em_type=E99999999 not found"),
    ):
        boss.patch(path, json={"em_type": em_type})
        assert announce(boss, path, raven_coinc=True) == (400, text)
    external = boss.event(group="External", pipeline="Fermi", search="GRB")
    boss.patch(path, json={"em_type": external, "time_coinc_far": 1e-8})
    given = {"raven_coinc": True, "combined_skymap_filename": "c.fits"}
    assert announce(boss, path, **given) == (
        400,
        "Combined skymap file c.fits not found for this superevent.",
    )
    upload(boss, path, "c.fits")
    root = document(boss, announce(boss, path, **given).body)
    group = root.find("What/Group[@name='External Coincidence']")
    values = {param.get("name"): param.get("value") for param in group.findall("Param")}
    assert values["External_Observatory"] == "Fermi"
    assert values["Time_Coincidence_FAR"] == "1e-08"
    assert values["joint_skymap_fits"] == f"{boss.url}{path}files/c.fits"


def test_outsiders_see_less_of_a_voevent(world, boss, exposed):
    announce(boss, exposed)
    for api in (world.nobody, world.observer):
        (voevent,) = api.get(f"{exposed}voevents/").body["voevents"]
        assert list(voevent) == [
            "voevent_type", "file_version", "ivorn", "created", "issuer", "filename", "N", "links",
        ]  # fmt: skip


def test_the_new_generation_reads_but_makes_none(renewed):
    boss = renewed.boss
    path = f"superevents/{boss.superevent()['superevent_id']}/"
    assert announce(boss, path) == (
        410,
        {
            "error": "This functionality has been deprecated and will not be re-implemented on "
            "GraceDB"
        },
    )
    assert boss.get(f"{path}voevents/").body["voevents"] == []
    assert announce(renewed.speaking("v1"), path).status == 201
