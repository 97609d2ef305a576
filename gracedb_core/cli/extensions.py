"""What plugins add to the command line, and what it can say about them."""

from __future__ import annotations

import pkgutil
from typing import Dict, List, Set

import click

from .._client import route_is_taken
from .._options import Options
from .._plugins import Plugin, Plugins, installed_plugins
from . import commands
from .namesake import rival

__all__ = ["added_commands", "every_plugin", "loaded_plugins", "own_commands"]


def own_commands() -> Set[str]:
    """Name the commands that come with the package: a file in `commands` is one."""
    names = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    return {name.replace("_", "-") for name in names if not name.startswith("_")}


def loaded_plugins() -> Plugins:
    """Load every plugin that the environment does not turn off."""
    return Plugins(installed_plugins(), disabled=Options().disabled_plugins)


def added_commands() -> Dict[str, click.Command]:
    """Give the commands that plugins add, by name; a plugin that fails at it adds none."""
    return loaded_plugins().commands(own_commands())


def every_plugin() -> List[Plugin]:
    """Ask every plugin what it offers, and give them all, and who else owns a package of ours."""
    plugins = loaded_plugins()
    plugins.providers()
    plugins.transports()
    plugins.routes(route_is_taken)
    plugins.commands(own_commands())
    for plugin, _ in plugins.implementations("gracedb_before_request"):
        plugin.offers.append("sees requests")
    for plugin, _ in plugins.implementations("gracedb_after_response"):
        plugin.offers.append("sees responses")
    other = rival()
    return [*plugins.every, *([other] if other else [])]
