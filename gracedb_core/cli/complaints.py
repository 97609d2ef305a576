"""Warnings as a person at a terminal reads them: a sentence, without the line of a program."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import Iterator

import click

from ..errors import CredentialWarning

__all__ = ["credential_warnings", "warn"]


@contextmanager
def credential_warnings() -> Iterator[None]:
    """Show what is said about credentials within as sentences on standard error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CredentialWarning)
        try:
            yield
        finally:
            for each in caught:
                warn(str(each.message))


def warn(sentence: str) -> None:
    """Say it on standard error."""
    click.echo(f"Warning: {sentence}", err=True)
