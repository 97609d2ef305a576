"""What ligo-gracedb checks before it asks, and how it reads what stands for a code."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping, Optional, Union

from .._encode import names
from ..errors import InputError
from ._errors import WrongKind

__all__ = ["code", "labels", "listed", "one_of", "see_text", "several", "some_of", "together"]


def one_of(value: Any, known: Optional[Iterable[str]], what: str) -> None:
    """See that *value* is one of those that the server knows, where it tells them."""
    if known is not None and value not in known:
        raise InputError(f"The server has no {what} {value!r}; it has: {', '.join(known)}.")


def code(value: Any, codes: Optional[Mapping[str, str]], what: str) -> str:
    """Find the code of *value*, which may be the code or what it stands for, in any case."""
    text = str(value).upper()
    for key, name in (codes or {}).items():
        if text in (key.upper(), name.upper()):
            return key
    if codes is None and value:
        return str(value)  # newer servers tell no more, and judge themselves
    raise InputError(f"There is no {what} {value!r}; there are: {', '.join(codes or ())}.")


def some_of(fields: Mapping[str, Any]) -> None:
    """See that something is given."""
    if not any(fields.values()):
        raise InputError(f"Give at least one of {', '.join(fields)}.")


def listed(value: Any) -> List[Any]:
    """Take one name for a list of one, and none for none."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def see_text(value: Any, what: str) -> None:
    """See that *value* is text, if it is given."""
    if value is not None and not isinstance(value, str):
        raise WrongKind(f"{what} must be a str, not {type(value).__name__}.")


def several(value: Any, what: str) -> Optional[List[str]]:
    """See that *value* is one name, or a list of them; gives None for none."""
    if not value:
        return None
    if not isinstance(value, (str, list, tuple)) or not all(
        isinstance(each, str) for each in value
    ):
        raise WrongKind(f"{what} must be a str or a list of str, not {value!r:.80}.")
    return names(value, what)


def labels(value: Union[str, List[str], None]) -> List[str]:
    """See that labels are one or a list."""
    if value is not None and not isinstance(value, (str, list)):
        raise WrongKind(f"labels must be a str or a list, not {type(value).__name__}.")
    return listed(value)


def together(order: Any) -> Optional[str]:
    """Spell several fields in one."""
    return order if order is None or isinstance(order, str) else ",".join(order)
