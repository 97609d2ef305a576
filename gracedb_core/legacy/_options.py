"""What a client is made with, by ligo-gracedb's names, in this client's terms."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Dict, Sequence, Set, Tuple, Union

from requests.structures import CaseInsensitiveDict

from .._address import Address
from .._options import DEFAULT_URL
from .._retry import retry_policy
from .._secrets import secret
from ..errors import InputError
from ._errors import WrongKind

__all__ = [
    "DEFAULT_SERVICE_URL",
    "RELOAD_BUFFER",
    "RETRY_CODES",
    "Headers",
    "core_options",
    "is_a_server",
]

if TYPE_CHECKING:
    _Lines = CaseInsensitiveDict[str]
else:
    _Lines = CaseInsensitiveDict

DEFAULT_SERVICE_URL = DEFAULT_URL
RELOAD_BUFFER = 300
RETRY_CODES = (502, 503, 504, 408, 409)

#: Which plugins look for credentials of other kinds than the one that is to be used.
_OTHERS = {
    "all": (),
    "scitoken": ("x509", "netrc"),
    "x509": ("scitoken", "netrc"),
}
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})


class Headers(_Lines):
    """Header lines of every request; of those that may be secret only the names are shown."""

    def __setitem__(self, name: str, value: str) -> None:
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if name.lower() in _SECRET and value is not None:
            value = secret(value)
        super().__setitem__(name, value)


def is_a_server(url: str, api_version: str) -> bool:
    """Tell whether *url* can be asked; programs make clients of others, and use none of them."""
    try:
        Address.parse(url, api_version)
    except InputError:
        return False
    return True


def core_options(given: Dict[str, Any]) -> Dict[str, Any]:
    """Turn the arguments of the older client into those of this one."""
    use_auth, api_version = given["use_auth"] or "all", given["api_version"]
    cred, patience = given["cred"], given["reload_buffer"]
    if api_version is not None and not isinstance(api_version, str):
        raise WrongKind("api_version must be a str, such as 'v2'.")
    if use_auth not in _OTHERS:
        raise InputError(f"use_auth must be one of {', '.join(_OTHERS)}, not {use_auth!r}.")
    if given["retries"] is None:
        raise InputError("retries must be a count, and 0 for none; it cannot be None.")
    _warn_of_what_is_decided_elsewhere(given["retry_codes"], given["allowed_methods"])
    unwanted, is_needed = _looked_for(use_auth, cred)
    options = {
        "url": given["service_url"],
        "cert": None if use_auth == "scitoken" or isinstance(cred, bool) else cred,
        "force_noauth": given["force_noauth"],
        "fail_if_noauth": given["fail_if_noauth"] or (is_needed and not given["force_noauth"]),
        "auth_reload": given["reload_cred"] or given["reload_certificate"],
        "auth_reload_timeout": RELOAD_BUFFER if patience is None else patience,
        "retries": retry_policy(given["retries"]).replaced(pause=given["backoff_factor"]),
        "api_version": "" if api_version in (None, "default") else api_version,
    }
    twice = sorted(options.keys() & given["further"])
    if twice:
        raise WrongKind(f"GraceDb takes no {twice[0]!r}: it has arguments of its own for that.")
    options.update(given["further"])
    if unwanted:
        options.setdefault("plugins", _installed_but(unwanted))
    return options


def _looked_for(use_auth: str, cred: Any) -> Tuple[Set[str], bool]:
    """Name the plugins that are not to look for a credential, and say whether one must be found."""
    unwanted = set(_OTHERS[use_auth])
    if cred is False:
        return unwanted | {"x509"}, use_auth == "scitoken"
    if cred is True and use_auth == "all":
        return set(_OTHERS["x509"]), True
    return unwanted, use_auth != "all"


def _installed_but(unwanted: Set[str]) -> Sequence[Union[str, object]]:
    from .._plugins import installed_plugins

    return sorted({each.name for each in installed_plugins()} - unwanted)


def _warn_of_what_is_decided_elsewhere(retry_codes: Any, allowed_methods: Any) -> None:
    for name, value, usual in (
        ("retry_codes", retry_codes, RETRY_CODES),
        ("allowed_methods", allowed_methods, ()),
    ):
        if tuple(value or ()) not in ((), usual):
            warnings.warn(
                f"{name} has no effect: which requests may be sent again, and after which "
                "answers, is known of each call; leave it out.",
                DeprecationWarning,
                stacklevel=4,
            )
