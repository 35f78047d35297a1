"""Which jobs ran when, and which are running."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.columns import Instant, key, metadata, of_user
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.reading import converted, storable, value_of
from mainstay.codec import from_json, to_json
from mainstay.ports.runs import LATEST_END, LATEST_START, RUNS_KEPT, kept_since
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
    schedule_to_plain,
)

__all__ = ["SqlRunLog", "installed", "leases", "run_errors", "runs"]

#: A row an attempt.
runs: Table = Table(
    "mainstay_runs",
    metadata,
    Column("job", key, nullable=False),
    Column("attempt", key, nullable=False),
    Column("task_id", key, nullable=False),
    Column("due", Instant, nullable=False),
    # What was asked for, such as 2024-05-01 or 2024-W18; null if it followed from due.
    Column("target", key),
    # What was asked besides, as JSON.
    Column("options", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", Text),
    Column("error", Text),
    PrimaryKeyConstraint("job", "attempt"),
    Index("mainstay_runs_last", "job", "started_at", "attempt"),
    Index("mainstay_runs_due", "job", "due"),
)

#: What was wrong with single items: rows of their own, so that those about a user can be erased.
run_errors: Table = Table(
    "mainstay_run_errors",
    metadata,
    Column("job", key, nullable=False),
    Column("attempt", key, nullable=False),
    Column("place", Integer, nullable=False),
    # A user's id, mostly.
    of_user("item", nullable=False),
    Column("error", Text, nullable=False),
    PrimaryKeyConstraint("job", "attempt", "place"),
    Index("mainstay_run_errors_of_item", "item"),
)

#: A row a job that a scheduler has.
installed: Table = Table(
    "mainstay_installed",
    metadata,
    Column("job", key, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("limit_us", BigInteger),
)

leases: Table = Table(
    "mainstay_leases",
    metadata,
    Column("job", key, nullable=False),
    Column("holder", key, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("job", "holder"),
)

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
        values = {
            "task_id": run.task_id,
            "due": run.due,
            "target": run.target,
            "options": json.dumps(run.options.to_dict()),
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "report": None if run.report is None else to_json(attrs.evolve(run.report, errors=())),
            "error": None if run.error is None else storable(run.error),
        }
        with self._database.apart("a run") as connection:
            self._upsert(connection, runs, {"job": run.job, "attempt": run.attempt}, values)
            _put_errors(connection, run)
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
            return None if row is None else _with_errors(connection, [row])[0]

    def unended(self, job: str) -> Sequence[JobRun]:
        """Return the runs of a job that have begun and not ended, in the order they began."""
        query = select(runs).where(
            runs.c.job == checks.text("job", job), runs.c.finished_at.is_(None)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.started_at, runs.c.attempt)).all()
            return _with_errors(connection, rows)

    def recent(self, job: str, *, since: datetime, now: datetime) -> Sequence[JobRun]:
        """Return the runs of a job that began at an instant or later, in the order they began.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        query = _credible(job, now).where(runs.c.started_at >= checks.instant("since", since))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.started_at, runs.c.attempt)).all()
            return _with_errors(connection, rows)

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
                row.job: value_of(installed, row, _installed)
                for row in connection.execute(select(installed))
            }


def _credible(job: str, now: datetime) -> Select[Any]:
    """Select a job's runs, without those that a wrong clock has dated."""
    latest = checks.instant("now", now) + LATEST_START
    return select(runs).where(runs.c.job == checks.text("job", job), runs.c.started_at <= latest)


def _put_errors(connection: Connection, run: JobRun) -> None:
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


def _with_errors(connection: Connection, rows: Sequence[Row[Any]]) -> list[JobRun]:
    """Return the runs in rows, each with what was wrong with single items."""
    found = [value_of(runs, row, _run) for row in rows]
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


def _run(row: Row[Any]) -> JobRun:
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


def _installed(row: Row[Any]) -> InstalledJob:
    limit = None if row.limit_us is None else row.limit_us * _MICROSECOND
    return InstalledJob(row.job, converted("schedule", row.schedule, _schedule), limit)


def _schedule(text: str) -> Every | Daily | Weekly:
    return schedule_from_plain(json.loads(text))


def _options(text: str) -> PlainData:
    return PlainData(json.loads(text))


def _report(text: str) -> JobReport:
    return from_json(text, JobReport)
