"""Every hook is one typed sentence that says when it is called, is documented, and is tested."""

from __future__ import annotations

import inspect
import re
from typing import Any, Dict

import pytest

from gracedb_core import hookspecs
from tests.meta.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "hooks.md"
HOOKS: Dict[str, Any] = {
    name: value for name, value in vars(hookspecs).items() if hasattr(value, "gracedb_core_spec")
}


def sections() -> Dict[str, str]:
    """Map each heading of the page to what is below it."""
    parts = re.split(r"^## `([^`]+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def signature(name: str) -> str:
    """Spell a hook as its heading should."""
    return name + str(inspect.signature(HOOKS[name])).replace("'", "")


def test_there_are_hooks() -> None:
    """All of them are exported, and the page has no heading for one that is gone."""
    assert set(HOOKS) == set(hookspecs.__all__) - {"hookimpl"}
    assert set(sections()) == {signature(name) for name in HOOKS}


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_one_sentence(name: str) -> None:
    """The specification is one sentence that says when the hook is called."""
    text = inspect.getdoc(HOOKS[name]) or ""
    assert re.fullmatch(r"[^.;]+; called [^;]+\.", text.replace("\n", " "))


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_argument_is_typed(name: str) -> None:
    """Every argument, and what is returned, has a type."""
    found = inspect.signature(HOOKS[name])
    assert found.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not p.empty for p in found.parameters.values())


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_documented(name: str) -> None:
    """The page has it under a heading with the same signature, beginning with the same sentence."""
    assert sections()[signature(name)].strip().startswith(inspect.getdoc(HOOKS[name]) or "?")


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_tested(name: str) -> None:
    """Some test implements it."""
    sources = [path for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_hooks.py"]
    implements = re.compile(rf"(?:def |\(){name}[=(]|\b{name}=")
    assert any(implements.search(path.read_text(encoding="utf-8")) for path in sources)
