"""The keeper: when it looks again, what it takes then, and what it says."""

from __future__ import annotations

import os
import threading
import warnings
from pathlib import Path
from typing import Any, List, Optional

import pytest

from gracedb_core._credentials import Keeper
from gracedb_core.errors import CredentialError, CredentialWarning
from gracedb_core.interfaces import Absent, Credential

from .scripted import Clock


class Folder:
    """A provider that takes the first of its files: a word to send, when it ends, whose it is."""

    name, rung = "test token", 40

    def __init__(self, *places: Path) -> None:
        self.places = places
        self.looks = 0

    def find(self, _wanted: Any) -> Any:
        """Read ``word end subject``."""
        self.looks += 1
        for path in self.places:
            if path.exists():
                word, end, *rest = path.read_text().split(" ")
                return Credential(
                    "test",
                    path.name,
                    (("Authorization", word),),
                    expires=float(end) if end else None,
                    subject=rest[0] if rest else None,
                    files=(path,),
                    remarks=tuple(rest[1:]),
                )
        return Absent("nothing is there")


class Night:
    """A keeper, its clock and its folder."""

    def __init__(self, *places: Path, **options: Any) -> None:
        self.clock = Clock(1000.0)
        self.folder = Folder(*places)
        found = self.folder.find(None)
        options = {"watches": True, "margin": 300.0, "again": lambda p: p.find(None), **options}
        self.keeper = Keeper(self.folder, found, now=self.clock, **options)

    def sent_at(self, time: float) -> str:
        """Do what an exchange does at *time*, and give the word."""
        self.clock.time = time
        if self.keeper.is_stale(time):
            self.keeper.renew()
        credential = self.keeper.credential(time)
        assert credential is not None
        return credential.headers[0][1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("one 5000")
    return path


def replace(path: Path, text: str) -> None:
    """Put another file in its place, as careful programs do."""
    fresh = path.with_name("fresh")
    fresh.write_text(text)
    fresh.replace(path)


def test_a_renewal_is_used_within_ten_seconds(file: Path) -> None:
    """Long before the old one ends: whoever renews a credential wants it used."""
    night = Night(file)
    replace(file, "two 9000")
    assert night.sent_at(1009.9) == "one"
    assert night.sent_at(1010) == "two"
    replace(file, "six 9000")
    assert night.sent_at(1019.9) == "two"
    assert night.sent_at(1020) == "six"


def test_without_auth_reload_a_living_credential_stays(file: Path) -> None:
    """Until it expires nothing is looked at; then always."""
    night = Night(file, watches=False, margin=0.0)
    replace(file, "two 9000")
    assert night.sent_at(4999.9) == "one"
    assert night.folder.looks == 1
    assert night.sent_at(5000) == "two"


def test_what_says_nothing_of_its_end_is_watched_too(file: Path) -> None:
    """A password in a netrc, an opaque token: a change is the only sign of a renewal."""
    file.write_text("one ")
    night = Night(file)
    assert night.sent_at(10**9) == "one"
    replace(file, "two ")
    assert night.sent_at(10**9 + 10) == "two"


def test_a_file_that_does_not_change_is_not_read_again(file: Path) -> None:
    """But once, for it may have changed while the client was made."""
    night = Night(file)
    assert {night.sent_at(time) for time in range(1000, 4000, 5)} == {"one"}
    assert night.folder.looks == 2


def test_a_change_that_hides_itself_is_seen(file: Path) -> None:
    """Written in place, of the same length and with the old time of modification."""
    night = Night(file)
    assert night.sent_at(1010) == "one"
    times = file.stat()
    file.write_text("two 5000")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert night.sent_at(1020) == "two"


@pytest.mark.parametrize("broken", [None, "", "only-a-word", "x not-a-number"])
def test_a_file_that_is_no_good_for_a_moment_does_no_harm(
    file: Path, broken: Optional[str]
) -> None:
    """The old one is sent as long as it lives, and the file is looked at every ten seconds."""

    def find(provider: Folder) -> Any:
        try:
            return provider.find(None)
        except ValueError:
            raise CredentialError("The file makes no sense.") from None

    night = Night(file, again=find)
    file.unlink()
    if broken is not None:
        file.write_text(broken)
    assert night.sent_at(1010) == "one"
    assert night.sent_at(1020) == "one"
    looks = night.folder.looks
    assert looks == 3
    file.write_text("two 9000")
    assert night.sent_at(1029) == "one"
    assert night.sent_at(1030) == "two"


def test_another_place_counts_only_when_the_old_one_has_ended(file: Path) -> None:
    """A file that vanishes for a moment must not make us somebody else."""
    other = file.with_name("other")
    other.write_text("else 9000")
    night = Night(file, other)
    file.unlink()
    assert [night.sent_at(time) for time in (1010, 4700, 4999)] == ["one", "one", "one"]
    assert night.sent_at(5000) == "else"
    # From then on it is the other file that is watched.
    replace(other, "new 9000")
    assert night.sent_at(5010) == "new"


def test_an_ending_credential_is_looked_for_every_second(file: Path) -> None:
    """Not at every request, as long as the old one is still good."""
    night = Night(file)
    for time in (4700.0, 4700.5, 4700.9):
        assert night.sent_at(time) == "one"
    assert night.folder.looks == 2
    assert night.sent_at(4701.0) == "one"
    assert night.folder.looks == 3


@pytest.mark.parametrize("watches", [True, False])
def test_an_expired_credential_is_looked_for_at_every_request(file: Path, watches: bool) -> None:
    """And is never sent; the error says what was the matter, and passes with its cause."""
    night = Night(file, watches=watches)
    file.unlink()
    for time in (5000, 5000.1, 5000.2):
        with pytest.raises(CredentialError, match=r"has expired.*nothing is there"):
            night.sent_at(time)
    assert night.folder.looks == 4
    replace(file, "two 9000")
    assert night.sent_at(5000.3) == "two"


def test_nobody_waits_whose_credential_is_good(file: Path) -> None:
    """While one request looks at a slow disk, the others go out with what there is."""
    looking, go_on = threading.Event(), threading.Event()

    def slow(provider: Folder) -> Any:
        looking.set()
        assert go_on.wait(20)
        return provider.find(None)

    night = Night(file, again=slow)
    night.clock.time = 1010
    thread = threading.Thread(target=night.keeper.renew)
    thread.start()
    assert looking.wait(20)
    assert not night.keeper.is_stale(1010)
    assert night.sent_at(1010) == "one"
    go_on.set()
    thread.join(20)


@pytest.mark.parametrize(("time", "word"), [(5000, "two"), (4700, "two"), (4700, "one")])
def test_those_that_look_at_once_read_once(file: Path, time: float, word: str) -> None:
    """Whoever comes second finds the work done, whether there was something newer or not."""
    night = Night(file)
    replace(file, f"{word} {9000 if word == 'two' else 5000}")
    night.clock.time = time
    threads = [threading.Thread(target=night.keeper.renew) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert night.folder.looks == 2
    assert night.sent_at(time) == word


def test_a_credential_in_memory_is_never_looked_for() -> None:
    """It has no file, and no end."""
    credential = Credential("basic", "the arguments", (("Authorization", "x"),))
    keeper = Keeper(Folder(), credential, watches=True, margin=300, now=Clock())
    assert not keeper.is_stale(10**12)
    assert not Keeper().is_stale(10**12)


def test_a_plugin_that_fails_at_night_does_no_harm(file: Path) -> None:
    """Whatever it raises, and its words are not told."""

    def fail(_provider: Folder) -> Any:
        raise KeyError("tweet-tweet")

    night = Night(file, again=fail)
    assert [night.sent_at(time) for time in (1010, 4700, 4999)] == ["one"] * 3
    with pytest.raises(CredentialError, match=r"\(looking for it failed with KeyError\)") as caught:
        night.sent_at(5000)
    assert "tweet" not in str(caught.value)


# What is said


def told(night: Night, time: float) -> List[str]:
    """Give the warnings of an exchange."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        night.sent_at(time)
    assert {each.category for each in caught} <= {CredentialWarning}
    return [str(each.message) for each in caught]


def test_a_renewal_is_silent(file: Path) -> None:
    """The same person's, from the same file: nothing to say, not even what was said before."""
    file.write_text("one 5000 albert Open.")
    night = Night(file)
    replace(file, "two 9000 albert Open.")
    assert told(night, 1010) == []
    assert night.sent_at(1010) == "two"


def test_another_person_is_told(file: Path) -> None:
    """Somebody logged in over us: who holds the client may want to know."""
    file.write_text("one 5000 albert")
    night = Night(file)
    replace(file, "two 9000 henrietta")
    said = "The test from token is now that of henrietta; it was that of albert."
    assert told(night, 1010) == [said]
    replace(file, "six 9000")
    assert told(night, 1020) == []


def test_a_new_remark_is_told_once(file: Path) -> None:
    """A file that was closed is now open to others."""
    file.write_text("one 5000 albert")
    night = Night(file)
    replace(file, "two 9000 albert Open.")
    assert told(night, 1010) == ["Open."]
    replace(file, "six 9000 albert Open.")
    assert told(night, 1020) == []


def test_a_warning_that_is_an_error_leaves_the_new_credential(file: Path) -> None:
    """Where warnings are errors, one request fails, and those after it go on as renewed."""
    file.write_text("one 5000 albert")
    night = Night(file)
    replace(file, "two 9000 henrietta")
    with pytest.raises(CredentialWarning):
        night.sent_at(1010)
    assert night.sent_at(1010) == "two"
