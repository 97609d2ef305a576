"""No redirect takes a credential, or an upload, anywhere."""

from __future__ import annotations

import pytest

from gracedb_core.errors import GraceDBError, RedirectRefused

from .calls import READS, WRITES
from .conftest import Somebody
from .world import ROOT, Step

REDIRECTS = ("301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent")
#: What some clients take for one.
ODD = ("300 Choices", "304 Same", "305 Use Proxy", "306 Switch Proxy")

#: Other places at our own origin, and ways to climb there.
OUTSIDE = (
    *("/", "/admin/", "/apibasic/", "/api", "/api/../admin/", "/api/%2e%2E/admin/"),
    *("/api/x%2f..%2f..%2Fadmin/", "/api/x/..%5c..\\admin/", "/api/..;/../admin/"),
)

pytestmark = pytest.mark.slow


def test_no_redirect_is_followed_elsewhere(somebody: Somebody) -> None:
    """Another host, port, scheme or spelling of ours hears nothing of a read or a write."""
    for status in REDIRECTS:
        for origin in somebody.world.elsewhere():
            for name, call in (*READS.items(), *WRITES.items()):
                somebody.server.says(status, f"Location: {origin}{ROOT}events/")
                with pytest.raises(RedirectRefused, match="does not follow") as caught:
                    somebody.ask(call)
                assert "secret" not in str(caught.value)
                assert somebody.heard() == 1, (status, origin, name)
    assert somebody.world.heard_elsewhere() == 0


def test_what_is_no_redirect_is_followed_nowhere(somebody: Somebody) -> None:
    """Neither a choice nor a proxy that the server would have us use."""
    origin = somebody.world.elsewhere()[0]
    for status in ODD:
        for call in (READS["an object"], READS["a file"], WRITES["an upload"]):
            somebody.server.says(status, f"Location: {origin}{ROOT}", body=b"")
            with pytest.raises(GraceDBError):
                somebody.ask(call)
            assert somebody.heard() == 1
    assert somebody.world.heard_elsewhere() == 0


@pytest.mark.parametrize("location", ["{own}", "{path}"])
def test_a_read_follows_inside_our_own_api(somebody: Somebody, location: str) -> None:
    """There the credential goes along, as often as a person would; then it is an error."""
    own = f"{somebody.world.url}elsewhere/"
    where = location.format(own=own, path=f"{ROOT}elsewhere/")

    def moved(heard: object) -> Step:
        there = f"GET {ROOT}elsewhere/ " in str(heard)
        return Step("200 OK", []) if there else Step("302 Found", [f"Location: {where}"])

    somebody.server.next = moved
    assert somebody.ask(READS["any place"]) == {}
    assert somebody.heard() == 2
    somebody.server.says("302 Found", f"Location: {where}")
    with pytest.raises(RedirectRefused, match="again and again"):
        somebody.ask(READS["any place"])
    assert 2 < somebody.heard() < 10


def test_a_write_follows_nowhere(somebody: Somebody) -> None:
    """Not even inside our own API: it could be done twice, or turned into a read."""
    for status in REDIRECTS:
        for location in (somebody.world.url, ROOT):
            somebody.server.says(status, f"Location: {location}")
            for name, call in WRITES.items():
                with pytest.raises(RedirectRefused, match="does not follow"):
                    somebody.ask(call)
                assert somebody.heard() == 1, (status, location, name)


def test_a_read_does_not_leave_the_api(somebody: Somebody) -> None:
    """What else the same server hosts is not asked in our name."""
    for location in OUTSIDE:
        somebody.server.says("302 Found", f"Location: {location}")
        with pytest.raises(RedirectRefused, match="outside the API"):
            somebody.ask(READS["an object"])
        assert somebody.heard() == 1, location
