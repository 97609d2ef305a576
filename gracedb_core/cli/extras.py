"""What is said where the libraries of an extra are missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

import click

import gracedb_sandbox

__all__ = ["sandbox_problems"]


class NotInstalled(click.ClickException):
    """An extra that the command needs is not installed."""

    exit_code = 2


@contextmanager
def sandbox_problems() -> Iterator[None]:
    """Say in a sentence that the sandbox's libraries are missing, or why it does not start."""
    try:
        yield
    except gracedb_sandbox.MissingExtra as error:
        raise NotInstalled(str(error)) from error
    except gracedb_sandbox.SandboxFailed as error:
        raise click.ClickException(str(error)) from error
