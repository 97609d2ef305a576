"""The ladder: the rungs' order and nothing else decides, and nothing is dropped in silence."""

from __future__ import annotations

import itertools
import warnings
from typing import Any, List, Optional, Sequence

import pytest

from gracedb_core._credentials import climb, explain, look_around, warn_of_unusable
from gracedb_core._wire import Origin
from gracedb_core.errors import CredentialError, CredentialWarning
from gracedb_core.interfaces import Absent, AuthProvider, AuthRequest, Credential, Rung

ORIGIN = Origin("https", "gracedb.example", 443)


class Provider:
    """A rung with an answer."""

    def __init__(self, rung: int, answer: Any = None) -> None:
        self.rung, self.name = rung, f"rung {rung}"
        self.answer = answer or Absent(f"nothing on {rung}")

    def find(self, _wanted: AuthRequest) -> Any:
        """Give it, or raise it."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def found(tried: Sequence[Any]) -> Optional[int]:
    """Name the rung that had a credential."""
    last = tried[-1]
    return last.provider.rung if isinstance(last.found, Credential) else None


@pytest.mark.parametrize(
    "present", [set(c) for n in range(7) for c in itertools.combinations(Rung, n)], ids=str
)
def test_the_lowest_rung_wins_in_any_order(present: Any) -> None:
    """Over all combinations of sources, the first rung that has something is used."""
    providers: List[AuthProvider] = [
        Provider(rung, Credential("kind", "place") if rung in present else None) for rung in Rung
    ]
    for order in (providers, providers[::-1], providers[3:] + providers[:3]):
        assert found(climb(order, AuthRequest(ORIGIN))) == (min(present) if present else None)


def test_a_third_party_stands_between() -> None:
    """Any number is a rung."""
    mine = Provider(35, Credential("mine", "here"))
    netrc, basic = Provider(Rung.NETRC, Credential("netrc", "x")), Provider(Rung.EXPLICIT_BASIC)
    assert found(climb([netrc, mine, basic], AuthRequest(ORIGIN))) == 35


def test_an_explicit_credential_that_cannot_be_used_ends_the_climb() -> None:
    """What was given and cannot be used is never replaced by something else."""
    given = Provider(Rung.EXPLICIT_TOKEN, CredentialError("It has expired."))
    other = Provider(Rung.NETRC, Credential("netrc", "x"))
    with pytest.raises(CredentialError, match="expired"):
        climb([other, given], AuthRequest(ORIGIN))


def test_what_was_found_and_cannot_be_used_is_told() -> None:
    """The ladder goes on, with a warning; what is merely absent is not worth one."""
    tried = climb(
        [
            Provider(40, Absent("the token expired 2 h ago", unusable=True)),
            Provider(50),
            Provider(60, Credential("netrc", "x")),
        ],
        AuthRequest(ORIGIN),
    )
    assert found(tried) == 60
    with pytest.warns(CredentialWarning, match="rung 40 .*expired 2 h ago") as told:
        warn_of_unusable(tried, "gracedb.example")
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_unusable(tried[1:], "gracedb.example")


def test_the_ladder_explains_itself() -> None:
    """Every rung that was looked at has a line with its reason."""
    tried = climb([Provider(10), Provider(60)], AuthRequest(ORIGIN))
    assert explain(tried, "gracedb.example").split("\n") == [
        "no credentials for gracedb.example",
        "  rung 10  nothing on 10",
        "  rung 60  nothing on 60",
    ]


def test_looking_around_takes_the_process_as_it_is(
    monkeypatch: pytest.MonkeyPatch, home: Any
) -> None:
    """Environment, home and time are taken once, into a value."""
    monkeypatch.setenv("BEARER_TOKEN_FILE", "/somewhere")
    seen = look_around(AuthRequest(ORIGIN), 12.0)
    assert seen.environment["BEARER_TOKEN_FILE"] == "/somewhere"
    assert (seen.home, seen.now) == (home, 12.0)
    assert seen.uid >= 0
    assert "somewhere" not in repr(seen)
