"""Secrets: there for whoever sends them, hidden from whoever only looks.

A report of an error that prints the locals of its frames, a debugger, a log of a dictionary: all
of them ask for the ``repr`` of what they find, and so do lists and dictionaries for what they
hold. So a secret hides there, and needs nobody on its way to remember that it is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, NoReturn, TypeVar, Union

__all__ = ["Secret", "SecretBytes", "SecretDict", "secret"]

H = TypeVar("H", bound="_Hidden")

if TYPE_CHECKING:
    _Dict = Dict[str, str]
else:
    _Dict = dict


class _Hidden:
    """Shows nothing, and does not pickle; its value is what it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"

    def __copy__(self: H) -> H:
        return self

    def __deepcopy__(self: H, _memo: Dict[int, Any]) -> H:
        return self

    def __reduce_ex__(self, _protocol: Any) -> NoReturn:
        import pickle

        raise pickle.PicklingError(
            "A secret is not pickled, so that it is not written anywhere; pickle what says where "
            "to read it, such as a client."
        )


class Secret(_Hidden, str):
    """Text that only whoever formats or encodes it gets to see."""

    __slots__ = ()


class SecretBytes(_Hidden, bytes):
    """Bytes of the same kind."""

    __slots__ = ()


class SecretDict(_Hidden, _Dict):
    """A dictionary of the same kind, for an environment: a token may be in it."""

    __slots__ = ()


def secret(value: Union[str, bytes, Any]) -> Any:
    """Make a secret of text or bytes; whatever else it is stays as it is."""
    if isinstance(value, _Hidden):
        return value
    if isinstance(value, str):
        return Secret(value)
    return SecretBytes(value) if isinstance(value, bytes) else value
