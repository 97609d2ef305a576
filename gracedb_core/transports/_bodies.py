"""Bodies: what goes out of an upload, and what is still on the wire."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Optional

from ..errors import InputError, SentRequest
from ..interfaces import Header, Reader, Upload
from ._failures import LIBRARY_ERRORS, name_body_failure

__all__ = ["Incoming", "Outgoing", "discard", "joined"]


class Outgoing:
    """The bytes of an upload, as many as it announced, in the shape in which libraries read."""

    def __init__(self, upload: Upload) -> None:
        self.length = self._left = upload.length
        self._reader: Reader = upload.open()
        #: What reading raised: the caller's own affair, not a fault of the connection.
        self.error: Optional[BaseException] = None

    def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` when all were given."""
        if not self._left:
            return b""
        try:
            block = self._reader.read(min(amount, self._left))
            if not block:
                raise InputError(
                    f"The upload ended {self._left} bytes before its announced length of "
                    f"{self.length}; did the file change while it was sent?"
                )
        except BaseException as error:
            self.error = error
            raise
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Let go of what is open."""
        self._reader.close()


class Incoming:
    """The body of an answer that is still on the wire, undecoded."""

    def __init__(self, raw: Any, request: SentRequest) -> None:
        self._raw = raw
        self._request = request
        self._closed = False

    def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end, which is the announced one.

        Raises `TruncatedAnswer`, `TimedOut` or `ConnectionLost`.
        """
        if self._closed:
            raise ValueError("This body was closed; ask again to read it.")
        try:
            data: bytes = self._raw.read(amount, decode_content=False)
            return data
        except LIBRARY_ERRORS as error:
            failure = name_body_failure(error, self._request)
        except BaseException:
            self.close()
            raise
        self.close()
        try:
            # Raised here, where the library's exception is no context.
            raise failure
        finally:
            del failure

    def close(self) -> None:
        """Let go of the connection; one that was not read to its end is closed."""
        if not self._closed:
            self._closed = True
            discard(self._raw)


def discard(raw: Any) -> None:
    """Close the connection of an answer, unless it was read to its end and given back."""
    raw.close()
    # Gives the closed connection's place back to the pool; it opens again when it is used.
    raw.release_conn()


def joined(lines: Iterable[Header]) -> Dict[str, str]:
    """Make one of header lines that have the same name."""
    headers: Dict[str, str] = {}
    for name, value in lines:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
