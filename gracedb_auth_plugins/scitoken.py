"""SciTokens: bearer tokens in files and variables, read without verifying (the server does that).

The places, in order: ``BEARER_TOKEN_FILE`` and ``$XDG_RUNTIME_DIR/bt_u{UID}``, as the older
clients looked; then ``BEARER_TOKEN`` (the token itself) and ``/tmp/bt_u{UID}``, which the WLCG
bearer token discovery has beside them; last ``SCITOKEN`` (a token), ``SCITOKEN_FILE`` and the files
``*.use`` in ``$_CONDOR_CREDS``, where HTCondor puts a secret for each service that a job uses: of
these only a token whose scope names GraceDB is taken. An explicit one is ``token``, the name of a
file, or ``bearer_token``, the token itself; neither is ever taken for the other.
A token file that others can read is used, with a warning: it is short-lived.
"""

from __future__ import annotations

import base64
import json
import math
import os
import re
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union
from urllib.parse import urlsplit

from gracedb_core.hookspecs import hookimpl
from gracedb_core.interfaces import Absent, AuthProvider, AuthRequest, Credential, Origin, Rung

from ._files import SecretFile, may_be_secret, named_in, read_named, read_secret, shown
from ._providers import Discovered, Explicit, Look, Unusable, sentence, span

__all__ = ["DISCOVERED", "GIVEN", "gracedb_auth_providers"]

#: What issuers write into ``aud`` for a token that any server may take.
_ANYBODY = frozenset({"ANY", "https://wlcg.cern.ch/jwt/v1/any"})
_ASCII_WHITE_SPACE = " \t\r\n\f\v"
#: What every JSON Web Token begins with.
_SIGNED = "eyJ"
#: How far a clock may be behind the issuer's: many tokens are valid from the second of issue.
_LEEWAY = 60.0
_PATHS_BEGIN = ("/", "~", "./", "../")
#: What a token must allow for GraceDB to know whose it is.
_SCOPE = "gracedb.read"
_VISIBLE = re.compile(r"[\x21-\x7e]+\Z").match


class _Claims(NamedTuple):
    """What a token says of itself; an opaque one says nothing."""

    starts: Optional[float] = None
    expires: Optional[float] = None
    #: None for any; otherwise those it is meant for.
    audiences: Optional[Tuple[str, ...]] = None
    subject: Optional[str] = None
    #: None for one that does not say what it allows.
    scopes: Optional[Sequence[str]] = None


def _given(wanted: AuthRequest) -> Union[Credential, Absent]:
    if wanted.bearer_token is not None:
        return _itself(wanted.bearer_token, wanted)
    if wanted.token is None:
        return Absent("not given")
    path = Path(wanted.token)
    if may_be_secret(path) and not os.path.lexists(path):
        raise Unusable(
            "the argument token names a file that does not exist; if it is a token itself, pass "
            "it as bearer_token"
        )
    return _from_file(read_named(path, wanted, by="the argument token"), wanted, given=True)


def _itself(text: object, wanted: AuthRequest) -> Credential:
    if isinstance(text, os.PathLike) or (isinstance(text, str) and _is_path(text)):
        raise Unusable(
            "the argument bearer_token is the name of a file, and must be a token itself; pass "
            "the file as token"
        )
    if not isinstance(text, str):
        raise Unusable("the argument bearer_token must be text")
    return _credential(text, "the argument bearer_token", wanted, given=True)


def _is_path(text: str) -> bool:
    """Say whether this is no token: what opaque ones may hold, slashes and dots, paths hold too."""
    if text.startswith(_SIGNED):
        return False
    return text.startswith(_PATHS_BEGIN) or os.path.lexists(text)


class _NamedFile(NamedTuple):
    """The file that an environment variable names."""

    variable: str

    def __call__(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        path = named_in(wanted, self.variable)
        if path is None:
            return Absent(f"{self.variable} is unset")
        return _from_file(read_named(path, wanted, by=self.variable), wanted)


class _Variable(NamedTuple):
    """An environment variable that holds a token itself."""

    variable: str

    def __call__(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        text = wanted.environment.get(self.variable, "").strip(_ASCII_WHITE_SPACE)
        if not text:
            return Absent(f"{self.variable} is unset")
        if _is_path(text):
            raise Unusable(
                f"the variable {self.variable} is the name of a file, and must be a token itself; "
                f"set {self.variable}_FILE to the name"
            )
        return _credential(text, f"the variable {self.variable}", wanted)


def _in_runtime_folder(wanted: AuthRequest) -> Union[Credential, Absent]:
    folder = named_in(wanted, "XDG_RUNTIME_DIR")
    if folder is None:
        return Absent("XDG_RUNTIME_DIR is unset")
    return _in_folder(folder, "XDG_RUNTIME_DIR", wanted)


def _in_temporary_folder(wanted: AuthRequest) -> Union[Credential, Absent]:
    return _in_folder(wanted.temporary, str(wanted.temporary), wanted)


def _of_a_job(wanted: AuthRequest) -> Union[Credential, Absent]:
    """Look among the secrets of a job; no other service's must ever be sent to this one."""
    folder = named_in(wanted, "_CONDOR_CREDS")
    if folder is None:
        return Absent("_CONDOR_CREDS is unset")
    problems: List[str] = []
    for path in _used(folder):
        try:
            found = read_secret(path, wanted)
            if found is not None and _SCOPE in (_read_claims(_text(found)).scopes or ()):
                return _from_file(found, wanted)
        except Unusable as problem:
            problems.append(str(problem))
    if problems:
        raise Unusable("; ".join(problems))
    return Absent(f"no token with the scope {_SCOPE} among *.use in _CONDOR_CREDS")


def _used(folder: Path) -> List[Path]:
    names = None
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    except (OSError, ValueError):  # a NUL in the name
        pass
    if names is None:
        raise Unusable("_CONDOR_CREDS names something that is no folder, or cannot be read")
    return [folder / name for name in sorted(names) if name.endswith(".use")]


def _in_folder(folder: Path, called: str, wanted: AuthRequest) -> Union[Credential, Absent]:
    name = f"bt_u{wanted.uid}"
    found = read_secret(folder / name, wanted)
    if found is None:
        return Absent(f"no {name} in {called}")
    return _from_file(found, wanted)


def _from_file(found: SecretFile, wanted: AuthRequest, *, given: bool = False) -> Credential:
    place = shown(found.path, wanted)
    remarks: Tuple[str, ...] = ()
    if found.exposure:
        leak = f"the token in {place} is not secret: {found.exposure}; run: {found.remedy}"
        remarks = (sentence(leak),)
    facts = {"files": (found.path,), "remarks": remarks}
    return _credential(_text(found), place, wanted, given=given, **facts)


def _text(found: SecretFile) -> str:
    return found.content.decode("latin-1").strip(_ASCII_WHITE_SPACE)


def _credential(
    text: str, place: str, wanted: AuthRequest, *, given: bool = False, **facts: Any
) -> Credential:
    token = text.strip(_ASCII_WHITE_SPACE)
    claims = _read_claims(token)
    problem = _problem(token, claims, wanted)
    if not (problem or given or claims.scopes is None or _SCOPE in claims.scopes):
        # Another service's, and the next place may have ours; who gives one is taken at his word.
        problem = f"does not have the scope {_SCOPE}"
    if problem:
        raise Unusable(f"the token in {place} {problem}")
    return Credential(
        "scitoken",
        place,
        headers=(("Authorization", f"Bearer {token}"),),
        expires=claims.expires,
        subject=claims.subject,
        **facts,
    )


def _problem(token: str, claims: _Claims, wanted: AuthRequest) -> str:
    """Say why this token must not be sent, or nothing.

    The server would take the request for an anonymous one, and answer with public rows only.
    """
    if not token:
        return "is empty"
    if not _VISIBLE(token):
        return "holds a space, a line break or another character that no token has"
    if token.startswith(_SIGNED) and not token.partition(".")[2].partition(".")[2]:
        return "is cut short"
    if claims.expires is not None and claims.expires <= wanted.now:
        return f"expired {span(wanted.now - claims.expires)} ago"
    if claims.starts is not None and claims.starts > wanted.now + _LEEWAY:
        return f"is not valid yet, only in {span(claims.starts - wanted.now)}"
    meant_for = claims.audiences
    if meant_for is not None and not any(_names(each, wanted.origin) for each in meant_for):
        return f"is for other servers than {wanted.origin} (its audience does not name it)"
    return ""


def _read_claims(token: str) -> _Claims:
    claims = _payload(token)
    starts, expires = (_as_time(claims.get(name)) for name in ("nbf", "exp"))
    audiences, subject = _as_audiences(claims.get("aud")), _as_subject(claims.get("sub"))
    scope = claims.get("scope")
    scopes = scope.split() if isinstance(scope, str) else None
    return _Claims(starts, expires, audiences, subject, scopes)


def _payload(token: str) -> Dict[str, Any]:
    """Decode the middle of a JSON Web Token; anything else is opaque, and empty."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _as_time(value: object) -> Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer beyond all floats
        return None


def _as_audiences(value: object) -> Optional[Tuple[str, ...]]:
    if value is None:
        return None
    members = value if isinstance(value, list) else [value]
    return tuple(member for member in members if isinstance(member, str))


def _as_subject(value: object) -> Optional[str]:
    return value if isinstance(value, str) and value.isprintable() else None


def _names(audience: str, origin: Origin) -> bool:
    """Say whether *audience* means *origin*: as a URL, with or without a slash, or a bare host."""
    if audience in _ANYBODY:
        return True
    try:
        parts = urlsplit(audience if "//" in audience else f"//{audience}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    # An audience names a service; without a port it leaves open which.
    return (
        host == origin.host.lower()
        and port in (None, origin.port)
        and parts.scheme in ("", "https", origin.scheme)
        and parts.path in ("", "/")
    )


#: The first good one is taken.
_PLACES: Tuple[Look, ...] = (
    _NamedFile("BEARER_TOKEN_FILE"),
    _in_runtime_folder,
    _Variable("BEARER_TOKEN"),
    _in_temporary_folder,
    _Variable("SCITOKEN"),
    _NamedFile("SCITOKEN_FILE"),
    _of_a_job,
)

GIVEN = Explicit("explicit token", Rung.EXPLICIT_TOKEN, _given)
DISCOVERED = Discovered("discovered token", Rung.DISCOVERED_TOKEN, _PLACES)


@hookimpl
def gracedb_auth_providers() -> Sequence[AuthProvider]:
    """Offer the token file that the caller names, and those where tokens are put by convention."""
    return (GIVEN, DISCOVERED)
