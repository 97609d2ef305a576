"""What people show to a sandbox, made from the keys in its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple, Union
from urllib.parse import urlsplit

from . import lazily
from .clock import Clock

TOKEN_LIFETIME = 3 * 3600.0
"""How many seconds a token is good for, as with the issuers of the collaboration."""


class Issuing(ABC):
    """Makes credentials for `users` of the server at `url`, with the keys in `folder`."""

    users: Tuple[Dict[str, Any], ...]

    @property
    @abstractmethod
    def url(self) -> str:
        """The API's base URL."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Where the server keeps its data and its keys."""

    def issue_token(
        self,
        user: str,
        *,
        valid_for: float = TOKEN_LIFETIME,
        not_before: Optional[float] = None,
        audience: Union[str, Sequence[str], None] = None,
        scope: str = "gracedb.read",
    ) -> str:
        """A signed token of *user*, good for *valid_for* seconds from now (or *not_before*) on.

        It is for this server unless another *audience* is given (``"ANY"`` is every
        server). Like GraceDB, the sandbox takes whoever shows a token that is expired,
        for somebody else, of another scope or of another issuer for nobody. Raises
        `ValueError` for a user whom it does not know.
        """
        self._known(user)
        return lazily.issuer(self.folder).issue(
            user,
            now=Clock(self.folder)(),
            valid_for=valid_for,
            not_before=not_before,
            audience=self._origin() if audience is None else audience,
            scope=scope,
        )

    def _origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def _known(self, name: str) -> Dict[str, Any]:
        found = [user for user in self.users if user["username"] == name]
        if not found:
            names = ", ".join(user["username"] for user in self.users)
            raise ValueError(f"the sandbox knows no {name!r}; its users are {names}")
        return found[0]
