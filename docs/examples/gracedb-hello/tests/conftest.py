"""A GraceDB to test against, and a home folder with nothing in it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from gracedb_sandbox import Sandbox

#: Where a client would otherwise find credentials of whoever runs the tests.
ELSEWHERE = (
    *("HELLO_KEYS", "BEARER_TOKEN", "BEARER_TOKEN_FILE", "X509_USER_PROXY", "NETRC"),
    *("SCITOKEN", "SCITOKEN_FILE", "_CONDOR_CREDS"),
)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Start one server for all tests; it takes about a second."""
    with Sandbox() as server:
        yield server


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home folder of its own."""
    for name in (*ELSEWHERE, *(name for name in os.environ if name.startswith("GRACEDB_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def store(home: Path) -> Callable[..., Path]:
    """Give what writes a key store."""

    def store(content: Any, *, mode: int = 0o600) -> Path:
        path = home / ".gracedb-hello.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(mode)
        return path

    return store
