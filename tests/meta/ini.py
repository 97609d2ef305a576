"""The project's ini files, read as what they say."""

from __future__ import annotations

from configparser import ConfigParser
from typing import List

from tests.meta.tree import ROOT


def read(name: str) -> ConfigParser:
    """Read one ini file of the project."""
    parser = ConfigParser(interpolation=None)
    parser.read(str(ROOT / name), encoding="utf-8")
    return parser


def lines(text: str) -> List[str]:
    """Split an ini value into its lines, without comments."""
    return [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]


SETUP = read("setup.cfg")
TOX = read("tox.ini")
