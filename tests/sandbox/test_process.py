"""The sandbox as a process: it starts at once, ends with its owner, keeps what it was told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from queue import Empty
from typing import List
from urllib.parse import urlsplit

import pytest
import requests

from gracedb_sandbox import DEFAULT_USERS, MissingExtra, Sandbox, SandboxFailed
from gracedb_sandbox.server import attend

from .conftest import Api

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def listen_for_the_end(url: str) -> bytes:
    """Hold a connection to the server until the server closes it."""
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname, address.port), timeout=20) as held:
            return held.recv(1)
    except ConnectionError:
        return b""  # it ended before it could accept


def test_a_sandbox_answers_as_soon_as_it_is_entered_and_no_longer_when_it_is_left() -> None:
    """`url` is good inside the block, and refuses connections after it."""
    with Sandbox() as server:
        assert server.url.endswith("/api/")
        assert requests.get(server.url, timeout=5).status_code == 200
        url, folder = server.url, server.folder
        assert folder.is_dir()
    with pytest.raises(SandboxFailed, match="does not run"):
        server.url  # noqa: B018  asking is the test
    assert not folder.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_start_and_stop_may_be_repeated() -> None:
    """Starting twice is one server, stopping twice is no error, and it starts again after."""
    server = Sandbox()
    assert server.start().url == server.start().url
    server.stop()
    server.stop()
    with server:
        assert requests.get(server.url, timeout=5).ok


def test_a_folder_keeps_events_and_files_for_the_next_server(tmp_path: Path) -> None:
    """What was acknowledged is there after a restart, counters included."""
    with Sandbox(tmp_path / "kept") as server, Api(server.url) as api:
        gid = api.event()
    with Sandbox(tmp_path / "kept") as server, Api(server.url) as api:
        assert api.get(f"events/{gid}").json()["graceid"] == gid
        assert api.get(f"events/{gid}/files/event.log").ok
        assert api.event() == "T0002"
    assert (tmp_path / "kept").is_dir()


def test_users_and_pipelines_can_be_others(tmp_path: Path) -> None:
    """A users file replaces everybody; a pipeline can be out of service."""
    users = tmp_path / "users.json"
    users.write_text(
        '[{"username": "vera.rubin", "password": "dark:matter ÿ", "groups": ["internal_users"],'
        ' "pipelines": ["CWB"], "token": "opaque"}]',
        encoding="utf-8",
    )
    with Sandbox(users=users, pipelines={"CWB": "disabled", "X": "deprecated"}) as server:
        assert [user["username"] for user in server.users] == ["vera.rubin"]
        with Api(server.url, None) as api:
            api.headers["Authorization"] = "Bearer opaque"
            assert api.get("user-info/").json()["upload_to_pipeline"] == ["CWB"]
            assert "temporarily disabled" in api.create(group="Burst", pipeline="CWB").text
            assert "no longer supported" in api.create(group="Test", pipeline="X").text
            assert "permission on this" in api.create(group="CBC", pipeline="gstlal").text
        pair = (b"vera.rubin", "dark:matter ÿ".encode())
        assert requests.get(server.url + "user-info/", auth=pair, timeout=5).json()["username"]
        with Api(server.url) as api:
            assert api.get("user-info/").status_code == 403


def test_the_default_users_are_known_to_tests() -> None:
    """`Sandbox.users` names who can log in, with their passwords."""
    pairs = [(user["username"], user["password"]) for user in Sandbox.users]
    assert pairs == [("albert.einstein", "relativity"), ("henrietta.leavitt", "cepheids")]
    assert Sandbox.users is DEFAULT_USERS


def test_a_port_in_use_is_reported_in_a_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    """A server that cannot start says why, and leaves no process behind."""
    port = urlsplit(sandbox.url).port
    assert port
    with pytest.raises(SandboxFailed, match=r"did not start: \w+"):
        Sandbox(tmp_path, port).start()


def test_the_server_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    """Not even SIGKILL of the owner leaves a server or its temporary folder behind."""
    program = textwrap.dedent(
        """
        import sys
        from gracedb_sandbox import Sandbox
        server = Sandbox().start()
        sys.stdout.write(f"{server.url} {server.folder}\\n")
        sys.stdout.flush()
        sys.stdin.read()
        """
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=str(ROOT),
    )
    with owner:
        assert owner.stdout is not None
        url, _ = owner.stdout.readline().decode().split()
        assert requests.get(url, timeout=5).ok
        owner.kill()
        assert listen_for_the_end(url) == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_announces_itself_and_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """`serve` writes a whole URL into the ready file, and a signal ends it with status 0."""
    ready = tmp_path / "ready"
    os.mkfifo(ready.with_suffix(".part"))
    program = f"import gracedb_sandbox; gracedb_sandbox.serve(ready_file={str(ready)!r})"
    server = subprocess.Popen([sys.executable, "-c", program], cwd=str(ROOT))
    with server:
        # The URL is written beside the ready file first; a pipe there lets this test wait for it.
        url = Path(ready.with_suffix(".part")).read_text(encoding="utf-8").strip()
        assert requests.get(url, timeout=5).ok
        server.send_signal(number)
        assert server.wait(20) == 0


def test_without_the_extra_importing_works_and_starting_says_what_to_install() -> None:
    """The sentence names the extra; nothing else of the package needs it."""
    program = textwrap.dedent(
        """
        import sys
        class Absent:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in ("flask", "cheroot", "pyparsing", "defusedxml", "jwt"):
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Absent())
        import gracedb_sandbox
        for start in (gracedb_sandbox.Sandbox, gracedb_sandbox.serve):
            try:
                start()
            except ImportError as problem:
                assert "pip install 'gracedb-core[sandbox]'" in str(problem), problem
            else:
                raise SystemExit("it started")
        """
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=str(ROOT), check=False)
    assert done.returncode == 0
    assert issubclass(MissingExtra, ImportError)


def test_a_fork_of_the_owner_does_not_stop_the_server() -> None:
    """A child that leaves the block by its own end leaves the parent's server running."""
    program = textwrap.dedent(
        """
        import os, urllib.request
        from gracedb_sandbox import Sandbox
        with Sandbox() as server:
            child = os.fork()
            if child == 0:
                server.stop()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert urllib.request.urlopen(server.url).status == 200
        """
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=str(ROOT), check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("what", ["ready file", "database"])
def test_what_cannot_serve_ends_at_once(tmp_path: Path, what: str) -> None:
    """A ready file that cannot be written, or a folder of something else, end the process."""
    (tmp_path / "gracedb.sqlite").write_bytes(b"certainly no database, and long enough" * 9)
    options = {
        "ready file": "ready_file='/nonexistent/ready'",
        "database": f"folder={str(tmp_path)!r}",
    }[what]
    program = f"import gracedb_sandbox; gracedb_sandbox.serve({options})"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=str(ROOT),
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert b"Error" in ended.stderr.splitlines()[-1]


def test_a_signal_while_it_starts_ends_it(tmp_path: Path) -> None:
    """A server that is stopped before it could say that it is ready stops all the same."""
    ready = tmp_path / "ready"
    program = (
        "import os, signal, gracedb_sandbox.server as server\n"
        "made = server.Running\n"
        "def making(*args, **options):\n"
        "    running = made(*args, **options)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return running\n"
        "server.Running = making\n"
        f"server.serve(ready_file={str(ready)!r})\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=str(ROOT), timeout=60, check=False)
    assert ended.returncode == 0


def test_credentials_are_renewed_until_a_signal() -> None:
    """As long as no signal comes, credentials are written again and again, whatever goes wrong."""
    happened: List[str] = []
    waits = iter([Empty(), Empty(), None])

    def get(*, timeout: float) -> None:
        happened.append(f"waited {timeout:.0f} s")
        problem = next(waits)
        if problem is not None:
            raise problem

    def renew() -> None:
        happened.append("renewed")
        raise OSError("no space left")

    attend(get, renew)
    assert happened == ["waited 3600 s", "renewed"] * 2 + ["waited 3600 s"]


@pytest.mark.parametrize("tls", [False, True])
def test_everybodys_credentials_in_one_folder(tmp_path: Path, tls: bool) -> None:
    """A folder of credentials holds one of each kind that is of use, under the users' names."""
    with Sandbox(tls=tls, users=[{"username": "a/b"}, {"username": "c"}]) as server:
        assert server.write_credentials(tmp_path / "x") == tmp_path / "x"
        before = (tmp_path / "x" / "c.token").read_bytes()
        assert server.write_credentials() == server.folder / "credentials"
        server.write_credentials(tmp_path / "x")
        assert (tmp_path / "x" / "c.token").read_bytes() != before
    names = {"a%2Fb.token", "c.token"} | ({"a%2Fb.pem", "c.pem", "ca.pem"} if tls else set())
    assert {path.name for path in (tmp_path / "x").iterdir()} == names


def test_a_plain_sandbox_loads_no_cryptography(tmp_path: Path) -> None:
    """Whoever uses passwords over plain http does not wait for libraries that make keys."""
    program = (
        "import sys, gracedb_sandbox.server as server\n"
        f"server.Running({str(tmp_path)!r}, '127.0.0.1', 0).stop()\n"
        "sys.exit('cryptography' in sys.modules or 'jwt' in sys.modules)\n"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=str(ROOT), check=False).returncode == 0
    )
