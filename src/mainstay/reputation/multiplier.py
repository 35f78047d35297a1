"""What consistency multiplies vouches by."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.streaks.weekly import WeeklyStreak

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


def consistency_multiplier(
    streak_or_weeks: WeeklyStreak | int, *, policy: MultiplierPolicy = DEFAULT_POLICY
) -> Decimal:
    """Return what vouches for a user are multiplied by: 1 + min(0.20, 0.02 · weeks).

    Args:
        streak_or_weeks: The user's weekly streak, or its length in weeks.
        policy: The numbers, if not the standard ones.

    Raises:
        InvalidValueError: The number of weeks is negative, or not an integer.

    Examples:
        >>> [str(consistency_multiplier(weeks)) for weeks in (0, 1, 5, 7, 10, 15)]
        ['1.00', '1.02', '1.10', '1.14', '1.20', '1.20']
    """
    checks.instance("policy", policy, MultiplierPolicy)
    if isinstance(streak_or_weeks, WeeklyStreak):
        weeks = streak_or_weeks.weeks
    else:
        weeks = checks.count("streak_or_weeks", streak_or_weeks)
    bonus = EXACT.multiply(policy.bonus_per_week, Decimal(weeks))
    return EXACT.add(_ONE, min(policy.most_bonus, bonus))


@schema("reputation/1")
@attrs.frozen
class Reputation:
    """What is kept of a user so that the vouches for them can be weighed.

    Attributes:
        user_id: Who it is.
        streak: The weeks in a row in which they were active.

    Examples:
        >>> consistency_multiplier(Reputation("bob").streak)
        Decimal('1.00')
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    streak: WeeklyStreak = attrs.field(
        default=WeeklyStreak(),
        validator=checks.each(partial(checks.instance, kind=WeeklyStreak)),
    )
