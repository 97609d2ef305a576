"""A token itself, and the name of its file: neither is ever taken for the other."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, List

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracedb_auth_plugins import scitoken
from gracedb_core import Client
from gracedb_core.errors import CredentialError
from gracedb_core.interfaces import Credential

from .surroundings import NOW, Surroundings, everything_said
from .test_scitoken import jwt, token_of

URL = "https://gracedb.example/api/"
TOKEN = jwt(sub="albert.einstein", jti="tweet-tweet")
OTHERS = "The argument bearer_token is the name of a file, and must be a token itself; "


def refused(around: Surroundings, **arguments: Any) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        scitoken.GIVEN.find(around.wanted(**arguments))
    return caught.value


@pytest.mark.parametrize("text", [TOKEN, f" {TOKEN}\n", "c2VjcmV0", "a/b+c=="])
def test_a_token_is_sent_as_it_is(around: Surroundings, text: str) -> None:
    """No file is looked for, and what the token says of itself is read."""
    found = scitoken.GIVEN.find(around.wanted(bearer_token=text))
    assert token_of(found) == text.strip()
    assert isinstance(found, Credential)
    assert (found.kind, found.source) == ("scitoken", "the argument bearer_token")
    assert found.subject == ("albert.einstein" if "eyJ" in text else None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The token in the argument bearer_token is empty."),
        ("two words", "The token in the argument bearer_token holds a space"),
        (jwt(exp=NOW - 60), "The token in the argument bearer_token expired 1 min ago."),
        (jwt(aud="https://elsewhere.org"), "The token in the argument bearer_token is for other"),
        (b"c2VjcmV0", "The argument bearer_token must be text."),
        (7, "The argument bearer_token must be text."),
    ],
)
def test_a_token_that_cannot_be_used_is_refused(around: Surroundings, text: Any, says: str) -> None:
    """The rules are those of tokens in files, and the token is not shown."""
    error = refused(around, bearer_token=text)
    assert str(error).startswith(says)
    assert not text or not [said for said in everything_said(error) if str(text) in said]


def test_a_file_in_the_place_of_a_token_is_refused(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the other argument; whether the file is there makes no difference."""
    monkeypatch.chdir(around.folder)
    there = around.write("robot.token", TOKEN)
    for name in (there, str(there), "robot.token", "/no/such/file", "~/t", "./t", "../t"):
        error = refused(around, bearer_token=name)
        assert str(error) == OTHERS + "pass the file as token."


def test_a_token_wins_over_a_file_of_its_name(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is surely a token is not looked for on the disk: nobody can plant a file for it."""
    token = jwt(sub="x")
    monkeypatch.chdir(around.folder)
    around.write(token, "planted")
    assert token_of(scitoken.GIVEN.find(around.wanted(bearer_token=token))) == token


@pytest.mark.parametrize("mistaken", [TOKEN, TOKEN * 9, "c2VjcmV0", "a/b+c==", f"/tmp/{TOKEN}"])
def test_a_token_in_the_place_of_a_file_is_refused(around: Surroundings, mistaken: str) -> None:
    """One sentence, without the token, that names the other argument."""
    error = refused(around, token=Path(mistaken))
    assert str(error) == (
        "The argument token names a file that does not exist; if it is a token itself, pass it as "
        "bearer_token."
    )
    assert not [said for said in everything_said(error) if mistaken in said]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.from_regex(r"[A-Za-z0-9._~+/-]+=*", fullmatch=True))
def test_whatever_could_be_a_token_is_sent_or_refused(around: Surroundings, text: str) -> None:
    """For all that RFC 6750 allows: sent unchanged, or refused as a path; a file is never read."""
    try:
        found = scitoken.GIVEN.find(around.wanted(bearer_token=text))
    except CredentialError as error:
        told = str(error).startswith(OTHERS)
    else:
        told = token_of(found) == text
    assert told


# The client


def test_both_at_once_are_refused() -> None:
    """Which of two was meant is not guessed."""
    with pytest.raises(CredentialError, match=r"token names a file.*pass only one") as caught:
        Client(URL, token="t", bearer_token=TOKEN)
    assert not [said for said in everything_said(caught.value) if TOKEN in said]


def test_a_client_does_not_show_its_token(home: Path) -> None:
    """Neither it nor what it is made of; it is copied, and refuses to be pickled in a sentence."""
    client = Client(URL, bearer_token=TOKEN)
    shown: List[str] = [repr(each) for each in (client, client._options, client._session)]
    shown += [repr(vars(client)), repr(client._session.keeper.current), repr(client.events["G1"])]
    with pytest.raises(pickle.PicklingError, match=r"not pickled.*token in a file") as caught:
        pickle.dumps(client)
    assert not [text for text in [*shown, str(caught.value)] if TOKEN in text]
    twin = client.__copy__()._session.keeper.current
    assert twin is not None
    assert dict(twin.headers) == {"Authorization": f"Bearer {TOKEN}"}


def test_a_token_itself_is_a_given_credential(home: Path) -> None:
    """Over plain http it is an error, as for all that is given and cannot be used."""
    with pytest.raises(CredentialError, match="plain http"):
        Client("http://gracedb.example/api/", bearer_token=TOKEN)


@pytest.mark.parametrize("name", ["~nobody-of-this-name/token", "~/none"])
def test_a_tilde_before_nobodys_name_is_a_name(home: Path, name: str) -> None:
    """Where no home is known for it, the name stays as it is, and is no file's."""
    with pytest.raises(CredentialError, match="does not exist"):
        Client(URL, token=name)
