"""Awaits any transport that blocks, on a bounded number of threads of its own."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any, Callable, Union

from ..errors import ConnectionLost
from ..interfaces import BodyStream, Reader, Request, Response, Transport, Upload

__all__ = ["ThreadedTransport"]


class ThreadedTransport:
    """Sends over *transport*, each request on a thread of *threads*.

    A thread cannot be stopped. What is cancelled is let go of at once; its thread ends when the
    upload is asked for its next block, or at the latest by the timeouts of the request, and what
    it brings then is closed.
    """

    def __init__(self, transport: Transport, threads: Executor) -> None:
        self._transport = transport
        self._threads = threads

    async def send(self, request: Request) -> Response:
        """Send *request*, and give its answer with a body to await if it streams."""
        body = _Revocable(request.body) if _is_upload(request.body) else None
        if body is not None:
            request = replace(request, body=body)
        sending = self._run(self._transport.send, request)
        try:
            response: Response = await asyncio.shield(sending)
        except asyncio.CancelledError:
            if body is not None:
                body.revoked = True
            sending.add_done_callback(_discard)
            raise
        if isinstance(response.body, bytes):
            return response
        stream: Any = response.body
        return replace(response, body=_Stream(stream, self._run))

    async def close(self) -> None:
        """Close every connection."""
        await self._run(self._transport.close)

    def _run(self, action: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, functools.partial(action, *args))


def _is_upload(body: Union[bytes, Upload, None]) -> bool:
    return body is not None and not isinstance(body, bytes)


def _discard(sending: asyncio.Future[Any]) -> None:
    """Close what arrived for nobody."""
    if not sending.cancelled() and sending.exception() is None:
        response = sending.result()
        if not isinstance(response.body, bytes):
            response.body.close()


class _Revocable:
    """An upload that can be taken back while another thread sends it."""

    def __init__(self, upload: Any) -> None:
        self._upload: Upload = upload
        self.length = upload.length
        self.revoked = False

    def open(self) -> Reader:
        return _Revoking(self._upload.open(), self)


class _Revoking:
    def __init__(self, reader: Reader, upload: _Revocable) -> None:
        self._reader = reader
        self._upload = upload
        self.close = reader.close

    def read(self, amount: int = -1) -> bytes:
        if self._upload.revoked:
            raise ConnectionLost("The upload was cancelled.")
        return self._reader.read(amount)


class _Stream:
    """A body that blocks, as one to await."""

    def __init__(self, body: BodyStream, run: Callable[..., Any]) -> None:
        self._body = body
        self._run = run

    async def read(self, amount: int) -> bytes:
        """Give up to *amount* bytes, or ``b""`` at the end."""
        data: bytes = await self._run(self._body.read, amount)
        return data

    async def close(self) -> None:
        """Let go of the connection."""
        await self._run(self._body.close)
