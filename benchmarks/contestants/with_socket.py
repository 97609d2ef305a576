"""A blocking socket and prepared bytes: what nobody can beat."""

from __future__ import annotations

import json
import socket
from typing import Any, Dict
from urllib.parse import urlsplit

from base import COINC, FORM, GRACEID, Blocking, Place

_BOUNDARY = "0123456789abcdef0123456789abcdef"


def make(_name: str, place: Place) -> Blocking:
    """Connect."""
    return RawSocket(place)


class RawSocket(Blocking):
    """Knows nothing but where the length of an answer stands."""

    def __init__(self, place: Place) -> None:
        parts = urlsplit(place.url)
        assert parts.hostname is not None
        self._sock = socket.create_connection((parts.hostname, parts.port or 80))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {"Host": parts.netloc, "Accept": "*/*", **place.headers}
        path = f"{parts.path}events/"
        message = json.dumps({"comment": "Looks good.", "tagname": ["pe"]}).encode()
        self._get = _request("GET", f"{path}{GRACEID}", headers)
        self._post = _request(
            "POST",
            f"{path}{GRACEID}/log/",
            {**headers, "Content-Type": "application/json"},
            message,
        )
        form = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        self._upload = _request("POST", path, {**headers, **form}, _multipart())

    def get(self) -> Any:
        """Get an event."""
        return self._ask(self._get)

    def post(self) -> Any:
        """Write a log message."""
        return self._ask(self._post)

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        return self._ask(self._upload)

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    def _ask(self, request: bytes) -> Any:
        self._sock.sendall(request)
        answer = self._sock.recv(1 << 18)
        end = answer.index(b"\r\n\r\n") + 4
        start = answer.index(b"Content-Length: ") + 16
        length = int(answer[start : answer.index(b"\r", start)])
        while len(answer) < end + length:
            answer += self._sock.recv(1 << 18)
        return json.loads(answer[end:])


def _request(method: str, target: str, headers: Dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(": ".join(item) for item in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _multipart() -> bytes:
    begin = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    fields = "".join(f'{begin}"{name}"\r\n\r\n{value}\r\n' for name, value in FORM.items())
    head = f'{fields}{begin}"eventFile"; filename="coinc.xml"\r\n\r\n'
    return head.encode("ascii") + COINC + f"\r\n--{_BOUNDARY}--\r\n".encode("ascii")
