"""A stack is what its name says: where tox makes one, the tests run on that one and no other."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Dict, List

import pytest

from tests.meta.ini import TOX, lines
from tests.meta.tree import ROOT

#: Read before the environment is emptied; tox sets it.
STACK = os.environ.get("GRACEDB_TEST_STACK", "")
#: What the client itself is built on.
LIBRARIES = ("cryptography", "pluggy", "requests", "urllib3")
#: Where Debian, and it alone, puts Python packages.
DEBIAN = Path("/usr/lib/python3/dist-packages")

PINNED = TOX["testenv:{debian11,el9,ubuntu2204,debian12,ubuntu2404,debian13}"]


def of_factor(name: str) -> Dict[str, List[str]]:
    """Collect from the section of all distributions what it says of each, below one key."""
    found: Dict[str, List[str]] = {}
    for line in lines(PINNED[name]):
        stack, _, value = line.partition(": ")
        found.setdefault(stack, []).append(value)
    return found


def imported(name: str) -> str:
    """Say which version of a library an import gives, without what Debian adds to a few."""
    version: str = import_module(name).__version__
    return version.partition("+")[0]


def test_every_distribution_pins_the_same_libraries() -> None:
    """None of them is left to whatever is newest on the day."""
    pins = of_factor("deps")
    assert set(pins) == set(of_factor("base_python"))
    for stack, wanted in pins.items():
        assert [pin.partition("==")[0] for pin in wanted] == sorted(LIBRARIES), stack


def versions(section: List[str]) -> Dict[str, str]:
    """Map the libraries of ours that are pinned in some lines to their versions."""
    pins = dict(pin.split("==") for pin in section)
    return {name: pins[name] for name in LIBRARIES}


def test_the_page_for_contributors_names_them() -> None:
    """Its table says of every stack what tox.ini says."""
    floors, pythons, pins = TOX["testenv:floors"], of_factor("base_python"), of_factor("deps")
    wanted = {name: {"python": pythons[name][0], **versions(pins[name])} for name in pins}
    wanted["floors"] = {"python": floors["base_python"], **versions(lines(floors["deps"]))}
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|")]
    (header,) = [row[1:] for row in rows if row[0] == "environment"]
    told = {row[0].strip("`"): dict(zip(map(str.lower, header), row[1:])) for row in rows}
    for name, stack in wanted.items():
        assert told[name] == {**stack, "python": stack["python"].replace("python", "")}, name


@pytest.mark.skipif(STACK not in of_factor("deps"), reason="this is no distribution's stack")
def test_the_pinned_versions_are_imported() -> None:
    """The Python and the libraries are those of the distribution, to the last digit."""
    assert of_factor("base_python")[STACK] == ["python{}.{}".format(*sys.version_info)]
    found = [f"{name}=={imported(name)}" for name in sorted(LIBRARIES)]
    assert found == of_factor("deps")[STACK]


@pytest.mark.skipif(STACK != "debian-system", reason="this is not Debian's own stack")
def test_the_libraries_are_the_systems() -> None:
    """Debian's Python, Debian's files; only this package is installed beside them."""
    assert Path(sys.base_prefix) == Path("/usr")
    for name in (*LIBRARIES, "pytest", "flask", "cheroot", "hypothesis", "responses"):
        assert DEBIAN in Path(str(import_module(name).__file__)).parents, name
    for name in ("gracedb_core", "gracedb_auth_plugins", "gracedb_sandbox", "gracedb_sdk"):
        assert Path(sys.prefix) in Path(str(import_module(name).__file__)).parents, name
