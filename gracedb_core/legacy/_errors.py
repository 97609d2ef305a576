"""What is raised to programs written for ligo-gracedb: what they catch, and what ours say."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple, Type, TypeVar

import requests

from .._twins import as_response, own_class
from ..errors import InputError, ResponseError
from ._answers import Response, answered

__all__ = ["HTTPError", "NoSuchServer", "NotThere", "UnknownLabel", "WrongKind", "refused"]

R = TypeVar("R", bound=ResponseError)

_refusals: Dict[Type[ResponseError], Type[Any]] = {}


class HTTPError(requests.exceptions.HTTPError):
    """Raised when the server refused: an error of ``requests``, with what its answer says.

    ``status`` (``status_code``), ``reason`` and ``text`` (``message``) are those of ``response``.
    What this client raises is one of `gracedb_core.errors.ResponseError` as well.
    """

    def __init__(self, response: Any) -> None:
        # Tests of programs make it of what is like a response.
        answer = response if hasattr(response, "status_code") else None
        super().__init__(response, response=answer)
        self.status: Optional[int] = getattr(answer, "status_code", None)
        self.status_code = self.status
        self.reason = getattr(answer, "reason", "")
        self.text: str = str(response) if answer is None else getattr(answer, "text", "")
        self.message = self.text

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), self.args


class WrongKind(InputError, TypeError):
    """Raised for an argument of a kind that the call does not take."""


class UnknownLabel(InputError, NameError):
    """Raised for a label that the server does not know."""


class NotThere(InputError, NotImplementedError):
    """Raised for what events do not have, or servers of this age."""


class NoSuchServer(InputError, requests.exceptions.MissingSchema):
    """Raised at the first call of a client whose URL is none."""

    # It is one of the library's exceptions already.
    _requests_name = ""
    request: Any = None
    response: Any = None


class _Refusal:
    """What makes an error of ours one that programs for the older client read."""

    _requests_name = ""
    args: Tuple[Any, ...]
    __dict__: Dict[str, Any]
    _facts: Any

    @property
    def response(self) -> Response:
        """The answer."""
        facts = self.__dict__
        plain = as_response(
            facts["status"], facts["reason"], facts["headers"], facts["body"], facts.get("request")
        )
        return answered(plain)

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> Tuple[Any, ...]:
        return _again, (own_class(type(self)), str(self), self._facts())


def refused(error: ResponseError) -> HTTPError:
    """Give *error* as one that is an `HTTPError` too."""
    return _again(own_class(type(error)), error.message, dict(error.__dict__))


def _again(own: Type[ResponseError], sentence: str, facts: Dict[str, Any]) -> HTTPError:
    if own not in _refusals:
        names = {"__module__": own.__module__, "__doc__": own.__doc__, "_own_class": own}
        _refusals[own] = type(own.__name__, (_Refusal, own, HTTPError), names)
    error: Any = _refusals[own].__new__(_refusals[own], sentence)
    error.__dict__.update(facts)
    # What the older client calls the message is the answer's text; ours is said by str().
    error.__dict__["message"] = error.__dict__["text"] = error.response.text
    made: HTTPError = error
    return made
