"""The best outcomes of days: those that were kept on them, and those that stood."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from heapq import merge
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.engine import Row

from mainstay.adapters.sql.engagements._outcomes import outcome_of, select_outcomes
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements.tables import (
    closed_days,
    engagements,
    outcomes,
    scored,
    stands,
    stood,
)
from mainstay.adapters.sql.reading import as_day, first_readable, value_of
from mainstay.errors import CorruptRowError
from mainstay.scores.engagement.day import DayOutcome

__all__ = ["Best"]

_ONE_DAY = timedelta(days=1)
#: How many outcomes are read at first; each further time it is four times as many.
_AT_FIRST = 64
_GROWTH = 4

Report = Callable[[CorruptRowError], object]


class Best:
    """The best outcomes with a total above 0 of some days.

    Args:
        connection: The database, in a transaction in which outcomes stay as they are.
        days: The days, in rising order.
        limit: How many of each.
        left_out: Told what is wrong with rows that can't be read; each is its user's alone.
    """

    def __init__(
        self, connection: Connection, days: Sequence[date], limit: int, left_out: Report
    ) -> None:
        self._connection = connection
        self._days = days
        self._limit = limit
        self._left_out = left_out

    def outcomes(self) -> Mapping[date, Sequence[DayOutcome]]:
        """Return them, the best of each day first."""
        if not self._days or not self._limit:
            return {day: [] for day in self._days}
        kept, idle = self._kept(), self._idle()
        return {
            day: sorted([*kept[day], *idle[day]], key=_best_first)[: self._limit]
            for day in self._days
        }

    def _kept(self) -> Mapping[date, Sequence[DayOutcome]]:
        """Return the best of those that were kept on each day."""
        place = func.row_number().over(
            partition_by=outcomes.c.day,
            order_by=(outcomes.c.total.desc(), outcomes.c.streak_before.desc(), outcomes.c.user_id),
        )
        ranked = (
            select(outcomes.c.user_id, outcomes.c.day, place.label("place"))
            .where(outcomes.c.day.in_(self._days), scored)
            .subquery("ranked")
        )
        best = select_outcomes().join(
            ranked, (outcomes.c.user_id == ranked.c.user_id) & (outcomes.c.day == ranked.c.day)
        )
        found: dict[date, list[DayOutcome]] = {day: [] for day in self._days}
        again = set[date]()
        for row in self._connection.execute(best.where(ranked.c.place <= self._limit)).all():
            try:
                found[as_day(row.day)].append(value_of(outcomes, row, outcome_of))
            except CorruptRowError:
                again.add(as_day(row.day))
        return found | {day: self._readable(day) for day in again}

    def _readable(self, day: date) -> Sequence[DayOutcome]:
        """Return the best of a day that can be read; what is wrong with the others is told."""
        query = (
            select_outcomes()
            .where(outcomes.c.day == day, scored)
            .order_by(outcomes.c.total.desc(), outcomes.c.streak_before.desc(), outcomes.c.user_id)
        )
        return first_readable(
            self._connection, query, self._limit, outcomes, outcome_of, left_out=self._left_out
        )

    def _idle(self) -> Mapping[date, Sequence[DayOutcome]]:
        """Return the best of those that stand on each day."""
        found: dict[date, list[DayOutcome]] = {day: [] for day in self._days}
        wanting = list(self._days)
        through = idle_through(self._connection)
        for row in self._standing():
            try:
                outcome = value_of(outcomes, row, outcome_of)
                last = value_of(outcomes, row, partial(_last_day, through=through))
            except CorruptRowError as error:
                self._left_out(error)
                continue
            begin, end = bisect_right(wanting, outcome.day), bisect_right(wanting, last)
            stands_on = wanting[begin:end]
            for day in stands_on:
                found[day].append(outcome.idle_on(day))
            wanting[begin:end] = [day for day in stands_on if len(found[day]) < self._limit]
            if not wanting:
                break
        return found

    def _standing(self) -> Iterator[Row[Any]]:
        """Yield the outcomes that stand on some day, the best first."""
        first, last = self._days[0], self._days[-1]
        query = select_outcomes().add_columns(engagements.c.next_day)
        query = query.join(engagements, engagements.c.user_id == outcomes.c.user_id)
        query = query.where(outcomes.c.day < last)
        query = query.order_by(outcomes.c.idle_points.desc(), outcomes.c.user_id)
        if self._later_days_are_closed():
            overlap = func.coalesce(outcomes.c.until, last) >= first
            points = func.coalesce(outcomes.c.idle_points, 0) > 0
            return self._rows(query.where(scored, points, overlap))
        ended = query.where(stood, outcomes.c.until >= first)
        return merge(self._rows(query.where(stands)), self._rows(ended), key=_best_idle_first)

    def _later_days_are_closed(self) -> bool:
        """Return whether it is about days before those that are known: few outcomes are as old."""
        latest = self._connection.scalar(select(func.max(closed_days.c.day)))
        return latest is not None and latest > self._days[-1].isoformat()

    def _rows(self, query: Select[Any]) -> Iterator[Row[Any]]:
        read, asked = 0, _AT_FIRST
        while rows := self._connection.execute(query.offset(read).limit(asked)).all():
            yield from rows
            read += len(rows)
            if len(rows) < asked:
                break
            asked *= _GROWTH


def _last_day(row: Row[Any], *, through: date) -> date:
    """Return the last day on which an outcome stands."""
    if row.until is not None:
        return as_day(row.until)
    if row.next_day is None:
        return through
    return min(through, as_day(row.next_day) - _ONE_DAY)


def _best_first(outcome: DayOutcome) -> tuple[float, int, str]:
    return -outcome.total, -outcome.streak_before, outcome.user_id


def _best_idle_first(row: Row[Any]) -> tuple[float, str]:
    points = row.idle_points  # what is not a number is the first, as SQLite has it
    return -points if isinstance(points, float) else -math.inf, str(row.user_id)
