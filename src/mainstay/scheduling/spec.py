"""A job, as data: when it is due, what it does, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling.context import JobContext
from mainstay.scheduling.options import AnyOption, Option, check_names, checked_options
from mainstay.scheduling.report import JobReport
from mainstay.scheduling.schedule import Schedule, positive
from mainstay.scheduling.targets import TargetKind, checked_target

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
    delay: timedelta = attrs.field(default=timedelta(minutes=5), validator=checks.each(positive))
    factor: float = attrs.field(
        default=2.0, validator=checks.each(partial(checks.number, low=1, high=1000))
    )
    longest: timedelta = attrs.field(default=timedelta(hours=6), validator=checks.each(positive))

    def __repr__(self) -> str:
        return of_policy(self)

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


def _function(_: str, value: object) -> None:
    if not callable(value):
        raise InvalidTypeError("must be a function of a JobContext", field="run", value=value)


def _options(values: Iterable[AnyOption]) -> tuple[AnyOption, ...]:
    return tuple(
        checks.instance("options", value, Option) for value in checks.iterable("options", values)
    )


@attrs.frozen(kw_only=True)
class JobSpec:
    """A job, for any scheduler to run.

    ``attrs.evolve(job, queue="slow")`` is the same job with another queue; its schedule, retries
    and limits are changed in the same way.

    Attributes:
        name: What it is called, such as ``evaluate-consistency``.
        schedule: When it is due.
        retry: What happens when :meth:`run` raises; never again by default.
        time_limit: How long it may take until it is stopped.
        soft_time_limit: How long it may take until it is asked to stop.
        queue: Where it is to run, if the host has several places.
        max_instances: How many may run at once.
        target: What the target of a run is, if it can be given one.
        options: What else a run can be asked.

    Args:
        run: Does it, and reports. Run twice, even at once, it must leave what running once leaves.

    Raises:
        InvalidValueError: A field is out of its range, the soft limit is not below the hard one,
            or two options have the same name.

    Examples:
        >>> from mainstay.scheduling import Every, Option
        >>> most = Option("most", 100, "how many", low=1)
        >>> def tidy(context):
        ...     at = context.now()
        ...     return JobReport(job="tidy", task_id=context.task_id, started_at=at,
        ...                      finished_at=at, result={"most": most.of(context.options)})
        >>> job = JobSpec(name="tidy", schedule=Every(timedelta(hours=1)), run=tidy, options=[most])
        >>> dict(job.run(JobContext(options={"most": 5})).result)
        {'most': 5}
    """

    name: str = attrs.field(validator=checks.each(checks.text))
    schedule: Schedule = attrs.field(validator=checks.each(_schedule))
    _run: Callable[[JobContext], JobReport] = attrs.field(
        alias="run", validator=checks.each(_function)
    )
    retry: RetryPolicy = attrs.field(
        default=RetryPolicy(), validator=checks.each(partial(checks.instance, kind=RetryPolicy))
    )
    time_limit: timedelta | None = attrs.field(default=None, validator=checks.optional(positive))
    soft_time_limit: timedelta | None = attrs.field(
        default=None, validator=checks.optional(positive)
    )
    queue: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    max_instances: int = attrs.field(
        default=1, validator=checks.each(partial(checks.integer, low=1))
    )
    target: TargetKind = attrs.field(
        default=TargetKind.NONE, validator=checks.each(partial(checks.instance, kind=TargetKind))
    )
    options: tuple[AnyOption, ...] = attrs.field(default=(), converter=_options)

    def __attrs_post_init__(self) -> None:
        soft, hard = self.soft_time_limit, self.time_limit
        if soft is not None and hard is not None and soft >= hard:
            raise InvalidValueError(
                f"must be below time_limit, {hard}", field="soft_time_limit", value=soft
            )
        names = [option.name for option in self.options]
        if len(set(names)) < len(names):
            raise InvalidValueError("must have names that differ", field="options", value=names)

    def checked(self, context: JobContext) -> JobContext:
        """Return what a run is asked as the job takes it, with defaults for what is not said.

        Raises:
            InvalidValueError: The job has no target, or one of another kind; an option is
                unknown, of another type or out of bounds.
        """
        checks.instance("context", context, JobContext)
        target = checked_target(self.target, context.target, field=f"target of {self.name}")
        options = checked_options(self.name, self.options, context.options)
        if target == context.target and options == context.options:
            return context
        return attrs.evolve(context, target=target, options=options)

    def with_defaults(self, **options: object) -> JobSpec:
        """Return the same job with other defaults of some of its options.

        Args:
            options: By their names, what holds for a run that does not say.

        Raises:
            InvalidValueError: An option is unknown, of another type or out of bounds.

        Examples:
            >>> from mainstay.jobs import evaluate_consistency
            >>> from mainstay.testing.memory import MemoryStore
            >>> job = evaluate_consistency(MemoryStore().engagements)
            >>> job.with_defaults(page_size=500).options[0].default
            500
        """
        check_names(self.name, self.options, options)
        return attrs.evolve(
            self,
            options=[
                option.with_default(options.get(option.name, option.default))
                for option in self.options
            ],
        )

    def run(self, context: JobContext) -> JobReport:
        """Run the job at once, and return what it reports; nothing of it is kept in a log.

        Raises:
            InvalidValueError: It is asked what it can't be; see :meth:`checked`.
            Exception: Whatever the job raises.
        """
        return self._run(self.checked(context))
