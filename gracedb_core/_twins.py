"""Errors and answers as the ``requests`` library knows them.

Programs written for the older clients catch that library's exceptions and read its responses.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Tuple, Type

if TYPE_CHECKING:
    import requests
    from requests.structures import CaseInsensitiveDict

__all__ = ["as_requests_knows_it", "as_response", "as_written", "own_class"]

_twins: Dict[Type[Any], Type[Any]] = {}


def as_requests_knows_it(cls: Type[Any]) -> Type[Any]:
    """Give the subclass of *cls* that the `requests` exception of the same meaning also catches.

    Only where `requests` is loaded: nobody can have written an ``except`` for it otherwise,
    and loading it costs more than the rest of a first request. Importing gracedb-sdk loads it, so
    under that name an error does, for whoever looks at what was caught only then.
    """
    loaded: Any = sys.modules.get("requests.exceptions")
    if loaded is None and "gracedb_sdk" in sys.modules:
        from requests import exceptions as loaded
    if loaded is None or not cls._requests_name or cls in _twins.values():
        return cls
    if cls not in _twins:
        parent = getattr(loaded, cls._requests_name, None)
        if parent is None:
            return cls  # another thread is about to load it
        names = {"__module__": cls.__module__, "__doc__": cls.__doc__, "_own_class": cls}
        _twins[cls] = type(cls.__name__, (cls, parent), names)
    return _twins[cls]


def own_class(cls: Type[Any]) -> Type[Any]:
    """Give the class that *cls* is a twin of, or itself."""
    own: Type[Any] = cls.__dict__.get("_own_class", cls)
    return own


def as_written(headers: Mapping[str, str]) -> CaseInsensitiveDict[str]:
    """Name header lines as servers do, for programs that list them."""
    from requests.structures import CaseInsensitiveDict

    return CaseInsensitiveDict({name.title(): value for name, value in headers.items()})


def as_response(
    status: int,
    reason: str,
    headers: Mapping[str, str],
    body: bytes,
    asked: Optional[Tuple[str, str]],
) -> requests.Response:
    """Make the ``requests.Response`` of an answer, and of the method and URL that were asked."""
    import requests

    response = requests.Response()
    response.status_code = status
    response.reason = reason
    response._content = body
    # What reads it in pieces would look for a connection otherwise.
    vars(response)["_content_consumed"] = True
    response.headers = as_written(headers)
    # Without it, `text` guesses, and may guess another alphabet.
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    if asked is not None:
        # Not prepared: preparing would re-quote a URL that is on the wire's terms already.
        response.request = requests.PreparedRequest()
        response.request.method, response.request.url = asked
        response.url = asked[1]
    return response
