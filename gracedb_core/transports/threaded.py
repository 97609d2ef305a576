"""Awaits any transport that blocks, on a bounded number of threads of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from typing import Any

from ..errors import ConnectionLost
from ..interfaces import BodyStream, Reader, Request, Response, Transport, Upload
from ._closed import closed
from ._revocation import Revocable, Revocation
from ._threads import Loan, awaited

__all__ = ["ThreadedTransport"]


class ThreadedTransport:
    """Sends over *transport*, each request on a thread of *threads*.

    A thread cannot be stopped. What is cancelled is let go of at once. What still waits for a
    thread is not sent; an upload breaks off at its next block. The built-in transports end at
    once too, unless they are connecting; the thread of another one ends by the timeouts of the
    request. What is brought too late is closed.
    """

    def __init__(self, transport: Transport, threads: Executor) -> None:
        self._transport: Any = transport
        self._threads = threads
        self._closed = False

    async def send(self, request: Request) -> Response:
        """Send *request*, and give its answer with a body to await if it streams."""
        revocation = Revocation()
        if not (request.body is None or isinstance(request.body, bytes)):
            request = request.replaced(body=_Taken(request.body, revocation))
        try:
            response: Response = await awaited(
                self._threads, self._send, request, revocation, late=_discard
            )
        except asyncio.CancelledError:
            revocation.revoke()
            raise
        if isinstance(response.body, bytes):
            return response
        stream: Any = response.body
        return response.replaced(body=_Stream(stream, self._threads, revocation))

    def _send(self, request: Request, revocation: Revocation) -> Response:
        # What still waited for a thread when all was closed must not be sent afterwards.
        if self._closed:
            raise closed()
        return Revocable(self._transport, revocation).send(request)

    async def close(self) -> None:
        """Close every connection; that waits for nobody, so it needs no thread."""
        self._closed = True
        self._transport.close()


def _discard(response: Any) -> None:
    """Close what arrived for nobody."""
    if not isinstance(response.body, bytes):
        response.body.close()


class _Taken:
    """An upload that can be taken back while a thread sends it."""

    def __init__(self, upload: Upload, revocation: Revocation) -> None:
        self._upload = upload
        self._revocation = revocation
        self.length = upload.length

    def open(self) -> Reader:
        return _Revoking(self._upload.open(), self._revocation)


class _Revoking:
    def __init__(self, reader: Reader, revocation: Revocation) -> None:
        self._reader = reader
        self._revocation = revocation
        self.close = reader.close

    def read(self, amount: int = -1) -> bytes:
        if self._revocation.revoked:
            raise ConnectionLost("The upload was cancelled.")
        return self._reader.read(amount)


class _Stream:
    """A body that blocks, as one to await."""

    def __init__(self, body: BodyStream, threads: Executor, revocation: Revocation) -> None:
        self._body = body
        self._loan = Loan(body.close)
        self._threads = threads
        self._revocation = revocation

    async def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end."""
        try:
            data: bytes = await awaited(self._threads, self._loan.use, self._body.read, amount)
        except asyncio.CancelledError:
            self._revocation.revoke()
            await self.close()
            raise
        return data

    async def close(self) -> None:
        """Let go of the connection; whoever reads from it hears of that at once."""
        if not self._loan.let_go():
            self._revocation.revoke()
