"""The order in which credentials are taken, over all combinations of what is there."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gracedb_core._credentials import engage
from gracedb_core._options import Options
from gracedb_core.errors import CredentialError, CredentialWarning
from gracedb_core.interfaces import AuthProvider

from .pki import HOUR, Authority
from .surroundings import NOW, Surroundings
from .test_providers import PLUGINS, offered
from .test_scitoken import jwt

#: What the earlier SDK's documentation says, word for word in this order; its step 1 is
#: ``force_noauth`` and its step 6 ``fail_if_noauth``.
LEGACY = ("token", "password", "BEARER_TOKEN_FILE", "XDG_RUNTIME_DIR", "netrc")
#: The whole order, as docs/how-to/authenticate.md gives it.
GIVEN = ("token", "cert", "password")
#: The last places for tokens, which are too many for trying all combinations.
RARE = ("SCITOKEN", "SCITOKEN_FILE", "_CONDOR_CREDS")
FOUND = (
    *("BEARER_TOKEN_FILE", "XDG_RUNTIME_DIR", "BEARER_TOKEN", "/tmp/bt_u"),
    *RARE,
    *("X509_USER_CERT", "X509_USER_PROXY", "/tmp/x509up_u", "~/.globus"),
    "netrc",
)
ORDER = GIVEN + FOUND
ORDERS = list(itertools.permutations(PLUGINS))
#: How a password says where it came from; the user names in netrc files are these, too.
NETRCS = ("NETRC", "~/.netrc")


class World(NamedTuple):
    """What is given and found: options of a client, and where it looks around."""

    options: Dict[str, Any]
    around: Surroundings


class Stock:
    """Writes credentials whose subject is the name of their source, good ones and bad ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        authority = Authority()
        self._pem = {
            (name, good): authority.issue(name, ends=HOUR if good else -HOUR).combined
            for name in ORDER
            for good in (True, False)
        }
        self._numbers = itertools.count()

    def world(self, states: Dict[str, bool], netrcs: Sequence[str] = NETRCS[1:]) -> World:
        """Make one in which these sources are there, and good or bad."""
        folder = self.folder / str(next(self._numbers))
        folder.mkdir()
        world = World({}, Surroundings(folder))
        for name, good in states.items():
            if name == "netrc":
                self._put_netrcs(world, netrcs, good=good)
            else:
                _PUT[name](self, world, name, good)
        return world

    def token(self, name: str, good: bool) -> str:
        return jwt(sub=name, exp=NOW + (HOUR if good else -HOUR), scope="gracedb.read")

    def put_token(self, world: World, name: str, good: bool) -> None:
        world.options["token"] = world.around.write("given.token", self.token(name, good))

    def put_cert(self, world: World, name: str, good: bool) -> None:
        world.options["cert"] = world.around.write("given.pem", self._pem[name, good])

    def put_password(self, world: World, name: str, good: bool) -> None:
        world.options.update(username=name if good else "a:b", password="secret")

    def put_named(self, world: World, name: str, good: bool) -> None:
        path = world.around.write(f"named/{name}", self.token(name, good))
        world.around.environment[name] = str(path)

    def put_in_runtime_folder(self, world: World, name: str, good: bool) -> None:
        around = world.around
        around.write(f"run/bt_u{around.uid}", self.token(name, good))
        around.environment[name] = str(around.runtime)

    def put_in_variable(self, world: World, name: str, good: bool) -> None:
        world.around.environment[name] = self.token(name, good)

    def put_in_job(self, world: World, name: str, good: bool) -> None:
        folder = world.around.write("job/igwn.use", self.token(name, good)).parent
        world.around.environment[name] = str(folder)

    def put_in_temporary_folder(self, world: World, name: str, good: bool) -> None:
        around = world.around
        content: Any = self.token(name, good) if "bt_u" in name else self._pem[name, good]
        around.write(f"tmp/{name.rpartition('/')[2]}{around.uid}", content)

    def put_pair(self, world: World, name: str, good: bool) -> None:
        path = str(world.around.write(f"named/{name}", self._pem[name, good]))
        world.around.environment.update({name: path, "X509_USER_KEY": path})

    def put_proxy(self, world: World, name: str, good: bool) -> None:
        path = world.around.write(f"named/{name}", self._pem[name, good])
        world.around.environment[name] = str(path)

    def put_in_home(self, world: World, name: str, good: bool) -> None:
        for file in ("usercert.pem", "userkey.pem"):
            world.around.write(f"home/.globus/{file}", self._pem[name, good])

    def _put_netrcs(self, world: World, netrcs: Sequence[str], *, good: bool) -> None:
        for place in netrcs:
            content = f"machine gracedb.ligo.org login netrc account {place} password x"
            path = "named/netrc" if place == "NETRC" else "home/.netrc"
            written = world.around.write(path, content, 0o600 if good else 0o644)
            if place == "NETRC":
                world.around.environment[place] = str(written)


_PUT: Dict[str, Callable[[Stock, World, str, bool], None]] = {
    "token": Stock.put_token,
    "cert": Stock.put_cert,
    "password": Stock.put_password,
    "BEARER_TOKEN_FILE": Stock.put_named,
    "XDG_RUNTIME_DIR": Stock.put_in_runtime_folder,
    "BEARER_TOKEN": Stock.put_in_variable,
    "/tmp/bt_u": Stock.put_in_temporary_folder,
    "SCITOKEN": Stock.put_in_variable,
    "SCITOKEN_FILE": Stock.put_named,
    "_CONDOR_CREDS": Stock.put_in_job,
    "X509_USER_CERT": Stock.put_pair,
    "X509_USER_PROXY": Stock.put_proxy,
    "/tmp/x509up_u": Stock.put_in_temporary_folder,
    "~/.globus": Stock.put_in_home,
}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return Stock(tmp_path_factory.mktemp("worlds"))


@pytest.fixture(scope="module")
def ladders() -> List[List[AuthProvider]]:
    """Give the providers as they come from every order of registering their plugins."""
    return [offered(*order) for order in ORDERS]


def taken(world: World, providers: List[AuthProvider], **flags: bool) -> Optional[str]:
    """Make the credential of a client and name its source; None for an anonymous client."""
    options = Options(**world.options, **flags)
    arguments = {
        "token": options.token_path,
        "cert": options.cert_path,
        "username": options.username,
        "password": options.password,
        "bearer_token": options.bearer_token,
    }
    keeper = engage(options, lambda: providers, lambda: world.around.wanted(**arguments))
    if keeper.current is None:
        return None
    subject = keeper.current.subject
    assert subject is not None
    return subject.partition(",")[0].replace("CN=", "").replace("\\", "")


def subsets(names: Sequence[str]) -> List[Tuple[str, ...]]:
    return [each for n in range(len(names) + 1) for each in itertools.combinations(names, n)]


def test_the_order_is_that_of_the_documentation() -> None:
    """What the earlier client documented is kept; what came in between stands where we say."""
    assert [name for name in ORDER if name in LEGACY] == list(LEGACY)
    assert ORDER.index("token") < ORDER.index("cert") < ORDER.index("password")


@pytest.mark.slow
def test_the_first_that_is_there_is_taken(stock: Stock, ladders: Any) -> None:
    """For every one of 4096 combinations, whatever was registered first.

    `force_noauth` comes before all, and `fail_if_noauth` refuses just where there is nothing.
    """
    common = [name for name in ORDER if name not in RARE]
    for number, present in enumerate(subsets(common)):
        world = stock.world(dict.fromkeys(present, True))
        providers = ladders[number % len(ladders)]
        expected = present[0] if present else None
        assert taken(world, providers) == expected, present
        assert taken(world, providers, force_noauth=True) is None
        if present:
            assert taken(world, providers, fail_if_noauth=True) == expected, present
    with pytest.raises(ValueError, match=r"^no credentials for gracedb\.ligo\.org\n"):
        taken(stock.world({}), ladders[0], fail_if_noauth=True)


def test_no_order_of_registration_makes_a_difference(stock: Stock, ladders: Any) -> None:
    """For all 24 orders and every pair of neighbours on the ladder."""
    worlds = {pair[0]: stock.world(dict.fromkeys(pair, True)) for pair in zip(ORDER, ORDER[1:])}
    for providers in ladders:
        assert [taken(world, providers) for world in worlds.values()] == list(worlds)


@pytest.mark.parametrize("first", ["token", "bearer_token"])
def test_a_token_itself_stands_where_its_file_does(stock: Stock, ladders: Any, first: str) -> None:
    """The two ways to give a token are one rung, before all the others."""
    world = stock.world(dict.fromkeys(ORDER[1:], True))
    file = world.around.write("t", stock.token(first, True))
    world.options[first] = file if first == "token" else file.read_text()
    assert {taken(world, providers) for providers in ladders} == {first}


@pytest.mark.parametrize("netrcs", [NETRCS, NETRCS[:1], NETRCS[1:]])
def test_netrc_takes_the_file_that_is_named(
    stock: Stock, ladders: Any, netrcs: Sequence[str]
) -> None:
    """At `~/.netrc`, or at the path stored in `NETRC`."""
    world = stock.world({"netrc": True}, netrcs)
    options = Options()
    keeper = engage(options, lambda: ladders[0], world.around.wanted)
    assert keeper.current is not None
    expected = "~/.netrc" if netrcs[0] == "~/.netrc" else str(world.around.folder / "named/netrc")
    assert keeper.current.source == expected


def test_both_flags_contradict() -> None:
    """Nothing is looked for, and something must be found: that is a mistake, told at once."""
    with pytest.raises(ValueError, match="contradict"):
        Options(force_noauth=True, fail_if_noauth=True)


STATES = st.dictionaries(st.sampled_from(ORDER), st.booleans())


@settings(max_examples=200)
@given(states=STATES, order=st.sampled_from(range(len(ORDERS))), must=st.booleans())
def test_what_is_no_good_is_passed_over_aloud(
    stock: Stock, ladders: Any, states: Dict[str, bool], order: int, must: bool
) -> None:
    """A given credential that is no good is an error; a found one a warning, and the next counts.

    Nobody is anonymous in silence where something was found.
    """
    world = stock.world(states)
    present = [name for name in ORDER if name in states]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome: Any = taken(world, ladders[order], fail_if_noauth=must)
        except CredentialError:
            outcome = CredentialError
    if present and present[0] in GIVEN:
        assert outcome == (present[0] if states[present[0]] else CredentialError)
        assert not caught
        return
    good = next((name for name in present if states[name]), None)
    assert outcome == (good or (CredentialError if must else None))
    bad = present[: present.index(good)] if good else present
    said = [str(each.message) for each in caught]
    assert {each.category for each in caught} <= {CredentialWarning}
    assert len(set(said)) == len(said)
    # Each place is told of once: on its own, or together with the others of its rung.
    told = " ".join(said)
    assert told.count("expired 1 h ago") == len(bad) - ("netrc" in bad)
    assert told.count("~/.netrc is not its owner's alone") == ("netrc" in bad)
