"""Untrusted XML, and the gzip it may come in: neither may cost more than its size suggests."""

from __future__ import annotations

import zlib
from typing import Iterator, Optional, Tuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .values import Unreadable

__all__ = ["find", "inflated", "local_name", "parse", "walk"]

_GZIP_MAGIC = b"\x1f\x8b"
#: the largest real coincidence files hold a few megabytes
_LARGEST = 256 * 1024 * 1024


def inflated(data: bytes, *, limit: int = _LARGEST) -> bytes:
    """Return *data*, decompressed if it is gzip whatever its name; at most *limit* bytes."""
    pieces = []
    while data.startswith(_GZIP_MAGIC):
        inflator = zlib.decompressobj(wbits=31)
        try:
            piece = inflator.decompress(data, limit + 1)
        except zlib.error as problem:
            raise Unreadable(f"damaged gzip data: {problem}") from problem
        limit -= len(piece)
        if limit < 0:
            raise Unreadable("the file is too large when decompressed")
        if not inflator.eof:
            raise Unreadable("the gzip data end too early")
        pieces.append(piece)
        data = inflator.unused_data  # gzip files may be joined end to end
    return b"".join(pieces) if pieces else data


def parse(data: bytes) -> Element:
    """Return the root element, or raise `Unreadable`; entities are refused, a DTD is not.

    Every LIGO_LW file names an (external, never fetched) DTD.
    """
    try:
        root: Element = fromstring(data)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as problem:
        # LookupError: an encoding that nobody knows.
        raise Unreadable(f"not XML: {problem}") from problem
    return root


def local_name(element: Element) -> str:
    """Return the tag without its namespace."""
    return element.tag.rpartition("}")[2]


def walk(root: Element, *path: str) -> Iterator[Element]:
    """Yield every element below *root* found by local names, at any depth at each step."""
    if not path:
        yield root
        return
    for element in root.iter():
        if element is not root and local_name(element) == path[0]:
            yield from walk(element, *path[1:])


def find(root: Element, *path: str) -> Tuple[Optional[str], Element]:
    """Return the text (None if blank) and the element of the first match of *path*."""
    element = next(walk(root, *path), Element("nothing"))
    return (element.text or "").strip() or None, element
