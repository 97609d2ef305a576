"""What the project's files say twice, they say alike."""

from __future__ import annotations

import re
from typing import Dict, List

import pytest

from tests.meta.ini import SETUP, TOX, lines
from tests.meta.tree import PACKAGES, ROOT


def release(version: str) -> List[int]:
    """Split a version into its numbers, without the zeros at its end: 8.0 is 8.0.0."""
    numbers = [int(number) for number in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


ENVIRONMENTS = [name for name in TOX.sections() if name.startswith("testenv")]


def floors() -> Dict[str, str]:
    """Map what setup.cfg asks for, the documentation's tools aside, to the floors."""
    wanted = lines(SETUP["options"]["install_requires"])
    for extra, requirements in SETUP["options.extras_require"].items():
        wanted += lines(requirements) if extra != "docs" else []
    found = {}
    for requirement in wanted:
        name, _, bounds = requirement.partition(">=")
        found[name] = bounds.split(",")[0]
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environments_are_described(environment: str) -> None:
    """`tox list` says in a line what each environment is for."""
    assert TOX[environment].get("description", "").strip()


@pytest.mark.parametrize(("name", "floor"), sorted(floors().items()))
def test_floors_are_tested(name: str, floor: str) -> None:
    """Every lower bound that setup.cfg promises is the version which tox's `floors` installs."""
    pins = dict(line.split("==") for line in lines(TOX["testenv:floors"]["deps"]))
    assert floor
    assert release(pins[name]) == release(floor)


def test_every_python_is_an_environment() -> None:
    """The versions which the classifiers claim are the versions which tox runs."""
    claimed = re.findall(r"Python :: (3\.\d+)", SETUP["metadata"]["classifiers"])
    tested = re.findall(r"py3\d+", TOX["tox"]["env_list"])
    assert [name.replace(".", "") for name in claimed] == [name[2:] for name in tested]
    assert SETUP["options"]["python_requires"] == ">=" + claimed[0]


def test_make_installs_the_tox_that_tox_asks_for() -> None:
    """The Makefile and tox.ini name the same tox, or tox would build one more environment."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (tools,) = re.findall(r"^TOX = (.*)$", makefile, re.MULTILINE)
    assert re.findall(r"'([^']+)'", tools) == lines(TOX["tox"]["requires"])


def test_readme_holds_its_two_commands() -> None:
    """The README's first code blocks are the two commands that a stranger types."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "quick"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed(package: str) -> None:
    """Every package tells type checkers that its annotations count, also from the wheel."""
    assert (ROOT / package / "py.typed").exists()
    assert "py.typed" in SETUP["options.package_data"][package]


def test_every_plugin_exists() -> None:
    """The entry points of setup.cfg name modules that are there."""
    for line in lines(SETUP["options.entry_points"]["gracedb_core.plugins"]):
        name, _, module = line.partition(" = ")
        assert name
        assert ROOT.joinpath(*module.split(".")).with_suffix(".py").exists(), module
