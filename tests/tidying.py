"""A job of no consequence, in tests of how jobs are doing."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from mainstay.jobs import run_job
from mainstay.ports import HasRuns
from mainstay.scheduling import Every, ItemError, JobContext, JobReport, JobSpec

HOUR = timedelta(hours=1)


def done(succeeded: int = 0, failed: int = 0) -> Any:
    """Return what does so much, well or badly."""

    def run(context: JobContext) -> JobReport:
        return JobReport(
            job="tidy",
            task_id=context.task_id,
            succeeded=succeeded,
            failed=failed,
            errors=[ItemError("ada", "is odd")] * failed,
            started_at=context.now(),
            finished_at=context.now(),
        )

    return run


def job(run: Any = None, name: str = "tidy") -> JobSpec:
    """Return a job that is due every hour."""
    return JobSpec(name=name, schedule=Every(HOUR), run=run or done())


def ran(store: HasRuns, at: datetime, spec: JobSpec) -> None:
    """Run a job at an instant; it may fail."""
    with suppress(OSError):
        run_job(spec, store.runs, JobContext(clock=lambda: at))


def down(_: JobContext) -> JobReport:
    """Fail."""
    raise OSError("is down")
