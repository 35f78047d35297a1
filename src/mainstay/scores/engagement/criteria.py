"""What somebody has to do on a day for it to count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.activity.counts import Counts, count_each
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = [
    "AllOf",
    "AnyOf",
    "ByWeekday",
    "Criteria",
    "DailyCriteria",
    "DailyMinutes",
    "as_criteria",
]

_NOTHING = timedelta(0)
_NONE: Mapping[str, timedelta] = {}


def _minimums(value: Mapping[str, int]) -> Counts:
    minimums = Counts(count_each("minimums", value))
    for kind, minimum in minimums.items():
        checks.integer(f"minimums[{kind!r}]", minimum, 1)
    if not minimums:
        raise InvalidValueError(
            "must name at least one kind of activity",
            field="minimums",
            value=value,
            remedy="A day that needs nothing would always be met.",
        )
    return minimums


@schema("daily-criteria/1")
@attrs.frozen
class DailyCriteria:
    """What somebody has to do on a day for it to count: so much of each kind, or more.

    Raises:
        InvalidValueError: No kind is named, or a minimum is below 1.

    Examples:
        >>> DailyCriteria().met({"post": 2, "like": 9, "comment": 5})
        True
        >>> DailyCriteria({"commit": 1}).met({"review": 3})
        False
    """

    #: The least of each kind; all others don't matter.
    minimums: Counts = attrs.field(
        default=Counts({"post": 2, "like": 5, "comment": 5}), converter=_minimums
    )

    def __repr__(self) -> str:
        return of_policy(self)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of activity that are named."""
        return frozenset(self.minimums)

    def met(
        self,
        counts: Mapping[str, int],
        durations: Mapping[str, timedelta] = _NONE,  # noqa: ARG002  (of other criteria)
        *,
        day: date | None = None,  # noqa: ARG002  (of other criteria)
    ) -> bool:
        """Return whether a day's counts reach every minimum; a kind that is not there is 0."""
        counted = counts if isinstance(counts, Counts) else Counts(counts)
        return counted.reach(self.minimums)


def _kinds(value: Iterable[str] | None) -> frozenset[str] | None:
    return None if value is None else checks.texts("kinds", value)


@schema("daily-minutes/1")
@attrs.frozen
class DailyMinutes:
    """How long somebody has to be active on a day for it to count.

    The durations of the day's events are added up exactly, in microseconds; an event without one
    adds nothing, and none adds more than a million minutes.

    Raises:
        InvalidValueError: ``minutes`` is not above 0, or no kind is named.

    Examples:
        >>> sport = DailyMinutes(30, kinds={"run", "ride"})
        >>> sport.met({}, {"run": timedelta(minutes=20), "ride": timedelta(minutes=10)})
        True
        >>> sport.met({}, {"swim": timedelta(hours=2)})
        False
    """

    #: The least, of all these kinds together; fractions are allowed.
    minutes: float = attrs.field(validator=checks.each(partial(checks.number, low=1e-6, high=1e6)))
    #: The kinds whose durations are added up; ``None`` for all.
    kinds: frozenset[str] | None = attrs.field(default=None, converter=_kinds, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.kinds is not None and not self.kinds:
            raise InvalidValueError(
                "must name at least one kind of activity",
                field="kinds",
                value=self.kinds,
                remedy="Leave it out to add up all kinds.",
            )

    @property
    def least(self) -> timedelta:
        """The minutes, rounded to whole microseconds."""
        return timedelta(minutes=self.minutes)

    def met(
        self,
        counts: Mapping[str, int],  # noqa: ARG002  (of other criteria)
        durations: Mapping[str, timedelta] = _NONE,
        *,
        day: date | None = None,  # noqa: ARG002  (of other criteria)
    ) -> bool:
        """Return whether the durations of a day's kinds add up to that."""
        named = durations if self.kinds is None else self.kinds
        return sum((durations.get(kind, _NOTHING) for kind in named), _NOTHING) >= self.least


def as_criteria(field: str, value: object) -> Criteria:
    """Return criteria; a mapping of counts, or anything else, is refused."""
    if not isinstance(value, Criteria):
        raise InvalidTypeError(
            "must be criteria",
            field=field,
            value=value,
            remedy="Such as DailyCriteria({'post': 2}) or DailyMinutes(30).",
        )
    return value


def _several(value: Iterable[Criteria]) -> tuple[Criteria, ...]:
    found = tuple(as_criteria("criteria", each) for each in checks.iterable("criteria", value))
    if not found:
        raise InvalidValueError(
            "must be at least one",
            field="criteria",
            value=found,
            remedy="Such as [DailyCriteria()].",
        )
    return found


def _named(some: Iterable[Criteria]) -> frozenset[str]:
    return frozenset[str]().union(*(each.kinds or () for each in some))


@schema("any-of/1")
@attrs.frozen
class AnyOf:
    """Criteria of which any one suffices.

    Raises:
        InvalidTypeError: They are not criteria.
        InvalidValueError: There are none.

    Examples:
        >>> either = AnyOf([DailyCriteria({"run": 1}), DailyMinutes(7.5, kinds={"yoga"})])
        >>> either.met({"run": 1}), either.met({"yoga": 1}, {"yoga": timedelta(minutes=7)})
        (True, False)
    """

    #: One of these is to be met.
    criteria: tuple[Criteria, ...] = attrs.field(converter=_several)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of activity that are named."""
        return _named(self.criteria)

    def met(
        self,
        counts: Mapping[str, int],
        durations: Mapping[str, timedelta] = _NONE,
        *,
        day: date | None = None,
    ) -> bool:
        """Return whether any of them is met."""
        return any(each.met(counts, durations, day=day) for each in self.criteria)


@schema("all-of/1")
@attrs.frozen
class AllOf:
    """Criteria that are all needed.

    Raises:
        InvalidTypeError: They are not criteria.
        InvalidValueError: There are none.

    Examples:
        >>> both = AllOf([DailyCriteria({"lesson": 1}), DailyMinutes(10)])
        >>> both.met({"lesson": 2}, {"lesson": timedelta(minutes=9)})
        False
    """

    #: Each of these is to be met.
    criteria: tuple[Criteria, ...] = attrs.field(converter=_several)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of activity that are named."""
        return _named(self.criteria)

    def met(
        self,
        counts: Mapping[str, int],
        durations: Mapping[str, timedelta] = _NONE,
        *,
        day: date | None = None,
    ) -> bool:
        """Return whether all of them are met."""
        return all(each.met(counts, durations, day=day) for each in self.criteria)


def _weekdays(value: Iterable[int]) -> frozenset[int]:
    return checks.weekdays("weekdays", value)


@schema("by-weekday/1")
@attrs.frozen
class ByWeekday:
    """Other criteria on some weekdays.

    Raises:
        InvalidTypeError: They are not criteria.
        InvalidValueError: A weekday is not 0 to 6.

    Examples:
        >>> easy = ByWeekday({5, 6}, DailyCriteria({"run": 1}), DailyCriteria({"run": 2}))
        >>> friday, saturday = date(2024, 5, 3), date(2024, 5, 4)
        >>> easy.met({"run": 1}, day=friday), easy.met({"run": 1}, day=saturday)
        (False, True)
    """

    #: The weekdays, Monday = 0.
    weekdays: frozenset[int] = attrs.field(converter=_weekdays)
    #: What these days need.
    criteria: Criteria = attrs.field(validator=checks.each(as_criteria))
    #: What all other days need.
    otherwise: Criteria = attrs.field(validator=checks.each(as_criteria))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of activity that are named."""
        return _named([self.criteria, self.otherwise])

    def met(
        self,
        counts: Mapping[str, int],
        durations: Mapping[str, timedelta] = _NONE,
        *,
        day: date | None = None,
    ) -> bool:
        """Return whether those of the day are met.

        Raises:
            InvalidTypeError: The day is not given.
        """
        chosen = self.on(checks.day("day", day))
        return chosen.met(counts, durations, day=day)

    def on(self, day: date) -> Criteria:
        """Return those of a day."""
        return self.criteria if day.weekday() in self.weekdays else self.otherwise


#: What a day needs.
Criteria: TypeAlias = DailyCriteria | DailyMinutes | AnyOf | AllOf | ByWeekday
