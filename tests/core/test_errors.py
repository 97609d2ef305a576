"""Errors: one tree, facts as attributes, pickling, and what `requests` callers catch."""

from __future__ import annotations

import pickle
import subprocess
import sys
from types import ModuleType
from typing import Any, Iterator, Type

import pytest

from gracedb_core import errors
from gracedb_core.errors import GraceDBError, SentRequest
from gracedb_core.errors._refusals import response_error_class

ASKED = SentRequest("POST", "https://gracedb.example/api/events/")


def tree(cls: Type[GraceDBError] = GraceDBError) -> Iterator[Type[GraceDBError]]:
    """Walk the classes that this package defines, not their twins."""
    yield cls
    for child in cls.__subclasses__():
        if "_own_class" not in child.__dict__ and child.__module__ == errors.__name__:
            yield from tree(child)


def plain(error: BaseException) -> Any:
    """Give an error's facts without what two errors need not share."""
    return dict(error.__dict__)


@pytest.mark.parametrize("cls", list(tree()), ids=lambda cls: cls.__name__)
def test_every_error_survives_pickling(cls: Type[GraceDBError]) -> None:
    """Class, sentence and facts come back from a pickle."""
    error = cls("It broke.", request=ASKED)
    error.detail = "why"  # type: ignore[attr-defined]  # any fact
    back = pickle.loads(pickle.dumps(error))
    assert type(back).__name__ == cls.__name__
    assert isinstance(back, cls)
    assert str(back) == "It broke."
    assert plain(back) == plain(error)


def test_the_tree_is_drawn_as_it_is() -> None:
    """The drawing at the top of the module names exactly the classes there are."""
    drawn = set()
    for line in (errors.__doc__ or "").split("\n"):
        words = line.replace("│", " ").replace("├──", " ").replace("└──", " ").split()
        if words and isinstance(getattr(errors, words[0], None), type):
            drawn.add(words[0])
    # Other packages, and the face of an older client, may have added their own.
    ours = [cls for cls in tree() if cls.__module__.startswith(errors.__name__)]
    assert drawn == {cls.__name__ for cls in ours}
    others = {"CredentialWarning", "PluginWarning", "Resolution", "SentRequest"}
    assert drawn | others == set(errors.__all__)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequest"),
        (401, "AccessDenied"),
        (403, "AccessDenied"),
        (404, "NotFound"),
        (405, "BadRequest"),
        (409, "Conflict"),
        (410, "Gone"),
        (415, "BadRequest"),
        (429, "Throttled"),
        (500, "ServerFault"),
        (502, "ServerFault"),
        (503, "Unavailable"),
        (599, "ServerFault"),
    ],
)
def test_each_status_has_its_class(status: int, name: str) -> None:
    """A status is told apart by class, 4xx and 5xx without one of their own by kind."""
    assert response_error_class(status).__name__ == name


def test_builtin_families() -> None:
    """Callers who know only Python's own exceptions catch ours by meaning."""
    assert issubclass(errors.InputError, ValueError)
    assert issubclass(errors.CredentialError, ValueError)
    assert issubclass(errors.DecodeError, ValueError)
    assert issubclass(errors.ConnectFailed, ConnectionError)
    assert issubclass(errors.ConnectionLost, ConnectionError)
    assert issubclass(errors.TruncatedAnswer, ConnectionError)
    assert issubclass(errors.TimedOut, TimeoutError)
    assert issubclass(errors.ConnectTimedOut, TimeoutError)
    assert not errors.ConnectFailed.may_have_arrived
    assert errors.ConnectionLost.may_have_arrived


def test_requests_callers_catch_them() -> None:
    """Where `requests` is loaded, its exceptions of the same meaning catch ours."""
    import requests

    with pytest.raises(requests.exceptions.HTTPError):
        raise errors.NotFound("Not there.", status=404)
    with pytest.raises(requests.exceptions.ConnectionError):
        raise errors.ConnectFailed("No.")
    with pytest.raises(requests.exceptions.SSLError):
        raise errors.TLSFailed("No.")
    with pytest.raises(requests.exceptions.ReadTimeout):
        raise errors.TimedOut("No.")
    with pytest.raises(requests.exceptions.ConnectTimeout):
        raise errors.ConnectTimedOut("No.")
    with pytest.raises(requests.exceptions.ConnectionError):
        raise errors.OutcomeUnknown("Who knows?")
    with pytest.raises(requests.exceptions.RequestException):
        raise errors.DecodeError("What?")


@pytest.mark.parametrize("cls", list(tree()), ids=lambda cls: cls.__name__)
def test_what_was_not_answered_has_no_response(cls: Type[GraceDBError]) -> None:
    """Handlers ask `error.response is not None`, whatever it is that they have caught."""
    assert hasattr(cls("It broke.", request=ASKED), "response")


def test_response_is_a_requests_response() -> None:
    """`error.response` is what programs for the older clients read: status, text, JSON, URL."""
    import requests

    error = errors.BadRequest(
        "Refused.",
        request=ASKED,
        status=400,
        reason="Bad Request",
        body=b'"Event G1 is already assigned to a Superevent"',
        headers={"content-type": "application/json"},
    )
    response = error.response
    assert isinstance(response, requests.Response)
    assert response.status_code == error.status_code == 400
    assert response.reason == "Bad Request"
    assert response.content == b'"Event G1 is already assigned to a Superevent"'
    assert response.json() == "Event G1 is already assigned to a Superevent"
    assert response.headers["Content-Type"] == "application/json"
    assert (response.url, response.request.method) == (ASKED.url, "POST")


def test_without_requests_nothing_loads_it() -> None:
    """Raising and catching an error does not load `requests`; loading it later is enough."""
    program = (
        "import sys, pickle\n"
        "from gracedb_core.errors import NotFound\n"
        "early = NotFound('Not there.', status=404, body=b'x')\n"
        "assert 'requests' not in sys.modules\n"
        "import requests\n"
        "assert not isinstance(early, requests.HTTPError)\n"
        "late = pickle.loads(pickle.dumps(early))\n"
        "assert isinstance(late, requests.HTTPError) and isinstance(late, NotFound)\n"
        "assert early.response.text == 'x'\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)


def test_about_names_the_request_once() -> None:
    """An error without a request is told which; one that has it keeps it."""
    error = errors.DecodeError("The answer is cut.").about(ASKED)
    assert str(error) == f"{ASKED}: The answer is cut."
    assert error.args == (str(error),)
    assert str(error.about(SentRequest("GET", "elsewhere"))) == str(error)
    assert error.request == ASKED


def test_a_library_that_is_being_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is raised while another thread loads `requests` is ours, and no other."""

    class Fresh(errors.ConnectionLost):
        """One that has no twin yet."""

    monkeypatch.setitem(sys.modules, "requests.exceptions", ModuleType("requests.exceptions"))
    assert type(Fresh("Broken.")) is Fresh
