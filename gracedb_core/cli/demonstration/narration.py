"""Telling: every call is shown as it is written in Python, with how long it took and its answer."""

from __future__ import annotations

import json
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Callable, Iterator, List, Sequence, Tuple

import click

__all__ = ["Narrator", "Told", "duration"]

_WIDTH = 92
_CALL, _CONTINUED, _ANSWER = 4, 8, 6
_TIME = 10  # columns for the time at the end of a call's line


class Narrator:
    """Prints a numbered story; `client` wraps an API client so that its calls tell themselves."""

    def __init__(self) -> None:
        self.steps = 0
        self.calls = 0
        self.seconds = 0.0

    def opening(self, code: str) -> None:
        """Print what the reader would have to write first."""
        click.echo(" " * _CALL + click.style(code, fg="cyan"))

    def step(self, sentence: str) -> None:
        """Begin the next step."""
        self.steps += 1
        click.echo(f"\n{click.style(f'{self.steps:>2}', bold=True)}  {sentence}")

    def says(self, text: str) -> None:
        """Print one line of an answer."""
        click.echo(" " * _ANSWER + text)

    def facts(self, *facts: Tuple[str, object]) -> None:
        """Print names and values, aligned."""
        width = max(len(name) for name, _ in facts)
        for name, value in facts:
            self.says(f"{click.style(f'{name:<{width}}', dim=True)}  {value}")

    def client(self, client: object, name: str = "client") -> Told:
        """Wrap *client*, which the story calls *name*."""
        return Told(self, client, name)

    @contextmanager
    def timed(self) -> Iterator[Callable[[str], None]]:
        """Time a call; give a function that takes how it is written, once that is known."""
        written: List[str] = []
        begun = perf_counter()
        try:
            yield written.append
        finally:
            # Also when it failed: the last line before an error is the call that caused it.
            took = perf_counter() - begun
            self.calls += 1
            self.seconds += took
            _show_call(written[-1], took)


class Told:
    """A node of the client: walking it builds what a reader would have to write.

    Not a second client: it forwards to the real one, so that what is printed is what was done.
    """

    def __init__(self, narrator: Narrator, real: Any, text: str) -> None:
        self._narrator = narrator
        self._real = real
        self._text = text

    def __getattr__(self, name: str) -> Told:
        return Told(self._narrator, getattr(self._real, name), f"{self._text}.{name}")

    def __getitem__(self, key: Any) -> Told:
        return Told(self._narrator, self._real[key], f"{self._text}[{_literal(key)}]")

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """Make the call; a search is listed and a file read, for a story needs the whole answer."""
        arguments = [_literal(value) for value in positional]
        arguments += [f"{name}={_literal(value)}" for name, value in named.items()]
        with self._narrator.timed() as written:
            call = _wrapped(self._text, arguments)
            written(call)
            answer = self._real(*positional, **named)
            # Lazy answers would otherwise be charged for nothing, and fail somewhere else.
            if hasattr(answer, "read"):
                written(f"{call}.read()")
                with answer:
                    return answer.read()
            if hasattr(answer, "__next__"):
                written(_wrapped(f"list({self._text}", arguments) + ")")
                return list(answer)
            return answer


def duration(seconds: float) -> str:
    """Write a time as a person reads it: ``4.1 ms``, ``31 ms``, ``1.2 s``."""
    if seconds >= 1.0:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.{1 if seconds < 0.01 else 0}f} ms"


def _literal(value: object) -> str:
    """Write a value as Python source; a file's content only as its size."""
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    # JSON's strings are Python's too, and always in double quotes.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _wrapped(function: str, arguments: Sequence[str]) -> str:
    """Write a call, its arguments on as many lines as they need."""
    lines, room = [f"{function}("], _WIDTH - _CALL - _TIME
    for number, argument in enumerate(arguments):
        piece = argument + (", " if number < len(arguments) - 1 else ")")
        if len(lines[-1]) + len(piece.rstrip()) > room:
            lines.append(" " * (_CONTINUED - _CALL))
        lines[-1] += piece
    if not arguments:
        lines[-1] += ")"
    return "\n".join(line.rstrip() for line in lines)


def _show_call(written: str, seconds: float) -> None:
    *before, last = written.split("\n")
    for line in before:
        click.echo(" " * _CALL + click.style(line, fg="cyan"))
    padding = " " * max(1, _WIDTH - _CALL - _TIME - len(last))
    took = click.style(f"{duration(seconds):>{_TIME}}", dim=True)
    click.echo(" " * _CALL + click.style(last, fg="cyan") + padding + took)
