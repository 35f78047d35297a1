"""What a run has done so far, and what is an item's own fault."""

from __future__ import annotations

import logging
from datetime import datetime

import attrs

from mainstay.errors import StoreError, TimeLimitError
from mainstay.scheduling import MOST_ERRORS, ItemError, JobContext, JobReport

__all__ = ["ITEM_ERRORS", "LOGGER", "Tally", "ends_run", "words_of"]

LOGGER = logging.getLogger("mainstay.jobs")

#: What is an item's own fault, as SPEC §9 has it. All our errors about a value are ValueErrors; all
#: else (StoreError, TimeLimitError, MemoryError, Celery's soft time limit) ends the run.
ITEM_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,  # RecursionError is one
    TypeError,
    ValueError,
)

_ENDING = (MemoryError, StoreError, TimeLimitError)
#: Celery's, by its name: it is there only if Celery is.
_SOFT_LIMIT = "SoftTimeLimitExceeded"


def ends_run(error: Exception) -> bool:
    """Return whether an error that a host's own code has raised ends the run: SPEC §9.

    All others are failures of that code alone, where a run can do without it: the libraries that
    it calls have error classes of their own, which are among :data:`ITEM_ERRORS` only by chance.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, _ENDING) or _SOFT_LIMIT in names


def words_of(error: Exception) -> str:
    """Return what an error says: never nothing."""
    return str(error) or type(error).__name__


@attrs.define
class Tally:
    """What a run has done so far."""

    job: str
    context: JobContext
    target: str | None
    started_at: datetime
    succeeded: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[ItemError] = attrs.field(factory=list)
    #: What it has found, for the report.
    result: dict[str, object] = attrs.field(factory=dict)

    @classmethod
    def begin(cls, job: str, context: JobContext, target: str | None = None) -> Tally:
        """Note when it began, and say so."""
        tally = cls(job, context, target, context.now())
        LOGGER.info("%s: %s begins", job, target or "a run", extra=tally.labels())
        return tally

    @property
    def processed(self) -> int:
        """How many items have been looked at."""
        return self.succeeded + self.skipped + self.failed

    def labels(self) -> dict[str, object]:
        """Return what every log record of the run carries."""
        return {"job": self.job, "task_id": self.context.task_id, "target": self.target}

    def fail(self, item: str, error: Exception) -> None:
        """Log what is wrong with an item, and count it."""
        self.failed += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(ItemError(str(item) or "''", words_of(error)))
        LOGGER.error(
            "%s: %s failed: %s",
            self.job,
            item,
            error,
            exc_info=error,
            extra=self.labels() | {"item": item},
        )

    def report(self) -> JobReport:
        """Say how it ended."""
        report = JobReport(
            job=self.job,
            task_id=self.context.task_id,
            target=self.target,
            succeeded=self.succeeded,
            skipped=self.skipped,
            failed=self.failed,
            errors=tuple(self.errors),
            started_at=self.started_at,
            finished_at=max(self.started_at, self.context.now()),  # clocks are put back
            result=self.result,
        )
        counts = {
            name: getattr(report, name) for name in ("processed", "succeeded", "skipped", "failed")
        }
        LOGGER.log(
            logging.WARNING if report.failed else logging.INFO,
            "%s: %s done: %d succeeded, %d skipped, %d failed in %.3f s",
            *(self.job, self.target or "a run", report.succeeded, report.skipped, report.failed),
            report.duration.total_seconds(),
            extra=self.labels() | counts | {"duration_s": report.duration.total_seconds()},
        )
        return report
