"""The ladder: the rungs' order and nothing else decides, and nothing is dropped in silence."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any, List, Optional, Sequence

import pytest

from gracedb_core import Client
from gracedb_core._credentials import climb, explain, look_around, look_at_all, warn_about
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
        warn_about(tried, "gracedb.example")
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_about(tried[1:], "gracedb.example")


def test_what_is_to_be_said_of_the_winner_is_told() -> None:
    """A credential brings its own remarks along; each is a warning of its own."""
    winner = Provider(40, Credential("scitoken", "x", remarks=("It is open.", "So is that.")))
    tried = climb([winner], AuthRequest(ORIGIN))
    with pytest.warns(CredentialWarning) as told:
        warn_about(tried, "gracedb.example")
    assert [str(each.message) for each in told] == ["It is open.", "So is that."]


def test_warnings_point_to_who_made_the_client(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once for a client, with the line that made it."""
    token = home / "token"
    token.write_text("c2VjcmV0")
    token.chmod(0o644)
    netrc = home / ".netrc"
    netrc.write_text("machine gracedb.example login a password b")
    netrc.chmod(0o644)
    monkeypatch.setenv("BEARER_TOKEN_FILE", str(home / "none"))
    for options in ({"token": token}, {}, {"url": "http://gracedb.example", "cert": None}):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            Client(**{"url": "https://gracedb.example", **options})
        assert {each.category for each in caught} == {CredentialWarning}
        assert {each.filename for each in caught} == {__file__}
        said = [str(each.message) for each in caught]
        assert len(set(said)) == len(said) == (1 if "token" in options else 2)


def test_a_clear_text_warning_points_there_too(home: Path) -> None:
    """What was found and is not sent over plain http is told in the same place."""
    netrc = home / ".netrc"
    netrc.write_text("machine gracedb.example login a password b")
    netrc.chmod(0o600)
    with pytest.warns(CredentialWarning, match="plain http") as told:
        Client("http://gracedb.example/api/")
    assert [each.filename for each in told] == [__file__]
    refused = r"netrc +~/\.netrc, which is not sent over plain http"
    with pytest.warns(CredentialWarning), pytest.raises(CredentialError, match=refused):
        Client("http://gracedb.example/api/", fail_if_noauth=True)


def test_every_rung_can_be_looked_at() -> None:
    """Those below the winner too; an error of a given credential is the reason of its rung."""
    rungs = [
        Provider(60, Credential("netrc", "x")),
        Provider(40, Credential("scitoken", "y")),
        Provider(10, CredentialError("The token expired.")),
    ]
    looked = list(look_at_all(rungs, AuthRequest(ORIGIN)))
    assert [each.provider.rung for each in looked] == [10, 40, 60]
    assert looked[0].found == Absent("The token expired", unusable=True)
    assert isinstance(looked[2].found, Credential)


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
