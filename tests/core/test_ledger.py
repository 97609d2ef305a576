"""The ledger: what one write has made is never another's, and nothing is remembered for ever."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from gracedb_core._ledger import Ledger, identity_of

from .scripted import Clock


def test_a_thing_is_taken_once() -> None:
    """All writes to one place share what was made there; a thing is one of theirs."""
    ledger = Ledger(Clock())
    mine, yours = ledger.alike("place", "words"), ledger.alike("place", "other words")
    assert mine is ledger.alike("place", "words")
    assert mine is not yours
    assert mine.claims.take("T0001", "me")
    assert mine.claims.take("T0001", "me")
    assert yours.claims.has("T0001", "you")
    assert not yours.claims.has("T0001", "me")
    assert not yours.claims.take("T0001", "you")
    assert ledger.alike("other place", "words").claims.take("T0001", "you")


def test_who_is_sending_is_counted() -> None:
    """What is found while an equal write is under way may be that one's."""
    alike = Ledger(Clock()).alike("place", "words")
    assert not alike.is_busy
    with alike:
        with pytest.raises(ZeroDivisionError), alike:
            raise ZeroDivisionError
        assert alike.is_busy
    assert not alike.is_busy


class Call:
    """Something that somebody may still ask about."""


def test_what_is_long_past_is_forgotten() -> None:
    """After minutes only what somebody can still ask about is known."""
    clock = Clock()
    ledger = Ledger(clock)
    kept, asking = ledger.alike("kept", "words"), Call()
    kept.claims.follow(asking)
    kept.claims.take("1", "me")
    ledger.alike("gone", "words").claims.take("1", "me")
    clock.time += 121
    ledger.alike("another", "words")
    gc.collect()  # not needed by this interpreter's own memory, but by others
    assert not ledger.alike("kept", "words").claims.take("1", "you")
    assert ledger.alike("gone", "words").claims.take("1", "you")


def test_a_busy_place_does_not_grow_for_ever() -> None:
    """What was made is forgotten after minutes, but for who was under way at the time."""
    clock = Clock()
    ledger = Ledger(clock)
    claims = ledger.alike("place", "words").claims
    claims.take("before", "me")
    clock.time += 150
    asking = Call()
    ledger.alike("place", "words").claims.follow(asking)
    claims.take("during", "me")
    for number in range(10):
        clock.time += 60
        assert ledger.alike("place", "words").claims is claims
        claims.take(str(number), "me")
    assert not claims.has("before", "you")
    assert claims.has("during", "you")
    del asking
    gc.collect()
    clock.time += 60
    ledger.alike("place", "words")
    clock.time += 60
    ledger.alike("place", "words").claims.take("last", "me")
    assert not claims.has("during", "you")
    assert claims.has("9", "you")


def test_a_call_that_took_long_is_remembered_from_its_answer() -> None:
    """What counts is when a thing was made, not when somebody began to ask for it."""
    clock = Clock()
    ledger = Ledger(clock)
    alike = ledger.alike("place", "words")
    clock.time += 130
    alike.claims.take("1", "me")
    ledger.keep(alike)
    del alike
    gc.collect()
    assert not ledger.alike("place", "words").claims.take("1", "you")


def test_a_forked_process_begins_anew() -> None:
    """What the parent is sending, the child will never see answered; what it made stays made."""
    clock = Clock()
    ledger = Ledger(clock)
    with ledger.alike("place", "words") as alike:
        alike.claims.take("1", "parent")
        ledger.forked()
        assert not alike.claims.take("1", "child")
    with alike:
        pass
    # Something may yet come of what the parent had sent.
    assert alike.is_busy
    assert not ledger.alike("place", "other words").is_busy
    clock.time += 601
    assert not alike.is_busy


def test_answers_that_named_nothing_are_not_remembered_for_ever() -> None:
    """However often the same is written."""
    alike = Ledger(Clock()).alike("place", "words")
    for minute in range(1000):
        alike.add_unnamed(60.0 * minute)
    assert len(alike.unnamed) <= 10
    assert alike.unnamed[-1] == 60.0 * 999


@pytest.mark.parametrize(
    ("thing", "identity"),
    [
        ({"graceid": "T0001", "self": "there"}, "T0001"),
        ({"superevent_id": "S1"}, "S1"),
        ({"N": 3, "self": "there"}, "3"),
        ({"version": 1, "url": "there"}, "there"),
        ({"self": "there", "created": "then"}, "there then"),
        ({}, None),
        ("a sentence", None),
        (None, None),
    ],
)
def test_things_are_known_by_their_names(thing: Any, identity: Any) -> None:
    """An id, a number, or a URL; some answers tell none."""
    assert identity_of(thing) == identity
