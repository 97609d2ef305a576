"""Tokens as GraceDB knows them: JSON Web Tokens in the SciTokens profile, signed by an issuer.

The issuer is the sandbox's own. Its key is made when the first token is, so
that a sandbox which nobody asks for tokens does not wait for it.
"""

from __future__ import annotations

import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Union

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from . import files

ISSUER = "https://issuer.gracedb-sandbox.invalid"
"""Who signs; the name stands for nothing on any network."""
ANY = "ANY"
"""The audience of a token that is for every server."""
SCOPE = "gracedb.read"
"""What GraceDB wants to see, for writing too."""
_ALGORITHM = "ES256"
# Expiry is left to our own clock, which tests move.
_CHECKS: Any = {
    "require": ["aud", "exp", "iss", "sub"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class Issuer:
    """Makes tokens and looks through them; its key is kept in a sandbox's *folder*."""

    def __init__(self, folder: Union[str, Path]) -> None:
        self._path = Path(folder, "keys", "issuer.pem")

    def issue(
        self,
        subject: str,
        *,
        now: float,
        valid_for: float,
        audience: Union[str, Sequence[str]],
        scope: str = SCOPE,
        not_before: Optional[float] = None,
    ) -> str:
        """A token for *subject*, made *now* and good from then (or *not_before*) on."""
        starts = now if not_before is None else not_before
        claims: Dict[str, Any] = {
            "ver": "scitoken:2.0",
            "iss": ISSUER,
            "sub": subject,
            "aud": audience if isinstance(audience, str) else list(audience),
            "scope": scope,
            "iat": int(now),
            "nbf": int(starts),
            "exp": int(starts + valid_for),
            "jti": str(uuid.uuid4()),
        }
        key = _read(files.once(self._path, _new_key))
        token = jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": "sandbox"})
        return str(token)

    def subject(self, token: str, *, audience: str, now: float) -> str:
        """Whom *token* is of, if it is ours, for *audience* and good *now*; else an empty text."""
        try:
            claims = self._claims(token, audience)
            scopes = claims.get("scope", "").split()
            good = SCOPE in scopes and claims.get("nbf", 0) <= now < claims["exp"]
            return str(claims["sub"]) if good else ""
        except Exception:  # GraceDB takes every problem, of any kind, for nobody
            return ""

    def _claims(self, token: str, audience: str) -> Dict[str, Any]:
        public = _read(self._path.read_bytes()).public_key()
        claims: Dict[str, Any] = jwt.decode(
            token,
            public,
            algorithms=[_ALGORITHM],
            audience=[audience, ANY],
            issuer=ISSUER,
            options=_CHECKS,
        )
        return claims


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@lru_cache(maxsize=4)
def _read(pem: bytes) -> Any:
    return serialization.load_pem_private_key(pem, None)
