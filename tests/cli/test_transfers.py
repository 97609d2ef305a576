"""`gracedb-core download` and `gracedb-core upload`: files, bars, sentences and exit statuses."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator, Optional, Tuple

import pytest

from gracedb_core import Client
from gracedb_core.cli.program import run
from gracedb_core.cli.transfers import Bar
from gracedb_sandbox import Sandbox
from gracedb_sandbox.samples import coinc
from tests.transports.server import Heard, Line, Server, answer, says

from .running import PATIENCE, finish, program

DATA = bytes(range(256)) * 12_000
SHOW_CURSOR = "\x1b[?25h"


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Put back the handlers that a run in this process replaces."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def desk(sandbox: Sandbox, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where a user stands: in an empty folder, with a netrc and a server of their own."""
    netrc = home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login albert.einstein password relativity\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("GRACEDB_SERVICE_URL", sandbox.url)
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def client(desk: Path, sandbox: Sandbox) -> Iterator[Client]:
    """Look at the server beside the commands."""
    with Client(sandbox.url) as client:
        yield client


@pytest.fixture
def graceid(client: Client) -> str:
    """Give an event with a file to download."""
    made = client.events.create("c.xml", coinc(), group="Test", pipeline="gstlal")
    client.events[made["graceid"]].logs.create("x", filename="map.fits", filecontents=DATA)
    return str(made["graceid"])


# Downloads


def test_a_download_says_where_it_is(
    desk: Path, graceid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here, in a folder, or under a name: the path is all that is written, and all is there."""
    (desk / "sub").mkdir()
    for into, where in (([], "map.fits"), (["sub"], "sub/map.fits"), (["my.fits"], "my.fits")):
        assert run(["download", graceid, "map.fits", *into]) == 0
        assert capsys.readouterr() == (f"{where}\n", "")
        assert (desk / where).read_bytes() == DATA


def test_files_of_superevents_are_found_by_their_id(
    client: Client, graceid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The id tells whether it is an event or a superevent; a version is a file too."""
    above = client.superevents.create(preferred_event=graceid, t_start=1, t_0=2, t_end=3)
    identifier = above["superevent_id"]
    for data in (b"first", b"second"):
        client.superevents[identifier].logs.create("x", filename="a.txt", filecontents=data)
    assert run(["download", identifier, "a.txt,0"]) == 0
    assert Path(capsys.readouterr().out.strip()).read_bytes() == b"first"


def test_a_url_counts_more_than_the_environment(
    desk: Path, graceid: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--url` names the server; without it the environment does."""
    with Server(says(answer(status="404 Not Found"))) as other:
        elsewhere = f"http://127.0.0.1:{other.port}/api/"
        assert run(["download", graceid, "map.fits", "--url", elsewhere]) == 1
        monkeypatch.setenv("GRACEDB_SERVICE_URL", elsewhere)
        assert run(["download", graceid, "map.fits"]) == 1
        assert run(["download", graceid, "map.fits", "--url", sandbox.url]) == 0
        assert len(other.heard) == 2
    assert (desk / "map.fits").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["G99999999", "a"], "404"),
        (["{id}", "gone.fits"], "404"),
        (["{id}", ".."], "cannot be a file name"),
        (["{id}", "map.fits", "no/such/place"], "There is no folder to download into: no/such"),
        (["{id}", "map.fits", "/dev/null"], "is no file: /dev/null"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    desk: Path, graceid: str, arguments: Any, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1, one line on standard error, nothing written anywhere."""
    arguments = [each.replace("{id}", graceid) for each in arguments]
    assert run(["download", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Error: ")
    assert captured.err.count("\n") == 1
    assert says in captured.err
    assert list(desk.iterdir()) == []


def test_no_server_is_a_sentence(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sees a traceback, also over the transport whose errors are OSErrors too."""
    monkeypatch.setenv("GRACEDB_TRANSPORT", "requests")
    done = finish("download", "G1", "a", "--url", "http://127.0.0.1:9/api/")
    assert (done.returncode, done.stdout) == (1, "")
    *meanwhile, last = done.stderr.splitlines()
    assert all(re.search(r"Trying again in [\d.]+ s\.$", line) for line in meanwhile)
    assert last.startswith("Error: ")
    assert "127.0.0.1:9" in last


def stalling(line: Line, heard: Heard) -> None:
    """Send half of a file, and nothing more."""
    line.send(answer(DATA)[: len(DATA) // 2])
    line.stall()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing(desk: Path, number: signal.Signals) -> None:
    """Ctrl-C in a download ends it with the status of shells, and takes its part away."""
    with Server(stalling) as server:
        url = f"http://127.0.0.1:{server.port}/api/"
        process = subprocess.Popen(
            program("download", "G1", "map.fits", "--url", url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        deadline = time.monotonic() + PATIENCE
        while not list(desk.iterdir()):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        written, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert (written, complaints.strip()) == ("", "")
    assert list(desk.iterdir()) == []


# Uploads


def test_an_upload_gives_its_graceid(
    desk: Path, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """The id is all that is written; the event is as the options say."""
    (desk / "coinc.xml").write_bytes(coinc())
    options = ["--group", "CBC", "--pipeline", "gstlal", "--search", "AllSky"]
    assert run(["upload", *options, "--label", "INJ", "--label", "DQV", "coinc.xml"]) == 0
    written, complaints = capsys.readouterr()
    assert complaints == ""
    event = client.events[written.strip()].get()
    assert (event["group"], event["pipeline"], event["search"]) == ("CBC", "gstlal", "AllSky")
    assert sorted(event["labels"]) == ["DQV", "INJ"]
    with client.events[written.strip()].files["coinc.xml"].get() as file:
        assert file.read() == coinc()


def test_standard_input_is_uploaded(desk: Path, client: Client) -> None:
    """A dash is a pipe's end."""
    options = ["--group", "Test", "--pipeline", "gstlal"]
    done = subprocess.run(
        program("upload", *options, "-"), input=coinc(), stdout=subprocess.PIPE, check=True
    )
    assert client.events[done.stdout.decode().strip()].get()["far"] is not None


def test_what_the_server_warns_of_is_told(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has taken the file, so the status is 0, and the warning is beside the id."""
    (desk / "coinc.xml").write_bytes(b"no XML at all")
    assert run(["upload", "--group", "Test", "--pipeline", "gstlal", "coinc.xml"]) == 0
    written, complaints = capsys.readouterr()
    assert written.count("\n") == 1
    assert complaints.startswith("Warning: ")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--group", "Test", "--pipeline", "nobody"], 1, "pipeline"),
        (["--group", "Test"], 2, "--pipeline"),
        (["--pipeline", "gstlal"], 2, "--group"),
        (["--group", "Test", "--pipeline", "gstlal", "--label", "NONSENSE"], 1, "NONSENSE"),
    ],
)
def test_a_refused_upload_is_a_sentence(
    desk: Path, arguments: Any, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage is 2, what the server refuses is 1."""
    (desk / "coinc.xml").write_bytes(coinc())
    assert run(["upload", *arguments, "coinc.xml"]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err


@pytest.mark.parametrize("name", ["missing.xml", "."])
def test_no_file_to_upload(desk: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not there, or a folder, is wrong usage."""
    assert run(["upload", "--group", "Test", "--pipeline", "gstlal", name]) == 2
    assert name in capsys.readouterr().err


# Bars


def on_a_terminal(*arguments: str) -> Tuple[int, str, str]:
    """Run a command whose standard error is a terminal; give status, output, and what it shows."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(program(*arguments), stdout=subprocess.PIPE, stderr=theirs)
    finally:
        os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:  # Linux says so when nobody has the other end open
            break
        if not block:
            break
        shown += block
    os.close(ours)
    assert process.stdout is not None
    with process.stdout as stream:
        written = stream.read().decode()
    return process.wait(PATIENCE), written, shown.decode()


def test_a_terminal_sees_a_bar(desk: Path, graceid: str) -> None:
    """It has the file's name, goes up to 100%, and gives the cursor back; the path is as ever."""
    status, written, shown = on_a_terminal("download", graceid, "map.fits")
    assert (status, written) == (0, "map.fits\n")
    assert "map.fits" in shown
    steps = [int(percent) for percent in re.findall(r"(\d+)%", shown)]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, 100)
    assert shown.rstrip().endswith(SHOW_CURSOR)


def test_a_terminal_sees_an_upload(desk: Path) -> None:
    """So does an upload's."""
    (desk / "big.xml").write_bytes(coinc() + b"\n" * 3_000_000)
    status, written, shown = on_a_terminal(
        "upload", "--group", "Test", "--pipeline", "gstlal", "big.xml"
    )
    assert (status, written[:1]) == (0, "T")
    assert "big.xml" in shown
    assert "100%" in shown
    assert shown.rstrip().endswith(SHOW_CURSOR)


def test_an_error_comes_after_the_bar(desk: Path) -> None:
    """What breaks off in the middle is told on a line of its own, with the cursor back."""

    def cutting(line: Line, heard: Heard) -> None:
        line.send(answer(DATA)[: len(DATA) // 2])
        line.close()

    with Server(cutting) as server:
        url = f"http://127.0.0.1:{server.port}/api/"
        status, written, shown = on_a_terminal("download", "G1", "map.fits", "--url", url)
    assert (status, written) == (1, "")
    assert f"{SHOW_CURSOR}\r\nError: " in shown
    assert list(desk.iterdir()) == []


class Terminal(io.StringIO):
    """Something that claims to be one."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, *told: Tuple[int, Optional[int]]) -> str:
    """Give what a terminal shows of a bar that is told so."""
    terminal = Terminal()
    # Here and not in a fixture, after which pytest captures the stream itself.
    monkeypatch.setattr(sys, "stderr", terminal)
    with Bar("a.fits") as bar:
        for done, total in told:
            bar(done, total)
    return terminal.getvalue()


def test_a_bar_without_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the server does not tell how much there is, the bytes are counted."""
    seen = shown(monkeypatch, (1000, None), (2000, None), (2500, None))
    assert re.findall(r"\]  (\d+)", seen) == ["0", "1000", "2000", "2500"]
    assert "%" not in seen


def test_a_bar_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer that is repeated takes the bar back to where it is."""
    seen = shown(monkeypatch, *((done, 100) for done in (0, 50, 100, 0, 25, 100)))
    assert re.findall(r"(\d+)%", seen) == ["0", "50", "100", "0", "25", "100"]


def test_a_bar_that_never_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shown of what was refused at once."""
    assert shown(monkeypatch) == ""
