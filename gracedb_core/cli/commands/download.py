"""`gracedb-core download`: one file of an event or superevent, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import click

from gracedb_core import Client

from ..transfers import Bar, file_problems, url_option

__all__ = ["command"]


@click.command()
@click.argument("identifier", metavar="ID")
@click.argument("name", metavar="FILE")
@click.argument("into", required=False, type=click.Path(path_type=Path))
@url_option
def command(identifier: str, name: str, into: Optional[Path], url: Optional[str]) -> None:
    """Download FILE of the event or superevent ID, and print where it is.

    INTO is a folder, or a name for the file; left out, it is saved here under its own. It appears
    when it is whole. FILE,0 is its first version.
    """
    with file_problems(), Client(url) as client, Bar(name) as bar:
        path = client.events[identifier].files[name].download(into, progress=bar)
    click.echo(path)
