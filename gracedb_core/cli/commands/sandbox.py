"""`gracedb-core sandbox`: a local GraceDB, until it is interrupted."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Iterator, Mapping, Optional

import click

import gracedb_sandbox

from ..extras import sandbox_problems

__all__ = ["command"]


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Where to listen; 0 takes a free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the URL of the API here once it answers.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the data here; by default it is thrown away at the end.",
)
@click.option(
    "--generation",
    type=click.Choice(["2.33", "2.36"]),
    default="2.33",
    show_default=True,
    help="The GraceDB to be like: 2.36 speaks API v2.",
)
def command(
    port: int, host: str, ready_file: Optional[Path], folder: Optional[Path], generation: str
) -> None:
    """Start a local GraceDB.

    It runs until Ctrl-C or SIGTERM, and both end it cleanly (exit status 0).
    """
    with ExitStack() as stack:
        stack.enter_context(sandbox_problems())
        # What `serve` writes there is also how we learn the port.
        if ready_file is None:
            temporary = stack.enter_context(TemporaryDirectory(prefix="gracedb-core-"))
            ready_file = Path(temporary, "url")
        # A file left by an earlier sandbox would send whoever waits for it to a dead port.
        if ready_file.exists():
            ready_file.unlink()
        stack.enter_context(_introduction(ready_file, folder))
        try:
            gracedb_sandbox.serve(
                port, folder, ready_file=ready_file, host=host, generation=generation
            )
        except OSError as error:
            raise click.ClickException(f"cannot serve on {host}:{port}: {error}") from error


@contextmanager
def _introduction(ready_file: Path, folder: Optional[Path]) -> Iterator[None]:
    """Say where the server is once it is there; from a thread, for `serve` returns at the end."""
    over = threading.Event()
    thread = threading.Thread(target=_introduce, args=(ready_file, folder, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _introduce(ready_file: Path, folder: Optional[Path], over: threading.Event) -> None:
    while not ready_file.exists():
        if over.wait(0.02):
            return
    url = ready_file.read_text(encoding="utf-8").strip()
    lines = [f"GraceDB sandbox at {url}", *map(_describe, gracedb_sandbox.DEFAULT_USERS)]
    lines += ["  without a login    reads what is exposed"]
    lines += [f"Its data is kept in {folder}." if folder else "Its data goes when it ends."]
    click.echo("\n".join([*lines, "Ctrl-C ends it."]))


def _describe(user: Mapping[str, Any]) -> str:
    kind = "internal, every right" if "internal_users" in user["groups"] else "external observer"
    return f"  {user['username']:<18} password {user['password']:<12} {kind}"
