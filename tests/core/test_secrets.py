"""What is secret is there for whoever sends it, and hidden from whoever looks."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._secrets import SecretDict, hidden


@given(st.one_of(st.text(), st.binary()))
def test_a_secret_is_what_it_was(plain: Any) -> None:
    """It is equal to it, and found where it is looked for; hiding it twice changes nothing."""
    secret = hidden(plain)
    assert secret == plain
    assert {plain: 1}[secret] == 1
    assert (secret + plain, len(secret)) == (plain + plain, len(plain))
    assert hidden(secret) is copy.copy(secret) is copy.deepcopy(secret) is secret


@given(st.text())
def test_a_secret_can_be_sent(plain: str) -> None:
    """What formats or encodes it gets it, plain."""
    secret = hidden(plain)
    for spelled in (f"{secret}", "%s" % secret, str(secret), "".join([secret, ""])):  # noqa: UP031
        assert spelled == plain
        assert repr(spelled) == repr(plain)
    assert secret.encode("utf-8", "surrogatepass") == plain.encode("utf-8", "surrogatepass")
    assert json.dumps(secret) == json.dumps(plain)


@pytest.mark.parametrize("secret", [hidden("tweet"), hidden(b"tweet"), SecretDict(a="tweet")])
def test_a_secret_is_not_shown(secret: Any) -> None:
    """Neither by itself, nor by what holds it, nor in a pickle."""
    for holder in (secret, [secret], (1, secret), {"a": {"b": secret}}):
        assert "tweet" not in repr(holder)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(pickle.PicklingError, match="not pickled, so that"):
                pickle.dumps(holder, protocol)
    assert f"{secret!r}" == "<hidden>"


@pytest.mark.parametrize("other", [None, 3, ["a"]])
def test_what_is_no_text_is_left_alone(other: Any) -> None:
    """An argument of the wrong kind stays what it is, so that its refusal can say so."""
    assert hidden(other) is other
