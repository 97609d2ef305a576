"""Files that tell what the answer told in which they came, for faces of older clients."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

from ._twins import as_written

if TYPE_CHECKING:
    from ._wire import Response
    from .errors import SentRequest

__all__ = ["TellingFile"]

_BUFFER = 1 << 18


class TellingFile(io.BufferedReader):
    """A file that arrives while it is read, whole or an error, decompressed.

    What an answer of urllib3 tells, it tells too. It takes over what *opened* reads.
    """

    _data: Optional[bytes] = None

    def __init__(self, opened: io.BufferedReader, answer: Response, asked: SentRequest) -> None:
        super().__init__(opened.detach(), _BUFFER)
        self._answer = answer
        self._asked = asked
        #: What was asked for, whole.
        self.url = asked.url

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self._answer.status

    @property
    def reason(self) -> str:
        """What the server said with its status."""
        return self._answer.reason

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer, whatever the case of their names."""
        return as_written(self._answer.headers)

    @property
    def data(self) -> bytes:
        """All that has not been read yet, kept for the next who asks."""
        if self._data is None:
            self._data = self.read()
        return self._data

    def read(
        self, amt: Optional[int] = -1, decode_content: object = None, cache_content: object = None
    ) -> bytes:
        """Give *amt* bytes, or all that is left; it is decompressed whatever is asked."""
        return super().read(amt)

    def stream(self, amt: int = 1 << 16, decode_content: object = None) -> Iterator[bytes]:
        """Give the file in pieces of up to *amt* bytes."""
        return iter(lambda: self.read(amt), b"")

    def getheader(self, name: str, default: Any = None) -> Any:
        """Give one header of the answer."""
        return self.headers.get(name, default)

    def getheaders(self) -> Mapping[str, str]:
        """Give the headers of the answer."""
        return self.headers

    def info(self) -> Mapping[str, str]:
        """Give the headers of the answer."""
        return self.headers

    def geturl(self) -> str:
        """Give the URL that was asked for."""
        return self.url

    def release_conn(self) -> None:
        """Let go of the connection."""
        self.close()
