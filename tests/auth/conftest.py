"""Surroundings of its own for each test; one set of keys for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pki import Authority, Identity
from .surroundings import Surroundings


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def albert(authority: Authority) -> Identity:
    return authority.issue("Albert Einstein")
