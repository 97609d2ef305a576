"""What is installed is found as `importlib.metadata` finds it, only sooner."""

from __future__ import annotations

import os
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any, Iterable, List, Set, Tuple

import pytest

from gracedb_core import _installed
from gracedb_core._installed import EntryPoint, entry_points

GROUP = "test.plugins"

Facts = Tuple[str, str]


def official(group: str) -> List[Facts]:
    """Ask the standard library."""
    return [
        (entry.name, entry.value)
        for distribution in metadata.distributions()
        for entry in distribution.entry_points
        if entry.group == group
    ]


def facts(found: Iterable[EntryPoint]) -> List[Facts]:
    """Give what can be compared of our own."""
    return [(entry.name, entry.value) for entry in found]


def install(folder: Path, name: str, *lines: str, file: str = "METADATA") -> Path:
    """Put a distribution's information there, whose entry points are *lines*."""
    folder.mkdir(parents=True)
    (folder / file).write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (folder / "entry_points.txt").write_text("\n".join(lines))
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is all of the path, besides the standard library."""
    standard = [each for each in sys.path if each and "site-packages" not in each]
    path = [str(tmp_path), *(each for each in standard if os.path.exists(f"{each}/json"))]
    monkeypatch.setattr(sys, "path", path)
    return tmp_path


def every_group() -> Set[str]:
    """Name all groups that this environment knows."""
    return {
        entry.group
        for distribution in metadata.distributions()
        for entry in distribution.entry_points
    }


def test_the_real_environment() -> None:
    """Of every group that is installed here we find what the standard library finds."""
    groups = every_group()
    assert "gracedb_core.plugins" in groups
    for group in groups | {GROUP}:
        assert facts(_installed._in_folders(group)) == official(group), group
        assert facts(_installed._anywhere(group)) == official(group), group


def test_every_kind_of_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wheels, develop links and unpacked eggs tell of themselves in folders of different names."""
    here = f"[{GROUP}]"
    install(place / "a-1.2.dist-info", "a", here, "one = a.one", "two=a.two:thing.part [extra]")
    install(place / "B.egg-info", "b", here, "three = b", file="PKG-INFO")
    egg = place / "c-1.2-py3.egg"
    install(egg / "EGG-INFO", "c", "[other]", "x = y", "", here, "# no = no", "four = c", "[z]")
    install(place / "EGG-INFO", "d", here, "five = d", file="PKG-INFO")  # not in an egg
    (place / "e-1.dist-info").mkdir()
    (place / "f-1.egg-info").write_text("Name: f\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(egg), str(place / "nowhere")])

    found = list(entry_points(GROUP))
    assert sorted(facts(found)) == sorted(official(GROUP))
    assert {entry.name for entry in found} == {"one", "two", "three", "four"}
    titles = {
        entry.name: (entry.distribution.metadata["Name"], entry.distribution.version)
        for entry in found
    }
    assert titles == {
        "one": ("a", "1.2"), "two": ("a", "1.2"), "three": ("b", "1.2"), "four": ("c", "1.2"),
    }  # fmt: skip


def test_the_folder_we_are_in(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty entry of the path is the current folder, on every Python."""
    install(place / "a-1.2.dist-info", "a", f"[{GROUP}]", "one = a")
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", ["", *sys.path[1:]])
    assert facts(entry_points(GROUP)) == [("one", "a")]
    if sys.version_info >= (3, 9):  # the older one does not look there
        assert official(GROUP) == [("one", "a")]


def test_a_file_that_is_no_text(place: Path) -> None:
    """Another distribution's broken file keeps nobody from his plugins."""
    broken = install(place / "a-1.2.dist-info", "a") / "entry_points.txt"
    broken.write_bytes(f"[{GROUP}]\none = a\n".encode() + b"\xff\xfe = \x00\n")
    assert ("one", "a") in facts(entry_points(GROUP))


def test_zipped_eggs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something other than folders is on the path, the standard library looks."""
    egg = place / "c-1.2-py3.egg"
    with zipfile.ZipFile(egg, "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "Metadata-Version: 2.1\nName: c\nVersion: 1.2\n")
        archive.writestr("EGG-INFO/entry_points.txt", f"[{GROUP}]\nfour = c_in_an_egg:NAME\n")
        archive.writestr("c_in_an_egg.py", "NAME = 'c'\n")
    install(place / "a-1.2.dist-info", "a", f"[{GROUP}]", "one = a")
    monkeypatch.setattr(sys, "path", [*sys.path, str(egg)])

    found = {entry.name: entry for entry in entry_points(GROUP)}
    assert set(found) == {"one", "four"}
    assert found["four"].distribution.metadata["Name"] == "c"
    monkeypatch.delitem(sys.modules, "c_in_an_egg", raising=False)
    assert found["four"].load() == "c"


def test_a_finder_of_somebody_else(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a way to find distributions is asked too."""
    hidden = place / "hidden"
    install(hidden / "a-1.2.dist-info", "a", f"[{GROUP}]", "one = a")

    class Finder:
        @staticmethod
        def find_spec(*_asked: object) -> None:
            """Find no module."""

        @staticmethod
        def find_distributions(*_context: object) -> Any:
            """Find one that is not on the path."""
            return [metadata.Distribution.at(hidden / "a-1.2.dist-info")]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert facts(entry_points(GROUP)) == [("one", "a")]


@pytest.mark.parametrize(
    ("value", "loaded"),
    [
        ("json", "json"),
        ("json.decoder", "json.decoder"),
        ("json:decoder", "json.decoder"),
        ("os : path.join", "join"),
        ("json.decoder [fast]", "json.decoder"),
        ("json:dumps [fast,slow]", "dumps"),
    ],
)
def test_loading(value: str, loaded: str) -> None:
    """A value names a module, or something in it, as it does for the standard library."""
    ours = EntryPoint("x", value, "/nowhere").load()
    assert ours.__name__ == loaded or ours is os.path.join
    assert ours is metadata.EntryPoint(name="x", value=value, group=GROUP).load()
