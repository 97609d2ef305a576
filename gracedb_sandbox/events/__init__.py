"""The events side of the API."""

from __future__ import annotations

from typing import Tuple

from flask import Blueprint

blueprints: Tuple[Blueprint, ...] = ()
