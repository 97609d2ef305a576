"""The typed face over pluggy: which plugins there are, and what they offer."""

from __future__ import annotations

import functools
from typing import Dict, List, Sequence, Tuple

import pluggy

from . import hookspecs
from ._installed import EntryPoint, entry_points
from .errors import PluginError
from .interfaces import AuthProvider, TransportOffer

__all__ = ["GROUP", "Plugins", "installed_plugins"]

#: The entry-point group through which plugins are found, the built-in ones too.
GROUP = "gracedb_core.plugins"


@functools.lru_cache(maxsize=None)
def installed_plugins() -> Tuple[EntryPoint, ...]:
    """Find every entry point of the group, once: what is installed does not change under us."""
    found: Dict[Tuple[str, str], EntryPoint] = {}
    for entry in entry_points(GROUP):
        # An egg-info beside a dist-info lists every entry point twice.
        found.setdefault((entry.name, entry.value), entry)
    return tuple(found.values())


def _title(plugin: EntryPoint) -> str:
    """Name a plugin in messages, with whose it is."""
    distribution = plugin.distribution
    title = f"{distribution.metadata['Name']} {distribution.version}"
    return f"plugin {plugin.name!r} of {title}"


class Plugins:
    """The plugins of one client."""

    def __init__(self, found: Sequence[EntryPoint]) -> None:
        self._manager = pluggy.PluginManager("gracedb_core")
        self._manager.add_hookspecs(hookspecs)
        #: What could not be loaded, and why: one sentence each.
        self.broken: List[str] = []
        for plugin in found:
            self._load(plugin)

    def _load(self, plugin: EntryPoint) -> None:
        try:
            loaded = plugin.load()
            name = f"{plugin.name}={plugin.value}"
            if not self._manager.is_registered(loaded):
                self._manager.register(loaded, name)
        except Exception as error:
            # Whatever a stranger's module raises, clients that do not need it go on.
            self.broken.append(f"The {_title(plugin)} cannot be used: {error!r}.")

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
