"""What consistency multiplies vouches by."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidTypeError
from mainstay.localdays import IsoWeek
from mainstay.streaks.weekly import DEFAULT_POLICY as DEFAULT_STREAK_POLICY
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy

__all__ = [
    "DEFAULT_POLICY",
    "MultiplierPolicy",
    "Reputation",
    "consistency_multiplier",
]

_ONE = Decimal(1)


def _bonus_per_week(value: Decimal | float) -> Decimal:
    return decimal("bonus_per_week", value, 0, 1)


def _most_bonus(value: Decimal | float) -> Decimal:
    return decimal("most_bonus", value, 0, 1)


@schema("multiplier-policy/1")
@attrs.frozen(kw_only=True)
class MultiplierPolicy:
    """How much a weekly streak adds to the vouches for somebody.

    Raises:
        InvalidValueError: A number is not within 0 to 1.

    Examples:
        >>> policy = MultiplierPolicy(bonus_per_week=0.05, most_bonus=0.5)
        >>> [str(consistency_multiplier(weeks, policy=policy)) for weeks in (1, 4, 20)]
        ['1.05', '1.20', '1.5']
    """

    #: What each week of the streak adds: 2 %.
    bonus_per_week: Decimal = attrs.field(default=Decimal("0.02"), converter=_bonus_per_week)
    #: The most that a streak adds: 20 %, after ten weeks, so that old streaks do not rule.
    most_bonus: Decimal = attrs.field(default=Decimal("0.20"), converter=_most_bonus)
    #: Whether distrust is boosted too. It is not: being consistent should not hurt.
    boost_negative: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )

    def __repr__(self) -> str:
        return of_policy(self)


DEFAULT_POLICY = MultiplierPolicy()


@schema("reputation/1")
@attrs.frozen
class Reputation:
    """What is kept of a user so that the vouches for them can be weighed.

    Attributes:
        user_id: Who it is.
        streak: The weeks in a row in which they were active.

    Examples:
        >>> consistency_multiplier(Reputation("bob"))
        Decimal('1.00')
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    streak: WeeklyStreak = attrs.field(
        default=WeeklyStreak(),
        validator=checks.each(partial(checks.instance, kind=WeeklyStreak)),
    )

    def as_of(
        self, week: IsoWeek, *, policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY
    ) -> Reputation:
        """Return the reputation at a later week, as :meth:`mainstay.WeeklyStreak.as_of` does.

        Raises:
            OutOfOrderError: ``week`` is before the last recorded one.

        Examples:
            >>> bob = Reputation("bob", WeeklyStreak(10, IsoWeek(2018, 20)))
            >>> bob.streak.weeks, bob.as_of(IsoWeek(2024, 20)).streak.weeks
            (10, 0)
        """
        return Reputation(self.user_id, self.streak.as_of(week, policy=policy))


def consistency_multiplier(
    streak_or_weeks: Reputation | WeeklyStreak | int,
    *,
    as_of: IsoWeek | None = None,
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> Decimal:
    """Return what vouches for a user are multiplied by: 1 + min(0.20, 0.02 · weeks).

    Args:
        streak_or_weeks: The user's reputation, their weekly streak, or its length in weeks.
        as_of: The week to ask at, if weeks may have passed since the last recorded one: they count
            as weeks without any interaction. Without it, the streak is as it was recorded, however
            long ago.
        streak_policy: What a streak survives, if not the standard numbers; for ``as_of``.
        policy: The multiplier's numbers, if not the standard ones.

    Raises:
        InvalidTypeError: ``as_of`` is given with a number of weeks, or is not a week.
        InvalidValueError: The number of weeks is negative, or not an integer.
        OutOfOrderError: ``as_of`` is before the last recorded week.

    Examples:
        >>> [str(consistency_multiplier(weeks)) for weeks in (0, 1, 5, 7, 10, 15)]
        ['1.00', '1.02', '1.10', '1.14', '1.20', '1.20']
        >>> bob = Reputation("bob", WeeklyStreak(10, IsoWeek(2018, 20)))
        >>> [str(consistency_multiplier(bob, as_of=week)) for week in (None, IsoWeek(2024, 20))]
        ['1.20', '1.00']
    """
    checks.instance("policy", policy, MultiplierPolicy)
    checks.instance("streak_policy", streak_policy, WeeklyStreakPolicy)
    weeks = _weeks(streak_or_weeks, as_of, streak_policy)
    bonus = EXACT.multiply(policy.bonus_per_week, Decimal(weeks))
    return EXACT.add(_ONE, min(policy.most_bonus, bonus))


def _weeks(
    given: Reputation | WeeklyStreak | int, as_of: IsoWeek | None, policy: WeeklyStreakPolicy
) -> int:
    """Return the length of a streak, at a week if one is given."""
    streak = given.streak if isinstance(given, Reputation) else given
    if isinstance(streak, WeeklyStreak):
        return (streak if as_of is None else streak.as_of(as_of, policy=policy)).weeks
    weeks = checks.count("streak_or_weeks", streak)
    if as_of is not None:
        raise InvalidTypeError(
            "must be a streak or a reputation where as_of is given",
            field="streak_or_weeks",
            value=streak,
            remedy="How many weeks there are does not say which: pass the WeeklyStreak.",
        )
    return weeks
