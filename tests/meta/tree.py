"""The project's own files, read as text and as syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("gracedb_core", "gracedb_auth_plugins", "gracedb_sandbox", "gracedb_sdk")


class Import(NamedTuple):
    """One import: who asks, on which line, for which absolute name, and whether at import time."""

    module: str
    line: int
    target: str
    eager: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def sources(*packages: str) -> Iterator[Path]:
    """Yield every Python file of *packages*, sorted."""
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """Give the dotted name of the module at *path*."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[Import]:
    """Yield what the module at *path* imports when it runs, not what only type checkers see."""
    module = name_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    yield from _walk(ast.parse(path.read_text(encoding="utf-8")), module, package, eager=True)


def _walk(node: ast.AST, module: str, package: str, *, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for branch in child.orelse:
                yield from _walk(branch, module, package, eager=eager)
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, child.lineno, alias.name, eager)
        elif isinstance(child, ast.ImportFrom):
            for target in _targets(child, package):
                yield Import(module, child.lineno, target, eager)
        else:
            inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _walk(child, module, package, eager=eager and not inside)


def _targets(node: ast.ImportFrom, package: str) -> Tuple[str, ...]:
    base = node.module or ""
    if node.level:
        parents = package.split(".")
        parents = parents[: len(parents) - node.level + 1]
        base = ".".join([*parents, base] if base else parents)
    # `from package import name` may mean a module or a member: a module if there is such a file.
    names = tuple(f"{base}.{alias.name}" for alias in node.names)
    return tuple(name if is_module(name) else base for name in names)


def is_module(name: str) -> bool:
    """Say whether *name* is a module of this project."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()
