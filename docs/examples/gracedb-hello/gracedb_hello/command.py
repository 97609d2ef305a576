"""``gracedb-core hello``."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from gracedb_core.interfaces import Absent, AuthRequest, Origin

from .keys import KeyStore


@click.command()
@click.option("--host", default="gracedb.ligo.org", show_default=True)
def hello(host: str) -> None:
    """Say hello, and who you are at HOST by your key store."""
    wanted = AuthRequest(
        Origin("https", host, 443),
        environment=os.environ,
        home=Path.home(),
        uid=os.geteuid(),
        now=time.time(),
    )
    found = KeyStore().find(wanted)
    if isinstance(found, Absent):
        click.echo(f"Hello, whoever you are: {found.reason}.")
    else:
        click.echo(f"Hello, {found.subject}!")
