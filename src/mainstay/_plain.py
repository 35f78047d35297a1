"""Plain JSON data that cannot change: what a run is asked, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["Plain", "PlainData", "kept_data", "kept_result"]

#: What JSON can say; arrays are tuples, and objects :class:`PlainData`.
Plain: TypeAlias = "bool | int | float | str | tuple[Plain, ...] | PlainData | None"

_MOST_INTEGER = 2**63 - 1
_DEEPEST = 32
_REMEDY = "JSON has null, true, false, numbers, strings, arrays and objects: write the rest so."


def _object(field: str, value: object, depth: int = 0) -> dict[str, Plain]:
    """Return a frozen copy of a mapping; ``field`` is the path to it, empty for the outermost."""
    if not isinstance(value, Mapping):
        raise InvalidTypeError("must map names to plain data", field=field, value=value)
    return {_name(field, key): _frozen(_below(field, key), value[key], depth) for key in value}


def _name(field: str, key: object) -> str:
    if not isinstance(key, str):
        raise InvalidTypeError("must be a string", field=f"a key in {field or 'it'}", value=key)
    return str.__str__(key)


def _below(field: str, key: object) -> str:
    return f"{field}.{key}" if field else str(key)


def _frozen(field: str, value: object, depth: int) -> Plain:
    if depth == _DEEPEST:
        raise InvalidValueError(f"must not lie deeper than {_DEEPEST} levels", field=field)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list | tuple):
        return tuple(_frozen(f"{field}[{n}]", each, depth + 1) for n, each in enumerate(value))
    if isinstance(value, Mapping):
        return PlainData.at(field, value, depth + 1)
    return _number(field, value)


def _number(field: str, value: object) -> int | float:
    if isinstance(value, float):
        return float(checks.number(field, value, float("-inf")))
    try:
        return checks.integer(field, value, -_MOST_INTEGER - 1, _MOST_INTEGER)
    except InvalidTypeError as error:
        raise InvalidTypeError(
            "is not plain data", field=field, value=value, remedy=_REMEDY
        ) from error


def _checked(value: Mapping[str, object]) -> dict[str, Plain]:
    return _object("", value)


@attrs.frozen(eq=False, repr=False)
class PlainData(Mapping[str, Plain]):
    """An immutable JSON object: a copy, as deep as it goes, of what it is made from.

    It equals every mapping with the same items, and can be hashed and pickled. Arrays become
    tuples, and objects inside it are of this class, too.

    Raises:
        InvalidValueError: Something in it is not plain data: a number that is not finite, an
            integer of more than 64 bits, an object of another type, a key that is not a string,
            or more than 32 levels. ``field`` is the path to it.

    Examples:
        >>> data = PlainData({"days": ["2024-05-01"], "total": 1})
        >>> data["days"], data == {"total": 1, "days": ("2024-05-01",)}
        (('2024-05-01',), True)
        >>> PlainData({"days": [1, float("nan")]})
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: days[1] must be finite, got nan.
    """

    _items: dict[str, Plain] = attrs.field(factory=dict, converter=_checked)

    @classmethod
    def at(cls, field: str, value: object, depth: int = 0) -> PlainData:
        """Return the data with errors that begin with a field's name."""
        if type(value) is cls and depth == 0:
            return value  # it can't change
        data = cls()
        data._items.update(_object(field, value, depth))
        return data

    def to_dict(self) -> dict[str, object]:
        """Return a copy of dictionaries and lists, ready for ``json.dumps``.

        Examples:
            >>> PlainData({"days": ("2024-05-01",)}).to_dict()
            {'days': ['2024-05-01']}
        """
        return {key: _thawed(value) for key, value in self._items.items()}

    def __getitem__(self, key: str) -> Plain:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"PlainData({self.to_dict()!r})"


def kept_data(value: Mapping[str, object]) -> PlainData:
    """Return what a field ``data`` keeps of what it takes: any mapping, also for type checkers."""
    return PlainData.at("data", value)


def kept_result(value: Mapping[str, object] | None) -> PlainData | None:
    """Return what a field ``result`` keeps, likewise, if there is any."""
    return None if value is None else PlainData.at("result", value)


def _thawed(value: Plain) -> object:
    if isinstance(value, PlainData):
        return value.to_dict()
    return [_thawed(each) for each in value] if isinstance(value, tuple) else value
