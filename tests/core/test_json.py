"""JSON by orjson and by the standard library: what is read never depends on what is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, Iterator, List

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gracedb_core import _answers, _json
from gracedb_core._decode import decode_json, detail_of
from gracedb_core.errors import DecodeError

INSTALLED = find_spec("orjson") is not None
needs_orjson = pytest.mark.skipif(not INSTALLED, reason="the environment `nospeed` does without")


@pytest.fixture(autouse=True)
def chosen_anew() -> Iterator[None]:
    """Forget what was chosen, before and after."""
    _json.reader.cache_clear()
    yield
    _json.reader.cache_clear()


def standard(text: bytes) -> str:
    """Say what the standard library reads, so that 1, 1.0 and True differ and NaN is NaN."""
    try:
        return repr(json.loads(text))
    except (ValueError, RecursionError):
        return "refused"


def ours(text: bytes) -> str:
    """Say what we read."""
    try:
        return repr(_json.read_json(text))
    except ValueError:
        return "refused"


#: Where orjson is known to refuse, or to read something else.
APART = [
    b"NaN", b"Infinity", b"-Infinity", b'{"far": NaN, "snr": [1, -Infinity]}',
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551615",
    b"18446744073709551616", b"-9223372036854775808", b"-9223372036854775809",
    b"[1, [2, 100000000000000000000]]", b'{"a":-1000000000000000000000000}', b"1" * 400,
    b"-0", b"-0.0", b"0e0", b"1E+5", b"1e22", b"1e23", b"1e400", b"-1e400", b"1e-400",
    b"5e-324", b"2.5e-324", b"1.7976931348623157e308", b"1.7976931348623159e308",
    b"12345678901234567890.5", b"123456789012345678901234567890e-10",
    b"0.1234567890123456789012345678901234567890", b"9007199254740993",
    b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\ude00\\ud83d"', b'"\\u0000"', b'"\\x"', b'"\\u12"',
    b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"\x7f"', b'"\xc3\xa9"',
    b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "[1]".encode("utf-16-le"), "{}".encode("utf-32"),
    b'{"a":1,"a":2}', b'{"a":1,"b":3,"a":2}', b'{"":1}', b"{1:2}",
    b'"\t"', b'"\n"', b'"\x00"', b"\x00", b"[1]\x00", b" \t\r\n{} ",
    b"\x0b{}", b"\x0c{}", b"\xa0{}",
    b"", b" ", b"{}x", b"{}{}", b"01", b"1.", b".5", b"+1", b"-", b"- 1", b"1e", b"0x1", b"1_0",
    b"[1,]", b'{"a":1,}', b"[,1]", b"[1 2]", b"'a'", b"nul", b"None", b"true", b"TRUE", b"// a\n1",
    b"[" * 150 + b"]" * 150, b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"x",
]  # fmt: skip


@pytest.mark.parametrize("text", APART, ids=lambda text: repr(text[:24]))
def test_where_readers_differ_the_standard_one_is_right(text: bytes) -> None:
    """What one reader takes for JSON so does the other, with the same values of the same types."""
    assert ours(text) == standard(text)


numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,3})?", fullmatch=True
)
scalars = (
    st.none() | st.booleans() | st.floats() | st.integers() | st.integers(-(2**70), 2**70)
    | st.text() | st.text(st.characters(min_codepoint=0xD7FF, max_codepoint=0xE001))
)  # fmt: skip
values = st.recursive(scalars, lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside))


@given(st.lists(numbers, max_size=4))
def test_numbers_are_read_alike(literals: List[str]) -> None:
    """Every number has the type and the last bit that the standard library gives it."""
    text = f"[{', '.join(literals)}]".encode()
    assert ours(text) == standard(text)


@given(values, st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_documents_are_read_alike(value: Any, plain: bool, encoding: str) -> None:
    """What anybody's JSON library spells is read as the standard library reads it."""
    text = json.dumps(value, ensure_ascii=plain).encode(encoding, "surrogatepass")
    assert ours(text) == standard(text)


@given(values, st.integers(0), st.binary(max_size=3), st.integers(0, 3))
@example(1, 0, b"\xef\xbb\xbf", 0)
def test_damaged_documents_are_read_alike(value: Any, where: int, put: bytes, dropped: int) -> None:
    """What was cut, or has bytes in it that do not belong there, too."""
    text = json.dumps(value).encode()
    where %= len(text) + 1
    text = text[:where] + put + text[where + dropped :]
    assert ours(text) == standard(text)


@given(st.binary())
def test_any_bytes_are_read_alike(text: bytes) -> None:
    """And so is everything else."""
    assert ours(text) == standard(text)


@pytest.mark.parametrize("depth", [150, 970, 1000, 1024, 1025, 3000, 100_000])
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_makes_no_error_of_another_kind(opened: bytes, closed: bytes, depth: int) -> None:
    """How deep is too deep depends on the Python and the reader; what is said does not."""
    text = opened * depth + b"1" + closed * depth
    assert isinstance(detail_of(text), str)
    try:
        value = decode_json(text)
    except DecodeError:
        return
    with pytest.raises(DecodeError):
        _answers.listed("log")({"log": value})


# What is chosen


def chosen(program: str) -> str:
    """Run *program* in a fresh process, and give what it prints."""
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def test_orjson_is_used_where_it_is_installed() -> None:
    """It is loaded by the first answer that is read, not by the import; nobody misses it."""
    program = (
        "import sys; from gracedb_core import Client; from gracedb_core._decode import decode_json;"
        "before = 'orjson' in sys.modules; assert decode_json(b'[1]') == [1];"
        "print(before, 'orjson' in sys.modules)"
    )
    assert chosen(program) == f"False {INSTALLED}"


def test_without_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed the standard library reads alone."""
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert _json.reader() is json.loads
    assert decode_json(b'{"a": [1, NaN]}')["a"][0] == 1


@pytest.mark.parametrize("release", ["3.8.3", "3.13.0", "4.0.0rc1"])
def test_what_orjson_reads_is_its_own(monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    """One that is new enough is asked first, and its word counts; but for numbers it rounds."""
    asked: List[bytes] = []

    def loads(text: bytes) -> Any:
        asked.append(text)
        if text == b"2":
            raise json.JSONDecodeError("no", "2", 0)
        return "read"

    monkeypatch.setitem(sys.modules, "orjson", SimpleNamespace(loads=loads, __version__=release))
    assert decode_json(b"1") == "read"
    assert decode_json(b"2") == 2
    assert decode_json(b"9" * 19) == 9999999999999999999
    assert asked == [b"1", b"2"]


@pytest.mark.parametrize("release", ["3.7.12", "2.6.8", "dev"])
def test_an_old_orjson_is_left_alone(monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    """Old ones read some numbers otherwise; what is no orjson at all is not called either."""
    monkeypatch.setitem(sys.modules, "orjson", SimpleNamespace(loads=None, __version__=release))
    assert _json.reader() is json.loads


@needs_orjson
def test_the_installed_one_is_new_enough() -> None:
    """The extra installs one that is used."""
    assert _json.reader() is not json.loads
