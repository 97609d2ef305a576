"""Bare urllib3: ``PoolManager.request`` and ``json.loads``."""

from __future__ import annotations

import json
from typing import Any, Dict

import urllib3
from base import COINC, FORM, GRACEID, Blocking, Place, version


def make(_name: str, place: Place) -> Blocking:
    """Make a pool of connections."""
    return Bare(place)


class Bare(Blocking):
    """Has no more connections than threads that use it at once."""

    def __init__(self, place: Place) -> None:
        self._pool = urllib3.PoolManager(maxsize=100)
        self._url = f"{place.url}events/"
        self._headers = place.headers

    def versions(self) -> Dict[str, str]:
        """Name the version of the library."""
        return version("urllib3")

    def get(self) -> Any:
        """Get an event."""
        return self._ask("GET", GRACEID)

    def post(self) -> Any:
        """Write a log message."""
        body = json.dumps({"comment": "Looks good.", "tagname": ["pe"]}).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        url = f"{self._url}{GRACEID}/log/"
        return json.loads(self._pool.request("POST", url, body=body, headers=headers).data)

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        file = ("coinc.xml", COINC, "application/xml")
        return self._ask("POST", "", fields={**FORM, "eventFile": file})

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        response = self._pool.request(method, self._url + path, headers=self._headers, **options)
        return json.loads(response.data)
