"""The API root, and which links stay inside it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._address import Address
from gracedb_core.errors import InputError, RedirectRefused


@pytest.mark.parametrize(
    ("url", "version", "asked"),
    [
        ("https://gracedb.ligo.org/api/", "", "https://gracedb.ligo.org/api/"),
        ("https://gracedb.ligo.org/api", "", "https://gracedb.ligo.org/api/"),
        ("https://gracedb.ligo.org:443/api/", "", "https://gracedb.ligo.org/api/"),
        ("http://127.0.0.1:8000/api/", "v2", "http://127.0.0.1:8000/api/v2/"),
        ("https://host/api/v1/", "v1", "https://host/api/v1/"),
        ("http://[::1]:8000/api/", "", "http://[::1]:8000/api/"),
        ("https://host", "", "https://host/"),
        ("https://host//api//", "", "https://host/api/"),
        ("  https://host/api/ ", "", "https://host/api/"),
        ("https://GraceDB.LIGO.org/api/", "", "https://gracedb.ligo.org/api/"),
    ],
)
def test_urls_are_read(url: str, version: str, asked: str) -> None:
    """A root has one slash at its end, and the version that was asked for."""
    assert Address.parse(url, version).url == asked


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("localhost", "'localhost' is not the URL of a GraceDB API; write it like 'https://"),
        ("127.0.0.1:8000", "'127.0.0.1:8000' is not the URL"),
        ("gracedb.ligo.org/api/", "'gracedb.ligo.org/api/' is not the URL"),
        ("my.secret", "'…' is not the URL"),
        ("localhost/secret", "'…' is not the URL"),
        ("ftp://host/api/", "not the URL of a GraceDB API"),
        ("https:///api/", "not the URL of a GraceDB API"),
        ("https://ho st/api/", "not the URL of a GraceDB API"),
        ("https://host:port/api/", "is not a URL"),
        ("https://albert:secret@host/api/", "must not hold a user name or password"),
        ("https://albert:se/cret@host/api/", "must not hold a user name or password"),
        ("https://albert:secret#x@host/api/", "must not hold a user name or password"),
        ("https://albert:secret?@[host/api/", "must not hold a user name or password"),
        ("albert:secret@host/api/", "must not hold a user name or password"),
        ("https://host:0/api/", "the port 0"),
        ("", "write it like"),
        ("https://host/api/?query=x", "no query"),
        ("https://host/api/#x", "no query"),
        ("https://host/../api/", "not the URL of an API"),
        ("https://host/é/", "not the URL of an API"),
        (None, "must be a str"),
        (b"https://host/", "must be a str"),
    ],
)
def test_what_is_no_root_gets_a_sentence(url: Any, why: str) -> None:
    """Bad URLs are refused in a sentence that never shows a password."""
    with pytest.raises(InputError, match=why) as caught:
        Address.parse(url)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("version", ["2", "latest", "v0", "v1/", "../v1"])
def test_odd_versions_get_a_sentence(version: str) -> None:
    """An API version is v and a number."""
    with pytest.raises(InputError, match="api_version must be like"):
        Address.parse("https://host/api/", version)


ROOT = Address.parse("https://host/api/", "v2")


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://host/api/v2/events/?start=10", "/api/v2/events/?start=10"),
        ("https://gracedb.ligo.org/api/events/?start=10", "/api/events/?start=10"),
        ("http://other:8080/api/x", "/api/x"),
        ("/api/x", "/api/x"),
    ],
)
def test_links_are_asked_of_our_own_origin(link: str, target: str) -> None:
    """A server behind a tunnel names itself differently: path and query count."""
    assert ROOT.own_target(link) == target


@pytest.mark.parametrize(
    "link",
    [
        "https://host/admin/",
        "https://host/",
        "https://host/api/../admin/",
        "https://host/api/%2e%2E/admin/",
        "https://host/api/x%2F..%2F..%2Fadmin/",
        "https://host/api/x/..%5C..\\admin/",
        "https://host/apibasic/",
        "",
        "api/x",
        "https://[::1/api/",
        "/api/events/?start=1\r\nX: y",
        "/api/é",
    ],
)
def test_links_out_of_the_api_are_refused(link: str) -> None:
    """What lies outside the root is not asked."""
    with pytest.raises(RedirectRefused, match="outside the API"):
        ROOT.own_target(link)


@given(st.text())
def test_any_link_stays_inside_or_is_refused(link: str) -> None:
    """Whatever the server writes, the path that is asked begins at the root."""
    try:
        target = ROOT.own_target(link)
    except RedirectRefused:
        return
    assert target.startswith("/api/")


@pytest.mark.parametrize(
    "url",
    [
        "eyJhbGciOi.my-secret.x",
        "https://u:my-secret/api/",
        "https://u:my-secret%40host/",
        "https://host/api/?token=my-secret",
        "https://host/api/#my-secret",
        b"my-secret",
    ],
)
def test_what_is_no_url_is_not_shown(url: Any) -> None:
    """A token or a password may stand in its place, by mistake."""
    with pytest.raises(InputError) as caught:
        Address.parse(url)
    assert "my-secret" not in str(caught.value)
