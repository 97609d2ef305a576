"""What is secret is there for whoever sends it, and hidden from whoever looks."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._secrets import SecretDict, secret


@given(st.one_of(st.text(), st.binary()))
def test_a_secret_is_what_it_was(plain: Any) -> None:
    """It is equal to it, and found where it is looked for; hiding it twice changes nothing."""
    kept = secret(plain)
    assert kept == plain
    assert {plain: 1}[kept] == 1
    assert (kept + plain, len(kept)) == (plain + plain, len(plain))
    assert secret(kept) is copy.copy(kept) is copy.deepcopy(kept) is kept


@given(st.text())
def test_a_secret_can_be_sent(plain: str) -> None:
    """What formats or encodes it gets it, plain."""
    kept = secret(plain)
    for spelled in (f"{kept}", "%s" % kept, str(kept), "".join([kept, ""])):  # noqa: UP031
        assert spelled == plain
        assert repr(spelled) == repr(plain)
    assert kept.encode("utf-8", "surrogatepass") == plain.encode("utf-8", "surrogatepass")
    assert json.dumps(kept) == json.dumps(plain)


@pytest.mark.parametrize("kept", [secret("tweet"), secret(b"tweet"), SecretDict(a="tweet")])
def test_a_secret_is_not_shown(kept: Any) -> None:
    """Neither by itself, nor by what holds it, nor in a pickle."""
    for holder in (kept, [kept], (1, kept), {"a": {"b": kept}}):
        assert "tweet" not in repr(holder)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(pickle.PicklingError, match="not pickled, so that"):
                pickle.dumps(holder, protocol)
    assert f"{kept!r}" == "<hidden>"


@pytest.mark.parametrize("other", [None, 3, ["a"]])
def test_what_is_no_text_is_left_alone(other: Any) -> None:
    """An argument of the wrong kind stays what it is, so that its refusal can say so."""
    assert secret(other) is other
