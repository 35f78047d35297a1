"""A job, as data: when it is due, what it does, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import attrs
from attrs.validators import optional

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling.context import JobContext
from mainstay.scheduling.report import JobReport
from mainstay.scheduling.schedule import Schedule, positive

__all__ = [
    "JobSpec",
    "RetryPolicy",
]


@attrs.frozen
class RetryPolicy:
    """How often, and after how long, a run that failed is tried again.

    Attributes:
        retries: How many times at most; 0 for never.
        delay: The time before the first retry.
        factor: How much longer each further one waits than the one before: twice as long.
        longest: The most that any waits.

    Raises:
        InvalidValueError: A number is out of its range.

    Examples:
        >>> [int(wait.total_seconds()) for wait in RetryPolicy(3, timedelta(seconds=300)).delays()]
        [300, 600, 1200]
    """

    retries: int = attrs.field(
        default=0, validator=checks.each(partial(checks.integer, low=0, high=1000))
    )
    delay: timedelta = attrs.field(default=timedelta(minutes=5), validator=positive)
    factor: float = attrs.field(
        default=2.0, validator=checks.each(partial(checks.number, low=1, high=1000))
    )
    longest: timedelta = attrs.field(default=timedelta(hours=6), validator=positive)

    def delays(self) -> tuple[timedelta, ...]:
        """Return how long to wait before each retry, min(longest, delay · factorⁿ⁻¹)."""
        waits, wait = [], min(self.delay, self.longest)
        for _ in range(self.retries):
            waits.append(wait)
            wait = self._after(wait)
        return tuple(waits)

    def _after(self, wait: timedelta) -> timedelta:
        try:
            return min(wait * self.factor, self.longest)
        except OverflowError:  # longer than a timedelta can be
            return self.longest


def _schedule(field: str, value: object) -> None:
    if not callable(getattr(value, "next_after", None)):
        raise InvalidTypeError(
            "must have a method next_after",
            field=field,
            value=value,
            remedy="Such as Daily(time(0), 'UTC').",
        )


def _function(field: str, value: object) -> None:
    if not callable(value):
        raise InvalidTypeError("must be a function of a JobContext", field=field, value=value)


@attrs.frozen(kw_only=True)
class JobSpec:
    """A job, for any scheduler to run.

    Attributes:
        name: What it is called, such as ``evaluate-consistency``.
        schedule: When it is due.
        run: Does it, and reports. Run twice, even at once, it must leave what running once leaves.
        retry: What happens when ``run`` raises; never again by default.
        time_limit: How long it may take until it is stopped.
        soft_time_limit: How long it may take until it is asked to stop.
        queue: Where it is to run, if the host has several places.
        max_instances: How many may run at once.

    Raises:
        InvalidValueError: A field is out of its range, or the soft limit not below the hard one.
    """

    name: str = attrs.field(validator=checks.each(checks.text))
    schedule: Schedule = attrs.field(validator=checks.each(_schedule))
    run: Callable[[JobContext], JobReport] = attrs.field(validator=checks.each(_function))
    retry: RetryPolicy = attrs.field(
        default=RetryPolicy(), validator=checks.each(partial(checks.instance, kind=RetryPolicy))
    )
    time_limit: timedelta | None = attrs.field(default=None, validator=optional(positive))
    soft_time_limit: timedelta | None = attrs.field(default=None, validator=optional(positive))
    queue: str | None = attrs.field(default=None, validator=optional(checks.each(checks.text)))
    max_instances: int = attrs.field(
        default=1, validator=checks.each(partial(checks.integer, low=1))
    )

    def __attrs_post_init__(self) -> None:
        soft, hard = self.soft_time_limit, self.time_limit
        if soft is not None and hard is not None and soft >= hard:
            raise InvalidValueError(
                f"must be below time_limit, {hard}", field="soft_time_limit", value=soft
            )
