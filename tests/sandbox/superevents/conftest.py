"""A GraceDB of each generation, people with different rights, and short words to speak with it."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import pytest
import requests

from gracedb_sandbox import DEFAULT_USERS, Sandbox
from tests.sandbox.uploads import coinc_xml, voevent_xml

INTERNAL, OBSERVER = DEFAULT_USERS
#: internal, but without any right that a group of their own would give
COLLEAGUE = {"username": "marie.curie", "password": "radium", "groups": ["internal_users"]}


class Answer(NamedTuple):
    """What came back: the status, and the decoded body (None when empty)."""

    status: int
    body: Any


class Api:
    """The API as one person sees it: short verbs over a real socket."""

    def __init__(self, url: str, user: Optional[Dict[str, Any]]) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        if user is not None:
            self.session.auth = (user["username"], user["password"])

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request and return the answer as it is."""
        url = path if path.startswith("http") else self.url + path
        return self.session.request(method, url, timeout=30, allow_redirects=False, **options)

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Send one request and decode the answer."""
        response = self.send(method, path, **options)
        return Answer(response.status_code, response.json() if response.content else None)

    def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """POST."""
        return self.ask("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        """PATCH."""
        return self.ask("PATCH", path, **options)

    def delete(self, path: str) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path)

    def event(self, group: str = "Test", pipeline: str = "gstlal", **fields: str) -> str:
        """Upload an event and return its graceid."""
        data = voevent_xml() if group == "External" else coinc_xml()
        form = {"group": group, "pipeline": pipeline, **fields}
        status, body = self.post("events/", data=form, files={"eventFile": ("coinc.xml", data)})
        assert status == 201, body
        return str(body["graceid"])

    def superevent(self, *, category: str = "T", **given: Any) -> Dict[str, Any]:
        """Make a superevent around a new event, and return the answer."""
        group = {"T": "Test"}.get(category, "CBC")
        search = {"search": "MDC"} if category == "M" else {}
        body = {"t_start": 1, "t_0": 2, "t_end": 3, "category": category, **given}
        body.setdefault("preferred_event", None)
        if body["preferred_event"] is None:
            body["preferred_event"] = self.event(group=group, **search)
        status, made = self.post("superevents/", json=body)
        assert status == 201, made
        return dict(made)

    def comments(self, path: str) -> Tuple[str, ...]:
        """Return what the log of an event or superevent says, oldest first."""
        name = "logs/" if path.startswith("superevents") else "log/"
        _, body = self.get(path + name)
        return tuple(row["comment"] for row in body.get("log", body.get("logs")))


class World:
    """One server, and the people who ask it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.open: List[Api] = []
        self.boss, self.observer = self._api(url, INTERNAL), self._api(url, OBSERVER)
        self.colleague, self.nobody = self._api(url, COLLEAGUE), self._api(url, None)

    def _api(self, url: str, user: Optional[Dict[str, Any]]) -> Api:
        self.open.append(Api(url, user))
        return self.open[-1]

    def speaking(self, version: str) -> Api:
        """Return the API of *version* (``v1``, ``v2``) as the person with every right sees it."""
        return self._api(f"{self.url}{version}/", INTERNAL)


def _world(generation: str) -> Iterator[World]:
    with Sandbox(generation=generation, users=[*DEFAULT_USERS, COLLEAGUE]) as server:
        people = World(server.url)
        yield people
        for api in people.open:
            api.session.close()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A server of the old generation."""
    yield from _world("2.33")


@pytest.fixture(scope="session")
def renewed() -> Iterator[World]:
    """A server of the new generation."""
    yield from _world("2.36")


@pytest.fixture
def boss(world: World) -> Api:
    """The person with every right, on the old generation."""
    return world.boss


@pytest.fixture
def made(boss: Api) -> Dict[str, Any]:
    """A fresh test superevent."""
    return boss.superevent()


@pytest.fixture
def path(made: Dict[str, Any]) -> str:
    """Where that superevent is."""
    return f"superevents/{made['superevent_id']}/"


@pytest.fixture
def exposed(boss: Api, path: str) -> str:
    """Where that superevent is, once it is public."""
    boss.post(f"{path}permissions/modify/", data={"action": "expose"})
    return path
