"""Labels and signoffs: what applies, what is refused in which words, what the log says."""

from __future__ import annotations

import pytest


def names(boss, path):
    return [row["name"] for row in boss.get(f"{path}labels/").body["labels"]]


def test_a_label_comes_and_goes(boss, path):
    status, label = boss.post(f"{path}labels/", data={"name": "DQV"})
    assert status == 201
    assert list(label) == ["self", "name", "created", "creator"]
    assert boss.get(label["self"]).body == label
    listed = boss.get(f"{path}labels/").body
    here = f"{boss.url}{path}labels/"
    assert listed == {"labels": [label], "links": {"self": here, "superevent": here}}
    assert boss.comments(path)[-1] == "Added label: DQV"
    assert boss.delete(f"{path}labels/DQV") == (204, None)
    assert boss.comments(path)[-1] == "Removed label: DQV"
    assert boss.delete(f"{path}labels/DQV/") == (404, {"detail": "Not found."})
    assert boss.get(f"{path}labels/DQV/").status == 404


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "This field is required."),
        ({"name": None}, "This field may not be null."),
        ({"name": "FOO"}, "Object with name=FOO does not exist."),
        ({"name": "INJ"}, "The fields superevent, name must make a unique set."),
        (
            {"name": "H1OK"},
            "The label 'H1OK' is managed by an automated process and cannot be manually added",
        ),
    ],
)
def test_labels_that_are_refused(boss, path, body, text):
    boss.post(f"{path}labels/", data={"name": "INJ"})
    assert boss.post(f"{path}labels/", json=body) == (400, text)


def test_an_advocate_signs_off_changes_their_mind_and_withdraws(boss, path):
    boss.post(f"{path}labels/", data={"name": "ADVREQ"})
    given = {"signoff_type": "ADV", "instrument": "", "status": "OK", "comment": "fine"}
    status, signoff = boss.post(f"{path}signoffs/", data=given)
    assert status == 201
    assert signoff == {
        "self": f"{boss.url}{path}signoffs/ADV/",
        "signoff_type": "ADV",
        "instrument": "",
        "status": "OK",
        "submitter": "albert.einstein",
        "comment": "fine",
    }
    assert names(boss, path) == ["ADVOK"]
    assert boss.comments(path)[-2] == (
        "Advocate signoff certified status as OK: 'fine'; label ADVREQ removed and label ADVOK "
        "applied"
    )
    assert boss.get(f"{path}signoffs/").body["signoffs"] == [signoff]
    change = {"status": "NO", "comment": "worse"}
    status, changed = boss.patch(f"{path}signoffs/ADV/", data=change)
    assert (status, changed["status"], changed["comment"]) == (200, "NO", "worse")
    assert names(boss, path) == ["ADVNO"]
    assert boss.comments(path)[-2] == (
        "Advocate signoff updated: status OK -> NO, label ADVOK removed, label ADVNO applied; "
        "comment 'fine' -> 'worse'"
    )
    assert boss.patch(f"{path}signoffs/ADV/", data=change) == (
        400,
        "Request would not modify the signoff.",
    )
    assert boss.delete(f"{path}signoffs/ADV") == (204, None)
    assert names(boss, path) == ["ADVREQ"]
    assert boss.comments(path)[-2] == (
        "Advocate signoff deleted: ADVNO removed and ADVREQ reapplied"
    )
    assert boss.get(f"{path}signoffs/ADV/").status == 404


def test_an_operator_signs_off_for_one_detector(boss, path):
    boss.post(f"{path}labels/", data={"name": "L1OPS"})
    given = {"signoff_type": "OP", "instrument": "L1", "status": "NO"}
    assert boss.post(f"{path}signoffs/", json=given).status == 201
    assert boss.get(f"{path}signoffs/OPL1/").body["comment"] == ""
    assert names(boss, path) == ["L1NO"]
    tags = boss.get(f"{path}logs/3/").body["tag_names"]
    assert tags == ["em_follow"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"signoff_type": "OP", "instrument": ""}, "Operator signoffs require an instrument"),
        (
            {"signoff_type": "ADV", "instrument": "H1"},
            "Advocate signoffs are not relevant to aparticular instrument; do not provide one.",
        ),
        (
            {"signoff_type": "ADV"},
            "Advocate signoffs are not relevant to aparticular instrument; do not provide one.",
        ),
        ({"signoff_type": "OP", "instrument": "K1"}, '"K1" is not a valid choice.'),
        ({"signoff_type": "XX", "instrument": ""}, '"XX" is not a valid choice.'),
        (
            {"signoff_type": "OP", "instrument": "H1"},
            "OP signoff not requested for superevent {sid}: label 'H1OPS' not present.",
        ),
        ({"signoff_type": "ADV", "instrument": "", "status": "??"}, '"??" is not a valid choice.'),
    ],
)
def test_signoffs_that_are_refused(boss, made, path, given, text):
    body = {"status": "OK", "comment": "", **given}
    assert boss.post(f"{path}signoffs/", json=body) == (
        400,
        text.format(sid=made["superevent_id"]),
    )


def test_a_signoff_is_given_once_and_asked_for_once(boss, path):
    boss.post(f"{path}labels/", data={"name": "ADVREQ"})
    given = {"signoff_type": "ADV", "instrument": "", "status": "OK", "comment": ""}
    boss.post(f"{path}signoffs/", data=given)
    assert boss.post(f"{path}signoffs/", data=given) == (
        400,
        "The fields superevent, instrument must make a unique set.",
    )
    assert boss.post(f"{path}labels/", data={"name": "ADVREQ"}) == (
        400,
        "The 'ADVREQ' label cannot be applied to request a signoff because a related signoff "
        "already exists.",
    )
    assert boss.delete(f"{path}labels/ADVOK") == (
        400,
        "The label 'ADVOK' is managed by an automated process and cannot be removed manually",
    )


def test_the_new_generation_has_its_own_words(renewed):
    boss = renewed.boss
    sid = boss.superevent()["superevent_id"]
    path = f"superevents/{sid}/"
    given = {"signoff_type": "ADV", "instrument": "", "status": "OK", "comment": ""}

    def refusals():
        yield boss.send("POST", f"{path}labels/", data={"name": "ADVREQ"}).text
        boss.post(f"{path}signoffs/", data=given)
        yield boss.send("POST", f"{path}labels/", data={"name": "ADVREQ"}).text
        yield boss.send("POST", f"{path}signoffs/", data=given).text
        boss.post(f"{path}logs/1/tags/", data={"name": "pe"})
        yield boss.send("POST", f"{path}logs/1/tags/", data={"name": "pe"}).text

    boss.post(f"{path}labels/", data={"name": "ADVREQ"})
    assert list(refusals()) == [
        f'{{"error": "Label ADVREQ already applied to superevent {sid}"}}',
        '{"error": "The \'ADVREQ\' label cannot be applied to request a signoff because a related '
        'signoff already exists."}',
        f'{{"error": "ADV signoff for advocate already exists on superevent {sid}"}}',
        '{"error": "Tag is already applied to this log message"}',
    ]
