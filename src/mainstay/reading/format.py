"""How a file says who was active, and when: its columns, its rows that count, its notations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._reprs import shown
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.localdays import zone_name
from mainstay.reading.conditions import Condition
from mainstay.reading.durations import DURATION_UNITS
from mainstay.reading.time_formats import check_time_format
from mainstay.reading.unix import UNITS

__all__ = ["FIELDS", "Columns", "EventFormat", "check_format"]

#: What the file calls each of our fields: a column, or several whose texts are joined by a space.
Columns: TypeAlias = Mapping[str, str | Sequence[str]]

#: What a line may say, in the order of its values.
FIELDS = ("user_id", "started_at", "timezone", "member_since", "duration", "kind", "quality", "id")


def _columns(value: Columns) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise InvalidTypeError(
            "must map our fields to the file's columns",
            field="columns",
            value=value,
            remedy="Pass header= for the names of a file without a header, in order.",
        )
    for field in sorted(value.keys() - {*FIELDS}):
        raise InvalidValueError(
            "must map our fields to the file's columns",
            field="columns",
            value=field,
            remedy=f"Our fields are {', '.join(FIELDS)}.",
        )
    return MappingProxyType({field: _names(value[field]) for field in FIELDS if field in value})


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else checks.iterable("columns", value)
    return tuple(checks.text("columns", name) for name in names)


def _header(value: Sequence[str] | None) -> tuple[str, ...] | None:
    if isinstance(value, str):
        raise InvalidTypeError("must be a list of names", field="header", value=value)
    if value is None:
        return None
    return tuple(checks.instance("header", name, str) for name in checks.iterable("header", value))


def _conditions(value: Iterable[Condition | str]) -> tuple[Condition, ...]:
    given = (value,) if isinstance(value, str) else checks.iterable("where", value)
    return tuple(each if isinstance(each, Condition) else Condition.parse(each) for each in given)


def _time_formats(value: Iterable[str]) -> tuple[str, ...]:
    given = (value,) if isinstance(value, str) else checks.iterable("time_formats", value)
    return tuple(check_time_format("time_formats", each) for each in given)


def _one_of(field: str, value: object, names: Collection[str]) -> None:
    if value not in names:
        raise InvalidValueError(f"must be one of {', '.join(names)}", field=field, value=value)


def _flag(field: str, value: object) -> bool:
    return checks.instance(field, value, bool)


_unit = partial(_one_of, names=UNITS)
_duration_unit = partial(_one_of, names=DURATION_UNITS)


@attrs.frozen(kw_only=True)
class EventFormat:
    """How a file says who was active, and when.

    Raises:
        InvalidValueError: A field of ours is not known, or a condition, format or unit isn't.
        UnknownZoneError: ``naive_zone`` is not known.

    Examples:
        >>> from mainstay.reading import read_events
        >>> toggl = EventFormat(
        ...     columns={"user_id": "User", "started_at": ("Start date", "Start time")},
        ...     naive_zone="Europe/Berlin",
        ... )
        >>> lines = ["User,Start date,Start time", "ada,2024-05-01,08:00:00"]
        >>> [event.session.started_at.isoformat() for event in read_events(lines, format=toggl)]
        ['2024-05-01T08:00:00+02:00']
    """

    #: For each of our fields the file's column, or several that are joined. In JSON these are keys,
    #: with dots from an object to one in it. A field that is not named is in the column of its own
    #: name, if there is one (``member_since`` is read only if it is named).
    columns: Mapping[str, tuple[str, ...]] = attrs.field(
        default=MappingProxyType({}), converter=_columns
    )
    #: The columns' names in order, if the file has no header.
    header: tuple[str, ...] | None = attrs.field(default=None, converter=_header)
    #: Whose events all are; then no column says it.
    user_id: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    #: What those events were that don't say it.
    kind: str = attrs.field(default="session", validator=checks.each(checks.text))
    #: What rows must say to count, all of it.
    where: tuple[Condition, ...] = attrs.field(default=(), converter=_conditions)
    #: Whether each column that nothing names is a row of its own, as in pandas' ``melt``: its name
    #: is the column ``variable`` then, and its cell the column ``value``.
    unpivot: bool = attrs.field(default=False, validator=checks.each(_flag))
    #: How times are written if not as ISO 8601, RFC 2822 or Unix time, tried in order: formats as
    #: ``datetime.strptime`` takes them; or ``iso``, ``auto``, ``dmy``, ``mdy``, ``ymd``.
    time_formats: tuple[str, ...] = attrs.field(default=(), converter=_time_formats)
    #: What numbers since 1970 are in: ``s``, ``ms``, ``us``, ``ns``; ``None`` for whole seconds.
    unit: str | None = attrs.field(default=None, validator=checks.optional(_unit))
    #: What durations are in that are numbers: ``us``, ``ms``, ``s``, ``min``, ``h``.
    duration_unit: str = attrs.field(default="s", validator=checks.each(_duration_unit))
    #: The zone of times without an offset on lines that name no ``timezone``; they are an error
    #: without it. A time that a clock change skipped is moved on by the gap; of two, the first.
    naive_zone: str | None = attrs.field(default=None, validator=checks.optional(zone_name))

    @property
    def differing(self) -> dict[str, Any]:
        """What differs from the standard, by the attributes' names, as TOML and JSON have it."""
        standard = {name: getattr(_STANDARD, name) for name in attrs.fields_dict(EventFormat)}
        own = {name: getattr(self, name) for name in standard}
        return {name: _plain(value) for name, value in own.items() if value != standard[name]}

    def __repr__(self) -> str:
        return shown(self, **self.differing)


_STANDARD = EventFormat()


def check_format(value: object) -> None:
    """Check that a value is a format.

    Raises:
        InvalidTypeError: It is something else, such as a format's name.
    """
    remedy = 'Pass one, such as FORMATS["strava"].format.'
    checks.instance("format", value, EventFormat, remedy=remedy)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _single(names) for name, names in value.items()}
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value


def _single(names: Sequence[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else [*names]
