"""`gracedb-core auth explain` and `gracedb-core whoami`: what is there, and what it is worth."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, List, Tuple

import pytest

from gracedb_core.cli.program import run
from gracedb_core.interfaces import Absent, Credential
from gracedb_sandbox import DEFAULT_USERS, Sandbox

from ..auth.pki import Authority
from ..auth.surroundings import NOW
from ..auth.test_scitoken import jwt
from .running import finish

URL = "https://gracedb.example/api/"
SECRET = "tweet-tweet-7391"
TOKENS = {user["username"]: user["token"] for user in DEFAULT_USERS}


def write(path: Path, content: Any, mode: int = 0o600) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return str(path)


def explained(capsys: Any, url: str = URL) -> Tuple[int, List[str], str]:
    """Run it; give the status, the lines between the first and the last, and the last."""
    status = run(["auth", "explain", "--url", url])
    captured = capsys.readouterr()
    assert captured.err == ""
    assert SECRET not in captured.out
    first, *lines, last = captured.out.splitlines()
    assert first.startswith("Credentials for http")
    assert (lines[0], lines[-1]) == ("", "")
    return status, lines[1:-1], last


def rung(lines: List[str], name: str) -> List[str]:
    """Give what is said of one rung, its mark first."""
    start = next(number for number, line in enumerate(lines) if line[2:].startswith(name))
    said = [lines[start][0], lines[start][2 + len("explicit username and password") :].strip()]
    for line in lines[start + 1 :]:
        if line[2] != " ":
            break
        said.append(line.strip())
    return said


def test_an_empty_machine(home: Path, capsys: Any) -> None:
    """Every rung says where it looked, place by place; nothing would be sent: status 1."""
    status, lines, last = explained(capsys)
    assert status == 1
    assert last == "A client would send nothing, and be anonymous."
    uid, temporary = os.geteuid(), "/tmp"
    for name in ("explicit token", "explicit x509", "explicit username and password"):
        assert rung(lines, name) == [" ", "not given"]
    assert rung(lines, "discovered token") == [
        " ",
        "BEARER_TOKEN_FILE is unset",
        "XDG_RUNTIME_DIR is unset",
        "BEARER_TOKEN is unset",
        f"no bt_u{uid} in {temporary}",
        *("SCITOKEN is unset", "SCITOKEN_FILE is unset", "_CONDOR_CREDS is unset"),
    ]
    assert rung(lines, "discovered x509") == [
        " ",
        "X509_USER_CERT and X509_USER_KEY are unset",
        "X509_USER_PROXY is unset",
        f"no x509up_u{uid} in {temporary}",
        "no usercert.pem with userkey.pem in ~/.globus",
    ]
    assert rung(lines, "netrc") == [" ", "no ~/.netrc"]


def test_every_rung_is_looked_at(home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose it is, until when, in both ways to say so; those below the one that is taken, too."""
    ends = int(time.time()) + 7200
    token = jwt(sub="albert.einstein", exp=ends, jti=SECRET)
    monkeypatch.setenv("BEARER_TOKEN_FILE", write(home / "token", token))
    write(home / ".netrc", f"machine gracedb.example login henrietta password {SECRET}")
    status, lines, last = explained(capsys)
    assert status == 0
    assert last == "A client would send the scitoken from ~/token: the header Authorization."
    mark, place, whose, until = rung(lines, "discovered token")
    assert (mark, place, whose) == (">", "~/token", "of albert.einstein")
    absolute, _, relative = until.partition(", ")
    assert absolute == time.strftime("expires %Y-%m-%d %H:%M:%S UTC", time.gmtime(ends))
    assert relative.startswith(("in 1:59:", "in 2:00:00"))
    said = [" ", "~/.netrc", "of henrietta", "does not say when it expires"]
    assert rung(lines, "netrc") == said


def test_what_cannot_be_used_is_marked(
    home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expired token is said to be one, and the next rung is taken."""
    write(home / "token", jwt(exp=time.time() - 7200, jti=SECRET))
    monkeypatch.setenv("BEARER_TOKEN_FILE", str(home / "token"))
    write(home / ".netrc", f"machine gracedb.example login henrietta password {SECRET}")
    status, lines, last = explained(capsys)
    assert status == 0
    assert rung(lines, "discovered token") == ["!", "the token in ~/token expired 2 h ago"]
    assert rung(lines, "netrc")[0] == ">"
    assert last.startswith("A client would send the netrc from ~/.netrc")


def test_what_is_to_be_said_of_a_credential_is_said(
    home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a client would warn of stands where it belongs."""
    path = write(home / "token", SECRET, 0o644)
    monkeypatch.setenv("BEARER_TOKEN_FILE", path)
    _status, lines, _last = explained(capsys)
    leak = f"The token in ~/token is not secret: everybody can read it; run: chmod 600 {path}."
    assert rung(lines, "discovered token")[-1] == leak


def test_a_certificate_is_shown_in_the_handshake(
    home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be sent is named for what it is; and over plain http none is looked for."""
    left = time.time() - NOW + 3600
    pem = Authority().issue("Albert \x1b[2J Einstein", ends=left).combined
    monkeypatch.setenv("X509_USER_PROXY", write(home / "proxy", pem))
    status, lines, last = explained(capsys)
    assert (status, rung(lines, "discovered x509")[0]) == (0, ">")
    assert rung(lines, "discovered x509")[2] == "of CN=Albert \\x1b[2J Einstein,O=LIGO"
    assert last == (
        "A client would send the x509 from ~/proxy: the certificate in the TLS handshake."
    )
    status, lines, _last = explained(capsys, "http://127.0.0.1/api/")
    assert status == 1
    assert rung(lines, "discovered x509")[1].startswith("not looked for")


def test_over_plain_http_nothing_would_be_sent(
    home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there is shown, and why it stays here."""
    monkeypatch.setenv("BEARER_TOKEN", SECRET)
    status, lines, last = explained(capsys, "http://gracedb.example/api/")
    assert status == 1
    assert rung(lines, "discovered token")[1] == "the variable BEARER_TOKEN"
    assert last.startswith("A client would be anonymous. The scitoken credential from the var")
    assert explained(capsys, "http://localhost/api/")[0] == 0


@pytest.mark.parametrize(
    ("expires", "says"),
    [
        (1e300, "expires in 1157407 days, 9:46:40 or later"),
        (1e18, "expires in 1157407 days, 9:46:40 or later"),
        (None, "does not say when it expires"),
        (90061.0, "expires 1970-01-02 01:01:01 UTC, in 1 day, 1:01:01"),
        (0.0, "expires 1970-01-01 00:00:00 UTC, 0:00:00 ago"),
    ],
)
def test_ends_beyond_all_calendars(expires: Any, says: str) -> None:
    """Whatever a token or a plugin says of its end can be written down."""
    from gracedb_core.cli.commands.auth import _described

    assert _described(Credential("test", "here", expires=expires), 0.0)[1] == says
    assert _described(Absent("one; two"), 0.0) == ["one", "two"]


def test_the_url_comes_from_the_environment(
    home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a client; and a wrong one is refused as for a client."""
    monkeypatch.setenv("GRACEDB_SERVICE_URL", "https://playground.example/api/")
    assert run(["auth", "explain"]) == 1
    assert "Credentials for https://playground.example," in capsys.readouterr().out
    assert run(["auth", "explain", "--url", "playground"]) == 1
    assert capsys.readouterr().err.startswith("Error: ")


def test_no_server_is_asked_and_it_works_as_a_process(home: Path) -> None:
    """The extra `cli` is enough; nobody listens at that address, and nobody needs to."""
    done = finish("auth", "explain", "--url", "http://127.0.0.1:9/api/", without=["flask"])
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Credentials for http://127.0.0.1:9,")


# whoami


def test_who_am_i(
    sandbox: Sandbox, home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name on standard output, for scripts; it is the server's word."""
    monkeypatch.setenv("BEARER_TOKEN_FILE", write(home / "t", TOKENS["henrietta.leavitt"]))
    assert run(["whoami", "--url", sandbox.url]) == 0
    assert capsys.readouterr() == ("henrietta.leavitt\n", "")
    monkeypatch.setenv("GRACEDB_SERVICE_URL", sandbox.url)
    assert run(["whoami"]) == 0
    assert capsys.readouterr().out == "henrietta.leavitt\n"


def test_who_am_i_without_a_credential(sandbox: Sandbox, home: Path, capsys: Any) -> None:
    """Nobody, and where to find out why."""
    assert run(["whoami", "--url", sandbox.url]) == 1
    said = "Error: no credential was sent; `gracedb-core auth explain` shows where was looked.\n"
    assert capsys.readouterr() == ("AnonymousUser\n", said)


def test_who_am_i_with_a_credential_that_does_not_count(
    sandbox: Sandbox, home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says nothing of a bad token, and answers as to a stranger: we say so."""
    monkeypatch.setenv("BEARER_TOKEN_FILE", write(home / "t", jwt(sub="x", jti=SECRET)))
    assert run(["whoami", "--url", sandbox.url]) == 1
    said = (
        "Error: the scitoken from ~/t was sent, but the server took us for nobody: it does not "
        "know or does not accept it.\n"
    )
    assert capsys.readouterr() == ("AnonymousUser\n", said)


def test_what_is_passed_over_is_a_sentence(
    sandbox: Sandbox, home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning about a credential shows no line of a program, whatever Python's filters."""
    write(home / ".netrc", f"machine 127.0.0.1 login a password {SECRET}", 0o644)
    monkeypatch.setenv("BEARER_TOKEN", jwt(exp=1, jti=SECRET))
    assert run(["whoami", "--url", sandbox.url]) == 1
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("Warning: The discovered token for 127.0.0.1 cannot be used: ")
    assert second.startswith("Warning: The netrc for 127.0.0.1 cannot be used: ~/.netrc is not ")
    assert third.startswith("Error: no credential was sent")


def test_who_am_i_where_nobody_answers(home: Path, capsys: Any) -> None:
    """That is an error of its own, and not the same as being nobody."""
    assert run(["whoami", "--url", "http://127.0.0.1:9/api/"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Error: ")
    assert "127.0.0.1:9" in captured.err


class Broken:
    """A plugin of a stranger's that does not load."""

    name = "vault"
    value = "nowhere"
    title = "somebody-elses 1.2"

    def load(self) -> None:
        raise ImportError("no module named leap_seconds")


def test_a_plugin_that_does_not_load_is_named(
    home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It might have had a rung: who wonders where that is gets the answer."""
    from gracedb_core.cli import extensions

    found = extensions.installed_plugins()
    monkeypatch.setattr(extensions, "installed_plugins", lambda: (*found, Broken()))
    assert run(["auth", "explain", "--url", URL]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("Warning: The plugin 'vault' of somebody-elses 1.2 cannot be lo")
    assert "netrc" in captured.out
