"""The plugins as the core sees them: hooks, rungs, names, and what they may import."""

from __future__ import annotations

import ast
import importlib
import pickle
from pathlib import Path
from typing import List

import pluggy
import pytest

import gracedb_auth_plugins
from gracedb_core import hookspecs
from gracedb_core.interfaces import Absent, AuthProvider, Rung

from .surroundings import Surroundings

PLUGINS = ("scitoken", "x509", "basic", "netrc")


def offered(*names: str) -> List[AuthProvider]:
    """Register plugins the way the core does, and ask them."""
    manager = pluggy.PluginManager("gracedb_core")
    manager.add_hookspecs(hookspecs)
    for name in names:
        manager.register(importlib.import_module(f"gracedb_auth_plugins.{name}"), name=name)
    manager.check_pending()
    return [each for answer in manager.hook.gracedb_auth_providers() for each in answer]


@pytest.mark.parametrize("order", [PLUGINS, PLUGINS[::-1]])
def test_every_rung_has_its_provider(order: List[str]) -> None:
    """One for each, whatever the order of registration."""
    ladder = sorted(offered(*order), key=lambda provider: provider.rung)
    assert [(provider.rung, provider.name) for provider in ladder] == [
        (Rung.EXPLICIT_TOKEN, "explicit token"),
        (Rung.EXPLICIT_X509, "explicit x509"),
        (Rung.EXPLICIT_BASIC, "explicit username and password"),
        (Rung.DISCOVERED_TOKEN, "discovered token"),
        (Rung.DISCOVERED_X509, "discovered x509"),
        (Rung.NETRC, "netrc"),
    ]


def test_nothing_anywhere_is_no_cause_for_alarm(around: Surroundings) -> None:
    """On a fresh machine every rung is absent, with a reason, and nothing is unusable."""
    for provider in offered(*PLUGINS):
        found = provider.find(around.wanted())
        assert isinstance(found, Absent)
        assert found.reason
        assert not found.unusable


def test_providers_travel_by_pickle() -> None:
    """They hold no state, so a client that is sent to another process can take them along."""
    for provider in offered(*PLUGINS):
        assert pickle.loads(pickle.dumps(provider)) == provider


ROOT = Path(gracedb_auth_plugins.__file__).parent
ALLOWED = {"gracedb_core.errors", "gracedb_core.hookspecs", "gracedb_core.interfaces"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.py")), ids=lambda path: path.name)
def test_plugins_see_only_the_contract(path: Path) -> None:
    """They are plugins like anybody's; and a heavy library is imported by its own plugin only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: List[str] = []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            package = name.partition(".")[0]
            assert package != "gracedb_core" or name in ALLOWED
            assert package not in ("requests", "urllib3", "gracedb_sandbox")
            assert package != "cryptography" or path.name == "x509.py"
