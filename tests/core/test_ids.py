"""Reading ids."""

from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._ids import Kind, category_of, kind_of
from gracedb_core.errors import InputError

EVENT, SUPEREVENT = Kind.EVENT, Kind.SUPEREVENT


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("G1", EVENT),
        ("T0001", EVENT),
        ("M123456", EVENT),
        ("E1", EVENT),
        ("H1", EVENT),
        ("D12", EVENT),
        ("123e4567-e89b-12d3-a456-426614174000", EVENT),
        ("S190425z", SUPEREVENT),
        ("TS190425z", SUPEREVENT),
        ("MS190425zz", SUPEREVENT),
        ("GW170817", SUPEREVENT),
        ("GW190521A", SUPEREVENT),
        ("TGW190521A", SUPEREVENT),
        ("MGW190521A", SUPEREVENT),
        ("my favourite merger", None),
        ("G1S", None),
        ("", None),
        ("G", None),
        ("G1\n", None),
        ("S190425z ", None),
    ],
)
def test_kind_of(identifier: str, kind: Optional[Kind]) -> None:
    """An id tells its kind; what looks like neither is left to its column."""
    assert kind_of(identifier) is kind


@pytest.mark.parametrize(
    ("graceid", "category"),
    [("G1", "P"), ("E1", "P"), ("H1", "P"), ("D1", "P"), ("T1", "T"), ("M1", "M")],
)
def test_category_of(graceid: str, category: str) -> None:
    """The prefix of an event tells the category of its superevent."""
    assert category_of(graceid) == category


@pytest.mark.parametrize("odd", ["X1", "g1", "S190425z", "", "1", "TS1"])
def test_an_odd_prefix_gets_a_sentence(odd: str) -> None:
    """What is no event's id has no category, and the message says what is."""
    with pytest.raises(InputError, match="not the id of an event"):
        category_of(odd)


@given(st.text())
def test_no_id_is_both(identifier: str) -> None:
    """Any text is an event, a superevent or neither, and reading it never fails."""
    assert kind_of(identifier) in (EVENT, SUPEREVENT, None)
