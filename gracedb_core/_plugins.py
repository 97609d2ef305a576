"""The typed face over pluggy: which plugins there are, what they offer, and what is wrong."""

from __future__ import annotations

import functools
import inspect
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
from ._installed import MISHAPS, EntryPoint, entry_points
from .errors import PluginError
from .interfaces import AuthProvider, RouteOffer

__all__ = ["GROUP", "Offered", "Plugin", "Plugins", "installed_plugins"]

#: The entry-point group through which plugins are found, the built-in ones too.
GROUP = "gracedb_core.plugins"

_HOOKS = {name: getattr(hookspecs, name) for name in hookspecs.__all__ if name != "hookimpl"}

#: The distribution whose plugins keep their names and rungs against any other, and its packages.
_OURS = "gracedb-core"
_PACKAGES = frozenset({"gracedb_core", "gracedb_auth_plugins"})


@functools.lru_cache(maxsize=None)
def installed_plugins() -> Tuple[EntryPoint, ...]:
    """Find every entry point of the group, once: what is installed does not change under us."""
    found: Dict[Tuple[str, str], EntryPoint] = {}
    for entry in entry_points(GROUP):
        # An egg-info beside a dist-info lists every entry point twice.
        found.setdefault((entry.name, entry.value), entry)
    return tuple(found.values())


class Plugin:
    """One plugin: where it comes from, what it offers, and what is wrong with it."""

    def __init__(self, name: str, entry: Optional[EntryPoint] = None) -> None:
        self.name = name
        self._entry = entry
        self.offers: List[str] = []
        #: One phrase each, to be read after "the plugin".
        self.troubles: List[str] = []
        self.is_disabled = False

    @property
    def distribution(self) -> str:
        """Name and version of what it was installed with; empty for an object that was given."""
        return "" if self._entry is None else self._entry.title

    @property
    def is_given(self) -> bool:
        """Whether it was handed over rather than installed."""
        return self._entry is None

    @property
    def is_ours(self) -> bool:
        """Whether it is one of those that come with this package."""
        # Told by the module, since reading the name of a distribution takes milliseconds.
        return self._entry is not None and self._entry.value.split(".")[0] in _PACKAGES

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
        found: Sequence[EntryPoint],
        chosen: Optional[Iterable[Union[str, object]]] = None,
        *,
        disabled: AbstractSet[str] = frozenset(),
    ) -> None:
        self._manager = pluggy.PluginManager("gracedb_core")
        self._manager.add_hookspecs(hookspecs)
        self._by_key: Dict[str, Plugin] = {}
        wanted = None if chosen is None else list(chosen)
        for each in _among(found, wanted):
            plugin = self._noted(each.name, each)
            plugin.is_disabled = each.name in disabled
            if not plugin.is_disabled:
                self._load(plugin, each.load)
        for given in wanted or ():
            if given is not ... and not isinstance(given, str):
                plugin = self._noted(getattr(given, "__name__", type(given).__name__))
                self._load(plugin, functools.partial(_itself, given))

    def _noted(self, name: str, entry: Optional[EntryPoint] = None) -> Plugin:
        plugin = Plugin(name, entry)
        self._by_key[f"{len(self._by_key)} {name}"] = plugin
        return plugin

    def _load(self, plugin: Plugin, load: Callable[[], Any]) -> None:
        key = next(key for key, value in self._by_key.items() if value is plugin)
        try:
            loaded = load()
            if self._manager.is_registered(loaded):
                return
            if isinstance(loaded, type):
                plugin.troubles.append(f"is the class {loaded.__name__}: give an object of it")
                return
            self._manager.register(loaded, key)
        except pluggy.PluginValidationError as error:
            strange = _offers().strange_arguments(loaded, _HOOKS)
            plugin.troubles.append(strange or f"cannot be loaded: {_offers().told(error)}")
            self._forget(key)
            return
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            # Whatever a stranger's module raises, clients that do not need it go on; libraries
            # in other languages panic with what is no Exception.
            plugin.troubles.append(f"cannot be loaded: {_offers().told(error)}")
            return
        if not plugin.is_ours:
            self._look_over(plugin, loaded)

    def _forget(self, key: str) -> None:
        # With pluggy before 1.7, one that is refused at a hook stays registered for others.
        if self._manager.has_plugin(key):
            self._manager.unregister(name=key)

    def _look_over(self, plugin: Plugin, loaded: object) -> None:
        callers = self._manager.get_hookcallers(loaded) or []
        for caller in callers:
            if not caller.has_spec():
                plugin.troubles.append(_no_such_hook(caller.name))
        names = _offers().unmarked(loaded, list(_HOOKS))
        if names:
            plugin.troubles.append(f"has {', '.join(names)} without the mark hookimpl")
        elif not callers:
            plugin.troubles.append("implements no hook")

    @property
    def every(self) -> List[Plugin]:
        """All of them, those too that are disabled or broken, by name."""
        return sorted(self._by_key.values(), key=lambda plugin: (plugin.name, plugin.distribution))

    @property
    def troubles(self) -> List[str]:
        """What is wrong with any of them, a sentence each."""
        # Sorted as sentences: to name a plugin is to read about it, and few are in trouble.
        plugins = self._by_key.values()
        return sorted(f"The {plugin} {each}." for plugin in plugins for each in plugin.troubles)

    def implementations(self, hook: str) -> Iterator[Tuple[Plugin, Any]]:
        """Give each plugin's implementation of *hook*: its ``function`` and its ``argnames``."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            plugin = self._by_key[implementation.plugin_name]
            function = implementation.function
            if implementation.hookwrapper or getattr(implementation, "wrapper", False):
                _add(plugin.troubles, f"wraps {hook}, which cannot be wrapped")
            elif inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
                _add(plugin.troubles, f"awaits in {hook}, which is not awaited: write def")
            else:
                yield plugin, implementation

    def _offered(self, hook: str) -> List[Offered]:
        """Ask every plugin what it offers; one that fails offers nothing."""
        offered: List[Offered] = []
        for plugin, implementation in self.implementations(hook):
            try:
                given = implementation.function()
                right, wrong = (given, []) if plugin.is_ours else _offers().sifted(hook, given)
            except MISHAPS as error:
                right, wrong = [], [f"failed in {hook}: {_offers().told(error)}"]
            offered += [Offered(plugin, thing) for thing in right]
            for phrase in wrong:
                _add(plugin.troubles, phrase)
        return offered

    def providers(self) -> List[AuthProvider]:
        """Give every rung of the credential ladder, in no particular order."""
        offered = self._offered("gracedb_auth_providers")
        offered, _ = _settled(offered, "a credential named", lambda provider: provider.name)
        offered, _ = _settled(offered, "a credential on rung", lambda provider: int(provider.rung))
        for plugin, provider in offered:
            _add(plugin.offers, f"credential {provider.name} (rung {int(provider.rung)})")
        return [
            provider
            if plugin.is_ours
            else _offers().Answerable(plugin, provider, is_given=plugin.is_given)
            for plugin, provider in offered
        ]

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
        for name, (_, offer) in list(offers.items()):
            trouble = "which means something else already" if is_taken(offer) else ""
            if name.endswith("[]") and name[:-2] not in offers:
                trouble = f"but none {name[:-2]!r} that leads there"
            if trouble:
                _refuse(offers, f"route {name}", f"offers a route {name!r}, {trouble}")
        return {name: offer.thing for name, offer in offers.items()}

    def commands(self, taken: Set[str]) -> Dict[str, Any]:
        """Give every command that plugins add to the command line, by name, but for *taken*."""
        offers, _ = self._named("gracedb_commands", "command")
        for name in taken.intersection(offers):
            trouble = f"offers a command named {name!r}, and so does {_OURS} itself"
            _refuse(offers, f"command {name}", trouble)
        return {name: offer.thing for name, offer in offers.items()}

    def _named(self, hook: str, what: str) -> Tuple[Dict[str, Offered], Dict[str, List[Plugin]]]:
        """Give what *hook* offers by name, and who contests the names that nobody has."""
        settled, contested = _settled(self._offered(hook), f"a {what} named", lambda it: it.name)
        for plugin, thing in settled:
            _add(plugin.offers, f"{what} {thing.name}")
        return {offer.thing.name: offer for offer in settled}, contested


def _refuse(offers: Dict[str, Offered], what: str, trouble: str) -> None:
    """Take back what is named like *what*: it was offered, and cannot be had."""
    plugin, _ = offers.pop(what.partition(" ")[2])
    plugin.offers.remove(what)
    _add(plugin.troubles, trouble)


def _no_such_hook(name: str) -> str:
    import difflib  # only the mistaken need it

    close = difflib.get_close_matches(name, list(_HOOKS), n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"is written for a hook that is not there: {name}{hint}"


def _offers() -> Any:
    """Give what judges strangers; most clients meet none, and loading it takes time."""
    from . import _offers

    return _offers


def _itself(given: object) -> object:
    return given


def _among(found: Sequence[EntryPoint], wanted: Optional[List[object]]) -> List[EntryPoint]:
    if wanted is None or ... in wanted:
        return list(found)
    installed = {each.name for each in found}
    missing = [name for name in wanted if isinstance(name, str) and name not in installed]
    if missing:
        known = ", ".join(sorted(installed))
        raise PluginError(f"There is no plugin {missing[0]!r}; there are: {known}.")
    return [each for each in found if each.name in wanted]


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
                others = {str(each.plugin) for each in rivals if each.plugin is not offer.plugin}
                too = f", and so does the {', '.join(sorted(others))}" if others else " twice"
                _add(offer.plugin.troubles, f"offers {what} {name!r}{too}")
        if not kept:
            contested[name] = [offer.plugin for offer in rivals]
    return settled, contested


def _add(phrases: List[str], phrase: str) -> None:
    if phrase not in phrases:
        phrases.append(phrase)
