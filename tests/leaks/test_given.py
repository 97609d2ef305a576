"""What is given wrongly is refused before anybody is asked, and is not shown."""

from __future__ import annotations

import contextlib
import pickle
from typing import Any, Callable, Dict, List

import pytest

from gracedb_core.errors import (
    AccessDenied,
    CredentialError,
    CredentialWarning,
    InputError,
    RedirectRefused,
)
from tests.transports.server import Server, answer, says

from .asking import asking
from .calls import READS, WRITES
from .conftest import Somebody
from .kinds import ELSEWHERE, KINDS, USER, Place

CANARY = "tweet-7391"
OBJECT = says(answer(b'{"graceid": "G1"}'))
#: What could end a header, or the request line.
BREAKS = ("\n", "\r", "\r\nX-Injected: y", "\0", "\x1b", "\x7f", "\x85", "\u2028")


def token(place: Place, text: str) -> Dict[str, Any]:
    return {"token": place.write("token", text)}


def token_itself(_place: Place, text: str) -> Dict[str, Any]:
    return {"bearer_token": text}


def user(_place: Place, text: str) -> Dict[str, Any]:
    return {"username": text, "password": "x"}


def password(_place: Place, text: str) -> Dict[str, Any]:
    return {"username": USER, "password": text}


def found_token(place: Place, text: str) -> Dict[str, Any]:
    place.write(".netrc", "")
    place.patch.setenv("BEARER_TOKEN", text.replace("\0", "\n"))  # no variable holds a NUL
    return {}


def netrc_user(place: Place, text: str) -> Dict[str, Any]:
    place.write(".netrc", f'machine 127.0.0.1 login "{text}" password x\n')
    return {}


def netrc_password(place: Place, text: str) -> Dict[str, Any]:
    place.write(".netrc", f'machine 127.0.0.1 login {USER} password "{text}"\n')
    return {}


GIVEN: List[Callable[[Place, str], Dict[str, Any]]] = [token, token_itself, user, password]
FOUND: List[Callable[[Place, str], Dict[str, Any]]] = [found_token, netrc_user, netrc_password]


@pytest.mark.parametrize("give", GIVEN)
def test_a_break_in_what_is_given(
    way: str, place: Place, give: Callable[[Place, str], Dict[str, Any]]
) -> None:
    """A control character in a token, a user name or a password is an error that shows none."""
    with Server(OBJECT) as server:
        for odd in BREAKS:
            if odd == "\u2028" and give in (user, password):
                continue  # a password may hold it: it travels inside its encoding
            options = give(place, f"{CANARY}{odd}{CANARY}")
            making = asking(way, f"http://127.0.0.1:{server.port}/api/", **options)
            with pytest.raises(CredentialError) as caught, making:
                pass
            assert CANARY not in f"{caught.value!s}{caught.value!r}{caught.value.args!r}", odd
            assert CANARY.encode() not in pickle.dumps(caught.value)
            assert caught.value.__cause__ is caught.value.__context__ is None
    assert server.connections == 0


@pytest.mark.parametrize("give", FOUND)
def test_a_break_in_what_is_found(
    way: str, place: Place, give: Callable[[Place, str], Dict[str, Any]]
) -> None:
    """It is passed over with a warning that shows none, and nobody is asked in its name."""
    for odd in BREAKS:
        if odd in ("\u2028", "\0") and give is not found_token:
            continue
        options = give(place, f"{CANARY}{odd}{CANARY}")
        with Server(OBJECT) as server:
            url = f"http://127.0.0.1:{server.port}/api/"
            with pytest.warns(CredentialWarning) as told, asking(way, url, **options) as ask:
                ask(READS["an object"])
            assert CANARY not in "".join(f"{each.message!s}{each.message!r}" for each in told)
            assert [each.header("authorization") for each in server.heard] == [None], odd
            assert [each.header("x-injected") for each in server.heard] == [None]


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_without_credentials_a_netrc_is_not_read(way: str, place: Place, mode: int) -> None:
    """`force_noauth` means none: neither ours nor that of a host we are led to."""
    for name in KINDS:
        KINDS[name].give(place)
    (place.home / ".netrc").chmod(mode)
    moved = says(answer(b"", "Location: http://127.0.0.2/api/", status="302 Found"))
    for script in (OBJECT, moved):
        with Server(script) as server:
            url = f"http://127.0.0.1:{server.port}/api/"
            with asking(way, url, force_noauth=True) as ask:
                for call in (READS["an object"], READS["a file"], WRITES["an upload"]):
                    with contextlib.suppress(RedirectRefused):
                        ask(call)
        assert [each.header("authorization") for each in server.heard] == [None] * 3


def test_the_entry_of_another_host_is_nothing_to_us(somebody: Somebody) -> None:
    """With any credential, what a netrc has for others reaches nobody."""
    somebody.server.says("401 Who are you", 'WWW-Authenticate: Basic realm="x"')
    for call in (*READS.values(), *WRITES.values()):
        with pytest.raises(AccessDenied):
            somebody.ask(call)
    assert ELSEWHERE not in repr(somebody.world.ours.heard)
    assert somebody.heard() == len(READS) + len(WRITES)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_netrc_that_others_can_read(way: str, place: Place, mode: int) -> None:
    """Its password is nobody's secret: it is not sent, and its owner is told."""
    options = KINDS["netrc"].give(place)
    (place.home / ".netrc").chmod(mode)
    with Server(OBJECT) as server:
        url = f"http://127.0.0.1:{server.port}/api/"
        with pytest.warns(CredentialWarning, match="netrc"), asking(way, url, **options) as ask:
            ask(WRITES["an upload"])
    assert [each.header("authorization") for each in server.heard] == [None]


@pytest.mark.parametrize("from_environment", [False, True])
@pytest.mark.parametrize(
    "secret", [CANARY, f"{CANARY}/x", f"x?{CANARY}", f"x#{CANARY}", f"@{CANARY}"]
)
def test_a_login_in_the_url(way: str, place: Place, secret: str, from_environment: bool) -> None:
    """It is refused, and not shown."""
    url: Any = f"http://albert:{secret}@127.0.0.1:1/api/"
    if from_environment:
        place.patch.setenv("GRACEDB_SERVICE_URL", url)
        url = None
    with pytest.raises(InputError, match="user name or password") as caught, asking(way, url):
        pass
    assert CANARY not in f"{caught.value!s}{caught.value!r}"
    assert caught.value.__cause__ is caught.value.__context__ is None
