"""What one of several types looks like as plain data: its own schema says which it is."""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, Union, get_args, get_origin

from cattrs import Converter

from mainstay._schemas import DECLARED
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["is_choice", "reader", "writer"]

_SCHEMA = "schema"


def is_choice(kind: object) -> bool:
    """Return whether a type is one of several of ours."""
    return get_origin(kind) in {Union, UnionType} and all(one in DECLARED for one in get_args(kind))


def writer(kind: Any, converter: Converter) -> Callable[[object], object]:
    """Return what writes a value of one of several classes, with the schema of its own."""
    schemas: dict[type[Any], str] = {one: DECLARED[one] for one in get_args(kind)}
    names = " or ".join(one.__name__ for one in schemas)

    def write(value: object) -> object:
        if type(value) not in schemas:
            raise InvalidTypeError(
                f"must be exactly of type {names} to be written as JSON",
                field=names,
                value=value,
                remedy="What a subclass adds would be lost. Keep it in a store of your own.",
            )
        return {_SCHEMA: schemas[type(value)], **converter.unstructure(value)}

    return write


def reader(kind: Any, converter: Converter) -> Callable[[object, object], object]:
    """Return what reads a value of that one of several classes whose schema it has."""
    kinds: dict[object, type[Any]] = {DECLARED[one]: one for one in get_args(kind)}

    def read(data: object, _: object) -> object:
        if not isinstance(data, dict):
            raise InvalidTypeError("must be a JSON object", value=data)
        if _SCHEMA not in data:
            raise InvalidValueError("is missing", field=_SCHEMA, value=data)
        schema = data[_SCHEMA]
        if not isinstance(schema, str) or schema not in kinds:
            names = ", ".join(map(repr, kinds))
            raise InvalidValueError(f"must be one of {names}", field=_SCHEMA, value=schema)
        fields = {key: value for key, value in data.items() if key != _SCHEMA}
        value: object = converter.structure(fields, kinds[schema])
        return value

    return read
