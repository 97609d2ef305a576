"""Forms are read as Django reads them: what it answered when it was asked is written down here."""

from __future__ import annotations

import io
from contextlib import ExitStack, suppress
from typing import BinaryIO, Dict, List, Optional, Tuple, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_sandbox.multipart import TooMuch, read_multipart

Seen = Tuple[Dict[str, List[str]], Dict[str, Tuple[str, bytes]]]
KIND = "multipart/form-data; boundary=B"


def disposition(name: str, filename: Optional[str] = None, *, more: str = "") -> str:
    """The header of a part."""
    named = "" if filename is None else f'; filename="{filename}"'
    return f'Content-Disposition: form-data; name="{name}"{named}{more}'


def form(*parts: Tuple[str, str]) -> bytes:
    """A whole body; its characters are its bytes."""
    text = "".join(f"--B\r\n{head}\r\n\r\n{content}\r\n" for head, content in parts)
    return f"{text}--B--\r\n".encode("latin-1")


def seen(body: Union[bytes, str], kind: str = KIND) -> Seen:
    """What is read of *body*."""
    data = body.encode("latin-1") if isinstance(body, str) else body
    return read(kind, io.BytesIO(data))


def read(kind: str, stream: BinaryIO) -> Seen:
    """What is read of a body that comes in blocks."""
    with ExitStack() as keeper:
        fields, files = read_multipart(kind, stream, keeper)
        found = {name: (each.name, each.stream.read()) for name, each in files.items()}
        assert {name: each.size for name, each in files.items()} == {
            name: len(content) for name, (_, content) in found.items()
        }
    return fields, found


WHOLE = form((disposition("a"), "1"), (disposition("f", "x.txt"), "data"))
FIELD: Seen = ({"a": ["1"]}, {})
BOTH: Seen = ({"a": ["1"]}, {"f": ("x.txt", b"data")})
OTHER = (disposition("b"), "2")
B: Dict[str, List[str]] = {"b": ["2"]}
EXTENDED = "; filename*=UTF-8''%e2%82%ac.txt"


def header_of(size: int) -> str:
    """A header that is so many bytes long, with the line ends around it."""
    start = disposition("a") + "\r\nX: "
    return start + "y" * (size - len(start) - len("\r\n\r\n\r\n"))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (WHOLE, BOTH),
        (b"junk\r\n" + WHOLE + b"junk", BOTH),
        (WHOLE[:-2], BOTH),
        # A file that no boundary ends, or nothing after it, is none; a field keeps what there is.
        (WHOLE[:-4], FIELD),
        (WHOLE[:-8], FIELD),
        (WHOLE[:60], FIELD),
        (WHOLE[:20], ({}, {})),
        (b"", ({}, {})),
        (b"--B--\r\n", ({}, {})),
        (WHOLE.replace(b"\r\n", b"\n"), ({}, {})),
        (form(("Content-Disposition: form-data", "1"), OTHER), (B, {})),
        (form(('Content-Disposition: form-data; filename="x"', "1"), OTHER), (B, {})),
        (form(("X: y", "1"), OTHER), (B, {})),
        (form((disposition("") + "\r\nno header", "1"), OTHER), ({"": ["1"], **B}, {})),
        (form((disposition("a"), "1"), (disposition("a"), "2")), ({"a": ["1", "2"]}, {})),
        (form((disposition("f", "x"), "1"), (disposition("f", "y"), "22")),
         ({}, {"f": ("y", b"22")})),
        (form((disposition("a"), "1")) + b"--B\r\n" + form(OTHER)[5:], ({"a": ["1"], **B}, {})),
        # A boundary is one wherever it stands.
        (form((disposition("f", "x"), "aa--Bbb")), ({}, {"f": ("x", b"aa")})),
        (form((disposition("f", "x"), "aa")).replace(b"\r\n--B--", b"--B--"),
         ({}, {"f": ("x", b"aa")})),
        # The longest header.
        (form((header_of(1024), "1"), OTHER), ({"a": ["1"], **B}, {})),
        (form((header_of(1025), "1"), OTHER), (B, {})),
        (form((disposition("f", "n" * 1100), "1"), OTHER), (B, {})),
        # Names.
        (form((disposition(" a "), "1")), FIELD),
        (form((disposition("a%22b"), "1")), ({"a%22b": ["1"]}, {})),
        (form((disposition('a\\"b'), "1")), ({'a"b': ["1"]}, {})),
        (form((disposition("a\xff"), "1"), OTHER), (B, {})),
        (form(("CONTENT-DISPOSITION: FORM-DATA; NAME=A", "1")), ({"A": ["1"]}, {})),
        (form((disposition("f", ""), "1")), ({"f": ["1"]}, {})),
        (form((disposition("f", ".."), "1")), ({}, {})),
        (form((disposition("f", "a%22b"), "1")), ({}, {"f": ("a%22b", b"1")})),
        (form((disposition("f", 'a\\"b'), "1")), ({}, {"f": ('a"b', b"1")})),
        (form((disposition("f", "../x/pass\\wd"), "1")), ({}, {"f": ("wd", b"1")})),
        (form((disposition("f", " a;b:c\0&amp;\x01 "), "1")), ({}, {"f": (" a;b:c& ", b"1")})),
        (form((disposition("f", more=EXTENDED), "1")), ({}, {"f": ("€.txt", b"1")})),
        (form((disposition("f", "x", more=EXTENDED), "1")), ({}, {"f": ("€.txt", b"1")})),
        (form((disposition("f", "n" * 300 + ".txt"), "1")),
         ({}, {"f": ("n" * 251 + ".txt", b"1")})),
        # Contents.
        (form((disposition("a"), "\xff\0")), ({"a": ["\ufffd\0"]}, {})),
        (form((disposition("a") + "\r\nContent-Transfer-Encoding: base64", "MQ==")), FIELD),
        (form((disposition("a") + "\r\nContent-Transfer-Encoding: base64", "MQ=")),
         ({"a": ["MQ="]}, {})),
        (form((disposition("f", "x") + "\r\nContent-Transfer-Encoding: BASE64", "aGV\r\nsbG8=")),
         ({}, {"f": ("x", b"hello")})),
        (form((disposition("f", "x"), "")), ({}, {"f": ("x", b"")})),
    ],
)  # fmt: skip
def test_what_is_read_of_a_form(body: bytes, wanted: Seen) -> None:
    """Most of what is wrong with a form passes without a word."""
    assert seen(body) == wanted


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("multipart/form-data", "Invalid boundary in multipart: None"),
        ("multipart/form-data; boundary=", "Invalid boundary in multipart: "),
        ('multipart/form-data; boundary="B "', "Invalid boundary in multipart: B "),
        ("multipart/form-data; boundary=" + "b" * 300, "Invalid boundary in multipart: bbb"),
        ("MULTIPART/FORM-DATA; BOUNDARY=B", "Invalid Content-Type: MULTIPART/"),
        ("multipart/form-data; boundary=é", "Invalid non-ASCII Content-Type in multipart: "),
    ],
)
def test_a_boundary_is_needed(kind: str, problem: str) -> None:
    """Without one there is no form."""
    with pytest.raises(ValueError, match=problem):
        seen(WHOLE, kind)


def test_a_file_that_says_it_is_base64_has_to_be() -> None:
    """Fields may be anything, files may have too many signs at the end."""
    head = disposition("f", "x") + "\r\nContent-Transfer-Encoding: base64"
    assert seen(form((head, "aGVsbG8=="))) == ({}, {"f": ("x", b"hello")})
    with pytest.raises(ValueError, match="Could not decode base64 data"):
        seen(form((head, "aGVsbG8")))


def test_limits() -> None:
    """A thousand fields, a hundred files, and so many bytes of fields: not one more."""
    fields = [(disposition(f"a{number}"), "1") for number in range(1001)]
    files = [(disposition(f"a{number}", "x"), "1") for number in range(101)]
    assert len(seen(form(*fields[1:], *files[1:]))[0]) == 1000
    for parts in (fields, files, [(disposition("a"), "x" * (10 << 20))] * 3):
        with pytest.raises(TooMuch):
            seen(form(*parts))


@given(st.binary(max_size=70_000), st.integers(1, 100_000))
def test_any_bytes_arrive(data: bytes, step: int) -> None:
    """Whatever a file holds but the boundary, and wherever the blocks end."""

    class Dribbling(io.BytesIO):
        def read(self, size: Optional[int] = -1) -> bytes:
            return super().read(step if size is None or size < 0 else min(size, step))

    kind = "multipart/form-data; boundary=limit-of-the-form"
    head = f"--limit-of-the-form\r\n{disposition('f', 'x')}\r\n\r\n".encode()
    body = head + data + b"\r\n--limit-of-the-form--\r\n"
    assert read(kind, Dribbling(body)) == ({}, {"f": ("x", data)})


@given(st.binary(max_size=500))
def test_any_bytes_are_a_form_or_refused(noise: bytes) -> None:
    """Nothing but the two ways of refusing."""
    for body in (noise, b"--B\r\n" + noise, WHOLE[:40] + noise + WHOLE[40:]):
        with suppress(ValueError):
            seen(body)
