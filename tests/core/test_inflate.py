"""Undoing compression: any pieces, any amounts, several members, and nothing that is not whole."""

from __future__ import annotations

import gzip
import zlib
from typing import Iterator, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracedb_core._inflate import inflated, inflating
from gracedb_core.errors import DecodeError, TruncatedAnswer

DATA = st.binary(max_size=300) | st.binary(min_size=1, max_size=3).map(lambda some: some * 50_000)


def bare(data: bytes) -> bytes:
    """Compress *data* as servers do that take "deflate" by its name."""
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


def packings(data: bytes) -> List[Tuple[str, bytes]]:
    """Compress *data* in every way that is asked for."""
    return [
        ("gzip", gzip.compress(data)),
        (" X-GZIP", gzip.compress(data) + bytes(20)),
        ("gzip", gzip.compress(data[:9]) + gzip.compress(b"") + gzip.compress(data[9:])),
        ("deflate", zlib.compress(data)),
        ("deflate", zlib.compress(data, 0)),
        ("Deflate ", bare(data)),
    ]


def taken(encoding: str, body: bytes, piece: int, amount: int) -> Iterator[bytes]:
    """Inflate *body*, which comes in pieces, by *amount*."""
    undo = inflating(encoding)
    assert undo is not None
    for start in range(0, len(body), piece):
        undo.give(body[start : start + piece])
        yield from iter(lambda: undo.take(amount), b"")
    assert undo.is_whole


@given(DATA, st.integers(1, 70_000), st.integers(200, 1 << 20))
def test_any_pieces_give_the_same(data: bytes, piece: int, amount: int) -> None:
    """However it is cut on its way, what was compressed comes out, never more than was wanted."""
    for encoding, body in packings(data):
        blocks = list(taken(encoding, body, min(piece, len(body)), amount))
        assert b"".join(blocks) == data
        assert not blocks or max(map(len, blocks)) <= amount
        assert inflated(body, encoding, len(data)) == (data, None)


@given(st.binary(min_size=1, max_size=300), st.integers(0))
def test_a_cut_is_seen(data: bytes, place: int) -> None:
    """Whichever byte is the last that arrives, a part is told from the whole."""
    # Between two members there is nothing to tell by but the announced length.
    for encoding, body in packings(data)[::3] + packings(data)[-1:]:
        cut = body[: 1 + place % (len(body) - 1)]
        plain, wrong = inflated(cut, encoding, 1000)
        assert data.startswith(plain)
        assert isinstance(wrong, TruncatedAnswer)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@given(body=st.binary(min_size=1))
def test_any_bytes_inflate_or_are_damaged(encoding: str, body: bytes) -> None:
    """No body, however damaged, raises what is not ours."""
    plain, wrong = inflated(body, encoding, 1000)
    assert wrong is None or isinstance(wrong, (DecodeError, TruncatedAnswer))
    assert len(plain) <= 1000


def test_garbage_behind_is_damage() -> None:
    """What follows the last member and is none is told, after what comes before it."""
    for encoding, body in packings(b"data"):
        plain, wrong = inflated(body + b"garbage!", encoding, 1000)
        assert (plain, str(wrong)) == (b"data", "The answer's compression is damaged; ask again.")


def test_what_is_not_compressed_stays() -> None:
    """Without an encoding the body is what it is; one that nobody asked for is refused."""
    assert inflating("") is inflating(" Identity ") is None
    assert inflated(b"\x1f\x8b", "", 2) == (b"\x1f\x8b", None)
    assert inflated(b"", "gzip", 2) == (b"", None)
    for encoding in ("br", "gzip, gzip", "zstd"):
        with pytest.raises(DecodeError, match=f"'{encoding}', which was not asked for; look for"):
            inflating(encoding)


def test_a_limit_is_kept() -> None:
    """Up to the limit everything comes out; beyond it the beginning, and why it is no more."""
    for encoding, body in [("", bytes(2 << 20)), *packings(bytes(2 << 20))]:
        assert inflated(body, encoding, 2 << 20) == (bytes(2 << 20), None)
        plain, wrong = inflated(body, encoding, 1 << 20)
        assert plain == bytes(1 << 20)
        assert isinstance(wrong, DecodeError)
        assert "longer than 1 MiB" in str(wrong)
