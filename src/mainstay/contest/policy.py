"""How contests go: what is at stake, for how long, and when a reward counts as paid."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.recognition import MOST_POINTS, RewardPolicy

__all__ = ["DEFAULT_POLICY", "LONGEST", "ContestPolicy", "positive_span"]

#: The longest that anything may last: about 32 years, so that the instant at which it ends is one.
LONGEST = timedelta(seconds=10**9)


def positive_span(field: str, value: object) -> timedelta:
    """Return how long something lasts: above 0, and not longer than anything may."""
    span = checks.instance(field, value, timedelta)
    if not timedelta(0) < span <= LONGEST:
        raise InvalidValueError(
            f"must be above 0, and at most {LONGEST.days:,} days",
            field=field,
            value=span,
            remedy="Such as timedelta(hours=24).",
        )
    return span


_span = checks.each(positive_span)
_one_or_more = checks.each(partial(checks.integer, low=1))
_pool = partial(checks.count, high=MOST_POINTS, remedy="Give 0 if there is nothing to split.")


@schema("contest-policy/1")
@attrs.frozen(kw_only=True)
class ContestPolicy:
    """How contests go.

    Raises:
        InvalidValueError: A number is out of its range, or a reward would be final before it
            counts as paid.

    Examples:
        >>> ContestPolicy(pool=500)
        ContestPolicy(pool=500)
    """

    #: What is split when a case closes.
    pool: int = attrs.field(default=1000, validator=checks.each(_pool))
    #: How long people vote.
    lasting: timedelta = attrs.field(default=timedelta(hours=24), validator=_span)
    #: How the pool is shared.
    rewards: RewardPolicy = attrs.field(
        default=RewardPolicy(), validator=checks.each(partial(checks.instance, kind=RewardPolicy))
    )
    #: With so many confirmations a commitment is verified, and a reward paid.
    confirmations: int = attrs.field(default=1, validator=_one_or_more)
    #: With so many, nothing is looked at any more: blocks so deep are not expected to be replaced.
    final: int = attrs.field(default=12, validator=_one_or_more)
    #: What has not been seen for longer is lost, if it was looked for in vain twice.
    lost_after: timedelta = attrs.field(default=timedelta(hours=24), validator=_span)
    #: How far apart these two looks are at least: one may have met a ledger that was behind.
    misses_apart: timedelta = attrs.field(default=timedelta(hours=1), validator=_span)
    #: How many transactions a run looks at, unless it is asked for all.
    most: int = attrs.field(default=100, validator=_one_or_more)

    def __attrs_post_init__(self) -> None:
        if self.final < self.confirmations:
            raise InvalidValueError(
                f"must not be below confirmations, {self.confirmations}",
                field="final",
                value=self.final,
                remedy="What counts as paid is watched until it is final.",
            )

    def __repr__(self) -> str:
        return of_policy(self)


DEFAULT_POLICY = ContestPolicy()
