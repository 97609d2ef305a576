"""Bodies: what goes out of an upload, and what is still on the wire."""

from __future__ import annotations

import io
from typing import Any, Optional

from ..errors import InputError, SentRequest
from ..interfaces import MAXIMUM_BODY, MAXIMUM_REFUSAL, Reader, Upload
from ._failures import LIBRARY_ERRORS, name_body_failure

__all__ = ["Incoming", "Outgoing", "most_of", "read_whole"]

_BLOCK = 1 << 18


def most_of(status: int) -> int:
    """Give how many bytes are read of a body that is no stream: one more than may be there."""
    return 1 + (MAXIMUM_BODY if status < 300 else MAXIMUM_REFUSAL)


def read_whole(reply: Any) -> bytes:
    """Read the body of *reply*; of one that is too long the beginning, and close its connection."""
    most = most_of(reply.status)
    if reply.length is not None and reply.length < most:
        data: bytes = reply.read()
        return data
    body = io.BytesIO()
    while body.tell() < most:
        block = reply.read(min(_BLOCK, most - body.tell()))
        if not block:
            break
        body.write(block)
    else:
        reply.close()
    return body.getvalue()


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
    """The body of a reply that is still on the wire, undecoded."""

    def __init__(self, reply: Any, request: SentRequest) -> None:
        self._reply = reply
        self._request = request
        self._closed = False

    def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end, which is the announced one.

        Raises `TruncatedAnswer`, `TimedOut` or `ConnectionLost`.
        """
        if self._closed:
            raise ValueError("This body was closed; ask again to read it.")
        try:
            data: bytes = self._reply.read(amount)
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
            self._reply.close()
