"""What a database sums up of users, so that the user is what is counted, and not the outlook."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from statistics import NormalDist

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.outlook.intervals import newcombe_within
from mainstay.outlook.review_policy import DEFAULT_POLICY, ReviewPolicy

__all__ = ["Sums", "comparable", "compared"]

_count = checks.each(checks.count)
#: The most that a database's integers hold.
_MOST = 2**63 - 1


@schema("sums/1")
@attrs.frozen
class Sums:
    """The sums over users of x, their successes, and of n, out of how many.

    One user's outlooks are alike: a user who views one views the next. So a thousand outlooks of
    a hundred users say less than a thousand of as many users. How much less, these sums tell.
    They are integers, and nothing is rounded in them. Those of different users are added to those
    of all, in any order.

    Attributes:
        users: How many users with n > 0.
        x: Σx, all successes.
        n: Σn, out of how many; at most 2⁶³ − 1.
        xx: Σx².
        xn: Σx·n.
        nn: Σn².

    Raises:
        InvalidValueError: A number is negative, or such sums can't be those of any users with
            x ≤ n.

    Examples:
        >>> Sums.of([(3, 7), (7, 7), (0, 7)])
        Sums(users=3, x=10, n=21, xx=58, xn=70, nn=147)
    """

    users: int = attrs.field(default=0, validator=_count)
    x: int = attrs.field(default=0, validator=_count)
    n: int = attrs.field(default=0, validator=checks.each(partial(checks.count, high=_MOST)))
    xx: int = attrs.field(default=0, validator=_count)
    xn: int = attrs.field(default=0, validator=_count)
    nn: int = attrs.field(default=0, validator=_count)

    def __attrs_post_init__(self) -> None:
        possible = (  # and so n ≤ nn, xn ≤ x·n and xn ≤ nn
            self.users <= self.n
            and self.x <= self.n
            and self.x <= self.xx <= self.x**2
            and self.xx <= self.xn
            and self.nn <= self.n**2
            and self.x**2 <= self.users * self.xx
            and self.n**2 <= self.users * self.nn
            and self.xn**2 <= self.xx * self.nn
        )
        if not possible:
            raise InvalidValueError(
                "can't be the sums of any users' successes x and numbers n, 0 to n and 1 or more",
                field="users, x, n, xx, xn, nn",
                value=attrs.astuple(self),
                remedy="Leave out users with n = 0, and sum up all others.",
            )

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Sums:
        """Return the sums of users' successes and numbers (x, n); those with n = 0 don't count.

        Raises:
            InvalidValueError: A number is negative, or x is above n.
        """
        users = [_user(number, pair) for number, pair in enumerate(checks.iterable("pairs", pairs))]
        return cls(
            sum(n > 0 for _, n in users),
            sum(x for x, _ in users),
            sum(n for _, n in users),
            sum(x * x for x, _ in users),
            sum(x * n for x, n in users),
            sum(n * n for _, n in users),
        )

    def __add__(self, other: Sums) -> Sums:
        """Return the sums of all users of both, who must be different ones."""
        if not isinstance(other, Sums):
            return NotImplemented
        both = zip(attrs.astuple(self), attrs.astuple(other), strict=True)
        return Sums(*(mine + theirs for mine, theirs in both))

    @property
    def rate(self) -> float | None:
        """The rate p, Σx / Σn: 0 to 1; ``None`` of nobody."""
        return self.x / self.n if self.n else None

    @property
    def design_effect(self) -> float:
        """How many outlooks say as little as one of a user of its own would: max(1, D).

        D is the between-user variance of the rate, Σ(x − p·n)² · m/(m − 1) / (Σn)² for m users,
        over the variance if all outlooks were independent, p·(1 − p) / Σn. One user, or users of
        whom all succeed or all fail, do not show how alike a user's outlooks are: then each user
        counts as if one outlook said what all do, Σn² / Σn. Of nobody it is 1.

        Source: L. Kish, Survey Sampling (1965), on design effects; W. G. Cochran, Sampling
        Techniques (1977), on the variance of a ratio.

        Examples:
            >>> Sums.of([(7, 7), (0, 7)] * 50).design_effect  # each user always or never
            7.070707070707071
            >>> Sums.of([(1, 1), (0, 1)] * 50).design_effect
            1.0101010101010102
        """
        failures = self.n - self.x
        if self.users < 2 or not self.x or not failures:
            return self.nn / self.n if self.n else 1.0
        between = self.xx * self.n**2 - 2 * self.xn * self.x * self.n + self.nn * self.x**2
        alone = (self.users - 1) * self.n * self.x * failures
        return max(1.0, self.users * between / alone)


def comparable(mine: Sums, others: Sums, *, policy: ReviewPolicy = DEFAULT_POLICY) -> bool:
    """Return whether both sides have enough users, successes and failures to be compared."""
    return all(
        side.users >= policy.least_users
        and side.x >= policy.least_successes
        and side.n - side.x >= policy.least_failures
        for side in (mine, others)
    )


def compared(
    mine: Sums, others: Sums, *, level: float, policy: ReviewPolicy = DEFAULT_POLICY
) -> tuple[float, float] | None:
    """Return Newcombe's interval of mine − others, each divided by its design effect.

    Args:
        mine: The users' sums on one side.
        others: Those on the other side.
        level: The chance, on each side, that the difference lies beyond the interval's bound: its
            confidence is 1 − 2 · level. Above 0 and below 0.5.
        policy: How many there must be on both sides.

    Returns:
        The lower and the upper bound, or ``None`` where there are too few.

    Raises:
        InvalidValueError: ``level`` is out of its range.

    Examples:
        >>> low, high = compared(
        ...     Sums.of([(3, 7), (4, 7)] * 500), Sums.of([(4, 7)] * 1000), level=0.0001
        ... )
        >>> f"{low:.3f} {high:.3f}"
        '-0.103 -0.040'
    """
    z = _one_sided(level)
    checks.instance("mine", mine, Sums)
    checks.instance("others", others, Sums)
    checks.instance("policy", policy, ReviewPolicy)
    if not comparable(mine, others, policy=policy):
        return None
    return newcombe_within(*_effective(mine), *_effective(others), z)


def _effective(sums: Sums) -> tuple[float, float]:
    """Return the successes and the number that independent outlooks would say as much with."""
    return sums.x / sums.design_effect, sums.n / sums.design_effect


def _one_sided(level: float) -> float:
    """Return the normal quantile with that much above it, exact also where that is tiny."""
    given = checks.number("level", level, 0, 0.5)
    if not 0 < given < 0.5:
        raise InvalidValueError(
            "must be above 0 and below 0.5",
            field="level",
            value=level,
            remedy="Give 0.025 for an interval of 95 %.",
        )
    return -NormalDist().inv_cdf(given)


def _user(number: int, pair: tuple[int, int]) -> tuple[int, int]:
    """Return a user's successes and number, checked."""
    try:
        x, n = pair
    except (TypeError, ValueError):
        raise InvalidValueError(
            "must be two integers, the successes and out of how many",
            field=f"pairs[{number}]",
            value=pair,
            remedy="Such as (3, 7).",
        ) from None
    whole = checks.count(f"pairs[{number}][1]", n)
    return checks.count(f"pairs[{number}][0]", x, whole), whole
