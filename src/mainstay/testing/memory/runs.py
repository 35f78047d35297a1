"""Which jobs ran when, and which are running."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from mainstay import checks
from mainstay.report import JobRun

__all__ = ["MemoryRuns"]


class MemoryRuns:
    """A :class:`mainstay.ports.RunLog`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._runs: dict[tuple[str, str], JobRun] = {}
        self._leases: dict[str, dict[str, datetime]] = {}

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of the same job and task before."""
        checks.instance("run", run, JobRun)
        with self._lock:
            self._runs[run.job, run.task_id] = run

    def last(self, job: str) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the higher task id."""
        checks.text("job", job)
        with self._lock:
            runs = [run for run in self._runs.values() if run.job == job]
        return max(runs, key=lambda run: (run.started_at, run.task_id), default=None)

    def acquire(
        self, job: str, holder: str, *, now: datetime, until: datetime, instances: int = 1
    ) -> bool:
        """Take or prolong a lease, and return whether the holder has it."""
        checks.text("job", job)
        checks.text("holder", holder)
        at, end = checks.instant("now", now), checks.instant("until", until)
        most = checks.integer("instances", instances, 1)
        with self._lock:
            leases = {who: to for who, to in self._leases.get(job, {}).items() if to > at}
            granted = len(leases.keys() - {holder}) < most
            if granted:
                leases[holder] = end
            self._leases[job] = leases
            return granted

    def release(self, job: str, holder: str) -> None:
        """Give a lease back; one that is not there is no error."""
        with self._lock:
            self._leases.get(job, {}).pop(holder, None)
