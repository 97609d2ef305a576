"""`gracedb-core upload`: a file of a pipeline's becomes an event."""

from __future__ import annotations

import os
from typing import Optional, Tuple

import click

from gracedb_core import Client

from ..transfers import Bar, file_problems, url_option

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--group", required=True, help="CBC, Burst, Test or another that the server knows.")
@click.option("--pipeline", required=True, help="The search that found it.")
@click.option("--search", help="What it searched for, such as AllSky.")
@click.option("--label", "labels", multiple=True, help="A label to put on it; may be repeated.")
@url_option
def command(
    file: str,
    group: str,
    pipeline: str,
    search: Optional[str],
    labels: Tuple[str, ...],
    url: Optional[str],
) -> None:
    """Upload FILE (- is standard input) as a new event, and print its graceid.

    What the server warns of, such as a file that it could not read, goes to standard error.
    """
    with file_problems(), Client(url) as client, Bar(os.path.basename(file)) as bar:
        event = client.events.create(
            file,
            group=group,
            pipeline=pipeline,
            search=search,
            labels=labels,
            progress=bar,
        )
    for warning in event.get("warnings") or ():
        click.echo(f"Warning: {warning}", err=True)
    click.echo(event["graceid"])
