"""Run tox over the Pythons of this machine: ``stacks.py [ENVIRONMENT ...] [-- PYTEST ARGUMENTS]``.

Without a name: the oldest and the newest supported Python found, and the checks of the code.
Interpreters are looked for beside this one, on PATH and where pyenv keeps them. On a continuous
integration machine (``CI=true``) a missing oldest or newest Python is an error; elsewhere it is
left out with a word.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from failures import report

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ["lint", "types"]
PROBE = "import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])"

Version = Tuple[int, int]


def supported() -> List[Version]:
    """List the versions that setup.cfg claims, oldest first."""
    claims = re.findall(r"Programming Language :: Python :: 3\.(\d+)", read("setup.cfg"))
    return sorted((3, int(minor)) for minor in claims)


def read(name: str) -> str:
    """Read one file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def candidates(versions: List[Version]) -> Iterator[str]:
    """Yield every path that might be one of *versions*."""
    yield sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for major, minor in versions:
        # Before PATH: there pyenv has shims that exist without a Python behind them.
        for path in sorted(pyenv.glob(f"versions/{major}.{minor}*/bin/python")):
            yield str(path)
        found = shutil.which(f"python{major}.{minor}")
        if found:
            yield found


def version_of(path: str) -> Version:
    """Ask an interpreter for its version; (0, 0) if it cannot make virtual environments."""
    try:
        answer = subprocess.run(
            [path, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return (0, 0)
    words = answer.stdout.split()
    return (int(words[0]), int(words[1])) if len(words) == 2 else (0, 0)


def find() -> Dict[Version, str]:
    """Map each supported version found to the first interpreter that has it."""
    versions = supported()
    found: Dict[Version, str] = {}
    for path in candidates(versions):
        version = version_of(path)
        if version in versions:
            found.setdefault(version, path)
    return found


def main(arguments: List[str]) -> int:
    """Choose the environments, say what is missing, and hand over to tox."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    names, rest = arguments[:split], arguments[split:]
    found, wanted = find(), supported()
    missing = [version for version in (wanted[0], wanted[-1]) if version not in found]
    for version in missing:
        print("stacks: Python {}.{} is not on this machine".format(*version), file=sys.stderr)
    continuous = os.environ.get("CI") == "true"
    if missing and continuous:
        return 1
    tested = sorted(found) or [sys.version_info[:2]]
    if not names:
        ends = sorted({tested[0], tested[-1]})
        names = ["py{}{}".format(*version) for version in ends] + CHECKS
    print("stacks:", ", ".join(names), flush=True)
    return tox(names, rest, list(found.values()), complete=continuous)


def tox(names: List[str], rest: List[str], pythons: List[str], *, complete: bool) -> int:
    """Run the environments side by side, and say at the end what failed in them."""
    results = ROOT / ".tox" / "results.json"
    results.parent.mkdir(exist_ok=True)
    if results.exists():
        results.unlink()
    command = [sys.executable, "-m", "tox", "run-parallel", "-e", ",".join(names)]
    command += ["--parallel", "auto", "--result-json", str(results)]
    command += ["--skip-missing-interpreters", str(not complete).lower()]
    if not sys.stdout.isatty():
        command.append("--parallel-no-spinner")
    if pythons:
        command += ["--discover", *pythons]
    code = subprocess.call(command + rest, cwd=str(ROOT))
    for line in report(results):
        print(line)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
