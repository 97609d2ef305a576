"""Bare requests: a session with a header."""

from __future__ import annotations

from typing import Any, Dict

import requests
from base import COINC, FORM, GRACEID, Blocking, Place, version


def make(_name: str, place: Place) -> Blocking:
    """Make a session."""
    return Bare(place)


class Bare(Blocking):
    """A session, as a tutorial would make it."""

    def __init__(self, place: Place) -> None:
        self._session = requests.Session()
        self._session.headers.update(place.headers)
        self._url = f"{place.url}events/"

    def versions(self) -> Dict[str, str]:
        """Name the versions of the libraries."""
        return version("requests", "urllib3")

    def get(self) -> Any:
        """Get an event."""
        return self._session.get(self._url + GRACEID).json()

    def post(self) -> Any:
        """Write a log message."""
        body = {"comment": "Looks good.", "tagname": ["pe"]}
        return self._session.post(f"{self._url}{GRACEID}/log/", json=body).json()

    def upload(self) -> Any:
        """Make an event of a file of 50 kB."""
        files = {"eventFile": ("coinc.xml", COINC, "application/xml")}
        return self._session.post(self._url, data=FORM, files=files).json()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()
