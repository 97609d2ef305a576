"""`gracedb-core sandbox`: a local GraceDB, until it is interrupted."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional

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
@click.option(
    "--tls", is_flag=True, help="Speak https, with a certificate authority of the sandbox's own."
)
@click.option(
    "--client-certificates",
    type=click.Choice(["accept", "require", "none"]),
    default="accept",
    show_default=True,
    help="What to do about client certificates, with --tls.",
)
@click.option(
    "--credentials",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a token (with --tls, also a certificate) of each user here, anew every hour; "
    "with --tls the default is a folder beside the data.",
)
def command(
    port: int,
    host: str,
    ready_file: Optional[Path],
    folder: Optional[Path],
    generation: str,
    tls: bool,  # noqa: FBT001  # click passes it by name
    client_certificates: str,
    credentials: Optional[Path],
) -> None:
    """Start a local GraceDB.

    It runs until Ctrl-C or SIGTERM, and both end it cleanly (exit status 0).
    """
    if client_certificates == "require" and not tls:
        raise click.UsageError("--client-certificates require needs --tls")
    with ExitStack() as stack:
        stack.enter_context(sandbox_problems())
        temporary = Path(stack.enter_context(TemporaryDirectory(prefix="gracedb-core-")))
        # What `serve` writes there is also how we learn the port.
        ready_file = ready_file or temporary / "url"
        # A file left by an earlier sandbox would send whoever waits for it to a dead port.
        if ready_file.exists():
            ready_file.unlink()
        home = folder or temporary / "data"
        if tls and credentials is None:
            credentials = home / "credentials"
        words = partial(_words, folder=folder, credentials=credentials, tls=tls)
        stack.enter_context(_introduction(ready_file, words))
        try:
            gracedb_sandbox.serve(
                port,
                home,
                ready_file=ready_file,
                credentials=credentials,
                host=host,
                generation=generation,
                tls=tls,
                client_certificates=None if client_certificates == "none" else client_certificates,
            )
        except OSError as error:
            raise click.ClickException(f"cannot serve on {host}:{port}: {error}") from error


@contextmanager
def _introduction(ready_file: Path, words: Callable[[str], Iterable[str]]) -> Iterator[None]:
    """Say *words* about the URL once it is there; from a thread, for `serve` returns at the end."""
    over = threading.Event()
    thread = threading.Thread(target=_introduce, args=(ready_file, words, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _introduce(
    ready_file: Path, words: Callable[[str], Iterable[str]], over: threading.Event
) -> None:
    while not ready_file.exists():
        if over.wait(0.02):
            return
    click.echo("\n".join(words(ready_file.read_text(encoding="utf-8").strip())))


def _words(
    url: str, *, folder: Optional[Path], credentials: Optional[Path], tls: bool
) -> Iterator[str]:
    yield f"GraceDB sandbox at {url}"
    yield from map(_describe, gracedb_sandbox.DEFAULT_USERS)
    yield "  without a login    reads what is exposed"
    if credentials is not None:
        yield from _ways_in(url, credentials, tls=tls)
    yield f"Its data is kept in {folder}." if folder else "Its data goes when it ends."
    yield "Ctrl-C ends it."


def _ways_in(url: str, credentials: Path, *, tls: bool) -> Iterator[str]:
    """How to use what lies in *credentials*, to be copied from the screen."""
    place = credentials.absolute()
    user = place / gracedb_sandbox.DEFAULT_USERS[0]["username"]
    kinds, trust, verify = "a token (USER.token)", "", ""
    if tls:
        kinds = "a token (USER.token), a certificate with its key (USER.pem)"
        trust, verify = f"--cacert {quote(f'{place}/ca.pem')} ", f', verify="{place}/ca.pem"'
        yield f"It is vouched for by its own authority, {place}/ca.pem."
    yield f"In {place}: for each user {kinds}, renewed every hour."
    yield f'  Python  Client("{url}", token="{user}.token"{verify})'
    if tls:
        yield f'          Client("{url}", cert="{user}.pem"{verify})'
        yield f"  curl    curl {trust}--cert {quote(f'{user}.pem')} {url}user-info/"
    token = f'"Authorization: Bearer $(cat {quote(f"{user}.token")})"'
    yield f"  curl    curl {trust}-H {token} {url}user-info/"


def _describe(user: Mapping[str, Any]) -> str:
    kind = "internal, every right" if "internal_users" in user["groups"] else "external observer"
    return f"  {user['username']:<18} password {user['password']:<12} {kind}"
