"""What the suites have users do, and how they look at what a store makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TypeVar

from mainstay.activity.session import Session
from mainstay.ports import Unreadable
from mainstay.scheduling import JobContext
from mainstay.testing.conformance._expect import expect

__all__ = ["CODE_POINTS", "at", "context", "did", "may", "readable"]

#: Texts by code point: not alphabetical, not by UTF-16 unit, and not regardless of case.
CODE_POINTS = ("Z", "e\u0301", "z", "é", "\uff5a", "\U0001f600")

_numbers = count(1)
Item = TypeVar("Item")


def may(day: int) -> date:
    """Return a day of May 2024, whose 6th, 13th, 20th and 27th are Mondays."""
    return date(2024, 5, day)


def at(day: date, hour: int = 12) -> datetime:
    """Return an instant on a day, by UTC."""
    return datetime.combine(day, time(hour), UTC)


def context(target: date, now: datetime, **options: int) -> JobContext:
    """Return what a job is given, and a clock by which one that never ends is stopped."""
    seconds = count()
    return JobContext(
        target=target,
        options=options,
        clock=lambda: now + timedelta(seconds=next(seconds)),
        deadline=now + timedelta(hours=1),
    )


def did(
    user_id: str, day: date, kind: str = "post", *, times: int = 1, quality: float | None = None
) -> list[Session]:
    """Return sessions that happened on a day, local or not, with ids of their own."""
    return [
        Session(user_id, at(day), kind=kind, quality=quality, id=f"session {next(_numbers)}")
        for _ in range(times)
    ]


def readable(items: Sequence[Item | Unreadable]) -> list[Item]:
    """Return what a page has read; nobody is unreadable in these suites."""
    unreadable = [item for item in items if isinstance(item, Unreadable)]
    expect(unreadable, [], "everybody can be read")
    return [item for item in items if not isinstance(item, Unreadable)]
