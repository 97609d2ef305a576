"""VOEvent documents: what is in them, and in which order."""

from __future__ import annotations

import pytest
from defusedxml import ElementTree

from gracedb_sandbox.voevent_xml import Context, build_voevent, file_name, ivorn

EVENT = {
    "graceid": "G1",
    "group": "CBC",
    "pipeline": "gstlal",
    "search": "AllSky",
    "far": 1e-9,
    "instruments": "H1,L1",
    "gpstime": 1187008882.443,
    "extra_attributes": {"CoincInspiral": {}},
}
CONTEXT = Context(
    graceid="S170817a",
    page="https://host/superevents/S170817a/view/",
    files="https://host/api/superevents/S170817a/files/",
    issued=1502973675.9,
)
FLAGS = ("internal", "open_alert", "hardware_inj", "coinc_comment", "significant", "raven_coinc")
NAMES = (
    "skymap_type", "skymap_filename", "combined_skymap_filename", "prob_has_ns",
    "prob_has_remnant", "prob_bns", "prob_nsbh", "prob_bbh", "prob_terrestrial",
    "prob_has_mass_gap", "prob_has_ssm",
)  # fmt: skip


def voevent(kind, **given):
    return {
        **dict.fromkeys(FLAGS, False),
        **dict.fromkeys(NAMES),
        "voevent_type": kind,
        "N": 1,
        **given,
    }


def document(kind, *, event=EVENT, context=CONTEXT, **given):
    return ElementTree.fromstring(build_voevent(voevent(kind, **given), event, context=context))


def values(element):
    return {param.get("name"): param.get("value") for param in element.findall("Param")}


@pytest.mark.parametrize(
    ("kind", "word", "packet"),
    [
        ("PR", "Preliminary", "150"),
        ("IN", "Initial", "151"),
        ("UP", "Update", "152"),
        ("RE", "Retraction", "164"),
        ("EW", "EarlyWarning", "163"),
    ],
)
def test_the_type_names_the_file_the_ivorn_and_the_packet(kind, word, packet):
    root = document(kind, skymap_filename="a.fits", internal=True)
    assert file_name("S170817a", 1, kind) == f"S170817a-1-{word}.xml"
    assert root.get("ivorn") == ivorn("S170817a", 1, kind) == f"ivo://gwnet/LVC#S170817a-1-{word}"
    what = values(root.find("What"))
    assert what["AlertType"] == word
    assert what["Packet_Type"] == packet
    assert what["internal"] == "1"


def test_the_elements_come_in_the_order_of_the_server():
    root = document("PR", context=_citing("ivo://one"))
    assert [child.tag for child in root] == [
        "Who", "What", "WhereWhen", "Description", "How", "Citations",
    ]  # fmt: skip
    assert root.findtext("Who/Date") == "2017-08-17T12:41:15Z"


def test_the_time_is_the_gpstime_of_the_event_to_the_microsecond():
    assert document("PR").findtext(".//ISOTime") == "2017-08-17T12:41:04.443000Z"


def test_a_retraction_takes_back_and_describes_nothing():
    root = document("RE", context=_citing("ivo://one", "ivo://two"))
    assert [child.tag for child in root] == ["Who", "What", "WhereWhen", "Citations"]
    assert "FAR" not in values(root.find("What"))
    cited = root.findall("Citations/EventIVORN")
    assert [(each.get("cite"), each.text) for each in cited] == [
        ("retraction", "ivo://one"),
        ("retraction", "ivo://two"),
    ]


def test_the_first_document_cites_nothing():
    assert document("PR").find("Citations") is None


def test_probabilities_are_named_only_where_given():
    root = document("PR", prob_bns=0.9, prob_has_ns=1.0)
    groups = {group.get("name"): values(group) for group in root.findall("What/Group")}
    assert groups == {"Classification": {"BNS": "0.9"}, "Properties": {"HasNS": "1.0"}}


def test_a_burst_has_frequency_and_duration_but_no_probabilities():
    burst = {
        **EVENT,
        "group": "Burst",
        "pipeline": "CWB",
        "extra_attributes": {"MultiBurst": {"central_freq": 123.5, "duration": 0.25}},
    }
    root = document("PR", event=burst, prob_bns=0.9)
    what = values(root.find("What"))
    assert (what["CentralFreq"], what["Duration"], what["Group"]) == ("123.5", "0.25", "Burst")
    assert [values(group) for group in root.findall("What/Group")] == [{}, {}]


def test_the_bbh_search_of_cwb_is_announced_as_a_binary():
    event = {**EVENT, "group": "Burst", "pipeline": "CWB", "search": "BBH"}
    root = document("PR", event=event, prob_bbh=0.5)
    assert values(root.find("What"))["Group"] == "CBC"
    assert values(root.find("What/Group")) == {"BBH": "0.5"}


def test_a_false_alarm_rate_of_zero_is_left_out():
    assert "FAR" not in values(document("PR", event={**EVENT, "far": 0.0}).find("What"))


@pytest.mark.parametrize(
    ("changed", "role"),
    [({}, "observation"), ({"group": "Test"}, "test"), ({"search": "MDC"}, "test")],
)
def test_rehearsals_say_so(changed, role):
    assert document("PR", event={**EVENT, **changed}).get("role") == role


def test_a_sky_map_is_named_by_its_address_in_the_api():
    root = document("PR", skymap_filename="a.fits,0", skymap_type="bayestar")
    group = root.find("What/Group")
    assert group.get("name") == group.get("type") == "GW_SKYMAP"
    assert values(group) == {"skymap_fits": f"{CONTEXT.files}a.fits,0"}


def test_what_xml_cannot_hold_is_left_out():
    root = document("EW", skymap_filename="a\x01b.fits", skymap_type="x")
    assert values(root.find("What/Group")) == {"skymap_fits": f"{CONTEXT.files}ab.fits"}


def test_a_coincidence_tells_what_is_known_of_it():
    context = Context(
        graceid="S170817a", page="p", files="f/", issued=0, t_0=1187008882.0, time_coinc_far=1e-8,
        external={"gpstime": 1187008884.5, "pipeline": "Fermi", "search": "GRB",
                  "extra_attributes": {"GRB": {"trigger_id": "524666471", "ivorn": None}}},
    )  # fmt: skip
    root = document("PR", context=context, raven_coinc=True, combined_skymap_filename="c.fits")
    group = root.find("What/Group")
    assert values(group) == {
        "External_GCN_Notice_Id": "524666471",
        "External_Observatory": "Fermi",
        "External_Search": "GRB",
        "Time_Difference": "2.5",
        "Time_Coincidence_FAR": "1e-08",
        "joint_skymap_fits": "f/c.fits",
    }
    assert list(group.find("Param").attrib) == ["name", "value", "ucd", "dataType"]


def _citing(*earlier):
    return Context(graceid="S170817a", page="p", files="f/", issued=1502973675, earlier=earlier)
