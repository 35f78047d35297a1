"""Which jobs ran when, and which are running."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from threading import RLock

from mainstay import _checks as checks
from mainstay.ports.runs import LATEST_END, LATEST_START, RUNS_KEPT, kept_since
from mainstay.ports.users_in_runs import run_of_renamed, run_without
from mainstay.scheduling import InstalledJob, JobRun
from mainstay.testing.memory._undoing import Replaced

__all__ = ["MemoryRuns"]


class MemoryRuns(Replaced):
    """A :class:`mainstay.ports.RunLog`.

    Attributes:
        lock: Held while anything changes, and by corrections of what is kept.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> runs, noon = MemoryStore().runs, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> runs.put(JobRun(job="tidy", task_id="7", started_at=noon))
        >>> [run.task_id for run in runs.unended("tidy")]  # it is running, or was killed
        ['7']
    """

    def __init__(self) -> None:
        self.lock: RLock = RLock()
        self._runs: defaultdict[str, dict[str, JobRun]] = defaultdict(dict)
        self._leases: dict[str, dict[str, datetime]] = {}
        self._installed: dict[str, InstalledJob] = {}

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of it before, and forget old ones."""
        checks.instance("run", run, JobRun)
        with self.lock:
            theirs = self._runs[run.job]
            theirs[run.attempt] = run
            for old in _old(theirs.values(), kept_since(run)):
                del theirs[old.attempt]

    def last(self, job: str, *, now: datetime) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the higher attempt."""
        return max(self._credible(job, now), key=_place, default=None)

    def last_done(self, job: str, *, now: datetime) -> JobRun | None:
        """Return the run of a job with the latest ``due`` of those that are done."""
        return max(filter(_is_done, self._credible(job, now)), key=_by_due, default=None)

    def _credible(self, job: str, now: datetime) -> list[JobRun]:
        latest = checks.instant("now", now) + LATEST_START
        return [run for run in self._of(job) if run.started_at <= latest]

    def _of(self, job: str) -> list[JobRun]:
        checks.text("job", job)
        with self.lock:
            return [*self._runs.get(job, {}).values()]

    def unended(self, job: str) -> Sequence[JobRun]:
        """Return the runs of a job that have begun and not ended, in the order they began."""
        return sorted((run for run in self._of(job) if run.finished_at is None), key=_place)

    def recent(self, job: str, *, since: datetime, now: datetime) -> Sequence[JobRun]:
        """Return the runs of a job that began at an instant or later, in the order they began."""
        first = checks.instant("since", since)
        found = (run for run in self._credible(job, now) if run.started_at >= first)
        return sorted(found, key=_place)

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase what of the runs is a user's."""
        return self._rewrite(lambda run: run_without(run, user_id))

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Have a user's errors be those of another one."""
        return self._rewrite(lambda run: run_of_renamed(run, user_id, to))

    def _rewrite(self, change: Callable[[JobRun], JobRun]) -> Mapping[str, int]:
        with self.lock:
            changed = 0
            runs = defaultdict[str, dict[str, JobRun]](dict)
            for job, theirs in self._runs.items():
                runs[job] = {attempt: change(run) for attempt, run in theirs.items()}
                changed += sum(runs[job][attempt] != run for attempt, run in theirs.items())
            self._runs = runs
            return {"others": changed}

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        """Take or prolong a lease, and return whether the holder has it."""
        checks.text("job", job)
        checks.text("holder", holder)
        at, end = checks.instant("now", now), checks.instant("until", until)
        most = checks.integer("instances", instances, 1)
        with self.lock:
            leases = self._alive(job, at)
            granted = len(leases.keys() - {holder}) < most
            if granted:
                leases[holder] = end
            self._leases[job] = leases
            return granted

    def _alive(self, job: str, now: datetime) -> dict[str, datetime]:
        leases = self._leases.get(job, {})
        return {who: to for who, to in leases.items() if now < to <= now + LATEST_END}

    def release(self, job: str, holder: str) -> None:
        """Give a lease back; one that is not there is not an error."""
        with self.lock:
            self._leases.get(job, {}).pop(holder, None)

    def leases(self, job: str, *, now: datetime) -> Mapping[str, datetime]:
        """Return who has a lease of a job, and until when."""
        checks.text("job", job)
        with self.lock:
            return self._alive(job, checks.instant("now", now))

    def install(self, job: InstalledJob) -> None:
        """Keep how a scheduler has a job, in place of what was kept of it before."""
        checks.instance("job", job, InstalledJob)
        with self.lock:
            self._installed[job.job] = job

    def installed(self) -> Mapping[str, InstalledJob]:
        """Return how schedulers have the jobs, by name."""
        with self.lock:
            return dict(self._installed)


def _old(runs: Collection[JobRun], since: datetime) -> list[JobRun]:
    """Return the runs of a job that are kept no longer."""
    if all(run.started_at >= since for run in runs):
        return []
    rest = sorted(runs, key=_place)[:-RUNS_KEPT]
    old = [run for run in rest if run.started_at < since]
    done = max(filter(_is_done, old), key=_by_due, default=None)
    return [run for run in old if run is not done]


def _place(run: JobRun) -> tuple[datetime, str]:
    return run.started_at, run.attempt


def _by_due(run: JobRun) -> tuple[datetime, datetime, str]:
    return run.due, *_place(run)


def _is_done(run: JobRun) -> bool:
    return run.report is not None and run.target is None
