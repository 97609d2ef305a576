"""Every transport, waiting and awaiting; every kind of credential; a server of ours and others."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from tests.conftest import need_library
from tests.transports.authority import Authority
from tests.transports.conftest import WAYS

from .asking import Ask, asking
from .kinds import KINDS, Kind, Place, others
from .world import Director, World, world


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Name each offered transport in turn, as it blocks and as it is awaited."""
    need_library(request.param.partition(",")[0])
    return str(request.param)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("leaks"))


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority) -> Place:
    """Give a home of the test's own, with a netrc for everybody but our server."""
    place = Place(home, monkeypatch, authority)
    place.write(".netrc", others())
    return place


@pytest.fixture(params=[*KINDS, "token over TLS"])
def kind(request: pytest.FixtureRequest) -> str:
    """Name each kind of credential in turn."""
    return str(request.param)


class Somebody:
    """A client that has a credential, and the world in which it asks."""

    def __init__(self, kind: Kind, ask: Ask, world: World, director: Director) -> None:
        self.kind = kind
        self.ask = ask
        self.world = world
        self.server = director

    def heard(self) -> int:
        """Count what our server has heard since we asked, all of it with the credential."""
        heard, self.world.ours.heard[:] = list(self.world.ours.heard), []
        assert [each for each in heard if not self.kind.is_shown_in(each)] == []
        return len(heard)


@pytest.fixture
def somebody(way: str, kind: str, place: Place) -> Iterator[Somebody]:
    """Give each kind of credential to a client of each kind."""
    chosen = KINDS[kind.split(" over")[0]]
    tls = place.authority if chosen.header is None or "TLS" in kind else None
    options: Dict[str, Any] = chosen.give(place)
    if tls:
        options["verify"] = tls.path
    director = Director()
    options.update(retries=0, timeout=10)
    with world(director, tls=tls) as around, asking(way, around.url, **options) as ask:
        yield Somebody(chosen, ask, around, director)
