"""The typed face over pluggy: which plugins there are, what they offer, and what is wrong."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import (
    AbstractSet,
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    Union,
)

import pluggy

from . import hookspecs
from .errors import CredentialError, PluginError
from .interfaces import (
    Absent,
    AuthProvider,
    AuthRequest,
    Credential,
    RouteOffer,
)

__all__ = ["GROUP", "Offered", "Plugin", "Plugins", "installed_plugins"]

#: The entry-point group through which plugins are found, the built-in ones too.
GROUP = "gracedb_core.plugins"

#: The distribution whose plugins keep their names and rungs against any other.
_OURS = "gracedb-core"


class Found(NamedTuple):
    """An entry point, and which distribution it belongs to."""

    entry: metadata.EntryPoint
    distribution: str

    def load(self) -> Any:
        """Import what the entry point names."""
        return self.entry.load()


@functools.lru_cache(maxsize=None)
def installed_plugins() -> Tuple[Found, ...]:
    """Find every entry point of the group, once: what is installed does not change under us."""
    found: Dict[Tuple[str, str], Found] = {}
    for distribution in metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                title = f"{distribution.metadata['Name']} {distribution.version}"
                # An egg-info beside a dist-info lists every entry point twice.
                found.setdefault((entry.name, entry.value), Found(entry, title))
    return tuple(found.values())


class Plugin:
    """One plugin: where it comes from, what it offers, and what is wrong with it."""

    def __init__(self, name: str, distribution: str = "") -> None:
        self.name = name
        #: Name and version of what it was installed with; empty for an object that was given.
        self.distribution = distribution
        self.offers: List[str] = []
        #: One phrase each, to be read after "the plugin".
        self.troubles: List[str] = []
        self.is_disabled = False

    @property
    def is_ours(self) -> bool:
        """Whether it is one of those that come with this package."""
        return self.distribution.split(" ")[0] == _OURS

    def __str__(self) -> str:
        return f"plugin {self.name!r} of {self.distribution or 'plugins='}"


class Offered(NamedTuple):
    """Something that a plugin offers."""

    plugin: Plugin
    thing: Any


class Plugins:
    """The plugins of one client.

    *chosen* are names of installed plugins, or plugins themselves, or ``...`` for all that are
    installed, as None is. Those in *disabled* are passed over. What a stranger's plugin does
    wrong is kept in its `Plugin.troubles`; clients that do not need it go on.

    Raises `PluginError` for a name in *chosen* that is not installed.
    """

    def __init__(
        self,
        found: Sequence[Found],
        chosen: Optional[Iterable[Union[str, object]]] = None,
        *,
        disabled: AbstractSet[str] = frozenset(),
    ) -> None:
        self._manager = pluggy.PluginManager("gracedb_core")
        self._manager.add_hookspecs(hookspecs)
        self._by_key: Dict[str, Plugin] = {}
        wanted = None if chosen is None else list(chosen)
        for each in _among(found, wanted):
            plugin = self._noted(each.entry.name, each.distribution)
            plugin.is_disabled = each.entry.name in disabled
            if not plugin.is_disabled:
                self._load(plugin, each.load)
        for given in wanted or ():
            if given is not ... and not isinstance(given, str):
                plugin = self._noted(getattr(given, "__name__", type(given).__name__))
                self._load(plugin, functools.partial(_itself, given))

    def _noted(self, name: str, distribution: str = "") -> Plugin:
        plugin = Plugin(name, distribution)
        self._by_key[f"{len(self._by_key)} {name}"] = plugin
        return plugin

    def _load(self, plugin: Plugin, load: Callable[[], Any]) -> None:
        key = next(key for key, value in self._by_key.items() if value is plugin)
        try:
            loaded = load()
            if self._manager.is_registered(loaded):
                return
            self._manager.register(loaded, key)
        except (Exception, SystemExit) as error:
            # Whatever a stranger's module raises, clients that do not need it go on.
            plugin.troubles.append(f"cannot be loaded: {_told(error)}")
            return
        callers = self._manager.get_hookcallers(loaded) or []
        unknown = sorted(caller.name for caller in callers if not caller.has_spec())
        if unknown:
            plugin.troubles.append(f"is written for hooks that are not there: {', '.join(unknown)}")
        elif not callers:
            plugin.troubles.append("implements no hook")

    @property
    def every(self) -> List[Plugin]:
        """All of them, those too that are disabled or broken, by name."""
        return sorted(self._by_key.values(), key=lambda plugin: (plugin.name, plugin.distribution))

    @property
    def troubles(self) -> List[str]:
        """What is wrong with any of them, a sentence each."""
        return [f"The {plugin} {trouble}." for plugin in self.every for trouble in plugin.troubles]

    def implementations(self, hook: str) -> Iterator[Tuple[Plugin, Any]]:
        """Give each plugin's implementation of *hook*: its ``function`` and its ``argnames``."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            plugin = self._by_key[implementation.plugin_name]
            if implementation.hookwrapper or getattr(implementation, "wrapper", False):
                _add(plugin.troubles, f"wraps {hook}, which cannot be wrapped")
            else:
                yield plugin, implementation

    def _offered(self, hook: str) -> List[Offered]:
        """Ask every plugin what it offers; one that fails offers nothing."""
        offered: List[Offered] = []
        for plugin, implementation in self.implementations(hook):
            try:
                offered += [Offered(plugin, thing) for thing in implementation.function()]
            except Exception as error:
                _add(plugin.troubles, f"failed in {hook}: {_told(error)}")
        return offered

    def providers(self) -> List[AuthProvider]:
        """Give every rung of the credential ladder, in no particular order."""
        offered = self._offered("gracedb_auth_providers")
        offered, _ = _settled(offered, "a credential named", lambda provider: provider.name)
        offered, _ = _settled(offered, "a credential on rung", lambda provider: provider.rung)
        for plugin, provider in offered:
            _add(plugin.offers, f"credential {provider.name} (rung {int(provider.rung)})")
        return [_Answerable(plugin, provider) for plugin, provider in offered]

    def transports(self) -> Dict[str, Offered]:
        """Give every transport by name."""
        return self._named("gracedb_transports", "transport")[0]

    def transport(self, name: str) -> Offered:
        """Give the transport called *name*; raises `PluginError` with the names there are."""
        offers, contested = self._named("gracedb_transports", "transport")
        if name in offers:
            return offers[name]
        if name in contested:
            both = " and ".join(sorted(map(str, contested[name])))
            raise PluginError(f"A transport named {name!r} is offered by the {both}; disable one.")
        known = ", ".join(sorted(offers)) or "none"
        trouble = " ".join(["", *self.troubles])
        off = "".join(f" The {each} is disabled." for each in self.every if each.is_disabled)
        raise PluginError(
            f"There is no transport named {name!r}; there are: {known}.{trouble}{off}"
        )

    def routes(self, is_taken: Callable[[RouteOffer], bool]) -> Dict[str, RouteOffer]:
        """Give every place that plugins add to the tree, by name, but for names that are taken."""
        offers, _ = self._named("gracedb_routes", "route")
        routes: Dict[str, RouteOffer] = {}
        for name, (plugin, offer) in offers.items():
            trouble = _unroutable(offer)
            if not trouble and is_taken(offer):
                trouble = "which means something else already"
            if trouble:
                _add(plugin.troubles, f"offers a route {name!r}, {trouble}")
            else:
                routes[name] = offer
        return routes

    def commands(self, taken: Set[str]) -> Dict[str, Any]:
        """Give every command that plugins add to the command line, by name, but for *taken*."""
        offers, _ = self._named("gracedb_commands", "command")
        for name in taken.intersection(offers):
            plugin, _ = offers.pop(name)
            plugin.offers.remove(f"command {name}")
            _add(plugin.troubles, f"offers a command named {name!r}, and so does {_OURS} itself")
        return {name: offer.thing for name, offer in offers.items()}

    def _named(self, hook: str, what: str) -> Tuple[Dict[str, Offered], Dict[str, List[Plugin]]]:
        """Give what *hook* offers by name, and who contests the names that nobody has."""
        settled, contested = _settled(self._offered(hook), f"a {what} named", lambda it: it.name)
        for plugin, thing in settled:
            _add(plugin.offers, f"{what} {thing.name}")
        return {offer.thing.name: offer for offer in settled}, contested


class _Answerable:
    """A provider whose plugin is named where it fails."""

    def __init__(self, plugin: Plugin, provider: AuthProvider) -> None:
        self._plugin = plugin
        self._provider = provider
        self.name = provider.name
        self.rung = provider.rung

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        try:
            found: object = self._provider.find(wanted)
        except CredentialError:
            raise
        except Exception as error:
            return Absent(f"the {self._plugin} failed: {_told(error)}", unusable=True)
        if isinstance(found, (Credential, Absent)):
            return found
        kind = type(found).__name__
        return Absent(f"the {self._plugin} gave no Credential but {kind}", unusable=True)


def _itself(given: object) -> object:
    return given


def _among(found: Sequence[Found], wanted: Optional[List[object]]) -> List[Found]:
    if wanted is None or ... in wanted:
        return list(found)
    installed = {each.entry.name for each in found}
    missing = [name for name in wanted if isinstance(name, str) and name not in installed]
    if missing:
        known = ", ".join(sorted(installed))
        raise PluginError(f"There is no plugin {missing[0]!r}; there are: {known}.")
    return [each for each in found if each.entry.name in wanted]


def _settled(
    offered: List[Offered], what: str, key: Callable[[Any], Any]
) -> Tuple[List[Offered], Dict[Any, List[Plugin]]]:
    """Leave out what two plugins offer under one key, except that ours keep theirs.

    Neither of two strangers can be trusted to be the one that was meant, and the order in which
    plugins are loaded decides nothing.
    """
    by_key: Dict[Any, List[Offered]] = {}
    for offer in offered:
        by_key.setdefault(key(offer.thing), []).append(offer)
    settled, contested = [], {}
    for name, rivals in by_key.items():
        ours = [offer for offer in rivals if offer.plugin.is_ours][:1]
        kept = rivals if len(rivals) == 1 else ours
        settled += kept
        for offer in rivals:
            if offer not in kept:
                others = ", ".join(str(each.plugin) for each in rivals if each is not offer)
                _add(offer.plugin.troubles, f"offers {what} {name!r}, and so does the {others}")
        if not kept:
            contested[name] = [offer.plugin for offer in rivals]
    return settled, contested


def _unroutable(offer: RouteOffer) -> str:
    """Say what is wrong with a route, or nothing."""
    stem = offer.name[:-2] if offer.name.endswith("[]") else offer.name
    if not stem.isidentifier() or stem.startswith("_"):
        return "which is no name for an attribute"
    inside = 1 if stem != offer.name else 0
    for path, keys in ((offer.site, 0), (offer.event, 1), (offer.superevent, 1)):
        if path is not None and (path.startswith("/") or path.count("{}") != keys + inside):
            return f"whose path {path!r} does not take {keys + inside} keys below the API root"
    return ""


def _add(phrases: List[str], phrase: str) -> None:
    if phrase not in phrases:
        phrases.append(phrase)


def _told(error: BaseException) -> str:
    """Name an error and its place, not its words: those may hold what a plugin has read."""
    if isinstance(error, (ImportError, pluggy.PluginValidationError)):
        return f"{type(error).__name__}: {error}"
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_filename}, line {place.tb_lineno}" if place else ""
    return f"{type(error).__name__}{where}"
