"""`gracedb-core plugins`: which plugins there are, what they offer, what is wrong with them."""

from __future__ import annotations

import json
from typing import List, Sequence

import click

from ..._plugins import Plugin
from ..extensions import every_plugin

__all__ = ["command"]


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(names: Sequence[str], as_json: bool) -> int:  # noqa: FBT001  click's way
    """List the installed plugins, or those called NAME.

    The exit status is 1 where something is wrong with one of them.
    """
    plugins = _among(every_plugin(), names)
    if as_json:
        click.echo(json.dumps([_facts(plugin) for plugin in plugins], indent=2))
    else:
        _table(plugins)
    return 1 if any(plugin.troubles for plugin in plugins) else 0


def _among(plugins: List[Plugin], names: Sequence[str]) -> List[Plugin]:
    known = sorted({plugin.name for plugin in plugins})
    for name in names:
        if name not in known:
            raise click.BadParameter(f"there is no plugin {name!r}; there are: {', '.join(known)}")
    return [plugin for plugin in plugins if not names or plugin.name in names]


def _facts(plugin: Plugin) -> object:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "offers": plugin.offers,
        "troubles": plugin.troubles,
        "disabled": plugin.is_disabled,
    }


def _table(plugins: List[Plugin]) -> None:
    name = max((len(plugin.name) for plugin in plugins), default=0)
    origin = max((len(plugin.distribution) for plugin in plugins), default=0)
    for plugin in plugins:
        lines = list(plugin.offers)
        if plugin.is_disabled:
            lines.append("disabled by GRACEDB_DISABLED_PLUGINS")
        lines += [click.style(trouble, fg="red") for trouble in plugin.troubles]
        for number, line in enumerate(lines or ["nothing"]):
            left = (plugin.name, plugin.distribution) if number == 0 else ("", "")
            click.echo(f"{left[0]:<{name}}  {left[1]:<{origin}}  {line}")
