"""Which jobs ran when, and which are running."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Table,
    delete,
    func,
    literal,
    not_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.columns import Instant, key
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import value_of
from mainstay.adapters.sql.runs._rows import (
    installed_job,
    put_errors,
    run_of,
    values_of,
    with_errors,
)
from mainstay.adapters.sql.runs.tables import installed, leases, run_errors, runs
from mainstay.ports.runs import LATEST_END, LATEST_START, RUNS_KEPT, kept_since
from mainstay.scheduling import (
    InstalledJob,
    JobRun,
    schedule_to_plain,
)

__all__ = ["SqlRunLog", "installed", "leases", "run_errors", "run_of", "runs", "values_of"]

_MICROSECOND = timedelta(microseconds=1)
_NEWEST = (runs.c.started_at.desc(), runs.c.attempt.desc())
_IS_DONE = (runs.c.report.is_not(None), runs.c.target.is_(None))


class SqlRunLog:
    """A :class:`mainstay.ports.RunLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = sqlite if database.is_sqlite else postgresql

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of it before, and delete old ones."""
        checks.instance("run", run, JobRun)
        with self._database.apart("a run") as connection:
            self._upsert(connection, runs, {"job": run.job, "attempt": run.attempt}, values_of(run))
            put_errors(connection, run)
            _delete_old(connection, run)

    def _upsert(
        self,
        connection: Connection,
        table: Table,
        key: Mapping[str, str],
        values: Mapping[str, object],
    ) -> None:
        new = self._dialect.insert(table).values(**key, **values)
        changed = {name: new.excluded[name] for name in values}
        connection.execute(new.on_conflict_do_update(index_elements=[*key], set_=changed))

    def last(self, job: str, *, now: datetime) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the higher attempt.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        return self._first(_credible(job, now))

    def last_done(self, job: str, *, now: datetime) -> JobRun | None:
        """Return the run of a job with the latest ``due`` of those that are done."""
        return self._first(_credible(job, now).where(*_IS_DONE).order_by(runs.c.due.desc()))

    def _first(self, query: Select[Any]) -> JobRun | None:
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(*_NEWEST).limit(1)).one_or_none()
            return None if row is None else with_errors(connection, [row])[0]

    def unended(self, job: str) -> Sequence[JobRun]:
        """Return the runs of a job that have begun and not ended, in the order they began."""
        query = select(runs).where(
            runs.c.job == checks.text("job", job), runs.c.finished_at.is_(None)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.started_at, runs.c.attempt)).all()
            return with_errors(connection, rows)

    def recent(self, job: str, *, since: datetime, now: datetime) -> Sequence[JobRun]:
        """Return the runs of a job that began at an instant or later, in the order they began.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        query = _credible(job, now).where(runs.c.started_at >= checks.instant("since", since))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.started_at, runs.c.attempt)).all()
            return with_errors(connection, rows)

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        """Take or prolong a lease, and return whether the holder has it."""
        mine = leases.c.job == checks.text("job", job)
        alive = _alive(checks.instant("now", now))
        new = self._dialect.insert(leases).values(
            job=job, holder=checks.text("holder", holder), until=checks.instant("until", until)
        )
        with self._database.apart("a lease", lock=f"leases of {job}") as connection:
            connection.execute(delete(leases).where(mine, not_(alive)))
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
        """Give a lease back; one that is not there is not an error."""
        mine = (leases.c.job == job) & (leases.c.holder == holder)
        with self._database.apart("a lease") as connection:
            connection.execute(delete(leases).where(mine))

    def leases(self, job: str, *, now: datetime) -> Mapping[str, datetime]:
        """Return who has a lease of a job, and until when."""
        alive = _alive(checks.instant("now", now))
        query = select(leases).where(leases.c.job == checks.text("job", job), alive)
        with self._database.reading() as connection:
            return {row.holder: row.until for row in connection.execute(query)}

    def install(self, job: InstalledJob) -> None:
        """Keep how a scheduler has a job, in place of what was kept of it before."""
        checks.instance("job", job, InstalledJob)
        limit = None if job.limit is None else job.limit // _MICROSECOND
        plain = json.dumps(schedule_to_plain(job.schedule))
        values = {"schedule": plain, "limit_us": limit}
        with self._database.apart("an installed job") as connection:
            self._upsert(connection, installed, {"job": job.job}, values)

    def installed(self) -> Mapping[str, InstalledJob]:
        """Return how schedulers have the jobs, by name."""
        with self._database.reading() as connection:
            return {
                row.job: value_of(installed, row, installed_job)
                for row in connection.execute(select(installed))
            }


def _credible(job: str, now: datetime) -> Select[Any]:
    """Select a job's runs, without those that a wrong clock has dated."""
    latest = checks.instant("now", now) + LATEST_START
    return select(runs).where(runs.c.job == checks.text("job", job), runs.c.started_at <= latest)


def _delete_old(connection: Connection, run: JobRun) -> None:
    """Delete the runs that go with one that is kept: one, mostly, next to the first of its job."""
    theirs = runs.c.job == run.job
    last = select(runs.c.started_at, runs.c.attempt).where(theirs).order_by(*_NEWEST)
    first_kept = connection.execute(last.limit(1).offset(RUNS_KEPT - 1)).one_or_none()
    if first_kept is None:
        return
    started_at, attempt = first_kept
    before = tuple_(runs.c.started_at, runs.c.attempt) < tuple_(
        literal(started_at, Instant()), literal(attempt, key)
    )
    old = (theirs, runs.c.started_at < kept_since(run), before)
    done = select(runs.c.attempt).where(*old, *_IS_DONE).order_by(runs.c.due.desc(), *_NEWEST)
    last_done = connection.scalar(done.limit(1))
    gone = old if last_done is None else (*old, runs.c.attempt != last_done)
    attempts = connection.scalars(select(runs.c.attempt).where(*gone)).all()
    if attempts:
        for table in (runs, run_errors):
            old_ones = any_of(connection, table.c.attempt, attempts)
            connection.execute(delete(table).where(table.c.job == run.job, old_ones))


def _alive(now: datetime) -> ColumnElement[bool]:
    return (leases.c.until > now) & (leases.c.until <= now + LATEST_END)
