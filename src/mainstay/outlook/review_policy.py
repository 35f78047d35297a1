"""When content counts as low performing, and for how long variants are tried."""

from __future__ import annotations

from enum import StrEnum
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError

__all__ = ["DEFAULT_POLICY", "Metric", "ReviewPolicy"]


class Metric(StrEnum):
    """What templates are compared in.

    Examples:
        >>> from mainstay.outlook import ContentCounts
        >>> week = ContentCounts(total=200, viewed=80, engaged=40, completed=20)
        >>> [week.of(metric) for metric in Metric]
        [(80, 200), (40, 80), (20, 80)]
        >>> ReviewPolicy(metric="completion_rate").metric is Metric.COMPLETION_RATE
        True
    """

    #: How many of the outlooks were viewed.
    VIEW_RATE = "view_rate"
    #: In how many of those that were viewed the user did something.
    ENGAGEMENT_RATE = "engagement_rate"
    #: How many of those that were viewed were read, or done, to the end.
    COMPLETION_RATE = "completion_rate"


def _metric(value: Metric | str) -> Metric:
    return checks.member("metric", value, Metric)


def _chance(field: str, value: object) -> float:
    chance = checks.number(field, value, 0, 1, remedy="Give 0.05 for 5 %.")
    if not 0 < chance < 1:
        raise InvalidValueError(
            "must be above 0 and below 1", field=field, value=value, remedy="Give 0.05 for 5 %."
        )
    return chance


_chances = checks.each(_chance)
_one_or_more = checks.each(partial(checks.integer, low=1))
_two_or_more = checks.each(
    partial(checks.integer, low=2, remedy="One user alone does not show how users differ.")
)


@schema("review-policy/1")
@attrs.frozen(kw_only=True)
class ReviewPolicy:
    """How sure a review is before it calls content low performing, or a variant the better one.

    Each chance of a false alarm is shared equally by all that could raise one: the union bound,
    which holds however much weeks, templates and reads depend on each other. So templates that do
    not differ raise an alarm in at most ``alarms`` of the years, as near as normal quantiles are.

    Raises:
        InvalidValueError: A number is out of its range, or there is no such metric.

    Source: O. J. Dunn, Journal of the American Statistical Association 56 (1961) 52.

    Examples:
        >>> ReviewPolicy(metric="engagement_rate")
        ReviewPolicy(metric=<Metric.ENGAGEMENT_RATE: 'engagement_rate'>)
    """

    #: What templates and variants are compared in.
    metric: Metric = attrs.field(default=Metric.VIEW_RATE, converter=_metric)
    #: The chance of any false alarm in so many weeks: 5 %, as is usual.
    alarms: float = attrs.field(default=0.05, validator=_chances)
    #: How many reviews share it: a year's.
    weeks: int = attrs.field(default=52, validator=_one_or_more)
    #: With fewer users on either side nothing is compared: how much users differ is not known. Nor
    #: is it known well with just as many: if users differ much, and are others each week, 6 to 11 %
    #: of years have an alarm with 100 users a template, 6 % with 200, and 5 % from 500 on.
    least_users: int = attrs.field(default=100, validator=_two_or_more)
    #: Nor is anything with fewer successes, such as outlooks that were viewed: the interval is that
    #: of a sum that is nearly normal.
    least_successes: int = attrs.field(default=20, validator=_one_or_more)
    #: Nor with fewer failures.
    least_failures: int = attrs.field(default=20, validator=_one_or_more)
    #: How often a trial is read before it ends without a winner: two months, once a week.
    reads: int = attrs.field(default=8, validator=_one_or_more)
    #: The chance that a trial of variants that do not differ finds a winner.
    trial_level: float = attrs.field(default=0.05, validator=_chances)

    def __repr__(self) -> str:
        return of_policy(self)

    def low_level(self, templates: int) -> float:
        """Return the level of each one-sided comparison: alarms / (weeks · templates).

        Args:
            templates: How many are compared that week, 1 or more.

        Raises:
            InvalidValueError: There are none.

        Examples:
            >>> f"{ReviewPolicy().low_level(10):.7f}"
            '0.0000962'
        """
        return self.alarms / (self.weeks * checks.integer("templates", templates, 1))

    @property
    def read_level(self) -> float:
        """The one-sided level of each read of a trial, which looks both ways.

        It is trial_level / reads, half of it on each side.
        """
        return self.trial_level / (2 * self.reads)


DEFAULT_POLICY = ReviewPolicy()
