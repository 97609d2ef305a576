"""What commands that move files have in common: the server's address, a bar, and plain errors."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import Any, Iterator, Optional

import click

__all__ = ["Bar", "file_problems", "url_option"]

url_option = click.option(
    "--url", help="The URL of the API.  [default: GRACEDB_SERVICE_URL, else production's]"
)


@contextmanager
def file_problems() -> Iterator[None]:
    """Say in a sentence what is wrong with a file or folder of the user's."""
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise click.ClickException(f"{error.strerror or error}{where}") from error


class Bar:
    """Shows on standard error how far a transfer is, if that is a terminal; otherwise nothing.

    It begins when it is first told, because only then the number of bytes is known, and begins
    again where what it is told does: a transfer that broke off is repeated.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._is_shown = sys.stderr.isatty()
        self._bar: Any = None

    def __call__(self, done: int, total: Optional[int]) -> None:
        """Move it to *done* bytes of *total*."""
        if self._is_shown:
            if self._bar is None or done < self._bar.pos:
                self._bar = self._begun(total)
            self._bar.update(done - self._bar.pos)

    def _begun(self, total: Optional[int]) -> Any:
        # Without a length click wants something to iterate over, and then counts what it is told.
        bar: Any = click.progressbar(
            iterable=_nothing(),
            length=total,
            label=self._label,
            show_pos=total is None,
            file=sys.stderr,
        )
        return bar.__enter__()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()


def _nothing() -> Iterator[None]:
    yield from ()
