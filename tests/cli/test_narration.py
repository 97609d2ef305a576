"""The story tells what is done: nothing printed that was not called, nothing called unprinted."""

from __future__ import annotations

import io
from typing import Any, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core.cli.demonstration import quantities
from gracedb_core.cli.demonstration.narration import Narrator, duration


class Recorder:
    """A client that notes every call, and answers as it is told."""

    def __init__(self, answer: object = None, path: Tuple[Any, ...] = (), log: Any = None) -> None:
        self.answer = answer
        self.path = path
        self.log: List[Any] = [] if log is None else log

    def __getattr__(self, name: str) -> Recorder:
        return Recorder(self.answer, (*self.path, name), self.log)

    def __getitem__(self, key: object) -> Recorder:
        return Recorder(self.answer, (*self.path, [key]), self.log)

    def __call__(self, *positional: Any, **named: Any) -> Any:
        self.log.append((self.path, positional, named))
        return self.answer


def told(output: str) -> str:
    """Give the code of the one call in *output*, without the time at its end."""
    return output.rstrip().rsplit("  ", 1)[0].strip()


#: Printable, so that a line of the output is a line of the code.
words = st.text(st.characters().filter(str.isprintable), max_size=30)
values = st.one_of(
    words,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
    st.lists(words),
)


@given(key=words, positional=st.lists(values, max_size=3), named=values, other=values)
def test_what_is_printed_is_what_was_called(
    key: str, positional: List[Any], named: Any, other: Any
) -> None:
    """The printed line, typed into Python, makes the same call."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        output = io.StringIO()
        patch.setattr("sys.stdout", output)
        client = Narrator().client(recorder)
        client.superevents[key].logs[3].tags.create(*positional, name=named, other=other)
    again = Recorder()
    eval(told(output.getvalue()), {"client": again})
    assert again.log == recorder.log
    assert len(recorder.log) == 1


def test_a_search_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A search is lazy: the story lists it, and says so."""
    found = Narrator().client(Recorder(iter([1, 2]))).events.search(query="far < 1e-7")
    assert found == [1, 2]
    assert told(capsys.readouterr().out) == 'list(client.events.search(query="far < 1e-7"))'


def test_a_file_is_read_and_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """A download is read whole, closed, and written with its `read`."""
    file = io.BytesIO(b"content")
    assert Narrator().client(Recorder(file)).events["G1"].files["a"].get() == b"content"
    assert file.closed
    assert told(capsys.readouterr().out) == 'client.events["G1"].files["a"].get().read()'


def test_content_is_shown_as_its_size(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody wants to read a file's bytes."""
    Narrator().client(Recorder()).events.create(filecontents=b"\0" * 12345)
    assert "filecontents=<12,345 bytes>" in capsys.readouterr().out


def test_a_failed_call_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    """The call that fails is shown before its error leaves."""

    class Refusing:
        def get(self) -> None:
            raise LookupError

    with pytest.raises(LookupError):
        Narrator().client(Refusing()).get()
    assert told(capsys.readouterr().out) == "client.get()"


def test_lines_keep_to_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """Long calls break between arguments, and the times stand in one column."""
    client = Narrator().client(Recorder())
    client.superevents.create(**{f"argument_{number}": "x" * 20 for number in range(9)})
    client.get()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 92
    assert {len(line) for line in lines if line.endswith(" ms")} == {92}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0001, "0.1 ms"), (0.0041, "4.1 ms"), (0.0314, "31 ms"), (0.95, "950 ms"), (1.24, "1.2 s")],
)
def test_durations(seconds: float, text: str) -> None:
    """Times are written in the unit that suits them."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("hertz", "text"),
    [
        (None, "unknown"),
        (0.0, "0 Hz"),
        (3.17e-12, "3.17e-12 Hz = 1 per 9,996 years"),
        (1.5e-8, "1.5e-08 Hz = 1 per 2.11 years"),
        (1e-6, "1e-06 Hz = 1 per 11.6 days"),
        (0.00019265, "0.000193 Hz = 1 per 1.44 hours"),
        (0.01, "0.01 Hz = 1 per 1.67 minutes"),
        (0.1, "0.1 Hz = 1 per 10 seconds"),
    ],
)
def test_rates(hertz: Any, text: str) -> None:
    """A false-alarm rate is told in Hz and as a waiting time."""
    assert quantities.rate(hertz) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.61, "12.6 seconds"), (437181943.5, "13.9 years"), (90.0, "1.5 minutes")],
)
def test_spans(seconds: float, text: str) -> None:
    """A time span is written in the largest unit that it fills."""
    assert quantities.span(seconds) == text


def test_times() -> None:
    """A GPS time is told with its UTC date, leap seconds taken off."""
    assert quantities.time(1187008882.443) == "1187008882.443 GPS = 2017-08-17 12:41:04.443 UTC"
    assert quantities.time(None) == "unknown"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"CoincInspiral": {"snr": 19.587}, "SingleInspiral": [{"snr": 1.0}]}, "19.59"),
        ({"MultiBurst": {"snr": 7.298}}, "7.30"),
        ({"SingleInspiral": [], "CoincInspiral": {"snr": None}}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_signal_to_noise(attributes: Any, text: str) -> None:
    """The SNR is found wherever the pipeline keeps it."""
    assert quantities.signal_to_noise({"extra_attributes": attributes}) == text
