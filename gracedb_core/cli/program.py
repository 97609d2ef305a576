"""`gracedb-core` itself: finds its commands, and turns what goes wrong into an exit status."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Any, List, NoReturn, Optional, Sequence

import click

from .. import errors
from .._version import __version__
from . import commands
from .extensions import added_commands, own_commands

__all__ = ["program", "run"]

INTERRUPTED = 130
TERMINATED = 143


class Program(click.Group):
    """A group whose commands are the modules of `commands`, and what plugins add.

    Each module has a click command named ``command``, and is loaded when it is needed. A name
    that begins with an underscore is not a command.
    """

    def list_commands(self, ctx: click.Context) -> List[str]:
        """Name every command."""
        return sorted({*own_commands(), *added_commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        """Load one command; None if there is none of that name."""
        if cmd_name not in own_commands():
            # Only here, so that our own commands wait for nobody's plugin.
            return added_commands().get(cmd_name)
        module = import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=Program, invoke_without_command=True)
@click.version_option(__version__, prog_name="gracedb-core", message="%(prog)s %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Talk to GraceDB, the gravitational-wave candidate event database."""
    if os.environ.get("NO_COLOR"):
        context.color = False
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def run(arguments: Optional[Sequence[str]] = None) -> int:
    """Run *arguments* (None: those of this process) and return the exit status."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        status = program.main(arguments, prog_name="gracedb-core", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except errors.GraceDBError as error:
        click.echo(f"Error: {error}", err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    # Click hands back the status of --help and --version, and what the command returned.
    return status if isinstance(status, int) else 0


def _terminated(_number: int, _frame: Any) -> NoReturn:
    # An exception, so that every `with` on the way out stops what it started.
    sys.exit(TERMINATED)
