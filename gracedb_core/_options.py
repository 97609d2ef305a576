"""What a client is made with: checked once, before anything is asked."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any, Dict, FrozenSet, Optional, Sequence, Tuple, Union

from ._retry import RetryPolicy, retry_policy
from ._values import Value, hidden
from ._version import __version__
from ._wire import Timeout
from .errors import CredentialError, InputError

__all__ = ["DEFAULT_TIMEOUT", "DEFAULT_URL", "Options", "StrPath", "Verify"]

DEFAULT_URL = "https://gracedb.ligo.org/api/"
DEFAULT_TRANSPORT = "urllib3"
DEFAULT_TIMEOUT = Timeout()

StrPath = Union[str, "os.PathLike[str]"]
#: A file or folder of certificate authorities, True for the usual ones, False for none at all.
Verify = Union[bool, StrPath]
TimeoutOption = Union[Timeout, float, Tuple[float, float], None]


class Options(Value):
    """The arguments of a client, as they were given."""

    url: Optional[str] = None
    token: Optional[StrPath] = None
    bearer_token: Optional[str] = hidden(default=None)
    cert: Union[StrPath, Tuple[StrPath, StrPath], None] = None
    username: Optional[str] = hidden(default=None)
    password: Optional[str] = hidden(default=None)
    force_noauth: bool = False
    fail_if_noauth: bool = False
    auth_reload: bool = False
    auth_reload_timeout: float = 300
    transport: Optional[str] = None
    timeout: TimeoutOption = DEFAULT_TIMEOUT
    retries: Union[int, RetryPolicy, None] = None
    api_version: str = ""
    verify: Verify = True
    user_agent: Optional[str] = None
    allow_plain_http: bool = False
    max_concurrency: int = 100
    plugins: Optional[Sequence[Union[str, object]]] = None

    def __post_init__(self) -> None:
        if self.force_noauth and self.fail_if_noauth:
            raise CredentialError(
                "force_noauth and fail_if_noauth contradict each other; pass only one of them."
            )
        if (self.username is None) != (self.password is None):
            raise CredentialError("username and password go together; pass both or neither.")
        if self.token is not None and self.bearer_token is not None:
            raise CredentialError(
                "token names a file and bearer_token is a token itself; pass only one of them."
            )
        for name in ("username", "password"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise CredentialError(f"{name} must be a str.")
        if not isinstance(self.auth_reload_timeout, (int, float)) or self.auth_reload_timeout < 0:
            raise InputError("auth_reload_timeout must be a number of seconds, not negative.")

        if not isinstance(self.max_concurrency, int) or self.max_concurrency < 1:
            raise InputError("max_concurrency must be a number of requests, at least 1.")
        if isinstance(self.plugins, str):
            raise InputError("plugins must be a list of names or of plugins, not a str.")

    @property
    def holds_secret(self) -> bool:
        """Whether a secret itself was given, rather than where to read it."""
        return not (self.password is None and self.bearer_token is None)

    @property
    def gives_credential(self) -> bool:
        """Whether a credential was given, rather than left to be discovered."""
        given = (self.token, self.bearer_token, self.cert, self.username)
        return any(each is not None for each in given)

    @property
    def service_url(self) -> str:
        """The URL given, else that of the environment, else production's."""
        if self.url is not None:
            return self.url
        return os.environ.get("GRACEDB_SERVICE_URL") or DEFAULT_URL

    @property
    def transport_name(self) -> str:
        """The transport named, else that of the environment, else the default."""
        return self.transport or os.environ.get("GRACEDB_TRANSPORT") or DEFAULT_TRANSPORT

    @property
    def token_path(self) -> Optional[Path]:
        """Where the token is."""
        return None if self.token is None else _path(self.token, "token")

    @property
    def cert_path(self) -> Union[Path, Tuple[Path, Path], None]:
        """Where the certificate is, and its key if that is elsewhere."""
        if self.cert is None:
            return None
        if isinstance(self.cert, (tuple, list)):
            if len(self.cert) != 2:
                raise InputError("cert must be one file, or a pair of certificate and key.")
            certificate, key = self.cert
            return _path(certificate, "cert"), _path(key, "cert")
        return _path(self.cert, "cert")

    @property
    def authorities(self) -> Union[bool, Path]:
        """Where the certificate authorities are, or whether to trust any."""
        if isinstance(self.verify, bool):
            return self.verify
        if not isinstance(self.verify, (str, os.PathLike)):
            raise InputError(f"verify must be a path, True or False, not {self.verify!r}.")
        path = Path(self.verify).expanduser().absolute()
        if not path.exists():
            raise InputError(f"verify names {path} for certificate authorities: it is not there.")
        return path

    @property
    def disabled_plugins(self) -> FrozenSet[str]:
        """The names of plugins that the environment turns off."""
        named = os.environ.get("GRACEDB_DISABLED_PLUGINS", "").split(",")
        return frozenset(name.strip() for name in named if name.strip())

    @property
    def timeouts(self) -> Timeout:
        """The timeouts: one number bounds each wait, a pair is (connect, read)."""
        given = self.timeout
        if isinstance(given, Timeout):
            return given
        if given is None:
            return Timeout(None, None, None, None)
        pair = given if isinstance(given, tuple) else (given, given)
        if len(pair) != 2 or not all(_is_number(value) for value in pair):
            raise InputError(
                f"timeout must be seconds, a pair of them or a Timeout, not {given!r}."
            )
        return Timeout(pair[0], pair[1], write=pair[1])

    @property
    def policy(self) -> RetryPolicy:
        """The retry policy."""
        return retry_policy(self.retries)

    @property
    def agent(self) -> str:
        """The User-Agent: the server refuses requests without, and some names of old clients."""
        if self.user_agent is not None:
            if not re.match(r"[\x21-\x7e][\x20-\x7e]*\Z", self.user_agent):
                raise InputError("The User-Agent must be one line of visible ASCII text.")
            return self.user_agent
        python = ".".join(map(str, sys.version_info[:2]))
        return f"gracedb-core/{__version__} python/{python}"

    def recipe(self) -> Dict[str, Any]:
        """Give what another client can be made with."""
        return dict(self.__dict__)


def _path(value: StrPath, name: str) -> Path:
    try:
        path = Path(value).expanduser()
    except TypeError:
        raise CredentialError(
            f"{name} must be the name of a file, not {type(value).__name__}."
        ) from None
    except RuntimeError:  # a tilde before the name of nobody
        path = Path(value)
    # It is read again at night, wherever the program stands by then. What does not exist may be
    # a secret given by mistake, and must not look like a name.
    return path.absolute() if os.path.lexists(path) else path


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
