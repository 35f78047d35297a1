"""Which jobs ran, and which are running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mainstay.scheduling import InstalledJob, JobRun

__all__ = ["LATEST_END", "LATEST_START", "RUNS_KEPT", "RunLog", "kept_since"]

#: A run that began later than this after now was dated by a clock that was wrong.
LATEST_START = timedelta(minutes=15)
#: And so was a lease that ends later than this after now.
LATEST_END = timedelta(minutes=30)
#: How many runs of each job are kept at least, and for how many days all of them are.
RUNS_KEPT = 1_000
_DAYS_KEPT = 2


class RunLog(Protocol):
    """Which jobs ran when, and which are running: for the operators, and against doing it twice.

    A wrong clock must not be believed for ever: runs that began more than 15 minutes after
    ``now`` are passed over, and so are leases that end more than 30 minutes after it.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> runs, now = MemoryStore().runs, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> end = now + timedelta(minutes=5)
        >>> [runs.acquire("tidy", holder, now=now, until=end) for holder in ("one", "other")]
        [True, False]
        >>> runs.acquire("tidy", "other", now=end, until=end + timedelta(minutes=5))
        True
    """

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of the same job and attempt before.

        With it, older runs of the same job go: those that began more than 48 hours before it. The
        last 1,000 by when they began stay, of equal ones those with the higher attempts; and of the
        rest the one that :meth:`last_done` would return. So a job's last done run is always there,
        also after a run that was dated by a wrong clock.
        """
        ...

    def last(self, job: str, *, now: datetime) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the one with the higher attempt.

        Args:
            job: The job's name.
            now: What time it is.
        """
        ...

    def last_done(self, job: str, *, now: datetime) -> JobRun | None:
        """Return the run of a job with the latest ``due`` of those that are done.

        Done means that its report is kept, and that nobody had asked for a ``target``. Options
        don't matter: they say how a run does its work, and not what.

        Args:
            job: The job's name.
            now: What time it is.
        """
        ...

    def unended(self, job: str) -> Sequence[JobRun]:
        """Return the runs of a job that have begun and not ended, in the order they began.

        They are running, or were killed; equal ones are in the order of their attempts.
        """
        ...

    def recent(self, job: str, *, since: datetime, now: datetime) -> Sequence[JobRun]:
        """Return the runs of a job that began at an instant or later, in the order they began.

        Equal ones are in the order of their attempts. How long runs are kept, see :meth:`put`.

        Args:
            job: The job's name.
            since: The instant.
            now: What time it is.
        """
        ...

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        """Take or prolong a lease, and return whether the holder has it.

        At most ``instances`` holders have one of the same job at once. A lease that is not
        prolonged ends at ``until``, so that one whose holder was killed is free again.
        """
        ...

    def release(self, job: str, holder: str) -> None:
        """Give a lease back; one that is not there is not an error."""
        ...

    def leases(self, job: str, *, now: datetime) -> Mapping[str, datetime]:
        """Return who has a lease of a job, and until when.

        Args:
            job: The job's name.
            now: What time it is.
        """
        ...

    def install(self, job: InstalledJob) -> None:
        """Keep how a scheduler has a job, in place of what was kept of it before."""
        ...

    def installed(self) -> Mapping[str, InstalledJob]:
        """Return how schedulers have the jobs, by name."""
        ...


def kept_since(run: JobRun) -> datetime:
    """Return the instant since when all runs of a job are kept, once a run of it is."""
    days = min(_DAYS_KEPT, run.started_at.toordinal() - 1)  # the calendar has a first day
    return run.started_at - timedelta(days=days)
