"""For programs written for ligo-gracedb: ``from gracedb_core.legacy import GraceDb``.

It stands for ``ligo.gracedb.rest`` (`GraceDb`, `HTTPError`, `DEFAULT_SERVICE_URL`),
``ligo.gracedb.exceptions`` (`HTTPError`) and ``ligo.gracedb.logging`` (`GraceDbLogHandler`).
"""

from __future__ import annotations

from ._answers import File, Response
from ._client import GraceDb
from ._errors import HTTPError
from ._logging import GraceDbLogHandler
from ._omitted import OMITTED
from ._options import DEFAULT_SERVICE_URL

__all__ = [
    "DEFAULT_SERVICE_URL",
    "OMITTED",
    "File",
    "GraceDb",
    "GraceDbLogHandler",
    "HTTPError",
    "Response",
]
