"""What every command has in common: help, version, exit statuses, missing extras."""

from __future__ import annotations

import importlib.metadata
import os
import re
import signal
import sys
from typing import Any, Iterator

import click
import pytest

from gracedb_core import cli, errors
from gracedb_core.cli.program import Program, program, run

from .running import finish


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Put back the handlers that a run in this process replaces."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that makes ``gracedb-core fail`` a command which raises what it is given."""

    def install(error: BaseException) -> None:
        @click.command()
        def fail() -> None:
            raise error

        monkeypatch.setitem(program.commands, "fail", fail)
        monkeypatch.setattr(Program, "get_command", click.Group.get_command)

    return install


def entry_point() -> Any:
    found: Any = importlib.metadata.entry_points()
    scripts = (
        found.select(group="console_scripts")
        if hasattr(found, "select")
        else found["console_scripts"]
    )
    return next(script for script in scripts if script.name == "gracedb-core")


def test_the_installed_command_is_ours() -> None:
    """The script `gracedb-core` that is installed calls `gracedb_core.cli.main`."""
    assert entry_point().load() is cli.main


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_names_every_command(arguments: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing to do, or when asked, the program lists its commands and is content."""
    assert run(arguments) == 0
    listed = capsys.readouterr().out
    assert re.search(r"^  demo +\w", listed, re.MULTILINE)
    assert re.search(r"^  sandbox +\w", listed, re.MULTILINE)


def test_version() -> None:
    """`--version` gives the version of the distribution."""
    done = finish("--version")
    assert done.returncode == 0
    assert done.stdout.strip() == f"gracedb-core {importlib.metadata.version('gracedb-core')}"


@pytest.mark.parametrize("name", Program().list_commands(click.Context(program)))
def test_every_file_is_a_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each module of `commands` has a command that explains itself in a sentence."""
    assert run([name, "--help"]) == 0
    assert re.search(r"^  [A-Z].*\.$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["nonsense"], ["demo", "--nonsense"], ["--nonsense"]])
def test_wrong_usage_is_status_2(arguments: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not understood is refused with a hint on standard error."""
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "nonsense" in captured.err
    assert "--help" in captured.err


@pytest.mark.parametrize(
    "error",
    [
        errors.InputError("an id is needed."),
        errors.NotFound("there is no S1.", status=404),
        errors.ConnectFailed("nobody listens at 127.0.0.1:9."),
        errors.PluginError("there is no transport 'pigeon'."),
    ],
)
def test_our_errors_are_a_sentence(
    error: errors.GraceDBError, failing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of ours is one line on standard error and status 1, never a traceback."""
    failing(error)
    assert run(["fail"]) == 1
    assert capsys.readouterr().err == f"Error: {error}\n"


def test_a_defect_is_not_hidden(failing: Any) -> None:
    """An error that nobody foresaw keeps its traceback: it is a defect to report."""
    failing(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        run(["fail"])


def test_interruption_is_status_130(failing: Any) -> None:
    """Ctrl-C ends a command with the status that shells expect."""
    failing(KeyboardInterrupt())
    assert run(["fail"]) == 130


def test_termination_unwinds(failing: Any) -> None:
    """SIGTERM leaves through every `with`, and with the status that shells expect."""
    run(["--version"])
    with pytest.raises(SystemExit) as ended:
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 143


def test_main_leaves_with_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    """`main` reads the process's arguments and leaves with the status."""
    monkeypatch.setattr("sys.argv", ["gracedb-core", "nonsense"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2


def test_without_click(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the extra, the program says in a sentence how to get it."""
    sentence = "gracedb-core needs click: pip install 'gracedb-core[cli]'\n"
    done = finish("--help", without=["click"])
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
    # Once more in this process, where the lines that say it are counted.
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "gracedb_core.cli.program")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == sentence


def test_a_broken_installation_is_not_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only click is asked for by name: any other missing module is a defect with a traceback."""
    monkeypatch.setitem(sys.modules, "gracedb_core.cli.program", None)
    with pytest.raises(ModuleNotFoundError):
        cli.main()


@pytest.mark.parametrize("command", ["sandbox", "demo"])
@pytest.mark.parametrize("library", ["flask", "cheroot", "pyparsing", "defusedxml", "jwt"])
def test_without_the_sandbox(
    command: str,
    library: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The commands that need the sandbox name the extra, and what is missing of it."""
    monkeypatch.setitem(sys.modules, library, None)
    assert run([command]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert library in captured.err
    assert "gracedb-core[sandbox]" in captured.err


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_without_the_sandbox_as_a_process(command: str) -> None:
    """An installation that never had the extra says the same."""
    done = finish(command, without=["flask", "cheroot", "pyparsing", "defusedxml", "jwt"])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "gracedb-core[sandbox]" in done.stderr


def test_other_commands_do_without_the_sandbox() -> None:
    """Help and version work on an installation that has only the extra `cli`."""
    done = finish("--help", without=["flask", "cheroot", "pyparsing", "defusedxml", "jwt"])
    assert done.returncode == 0
    assert "sandbox" in done.stdout


@pytest.mark.parametrize(("setting", "coloured"), [("1", False), ("", True)])
def test_no_color(setting: str, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR, if it is not empty, takes colour off even a terminal."""
    seen = []

    @click.command()
    @click.pass_context
    def look(context: click.Context) -> None:
        seen.append(context.color)

    monkeypatch.setenv("NO_COLOR", setting)
    monkeypatch.setitem(program.commands, "look", look)
    monkeypatch.setattr(Program, "get_command", click.Group.get_command)
    assert run(["look"]) == 0
    assert seen == [None if coloured else False]


def test_a_closed_pipe_is_quiet() -> None:
    """Who stops reading (`| head -1`) gets no traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert finish("demo", "--help", stdout=writer).stderr == ""
    finally:
        os.close(writer)
