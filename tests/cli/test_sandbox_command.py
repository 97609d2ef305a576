"""`gracedb-core sandbox`: the ready-file, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any, Iterator
from urllib.request import urlopen

import pytest

from gracedb_core.cli.program import run

from .running import PATIENCE, finish, serving, wait_for


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Put back the handlers that a run in this process replaces."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    """Once the ready-file exists the server answers there; Ctrl-C and SIGTERM end it with 0."""
    ready = tmp_path / "ready"
    with serving(ready) as process:
        url = ready.read_text(encoding="utf-8")
        assert url.endswith("/api/\n")
        with urlopen(url.strip(), timeout=PATIENCE) as answer:
            assert "links" in json.load(answer)
        said = "".join(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
        process.send_signal(number)
        _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert complaints == ""
    for word in (url.strip(), "albert.einstein", "relativity", "henrietta.leavitt", "cepheids"):
        assert word in said
    with pytest.raises(OSError), urlopen(url.strip(), timeout=PATIENCE):
        pass


class Halting:
    """Ends the sandbox that runs in this process, once *ready* exists, and keeps its answer."""

    def __init__(self, ready: Path) -> None:
        self.ready = ready
        self.url = ""
        self.root: Any = None
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def poll(self) -> None:
        """Look alive, for `wait_for`."""

    def _work(self) -> None:
        wait_for(self.ready, self)
        self.url = self.ready.read_text(encoding="utf-8").strip()
        with urlopen(self.url, timeout=PATIENCE) as answer:
            self.root = json.load(answer)
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("generation", ["2.33", "2.36"])
def test_options_take_effect(
    generation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folder, host, port, generation: what is asked for is what is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ready, folder = tmp_path / "ready", tmp_path / "data"
    halting = Halting(ready)
    options = ["--port", str(port), "--host", "127.0.0.1", "--generation", generation]
    status = run(["sandbox", *options, "--ready-file", str(ready), "--folder", str(folder)])
    halting.thread.join(PATIENCE)
    assert status == 0
    assert halting.url == f"http://127.0.0.1:{port}/api/"
    assert halting.root["server-version"].startswith(generation)
    assert list(folder.iterdir())
    assert str(folder) in capsys.readouterr().out


def test_a_taken_port() -> None:
    """A port that cannot be had ends the command with a sentence and status 1."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = finish("sandbox", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: cannot serve on 127.0.0.1:{port}: ")
    assert done.stderr.count("\n") == 1


def test_an_old_ready_file_misleads_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ready-file left by an earlier sandbox goes first, even if the new one cannot start."""
    ready = tmp_path / "ready"
    ready.write_text("http://127.0.0.1:9/api/\n", encoding="utf-8")
    impossible = Path(__file__, "below a file")
    assert run(["sandbox", "--ready-file", str(ready), "--folder", str(impossible)]) == 1
    assert not ready.exists()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Error: cannot serve on 127.0.0.1:0: ")


@pytest.mark.parametrize(
    "arguments",
    [["--port", "65536"], ["--port", "http"], ["--generation", "1.0"], ["--folder", __file__]],
)
def test_nonsense_is_refused(arguments: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An option that cannot be meant is wrong usage, before anything is started."""
    assert run(["sandbox", *arguments]) == 2
    assert arguments[1] in capsys.readouterr().err
