"""The typed face over pluggy: which plugins there are, and what they offer."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import Dict, List, NamedTuple, Sequence, Tuple

import pluggy

from . import hookspecs
from .errors import PluginError
from .interfaces import AuthProvider, TransportOffer

__all__ = ["GROUP", "Plugins", "installed_plugins"]

#: The entry-point group through which plugins are found, the built-in ones too.
GROUP = "gracedb_core.plugins"


class Found(NamedTuple):
    """An entry point, and which distribution it belongs to."""

    entry: metadata.EntryPoint
    distribution: str

    def __str__(self) -> str:
        return f"plugin {self.entry.name!r} of {self.distribution}"


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


class Plugins:
    """The plugins of one client."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._manager = pluggy.PluginManager("gracedb_core")
        self._manager.add_hookspecs(hookspecs)
        #: What could not be loaded, and why: one sentence each.
        self.broken: List[str] = []
        for plugin in found:
            self._load(plugin)

    def _load(self, plugin: Found) -> None:
        try:
            loaded = plugin.entry.load()
            name = f"{plugin.entry.name}={plugin.entry.value}"
            if not self._manager.is_registered(loaded):
                self._manager.register(loaded, name)
        except Exception as error:
            # Whatever a stranger's module raises, clients that do not need it go on.
            self.broken.append(f"The {plugin} cannot be used: {error!r}.")

    def providers(self) -> List[AuthProvider]:
        """Give every rung of the credential ladder, in no particular order."""
        return [p for offered in self._manager.hook.gracedb_auth_providers() for p in offered]

    def transports(self) -> Dict[str, TransportOffer]:
        """Give every transport by name."""
        offers: Dict[str, TransportOffer] = {}
        for offered in self._manager.hook.gracedb_transports():
            for offer in offered:
                if offer.name in offers:
                    raise PluginError(f"Two plugins offer a transport named {offer.name!r}.")
                offers[offer.name] = offer
        return offers

    def transport(self, name: str) -> TransportOffer:
        """Give the transport called *name*; raises `PluginError` with the names there are."""
        offers = self.transports()
        if name in offers:
            return offers[name]
        known = ", ".join(sorted(offers)) or "none"
        trouble = " ".join(["", *self.broken])
        raise PluginError(f"There is no transport named {name!r}; there are: {known}.{trouble}")
