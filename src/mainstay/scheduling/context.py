"""What a run of a job is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.errors import InvalidValueError, TimeLimitError
from mainstay.localdays import IsoWeek
from mainstay.scheduling.targets import Target

__all__ = [
    "JobContext",
    "Progress",
    "new_id",
    "utc_now",
]

#: How far the clock that starts a run may be ahead of the clock of the machine that runs it.
MOST_AHEAD = timedelta(minutes=1)

#: Called with the number of items done, and of all there are to do, after each page.
Progress = Callable[[int, int], None]


def _target(field: str, value: object) -> object:
    return value if isinstance(value, IsoWeek) else checks.day(field, value)


def _options(value: Mapping[str, object]) -> PlainData:
    return PlainData.at("options", value)


def utc_now() -> datetime:
    """Return what time it is, by the clock of this machine."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return what tells a run, or an attempt, from every other."""
    return uuid4().hex


def _by_hand(context: JobContext) -> datetime:
    return context.now()


def _no_progress(done: int, total: int) -> None:
    """Tell nobody."""


@attrs.frozen(kw_only=True)
class JobContext:
    """What a job is given when it is run: jobs ask neither the clock nor the environment.

    Attributes:
        target: The day to work on, or the week, by itself or by one of its days; by default the
            job takes the last that was over when the run was due.
        options: What the run is asked besides, by the names that the job's options have.
        task_id: What tells this run from every other; a new one by default.
        clock: Says what time it is.
        due: The instant at which the run was due, from which its target follows, however late it
            begins; by default now, as for a run that is started by hand.
        scheduled: Whether a scheduler starts the run at its time, and nobody by hand.
        progress: Told of it after each page.
        deadline: The instant at which the run is to stop, between two pages.

    Raises:
        InvalidValueError: ``due`` is more than a minute after now, or ``options`` are not plain
            data. Whether the job has such options, it says itself.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> context = JobContext(target=date(2024, 5, 1),
        ...                      clock=lambda: datetime(2024, 5, 2, 6, tzinfo=UTC))
        >>> context.now().hour
        6
    """

    target: Target | None = attrs.field(default=None, validator=checks.optional(_target))
    options: PlainData = attrs.field(default=PlainData(), converter=_options)
    task_id: str = attrs.field(factory=new_id, validator=checks.each(checks.text))
    clock: Callable[[], datetime] = utc_now
    due: datetime = attrs.field(
        default=attrs.Factory(_by_hand, takes_self=True), validator=checks.each(checks.instant)
    )
    scheduled: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )
    progress: Progress = _no_progress
    deadline: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))

    def __attrs_post_init__(self) -> None:
        now = self.now()
        if self.due > now + MOST_AHEAD:
            raise InvalidValueError(
                f"must be at most a minute after now, {now.isoformat()}",
                field="due",
                value=self.due.isoformat(),
                remedy="Set the clocks of this machine and of the one that started the run.",
            )

    def now(self) -> datetime:
        """Return what time it is."""
        return checks.instant("what clock returns", self.clock())

    def check_deadline(self) -> None:
        """Stop a run that takes too long.

        Raises:
            TimeLimitError: The deadline has come.
        """
        if self.deadline is not None and self.now() >= self.deadline:
            raise TimeLimitError(
                "has come before the job was done",
                field="deadline",
                value=self.deadline.isoformat(),
                remedy="What was done is kept; the next run goes on from there.",
            )
