"""The rows of runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
from sqlalchemy import (
    Connection,
    delete,
    insert,
    select,
)
from sqlalchemy.engine import Row

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.reading import converted, storable, value_of
from mainstay.adapters.sql.runs.tables import run_errors, runs
from mainstay.codec import from_json, to_json
from mainstay.scheduling import (
    Daily,
    Every,
    InstalledJob,
    ItemError,
    JobReport,
    JobRun,
    PlainData,
    Weekly,
    schedule_from_plain,
)

__all__ = ["installed_job", "put_errors", "run_of", "values_of", "with_errors"]

_MICROSECOND = timedelta(microseconds=1)


def put_errors(connection: Connection, run: JobRun) -> None:
    """Keep what was wrong with single items, in place of what was kept of the run before."""
    theirs = (run_errors.c.job == run.job, run_errors.c.attempt == run.attempt)
    connection.execute(delete(run_errors).where(*theirs))
    errors = () if run.report is None else run.report.errors
    rows = [
        {
            "job": run.job,
            "attempt": run.attempt,
            "place": place,
            "item": storable(each.item),
            "error": storable(each.error),
        }
        for place, each in enumerate(errors)
    ]
    if rows:
        connection.execute(insert(run_errors), rows)


def with_errors(connection: Connection, rows: Sequence[Row[Any]]) -> list[JobRun]:
    """Return the runs in rows, each with what was wrong with single items."""
    found = [value_of(runs, row, run_of) for row in rows]
    attempts = [run.attempt for run in found if run.report is not None and run.report.failed]
    errors = defaultdict[tuple[str, str], list[ItemError]](list)
    if attempts:
        query = select(run_errors).where(any_of(connection, run_errors.c.attempt, attempts))
        for row in connection.execute(query.order_by(run_errors.c.place)):
            errors[row.job, row.attempt].append(value_of(run_errors, row, _error))
    return [
        attrs.evolve(run, report=attrs.evolve(run.report, errors=errors[run.job, run.attempt]))
        if run.report is not None and (run.job, run.attempt) in errors
        else run
        for run in found
    ]


def _error(row: Row[Any]) -> ItemError:
    return ItemError(row.item, row.error)


def values_of(run: JobRun) -> dict[str, object]:
    """Return a run as a row, without its key, and without what was wrong with single items."""
    return {
        "task_id": run.task_id,
        "due": run.due,
        "target": run.target,
        "options": json.dumps(run.options.to_dict()),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "report": None if run.report is None else to_json(attrs.evolve(run.report, errors=())),
        "error": None if run.error is None else storable(run.error),
    }


def run_of(row: Row[Any]) -> JobRun:
    """Return the run in a row, without what was wrong with single items."""
    return JobRun(
        job=row.job,
        task_id=row.task_id,
        attempt=row.attempt,
        due=row.due,
        target=row.target,
        options=converted("options", row.options, _options),
        started_at=row.started_at,
        finished_at=row.finished_at,
        report=None if row.report is None else converted("report", row.report, _report),
        error=row.error,
    )


def installed_job(row: Row[Any]) -> InstalledJob:
    limit = None if row.limit_us is None else row.limit_us * _MICROSECOND
    return InstalledJob(row.job, converted("schedule", row.schedule, _schedule), limit)


def _schedule(text: str) -> Every | Daily | Weekly:
    return schedule_from_plain(json.loads(text))


def _options(text: str) -> PlainData:
    return PlainData(json.loads(text))


def _report(text: str) -> JobReport:
    return from_json(text, JobReport)
