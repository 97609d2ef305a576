"""Build sdist and wheel from a copy of the tree: ``build_distributions.py FOLDER``.

setuptools writes into the tree that it builds from; two builds at a time would spoil each other.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What is no source: environments, caches, and what earlier builds have left.
LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".tox",
    ".venv*",
    ".*_cache",
    ".hypothesis",
    "__pycache__",
    "_build",
    "build",
    "*.egg-info",
)


def main(folder: str) -> int:
    """Build into *folder*, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "tree")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        command = [sys.executable, "-m", "build", "--outdir", folder, str(copy)]
        return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
