"""How a store, its jobs and its machine are doing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import in_utc, of_policy
from mainstay.contest import verify_chain
from mainstay.errors import ChainError, InvalidValueError
from mainstay.jobs._machine import machine
from mainstay.jobs.status import JobStatus, job_status
from mainstay.ports import HasSize, LedgerChain, OutlookTarget, Store
from mainstay.scheduling import JobRun, JobSpec

__all__ = ["Health", "HealthPolicy", "JobHealth", "health", "watched_jobs"]

_LOOKED_BACK = timedelta(hours=24)
_UNWELL = frozenset({JobStatus.LATE, JobStatus.TOO_LONG, JobStatus.FAILING})


def _positive(field: str, value: object) -> timedelta:
    span = checks.instance(field, value, timedelta)
    if span <= timedelta(0):
        raise InvalidValueError("must be above 0", field=field, value=span)
    return span


@attrs.frozen(kw_only=True)
class HealthPolicy:
    """From when on something is wrong.

    Raises:
        InvalidValueError: A number is out of its range.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import OutboxEntry
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.outbox.put([OutboxEntry(key="welcome:ada", kind="mail", due_at=noon)])
        1
        >>> one = noon + timedelta(hours=1)
        >>> patient = HealthPolicy(overdue=timedelta(hours=2))
        >>> health(store, [], now=one).overdue, health(store, [], now=one, policy=patient).overdue
        (1, 0)
    """

    #: An entry of the outbox is overdue if it has been due for so long: longer than jobs leave it.
    overdue: timedelta = attrs.field(
        default=timedelta(minutes=15), validator=checks.each(_positive)
    )
    #: A disk with a smaller part of it free is full, soon.
    least_free: float = attrs.field(
        default=0.05, validator=checks.each(partial(checks.number, low=0, high=1))
    )

    def __repr__(self) -> str:
        return of_policy(self)


_DEFAULT_POLICY = HealthPolicy()


@attrs.frozen
class JobHealth:
    """How a job is doing.

    Attributes:
        job: Its name.
        status: How it is doing.
        last: Its last run, if there was one.
        runs: How many runs of it began within the last 24 hours.
        errors: How many of those ended with an error.
        items: How many items those looked at.
        failed: How many of the items failed.
        done_at: When the last run ended that is done, as far as the log knows.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import run_job, update_multipliers
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, monday = MemoryStore(), datetime(2024, 5, 6, tzinfo=UTC)
        >>> job = update_multipliers(store.reputations)
        >>> run_job(job, store.runs, JobContext(clock=lambda: monday)).failed
        0
        >>> weeks = [health(store, [job], now=monday + timedelta(days=days)) for days in (1, 8)]
        >>> [(each.jobs[0].status.value, each.jobs[0].is_well) for each in weeks]
        [('ok', True), ('late', False)]
    """

    job: str
    status: JobStatus
    last: JobRun | None = None
    runs: int = 0
    errors: int = 0
    items: int = 0
    failed: int = 0
    done_at: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Whether it runs as it should, or never ran."""
        return self.status not in _UNWELL

    @property
    def error_rate(self) -> float | None:
        """The part of the runs of the last 24 hours that ended with an error."""
        return self.errors / self.runs if self.runs else None

    @property
    def item_error_rate(self) -> float | None:
        """The part of the items of the last 24 hours that failed."""
        return self.failed / self.items if self.items else None

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        began = None if self.last is None else in_utc(self.last.started_at)
        return {
            "job": self.job,
            "status": self.status.value,
            "last_run": began,
            "last_success": None if self.done_at is None else in_utc(self.done_at),
            "runs": self.runs,
            "error_rate": self.error_rate,
            "items": self.items,
            "item_error_rate": self.item_error_rate,
        }


@attrs.frozen(kw_only=True)
class Health:
    """How a store, its jobs and its machine are doing.

    Attributes:
        at: When.
        database_bytes: How much the database takes; ``None`` if it does not say.
        jobs: How each job is doing.
        active_users: How many users have an event within the last 30 days.
        waiting: How many entries of the outbox wait.
        overdue: How many of them have been due for longer than the policy allows.
        oldest_due_at: When the first of those that wait is due.
        ledger_entries: How many entries the ledger has; ``None`` if it is kept somewhere else, or
            is not whole.
        ledger_fault: What is wrong with it, if something is.
        machine: Its load, memory and disk: see :func:`health`.
        policy: From when on something is wrong.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import OutboxEntry
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.outbox.put([OutboxEntry(key="welcome:ada", kind="mail", due_at=noon)])
        1
        >>> found = health(store, [], now=noon + timedelta(hours=1))
        >>> found.is_well, found.waiting, found.overdue
        (False, 1, 1)
        >>> next(found.problems())
        ('outbox', 'has entries that were due 15 minutes ago: 1')
    """

    at: datetime
    database_bytes: int | None
    jobs: tuple[JobHealth, ...]
    active_users: int
    waiting: int
    overdue: int
    oldest_due_at: datetime | None
    ledger_entries: int | None
    ledger_fault: str | None
    machine: Mapping[str, float | int | None]
    policy: HealthPolicy = _DEFAULT_POLICY

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not any(True for _ in self.problems())

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: of what, and what it is."""
        for each in self.jobs:
            if not each.is_well:
                yield each.job, f"is {each.status.value}"
        if self.overdue:
            minutes = self.policy.overdue / timedelta(minutes=1)
            yield "outbox", f"has entries that were due {minutes:g} minutes ago: {self.overdue:,}"
        if self.ledger_fault is not None:
            yield "ledger", self.ledger_fault
        free, total = self.machine.get("disk_free"), self.machine.get("disk_total")
        if free is not None and total and free / total < self.policy.least_free:
            yield "disk", f"has {free / total:.1%} free"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        oldest = None if self.oldest_due_at is None else in_utc(self.oldest_due_at)
        return {
            "well": self.is_well,
            "problems": [{"item": item, "problem": problem} for item, problem in self.problems()],
            "database": {"reachable": True, "bytes": self.database_bytes},
            "jobs": [each.to_dict() for each in self.jobs],
            "active_users": self.active_users,
            "outbox": {"waiting": self.waiting, "overdue": self.overdue, "oldest_due_at": oldest},
            "ledger": {"entries": self.ledger_entries, "fault": self.ledger_fault},
            "machine": dict(self.machine),
        }


def health(
    store: Store,
    jobs: Iterable[JobSpec],
    *,
    now: datetime,
    policy: HealthPolicy = _DEFAULT_POLICY,
) -> Health:
    """Return how a store, its jobs and this machine are doing.

    The whole ledger is verified, if the store keeps it. ``machine`` has ``load_per_core``, the
    average of five minutes, and in bytes ``memory_total``, ``memory_available``, ``disk_total``
    and ``disk_free`` of the current folder; ``None`` for what the system does not tell.

    Args:
        store: All ports.
        jobs: Which jobs to look at: see :func:`watched_jobs`.
        now: What time it is.
        policy: From when on something is wrong.

    Raises:
        StoreError: The store can't be read.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.testing.memory import MemoryStore
        >>> found = health(MemoryStore(), [], now=datetime(2024, 5, 1, tzinfo=UTC))
        >>> found.active_users, found.waiting, found.oldest_due_at, found.ledger_entries
        (0, 0, None, 0)
    """
    at = checks.instant("now", now)
    entries, fault = _ledger(store)
    return Health(
        at=at,
        database_bytes=store.size() if isinstance(store, HasSize) else None,
        jobs=tuple(_job(store, spec, at) for spec in checks.iterable("jobs", jobs)),
        active_users=store.outlooks.count_users(OutlookTarget(at.date(), at)),
        waiting=store.outbox.count_waiting(),
        overdue=store.outbox.count_waiting(due_by=at - policy.overdue),
        oldest_due_at=store.outbox.next_due(),
        ledger_entries=entries,
        ledger_fault=fault,
        machine=machine(),
        policy=policy,
    )


def watched_jobs(store: Store, jobs: Iterable[JobSpec]) -> tuple[JobSpec, ...]:
    """Return jobs as schedulers have them, if one has installed them, else as they are.

    Examples:
        >>> from mainstay.jobs import check_badges
        >>> from mainstay.scheduling import Every, InstalledJob
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.runs.install(InstalledJob("check-badges", Every(timedelta(hours=1))))
        >>> (watched,) = watched_jobs(store, [check_badges(store.badges)])
        >>> watched.schedule
        Every(interval=datetime.timedelta(seconds=3600))
    """
    installed = store.runs.installed()
    return tuple(
        installed[spec.name].over(spec) if spec.name in installed else spec for spec in jobs
    )


def _job(store: Store, spec: JobSpec, now: datetime) -> JobHealth:
    last, done = store.runs.last(spec.name, now=now), store.runs.last_done(spec.name, now=now)
    leased = last is not None and last.attempt in store.runs.leases(spec.name, now=now)
    status = job_status(spec, last, now=now, leased=leased)
    recent = store.runs.recent(spec.name, since=now - _LOOKED_BACK, now=now)
    reports = [run.report for run in recent if run.report is not None]
    return JobHealth(
        spec.name,
        status,
        last,
        runs=len(recent),
        errors=sum(run.error is not None for run in recent),
        items=sum(report.processed for report in reports),
        failed=sum(report.failed for report in reports),
        done_at=None if done is None else done.finished_at,
    )


def _ledger(store: Store) -> tuple[int | None, str | None]:
    """Return how long the ledger is, or what is wrong with it; nothing if it is not kept here."""
    if not isinstance(store.ledger, LedgerChain):
        return None, None
    with closing(store.ledger.entries()) as entries:
        try:
            return verify_chain(entries).length, None
        except ChainError as fault:
            return None, str(fault)
