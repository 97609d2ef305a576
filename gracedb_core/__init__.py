"""A client for GraceDB, the gravitational-wave candidate event database."""

from ._client import AsyncClient, Client
from ._retry import RetryPolicy
from ._version import __version__
from ._wire import Timeout
from .errors import GraceDBError

__all__ = ["AsyncClient", "Client", "GraceDBError", "RetryPolicy", "Timeout", "__version__"]
