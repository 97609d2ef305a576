"""Imports go down, never up and never in a circle; plugins see the contract and nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import Dict, List, Set

import pytest

from tests.meta.tree import PACKAGES, ROOT, Import, imports_of, is_module, name_of, sources

#: The core from the bottom up. A module may import from lower layers, and from its own.
LAYERS = (
    # values: what travels, how it is spelled, and the decisions that are tables
    (
        *("_version", "_values", "_secrets", "_twins", "errors", "_wire", "_ids", "_address"),
        *("_tls", "_encode", "_upload", "_json", "_inflate", "_decode", "_inherited", "_files"),
        *("_telling", "_downloads", "_answers", "_retry", "_routes"),
    ),
    # the plugin contract
    ("interfaces", "hookspecs"),
    # what speaks to a server, of which the core sees the contract alone
    ("transports",),
    # flows: what happens next; plugins and what they bring
    (
        *(
            "_flow",
            "_drivers",
            "_session",
            "_calls",
            "_exchange",
            "_ledger",
            "_sought",
            "_looks",
            "_settling",
            "_whole",
            "_paging",
            "_credentials",
            "_installed",
            "_offers",
        ),
        *("_plugins", "_observers", "_openings", "_connection", "_namesake"),
    ),
    # the typed face
    ("_node", "resources"),
    # assembly
    ("_options", "_client"),
    ("",),
    ("cli", "__main__", "legacy"),
)
#: What a plugin may see of the core.
CONTRACT = {"gracedb_core.interfaces", "gracedb_core.errors", "gracedb_core.hookspecs"}
EXAMPLE = "docs/examples/gracedb-hello/gracedb_hello"
#: What loading the client must not load: each costs more than the client itself.
HEAVY = (
    *("requests", "urllib3", "cryptography", "asyncio", "http.client", "orjson", "sqlite3"),
    *("dataclasses", "inspect", "ssl", "socket", "tempfile", "importlib.metadata"),
)


def rank(module: str) -> int:
    """Give the layer of a module of the core."""
    stem = [*module.split("."), ""][1]
    for number, names in enumerate(LAYERS):
        if stem in names:
            return number
    raise AssertionError(f"{module} has no layer yet: give it one in tests/meta/test_layers.py")


def core_imports() -> List[Import]:
    """List every import of one module of the core by another."""
    return [
        found
        for path in sources("gracedb_core")
        for found in imports_of(path)
        if found.target.split(".")[0] == "gracedb_core"
    ]


def test_imports_go_down() -> None:
    """No module of the core imports from a layer above its own."""
    upward = [str(found) for found in core_imports() if rank(found.target) > rank(found.module)]
    assert not upward


def test_no_circles() -> None:
    """No module of the core reaches itself through what it imports."""
    below: Dict[str, Set[str]] = {}
    for found in core_imports():
        below.setdefault(found.module, set()).add(found.target)

    left: Set[str] = set()

    def visit(module: str, path: List[str]) -> None:
        assert module not in path, " -> ".join([*path, module])
        # There are more ways through the tree than anybody has time for.
        if module in left:
            return
        for target in sorted(below.get(module, set()) - {module}):
            visit(target, [*path, module])
        left.add(module)

    for module in sorted(below):
        visit(module, [])


def plugin_sources() -> List[str]:
    """List the files of all built-in plugins, relative to the root."""
    transports = sources("gracedb_core/transports")
    return [str(path.relative_to(ROOT)) for path in (*transports, *sources("gracedb_auth_plugins"))]


def example_imports() -> List[Import]:
    """List what the plugin that the documentation shows imports."""
    return [found for path in sources(EXAMPLE) for found in imports_of(path)]


def test_the_example_sees_only_the_contract() -> None:
    """The plugin that others learn from needs nothing but what is promised to them."""
    ours = [found for found in example_imports() if found.target.split(".")[0] in PACKAGES]
    assert {found.target for found in ours} == CONTRACT
    # Nor what only type checkers see.
    assert not [path for path in sources(EXAMPLE) if "gracedb_core._" in path.read_text("utf-8")]


@pytest.mark.parametrize("source", plugin_sources())
def test_plugins_see_only_the_contract(source: str) -> None:
    """A built-in plugin uses what a stranger's may: the contract, and modules of its own folder."""
    path = ROOT / source
    own = name_of(path.parent / "__init__.py")
    outside = [
        str(found)
        for found in imports_of(path)
        if is_module(found.target)
        and found.target not in CONTRACT
        and not (found.target + ".").startswith(own + ".")
    ]
    assert not outside


@pytest.mark.parametrize(
    ("package", "stranger"),
    [
        ("gracedb_sandbox", "gracedb_core"),
        ("gracedb_sandbox", "gracedb_sdk"),
        ("gracedb_sandbox", "gracedb_auth_plugins"),
        ("gracedb_auth_plugins", "gracedb_sandbox"),
        ("gracedb_sdk", "gracedb_sandbox"),
    ],
)
def test_packages_keep_apart(package: str, stranger: str) -> None:
    """Client and sandbox share no code: two programs that read one table agree on its mistakes."""
    met = [
        str(found)
        for path in sources(package)
        for found in imports_of(path)
        if found.target.split(".")[0] == stranger
    ]
    assert not met


def test_only_the_command_line_knows_the_sandbox() -> None:
    """Of the core, nothing but `gracedb-core sandbox` and `demo` may start a server."""
    met = [
        str(found)
        for path in sources("gracedb_core")
        for found in imports_of(path)
        if found.target.split(".")[0] == "gracedb_sandbox"
        and not found.module.startswith("gracedb_core.cli")
    ]
    assert not met


@pytest.mark.parametrize("statement", ["import gracedb_core", "from gracedb_core import Client"])
def test_import_is_light(statement: str) -> None:
    """Importing the client loads no library that talks, no event loop, no plugin, no server."""
    program = (
        f"import sys; old = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - old))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, check=True
    )
    loaded = set(done.stdout.decode().split())
    assert not loaded & {*HEAVY, "gracedb_auth_plugins", "gracedb_sandbox"}
    assert not {name for name in loaded if name.startswith("gracedb_core.transports.")}


def test_a_client_is_light() -> None:
    """Making one loads what it needs to look for a credential, and nothing that talks or lists."""
    # pluggy is not ours to judge: its older versions load much of what we leave alone.
    program = (
        "import sys, pluggy; old = set(sys.modules); from gracedb_core import Client; "
        "Client('https://127.0.0.1/api/'); print(*sorted(set(sys.modules) - old))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, check=True
    )
    loaded = set(done.stdout.decode().split())
    assert "gracedb_auth_plugins.x509" in loaded
    assert not loaded & {*HEAVY, "gracedb_auth_plugins._netrc_format"}


def test_the_legacy_name_adds_little_to_the_import() -> None:
    """`gracedb_sdk` loads no more than the client does: no `requests`, no reading of metadata."""
    program = (
        "import sys; old = set(sys.modules); import gracedb_sdk; "
        "print(*sorted(set(sys.modules) - old))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, check=True
    )
    assert not set(done.stdout.decode().split()) & {*HEAVY, "gracedb_sdk._session"}
