"""What went wrong: from aiohttp's exceptions to those that a blocking library would raise."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import ssl
from socket import timeout as socket_timeout

import aiohttp
from aiohttp.http import HttpProcessingError
from urllib3.exceptions import ProxyError

from ..errors import GraceDBError, SentRequest
from ._failures import name_body_failure, name_failure

__all__ = ["LIBRARY_ERRORS", "name_awaited_body_failure", "name_awaited_failure"]

#: What the library raises; anything else is a mistake of ours and goes through as it is.
_TLS_ERROR = re.compile(r"\[SSL: (\w+)\].*").search

LIBRARY_ERRORS = (
    *(aiohttp.ClientError, HttpProcessingError, http.client.HTTPException),
    *(asyncio.TimeoutError, OSError),
)


def name_awaited_failure(
    error: BaseException, request: SentRequest, *, sent: bool, late: bool
) -> GraceDBError:
    """Name what *error* means for *request*, in the words of every transport."""
    return name_failure(_late() if late else _plain(error), request, sent=sent)


def name_awaited_body_failure(
    error: BaseException, request: SentRequest, *, late: bool
) -> GraceDBError:
    """Name what *error* means for a body that is read after the status has arrived."""
    if isinstance(error, HttpProcessingError):
        return name_body_failure(http.client.IncompleteRead(b""), request)
    return name_body_failure(_late() if late else _plain(error), request)


def _late() -> BaseException:
    return socket_timeout("timed out")


def _plain(error: BaseException) -> BaseException:
    """Give what a blocking library would have raised, without the headers that aiohttp adds."""
    if isinstance(error, asyncio.TimeoutError):
        return _late()
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return ProxyError("Refused", OSError(f"Tunnel connection failed: {error.status}"))
    if isinstance(error, (aiohttp.ClientResponseError, HttpProcessingError)):
        return http.client.BadStatusLine(" ".join(error.message.split())[:100])
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return http.client.RemoteDisconnected("the connection was closed without an answer")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return error.certificate_error
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return ProxyError("Unreachable", _system(error.os_error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return _system(error.os_error)
    return _lost(error)


def _lost(error: BaseException) -> BaseException:
    """Name the end of a connection that was there: the system's reason, or none."""
    cause = error.__cause__
    if isinstance(cause, OSError) and not isinstance(cause, aiohttp.ClientError):
        return cause
    said = _TLS_ERROR(str(error))
    if said is not None:
        # What ended a connection for which nobody waited yet has lost its cause.
        cause = ssl.SSLError(1, said[0])
        cause.reason = said[1]
        return cause
    if isinstance(error, aiohttp.ClientPayloadError):
        return http.client.IncompleteRead(b"")
    if isinstance(error, http.client.HTTPException):
        return error
    if isinstance(error, OSError):
        return _system(error)
    return ConnectionResetError(str(error) or "the connection was closed")


def _system(error: OSError) -> OSError:
    """Say in the system's words what asyncio says in its own."""
    if type(error).__module__ == "builtins" and error.errno:
        return OSError(error.errno, os.strerror(error.errno))
    return error
