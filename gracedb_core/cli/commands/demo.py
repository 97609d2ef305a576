"""`gracedb-core demo`: a candidate's first night on a local GraceDB, told call by call."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Optional

import click

import gracedb_sandbox
from gracedb_core import Client

from ..demonstration import uploads
from ..demonstration.narration import Narrator, duration
from ..demonstration.story import Night
from ..extras import sandbox_problems

__all__ = ["command"]

#: Checked before a server is started for it.
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.option("--event-file", type=_FILE, help="Upload this instead of the sample coincidence.")
@click.option("--skymap", type=_FILE, help="Upload this instead of the sample sky map.")
@click.option("--group", help="The event's group, if it is not to be read off the file.")
@click.option("--pipeline", help="The event's pipeline, if it is not to be read off the file.")
@click.option("--search", help="The event's search.  [default: AllSky]")
@click.option("--transport", help="The transport to use, by name.  [default: the client's]")
def command(
    event_file: Optional[Path],
    skymap: Optional[Path],
    group: Optional[str],
    pipeline: Optional[str],
    search: Optional[str],
    transport: Optional[str],
) -> None:
    """Show a candidate's first night on a local GraceDB, call by call.

    A pipeline uploads it, it becomes a superevent with a sky map, an advocate signs it off, and
    the public reads it. Nothing leaves this machine.
    """
    if event_file is None:
        candidate = uploads.sample(group=group, pipeline=pipeline, search=search)
    else:
        candidate = uploads.from_file(event_file, group=group, pipeline=pipeline, search=search)
    begun = perf_counter()
    with sandbox_problems(), gracedb_sandbox.Sandbox() as server:
        click.echo(f"A GraceDB of our own, started in {duration(perf_counter() - begun)}:")
        _tell(server.url, candidate, skymap, transport)
    click.echo("The server is stopped and its data is gone. For one that stays:")
    click.echo(click.style("    gracedb-core sandbox", fg="cyan"))


def _tell(
    url: str, candidate: uploads.Candidate, skymap: Optional[Path], transport: Optional[str]
) -> None:
    user = gracedb_sandbox.DEFAULT_USERS[0]
    name, password = user["username"], user["password"]
    narrator = Narrator()
    with Client(url, username=name, password=password, transport=transport) as client, Client(
        url, force_noauth=True, transport=transport
    ) as public:
        chosen = f', transport="{transport}"' if transport else ""
        narrator.opening(f'client = Client("{url}", username="{name}", password="…"{chosen})')
        narrator.opening(f'public = Client("{url}", force_noauth=True{chosen})')
        Night(
            narrator,
            narrator.client(client, "client"),
            narrator.client(public, "public"),
            candidate,
            skymap,
        ).tell()
    click.echo(f"\n{narrator.calls} calls to {url} took {duration(narrator.seconds)}.")
