"""Files as gracedb-sdk gave them: read like any, and told like an answer of urllib3."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

if TYPE_CHECKING:
    from gracedb_core._wire import Response

__all__ = ["Download"]


class Download(io.BufferedReader):
    """A file that arrives while it is read, whole or an error, decompressed.

    What an answer of urllib3 tells, it tells too.
    """

    _answer: Response
    _data: Optional[bytes] = None

    @classmethod
    def over(cls, file: io.BufferedReader, response: Response) -> Download:
        """Take over what *file* reads from *response*."""
        download = cls(file.detach(), 1 << 18)
        download._answer = response
        return download

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
        from requests.structures import CaseInsensitiveDict  # few look at them

        return CaseInsensitiveDict(self._answer.headers)

    @property
    def data(self) -> bytes:
        """All that has not been read yet, kept for the next who asks."""
        if self._data is None:
            self._data = self.read()
            self.close()
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

    def release_conn(self) -> None:
        """Let go of the connection."""
        self.close()
