"""Files as gracedb-sdk gave them: read like any, and told like an answer of urllib3."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

if TYPE_CHECKING:
    from gracedb_core._wire import Response

__all__ = ["Download"]


class Download(io.BufferedReader):
    """A file that arrives while it is read, whole or an error, decompressed.

    ``status``, ``reason`` and ``headers`` are the answer's; ``data`` is all of it.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    _data: Optional[bytes] = None

    @classmethod
    def over(cls, file: io.BufferedReader, response: Response) -> Download:
        """Take over what *file* reads from *response*."""
        from requests.structures import CaseInsensitiveDict

        download = cls(file.detach(), 1 << 18)
        download.status, download.reason = response.status, response.reason
        download.headers = CaseInsensitiveDict(response.headers)
        return download

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
