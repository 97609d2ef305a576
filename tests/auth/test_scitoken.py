"""SciTokens: what is found where, what is read from a token, and which ones are never sent."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Dict, Union

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gracedb_auth_plugins import scitoken
from gracedb_core.errors import CredentialError
from gracedb_core.interfaces import Absent, Credential, Origin

from .surroundings import NOW, Surroundings

HERE = "https://gracedb.ligo.org"


def jwt(**claims: Any) -> str:
    """Make a token with these claims; the signature is nothing we look at."""
    return raw_jwt(json.dumps(claims).encode())


def raw_jwt(payload: bytes) -> str:
    parts = [b'{"alg":"ES256","typ":"JWT"}', payload, b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def given_token(around: Surroundings, path: Path) -> Credential:
    found = scitoken.GIVEN.find(around.wanted(token=path))
    assert isinstance(found, Credential)
    return found


def refusal(around: Surroundings, content: Union[str, bytes]) -> str:
    """Give this token by a file; return the sentence after the file's name."""
    path = around.write("token", content)
    with pytest.raises(CredentialError) as caught:
        given_token(around, path)
    start, _, rest = str(caught.value).partition(f"The token in {path} ")
    assert not start
    return rest


def discovered(around: Surroundings) -> Union[Credential, Absent]:
    return scitoken.DISCOVERED.find(around.wanted())


def token_of(found: Union[Credential, Absent]) -> str:
    assert isinstance(found, Credential), found
    ((name, value),) = found.headers
    assert name == "Authorization"
    assert value.startswith("Bearer ")
    return value[len("Bearer ") :]


def unusable(around: Surroundings) -> str:
    found = discovered(around)
    assert isinstance(found, Absent)
    assert found.unusable
    return found.reason


# What is read from a token


def test_nothing_given_is_absent(around: Surroundings) -> None:
    assert scitoken.GIVEN.find(around.wanted()) == Absent("not given")


def test_a_token_says_whose_it_is_and_until_when(around: Surroundings) -> None:
    """Claims are read without verifying: that is the server's part."""
    token = jwt(exp=NOW + 600, aud=HERE, sub="albert.einstein@ligo.org")
    found = given_token(around, around.write("home/token", f"\n {token}\r\n"))
    assert token_of(found) == token
    assert found == Credential(
        "scitoken",
        "~/token",
        headers=(("Authorization", f"Bearer {token}"),),
        expires=NOW + 600,
        subject="albert.einstein@ligo.org",
        files=(around.home / "token",),
    )


OPAQUE = {
    "no dots": "c2VjcmV0",
    "five parts (encrypted)": "eyJhIjoxfQ.a.b.c.d",
    "not base64": "a.!.b",
    "not JSON": raw_jwt(b"certainly not"),
    "not UTF-8": raw_jwt(b'{"exp": "\xff"}'),
    "not an object": raw_jwt(b"[1, 2]"),
    "nested beyond reason": raw_jwt(b"[" * 100_000),
    "exp is text": jwt(exp="tomorrow"),
    "exp is true": jwt(exp=True),
    "exp is NaN": raw_jwt(b'{"exp": NaN}'),
    "exp is infinite": raw_jwt(b'{"exp": Infinity}'),
    "exp is beyond floats": raw_jwt(b'{"exp": 1' + b"0" * 400 + b"}"),
    "exp is beyond integers": raw_jwt(b'{"exp": 1' + b"0" * 9000 + b"}"),
    "nbf is text": jwt(nbf="tomorrow"),
    "sub is a number": jwt(sub=7),
    "sub holds a terminal command": jwt(sub="\x1b[2J"),
    "aud is null": jwt(aud=None),
}


@pytest.mark.parametrize("case", sorted(OPAQUE))
def test_what_a_token_does_not_say_is_unknown(around: Surroundings, case: str) -> None:
    """An opaque or odd token is sent as it is: the server decides."""
    found = given_token(around, around.write("token", OPAQUE[case]))
    assert token_of(found) == OPAQUE[case]
    assert (found.expires, found.subject) == (None, None)


@pytest.mark.parametrize(
    ("origin", "audience", "accepted"),
    [
        (HERE, "ANY", True),
        (HERE, "https://wlcg.cern.ch/jwt/v1/any", True),
        (HERE, HERE, True),
        (HERE, f"{HERE}/", True),
        (HERE, f"{HERE}:443", True),
        (HERE, "HTTPS://GraceDB.LIGO.org", True),
        (HERE, "gracedb.ligo.org", True),
        ("https://GraceDB.LIGO.org", HERE, True),
        (HERE, "gracedb.ligo.org:443", True),
        (HERE, ["https://elsewhere.org", HERE], True),
        ("https://[::1]:8443", "https://[::1]:8443", True),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("https://gracedb.ligo.org:8443", HERE, True),
        (HERE, "any", False),
        (HERE, "", False),
        (HERE, [], False),
        (HERE, 7, False),
        (HERE, [None], False),
        (HERE, f"{HERE}:8443", False),
        (HERE, f"{HERE}/another-service", False),
        (HERE, "http://gracedb.ligo.org", False),
        (HERE, "ftp://gracedb.ligo.org", False),
        (HERE, "https://gracedb.ligo.org.elsewhere.org", False),
        (HERE, "https://playground.gracedb.ligo.org", False),
        (HERE, "ligo.org", False),
        (HERE, "https://gracedb.ligo.org:port", False),
        (HERE, "https://[gracedb.ligo.org", False),
    ],
)
def test_a_token_for_another_server_is_not_sent(
    around: Surroundings, origin: str, audience: object, accepted: bool
) -> None:
    """The server would take such a request for an anonymous one and answer with less."""
    scheme, _, rest = origin.partition("://")
    host, _, port = rest.rpartition(":") if rest.count(":") else (rest, "", "443")
    around.origin = Origin(scheme, host.strip("[]"), int(port))
    token = jwt(aud=audience)
    if accepted:
        assert token_of(given_token(around, around.write("token", token))) == token
    else:
        expected = f"is for other servers than {origin} (its audience does not name it)."
        assert refusal(around, token) == expected
        around.environment["BEARER_TOKEN"] = token
        assert expected[:-1] in unusable(around)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (0, "0 s"),
        (-1, "1 s"),
        (-59, "59 s"),
        (-60, "1 min"),
        (-7200, "2 h"),
        (-86400 * 3, "3 d"),
    ],
)
def test_an_expired_token_is_not_sent(around: Surroundings, left: int, words: str) -> None:
    token = jwt(exp=NOW + left)
    assert refusal(around, token) == f"expired {words} ago."
    around.environment["BEARER_TOKEN"] = token
    assert unusable(around) == f"the token in the variable BEARER_TOKEN expired {words} ago"


@pytest.mark.parametrize(("ahead", "words"), [(61, "1 min"), (3600, "1 h"), (86400 * 2, "2 d")])
def test_a_token_that_is_not_valid_yet_is_not_sent(
    around: Surroundings, ahead: int, words: str
) -> None:
    token = jwt(nbf=NOW + ahead, exp=NOW + 10 * ahead)
    assert refusal(around, token) == f"is not valid yet, only in {words}."
    around.environment["BEARER_TOKEN"] = token
    assert unusable(around).endswith(f" is not valid yet, only in {words}")


@pytest.mark.parametrize("ahead", [-5, 0, 60])
def test_a_clock_that_is_a_little_behind_is_forgiven(around: Surroundings, ahead: int) -> None:
    """A token that was issued this second is sent, though our clock be a minute late."""
    token = jwt(nbf=NOW + ahead, exp=NOW + 600)
    assert token_of(given_token(around, around.write("token", token))) == token


@given(length=st.integers(3, len(jwt(exp=NOW + 600).rpartition(".")[0]) + 1))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_token_cut_short_is_not_sent(around: Surroundings, length: int) -> None:
    """Read while it was written, it would be taken for an opaque one that never expires."""
    assert refusal(around, jwt(exp=NOW + 600)[:length]) == "is cut short."


def test_time_comes_from_the_question(around: Surroundings) -> None:
    """The same token is good before its end and not after, whatever the machine's clock says."""
    path = around.write("token", jwt(exp=1000))
    assert isinstance(scitoken.GIVEN.find(around.wanted(token=path, now=999.5)), Credential)
    with pytest.raises(CredentialError, match="expired"):
        scitoken.GIVEN.find(around.wanted(token=path, now=1000.0))


@pytest.mark.parametrize("content", ["", " \t\r\n\f\v\n"])
def test_an_empty_file_is_said(around: Surroundings, content: str) -> None:
    assert refusal(around, content) == "is empty."


@pytest.mark.parametrize(
    "content",
    ["two words", "two\nlines", "a\x00b", "a\x7fb", "a\rb", "caf\u00e9", "\ufeffa", b"\xff"],
)
def test_what_no_header_can_carry_is_refused(
    around: Surroundings, content: Union[str, bytes]
) -> None:
    expected = "holds a space, a line break or another character that no token has."
    assert refusal(around, content) == expected


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(), st.text().map(str.encode), st.from_regex(rb"[!-~]+\n?")))
@example(b"token\n")
def test_any_content_is_refused_or_arrives(around: Surroundings, content: bytes) -> None:
    """What is in the file, white space around it aside, is in the header, or nothing is sent."""
    try:
        found = given_token(around, around.write("token", content))
    except CredentialError as error:
        refused = repr(str(error))
        assert "is empty" in refused or "holds a space" in refused
    else:
        assert token_of(found).encode("ascii") == content.strip(b" \t\r\n\f\v")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["exp", "aud", "sub"]), inner)
        ),
    )
)
def test_no_claims_make_trouble(around: Surroundings, payload: object) -> None:
    """Whatever JSON a token holds, it is sent or refused."""
    path = around.write("token", raw_jwt(json.dumps(payload).encode()))
    try:
        found = given_token(around, path)
    except CredentialError as error:
        refused = str(error)
        assert "expired" in refused or "audience" in refused
    else:
        assert found.expires is None or found.expires > NOW


# The file that was named


def test_a_missing_file_is_named(around: Surroundings) -> None:
    with pytest.raises(CredentialError) as caught:
        given_token(around, around.folder / "none")
    expected = f"The argument token names a file that does not exist: {around.folder}/none."
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "mistaken", ["c2VjcmV0", "a/b+c==", jwt(sub="x"), "x" * 300, "/tmp/" + jwt(sub="x"), "a\0b"]
)
def test_a_token_in_the_place_of_a_name_is_not_shown(around: Surroundings, mistaken: str) -> None:
    """People pass the token itself; a name that is no file's is not repeated."""
    with pytest.raises(CredentialError) as caught:
        given_token(around, Path(mistaken))
    assert mistaken not in str(caught.value)
    assert mistaken not in repr(caught.value.__context__)
    around.environment["BEARER_TOKEN_FILE"] = mistaken
    assert mistaken not in unusable(around)


def test_a_folder_is_no_token(around: Surroundings) -> None:
    with pytest.raises(CredentialError, match=r"cannot be read \(is a directory\)"):
        given_token(around, around.home)


def test_a_fifo_does_not_hold_us_up(around: Surroundings) -> None:
    fifo = around.folder / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(CredentialError, match="is not a regular file"):
        given_token(around, fifo)


def test_a_huge_file_is_not_read(around: Surroundings) -> None:
    path = around.write("token", b"x" * ((1 << 20) + 1))
    with pytest.raises(CredentialError, match="is larger than a mebibyte"):
        given_token(around, path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_file_is_said(around: Surroundings) -> None:
    path = around.write("token", "secret", mode=0)
    with pytest.raises(CredentialError, match=r"cannot be read \(permission denied\)"):
        given_token(around, path)


@pytest.mark.parametrize(
    ("mode", "who"),
    [(0o640, "its group can read it"), (0o666, "everybody can read and change it")],
)
def test_an_open_file_is_used_with_a_remark(around: Surroundings, mode: int, who: str) -> None:
    """A token lives for hours only, and many tools write it so."""
    path = around.write("token", "secret", mode=mode)
    around.environment["BEARER_TOKEN_FILE"] = str(path)
    expected = f"The token in {path} is not secret: {who}; run: chmod 600 {path}."
    for provider, wanted in (
        (scitoken.GIVEN, around.wanted(token=path)),
        (scitoken.DISCOVERED, around.wanted()),
    ):
        found = provider.find(wanted)
        assert token_of(found) == "secret"
        assert isinstance(found, Credential)
        assert found.remarks == (expected,)


# Where tokens are looked for


def test_nowhere_is_said_place_by_place(around: Surroundings) -> None:
    name = f"bt_u{around.uid}"
    assert discovered(around) == Absent(
        "BEARER_TOKEN_FILE is unset; XDG_RUNTIME_DIR is unset; BEARER_TOKEN is unset; "
        f"no {name} in {around.temporary}; "
        "SCITOKEN is unset; SCITOKEN_FILE is unset; _CONDOR_CREDS is unset"
    )
    around.environment["XDG_RUNTIME_DIR"] = str(around.folder / "no/such/folder")
    assert f"no {name} in XDG_RUNTIME_DIR" in str(discovered(around))


def test_empty_variables_are_unset(around: Surroundings) -> None:
    around.environment.update(BEARER_TOKEN_FILE="", XDG_RUNTIME_DIR="", BEARER_TOKEN=" \n")
    around.environment.update(SCITOKEN="", SCITOKEN_FILE="", _CONDOR_CREDS="")
    found = discovered(around)
    assert isinstance(found, Absent)
    assert not found.unusable


def fill(around: Surroundings, place: str, content: str) -> None:
    name = f"bt_u{around.uid}"
    if place in ("BEARER_TOKEN_FILE", "SCITOKEN_FILE"):
        around.environment[place] = str(around.write(f"named/{place}", content))
    elif place == "XDG_RUNTIME_DIR":
        around.environment[place] = str(around.write(f"run/{name}", content).parent)
    elif place in ("BEARER_TOKEN", "SCITOKEN"):
        around.environment[place] = content
    elif place == "_CONDOR_CREDS":
        around.environment[place] = str(around.write("job/igwn.use", content).parent)
    else:
        around.write(f"tmp/{name}", content)


PLACES = (
    *("BEARER_TOKEN_FILE", "XDG_RUNTIME_DIR", "BEARER_TOKEN", "temporary"),
    *("SCITOKEN", "SCITOKEN_FILE", "_CONDOR_CREDS"),
)


@given(states=st.fixed_dictionaries({p: st.sampled_from(["none", "good", "old"]) for p in PLACES}))
@settings(max_examples=81)
def test_the_first_good_place_is_taken(
    tmp_path_factory: pytest.TempPathFactory, states: Dict[str, str]
) -> None:
    """In the order of the places, over all combinations; nothing bad before it goes unsaid."""
    around = Surroundings(tmp_path_factory.mktemp("around"))
    for place, state in states.items():
        if state != "none":
            ends = NOW + (60 if state == "good" else -60)
            fill(around, place, jwt(sub=place, exp=ends, scope="gracedb.read"))
    good = [place for place in PLACES if states[place] == "good"]
    old = [place for place in PLACES if states[place] == "old"]
    found = discovered(around)
    if good:
        assert isinstance(found, Credential)
        assert found.subject == good[0]
        before = [place for place in old if PLACES.index(place) < PLACES.index(good[0])]
        assert len(found.remarks) == len(before)
        assert all("is used instead" in remark for remark in found.remarks)
    else:
        assert isinstance(found, Absent)
        assert found.unusable == bool(old)
        assert found.reason.count("expired") == len(old)


@pytest.mark.parametrize("variable", ["BEARER_TOKEN_FILE", "SCITOKEN_FILE"])
def test_a_variable_that_names_no_file_is_said(around: Surroundings, variable: str) -> None:
    around.environment[variable] = "/no/such/file"
    assert unusable(around) == f"{variable} names a file that does not exist: /no/such/file"


FOR_GRACEDB = jwt(aud=HERE, sub="gracedb", scope="dqsegdb.read gracedb.read")


def test_a_job_has_tokens_for_several_services(around: Surroundings) -> None:
    """Other services' are never sent, and passed over in silence: they are no mistake."""
    around.write("job/box.use", '{"access_token":"of-another-service"}')
    around.write("job/code.use", "opaque-and-of-another-service")
    around.write("job/disk.use", jwt(scope="storage.read:/", sub="disk"))
    around.write("job/gracedb.top", FOR_GRACEDB)
    around.write("job/gracedb.use", FOR_GRACEDB)
    around.write("job/later.use", jwt(aud=HERE, sub="later", scope="gracedb.read"))
    around.environment["_CONDOR_CREDS"] = str(around.folder / "job")
    found = discovered(around)
    assert isinstance(found, Credential)
    assert found.subject == "gracedb"
    assert found.files == (around.folder / "job/gracedb.use",)
    assert not found.remarks


def test_a_job_whose_tokens_are_all_no_good_says_why(around: Surroundings) -> None:
    around.write("job/archive.use", jwt(aud="https://archive.example.org", scope="gracedb.read"))
    around.write("job/gracedb.use", jwt(exp=NOW - 7200, scope="gracedb.read"))
    around.write("job/tape.use", "two words")
    around.environment["_CONDOR_CREDS"] = str(around.folder / "job")
    told = unusable(around)
    assert "archive.use is for other servers than" in told
    assert "gracedb.use expired 2 h ago" in told
    assert "tape.use" not in told


def test_a_job_without_tokens_has_none(around: Surroundings) -> None:
    for folder in (around.folder / "no/such/folder", around.runtime):
        around.environment["_CONDOR_CREDS"] = str(folder)
        found = discovered(around)
        assert isinstance(found, Absent)
        assert not found.unusable
        expected = "; no token with the scope gracedb.read among *.use in _CONDOR_CREDS"
        assert found.reason.endswith(expected)


@pytest.mark.parametrize("mistaken", ["eyJ" + "x" * 300, "file", "a\0b"])
def test_a_folder_that_is_none_is_not_shown(around: Surroundings, mistaken: str) -> None:
    """It may be a token that was put there by mistake."""
    around.write("file", "")
    folder = str(around.folder / mistaken) if mistaken == "file" else mistaken
    around.environment["_CONDOR_CREDS"] = folder
    told = "_CONDOR_CREDS names something that is no folder, or cannot be read"
    assert unusable(around) == told


def test_a_home_folder_may_be_written_as_a_tilde(around: Surroundings) -> None:
    """A quoted ``BEARER_TOKEN_FILE=~/token`` reaches us as it was typed."""
    around.write("home/token", "secret")
    around.environment["BEARER_TOKEN_FILE"] = "~/token"
    assert token_of(discovered(around)) == "secret"


def test_names_that_would_confuse_a_terminal_are_escaped(around: Surroundings) -> None:
    path = around.write("a\x1b[2J", "two words")
    around.environment["BEARER_TOKEN_FILE"] = str(path)
    assert "\\x1b[2J" in unusable(around)


# Folders where everybody can write


@pytest.mark.parametrize("place", ["temporary", "XDG_RUNTIME_DIR"])
def test_a_strangers_file_is_not_taken(around: Surroundings, place: str) -> None:
    """Anybody could make us speak for somebody else by a file of that name."""
    owner = around.uid
    around.uid = owner + 1
    fill(around, place, "planted")
    if place == "XDG_RUNTIME_DIR":
        around.runtime.chmod(0o1777)
    assert f"belongs to somebody else (uid {owner})" in unusable(around)


def test_a_symbolic_link_is_not_followed_there(around: Surroundings) -> None:
    """A link in such a folder may lead to any file that we can read."""
    target = around.write("home/other-secret", "other-secret")
    link = around.temporary / f"bt_u{around.uid}"
    link.symlink_to(target)
    assert "is a symbolic link where everybody can make one" in unusable(around)


def test_a_symbolic_link_elsewhere_is_followed(around: Surroundings) -> None:
    """Mounted secrets are links; in a folder of one's own that is one's own affair."""
    target = around.write("home/token", "secret")
    link = around.home / "link"
    link.symlink_to(target)
    assert token_of(given_token(around, link)) == "secret"


@pytest.mark.parametrize("variable", ["BEARER_TOKEN", "SCITOKEN"])
def test_a_variable_with_the_name_of_a_file_is_no_token(
    around: Surroundings, variable: str
) -> None:
    """It is not sent, and the remedy is told."""
    around.environment[variable] = str(around.write("token", "secret"))
    assert unusable(around) == (
        f"the variable {variable} is the name of a file, and must be a token itself; "
        f"set {variable}_FILE to the name"
    )


def test_a_token_for_other_services_is_passed_over(around: Surroundings) -> None:
    """The server would take its bearer for nobody; who gives it by name is taken at his word."""
    frames = jwt(sub="frames", scope="read:/frames")
    fill(around, "BEARER_TOKEN_FILE", frames)
    assert "does not have the scope gracedb.read" in unusable(around)
    fill(around, "SCITOKEN", jwt(sub="ours", scope="read:/frames gracedb.read"))
    found = discovered(around)
    assert isinstance(found, Credential)
    assert found.subject == "ours"
    assert len(found.remarks) == 1
    assert given_token(around, around.write("given", frames)).subject == "frames"
