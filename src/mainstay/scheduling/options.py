"""What a run can be asked besides its target: declared by the job, the same from everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Generic, TypeAlias, TypeVar, cast

import attrs

from mainstay import _checks as checks
from mainstay._plain import Plain, PlainData
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["AnyOption", "Option", "check_names", "checked_options"]

V = TypeVar("V", bound=int | timedelta)  # bool is an int

_SECOND = timedelta(seconds=1)
_LONGEST = timedelta(days=366)
#: The units of a duration, the largest first, and how many seconds each has.
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile("".join(f"(?:([0-9]{{1,7}}){unit})?" for unit in _UNITS))
_REMEDY = "Write it as 6h, 90m or 1d12h: days, hours, minutes and seconds."


def _identifier(field: str, value: object) -> None:
    if not checks.text(field, value).isidentifier():
        raise InvalidValueError("must be a name such as 'page_size'", field=field, value=value)


@attrs.frozen
class Option(Generic[V]):
    """Something that a run can be asked, other than which day to work on.

    An option says *how* a run does its work. *Done* is what a run has done with or without one.

    Attributes:
        name: What it is called; ``page_size`` is ``--page-size`` on the command line.
        default: What holds for a run that does not say; it tells the type, too: an integer, true
            or false, or a duration, which runs are asked for as a text such as ``6h``.
        help: What it is for, in a few words.
        low: The least that an integer may be.
        high: The most. A duration is in whole seconds, from none to 366 days.

    Raises:
        InvalidValueError: ``name`` is not an identifier, or ``default`` is not within the bounds.

    Examples:
        >>> page_size = Option("page_size", 5_000, "users in one transaction", low=1)
        >>> page_size.of({"page_size": 500}), page_size.of({})
        (500, 5000)
        >>> page_size.of({"page_size": "500"})
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidTypeError: options.page_size must be an integer, got '500'.
        >>> hold = Option("hold", timedelta(0), "how long days stay open")
        >>> hold.of({"hold": "1d12h"}) == timedelta(hours=36)
        True
    """

    name: str = attrs.field(validator=checks.each(_identifier))
    default: V
    help: str = attrs.field(validator=checks.each(checks.text))
    low: int = attrs.field(
        default=0, kw_only=True, validator=checks.each(partial(checks.integer, low=-(2**63)))
    )
    high: int | None = attrs.field(
        default=None,
        kw_only=True,
        validator=checks.optional(partial(checks.integer, low=-(2**63), high=2**63 - 1)),
    )

    def __attrs_post_init__(self) -> None:
        self.checked(self.default)

    @property
    def is_flag(self) -> bool:
        """Whether it is true or false."""
        return isinstance(self.default, bool)

    @property
    def is_duration(self) -> bool:
        """Whether it is a duration."""
        return isinstance(self.default, timedelta)

    def checked(self, value: object) -> V:
        """Return a value that the option can have; of a duration, its text is one too.

        Raises:
            InvalidTypeError: It is of another type.
            InvalidValueError: It is out of bounds, or not a duration in whole seconds.
        """
        field = f"options.{self.name}"
        if self.is_duration:
            return cast(V, _duration(field, value))
        if not self.is_flag:
            return cast(V, checks.integer(field, value, self.low, self.high))
        if not isinstance(value, bool):
            raise InvalidTypeError("must be true or false", field=field, value=value)
        return cast(V, value)

    def with_default(self, value: object) -> Option[V]:
        """Return the same option with another default.

        Raises:
            InvalidValueError: It can't have that.
        """
        return attrs.evolve(self, default=self.checked(value))

    def of(self, options: Mapping[str, object]) -> V:
        """Return what a run was asked, as its :attr:`JobContext.options` say, else the default."""
        return self.checked(options.get(self.name, self.default))

    def asked(self, options: Mapping[str, object]) -> Plain:
        """Return the same as plain data, a duration as a text.

        Examples:
            >>> hold = Option("hold", timedelta(0), "how long days stay open")
            >>> hold.asked({"hold": "90m"}), hold.asked({})
            ('1h30m', '0s')
        """
        value = self.of(options)
        return _in_words(value) if isinstance(value, timedelta) else value


#: An option of a job, of any kind.
AnyOption: TypeAlias = Option[bool] | Option[int] | Option[timedelta]


def _duration(field: str, value: object) -> timedelta:
    """Return a duration in whole seconds, from itself or from its text."""
    found = _parsed(field, value) if isinstance(value, str) else value
    if not isinstance(found, timedelta):
        raise InvalidTypeError("must be a duration", field=field, value=value, remedy=_REMEDY)
    if not timedelta(0) <= found <= _LONGEST or found % _SECOND:
        raise InvalidValueError(
            "must be in whole seconds, from 0s to 366d", field=field, value=value
        )
    return found


def _parsed(field: str, text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise InvalidValueError("is not a duration", field=field, value=text, remedy=_REMEDY)
    counts = zip(match.groups(default="0"), _UNITS.values(), strict=True)
    return sum(int(count) * seconds for count, seconds in counts) * _SECOND


def _in_words(duration: timedelta) -> str:
    seconds, parts = duration // _SECOND, ""
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        parts += f"{count}{unit}" if count else ""
    return parts or "0s"


def checked_options(
    job: str, declared: Iterable[AnyOption], given: Mapping[str, object]
) -> PlainData:
    """Return all options of a run, those that were not given with their defaults.

    Args:
        job: The job's name, for errors.
        declared: The options that it has.
        given: Those that the run was given.

    Raises:
        InvalidValueError: An option is unknown, of another type or out of bounds.

    Examples:
        >>> checked_options("tidy", [Option("force", False, "do it again")], {"forse": True})
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: options.forse is not an option of tidy, got True. ...
    """
    options = tuple(declared)
    check_names(job, options, given)
    return PlainData({option.name: option.asked(given) for option in options})


def check_names(job: str, declared: Iterable[AnyOption], given: Mapping[str, object]) -> None:
    """Refuse what is not an option of a job.

    Raises:
        InvalidValueError: An option is unknown.
    """
    known = [option.name for option in declared]
    for name, value in given.items():
        if name not in known:
            there = f"There are: {', '.join(known)}." if known else "It has none."
            raise InvalidValueError(
                f"is not an option of {job}", field=f"options.{name}", value=value, remedy=there
            )
