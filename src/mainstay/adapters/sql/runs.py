"""Which jobs ran when, and which are running."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from mainstay import checks
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import converted, value_of
from mainstay.adapters.sql.tables import leases, runs
from mainstay.codec import from_json, to_json
from mainstay.report import JobReport, JobRun

__all__ = ["SqlRunLog"]


class SqlRunLog:
    """A :class:`mainstay.ports.RunLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = sqlite if database.is_sqlite else postgresql

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of the same job and task before."""
        checks.instance("run", run, JobRun)
        new = self._dialect.insert(runs).values(
            job=run.job,
            task_id=run.task_id,
            started_at=run.started_at,
            finished_at=run.finished_at,
            report=None if run.report is None else to_json(run.report),
            error=None if run.error is None else _storable(run.error),
        )
        changed = {
            name: new.excluded[name] for name in ("started_at", "finished_at", "report", "error")
        }
        with self._database.writing(alone=False) as connection:
            connection.execute(
                new.on_conflict_do_update(index_elements=["job", "task_id"], set_=changed)
            )

    def last(self, job: str) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the higher task id.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        query = (
            select(runs)
            .where(runs.c.job == checks.text("job", job))
            .order_by(runs.c.started_at.desc(), runs.c.task_id.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else value_of(runs, row, _run)

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        """Take or prolong a lease, and return whether the holder has it."""
        mine = leases.c.job == checks.text("job", job)
        at = checks.instant("now", now)
        new = self._dialect.insert(leases).values(
            job=job, holder=checks.text("holder", holder), until=checks.instant("until", until)
        )
        with self._database.writing() as connection:
            connection.execute(delete(leases).where(mine, leases.c.until <= at))
            others = select(func.count()).select_from(leases)
            held = connection.scalar(others.where(mine, leases.c.holder != holder)) or 0
            if held >= checks.integer("instances", instances, 1):
                return False
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["job", "holder"], set_={"until": new.excluded.until}
                )
            )
            return True

    def release(self, job: str, holder: str) -> None:
        """Give a lease back; one that is not there is no error."""
        mine = (leases.c.job == job) & (leases.c.holder == holder)
        with self._database.writing(alone=False) as connection:
            connection.execute(delete(leases).where(mine))


def _storable(text: str) -> str:
    """Spell out what no database takes: an error may quote anything."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _run(row: Row[Any]) -> JobRun:
    return JobRun(
        job=row.job,
        task_id=row.task_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        report=None if row.report is None else converted("report", row.report, _report),
        error=row.error,
    )


def _report(text: str) -> JobReport:
    return from_json(text, JobReport)
