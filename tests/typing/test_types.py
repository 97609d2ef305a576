"""Types from the user's chair: the programs in this folder, and every verb in both modes."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path as FilePath
from typing import Any, Dict, List, Tuple, Type

import pytest

import gracedb_core
from gracedb_core import _node
from gracedb_core._node import Node, pages, verb
from gracedb_core.resources.site import Path

HERE = FilePath(__file__).parent
PROGRAMS = ("usage.py", "mistakes.py", "awaiting.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed"),
]


def every_verb() -> List[Tuple[Type[Node[Any]], str]]:
    """Name every class and verb that users can reach."""
    found = {
        (cls, name)
        for cls in {*_node._FACES.values(), Path}
        for base in cls.__mro__
        for name, value in vars(base).items()
        if isinstance(value, (verb, pages))
    }
    return sorted(found, key=lambda place: (place[0].__name__, place[1]))


def questions() -> str:
    """Write a program that asks for the type of every verb, on a sync node and on an async one."""
    lines = ["from gracedb_core._node import Async, Sync"]
    lines += [f"from {cls.__module__} import {cls.__name__}" for cls, _ in every_verb()]
    for cls, name in every_verb():
        what = cls.__name__
        lines.append(f"def {what}_{name}(now: {what}[Sync], later: {what}[Async]) -> None:")
        lines += [f"    reveal_type(now.{name})", f"    reveal_type(later.{name})"]
    return "\n".join([*lines, ""])


def revealed(lines: List[str]) -> List[Tuple[str, str]]:
    """Give the arguments and the answer of every type that mypy revealed."""
    told = []
    for line in lines:
        match = re.search(r'Revealed type is "def \((.*)\)(?: -> (.*))?"$', line)
        assert match, line
        told.append((match[1], match[2] or "None"))
    return told


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Dict[str, List[str]]:
    """Run mypy once, far from any configuration, and give what it said of each file."""
    folder = tmp_path_factory.mktemp("types")
    asking = folder / "questions.py"
    asking.write_text(questions())
    environment = {key: value for key, value in os.environ.items() if "MYPY" not in key}
    package = FilePath(gracedb_core.__file__).parent.parent
    # mypy finds what is installed by itself, but not what is installed to be edited.
    if "site-packages" not in package.parts:
        environment["MYPYPATH"] = str(package)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={folder}",
         "--no-error-summary", str(asking), *(str(HERE / name) for name in PROGRAMS)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    lines: Dict[str, List[str]] = {}
    for line in done.stdout.splitlines():
        lines.setdefault(FilePath(line.split(":")[0]).name, []).append(line)
    return lines


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs(said: Dict[str, List[str]], program: str) -> None:
    """What is right passes, and what is wrong is an error: each line says which."""
    assert said.get(program, []) == []


def test_every_verb_is_typed_in_both_modes(said: Dict[str, List[str]]) -> None:
    """The same arguments; ``T`` where it waits, ``Awaitable[T]`` where it is awaited."""
    pairs = iter(revealed(said["questions.py"]))
    for cls, name in every_verb():
        (asked, answer), (asked_later, later) = next(pairs), next(pairs)
        assert asked == asked_later, (cls, name)
        iterator = answer.startswith("typing.Iterator[")
        expected = (
            answer.replace("typing.Iterator", "typing.AsyncIterator")
            if iterator
            else f"typing.Awaitable[{answer}]"
        )
        assert later == expected, (cls, name)
        assert iterator is (name == "search")
    assert next(pairs, None) is None


#: Where the answer has no shape of its own, but that of the place or of the generation asked.
UNTYPED = {
    "Tags.create", "Permissions.get",
    "Path.get", "Path.post", "Path.put", "Path.patch", "Path.delete",
}  # fmt: skip


def test_answers_have_types(said: Dict[str, List[str]]) -> None:
    """An answer is Any only where it has to be."""
    answers = [answer for _, answer in revealed(said["questions.py"])[::2]]
    verbs = [f"{cls.__name__}.{name}" for cls, name in every_verb()]
    assert {place for place, answer in zip(verbs, answers) if answer == "Any"} == UNTYPED
