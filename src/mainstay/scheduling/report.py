"""What a run of a job reports, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.scheduling.context import new_id

__all__ = [
    "MOST_ERRORS",
    "ItemError",
    "JobReport",
    "JobRun",
]

#: The errors that a report lists at most; it counts them all.
MOST_ERRORS = 100

_text = checks.each(checks.text)
_count = checks.each(checks.count)
_instant = checks.each(checks.instant)


def _errors(values: Iterable[ItemError]) -> tuple[ItemError, ...]:
    items = checks.iterable("errors", values)
    return tuple(checks.instance("errors", item, ItemError) for item in items)


def _result(value: Mapping[str, object]) -> PlainData:
    return PlainData.at("result", value)


def _options(value: Mapping[str, object]) -> PlainData:
    return PlainData.at("options", value)


def _at_once(run: JobRun) -> datetime:
    return run.started_at


@attrs.frozen
class ItemError:
    """What was wrong with one item, so that it was skipped.

    Attributes:
        item: What: a user's id, mostly.
        error: Why, as a sentence.

    Examples:
        >>> from datetime import UTC
        >>> at = datetime(2024, 5, 2, tzinfo=UTC)
        >>> unreadable = ItemError("ada", "the state of 'ada' can't be read.")
        >>> report = JobReport(job="tidy", task_id="1", succeeded=3, failed=1, errors=[unreadable],
        ...                    started_at=at, finished_at=at)
        >>> for each in report.errors:
        ...     print(f"{each.item}: {each.error}")
        ada: the state of 'ada' can't be read.
    """

    item: str = attrs.field(validator=_text)
    error: str = attrs.field(validator=_text)


def _check_order(started_at: datetime, finished_at: datetime) -> None:
    if finished_at < started_at:
        raise InvalidValueError(
            f"must not be before started_at, {started_at}", field="finished_at", value=finished_at
        )


def _processed(report: JobReport) -> int:
    return report.succeeded + report.skipped + report.failed


@schema("job-report/1")
@attrs.frozen(kw_only=True)
class JobReport:
    """What a run did.

    Attributes:
        job: The job's name.
        task_id: What tells the run from every other.
        target: What it worked on, such as ``2024-05-01`` or ``2024-W18``; ``None`` if there is
            no such thing.
        succeeded: Items done.
        skipped: Items with nothing to do.
        failed: Items left undone because of an error of their own.
        processed: Items looked at: those three together.
        errors: The first hundred of those errors.
        started_at: When it began.
        finished_at: When it ended.
        result: What it found, as plain data; the job's documentation says what there is.

    Raises:
        InvalidValueError: A number is negative, or they don't add up; or ``result`` is not plain
            JSON data.

    Examples:
        >>> from datetime import UTC
        >>> at = datetime(2024, 5, 2, tzinfo=UTC)
        >>> JobReport(job="tidy", task_id="1", succeeded=3, failed=1, started_at=at,
        ...           finished_at=at).processed
        4
    """

    job: str = attrs.field(validator=_text)
    task_id: str = attrs.field(validator=_text)
    target: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    succeeded: int = attrs.field(default=0, validator=_count)
    skipped: int = attrs.field(default=0, validator=_count)
    failed: int = attrs.field(default=0, validator=_count)
    processed: int = attrs.field(
        default=attrs.Factory(_processed, takes_self=True), validator=_count
    )
    errors: tuple[ItemError, ...] = attrs.field(default=(), converter=_errors)
    started_at: datetime = attrs.field(validator=_instant)
    finished_at: datetime = attrs.field(validator=_instant)
    result: PlainData = attrs.field(default=PlainData(), converter=_result)

    def __attrs_post_init__(self) -> None:
        if self.processed != _processed(self):
            raise InvalidValueError(
                f"must be succeeded + skipped + failed, {_processed(self)}",
                field="processed",
                value=self.processed,
            )
        _check_order(self.started_at, self.finished_at)

    @property
    def duration(self) -> timedelta:
        """How long it took."""
        return self.finished_at - self.started_at


@schema("job-run/1")
@attrs.frozen(kw_only=True)
class JobRun:
    """What is remembered of one attempt at a run: that it began, and how it ended, if it did.

    Attributes:
        job: The job's name.
        task_id: What tells the run from every other; its retries and redeliveries share it.
        attempt: What tells this attempt from every other.
        due: The instant at which the run was due; ``started_at`` if it was started by hand.
        target: What was asked for, such as ``2024-05-01`` or ``2024-W18``; ``None`` if it followed
            from ``due``.
        options: What was asked besides; what is not there had its default.
        started_at: When it began.
        finished_at: When it ended; ``None`` while it runs, and for ever if it was killed.
        report: What it did, if it came to its end.
        error: Why it did not, as a sentence.

    Raises:
        InvalidValueError: It ends before it began, or with neither a report nor an error, or
            with both.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.scheduling import JobRun
        >>> from mainstay.testing.memory import MemoryStore
        >>> runs, at = MemoryStore().runs, datetime(2024, 5, 2, tzinfo=UTC)
        >>> began = JobRun(job="tidy", task_id="1", started_at=at)
        >>> runs.put(began)
        >>> [run.task_id for run in runs.unended("tidy")]
        ['1']
        >>> runs.put(attrs.evolve(began, finished_at=at, error="disk full"))
        >>> runs.last("tidy", now=at).error, runs.unended("tidy")
        ('disk full', [])
    """

    job: str = attrs.field(validator=_text)
    task_id: str = attrs.field(validator=_text)
    attempt: str = attrs.field(factory=new_id, validator=_text)
    started_at: datetime = attrs.field(validator=_instant)
    due: datetime = attrs.field(
        default=attrs.Factory(_at_once, takes_self=True), validator=_instant
    )
    target: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    options: PlainData = attrs.field(default=PlainData(), converter=_options)
    finished_at: datetime | None = attrs.field(
        default=None, validator=checks.optional(checks.instant)
    )
    report: JobReport | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.instance, kind=JobReport))
    )
    error: str | None = attrs.field(default=None, validator=checks.optional(checks.text))

    def __attrs_post_init__(self) -> None:
        ends = [end for end in (self.report, self.error) if end is not None]
        if len(ends) != (self.finished_at is not None):
            raise InvalidValueError(
                "must be given exactly if there is either a report or an error",
                field="finished_at",
                value=self.finished_at,
            )
        if self.finished_at is not None:
            _check_order(self.started_at, self.finished_at)
