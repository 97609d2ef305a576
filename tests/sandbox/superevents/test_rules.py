"""Labels and signoffs: who blocks whom, and what the log says."""

from __future__ import annotations

import pytest

from gracedb_sandbox.superevents import rules


def test_the_protected_labels_are_the_eight_verdicts():
    assert {"ADVOK", "ADVNO", "H1OK", "H1NO", "L1OK", "L1NO", "V1OK", "V1NO"} == rules.PROTECTED


@pytest.mark.parametrize(("label", "verdict"), [("ADVREQ", "ADVNO"), ("L1OPS", "L1OK")])
def test_a_request_is_blocked_by_its_own_verdicts_only(label, verdict):
    assert rules.blocked_request(label, ["DQV", verdict])
    assert not rules.blocked_request(label, ["DQV", "V1OK"])
    assert not rules.blocked_request("DQV", [verdict])


@pytest.mark.parametrize(
    ("typeinst", "key"),
    [("ADV", ("ADV", "")), ("OPV1", ("OP", "V1")), ("OP", None), ("ADVH1", None), ("OPK1", None)],
)
def test_signoffs_are_addressed_by_type_and_instrument(typeinst, key):
    assert rules.signoff_key(typeinst) == key


def test_log_entries_of_signoffs():
    assert rules.signoff_created("OP", "H1", "OK", "fine") == (
        "Operator signoff certified status as OK for H1: 'fine'; "
        "label H1OPS removed and label H1OK applied"
    )
    assert rules.signoff_updated("ADV", "", status=("OK", "NO"), comment=("a", "b")) == (
        "Advocate signoff updated: status OK -> NO, label ADVOK removed, label ADVNO applied; "
        "comment 'a' -> 'b'"
    )
    assert rules.signoff_updated("ADV", "", status=("OK", "OK"), comment=("a", "b")) == (
        "Advocate signoff updated: comment 'a' -> 'b'"
    )
    assert rules.signoff_deleted("OP", "V1", "NO") == (
        "Operator signoff for V1 deleted: V1NO removed and V1OPS reapplied"
    )
