"""Weekly streaks: runs of active weeks, recorded one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.activity.counts import count_each
from mainstay.errors import InvalidValueError, OutOfOrderError
from mainstay.localdays import IsoWeek, check_week

__all__ = ["WeeklyStreak", "WeeklyStreakPolicy"]


def _kinds(value: Iterable[str] | None) -> frozenset[str] | None:
    return None if value is None else checks.texts("kinds", value)


@schema("weekly-streak-policy/1")
@attrs.frozen(kw_only=True)
class WeeklyStreakPolicy:
    """What makes a week active, and what a run of active weeks survives.

    Raises:
        InvalidValueError: A number is out of its range, or a kind is not a text.

    Examples:
        >>> policy = WeeklyStreakPolicy(min_interactions=3, kinds={"post", "comment"})
        >>> week = {"post": 2, "login": 9}
        >>> policy.interactions(week)
        2
        >>> WeeklyStreak().record(IsoWeek(2024, 5), week, policy=policy).weeks
        0
    """

    #: Interactions from which on a week is active: a single one may be chance.
    min_interactions: int = attrs.field(
        default=2, validator=checks.each(partial(checks.integer, low=1))
    )
    #: Missed weeks between two active ones that are forgiven: one, for a week's holiday or illness.
    forgiven_weeks: int = attrs.field(default=1, validator=checks.each(checks.count))
    #: The kinds of activity that count; ``None`` for all. Leave out trivial ones such as logins.
    kinds: frozenset[str] | None = attrs.field(default=None, converter=_kinds)

    def __repr__(self) -> str:
        return of_policy(self)

    def interactions(self, counts: Mapping[str, int]) -> int:
        """Return how many of a week's activities count, of all kinds together."""
        return sum(
            count
            for kind, count in count_each("interactions", counts).items()
            if self.kinds is None or kind in self.kinds
        )


DEFAULT_POLICY = WeeklyStreakPolicy()


def _last_active(streak: WeeklyStreak) -> IsoWeek | None:
    return streak.last_active


@schema("weekly-streak/1")
@attrs.frozen
class WeeklyStreak:
    """How many weeks in a row a user has been active, as of the last recorded week.

    Attributes:
        weeks: The active weeks of the run; a missed week that is forgiven does not count.
        last_active: The last active week; ``None`` before the first.
        last_recorded: The last week recorded, active or not; ``last_active`` if it is not given.

    Raises:
        InvalidValueError: ``weeks`` is negative, or above 0 without ``last_active``.
        OutOfOrderError: ``last_recorded`` is before ``last_active``.

    Examples:
        >>> streak = WeeklyStreak().record(IsoWeek(2024, 52), 2).record(IsoWeek(2025, 1), 7)
        >>> streak.weeks, str(streak.last_active)
        (2, '2025-W01')
        >>> streak.record(IsoWeek(2025, 2), 1).weeks, streak.record(IsoWeek(2025, 4), 1).weeks
        (2, 0)
    """

    weeks: int = attrs.field(default=0, validator=checks.each(checks.count))
    last_active: IsoWeek | None = None
    last_recorded: IsoWeek | None = attrs.Factory(_last_active, takes_self=True)

    def __attrs_post_init__(self) -> None:
        active, recorded = self.last_active, self.last_recorded
        if active is not None:
            check_week("last_active", active)
        elif self.weeks:
            raise InvalidValueError(
                f"must be given with a streak of {self.weeks} weeks",
                field="last_active",
                value=None,
                remedy="Without it, it is not known whether the next week goes on from there.",
            )
        if recorded is not None:
            check_week("last_recorded", recorded)
        if active is not recorded and active is not None:
            _check_order("last_recorded", recorded, active, "active")

    def record(
        self,
        week: IsoWeek,
        interactions: int | Mapping[str, int],
        *,
        policy: WeeklyStreakPolicy = DEFAULT_POLICY,
    ) -> WeeklyStreak:
        """Return the streak with one more week, active or not.

        An active week w after the active week w₀ makes the streak one longer if w - w₀ is 1 or 2
        (one missed week is forgiven), else 1. A week that is not active keeps the streak if
        w - w₀ is 1 or 2, and ends it otherwise. Weeks that were left out are weeks without any
        interaction. Recorded again, an active week changes nothing; one that was not can become
        active when late interactions arrive.

        Args:
            week: The week, not before the last recorded one.
            interactions: All of that week's, not those since the last recording: a number, or how
                many of each kind, of which those count that the policy names.
            policy: The numbers, if not the standard ones.

        Raises:
            OutOfOrderError: ``week`` is before the last recorded one.
            InvalidValueError: ``interactions`` are negative, or not integers.

        Examples:
            >>> WeeklyStreak().record(IsoWeek(2024, 5), {"post": 1, "vote": 1}).weeks
            1
        """
        check_week("week", week)
        checks.instance("policy", policy, WeeklyStreakPolicy)
        count = _interactions(interactions, policy)
        if self.last_recorded is not None:
            _check_order("week", week, self.last_recorded, "recorded")
        if week == self.last_active:
            return self
        kept = self._kept(week, policy)
        if count >= policy.min_interactions:
            return WeeklyStreak(kept + 1, week, week)
        return WeeklyStreak(kept, self.last_active, week)

    def as_of(self, week: IsoWeek, *, policy: WeeklyStreakPolicy = DEFAULT_POLICY) -> WeeklyStreak:
        """Return the streak at a later week, if nothing has happened since the last recorded one.

        It is what recording each week from there to ``week`` without any interaction gives: the
        streak stays if the last active week is 1 or 2 weeks before ``week``, and has ended
        otherwise. It answers a question: keep the streak that was recorded, since late
        interactions may still come.

        Args:
            week: The week, such as that of today, which need not be over.
            policy: The numbers by which weeks are recorded, if not the standard ones.

        Raises:
            InvalidTypeError: ``week`` is not a week.
            OutOfOrderError: It is before the last recorded one.

        Examples:
            >>> kept = WeeklyStreak(10, IsoWeek(2024, 20))
            >>> [kept.as_of(IsoWeek(2024, week)).weeks for week in (20, 21, 22, 23)]
            [10, 10, 10, 0]
        """
        check_week("as_of", week)
        checks.instance("policy", policy, WeeklyStreakPolicy)
        if week == self.last_recorded:
            return self
        if self.last_recorded is not None and week < self.last_recorded:
            raise OutOfOrderError(
                f"must not be before {self.last_recorded}, the last recorded week",
                field="as_of",
                value=week,
                remedy="Ask as of that week or a later one: how it was before is not kept.",
            )
        return WeeklyStreak(self._kept(week, policy), self.last_active, week)

    def _kept(self, week: IsoWeek, policy: WeeklyStreakPolicy) -> int:
        """Return the length of the run that a week may go on from."""
        if self.last_active is None or week - self.last_active > policy.forgiven_weeks + 1:
            return 0
        return self.weeks


def _check_order(field: str, week: IsoWeek | None, last: IsoWeek, what: str) -> None:
    if week is None or week - last < 0:
        raise OutOfOrderError(
            f"must not be before {last}, the last {what} week",
            field=field,
            value=week,
            remedy="Record weeks in order, from what happened in each.",
        )


def _interactions(value: int | Mapping[str, int], policy: WeeklyStreakPolicy) -> int:
    if isinstance(value, Mapping):
        return policy.interactions(value)
    return checks.count("interactions", value)
