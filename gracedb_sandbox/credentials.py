"""What people show to a sandbox, made from the keys in its folder."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple, Union
from urllib.parse import quote, urlsplit

from . import files, lazily
from .accounts import subject_of
from .clock import Clock

AUTHORITIES = "ca.pem"
"""The file in a sandbox's folder with which clients verify the server."""
CERTIFICATE_LIFETIME = 7 * 86400.0
"""How many seconds a certificate of a user is good for."""
TOKEN_LIFETIME = 3 * 3600.0
"""How many seconds a token is good for, as with the issuers of the collaboration."""


def check_certificates(wanted: Optional[str], *, tls: bool) -> None:
    """Raise `ValueError` unless a server can treat certificates of clients as *wanted*."""
    if wanted not in ("accept", "require", None):
        raise ValueError(f'client_certificates is "accept", "require" or None, not {wanted!r}')
    if wanted == "require" and not tls:
        raise ValueError("certificates of clients need TLS: give tls=True as well")


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

    @property
    def authorities(self) -> Path:
        """What a client verifies the server with: a file with the sandbox's own authority.

        Raises `ValueError` from a sandbox that speaks plain http.
        """
        if not self._secure:
            raise ValueError("the sandbox speaks plain http; start it with tls=True")
        return self.folder / AUTHORITIES

    def issue_token(
        self,
        user: str,
        path: Union[str, Path, None] = None,
        *,
        valid_for: float = TOKEN_LIFETIME,
        not_before: Optional[float] = None,
        audience: Union[str, Sequence[str], None] = None,
        scope: str = "gracedb.read",
    ) -> str:
        """A signed token of *user*, good for *valid_for* seconds from now (or *not_before*) on.

        It is for this server unless another *audience* is given (``"ANY"`` is every
        server). Like GraceDB, the sandbox takes whoever shows a token that is expired,
        for somebody else, of another scope or of another issuer for nobody. With a
        *path* it is also written there, in one step. Raises `ValueError` for a user
        whom it does not know.
        """
        self._known(user)
        token = lazily.issuer(self.folder).issue(
            user,
            now=Clock(self.folder)(),
            valid_for=valid_for,
            not_before=not_before,
            audience=self._origin() if audience is None else audience,
            scope=scope,
        )
        if path is not None:
            files.write(Path(path), token.encode())
        return token

    def issue_certificate(
        self,
        user: str,
        path: Union[str, Path, None] = None,
        *,
        key: Union[str, Path, None] = None,
        valid_for: float = CERTIFICATE_LIFETIME,
        not_before: Optional[float] = None,
        proxy: bool = False,
        password: Optional[str] = None,
    ) -> Path:
        """Write a certificate of *user* with its key to *path*, and return the path.

        *user* may also be the subject of a stranger (``/O=Elsewhere/CN=Somebody``).
        Without a *path* it is ``credentials/USER.pem`` in the sandbox's folder; what
        is there is replaced in one step. The private key goes to the file *key* if
        there is one, and is encrypted with *password* if there is one. A *proxy* is
        followed by the certificate that signed it. The certificate is good for
        *valid_for* seconds from now on, or from *not_before* (Unix seconds) on; a
        negative number makes one that has expired.
        Raises `ValueError` for a user whom the sandbox does not know, and from a
        sandbox that speaks plain http.
        """
        subject = user if user.startswith("/") else subject_of(self._known(user))
        now = time.time()
        ends = (now if not_before is None else not_before) + valid_for
        starts = min(now, ends) - 60 if not_before is None else not_before
        authority = lazily.authority(self.authorities.parent)
        made = authority.for_person(subject, starts, ends, proxy=proxy)
        place = self.folder / "credentials" / _file_of(user, ".pem")
        path = place if path is None else Path(path)
        if key is None:
            files.write(path, made.combined_pem(password))
        else:
            files.write(Path(key), made.key_pem(password))
            files.write(path, made.certificates_pem())
        return path

    def write_credentials(self, folder: Union[str, Path, None] = None) -> Path:
        """Write a token of every user into *folder*, and return that.

        The files are ``USER.token`` and, over TLS, ``USER.pem`` and ``ca.pem``; each is
        replaced in one step. Without a *folder* it is ``credentials`` in the sandbox's.
        """
        into = self.folder / "credentials" if folder is None else Path(folder)
        for name in (user["username"] for user in self.users):
            self.issue_token(name, into / _file_of(name, ".token"))
            if self._secure:
                self.issue_certificate(name, into / _file_of(name, ".pem"))
        if self._secure:
            files.write(into / AUTHORITIES, self.authorities.read_bytes(), public=True)
        return into

    @property
    def _secure(self) -> bool:
        return self.url.startswith("https:")

    def _origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def _known(self, name: str) -> Dict[str, Any]:
        found = [user for user in self.users if user["username"] == name]
        if not found:
            names = ", ".join(user["username"] for user in self.users)
            raise ValueError(f"the sandbox knows no {name!r}; its users are {names}")
        return found[0]


def _file_of(name: str, suffix: str) -> str:
    return quote(name, safe=" @+") + suffix
