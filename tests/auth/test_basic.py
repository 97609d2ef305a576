"""User names and passwords as HTTP Basic: exact, or refused."""

from __future__ import annotations

import base64
from typing import Any, Tuple, Union

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gracedb_auth_plugins import basic
from gracedb_core.errors import CredentialError
from gracedb_core.interfaces import Absent, AuthRequest, Credential

from .surroundings import ORIGIN


def find(username: Any, password: Any) -> Union[Credential, Absent]:
    return basic.GIVEN.find(AuthRequest(ORIGIN, username=username, password=password))


def decoded(found: Union[Credential, Absent]) -> Tuple[str, str]:
    """Read the header as the server does: split at the first colon."""
    assert isinstance(found, Credential)
    ((name, value),) = found.headers
    assert name == "Authorization"
    scheme, _, text = value.partition(" ")
    assert scheme == "Basic"
    username, _, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    return username, password


def test_nothing_given_is_absent() -> None:
    assert find(None, None) == Absent("not given")


def test_a_pair_becomes_a_header() -> None:
    """The example of RFC 7617."""
    found = find("Aladdin", "open sesame")
    assert found == Credential(
        "basic",
        "the arguments username and password",
        headers=(("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),),
        subject="Aladdin",
    )


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("test", "123\u00a3"),
        ("\u5f20\u4e09", "\U0001f511"),
        ("a", ":"),
        ("a", ""),
        (" a ", ' "\\ '),
    ],
)
def test_any_text_travels_as_utf_8(username: str, password: str) -> None:
    assert decoded(find(username, password)) == (username, password)


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        (
            "albert",
            None,
            "The argument password is missing: give username and password, or neither.",
        ),
        (
            None,
            "secret",
            "The argument username is missing: give username and password, or neither.",
        ),
        ("", "secret", "The user name is empty."),
        ("a:b", "secret", "The user name holds a colon, which HTTP Basic cannot carry."),
        ("a\nb", "secret", "The user name holds a line break or another control character."),
        ("a", "sec\x00ret", "The password holds a line break or another control character."),
        ("a", "secret\n", "The password holds a line break or another control character."),
        ("a", "sec\x85ret", "The password holds a line break or another control character."),
        ("a", "sec\udcffret", "The password is not valid Unicode."),
        (b"albert", "secret", "The arguments username and password must be text."),
        ("albert", 1234, "The arguments username and password must be text."),
    ],
)
def test_what_cannot_be_carried_is_refused(username: Any, password: Any, sentence: str) -> None:
    with pytest.raises(CredentialError) as caught:
        find(username, password)
    assert str(caught.value) == sentence


@given(username=st.text(), password=st.text())
@example("a", "b:c")
def test_any_pair_is_refused_or_arrives(username: str, password: str) -> None:
    """No text arrives as another text."""
    try:
        found = find(username, password)
    except CredentialError:
        odd = [each for each in username + password if not each.isprintable()]
        assert odd or not username or ":" in username
    else:
        assert decoded(found) == (username, password)
