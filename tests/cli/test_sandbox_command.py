"""`gracedb-core sandbox`: the ready-file, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import ssl
import stat
import threading
from pathlib import Path
from typing import Any, Iterator
from urllib.request import Request, urlopen

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


def who(url: str, *, token: str = "", authorities: Any = None, certificate: Any = None) -> Any:
    """Ask a server whom it takes us for."""
    context = ssl.create_default_context(cafile=authorities) if authorities else None
    if context and certificate:
        context.load_cert_chain(certificate)
    request = Request(url + "user-info/", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=PATIENCE, context=context) as answer:
        return json.load(answer)["username"]


def test_tls_says_how_to_get_in(tmp_path: Path) -> None:
    """Once the ready-file exists so do all credentials; what it prints can be copied and works."""
    ready, folder = tmp_path / "ready", tmp_path / "da ta"
    with serving(ready, "--tls", "--folder", str(folder)) as process:
        url = ready.read_text(encoding="utf-8").strip()
        place = folder / "credentials"
        trusted = str(place / "ca.pem")
        for name in ("albert.einstein", "henrietta.leavitt"):
            token = (place / f"{name}.token").read_text(encoding="ascii")
            pem = place / f"{name}.pem"
            assert who(url, authorities=trusted, token=token) == name
            assert who(url, authorities=trusted, certificate=str(pem)) == name
            assert stat.S_IMODE(pem.stat().st_mode) == 0o600
            assert stat.S_IMODE((place / f"{name}.token").stat().st_mode) == 0o600
        said = "".join(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
    assert url.startswith("https://127.0.0.1:")
    albert = f"{place}/albert.einstein"
    assert f'Client("{url}", token="{albert}.token", verify="{trusted}")' in said
    assert f'Client("{url}", cert="{albert}.pem", verify="{trusted}")' in said
    commands = [line.split("curl", 1)[1].split() for line in said.splitlines() if " curl " in line]
    assert [words[:4] for words in commands] == [shown(trusted)] * 2


def shown(path: str) -> Any:
    """Give the beginning of a command for curl that trusts *path*."""
    return ["curl", "--cacert", *shlex.quote(path).split()]


def test_tokens_without_tls(tmp_path: Path) -> None:
    """Credentials can be had over plain http, too; certificates are no use there."""
    ready, place = tmp_path / "ready", tmp_path / "tokens"
    with serving(ready, "--credentials", str(place)) as process:
        url = ready.read_text(encoding="utf-8").strip()
        token = (place / "albert.einstein.token").read_text(encoding="ascii")
        assert who(url, token=token) == "albert.einstein"
        said = "".join(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
    assert {path.suffix for path in place.iterdir()} == {".token"}
    assert f"{place}/albert.einstein.token" in said
    assert "ca.pem" not in said
    assert ".pem" not in said


@pytest.mark.parametrize(("choice", "taken"), [("require", None), ("none", "AnonymousUser")])
def test_client_certificates(choice: str, taken: Any, tmp_path: Path) -> None:
    """What is said of certificates is done: without one there is no answer, or with one no name."""
    ready, place = tmp_path / "ready", tmp_path / "given"
    options = ["--tls", "--client-certificates", choice, "--credentials", str(place)]
    with serving(ready, *options):
        url, trusted = ready.read_text(encoding="utf-8").strip(), str(place / "ca.pem")
        pem = str(place / "albert.einstein.pem")
        name = who(url, authorities=trusted, certificate=pem)
        assert name == (taken or "albert.einstein")
        if taken is None:
            with pytest.raises(OSError, match=r"(?i)required"):
                who(url, authorities=trusted)


def test_certificates_need_tls(capsys: pytest.CaptureFixture[str]) -> None:
    """Requiring certificates over plain http is wrong usage."""
    assert run(["sandbox", "--client-certificates", "require"]) == 2
    assert "needs --tls" in capsys.readouterr().err


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
