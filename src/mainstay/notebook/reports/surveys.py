"""What a report says, in numbers: one pass over the events, then some users at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeAlias

import attrs
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from mainstay._reprs import in_utc
from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.columnar.calendars import Active, Calendars, calendars, windows_of
from mainstay.columnar.folding import Windows
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.movement import DAYS as COMPARED
from mainstay.columnar.movement import Moves, moves_of
from mainstay.columnar.reading import Chunk, Columns
from mainstay.columnar.scores import scored_parts
from mainstay.columnar.state import PerUser
from mainstay.columnar.states import as_date, ordinal
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import Source
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidValueError
from mainstay.scores.by_policy import Policy, Score, days_needed, scored
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["COMPARED", "DAYS", "WEEKS", "Survey", "survey"]

Small: TypeAlias = NDArray[np.int32]

#: A year of whole weeks.
WEEKS = 52
DAYS = 7 * WEEKS
#: How many users' days are looked at at once.
CELLS = 1 << 21
#: So many are picked for recognition, as by the daily job.
_CANDIDATES = 5


class _Totals(PerUser):
    """How many events users had; and when the first and the last of all was, since 1970."""

    first, latest = np.iinfo(np.int64).max, np.iinfo(np.int64).min

    def __init__(self) -> None:
        super().__init__(0)

    def _add(self, chunk: Chunk, users: Longs) -> None:
        self.first = int(chunk.instants.min(initial=self.first))
        self.latest = int(chunk.instants.max(initial=self.latest))
        np.add.at(self._values, users, 1)


@attrs.frozen
class Survey:
    """What there is to say of everybody in a source of events.

    Attributes:
        found: The users' calendars of a year.
        events: How many events each user had.
        first: When the first event was.
        latest: When the latest one was.
        last: The date that is today for most users.
        daily: How many users were active on each day of the year, the last day first.
        weekly: How many were active in the 7 days that end then.
        monthly: How many were active in the 28 days that end then.
        spread: How many users had which points at the end of each week: a row a week, the last
            first, a column for each of 0 to 100.
        totals: Each user's exact total today.
        points: Each user's points today.
        current: Each user's current streak, in days; at most a year, like the next two.
        longest: Each user's longest streak of the year.
        missed: Who was active neither today nor yesterday, and was in the seven days before.
        moves: Who moves.
        policy: The numbers of the score, which say which score it is.
    """

    found: Calendars
    events: Longs
    first: datetime
    latest: datetime
    last: date
    daily: Longs
    weekly: Longs
    monthly: Longs
    spread: Longs
    totals: Floats
    points: Small
    current: Small
    longest: Small
    missed: Mask
    moves: Moves
    policy: Policy

    def __len__(self) -> int:
        return len(self.found)

    @cached_property
    def history(self) -> int:
        """How many days the events reach back, the last one included."""
        return (self.last - self.first.date()).days + 1

    @cached_property
    def moved(self) -> Small:
        """1 for those who rise, -1 for those who fall; 0 where nothing reaches back far enough."""
        return self.moves.moved if self.history >= COMPARED else np.zeros_like(self.moves.moved)

    def user(self, row: int) -> str:
        """Return a user's id."""
        return str(self.found.users[row].as_py())

    def score(self, row: int) -> Score:
        """Return a user's score."""
        length = days_needed(self.policy)
        active = self.found.active(row, row + 1, length)[0]
        window = ActivityWindow(self.today(row), _bits(active), length)
        return scored(window, policy=self.policy)

    def today(self, row: int) -> date:
        """Return a user's today."""
        return as_date(np.int64(self.found.today[row]))

    def days(self, row: int) -> list[date]:
        """Return on which days of the year a user was active, the last first."""
        ages = np.flatnonzero(self.found.active(row, row + 1, DAYS)[0])
        return [as_date(np.int64(self.found.today[row]) - age) for age in ages]

    def candidates(self) -> Longs:
        """Return who missed yesterday and was active before, best first, at most five."""
        there = self.found.today == (self.last - date(1970, 1, 1)).days
        rows = self.best(self.totals)
        picked: Longs = rows[(there & self.missed).take(rows)][:_CANDIDATES]
        return picked

    def best(self, numbers: NDArray[np.number[Any]]) -> Longs:
        """Return all users, those with the largest numbers first, equals by their ids."""
        ids = pc.call_function("rank", [self.found.users])
        return np.lexsort((ids.to_numpy(), np.negative(numbers)))


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _bits(active: Active) -> int:
    return sum(1 << int(age) for age in np.flatnonzero(active))


def survey(
    source: Source,
    columns: Columns,
    *,
    as_of: datetime,
    day_start: DayStart,
    policy: Policy = DEFAULT_POLICY,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Return what there is to say of a source's events up to an instant."""
    totals, days = _Totals(), DAYS + days_needed(policy)
    found = calendars(source, columns, as_of=as_of, day_start=day_start, days=days, also=(totals,))
    if not len(found):
        raise InvalidValueError(
            "must have an event up to as_of",
            field="events",
            value=in_utc(as_of),
            remedy="Pass a later as_of, or other events.",
        )
    counted = _counted(found, policy, progress)
    daily, weekly, monthly = counted.active
    points, current, longest = counted.each
    return Survey(
        found=found,
        events=totals.of(len(found)),
        first=_instant(totals.first),
        latest=_instant(totals.latest),
        last=found.last,
        daily=daily,
        weekly=weekly,
        monthly=monthly,
        spread=counted.spread,
        totals=counted.totals,
        points=points,
        current=current,
        longest=longest,
        missed=counted.missed,
        moves=moves_of(found),
        policy=policy,
    )


def _counted(
    found: Calendars, policy: Policy, progress: Callable[[int, int], None] | None
) -> _Counted:
    """Count all users, some at a time, and tell how many have been."""
    counted, few = _Counted(len(found), policy), max(1, CELLS // DAYS)
    for start in range(0, len(found), few):
        counted.add(found, start, start + few)
        if progress is not None:
            progress(min(start + few, len(found)), len(found))
    return counted


class _Counted:
    """What is counted of some users after the others."""

    def __init__(self, users: int, policy: Policy) -> None:
        self._policy = policy
        self.active = np.zeros((3, DAYS), np.int64)
        self.spread = np.zeros((WEEKS, 101), np.int64)
        self.totals = np.zeros(users)
        self.each = np.zeros((3, users), np.int32)
        self.missed = np.zeros(users, np.bool_)

    def add(self, found: Calendars, start: int, stop: int) -> None:
        """Count some more users."""
        self._add_dates(found, start, stop)
        active = found.active(start, stop, DAYS)
        today = found.today[start:stop]
        windows = windows_of(active, today, 1, self._policy)
        bits, *weeks = (column[:, 0] for column in windows)
        parts = scored_parts(found.users, Windows(bits, today, None, *weeks), self._policy)
        self.totals[start:stop] = parts.total
        self.missed[start:stop] = ~active[:, :2].any(axis=1) & active[:, 2:9].any(axis=1)
        self.each[:, start:stop] = parts.points, _current(active), _longest(active)

    def _add_dates(self, found: Calendars, start: int, stop: int) -> None:
        """Count who was active when, and who had which points; nobody before their first day."""
        active = found.dates(start, stop, DAYS + days_needed(self._policy))
        windows = windows_of(active, ordinal(found.last), DAYS, self._policy)
        for n, days in enumerate((1, 7, WINDOW_DAYS)):
            self.active[n] += np.count_nonzero(windows[0] & np.uint32((1 << days) - 1), axis=0)
        ends = np.arange(0, DAYS, 7)
        users, places = np.nonzero(ends <= found.since_date(start, stop)[:, np.newaxis])
        bits, *weeks = (column[users, ends[places]] for column in windows)
        today = (ordinal(found.last) - ends[places]).astype(np.int32)
        ended = Windows(bits, today, None, *weeks)
        points = scored_parts(found.users, ended, self._policy).points
        counts = np.bincount(places * 101 + points, minlength=self.spread.size)
        self.spread += counts.reshape(self.spread.shape)


def _current(active: Active) -> Small:
    """Return users' current streaks: up to today, or up to yesterday while today has none."""
    streaks: Small = np.where(active[:, 0], _run(active), _run(active[:, 1:]))
    return streaks


def _run(active: Active) -> Small:
    """Return on how many days in a row users were active, from the first column on."""
    days = np.where(active.all(axis=1), active.shape[1], active.argmin(axis=1))
    run: Small = days.astype(np.int32)
    return run


def _longest(active: Active) -> Small:
    """Return users' longest streaks."""
    run = np.zeros(len(active), np.int32)
    longest = run.copy()
    for day in np.ascontiguousarray(active.T):
        run = np.where(day, run + 1, 0)
        np.maximum(longest, run, out=longest)
    return longest
