"""What each type looks like as plain data, and what is accepted in its place."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import BaseValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from mainstay._walltimes import time_of_day
from mainstay.activity.counts import Counts, count_each
from mainstay.codec import _choices
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import IsoWeek
from mainstay.scheduling import PlainData
from mainstay.scores.consistency.phrases import ENGLISH
from mainstay.scores.consistency.result import Phrasebook
from mainstay.scores.year.phrases import ENGLISH_YEAR
from mainstay.scores.year.result import YearPhrasebook

__all__ = ["make_converter"]

# cattrs gives its hooks any value and any type.
Read = Callable[[Any, Any], Any]
Write = Callable[[Any], Any]

_MICROSECOND = timedelta(microseconds=1)


def make_converter() -> Converter:
    """Return a converter that is strict about all that it reads, and about what it writes."""
    converter = Converter()
    for kind, (write, read) in _SCALARS.items():
        converter.register_unstructure_hook(kind, write)
        converter.register_structure_hook(kind, read)
    converter.register_structure_hook_func(lambda kind: kind is Phrasebook, lambda *_: ENGLISH)
    converter.register_structure_hook_func(
        lambda kind: kind is YearPhrasebook, lambda *_: ENGLISH_YEAR
    )
    converter.register_unstructure_hook_factory(attrs.has, lambda kind: _writer(kind, converter))
    converter.register_structure_hook_factory(attrs.has, lambda kind: _reader(kind, converter))
    converter.register_unstructure_hook_factory(
        _choices.is_choice, lambda kind: _choices.writer(kind, converter)
    )
    converter.register_structure_hook_factory(
        _choices.is_choice, lambda kind: _choices.reader(kind, converter)
    )
    converter.register_unstructure_hook_factory(
        _is_sequence, lambda kind: _array_writer(kind, converter)
    )
    converter.register_structure_hook_factory(_is_sequence, lambda kind: _array(kind, converter))
    return converter


def _writer(kind: type[Any], converter: Converter) -> Write:
    """Return what writes a class field by field, without the words, which are code."""
    return _exactly(
        kind,
        make_dict_unstructure_fn(
            kind, converter, _cattrs_include_init_false=True, phrases=override(omit=True)
        ),
    )


def _exactly(kind: type[Any], write: Write) -> Write:
    """Return what writes a class, and refuses its subclasses: they would come back as the class."""

    def write_exactly(value: object) -> object:
        if type(value) is not kind:
            raise InvalidTypeError(
                f"must be exactly of type {kind.__name__} to be written as JSON",
                field=kind.__name__,
                value=value,
                remedy="What a subclass adds would be lost. Keep it in a store of your own.",
            )
        return write(value)

    return write_exactly


def _reader(kind: type[Any], converter: Converter) -> Read:
    """Return what reads a class from an object that has just its fields' names as keys."""
    read = make_dict_structure_fn(kind, converter)
    fields = [field for field in attrs.fields(kind) if field.name != "phrases"]
    names = [field.name for field in fields]
    derived = [field.name for field in fields if not field.init]

    def read_exactly(data: object, _: object) -> object:
        if not isinstance(data, dict):
            raise InvalidTypeError("must be a JSON object", value=data)
        for name in names:
            if name not in data:
                raise InvalidValueError("is missing", field=name, value=data)
        for key in data:
            if key not in names:
                raise InvalidValueError(
                    "is unknown",
                    field=str(key),
                    value=data[key],
                    remedy=f"Known: {', '.join(names)}.",
                )
        value = read({**data, "phrases": None}, kind)
        for name in derived:
            _check_derived(name, data[name], converter.unstructure(getattr(value, name)))
        return value

    return read_exactly


def _check_derived(name: str, given: object, expected: object) -> None:
    """Refuse what is not what the other fields give."""
    if given != expected:
        raise InvalidValueError(
            f"must be {expected}, which follows from the other fields", field=name, value=given
        )


def _is_sequence(kind: object) -> bool:
    return (get_origin(kind) or kind) in {tuple, frozenset}


def _array_writer(kind: Any, converter: Converter) -> Write:
    """Return what writes a tuple as it is, and a frozen set sorted."""

    def write_array(values: tuple[Any, ...] | frozenset[Any]) -> list[object]:
        ordered = values if isinstance(values, tuple) else sorted(values)
        return [
            converter.unstructure(value, unstructure_as=item)
            for value, item in zip(ordered, _item_kinds(kind, len(values)), strict=True)
        ]

    return write_array


def _item_kinds(kind: Any, length: int) -> tuple[Any, ...]:
    """Return the type of each item of an array."""
    kinds = get_args(kind)
    return kinds if _length(kind) is not None else kinds[:1] * length


def _length(kind: Any) -> int | None:
    """Return how many items an array has, if it is of just these types."""
    kinds = get_args(kind)
    return len(kinds) if get_origin(kind) is tuple and kinds[-1] is not Ellipsis else None


def _array(kind: Any, converter: Converter) -> Read:
    """Return what reads a tuple, of any length or of just these types, or a frozen set."""
    make, length = get_origin(kind), _length(kind)

    def read_array(data: object, _: object) -> object:
        if not isinstance(data, list) or length not in {None, len(data)}:
            of_length = "" if length is None else f" of {length}"
            raise InvalidTypeError(f"must be a JSON array{of_length}", value=data)
        return make(map(read_item, range(len(data)), data, _item_kinds(kind, len(data))))

    def read_item(index: int, value: object, kind: type[object]) -> object:
        try:
            return converter.structure(value, kind)
        except (BaseValidationError, InvalidValueError) as error:
            error.add_note(IterableValidationNote("", index, kind))
            raise

    return read_array


def _as_it_is(value: object) -> object:
    return value


def _only(kind: type[object], words: str) -> Read:
    def read(value: object, _: object) -> object:
        if type(value) is not kind:
            raise InvalidTypeError(f"must be {words}", value=value)
        return value

    return read


def _number(value: Any, _: object) -> object:
    if type(value) in {int, float} and abs(value) <= sys.float_info.max:
        return value
    raise InvalidTypeError("must be a finite number", value=value)


def _text(pattern: str, parse: Callable[[str], object], words: str) -> Read:
    """Return what reads a string that looks like a pattern and can be parsed."""

    def read(value: object, _: object) -> object:
        complaint = InvalidValueError(f"must be {words}", value=value)
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise complaint
        try:
            return parse(value)
        except (ValueError, OverflowError) as error:
            raise complaint from error

    return read


def _duration(value: timedelta) -> str:
    seconds, microseconds = divmod(value // _MICROSECOND, 10**6)
    fraction = f".{microseconds:06}".rstrip("0") if microseconds else ""
    return f"PT{seconds}{fraction}S"


def _parse_duration(text: str) -> timedelta:
    seconds, _, fraction = text[2:-1].partition(".")
    return timedelta(seconds=int(seconds), microseconds=int(fraction.ljust(6, "0")))


def _parse_week(text: str) -> IsoWeek:
    return IsoWeek(int(text[:4]), int(text[6:]))


def _member(value: object, kind: type[StrEnum]) -> StrEnum:
    for member in kind:
        if value == member.value:
            return member
    names = ", ".join(repr(member.value) for member in kind)
    raise InvalidValueError(f"must be one of {names}", value=value)


def _counts(value: object, _: object) -> Counts:
    return Counts(count_each("", value))


_SCALARS: dict[type[Any], tuple[Write, Read]] = {
    bool: (_as_it_is, _only(bool, "true or false")),
    int: (_as_it_is, _only(int, "an integer")),
    float: (_as_it_is, _number),
    str: (_as_it_is, _only(str, "a string")),
    StrEnum: (str, _member),
    Decimal: (str, _text(r"-?\d+(\.\d+)?([Ee][+-]?\d+)?", Decimal, "a decimal such as '1.05'")),
    date: (
        date.isoformat,
        _text(r"\d{4}-\d{2}-\d{2}", date.fromisoformat, "a date such as '2024-05-01'"),
    ),
    time: (
        time.isoformat,
        _text(r"\d{2}:\d{2}:\d{2}", time_of_day, "a time of day such as '06:45:00'"),
    ),
    datetime: (
        datetime.isoformat,
        _text(
            r"(?!.{11}24)\d{4}-.*",
            datetime.fromisoformat,
            "an instant such as '2024-05-01T06:30:00+02:00'",
        ),
    ),
    timedelta: (
        _duration,
        _text(r"PT\d{1,15}(\.\d{1,6})?S", _parse_duration, "a duration such as 'PT90.5S'"),
    ),
    IsoWeek: (
        _exactly(IsoWeek, str),
        _text(r"\d{4}-W\d{2}", _parse_week, "a week such as '2024-W18'"),
    ),
    Counts: (_exactly(Counts, lambda counts: dict(sorted(counts.items()))), _counts),
    PlainData: (_exactly(PlainData, PlainData.to_dict), lambda value, _: PlainData.at("", value)),
}
