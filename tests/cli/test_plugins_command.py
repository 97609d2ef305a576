"""`gracedb-core plugins`, and the commands that plugins add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
from click.testing import CliRunner

from gracedb_core import _plugins
from gracedb_core.cli.program import program

SOURCE = """
import click
from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import RouteOffer, TransportOffer

@hookimpl
def gracedb_transports():
    return [TransportOffer("slow", lambda options: None)]

@hookimpl
def gracedb_routes():
    return [RouteOffer("notes", superevent="superevents/{}/notes/")]

@hookimpl
def gracedb_after_response(status):
    pass

@hookimpl
def gracedb_commands():
    @click.command(name="greet")
    def greet():
        click.echo("hello")

    @click.command(name="demo")
    def demo():
        click.echo("not ours")

    return [greet, demo]
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a distribution that works, and two whose modules or parts are not there."""
    for name, entries in {
        "made-up": "made = made_up_plugin",
        "half-gone": "gone = no_such_module_anywhere",
        "misnamed": "odd = made-up.plugin\nvoid = made_up_plugin:nothing",
    }.items():
        folder = tmp_path / f"{name.replace('-', '_')}-1.5.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        (folder / "entry_points.txt").write_text(f"[gracedb_core.plugins]\n{entries}\n")
    (tmp_path / "made_up_plugin.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    _plugins.installed_plugins.cache_clear()
    yield
    _plugins.installed_plugins.cache_clear()


def invoke(*arguments: str) -> Any:
    """Run the command line."""
    return CliRunner().invoke(program, arguments, standalone_mode=False)


def test_our_own() -> None:
    """What comes with the package is listed like anybody's, and nothing is wrong with it."""
    done = invoke("plugins")
    assert done.return_value == 0
    assert any(line.split()[:2] == ["urllib3", "gracedb-core"] for line in done.output.splitlines())
    assert "credential discovered token (rung 40)" in done.output


@pytest.mark.usefixtures("installed")
def test_strangers() -> None:
    """Each plugin is there with its distribution, version, what it offers and what is wrong."""
    done = invoke("plugins", "--json")
    assert done.return_value == 1
    found = {each["name"]: each for each in json.loads(done.output)}
    assert found["made"] == {
        "name": "made",
        "distribution": "made-up 1.5",
        "offers": ["transport slow", "route notes", "command greet", "sees responses"],
        "troubles": ["offers a command named 'demo', and so does gracedb-core itself"],
        "disabled": False,
    }
    assert found["gone"]["distribution"] == "half-gone 1.5"
    assert "ModuleNotFoundError" in found["gone"]["troubles"][0]
    assert "entry point 'made-up.plugin' names no module" in found["odd"]["troubles"][0]
    assert "has no attribute 'nothing'" in found["void"]["troubles"][0]


@pytest.mark.usefixtures("installed")
def test_some() -> None:
    """Those that are named are listed and judged alone; a name that is not there is a mistake."""
    assert invoke("plugins", "urllib3", "basic").return_value == 0
    assert {line.split()[0] for line in invoke("plugins", "urllib3").output.splitlines()} == {
        "urllib3"
    }
    assert invoke("plugins", "gone").return_value == 1
    assert "no plugin 'mad'; there are: aiohttp, basic, gone" in str(
        invoke("plugins", "mad").exception
    )


@pytest.mark.usefixtures("installed")
def test_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that is turned off is shown so, and is not loaded."""
    monkeypatch.setenv("GRACEDB_DISABLED_PLUGINS", "made,gone,odd,void")
    done = invoke("plugins")
    assert done.return_value == 0
    assert done.output.count("disabled by GRACEDB_DISABLED_PLUGINS") == 4


@pytest.mark.usefixtures("installed")
def test_added_commands() -> None:
    """A plugin's command runs and is in the help; it does not replace one of ours."""
    assert invoke("greet").output == "hello\n"
    assert "greet" in invoke("--help").output
    assert "not ours" not in invoke("demo", "--help").output
