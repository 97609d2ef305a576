"""Bodies are read with the serializers' rules, and refused in their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_sandbox.superevents import fields
from gracedb_sandbox.superevents.fields import Field, Given, Invalid, read


def messages(*wanted, values, form=False):
    with pytest.raises(Invalid) as caught:
        read(wanted, Given(values, form=form))
    return list(caught.value.messages)


def test_a_json_float_is_rounded_before_it_is_judged():
    t_0 = Field("t_0", fields.decimal)
    assert read([t_0], Given({"t_0": 1000000000.12345678}, form=False)) == {
        "t_0": 1000000000.123457
    }


def test_a_form_with_too_many_decimals_is_refused():
    assert messages(Field("t_0", fields.decimal), values={"t_0": ["1.1234567"]}, form=True) == [
        "Ensure that there are no more than 6 decimal places."
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "A valid number is required."),
        ("nan", "A valid number is required."),
        ("Infinity", "A valid number is required."),
        (True, "A valid number is required."),
        ([1], "A valid number is required."),
        (None, "This field may not be null."),
        (12345678901, "Ensure that there are no more than 10 digits before the decimal point."),
        (10**16, "Ensure that there are no more than 16 digits in total."),
        (1e300, "A valid number is required."),
    ],
)
def test_times_that_are_refused(value, text):
    assert messages(Field("t_0", fields.decimal), values={"t_0": value}) == [text]


@given(st.decimals(min_value=-9999999999, max_value=9999999999, places=6))
def test_six_decimals_are_kept_whatever_the_encoding(value):
    t_0 = Field("t_0", fields.decimal)
    assert read([t_0], Given({"t_0": [str(value)]}, form=True)) == {"t_0": float(value)}


def test_messages_of_all_fields_are_one_flat_list():
    wanted = (Field("a", fields.text()), Field("b", fields.decimal))
    assert messages(*wanted, values={}) == ["This field is required."] * 2


def _graceid(value):
    if value.startswith("G"):
        return value
    raise Invalid("no")


EVENTS = Field("events", fields.items(_graceid), required=False, many=True)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ({"events": ["G1", "G2"]}, False),
        ({"events": ["G1,G2"]}, False),
        ({"events": ["G1", "G2"]}, True),
        ({"events": ["G1,G2"]}, True),
    ],
)
def test_lists_come_repeated_or_with_commas(values, form):
    assert read([EVENTS], Given(values, form=form)) == {"events": ["G1", "G2"]}


def test_an_empty_value_is_an_empty_list():
    assert read([EVENTS], Given({"events": [""]}, form=True)) == {"events": []}


def test_a_bare_string_is_no_list():
    assert messages(EVENTS, values={"events": "G1"}) == [
        'Expected a list of items but got type "str".'
    ]


def test_a_bad_element_is_named_by_its_index():
    assert messages(EVENTS, values={"events": ["G1", "X2"]}) == [1]


@pytest.mark.parametrize(("value", "truth"), [("True", True), (1, True), ("no", False), (0, False)])
def test_truth_has_many_spellings(value, truth):
    assert read([Field("open", fields.boolean)], Given({"open": value}, form=False)) == {
        "open": truth
    }


@pytest.mark.parametrize(
    ("reader", "value", "text"),
    [
        (fields.boolean, "maybe", "Must be a valid boolean."),
        (fields.number(0, 1), 1.5, "Ensure this value is less than or equal to 1."),
        (fields.number(0, 1), -0.5, "Ensure this value is greater than or equal to 0."),
        (fields.number(), "NaN", "A valid number is required."),
        (fields.choice(["P"]), "Test", '"Test" is not a valid choice.'),
        (fields.text(), " ", "This field may not be blank."),
        (fields.text(2), "abc", "Ensure this field has no more than 2 characters."),
        (fields.any_text, True, "Not a valid string."),
        (fields.any_text, "a\0b", "Null characters are not allowed."),
        (fields.integer(), "1.5", "A valid integer is required."),
        (fields.integer(), -1, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_values_that_are_refused(reader, value, text):
    assert messages(Field("x", reader), values={"x": value}) == [text]


@pytest.mark.parametrize("value", ["2017-08-17T12:41:04", "2017-08-17T12:41:04Z"])
def test_instants_are_utc(value):
    assert fields.instant(value) == 1502973664.0


def test_an_instant_in_other_words_is_refused():
    assert messages(Field("when", fields.instant), values={"when": "yesterday"})[0].startswith(
        "Datetime has wrong format."
    )


def test_an_empty_box_of_a_form_means_nothing_was_entered():
    wanted = (
        Field("prob", fields.number(0, 1), required=False, default=None),
        Field("far", fields.number(), required=False, null=True),
        Field("comment", fields.any_text, required=False),
    )
    given = Given({"prob": [""], "far": [""], "comment": [""]}, form=True)
    assert read(wanted, given) == {"prob": None, "far": None, "comment": ""}
