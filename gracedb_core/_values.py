"""Frozen values, declared as dataclasses are.

They are none, because `dataclasses` loads `inspect` and compiles half a dozen methods for each
class, which takes longer than all the rest of importing this client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, FrozenSet, List, Mapping, Tuple, TypeVar

if TYPE_CHECKING:
    from inspect import Signature

    from typing_extensions import NoReturn, dataclass_transform
else:

    def dataclass_transform(**_told):
        """Leave the class as it is; type checkers alone are told something."""
        return lambda cls: cls


__all__ = ["Value", "hidden"]

V = TypeVar("V", bound="Value")

_NONE: Any = object()


class _Hidden:
    """Stands in the body of a class for a field that is not shown."""

    def __init__(self, default: Any) -> None:
        self.default = default


def hidden(*, default: Any = _NONE) -> Any:
    """Declare a field that ``repr`` leaves out, because it is secret or long."""
    return _Hidden(default)


class _Arguments:
    """The signature of the constructor, made when somebody asks, such as ``help``."""

    def __get__(self, _value: Any, cls: Any) -> Signature:
        from inspect import Parameter, Signature  # heavy, and few ask

        if cls.__init__ is not Value.__init__:
            raise AttributeError("A subclass has a constructor of its own.")
        kind, none = Parameter.POSITIONAL_OR_KEYWORD, Parameter.empty
        return Signature(
            [
                Parameter(name, kind, default=cls._defaults.get(name, none), annotation=annotation)
                for name, annotation in cls._fields.items()
            ]
        )


@dataclass_transform(frozen_default=True, field_specifiers=(hidden,))
class Value:
    """What its fields hold, and nothing else: two of a class that hold the same are equal.

    The annotated names of a subclass are its fields, in the order of the constructor's arguments;
    what is assigned to one is its default, which all of them share: nothing that can change.
    ``__post_init__`` raises for what cannot be.
    """

    #: The annotations by field, in order.
    _fields: ClassVar[Mapping[str, Any]] = {}
    _defaults: ClassVar[Mapping[str, Any]] = {}
    _required: ClassVar[FrozenSet[str]] = frozenset()
    _shown: ClassVar[Tuple[str, ...]] = ()
    __match_args__: ClassVar[Tuple[str, ...]] = ()
    __signature__: ClassVar[Any] = _Arguments()

    def __init_subclass__(cls) -> None:
        """Read what the subclass declares."""
        super().__init_subclass__()
        shown, defaults = list(cls._shown), dict(cls._defaults)
        annotations = vars(cls).get("__annotations__", {})
        for name in annotations:
            default = vars(cls).get(name, _NONE)
            if isinstance(default, _Hidden):
                default = default.default
                delattr(cls, name)
            elif name not in shown:
                shown.append(name)
            if default is not _NONE:
                defaults[name] = default
                setattr(cls, name, default)
        cls._fields = {**cls._fields, **annotations}
        cls._defaults = defaults
        cls._required = frozenset(cls._fields.keys() - defaults.keys())
        cls._shown = tuple(shown)
        # A tuple for `match`, which mypy takes for fixed where a decorator makes it.
        cls.__match_args__ = tuple(cls._fields)  # type: ignore[misc]  # see above

    def __init__(self, *given: Any, **named: Any) -> None:
        known, arguments = self.__match_args__, len(given) + len(named)
        named.update(zip(known, given))
        values = self.__dict__
        values.update(self._defaults)
        values.update(named)
        # Fewer than were given: one came twice, or beyond the last; more than there are: unknown.
        whole = len(named) == arguments and len(values) == len(known)
        if not whole or not named.keys() >= self._required:
            self._refuse(named)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Raise for what cannot be."""

    def replaced(self: V, **changes: Any) -> V:
        """Give a copy in which *changes* hold, checked as a new one is."""
        copy = self._copied(**changes)
        copy.__post_init__()
        return copy

    #: What `copy.replace` of Python 3.13 calls.
    __replace__ = replaced

    def _copied(self: V, **changes: Any) -> V:
        """Give a copy in which *changes* hold, which the caller has checked."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, **changes)
        if len(copy.__dict__) != len(self._fields):
            copy._refuse(copy.__dict__)
        return copy

    def _refuse(self, named: Mapping[str, Any]) -> NoReturn:
        unknown: List[str] = [name for name in named if name not in self._fields]
        missing = [name for name in self._fields if name in self._required and name not in named]
        trouble = "was given an argument twice, or too many"
        if unknown or missing:
            trouble = f"has no {unknown[0]!r}" if unknown else f"needs {missing[0]!r}"
        arguments = ", ".join(self._fields)
        raise TypeError(f"{type(self).__name__} {trouble}; its arguments are: {arguments}.")

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: make a copy, replaced({name}=...).")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name!r} stays.")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__[name] for name in self._fields))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._shown)
        return f"{type(self).__qualname__}({shown})"
