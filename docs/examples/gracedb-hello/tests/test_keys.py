"""The key store: what it finds, why it finds nothing, and that it never shows a password."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import pytest
from gracedb_hello.keys import GivenKeyStore, KeyStore

from gracedb_core import Client
from gracedb_core.errors import CredentialError, CredentialWarning
from gracedb_core.interfaces import Absent, AuthRequest, Credential, Origin
from gracedb_sandbox import Sandbox

NOW = 1_700_000_000.0
EINSTEIN: Any = {"username": "albert.einstein", "password": "relativity"}
Store = Callable[..., Path]


def wanted(home: Path, **facts: Any) -> AuthRequest:
    """Say what a client would look for: no test needs a client, a clock or an environment."""
    origin = Origin("https", "gracedb.example", 443)
    return AuthRequest(origin, home=home, uid=os.geteuid(), now=NOW, **facts)


def test_nothing_there(home: Path) -> None:
    """An absence is an answer, with a reason."""
    assert KeyStore().find(wanted(home)) == Absent("no ~/.gracedb-hello.json")


def test_an_entry(home: Path, store: Store) -> None:
    """An entry for the server makes a credential, which says when it ends and hides its secret."""
    path = store({"gracedb.example": dict(EINSTEIN, expires=NOW + 60)})
    found = KeyStore().find(wanted(home))
    assert isinstance(found, Credential)
    assert found.headers == (("Authorization", "Basic YWxiZXJ0LmVpbnN0ZWluOnJlbGF0aXZpdHk="),)
    assert (found.expires, found.subject) == (NOW + 60, "albert.einstein")
    assert str(path) in found.source
    assert "relativity" not in repr(found)
    assert "YWxi" not in repr(found)


def test_a_store_elsewhere(home: Path, store: Store) -> None:
    """The environment, which the client hands over, may name another file."""
    path = store({"gracedb.example": EINSTEIN}).rename(home / "keys.json")
    environment = {"HELLO_KEYS": str(path)}
    assert isinstance(KeyStore().find(wanted(home, environment=environment)), Credential)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("relativity", "is no JSON object"),
        (["relativity"], "is no JSON object"),
        ({"gracedb.example": "relativity"}, "is no JSON object"),
        ({"gracedb.example": {"username": "relativity"}}, "lacks a password"),
        ({"gracedb.example": dict(EINSTEIN, username="a:b")}, "has a colon"),
        ({"gracedb.example": dict(EINSTEIN, expires="relativity")}, "no number"),
        ({"gracedb.example": dict(EINSTEIN, expires=NOW - 60)}, "expired 60 s ago"),
    ],
)
def test_unusable(home: Path, store: Store, content: Any, reason: str) -> None:
    """What is there and cannot be used says why, so that the client warns; no secret is told."""
    store(content)
    found = KeyStore().find(wanted(home))
    assert isinstance(found, Absent)
    assert found.unusable
    assert reason in found.reason
    assert "relativity" not in found.reason.replace(str(home), "~")


def test_open_to_others(home: Path, store: Store) -> None:
    """A store that others may read is not used."""
    store({"gracedb.example": EINSTEIN}, mode=0o644)
    found = KeyStore().find(wanted(home))
    assert isinstance(found, Absent)
    assert "chmod 600" in found.reason


def test_in_a_client(sandbox: Sandbox, store: Store) -> None:
    """A client finds it by itself, after what it was given and before anything it discovers."""
    store({"127.0.0.1": EINSTEIN})
    with Client(sandbox.url) as client:
        assert client.user_info()["username"] == "albert.einstein"
    with Client(sandbox.url, username="henrietta.leavitt", password="cepheids") as client:
        assert client.user_info()["username"] == "henrietta.leavitt"


def test_unusable_in_a_client(sandbox: Sandbox, store: Store) -> None:
    """What was only found and cannot be used is a warning."""
    store({"127.0.0.1": EINSTEIN}, mode=0o644)
    with pytest.warns(CredentialWarning, match="key store .*chmod 600"):
        client = Client(sandbox.url)
    client.close()


def test_given_to_a_client(sandbox: Sandbox, store: Store, home: Path) -> None:
    """What was given and cannot be used is an error."""
    path = store({"127.0.0.1": EINSTEIN}).rename(home / "keys.json")
    with Client(sandbox.url, plugins=[..., GivenKeyStore(path)]) as client:
        assert client.user_info()["username"] == "albert.einstein"
    path.unlink()
    with pytest.raises(CredentialError, match=r"cannot be used: .*keys\.json cannot be read"):
        Client(sandbox.url, plugins=[..., GivenKeyStore(path)])
