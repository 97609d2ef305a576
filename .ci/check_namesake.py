"""Install gracedb-core beside gracedb-sdk, in both orders, and take each away again.

``check_namesake.py FOLDER``: both install the package `gracedb_sdk`. FOLDER holds our wheel; the
other comes from the package index. Before that, where there is nothing but gracedb-sdk, what the
page on migration says is done to the letter.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import List, Tuple

OTHER = "gracedb-sdk==0.2.1"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "migrate.md"
#: Whose package it is, and what importing it warns of.
WHOSE = """
import sys, warnings
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    try:
        from gracedb_sdk import Client
    except ImportError:
        print("nobody's")
    else:
        print("ours" if Client.__mro__[1].__module__.startswith("gracedb_core") else "theirs")
print(*[each.message for each in told if "gracedb-sdk" in str(each.message)])
"""


def expect(holds: bool, complaint: str) -> None:  # noqa: FBT001
    """Stop with a sentence unless something holds."""
    if not holds:
        sys.exit(f"check_namesake: {complaint}")


class Environment:
    """A virtual environment in which both can be."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self._folder = folder
        self._wheel = wheel
        venv.create(folder / "venv", with_pip=True)

    def run(self, name: str, *arguments: str) -> Tuple[int, str]:
        """Run a program of the environment, away from the working tree."""
        command = [str(self._folder / "venv" / "bin" / name), *arguments]
        done = subprocess.run(
            command, cwd=str(self._folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def pip(self, *arguments: str) -> None:
        """Install, or take away."""
        print("+ pip", *arguments, flush=True)
        status, said = self.run("python", "-m", "pip", "--disable-pip-version-check", *arguments)
        expect(status == 0, f"pip {' '.join(arguments)} ended with {status}:\n{said}")

    def install_ours(self, *options: str) -> None:
        """Install our wheel, with what its command line needs."""
        self.pip("install", "--quiet", *options, f"{self._wheel}[cli]")

    def ours_for(self, word: str) -> str:
        """Give our wheel, with its extras, for its name."""
        name, bracket, extras = word.partition("[")
        return f"{self._wheel}{bracket}{extras}" if name == "gracedb-core" else word

    def is_whose(self, whose: str, *, warns: bool) -> None:
        """See whose package is imported, and that it warns of the other, or of nothing."""
        _, said = self.run("python", "-c", WHOSE)
        found, _, warning = said.partition("\n")
        expect(found == whose, f"the package should be {whose}, and is: {said}")
        expect(bool(warning.strip()) == warns, f"importing it says {warning!r}")
        if warns:
            names_both = "gracedb-sdk 0.2.1" in warning and "gracedb-core" in warning
            expect(names_both, f"the warning should name both: {warning}")

    def plugins_say(self, *words: str) -> None:
        """See that `gracedb-core plugins` says *words*, and ends with 1 if there are any."""
        status, said = self.run("gracedb-core", "plugins")
        expect(status == (1 if words else 0), f"gracedb-core plugins ended with {status}:\n{said}")
        for word in words:
            expect(word in said, f"gracedb-core plugins should say {word!r}:\n{said}")
        expect(bool(words) or "gracedb_sdk" not in said, f"it should be content:\n{said}")


def told() -> List[List[str]]:
    """Read the commands of the page for who comes from gracedb-sdk."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition("\n## From gracedb-sdk\n")
    found = re.search(r"```console\n(.*?)```", section, re.DOTALL)
    expect(found is not None, f"{PAGE} has no commands")
    assert found is not None
    return [shlex.split(line[1:]) for line in found[1].splitlines() if line.startswith("$ ")]


def migrate(one: Environment) -> None:
    """Do what the page says, with our wheel for what its index would give."""
    one.pip("install", "--quiet", OTHER)
    one.is_whose("theirs", warns=False)
    for command in told():
        if command[:2] == ["pip", "uninstall"]:
            one.pip(*command[1:], "--yes", "--quiet")
        elif command[0] == "pip":
            one.pip(*(one.ours_for(word) for word in command[1:]), "--quiet")
        else:
            expect(command == ["gracedb-core", "plugins"], f"the page says {command}")
            one.plugins_say()
    one.is_whose("ours", warns=False)


def check(both: Environment) -> None:
    """Go through every order of installing and uninstalling."""
    both.pip("install", "--quiet", OTHER)
    both.install_ours()
    both.is_whose("ours", warns=True)
    both.plugins_say("gracedb-sdk 0.2.1", "which is now gracedb-core's", "pip uninstall")

    both.pip("uninstall", "--yes", "--quiet", "gracedb-sdk")
    both.is_whose("nobody's", warns=False)
    both.plugins_say("is not whole", "pip install --force-reinstall --no-deps gracedb-core")
    both.install_ours("--force-reinstall", "--no-deps")
    both.is_whose("ours", warns=False)
    both.plugins_say()

    both.pip("install", "--quiet", OTHER)
    both.is_whose("theirs", warns=False)
    both.plugins_say("gracedb-sdk 0.2.1", "which is now gracedb-sdk's", "pip uninstall")

    both.pip("uninstall", "--yes", "--quiet", "gracedb-core")
    both.is_whose("nobody's", warns=False)
    both.pip("install", "--quiet", "--force-reinstall", "--no-deps", OTHER)
    both.is_whose("theirs", warns=False)


def main(folder: Path) -> None:
    """Check the one wheel in *folder*."""
    wheels = sorted(folder.glob("*.whl"))
    expect(len(wheels) == 1, f"{folder} must hold one wheel")
    with tempfile.TemporaryDirectory() as name:
        migrate(Environment(Path(name), wheels[0].resolve()))
    with tempfile.TemporaryDirectory() as name:
        check(Environment(Path(name), wheels[0].resolve()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
