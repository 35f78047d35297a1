"""Which jobs ran, and which are running."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mainstay.report import JobRun

__all__ = ["RunLog"]


class RunLog(Protocol):
    """Which jobs ran when, and which are running: for the operators, and against doing it twice."""

    def put(self, run: JobRun) -> None:
        """Keep a run, in place of what was kept of the same job and task before."""
        ...

    def last(self, job: str) -> JobRun | None:
        """Return the run of a job that began last, of equal ones the higher task id."""
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
        """Give a lease back; one that is not there is no error."""
        ...
