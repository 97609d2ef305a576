"""What every error is: facts as attributes, one sentence, and a pickle of both."""

from __future__ import annotations

from typing import Any, ClassVar, Dict, NamedTuple, Optional, Tuple, Type, TypeVar

from .._twins import as_requests_knows_it, own_class

E = TypeVar("E", bound="GraceDBError")


class SentRequest(NamedTuple):
    """What was asked, without headers or body, so that no secret can travel along."""

    method: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class GraceDBError(Exception):
    """Anything this package raises on purpose."""

    #: Whether the same call, made again later, may have another outcome and can do no harm.
    retryable: bool = False
    #: The request that failed, if there was one.
    request: Optional[SentRequest] = None
    #: The exception of the ``requests`` library that callers of older clients expect instead.
    _requests_name: ClassVar[str] = ""

    def __new__(cls, message: str, **_facts: Any) -> GraceDBError:
        known = as_requests_knows_it(cls)
        solid = OSError if issubclass(known, OSError) else Exception
        error: GraceDBError = solid.__new__(known, message)
        return error

    def __init__(self, message: str, *, request: Optional[SentRequest] = None) -> None:
        # Not super(): a twin made for `requests` would run that library's constructor.
        Exception.__init__(self, message)
        self.message = message
        if request is not None:
            self.request = request

    def __str__(self) -> str:
        return self.message

    @property
    def response(self) -> Any:
        """The answer as ``requests`` has it; None where there was none, or none to be read."""
        return None

    def about(self: E, request: SentRequest) -> E:
        """Say which request it is about, unless that is known, and give the error itself."""
        if self.request is None:
            self.request = request
            self.message = f"{request}: {self.message}"
            self.args = (self.message,)
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        return _rebuild, (own_class(type(self)), self.message, self._facts())

    def _facts(self) -> Dict[str, Any]:
        """Give the attributes that travel with the error."""
        return dict(self.__dict__)


class InputError(GraceDBError, ValueError):
    """Raised before anything is sent, for an argument that cannot be sent."""


class CredentialError(GraceDBError, ValueError):
    """Raised for a credential that was given or found and cannot be used."""


class CredentialWarning(UserWarning):
    """Issued for a credential that was found and passed over, or that others can read."""


class PluginError(GraceDBError):
    """Raised for a plugin that is missing, cannot be loaded, or clashes with another."""


class PluginWarning(UserWarning):
    """Issued for a plugin with which something is wrong; clients that do not need it go on."""


class ClientClosed(GraceDBError, RuntimeError):
    """Raised when a client is used after it was closed."""


def _rebuild(cls: Type[GraceDBError], message: str, facts: Dict[str, Any]) -> GraceDBError:
    error = cls(message)
    error.__dict__.update(facts)
    return error
