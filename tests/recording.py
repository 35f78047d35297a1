"""What users do in tests of jobs, and what a run of a job came to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from mainstay import Session
from mainstay.scheduling import JobReport
from mainstay.testing.memory import MemoryStore

numbers = count()


def may(day: int) -> date:
    return date(2024, 5, day)


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), UTC)


def did(
    store: MemoryStore, user: str, *days: date, quality: float | None = None, **counts: int
) -> None:
    """Record so many activities of each kind at noon of each day; one post by default."""
    store.sessions.add(
        Session(
            user,
            datetime.combine(day, time(12), UTC),
            kind=kind,
            quality=quality if kind == "post" else None,
            id=str(next(numbers)),
        )
        for day in days
        for kind, times in (counts or {"post": 1}).items()
        for _ in range(times)
    )


def counted(report: JobReport) -> tuple[int, int, int]:
    return report.succeeded, report.skipped, report.failed
