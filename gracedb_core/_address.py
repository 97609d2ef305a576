"""Where the API is: an origin and a root path, and what of the server's links lies inside."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from ._values import Value
from ._wire import Origin
from .errors import InputError, RedirectRefused

__all__ = ["Address", "shown"]

_VERSION = re.compile(r"v[1-9]\d*\Z").match
_WITH_SCHEME = re.compile(r"https?://[\w.-]*(:\d+(?!\w))?(/[\w./-]*)?", re.ASCII).match
#: What nobody has for a password.
_LIKE_A_HOST = re.compile(
    r"(localhost|\d+(\.\d+){3}|([a-z][a-z\d-]*\.)+(org|edu|com|net|gov))(:\d+)?(/api/?)?\Z"
).match
_HOST = re.compile(r"[A-Za-z0-9._:%-]+\Z").match


class Address(Value):
    """The API root: *base* is asked, and links may lead anywhere below *root*."""

    origin: Origin
    #: The path that is asked, with the version; begins and ends with a slash.
    base: str
    #: The path below which links may lead; begins and ends with a slash.
    root: str

    @property
    def url(self) -> str:
        """The URL of *base*."""
        return f"{self.origin}{self.base}"

    @property
    def names_version(self) -> bool:
        """Whether a generation of the API was chosen, rather than the server's default."""
        return bool(_VERSION(self.base.rstrip("/").rpartition("/")[2]))

    @classmethod
    def parse(cls, url: str, api_version: str = "") -> Address:
        """Read a URL, such as ``https://gracedb.ligo.org/api/``; raises `InputError`."""
        if not isinstance(url, str):
            raise InputError(f"The URL of a GraceDB API must be a str, not {type(url).__name__}.")
        if "@" in url:
            # Looked for before anything else: what else is wrong may be due to the password.
            raise InputError("A URL must not hold a user name or password; pass them as arguments.")
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise InputError(f"{_beginning(url)!r} is not a URL; check host and port.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or not _HOST(parts.hostname):
            raise InputError(
                f"{_beginning(url)!r} is not the URL of a GraceDB API; write it like "
                "'https://gracedb.ligo.org/api/'."
            )
        if port == 0:
            raise InputError(f"{_beginning(url)!r} names the port 0, where nobody can be.")
        if parts.query or parts.fragment:
            raise InputError("The URL of an API has no query and no fragment; leave them off.")
        origin = Origin(
            parts.scheme,
            parts.hostname,
            {"http": 80, "https": 443}[parts.scheme] if port is None else port,
        )
        root = "/" + "".join(f"{part}/" for part in parts.path.split("/") if part)
        if not re.match(r"[\x21-\x7e]*\Z", root) or _climbs(root):
            raise InputError(f"{_beginning(url)!r} is not the URL of an API.")
        return cls(origin, root + _versioned(root, api_version), root)

    def own_target(self, link: str) -> str:
        """Turn the server's *link* into a target at our own origin.

        A server behind a tunnel or proxy names itself differently, so only path and query count.
        Raises `RedirectRefused` for what lies outside the API.
        """
        try:
            parts = urlsplit(link)
        except ValueError:
            parts = urlsplit("")
        clean = re.match(r"[\x21-\x7e]*\Z", link)
        if not clean or not parts.path.startswith(self.root) or _climbs(parts.path):
            raise RedirectRefused(
                f"The server points to {shown(link)!r}, which is outside the API at {self.url}."
            )
        return parts.path + (f"?{parts.query}" if parts.query else "")


def _versioned(root: str, api_version: str) -> str:
    if not api_version or root.endswith(f"/{api_version}/"):
        return ""
    if not isinstance(api_version, str) or not _VERSION(api_version):
        raise InputError(f"api_version must be like 'v1' or 'v2', not {api_version!r}.")
    return f"{api_version}/"


def _climbs(path: str) -> bool:
    # Split after decoding, as servers do that let a quoted slash through.
    return any(part in (".", "..") for part in re.split(r"[/\\]", unquote(path)))


def _beginning(url: str) -> str:
    """Show of a URL what is plainly no secret: a token or a password may stand in its place."""
    plain = _WITH_SCHEME(url) or _LIKE_A_HOST(url)
    beginning = plain.group() if plain else ""
    return beginning if beginning == url else f"{beginning}…"


def shown(link: str) -> str:
    """Show a link without what may be a password."""
    return re.sub(r"//[^/@]*@", "//…@", link)
