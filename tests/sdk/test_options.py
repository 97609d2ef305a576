"""Making the client: its arguments, their older names, and what is wrong with them."""

from __future__ import annotations

import copy
import inspect
import pickle
import traceback
import warnings
from pathlib import Path
from typing import Any, Type

import pytest

import gracedb_core
import gracedb_sdk
from gracedb_sdk import AsyncClient, Client

URL = "https://gracedb.example.org/api/"
BOTH = pytest.mark.parametrize("kind", [Client, AsyncClient])


@BOTH
def test_url_is_the_only_argument_without_a_name(kind: Type[Any]) -> None:
    _, first, *rest = inspect.signature(kind.__init__).parameters.values()
    assert (first.name, first.kind) == ("url", first.POSITIONAL_OR_KEYWORD)
    assert [each.kind for each in rest] == [first.VAR_KEYWORD]
    assert kind(URL).url == kind(url=URL).url == URL
    with pytest.raises(TypeError):
        kind(URL, "robot.token")


@BOTH
def test_an_unknown_option_is_refused(kind: Type[Any]) -> None:
    with pytest.raises(TypeError, match="'cret'"):
        kind(URL, cret="x")


@BOTH
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [("cert_reload", "auth_reload", True), ("cert_reload_timeout", "auth_reload_timeout", 60)],
)
def test_older_names_of_options(kind: Type[Any], old: str, new: str, value: object) -> None:
    """Each works, and says which to use, where the client was made."""
    with pytest.warns(DeprecationWarning, match=f"{old} is called {new} now") as told:
        client = kind(URL, **{old: value})
    assert [warning.filename for warning in told] == [__file__]
    assert getattr(client._options, new) == value
    with pytest.raises(TypeError, match=f"pass only {new}"):
        kind(URL, **{old: value, new: value})


def test_today_s_names_are_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Client(URL, auth_reload=True, auth_reload_timeout=60, fail_if_noauth=False)


@BOTH
@pytest.mark.parametrize(
    "options",
    [
        {"username": "albert.einstein"},
        {"password": "relativity"},
        {"force_noauth": True, "fail_if_noauth": True},
        {"fail_if_noauth": True},
        {"token": "no-such-file"},
        {"cert": "no-such-file"},
    ],
)
def test_mistaken_credentials_are_value_errors(kind: Type[Any], options: Any) -> None:
    with pytest.raises(ValueError):
        kind(URL, **options)


@pytest.mark.parametrize(
    "options", [{}, {"bearer_token": "r3lativity"}, {"cert_reload": 1, "auth_reload": 1}]
)
def test_a_mistake_shows_no_secret(options: Any) -> None:
    """A report with the variables of every frame holds no password: the frames are ours too."""
    given = {"password": "r3lativity", **options, "nonsense": 1}
    with pytest.raises(TypeError) as mistaken:
        Client(URL, **given)
    report = traceback.TracebackException.from_exception(mistaken.value, capture_locals=True)
    ours = [
        line
        for frame in report.stack
        if frame.name != "test_a_mistake_shows_no_secret"
        for line in (frame.locals or {}).values()
    ]
    assert ours
    assert not [line for line in ours if "r3lativity" in line]


def test_a_client_is_pickled_with_its_options(tmp_path: Path) -> None:
    """And copied; the session stays with the one that made it."""
    client = Client(URL, force_noauth=True, auth_reload=True)
    first = client.session
    for twin in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert type(twin) is Client
        assert twin.url == URL
        assert twin._options.auth_reload is True
        assert twin.session is not first


def test_a_subclass_has_what_it_adds() -> None:
    class Robot(Client):
        def __init__(self, name: str) -> None:
            super().__init__(URL, force_noauth=True)
            self.name = name

    twin = pickle.loads(pickle.dumps(_named(Robot)("Bayestar")))
    assert (twin.name, twin.url) == ("Bayestar", URL)


def _named(cls: Type[Any]) -> Type[Any]:
    """Make a class of a function one that can be pickled."""
    cls.__qualname__ = cls.__name__
    globals()[cls.__name__] = cls
    return cls


def test_the_version_is_that_of_what_runs() -> None:
    assert gracedb_sdk.__version__ == gracedb_core.__version__
    assert "gracedb-core" in (gracedb_sdk.__doc__ or "")


def test_help_shows_the_docstring() -> None:
    assert "cert_reload" in (inspect.getdoc(Client) or "")
