"""`gracedb-core whoami`: who the server takes us for."""

from __future__ import annotations

from typing import Optional

import click

from ... import Client
from ..complaints import credential_warnings

__all__ = ["command"]

_NOBODY = "AnonymousUser"
_HINT = "`gracedb-core auth explain` shows where was looked."


@click.command()
@click.option(
    "--url", help="The API root.  [default: $GRACEDB_SERVICE_URL, or the production server]"
)
def command(url: Optional[str]) -> None:
    """Ask the server who it takes us for, and print the user name.

    Exit status 0 if we are somebody, 1 if we are nobody or the server cannot be asked.
    """
    with credential_warnings(), Client(url) as client:
        name = str(client.user_info()["username"])
        sent = client._session.keeper.current
    click.echo(name if name.isprintable() else ascii(name))
    if name != _NOBODY:
        return
    if sent is None:
        raise click.ClickException(f"no credential was sent; {_HINT}")
    raise click.ClickException(
        f"the {sent.kind} from {sent.source} was sent, but the server took us for nobody: it "
        "does not know or does not accept it."
    )
