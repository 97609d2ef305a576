"""Look inside a wheel and an sdist, and use each: ``check_distributions.py FOLDER``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import List, Set

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"gracedb_core", "gracedb_auth_plugins", "gracedb_sandbox", "gracedb_sdk"}
#: What the sdist must hold so that its tests can be run.
SOURCES = {
    *("tests/conftest.py", "tox.ini", "Makefile", "docs/index.md", "LICENSE", "README.md"),
    *("docs/examples/gracedb-hello/setup.cfg", "docs/examples/gracedb-hello/sessions/hello.txt"),
}
#: What the sdist must not hold.
BUILT = re.compile(r".*(\.pyc$|/_build/|/build/)|docs/.*\.egg-info/").match
DATA = {*(f"{package}/py.typed" for package in PACKAGES), "gracedb_sandbox/schema.sql"}


def modules(*folders: str) -> Set[str]:
    """Name every module of the working tree below *folders*."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix() for path in found}


def check_wheel(wheel: Path) -> None:
    """A wheel holds the packages, their data and nothing else: no tests above all."""
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    strangers = {top for top in tops - PACKAGES if not top.endswith(".dist-info")}
    expect(not strangers, f"the wheel holds {sorted(strangers)}")
    lacking = (DATA | modules(*PACKAGES)) - names
    expect(not lacking, f"the wheel lacks {sorted(lacking)[:3]}")


def check_sdist(sdist: Path) -> None:
    """An sdist holds all that it takes to test it, and nothing that was built."""
    with tarfile.open(sdist) as archive:
        names: Set[str] = {name.partition("/")[2] for name in archive.getnames()}
    lacking = (SOURCES | modules(*PACKAGES, "tests", "benchmarks", ".ci")) - names
    expect(not lacking, f"the sdist lacks {sorted(lacking)[:3]}")
    built = sorted(filter(BUILT, names))
    expect(not built, f"the sdist holds {built[:3]}")


def expect(holds: bool, complaint: str) -> None:  # noqa: FBT001
    """Stop with a sentence unless something holds."""
    if not holds:
        sys.exit(f"check_distributions: {complaint}")


def use(distribution: Path, folder: Path) -> None:
    """Install one distribution into an empty environment and run its demonstration there."""
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / "bin"
    python = str(scripts / "python")
    run(folder, python, "-m", "pip", "install", "--quiet", f"{distribution}[sandbox,cli]")
    run(folder, python, "-m", "pip", "check")
    run(folder, str(scripts / "gracedb-core"), "demo")


def run(folder: Path, *command: str) -> None:
    """Run a command away from the working tree, so that nothing is found there by chance."""
    print("+", *command, flush=True)
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(
        command, cwd=str(folder), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.stdout.decode("utf-8", "replace")
    expect(done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{said}")


def main(folder: Path) -> None:
    """Check the one wheel and the one sdist in *folder*."""
    wheels: List[Path] = sorted(folder.glob("*.whl"))
    sdists: List[Path] = sorted(folder.glob("*.tar.gz"))
    expect(len(wheels) == len(sdists) == 1, f"{folder} must hold one wheel and one sdist")
    check_wheel(wheels[0])
    check_sdist(sdists[0])
    for distribution in (*wheels, *sdists):
        with tempfile.TemporaryDirectory() as name:
            use(distribution.resolve(), Path(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
