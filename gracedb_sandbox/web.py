"""What every view uses: this request's user, dialect, transaction, and URLs."""

from __future__ import annotations

import sqlite3
from typing import Dict, NamedTuple, cast
from urllib.parse import quote

from flask import current_app, g, request

from . import lazily
from .dialect import Dialect
from .identity import Directory, User
from .store import Store, Transaction

_READS = ("GET", "HEAD", "OPTIONS")
# What Django's reverse() leaves alone in a path: the comma before a file's version stays literal.
_LITERAL = "/~:@!$&'()*+,;="


class Premises(NamedTuple):
    """What one application owns."""

    store: Store
    directory: Directory
    generation: str
    pipelines: Dict[str, str]


def premises() -> Premises:
    """The store, users and settings of this application."""
    return cast(Premises, current_app.extensions["gracedb_sandbox"])


def verify(token: str) -> str:
    """The subject of a signed token that is good here and now; else an empty string."""
    # Whatever else was written into the header is no token, and no reason to load what reads one.
    if token.count(".") != 2:
        return ""
    return lazily.issuer(store().folder).subject(token, audience=origin(), now=now())


def store() -> Store:
    """Where blobs go; rows go through `database`."""
    return premises().store


def now() -> float:
    """The time by this sandbox's clock, in Unix seconds."""
    return store().clock()


def dialect() -> Dialect:
    """How this request is to be understood and answered."""
    return cast(Dialect, g.dialect)


def current_user() -> User:
    """Who is asking (`User.anonymous` when nobody proved who)."""
    return cast(User, g.user)


def database() -> sqlite3.Connection:
    """This request's one transaction, begun when first asked for.

    It commits when a view *returns* and rolls back when it raises. Parse and
    `Store.keep` uploads before the first call: for POST, PUT, PATCH and
    DELETE it takes the writers' turn.
    """
    if "transaction" not in g:
        g.transaction = Transaction(store(), writing=request.method not in _READS)
    return cast(Transaction, g.transaction).connection


def finish(*, keep: bool) -> None:
    """End this request's transaction, if it began one."""
    begun = g.pop("transaction", None)
    if begun is not None:
        begun.commit() if keep else begun.rollback()


def link(path: str = "") -> str:
    """The absolute URL of *path* below the root this request used (``events/G1/log/``)."""
    if "root" not in g:
        g.root = f"{origin()}{request.script_root}/"
    return f"{g.root}{quote(path, safe=_LITERAL)}"


def origin() -> str:
    """Scheme and host by which the client reached us, proxies considered."""
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
    return f"{scheme}://{request.headers.get('X-Forwarded-Host', request.host)}"


def requested(*, query: bool = True) -> str:
    """The URL of this request, verbatim, with or without its query string."""
    url = link(request.path[1:])
    text = request.query_string.decode("latin-1")
    return f"{url}?{text}" if query and text else url
