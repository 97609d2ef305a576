"""Values are frozen, whole, comparable, and keep their secrets: as dataclasses would, but light."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
from typing import Any, Dict, Optional, Tuple

import pytest

from gracedb_core import RetryPolicy, Timeout
from gracedb_core._values import Value, hidden
from gracedb_core.errors import InputError
from gracedb_core.interfaces import (
    AuthRequest,
    ClientCert,
    Credential,
    Origin,
    Request,
    Response,
)

HERE = Origin("https", "gracedb.ligo.org", 443)


class Place(Value):
    """A value with one field of each sort."""

    name: str
    secret: str = hidden()
    depth: int = 0
    notes: Optional[str] = hidden(default=None)

    def __post_init__(self) -> None:
        if self.depth < 0:
            raise InputError("too deep")


class Cave(Place):
    """One more field, and a default of its own for another."""

    depth: int = 7
    bats: bool = True


class Namesake(Place):
    """The same fields under another name."""


def test_arguments_stand_in_order_or_by_name() -> None:
    """What is left out is the default, what is given is the field."""
    place = Place("a", secret="b", notes="c")
    assert (place.name, place.secret, place.depth, place.notes) == ("a", "b", 0, "c")
    assert Place("a", "b", 0, "c") == place
    assert Cave("a", "b", bats=False) == Cave("a", "b", 7, None, False)


@pytest.mark.parametrize(
    ("given", "named", "words"),
    [
        ((), {"name": "a"}, "needs 'secret'"),
        (("a",), {}, "needs 'secret'"),
        (("a", "b"), {"deep": 1}, "has no 'deep'"),
        (("a",), {"deep": 1}, "has no 'deep'"),
        (("a", "b"), {"name": "c"}, "twice"),
        (("a", "b", 1, None, 5), {}, "too many"),
    ],
)
def test_wrong_arguments(given: Tuple[Any, ...], named: Dict[str, Any], words: str) -> None:
    """Every mistake in the arguments is a TypeError that names the right ones, and no value."""
    with pytest.raises(TypeError, match=rf"Place .*{words}.*: name, secret, depth, notes\."):
        Place(*given, **named)


def test_checked_at_birth_and_in_every_copy() -> None:
    """No value exists that its class refuses, however it is made."""
    with pytest.raises(InputError):
        Place("a", "b", -1)
    with pytest.raises(InputError):
        Place("a", "b").replaced(depth=-1)
    with pytest.raises(TypeError, match="has no 'deep'"):
        Place("a", "b").replaced(deep=1)


def test_copies_change_what_was_said_alone() -> None:
    """`replaced` leaves the value itself, its class and its other fields."""
    cave = Cave("a", "b", bats=False)
    other = cave.replaced(name="c")
    assert (type(other), other.name, other.depth, other.bats) == (Cave, "c", 7, False)
    assert cave == Cave("a", "b", bats=False)
    assert cave.replaced() == cave
    if sys.version_info >= (3, 13):
        assert copy.replace(cave, name="c") == other


def test_frozen() -> None:
    """Neither a field nor anything else can be set or deleted."""
    place = Place("a", "b")
    with pytest.raises(AttributeError, match="replaced"):
        place.name = "c"  # type: ignore[misc]  # what must not be
    with pytest.raises(AttributeError):
        place.other = "c"  # type: ignore[attr-defined]  # what must not be
    with pytest.raises(AttributeError):
        del place.name
    assert place == Place("a", "b")


def test_equal_by_class_and_fields() -> None:
    """Equal values have equal hashes; another class, or a tuple, is another thing."""
    assert hash(Place("a", "b")) == hash(Place(secret="b", name="a"))
    assert len({Origin("http", "h", 1), Origin("http", "h", 1), Origin("http", "h", 2)}) == 2
    assert Place("a", "b") != Place("a", "c")
    assert Place("a", "b") != Namesake("a", "b")
    assert Namesake("a", "b") == Namesake("a", "b")
    assert Origin("http", "h", 1) != ("http", "h", 1)


def test_repr_leaves_out_what_is_hidden() -> None:
    """A `repr` can be read as a call, and shows no field that was declared hidden."""
    assert repr(Place("a", "b", notes="c")) == "Place(name='a', depth=0)"
    assert repr(Cave("a", "b")) == "Cave(name='a', depth=7, bats=True)"


@pytest.mark.parametrize(
    "value",
    [
        Request("GET", "/", (("Authorization", "SECRET"),), b"SECRET", ClientCert(b"SECRET", "f")),
        Response(200, {}, b"SECRET"),
        ClientCert(b"SECRET", "f"),
        Credential("basic", "here", (("A", "SECRET"),), ClientCert(b"SECRET", "f")),
        AuthRequest(HERE, username="SECRET", password="SECRET", environment={"X": "SECRET"}),
    ],
)
def test_the_contract_shows_no_secret(value: Value) -> None:
    """Nothing that may be secret is in the `repr` of a value of the plugin contract."""
    assert "SECRET" not in repr(value)


def test_values_travel() -> None:
    """They can be pickled and copied, and are equal afterwards, and as frozen as before."""
    for value in (Timeout(1), RetryPolicy(3), HERE, Credential("x", "y")):
        for other in (
            *(pickle.loads(pickle.dumps(value, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)),
            copy.copy(value),
            copy.deepcopy(value),
        ):
            assert other == value
            assert type(other) is type(value)
            with pytest.raises(AttributeError):
                other.x = 1


def test_the_signature_is_that_of_the_fields() -> None:
    """`help`, and whatever else asks for the signature, is told names, types and defaults."""
    assert str(inspect.signature(Place)) == (
        "(name: 'str', secret: 'str', depth: 'int' = 0, notes: 'Optional[str]' = None)"
    )

    class Own(Place):
        def __init__(self, word: str) -> None:
            super().__init__(word, word)

    assert list(inspect.signature(Own).parameters) == ["word"]
    assert Own("a").secret == "a"


def test_fields_can_be_matched_in_order() -> None:
    """`match` of Python 3.10 takes fields in the order of the arguments."""
    assert Cave.__match_args__ == ("name", "secret", "depth", "notes", "bats")


def test_signing_checks_what_it_adds() -> None:
    """A request gets no header that cannot be sent, not even from a credential."""
    plain, at_once = Request("GET", "/", (("Accept", "*/*"),)), Timeout(total=1)
    signed = plain.signed((("Authorization", "Bearer x"),), None, at_once)
    assert signed == plain.replaced(
        headers=(("Accept", "*/*"), ("Authorization", "Bearer x")), timeout=at_once
    )
    with pytest.raises(InputError, match="'Authorization'"):
        plain.signed((("Authorization", "x\r\nCookie: y"),), None, at_once)
