"""Say in few lines what failed in a run of tox: which tests, and how each output ended."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List

#: How the summary of pytest begins a line that names a test.
TEST = re.compile(r"(?:FAILED|ERROR) \S+::")
#: So many lines, of so many characters, are read at a glance.
LINES, WIDTH = 80, 200


def report(path: Path) -> Iterator[str]:
    """Yield what a person needs, from the results that tox wrote to *path*; nothing if none are."""
    environments: Dict[str, Any] = {}
    if path.exists():
        environments = json.loads(path.read_text(encoding="utf-8"))["testenvs"]
    failed = {
        name: found
        for name, found in environments.items()
        if not found.get("result", {}).get("success", True)
    }
    for name, found in failed.items():
        yield f"stacks: {name} failed"
        if not found.get("test"):
            yield "  before its commands: is there such a Python, and can all be installed?"
        for line in digest(said(found), LINES // len(failed)):
            yield f"  {line[:WIDTH]}"


def said(environment: Dict[str, Any]) -> List[str]:
    """Give what the last command of an environment said, the one that failed."""
    commands = [*environment.get("setup", ()), *environment.get("test", ())]
    failed = [command for command in commands if command["retcode"]] or commands
    text = failed[-1]["output"] + failed[-1]["err"] if failed else ""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def digest(lines: List[str], amount: int) -> Iterator[str]:
    """Yield the names of the failing tests, then the last of the lines before their list."""
    tests = [line for line in lines if TEST.match(line)]
    yield from tests[: amount // 2]
    if len(tests) > amount // 2:
        yield f"... and {len(tests) - amount // 2} more"
    others = [line for line in lines if not TEST.match(line)]
    yield from others[-(amount - min(len(tests), amount // 2)) :]
