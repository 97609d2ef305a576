"""The other distribution that installs a package called `gracedb_sdk`: found, and named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest
from click.testing import CliRunner

import gracedb_sdk
from gracedb_core.cli.program import program

HERE = Path(gracedb_sdk.__file__).parent
THEIRS = "class Client: pass\n"


def install(folder: Path, name: str = "gracedb_sdk-0.2.1.dist-info") -> None:
    """Write down that a gracedb-sdk is in *folder*, as its installer does."""
    information = folder / name
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: gracedb-sdk\nVersion: 0.2.1\n"
    )


def put(folder: Path, source: str = "") -> None:
    """Put the package into *folder*: ours, or one whose ``__init__`` is *source*."""
    shutil.copytree(str(HERE), str(folder / "gracedb_sdk"))
    if source:
        (folder / "gracedb_sdk" / "__init__.py").write_text(source)


def imported(folder: Path) -> List[str]:
    """Import the package from *folder* in a program of its own; gives what it warns of."""
    script = folder / "program.py"
    script.write_text("import gracedb_sdk\n")
    core = str(HERE.parent)
    done = subprocess.run(
        [sys.executable, str(script)],
        env={"PYTHONPATH": core, "PYTHONWARNINGS": "default::UserWarning"},
        cwd=str(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout.decode()
    return [line for line in done.stdout.decode().splitlines() if "gracedb-sdk" in line]


def test_alone_is_silent(tmp_path: Path) -> None:
    put(tmp_path)
    assert imported(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "gracedb_sdk-0.2.1.dist-info",
        "gracedb_sdk-0.2.1-py3.8.egg-info",
        "gracedb-sdk-0.2.1.dist-info",
    ],
)
def test_a_namesake_is_warned_of(tmp_path: Path, name: str) -> None:
    """Who imports it reads both names, the version, and what to do, once."""
    put(tmp_path)
    install(tmp_path, name)
    (line,) = imported(tmp_path)
    assert line.startswith(f"{tmp_path / 'program.py'}:1: UserWarning: gracedb-sdk 0.2.1 is")
    for told in (
        f"gracedb-core {gracedb_sdk.__version__}",
        "pip uninstall gracedb-sdk",
        "pip install --force-reinstall --no-deps gracedb-core",
    ):
        assert told in line


@pytest.mark.parametrize("name", ["gracedb_sdk_more-1.0.dist-info", "gracedb_core-0.1.dist-info"])
def test_others_are_none(tmp_path: Path, name: str) -> None:
    put(tmp_path)
    install(tmp_path, name)
    assert imported(tmp_path) == []


def listed(*arguments: str) -> Any:
    """Run `gracedb-core plugins`; gives its exit status and what it says of the package."""
    done = CliRunner().invoke(program, ["plugins", "--json", *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    rows = [row for row in json.loads(done.output) if row["name"] == "gracedb_sdk"]
    return done.return_value, rows


def test_plugins_says_nothing_where_there_is_nothing_to_say() -> None:
    assert listed() == (0, [])


def test_plugins_names_a_namesake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    status, (row,) = listed()
    assert (status, row["distribution"]) == (1, "gracedb-sdk 0.2.1")
    (trouble,) = row["troubles"]
    assert "is now gracedb-core's; uninstall it" in trouble
    assert listed("gracedb_sdk")[0] == 1
    assert listed("urllib3") == (0, [])


@pytest.mark.parametrize(("source", "whose"), [(THEIRS, "gracedb-sdk's"), ("", "nobody's")])
def test_plugins_tells_whose_the_package_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, whose: str
) -> None:
    """It is found without being run."""
    install(tmp_path)
    put(tmp_path, source or "\n")
    if not source:
        (tmp_path / "gracedb_sdk" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gracedb_sdk")
    status, (row,) = listed()
    assert status == 1
    assert f"which is now {whose}" in row["troubles"][0]
    assert "gracedb_sdk" not in sys.modules


def test_plugins_sees_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uninstalling the other takes our ``__init__`` along: what is left imports, and is empty."""
    put(tmp_path)
    (tmp_path / "gracedb_sdk" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gracedb_sdk")
    status, (row,) = listed()
    assert (status, row["distribution"]) == (1, "")
    assert "is not whole" in row["troubles"][0]
    assert "pip install --force-reinstall --no-deps gracedb-core" in row["troubles"][0]
