"""Policies by date: each day, and each week, is judged by the policy of its time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Generic, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["AnyPolicy", "PolicyHistory"]

AnyPolicy = EngagementPolicy | WeeklyStreakPolicy
P = TypeVar("P", bound=AnyPolicy)


def _changes(values: Iterable[tuple[date, P]]) -> tuple[tuple[date, P], ...]:
    return tuple(_change(value) for value in checks.iterable("changes", values))


def _change(value: tuple[date, P]) -> tuple[date, P]:
    match value:
        case (since, policy):
            return checks.day("changes", since), policy
        case _:
            raise InvalidTypeError(
                "must be pairs of a date and a policy", field="changes", value=value
            )


@attrs.frozen
class PolicyHistory(Generic[P]):
    """The policies that days, or weeks, are judged by: one at first, and others since a date.

    Attributes:
        first: The policy that holds from the beginning.
        changes: Each date from which on another policy holds, with that policy, in rising order.

    Raises:
        InvalidTypeError: They are not all policies of days, or all of weeks.
        InvalidValueError: A date is not after the one before.

    Examples:
        >>> from mainstay import DailyCriteria
        >>> one, two = (EngagementPolicy(criteria=DailyCriteria({"run": n})) for n in (1, 2))
        >>> policies = PolicyHistory(one, [(date(2024, 5, 6), two)])
        >>> policies.on(date(2024, 5, 5)) == one, policies.on(date(2024, 5, 6)) == two
        (True, True)
    """

    first: P
    changes: tuple[tuple[date, P], ...] = attrs.field(default=(), converter=_changes)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.first, AnyPolicy):
            raise InvalidTypeError(
                "must be of type EngagementPolicy or WeeklyStreakPolicy",
                field="first",
                value=self.first,
            )
        before: date | None = None
        for since, policy in self.changes:
            checks.instance("changes", policy, type(self.first))
            if before is not None and since <= before:
                raise InvalidValueError(
                    f"must be in rising order, after {before}", field="changes", value=since
                )
            before = since

    def on(self, day: date) -> P:
        """Return the policy that holds on a day; a week has that of its Monday."""
        if not self.changes:
            return self.first
        passed = bisect_right(self.changes, day, key=_since)
        return self.changes[passed - 1][1] if passed else self.first

    @property
    def latest(self) -> P:
        """The policy that holds in the end."""
        return self.changes[-1][1] if self.changes else self.first


def _since(change: tuple[date, AnyPolicy]) -> date:
    return change[0]
