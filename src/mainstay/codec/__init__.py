"""To JSON and back, for every state and result, without losing anything.

Every value becomes one JSON object: ``schema``, the type's name and version, and its fields.
Dates, times of day, instants, weeks and durations are ISO 8601 strings (``2024-05-01``,
``06:45:00``, ``2024-05-01T06:30:00+02:00``, ``2024-W18``, ``PT90S``), decimals strings, sets
sorted arrays. What comes back equals what went out. Reading is strict: a key too many or too few,
or a value of another kind, is an error with its path; so is a result that can't be, since it
contradicts itself. A field that may hold one of several types has an object with its own
``schema``, which says which.

Only mainstay's own types are written. A subclass of one, at any depth, is refused: it would come
back as the plain type, with other rules.

A phrasebook is code, and not written: a :class:`mainstay.ConsistencyScore` comes back with the
English one, which ``attrs.evolve(score, phrases=...)`` replaces.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import attrs
from cattrs.errors import AttributeValidationNote, BaseValidationError, IterableValidationNote

import mainstay.contest
import mainstay.outlook
import mainstay.recognition
import mainstay.scheduling  # noqa: F401  (whose types declare their schemas; the core's have)
from mainstay import _checks as checks
from mainstay._schemas import DECLARED
from mainstay.codec._converter import make_converter
from mainstay.errors import DecodeError, InvalidTypeError, MainstayError, UnknownSchemaError

__all__ = ["SCHEMAS", "from_json", "from_plain", "to_json", "to_plain"]

T = TypeVar("T")

#: The schema of each type that can be written, as the type itself declares it.
SCHEMAS: Mapping[type[attrs.AttrsInstance], str] = MappingProxyType(DECLARED)

_converter = make_converter()


def _schema(field: str, kind: object) -> str:
    schema = SCHEMAS.get(kind) if isinstance(kind, type) else None
    if schema is None:
        raise InvalidTypeError(
            "is not a type that can be written as JSON",
            field=field,
            value=kind,
            remedy="mainstay.codec.SCHEMAS lists those that can.",
        )
    return schema


def to_plain(value: object) -> dict[str, object]:
    """Return a value as a dictionary of plain data, ready for ``json.dumps``.

    Raises:
        InvalidTypeError: It, or something in it, is of another type than :data:`SCHEMAS` lists.

    Examples:
        >>> from mainstay import Vouch
        >>> to_plain(Vouch("ada", "bob", 5))["weight"]
        '5'
    """
    schema = _schema("value's type", type(value))
    return {"schema": schema, **_converter.unstructure(value)}


def from_plain(data: object, kind: type[T]) -> T:
    """Return the value that :func:`to_plain` made plain data of.

    Args:
        data: The dictionary.
        kind: The type to read.

    Raises:
        UnknownSchemaError: ``schema`` is not this version's for the type.
        DecodeError: A key is unknown or missing, or a value can't be.
        InvalidTypeError: ``kind`` is not one of :data:`SCHEMAS`.

    Examples:
        >>> from mainstay import Vouch
        >>> from_plain(to_plain(Vouch("ada", "bob", 5)), Vouch) == Vouch("ada", "bob", 5)
        True
    """
    expected = _schema("kind", kind)
    if not isinstance(data, dict):
        raise DecodeError("must be a JSON object", field="$", value=data)
    if "schema" not in data:
        raise DecodeError("is missing", field="$.schema", value=data)
    if data["schema"] != expected:
        raise UnknownSchemaError(
            f"must be {expected!r}",
            field="$.schema",
            value=data["schema"],
            remedy="It was written by another version of mainstay, or is of another type.",
        )
    fields = {key: value for key, value in data.items() if key != "schema"}
    try:
        return _converter.structure(fields, kind)
    except (BaseValidationError, MainstayError) as error:
        raise _decode_error("$", error) from error


def to_json(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON: ASCII, the fields in their order, numbers with their own digits.

    Args:
        value: The value.
        indent: Spaces a level, 0 to 16; all on one line without it.

    Raises:
        InvalidTypeError: It, or something in it, is of another type than :data:`SCHEMAS` lists.
        InvalidValueError: ``indent`` is out of its range.

    Examples:
        >>> from mainstay import Weekdays
        >>> print(to_json(Weekdays({4, 2, 0})))
        {"schema": "weekdays/1", "weekdays": [0, 2, 4]}
    """
    if indent is not None:
        checks.integer("indent", indent, 0, 16)
    return json.dumps(to_plain(value), indent=indent, allow_nan=False)


def from_json(text: str | bytes, kind: type[T]) -> T:
    """Return the value that :func:`to_json` wrote.

    Args:
        text: The JSON.
        kind: The type to read.

    Raises:
        UnknownSchemaError: ``schema`` is not this version's for the type.
        DecodeError: It is not JSON; a key is unknown, missing or there twice; a value can't be.
        InvalidTypeError: ``kind`` is not one of :data:`SCHEMAS`.

    Examples:
        >>> from mainstay import WeeklyStreak
        >>> from_json('{"schema": "weekly-streak/1", "weeks": "3"}', WeeklyStreak)
        Traceback (most recent call last):
            ...
        mainstay.errors.DecodeError: $.last_active is missing, got {'weeks': '3'}.
    """
    if not isinstance(text, str | bytes):
        raise InvalidTypeError("must be a string or bytes", field="text", value=text)
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except DecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"is not JSON ({error})", field="text", value=text) from error
    return from_plain(data, kind)


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object whose keys differ: of two, it is not clear which is meant."""
    data: dict[str, object] = {}
    for key, value in pairs:
        if key in data:
            raise DecodeError("is there twice", field=f"key {key!r}", value=value)
        data[key] = value
    return data


def _decode_error(path: str, error: Exception) -> DecodeError:
    """Return the first of the errors in a tree of them, with the path that leads to it.

    What is not a complaint about a value, but a failure of something else, is raised as it is.
    """
    path += "".join(_step(note) for note in reversed(getattr(error, "__notes__", [])))
    if isinstance(error, BaseValidationError):
        return _decode_error(path, error.exceptions[0])
    if not isinstance(error, MainstayError):
        raise error
    inner = error.field if error.field[:1] in {"", "["} else f".{error.field}"
    return DecodeError.like(error, field=path + inner)


def _step(note: object) -> str:
    if isinstance(note, AttributeValidationNote):
        return f".{note.name}"
    return f"[{note.index}]" if isinstance(note, IterableValidationNote) else ""
