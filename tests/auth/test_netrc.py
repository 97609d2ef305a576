"""netrc: one reading on every Python, only from a file that is its owner's alone."""

from __future__ import annotations

import base64
import netrc as library
import sys
from pathlib import Path
from typing import Dict, List, Optional, Tuple, Union

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracedb_auth_plugins import netrc
from gracedb_auth_plugins._netrc_format import Login, NetrcSyntaxError, find_login
from gracedb_core.interfaces import Absent, Credential, Origin

from .surroundings import Surroundings

HOST = "gracedb.ligo.org"
ENTRY = f"machine {HOST} login albert.einstein password relativity\n"


def find(around: Surroundings) -> Union[Credential, Absent]:
    return netrc.DISCOVERED.find(around.wanted())


def unusable(around: Surroundings) -> str:
    found = find(around)
    assert isinstance(found, Absent)
    assert found.unusable
    return found.reason


def login_of(found: Union[Credential, Absent]) -> Tuple[str, str]:
    assert isinstance(found, Credential), found
    ((name, value),) = found.headers
    assert name == "Authorization"
    username, _, password = (
        base64.b64decode(value.partition("Basic ")[2]).decode("utf-8").partition(":")
    )
    return username, password


# The file


def test_an_entry_becomes_a_header(around: Surroundings) -> None:
    around.write("home/.netrc", ENTRY)
    found = find(around)
    assert login_of(found) == ("albert.einstein", "relativity")
    assert isinstance(found, Credential)
    assert (found.kind, found.source, found.subject) == ("netrc", "~/.netrc", "albert.einstein")
    assert found.expires is None


@pytest.mark.parametrize(
    "content", ["", "machine other.org login a password b", f"machine www.{HOST} password b"]
)
def test_no_entry_is_an_absence(around: Surroundings, content: str) -> None:
    """Only the very host counts, and an open file with nothing for us is not our affair."""
    around.write("home/.netrc", content, mode=0o644)
    assert find(around) == Absent(f"~/.netrc has no entry for {HOST}")


def test_no_file_is_an_absence(around: Surroundings) -> None:
    assert find(around) == Absent("no ~/.netrc")


def test_a_variable_names_another_file(around: Surroundings) -> None:
    """With NETRC, the one at home is not read: that is what it is for."""
    around.write("home/.netrc", ENTRY)
    around.environment["NETRC"] = str(around.write("n", ENTRY.replace("relativity", "other")))
    assert login_of(find(around)) == ("albert.einstein", "other")
    around.environment["NETRC"] = "/dev/null"
    assert find(around) == Absent("NETRC is /dev/null")
    around.environment["NETRC"] = "/no/such/netrc"
    assert unusable(around) == "NETRC names a file that does not exist: /no/such/netrc"


def test_the_port_does_not_matter(around: Surroundings) -> None:
    """As for all who read this file: it knows hosts only."""
    around.write("home/.netrc", "machine 127.0.0.1 login a password b")
    around.origin = Origin("http", "127.0.0.1", 8080)
    assert login_of(find(around)) == ("a", "b")


@pytest.mark.parametrize(
    ("mode", "who"),
    [
        (0o640, "its group can read it"),
        (0o604, "everybody can read it"),
        (0o620, "its group can change it"),
        (0o610, "mode 0610"),
    ],
)
def test_a_file_open_to_others_is_not_used(around: Surroundings, mode: int, who: str) -> None:
    path = around.write("home/.netrc", ENTRY, mode=mode)
    assert unusable(around) == f"~/.netrc is not its owner's alone ({who}); run: chmod 600 {path}"


def test_the_advice_works(around: Surroundings) -> None:
    import subprocess

    around.environment["NETRC"] = str(around.write("a name/it's mine", ENTRY, mode=0o644))
    subprocess.run(unusable(around).partition("run: ")[2], shell=True, check=True)
    assert login_of(find(around)) == ("albert.einstein", "relativity")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owner_alone_is_used(around: Surroundings, mode: int) -> None:
    around.write("home/.netrc", ENTRY, mode=mode)
    assert login_of(find(around)) == ("albert.einstein", "relativity")


def test_a_strangers_file_is_not_used(around: Surroundings) -> None:
    owner = around.uid
    around.uid = owner + 1
    around.write("home/.netrc", ENTRY)
    assert unusable(around) == f"~/.netrc belongs to somebody else (uid {owner})"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("login a", "without a password"),
        ('login a password ""', "without a password"),
        ("password b", "that cannot be used: the user name is empty"),
        ("login a:b password c", "that cannot be used: the user name holds a colon, "),
        ('login a password "b\nc"', "that cannot be used: the password holds a line break"),
    ],
)
def test_an_entry_that_cannot_be_sent_is_said(
    around: Surroundings, entry: str, problem: str
) -> None:
    around.write("home/.netrc", f"machine {HOST} {entry}")
    assert unusable(around).startswith(f"~/.netrc has an entry for {HOST} {problem}")


# The grammar

READINGS: Dict[str, Tuple[str, Optional[Tuple[str, str]]]] = {
    "one line": ("machine h login a password b", ("a", "b")),
    "many lines": ("machine h\n\tlogin a\n\tpassword b\n", ("a", "b")),
    "any order, user for login": ("machine h password b account c user a", ("a", "b")),
    "carriage returns": ("machine h\r\nlogin a\r\npassword b\r\n", ("a", "b")),
    "byte order mark": ("\ufeffmachine h login a password b", ("a", "b")),
    "not ASCII": ("machine h login \u00e4 password \u00df", ("\u00e4", "\u00df")),
    "quoted": ('machine h login "a b" password "c d"', ("a b", "c d")),
    "escaped in quotes": (r'machine h login a password "q\"\\\q"', ("a", r'q"\q')),
    "escaped without quotes": (r"machine h login a password p\q\ r\\", ("a", "pq r\\")),
    "backslash at the end": ("machine h login a password b\\", ("a", "b")),
    "quote inside a word": ('machine h login a password b"c"', ("a", 'b"c"')),
    "keyword as a value": ("machine h login machine password password", ("machine", "password")),
    "hash in values": ("machine h login #a password #b#", ("#a", "#b#")),
    "comment lines": (
        "# one\n#two words\n\n  # \"three\nmachine h\n# it's four\\\nlogin a\n#\npassword b # five",
        ("a", "b"),
    ),
    "commented entry": ("#machine h login x password y\nmachine h login a password b", ("a", "b")),
    "last one counts": ("machine h login x password y machine h login a password b", ("a", "b")),
    "an entry replaces a whole one": ("machine h login a password b machine h login c", ("c", "")),
    "default": ("machine x login y password z\ndefault login a password b", ("a", "b")),
    "default first": ("default login x password y\nmachine h login a password b", ("a", "b")),
    "host in capitals": ("machine H login a password b", ("a", "b")),
    "host called default": ("machine default login x password y", None),
    "macro": (
        "macdef init\ncd /pub\nmachine h login x password y\n\nmachine h login a password b",
        ("a", "b"),
    ),
    "macro behind an entry": ("machine h login a password b\nmacdef m\nquit\n\n", ("a", "b")),
    "empty macro": ("macdef m\n\nmachine h login a password b", ("a", "b")),
    "macro to the end": ("machine h login a password b\nmacdef m\nquit", ("a", "b")),
    "macro to the last line": ("machine h login a password b\nmacdef m\nquit\n", ("a", "b")),
    "macro name at the end": ("machine h login a password b\nmacdef m", ("a", "b")),
    "empty": ("", None),
    "white space": (" \n\t\r\n ", None),
}


@pytest.mark.parametrize("case", sorted(READINGS))
def test_the_grammar(case: str) -> None:
    text, login = READINGS[case]
    found = find_login(text.encode("utf-8"), "h")
    assert (None if found is None else tuple(found)) == login


MALFORMED: Dict[str, Tuple[bytes, int, str]] = {
    "no keyword": (b"secret", 1, "neither machine"),
    "field without a machine": (b"\nlogin secret", 2, "neither machine"),
    "field behind a macro": (b"machine h\nmacdef m\n\nlogin secret", 4, "neither machine"),
    "two words": (b"machine h\nlogin a\npassword b secret\n", 3, "neither machine"),
    "empty word": (b'machine h\n""', 2, "neither machine"),
    "open quote": (b'machine h login a\npassword "secret\n\n', 2, "a quotation mark"),
    "machine at the end": (b"\n\nmachine", 3, "nothing follows the last machine"),
    "password at the end": (b"machine h\nlogin a password\n", 3, "nothing follows the last pass"),
    "macro at the end": (b"macdef", 1, "nothing follows the last macdef"),
    "not UTF-8": (b"machine h\nlogin a password secret\xff\n", 2, "not UTF-8 text"),
}


@pytest.mark.parametrize("case", sorted(MALFORMED))
def test_a_malformed_file_is_named_with_its_line(around: Surroundings, case: str) -> None:
    """Never with its content: what is in the wrong place may be a password."""
    content, line, problem = MALFORMED[case]
    around.write("home/.netrc", content)
    reason = unusable(around)
    assert reason.startswith(f"~/.netrc, line {line}: {problem}")
    assert "secret" not in reason


def test_a_login_does_not_show_itself() -> None:
    assert repr(Login("a", "secret")) == str(Login("a", "secret")) == "Login(...)"


WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Z"], blacklist_characters="\ufeff"),
    min_size=1,
    max_size=8,
)


def quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def bare(word: str) -> str:
    """Write without quotes what can be: a quote that nothing closes is an error for us alone."""
    return quoted(word) if word.startswith('"') else word


@st.composite
def entries(draw: st.DrawFn) -> List[str]:
    """One entry as lines of words, which the standard library reads without a fault of its own."""
    value = st.builds(lambda form, word: form(word), st.sampled_from([bare, quoted]), WORDS)
    # The library tells H from h, which no name server does, but not a host called default.
    others = WORDS.filter(lambda word: word != "default" and word.lower() != "h")
    host = draw(st.one_of(st.just("h"), others))
    lines = [draw(st.sampled_from([f"machine {quoted(host)}", "default"]))]
    for keyword in draw(st.permutations(["login", "password", "account"])):
        lines.append(f"{keyword} {draw(value)}")
    return lines


@pytest.mark.skipif(sys.version_info < (3, 11), reason="its netrc reads backslashes differently")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.lists(entries(), max_size=4),
    between=st.sampled_from([" ", "\n", "\n\t", "\r\n"]),
    macro=st.sampled_from(["", "macdef m\nget x\n\n", "macdef m\n\n"]),
)
def test_the_reading_is_that_of_todays_standard_library(
    tmp_path: Path, file: List[List[str]], between: str, macro: str
) -> None:
    """On every Python, ours reads what 3.13 reads."""
    text = "\n".join(between.join(lines) for lines in file) + "\n" + macro
    path = tmp_path / "netrc"
    path.write_bytes(text.encode("utf-8"))
    try:
        theirs = library.netrc(str(path)).hosts
    except library.NetrcParseError:
        with pytest.raises(NetrcSyntaxError):
            find_login(text.encode("utf-8"), "h")
        return
    login = theirs.get("h", theirs.get("default"))
    ours = find_login(text.encode("utf-8"), "h")
    assert (ours and tuple(ours)) == (login and (login[0], login[2]))


@settings(max_examples=150)
@given(st.one_of(st.binary(), st.text('machine default login"\\#\n \t').map(str.encode)))
def test_any_content_is_read_or_named_by_a_line(content: bytes) -> None:
    """No other exception, and a line that the file has."""
    line = 1
    try:
        find_login(content, "h")
    except NetrcSyntaxError as error:
        line = error.line
    assert 1 <= line <= content.count(b"\n") + content.count(b"\r") + 1


@given(username=st.text(), password=st.text())
def test_any_quoted_pair_arrives(username: str, password: str) -> None:
    """Whatever is written in quotes, with backslashes before quotes and backslashes, is read."""
    try:
        content = f"machine h login {quoted(username)} password {quoted(password)}".encode()
    except UnicodeEncodeError:
        return
    lines = [text.replace("\r\n", "\n").replace("\r", "\n") for text in (username, password)]
    found = find_login(content, "h")
    assert found is not None
    assert list(found) == lines
