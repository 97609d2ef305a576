"""What an answer points to is asked of our own server, or of nobody."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

import pytest

from gracedb_core.errors import RedirectRefused
from tests.transports.server import Heard

from .calls import READS, WRITES
from .conftest import Somebody
from .world import ROOT, Step


def page(following: Optional[str], total: Optional[int] = None) -> bytes:
    """Spell a page of a search."""
    body: Dict[str, Any] = {"events": [], "links": {"next": following}}
    return json.dumps(body if total is None else {**body, "numRows": total}).encode()


def pages(following: str) -> Any:
    """Make a server that gives a page and points to the next."""

    def turn(heard: Heard) -> Step:
        last = "start=" in heard.line
        return Step("200 OK", [], page(None if last else following, total=3))

    return turn


@pytest.mark.parametrize("prefetch", [0, 2])
def test_the_next_page_is_asked_of_our_own_server(somebody: Somebody, prefetch: int) -> None:
    """A server behind a tunnel names itself differently: only path and query of a link count."""
    for origin in [*somebody.world.elsewhere(), "javascript:", "ftp://127.0.0.2:21"]:
        somebody.server.next = pages(f"{origin}{ROOT}events/?start=1&count=1")
        somebody.ask(lambda client: client.events.search("x", prefetch=prefetch))
        lines = [each.line for each in somebody.world.ours.heard]
        assert f"GET {ROOT}events/?start=1&count=1 HTTP/1.1" in lines, origin
        assert somebody.heard() == len(lines)
    assert somebody.world.heard_elsewhere() == 0


def test_a_page_outside_the_api_is_refused(somebody: Somebody) -> None:
    """Loudly, and before anybody is asked."""
    for origin in ["", *somebody.world.elsewhere()]:
        for path in ("/", "/admin/?start=1", "/api/%2e%2e/x/", "/api/..%2fx/", ":80@127.0.0.2/"):
            somebody.server.says("200 OK", body=page(f"{origin}{path}"))
            with pytest.raises(RedirectRefused, match="outside the API"):
                somebody.ask(READS["a search"])
            assert somebody.heard() == 1, (origin, path)
    assert somebody.world.heard_elsewhere() == 0


def pointers(origin: str) -> List[str]:
    """Every header by which a server can point somewhere."""
    url = f"{origin}{ROOT}"
    return [
        f"Location: {url}",
        f"Content-Location: {url}",
        f"Refresh: 0; url={url}",
        f"Link: <{url}>; rel=next, <{url}>; rel=preload; as=fetch",
        f'Alt-Svc: h2="{origin.partition("//")[2]}"; ma=86400',
        f"Content-Base: {url}",
        f"URI: {url}",
        "Set-Cookie: sessionid=7391; Domain=127.0.0.1; Path=/",
        'Strict-Transport-Security: "max-age=3600"',
    ]


def test_headers_lead_nowhere(somebody: Somebody) -> None:
    """Not the place of what was created, not a refresh, a link or another service."""
    created = json.dumps({"graceid": "G1", "superevent_id": "S1", "links": {}}).encode()
    for origin in somebody.world.elsewhere():
        somebody.server.says("201 Created", *pointers(origin), body=created)
        for name in ("an upload", "JSON", "any place"):
            somebody.ask(WRITES[name])
        for name in ("the root", "an object", "a file", "any place"):
            somebody.ask(READS[name])
        assert all(each.header("cookie") is None for each in somebody.world.ours.heard)
        assert somebody.heard() == 7, origin
    assert somebody.world.heard_elsewhere() == 0


def test_a_root_document_leads_nowhere(somebody: Somebody) -> None:
    """Its links and templates, which older clients follow, are only shown."""
    for origin in somebody.world.elsewhere():
        url = f"{origin}{ROOT}"
        root = {
            "links": {"self": url, "events": f"{url}events/"},
            "templates": {"event-detail-template": f"{url}events/{{graceid}}"},
            "API_VERSIONS": ["v1", "v2"],
        }
        somebody.server.says("200 OK", body=json.dumps(root).encode())
        assert somebody.ask(READS["the root"]) == root
        somebody.ask(READS["an object"])
        assert [each.line for each in somebody.world.ours.heard] == [
            f"GET {ROOT} HTTP/1.1",
            f"GET {ROOT}superevents/S190425z/ HTTP/1.1",
        ]
        assert somebody.heard() == 2
    assert somebody.world.heard_elsewhere() == 0


def test_the_addresses_of_files_are_only_shown(somebody: Somebody) -> None:
    """A list of files may name any server; a file is asked of ours by its name."""
    for origin in somebody.world.elsewhere():
        files = {"a.fits": f"{origin}{ROOT}events/G1/files/a.fits"}
        somebody.server.says("200 OK", body=json.dumps(files).encode())
        assert somebody.ask(lambda client: client.events["G1"].files.get()) == files
        assert somebody.ask(READS["a file"])
        assert somebody.world.ours.heard[1].line == f"GET {ROOT}events/G1/files/a.fits HTTP/1.1"
        assert somebody.heard() == 2
    assert somebody.world.heard_elsewhere() == 0
