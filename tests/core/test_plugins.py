"""Plugins: what loads, what they offer, and that a stranger's mistake stays the stranger's."""

from __future__ import annotations

import asyncio
import io
import itertools
import threading
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, List, NamedTuple

import pytest

from gracedb_core import AsyncClient, Client, errors
from gracedb_core._plugins import Plugin, Plugins, installed_plugins
from gracedb_core.errors import PluginError, PluginWarning
from gracedb_core.hookspecs import gracedb_routes, hookimpl
from gracedb_core.interfaces import (
    Absent,
    AuthRequest,
    Credential,
    Origin,
    Request,
    Response,
    RouteOffer,
    Rung,
    TransportOffer,
    TransportOptions,
)
from gracedb_sandbox import Sandbox


class Installed(NamedTuple):
    """An entry point as `installed_plugins` finds one."""

    name: str
    title: str
    load: Callable[[], Any]

    @property
    def value(self) -> str:
        return self.title.split()[0].replace("-", "_")


def plugin(**hooks: Any) -> Any:
    """Make a module that implements *hooks*: functions, or what they return."""
    module = ModuleType("made_up")
    for name, value in hooks.items():
        implementation = value if callable(value) else lambda value=value: value
        setattr(module, name, hookimpl(implementation))
    return module


def installed(name: str, loaded: Any, distribution: str = "stranger 1.0") -> Any:
    """Install *loaded*, or what raises it, under *name*."""

    def load() -> Any:
        if isinstance(loaded, BaseException):
            raise loaded
        return loaded

    return Installed(name, distribution, load)


class Provider(NamedTuple):
    """A rung that answers as it is told."""

    name: str
    rung: int
    answer: Any

    def find(self, _wanted: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Canned:
    """A transport that answers without a server, or raises."""

    def __init__(self, options: TransportOptions, answer: Any = None) -> None:
        self.options = options
        self.answer = answer or Response(200, {"content-length": "2"}, b"{}")

    def send(self, _request: Request) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        pass


def canned(answer: Any = None, name: str = "canned") -> Any:
    """Offer a transport that gives *answer*."""
    offer = TransportOffer(name, lambda options: Canned(options, answer))
    return plugin(gracedb_transports=[offer])


URL = "http://127.0.0.1:1/api/"


def answer_of(*plugins: Any, **options: Any) -> Any:
    """Ask for the root through the transport ``canned``."""
    with Client(URL, transport="canned", plugins=[..., *plugins], **options) as client:
        return client.get()


# What loads


def test_built_in_plugins_come_by_entry_point() -> None:
    """Without entry points there is nothing, not even what comes with the package."""
    assert Plugins([]).transports() == {}
    assert Plugins([]).providers() == []
    assert {"requests", "urllib3"} <= set(Plugins(installed_plugins()).transports())


def test_given_plugins() -> None:
    """A plugin may be given as it is: a module, or an object with methods."""
    assert answer_of(canned()) == {}
    methods = type("Made", (), {"gracedb_transports": hookimpl(lambda self: [_offer()])})
    assert answer_of(methods()) == {}


def _offer() -> TransportOffer:
    return TransportOffer("canned", Canned)


def test_chosen_plugins() -> None:
    """Names choose among the installed plugins; a name that is not there is a mistake."""
    with Client(URL, plugins=["urllib3"]) as client:
        assert client.url == URL
    with pytest.raises(PluginError, match=r"no transport named 'requests'; there are: urllib3\."):
        Client(URL, plugins=["urllib3"], transport="requests")
    with pytest.raises(PluginError, match=r"no plugin 'nope'; there are: .*urllib3"):
        Client(URL, plugins=["nope"])
    with pytest.raises(errors.InputError, match="list of names"):
        Client(URL, plugins="urllib3")


def test_disabled_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment turns plugins off by name, and the error of who misses one says so."""
    monkeypatch.setenv("GRACEDB_DISABLED_PLUGINS", "urllib3, unheard-of")
    with Client(URL, transport="requests"):
        pass
    with pytest.raises(PluginError, match=r"plugin 'urllib3' of gracedb-core .* is disabled"):
        Client(URL)


def test_chosen_plugins_survive_a_copy() -> None:
    """A copy of a client has the same plugins."""
    import copy

    with copy.copy(Client(URL, transport="canned", plugins=[canned()])) as client:
        assert client.get() == {}


# What strangers get wrong


def wrapper() -> Any:
    """Make a plugin that would wrap what others offer."""
    module = ModuleType("made_up")
    setattr(module, "gracedb_routes", hookimpl(hookwrapper=True)(lambda: (yield)))  # noqa: B010
    return module


async def offers_later() -> List[Any]:
    """Offer nothing, where nobody waits for it."""
    return []


async def watches_later() -> None:
    """Watch, where nobody waits for it."""


def unmarked() -> Any:
    """Make a plugin whose author has forgotten the mark."""
    module: Any = ModuleType("made_up")
    module.gracedb_transports = list
    module.hookimpl = hookimpl
    module.gracedb_routes = gracedb_routes
    return module


class Incomplete:
    """A rung that lacks what it is not given."""

    def __init__(self, **has: Any) -> None:
        self.__dict__.update(has)


def rung(**has: Any) -> Any:
    """Make a plugin with such a rung."""
    return plugin(gracedb_auth_providers=[Incomplete(**has)])


def route(*arguments: Any, **places: Any) -> Any:
    """Make a plugin with one route."""
    return plugin(gracedb_routes=[RouteOffer(*arguments, **places)])


def transport(*offers: Any) -> Any:
    """Make a plugin with these for transports."""
    return plugin(gracedb_transports=list(offers))


#: Makes offers with any mistake in them.
any_offer: Any = TransportOffer


def as_file(text: str) -> BaseException:
    """Give what importing a file of this text raises."""
    try:
        compile(text, "made_up.py", "exec")
    except SyntaxError as error:
        return error
    raise AssertionError(text)


BROKEN = [
    # loading
    ("import fails", ImportError("no module named 'nope'"), "cannot be loaded: ImportError: no"),
    ("does not parse", as_file("def f(:"), "cannot be loaded: SyntaxError: invalid syntax (made_u"),
    ("raises anything", RuntimeError("my-secret"), "cannot be loaded: RuntimeError"),
    ("panics", BaseException("my-secret"), "cannot be loaded: BaseException"),
    ("ends the program", SystemExit(1), "cannot be loaded: SystemExit"),
    ("a class", type("Hello", (), {}), "is the class Hello: give an object of it"),
    (
        "unknown argument",
        plugin(gracedb_before_request=lambda color: None),
        "takes color in gracedb_before_request, which gives request, attempt",
    ),
    (
        "a needless argument",
        plugin(gracedb_routes=lambda client: []),
        "takes client in gracedb_routes, which gives nothing",
    ),
    # hooks
    ("no hook at all", ModuleType("empty"), "implements no hook"),
    ("unknown hook", plugin(gracedb_no_such=[]), "hook that is not there: gracedb_no_such"),
    ("misspelt", plugin(gracedb_transport=[]), "gracedb_transport (did you mean gracedb_transpor"),
    ("unmarked", unmarked(), "has gracedb_transports without the mark hookimpl"),
    ("a coroutine", plugin(gracedb_transports=offers_later), "awaits in gracedb_transports"),
    ("an observer", plugin(gracedb_before_request=watches_later), "awaits in gracedb_before_"),
    ("a wrapper", wrapper(), "wraps gracedb_routes"),
    ("fails when asked", plugin(gracedb_transports=lambda: 1 / 0), "failed in gracedb_transports"),
    ("ends when asked", plugin(gracedb_routes=lambda: exit(1)), "failed in gracedb_routes: System"),
    (
        "offers no list",
        plugin(gracedb_transports=lambda: None),
        "gave no list in gracedb_transports",
    ),
    (
        "only one",
        plugin(gracedb_routes=RouteOffer("a", site="a/")),
        "gave no list in gracedb_routes",
    ),
    # credentials
    ("a class of them", plugin(gracedb_auth_providers=[Incomplete]), "the class Incomplete"),
    ("no name", rung(rung=35, find=print), "without a name: Incomplete needs one"),
    ("no rung", rung(name="odd", find=print), "'odd' without a rung"),
    ("a rung in words", rung(name="odd", rung="35", find=print), "'odd' without a rung"),
    ("a rung in doubt", rung(name="odd", rung=True, find=print), "'odd' without a rung"),
    ("finds nothing", rung(name="odd", rung=35), "'odd' without the method find"),
    # transports
    ("no offer", transport("fast"), "no TransportOffer but str"),
    ("nameless", transport(any_offer(None, print)), "a transport without a name"),
    ("does not open", transport(TransportOffer("slow")), "'slow' that does not open"),
    ("opens with a str", transport(any_offer("slow", "x")), "'slow' that does not open"),
    ("twice", transport(*[any_offer("slow", print)] * 2), "a transport named 'slow' twice"),
    # routes
    ("no route", plugin(gracedb_routes=[("a", "b")]), "no RouteOffer but tuple"),
    ("a nameless route", route(3, site="x/"), "a route without a name"),
    ("no attribute", route("a b", site="x/"), "no name for an attribute"),
    ("hidden", route("_ab", site="x/"), "no name for an attribute"),
    ("nowhere", route("notes"), "'notes' to nowhere"),
    ("too few keys", route("notes", event="notes/"), "does not take 1 keys"),
    ("from the top", route("notes", site="/notes/"), "does not take 0 keys below the API root"),
    ("climbing", route("notes", site="a/../../x/"), "does not take 0 keys below the API root"),
    ("a query", route("notes", site="a/?x=1"), "does not take 0 keys below the API root"),
    ("odd braces", route("notes", event="a/{}/{b}/"), "does not take 1 keys"),
    ("no text", route("notes", site=3), "does not take 0 keys"),
    ("without its stem", route("notes[]", site="a/{}/"), "but none 'notes' that leads there"),
    # commands
    ("a function", plugin(gracedb_commands=[print]), "no click.Command but builtin_function"),
]


@pytest.mark.parametrize(("what", "loaded", "trouble"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_broken_plugin_is_named(what: str, loaded: Any, trouble: str) -> None:
    """Whatever is wrong with it, it is named with its version, and the others work."""
    plugins = Plugins([*installed_plugins(), installed("odd", loaded)])
    assert "urllib3" in plugins.transports()
    assert "discovered token" in [provider.name for provider in plugins.providers()]
    assert plugins.routes(lambda offer: False) == {}
    assert plugins.commands(set()) == {}
    for hook in ("gracedb_before_request", "gracedb_after_response"):
        list(plugins.implementations(hook))
    (sentence,) = plugins.troubles
    assert sentence.startswith("The plugin 'odd' of stranger 1.0 ")
    assert trouble in sentence
    assert "my-secret" not in sentence
    assert "\n" not in sentence


def test_a_refused_plugin_is_out_altogether() -> None:
    """A plugin that is refused for one hook is not used for another that came before."""
    providers = [Provider("odd", 35, Absent("no"))]
    refused = plugin(gracedb_auth_providers=providers, gracedb_before_request=lambda color: None)
    assert Plugins([installed("odd", refused)]).providers() == []


def test_a_broken_plugin_breaks_no_client(sandbox: Sandbox) -> None:
    """A client that does not need it warns, and works."""
    with pytest.warns(PluginWarning, match="gracedb_transports: ZeroDivisionError") as warned:
        client = Client(sandbox.url, plugins=[..., plugin(gracedb_transports=lambda: 1 / 0)])
    assert warned[0].filename == __file__
    assert client.user_info()["username"] == "AnonymousUser"
    client.close()


def test_a_newer_plugin_works_as_far_as_it_can() -> None:
    """A hook that is not there yet is reported; what is known of the plugin works."""
    newer = canned()
    newer.gracedb_of_tomorrow = hookimpl(lambda: None)
    with pytest.warns(PluginWarning, match="gracedb_of_tomorrow"):
        assert answer_of(newer) == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_contested_names(order: Any) -> None:
    """What two strangers call alike nobody gets, whichever came first; ours keep their names."""
    ours = installed("ours", canned(name="good"), "gracedb-core 0.1")
    rivals = [
        installed("one", _twice("same", "good"), "one 1.0"),
        installed("two", _twice("same", "other"), "two 2.0"),
    ]
    everybody = [ours, *rivals]
    plugins = Plugins([everybody[number] for number in order])
    offers = plugins.transports()
    assert set(offers) == {"good", "other"}
    assert offers["good"].plugin.name == "ours"
    with pytest.raises(PluginError, match=r"'same' is offered by the .*one 1\.0.*two 2\.0"):
        plugins.transport("same")
    assert len(plugins.troubles) == 3


def _twice(*names: str) -> Any:
    return plugin(gracedb_transports=[TransportOffer(name, Canned) for name in names])


def test_contested_rungs() -> None:
    """Two strangers on one rung are both left out; a stranger on one of ours is."""
    mine = Provider("mine", Rung.EXPLICIT_BASIC, Absent("no"))
    ours = installed("ours", _rungs(mine), "gracedb-core 0.1")
    one = installed("one", _rungs(Provider("a", 30, Absent("no")), Provider("b", 35, Absent("no"))))
    two = installed("two", _rungs(Provider("c", 35, Absent("no")), Provider("d", 36, Absent("no"))))
    for everybody in itertools.permutations([ours, one, two]):
        plugins = Plugins(everybody)
        assert {provider.name for provider in plugins.providers()} == {"mine", "d"}
        assert any("a credential on rung 30, and so does" in each for each in plugins.troubles)
        assert len(plugins.troubles) == 3


def _rungs(*providers: Provider) -> Any:
    return plugin(gracedb_auth_providers=list(providers))


def test_a_failing_credential_is_named() -> None:
    """A provider that raises is passed over with a warning that names its plugin, not its words."""
    secret = Provider("odd", 5, RuntimeError("my-secret"))
    with pytest.warns(
        errors.CredentialWarning, match="plugin 'made_up'.* failed: RuntimeError"
    ) as w:
        answer_of(canned(), _rungs(secret))
    assert not any("my-secret" in str(warning.message) for warning in w)
    with pytest.warns(errors.CredentialWarning, match="gave no Credential but int"):
        answer_of(canned(), _rungs(Provider("odd", 5, 7)))
    with pytest.warns(errors.CredentialWarning, match="gave no Credential but coroutine"):
        answer_of(canned(), _rungs(Provider("odd", 5, offers_later())))


def test_a_stranger_on_the_ladder() -> None:
    """A credential between two built-in rungs is found in its turn."""
    seen: List[Request] = []

    class Seeing(Canned):
        def send(self, request: Request) -> Any:
            seen.append(request)
            return self.answer

    offer = plugin(gracedb_transports=[TransportOffer("canned", Seeing)])
    odd = Credential("odd", "nowhere", headers=(("Authorization", "Odd one"),))
    answer_of(offer, _rungs(Provider("odd", 35, odd)))
    answer_of(offer, _rungs(Provider("odd", 35, odd)), username="a", password="b")
    assert [dict(request.headers)["Authorization"][:5] for request in seen] == ["Odd o", "Basic"]


ODD_CREDENTIALS = {
    "no text": ({"source": 3}, "kind or source is no str"),
    "a date": ({"expires": "tomorrow"}, "expires at no number but str"),
    "a path": ({"certificate": "/x"}, "no ClientCert but str"),
    "a mapping": ({"headers": {"A": "my-secret"}}, "headers are no tuple"),
    "a list": ({"headers": [("A", "my-secret")]}, "headers are no tuple"),
    "no pairs": ({"headers": ("A", "my-secret")}, "headers are no tuple"),
    "bytes": ({"headers": (("A", b"my-secret"),)}, "headers are no tuple"),
    "a line": ({"headers": (("A", "my-secret\n"),)}, "the end of a line"),
}


@pytest.mark.parametrize(("facts", "words"), ODD_CREDENTIALS.values(), ids=list(ODD_CREDENTIALS))
def test_an_odd_credential_is_named(facts: Any, words: str) -> None:
    """A credential that could not be sent is passed over, and its secret is not shown."""
    credential = Credential(**{"kind": "odd", "source": "nowhere", **facts})
    with pytest.warns(errors.CredentialWarning, match=rf"plugin 'made_up'.*{words}") as caught:
        assert answer_of(canned(), _rungs(Provider("odd", 5, credential))) == {}
    assert not any("my-secret" in str(warning.message) for warning in caught)


def odd(status: Any = 200, headers: Any = None, body: Any = b"{}") -> Any:
    """Make an answer as a clumsy transport would."""
    return Response(status, {} if headers is None else headers, body)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (KeyError("x"), "KeyError"),
        (7, "no Response but int"),
        (odd("200"), "a status that is no int but str"),
        (odd(headers="a: b"), "headers that are no mapping but str"),
        (odd(headers={"a": 1}), "a header 'a' that is no str"),
        (odd(headers={"Content-Type": "a"}), "lower case, 'content-type'"),
        (odd(body=None), "no bytes but NoneType"),
        (odd(body="{}"), "no bytes but str"),
        (odd(body=io.BytesIO()), "no bytes but BytesIO, where no stream was asked for"),
    ],
)
def test_a_failing_transport_is_named(answer: Any, words: str) -> None:
    """What a stranger's transport does wrong names its plugin and the request."""
    with pytest.raises(PluginError, match=rf"plugin 'made_up' .*{words}") as caught:
        answer_of(canned(answer))
    assert caught.value.request is not None


def test_a_transport_that_does_not_open_is_named() -> None:
    """So does one that cannot be opened."""
    broken = any_offer("canned", lambda options: 1 / 0)
    with pytest.raises(PluginError, match=r"'canned' of the plugin 'made_up' .*cannot be opened"):
        answer_of(plugin(gracedb_transports=[broken]))


@pytest.mark.parametrize(
    ("opened", "words"), [(None, "NoneType, without send"), (print, "without send")]
)
def test_what_is_opened_is_a_transport(opened: Any, words: str) -> None:
    """What cannot send is named before it is asked to."""
    offer = TransportOffer("canned", lambda options: opened)
    with pytest.raises(PluginError, match=rf"plugin 'made_up' .*{words}"):
        answer_of(transport(offer))


def test_the_wrong_kind_of_transport_is_named() -> None:
    """One to await that is offered as one that blocks is named, and so is the contrary."""

    async def ask() -> None:
        blocking = transport(any_offer("canned", open_async=Canned))
        async with AsyncClient(URL, transport="canned", plugins=[..., blocking]) as client:
            await client.get()

    awaited = transport(any_offer("canned", CannedLater))
    with pytest.raises(PluginError, match=r"'made_up' .* no Response but coroutine \(write def"):
        Client(URL, transport="canned", plugins=[..., awaited]).get()
    with pytest.raises(PluginError, match=r"'made_up' .*await"):
        asyncio.run(ask())


def test_a_stream_is_one() -> None:
    """What is given for a stream can be read and closed."""
    client = Client(URL, transport="canned", plugins=[..., canned(odd(body="text"))])
    with client, pytest.raises(PluginError, match="neither bytes nor a stream but str"):
        client.events["G1"].files["a"].get()


class Dripping:
    """A stream that gives what it is told, or raises it."""

    def __init__(self, block: Any) -> None:
        self.block = block

    def read(self, _amount: int) -> Any:
        if isinstance(self.block, BaseException):
            raise self.block
        return self.block

    def close(self) -> None:
        pass


class DrippingLater(Dripping):
    """The same, to be awaited."""

    async def read(self, amount: int) -> Any:
        return super().read(amount)

    async def close(self) -> None:
        pass


class CannedLater(Canned):
    """A transport to await."""

    async def send(self, request: Request) -> Any:
        return super().send(request)

    async def close(self) -> None:
        pass


ODD_BLOCKS = [("text", "gave str for the bytes"), (KeyError("x"), "in the middle of a body.*Key")]


@pytest.mark.parametrize(("block", "words"), ODD_BLOCKS)
def test_a_failing_stream_is_named(block: Any, words: str) -> None:
    """What a stranger's stream does wrong names its plugin, whichever client reads it."""
    length = {"content-length": "9"}

    async def ask() -> None:
        def opened(options: TransportOptions) -> Any:
            return CannedLater(options, odd(200, length, DrippingLater(block)))

        later = transport(TransportOffer("canned", open_async=opened))
        async with AsyncClient(URL, transport="canned", plugins=[..., later]) as awaited:
            await (await awaited.events["G1"].files["a"].get()).read()

    plugins = [..., canned(odd(200, length, Dripping(block)))]
    with Client(URL, transport="canned", plugins=plugins) as client:
        file = client.events["G1"].files["a"].get()
        with pytest.raises(PluginError, match=f"plugin 'made_up' .*{words}"):
            file.read()
    with pytest.raises(PluginError, match=f"plugin 'made_up' .*{words}"):
        asyncio.run(ask())


def test_errors_of_a_stream_are_its_own() -> None:
    """What the protocol lets a stream raise is not laid at the plugin's door."""
    stream = Dripping(errors.TruncatedAnswer("cut"))
    plugins = [..., canned(odd(200, {"content-length": "9"}, stream))]
    with Client(URL, transport="canned", plugins=plugins) as client:
        file = client.events["G1"].files["a"].get()
        with pytest.raises(errors.TruncatedAnswer, match="cut"):
            file.read()


def test_a_transport_that_does_not_close_is_named() -> None:
    """So does one that cannot be closed."""

    class Stuck(Canned):
        def close(self) -> None:
            raise KeyError("x")

    client = Client(URL, transport="canned", plugins=[transport(TransportOffer("canned", Stuck))])
    assert client.get() == {}
    with pytest.raises(PluginError, match=r"plugin 'made_up' .*cannot be closed"):
        client.close()


def test_errors_of_a_transport_are_its_own() -> None:
    """What the protocol lets a transport raise is not laid at the plugin's door."""
    failure = errors.ConnectFailed("not there")
    with pytest.raises(errors.ConnectFailed, match="not there"):
        answer_of(canned(failure), retries=0)


def test_a_transport_around_another(sandbox: Sandbox) -> None:
    """A transport may wrap another, which it opens by name."""
    seen: List[str] = []

    def opened(options: TransportOptions) -> Any:
        inner = options.other("urllib3").open(options)

        def send(request: Request) -> Response:
            seen.append(request.target)
            return inner.send(request)

        return Around(inner, send)

    wrapping = transport(TransportOffer("wrapping", opened))
    with Client(sandbox.url, transport="wrapping", plugins=[..., wrapping]) as client:
        assert client.user_info()["username"] == "AnonymousUser"
    assert seen == ["/api/user-info/"]
    unneeded: Any = None
    with pytest.raises(PluginError, match="no transport"):
        TransportOptions(unneeded, unneeded).other("urllib3")


class Around:
    """A transport that closes another."""

    def __init__(self, inner: Any, send: Any) -> None:
        self.send = send
        self.close = inner.close


def test_an_awaited_transport_around_another(sandbox: Sandbox) -> None:
    """What is awaited may wrap what only blocks: the core puts that on its threads."""
    seen: List[str] = []

    def opened(options: TransportOptions) -> Any:
        inner = options.other("urllib3").open_async(options)

        async def send(request: Request) -> Response:
            seen.append(threading.current_thread().name)
            response = await inner.send(request)
            seen.append(request.target)
            return response

        return Around(inner, send)

    async def ask() -> Any:
        wrapping = transport(TransportOffer("wrapping", open_async=opened))
        options: Any = {"transport": "wrapping", "plugins": [..., wrapping]}
        async with AsyncClient(sandbox.url, **options) as client:
            return await client.user_info()

    assert asyncio.run(ask())["username"] == "AnonymousUser"
    assert seen == [threading.current_thread().name, "/api/user-info/"]


def test_an_awaited_transport_does_not_block() -> None:
    """A transport that wraps one which is only awaited cannot block, and says so."""
    later = any_offer("later", open_async=Canned)
    around = TransportOffer("canned", lambda options: options.other("later").open(options))
    with pytest.raises(PluginError, match="'later' is for AsyncClient only"):
        answer_of(transport(later, around))


def test_a_transport_around_itself() -> None:
    """A transport that wraps itself is named, rather than looked for without end."""
    offer = TransportOffer("canned", lambda options: options.other("inner").open(options))
    inner = TransportOffer("inner", lambda options: options.other("canned").open(options))
    with pytest.raises(PluginError, match="'canned' cannot be opened: it would wrap itself"):
        answer_of(transport(offer, inner))


# Routes


def test_added_routes(client: Client, sandbox: Sandbox, transport: str) -> None:
    """A plugin's places are attributes with the verbs of `path`, where it says so."""
    routes = plugin(
        gracedb_routes=[
            RouteOffer("whole", event="events/{}", superevent="superevents/{}/"),
            RouteOffer("messages", event="events/{}/log/"),
            RouteOffer("messages[]", event="events/{}/log/{}"),
            RouteOffer("who", site="user-info/"),
        ]
    )
    options = {"username": "albert.einstein", "password": "relativity", "transport": transport}
    with Client(sandbox.url, plugins=[..., routes], **options) as mine:
        assert mine.who.get()["username"] == "albert.einstein"
        assert repr(mine.events["G0001"].messages) == f"<Path {sandbox.url}events/G0001/log/>"
        assert repr(mine.events["G1"].messages[3]) == f"<Path {sandbox.url}events/G1/log/3>"
        assert repr(mine.superevents["S1a"].whole) == f"<Path {sandbox.url}superevents/S1a/>"
        assert "messages" in dir(mine.events["G1"])
        assert "who" in dir(mine)
        for place, name in [(mine.superevents["S1a"], "messages"), (mine, "messages")]:
            with pytest.raises(AttributeError):
                getattr(place, name)
        with pytest.raises(AttributeError, match="did you mean 'messages'"):
            mine.events["G1"].mesages  # noqa: B018
        with pytest.raises(errors.InputError, match="nothing to choose from"):
            mine.events["G1"].whole["x"]
        with pytest.raises(errors.InputError, match="slash"):
            mine.events["G1"].messages["a/b"]
    with pytest.raises(AttributeError):
        client.who  # noqa: B018  another client has other plugins


@pytest.mark.parametrize("name", ["logs", "get", "events", "close", "permissions"])
def test_routes_take_no_name_away(name: str) -> None:
    """A route named like something that is there is reported, and what is there stays."""
    routes = plugin(gracedb_routes=[RouteOffer(name, site="x/", superevent="x/{}/")])
    with pytest.warns(PluginWarning, match="means something else already"):
        client = Client(URL, plugins=[..., routes])
    assert "Path" not in repr(getattr(client.superevents["S1a"], name, None))
    client.close()


# Observers


class Watching:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.before: List[Any] = []
        self.after: List[Any] = []

    @hookimpl
    def gracedb_before_request(self, request: Any, attempt: int) -> None:
        self.before.append((str(request), attempt))

    @hookimpl
    def gracedb_after_response(self, attempt: int, status: Any, error: Any, seconds: float) -> None:
        assert seconds >= 0
        self.after.append((attempt, status, type(error).__name__))


def test_observers_see_every_attempt() -> None:
    """Each attempt is told of before it is sent and after it has ended, errors too."""
    watching = Watching()
    client = Client(URL, plugins=[..., watching], retries=1, timeout=5)
    with client, pytest.raises(errors.ConnectFailed):
        client.get()
    assert watching.before == [(f"GET {URL}", 1), (f"GET {URL}", 2)]
    assert watching.after == [(1, None, "ConnectFailed"), (2, None, "ConnectFailed")]


def test_observers_of_both_clients(sandbox: Sandbox) -> None:
    """Observers see the requests of either client, refusals too."""
    watching = Watching()
    with Client(sandbox.url, plugins=[..., watching]) as client:
        client.user_info()
        with pytest.raises(errors.AccessDenied):
            client.events["G0001"].get()

    async def ask() -> None:
        async with AsyncClient(sandbox.url, plugins=[..., watching]) as client:
            await client.user_info()

    asyncio.run(ask())
    assert watching.after == [(1, 200, "NoneType"), (1, 403, "NoneType"), (1, 200, "NoneType")]


@pytest.mark.parametrize("error", [RuntimeError("not today"), SystemExit("not today")])
def test_a_failing_observer_is_named_once(sandbox: Sandbox, error: BaseException) -> None:
    """An observer that raises is reported and left out; the request goes on."""
    calls: List[int] = []

    def fail(attempt: int) -> None:
        calls.append(attempt)
        raise error

    odd = plugin(gracedb_before_request=fail)
    with Client(sandbox.url, plugins=[..., odd]) as client:
        with pytest.warns(PluginWarning, match="plugin 'made_up'.*not today.*calls it no more"):
            client.user_info()
        client.user_info()
    assert calls == [1]


def test_plugins_belong_to_a_client() -> None:
    """What one client was given no other client has."""
    Client(URL, plugins=[..., canned()]).close()
    with pytest.raises(PluginError):
        Client(URL, transport="canned")


def test_titles() -> None:
    """A plugin is named by what it was installed with."""
    hello, lookalike, ours = (
        Plugin("hello", installed("hello", None, title))
        for title in ("gracedb-hello 1.0", "gracedb-core-extras 1.0", "gracedb-core 1.0")
    )
    assert str(hello) == "plugin 'hello' of gracedb-hello 1.0"
    assert not lookalike.is_ours
    assert ours.is_ours


@pytest.mark.parametrize(
    "failure",
    [
        ValueError("my-secret"),
        UnicodeDecodeError("ascii", b"my-secret", 0, 1, "odd"),
        OSError("my-secret"),
    ],
)
def test_the_words_of_a_transport_are_not_repeated(failure: Exception) -> None:
    """A library may quote the header that it does not like; neither message nor cause shows it."""
    with pytest.raises((PluginError, errors.ConnectionLost), match="plugin 'made_up'") as caught:
        answer_of(canned(failure), retries=0)
    told = "".join(traceback.format_exception(type(caught.value), caught.value, None))
    assert "my-secret" not in told


def test_what_is_given_is_taken_or_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the plugin that takes it, a credential is refused, and nobody is anonymous."""
    given = [
        ("scitoken", {"token": tmp_path}),
        ("scitoken", {"bearer_token": "a.b.c"}),
        ("x509", {"cert": tmp_path}),
        ("basic", {"username": "a", "password": "b"}),
    ]
    for name, options in given:
        with pytest.raises(errors.CredentialError, match=f"the plugin '{name}' that takes it"):
            Client(URL, plugins=["urllib3"], **options)
    monkeypatch.setenv("GRACEDB_DISABLED_PLUGINS", "basic")
    with pytest.raises(errors.CredentialError, match="GRACEDB_DISABLED_PLUGINS"):
        Client(URL, username="a", password="b")


def test_what_is_merely_found_breaks_no_client() -> None:
    """A stranger's provider that refuses what it found is passed over, and named."""
    odd = _rungs(Provider("odd", 35, errors.CredentialError("it is Tuesday")))
    (provider,) = Plugins([installed("odd", odd)]).providers()
    found = provider.find(AuthRequest(Origin("http", "127.0.0.1", 1)))
    assert isinstance(found, Absent)
    assert found.unusable
    assert found.reason == "the plugin 'odd' of stranger 1.0 says: it is Tuesday"
    # One that was handed over is itself an argument.
    with pytest.raises(errors.CredentialError, match="it is Tuesday"):
        answer_of(canned(), odd)
    empty = Provider("odd", 35, Credential("Bearer", "hunter2"))
    with pytest.warns(errors.CredentialWarning, match="nothing to send"):
        assert answer_of(canned(), _rungs(empty)) == {}


def test_observers_see_what_is_blamed() -> None:
    """A stranger's transport that loses its connection ends an attempt like any other."""
    watching = Watching()
    with pytest.raises(errors.ConnectionLost):
        answer_of(canned(OSError("gone")), watching, retries=0)
    assert watching.after == [(1, None, "ConnectionLost")]
