"""The best outcomes of days: those that were kept on them, and those that stood."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from heapq import merge
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, bindparam, func, null, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.columns import day_after
from mainstay.adapters.sql.engagements._outcomes import outcome_of, select_outcomes
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements.tables import closed_days, outcomes, stands
from mainstay.adapters.sql.engagements.tables import engagements as states
from mainstay.adapters.sql.reading import as_day, corrupt_value, first_readable, value_of
from mainstay.errors import CorruptRowError, InvalidValueError
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["Best"]

_ONE_DAY = timedelta(days=1)
#: How many outcomes are read at first; each further time it is four times as many.
_AT_FIRST = 64
_GROWTH = 4

_KEPT_BEST_FIRST = (outcomes.c.total.desc(), outcomes.c.streak_before.desc(), outcomes.c.user_id)
#: Whose outcomes were the best of a day: the index has all that it takes to know.
_whose = (
    select(outcomes.c.user_id)
    .where(outcomes.c.day == bindparam("best_of"), outcomes.c.total > 0)
    .order_by(*_KEPT_BEST_FIRST)
    .limit(bindparam("most"))
)
_BEST = select_outcomes().where(
    outcomes.c.day == bindparam("best_of"), outcomes.c.user_id.in_(_whose)
)
_BEST_FIRST = (outcomes.c.idle_points.desc(), outcomes.c.user_id)
_NULL: ColumnElement[Any] = null()
#: The outcome that came after one.
_later = outcomes.alias("later")
_follows = and_(_later.c.user_id == outcomes.c.user_id, _later.c.previous == outcomes.c.day)

Report = Callable[[CorruptRowError], object]


class Best:
    """The best outcomes with a total above 0 of some days.

    Args:
        connection: The database, in a transaction in which outcomes stay as they are.
        days: The days, in rising order.
        limit: How many of each.
        policies: What says which are rest days, that have none.
        left_out: Told what is wrong with rows that can't be read; each is its user's alone.
    """

    def __init__(
        self,
        connection: Connection,
        days: Sequence[date],
        limit: int,
        policies: PolicyHistory[EngagementPolicy],
        left_out: Report,
    ) -> None:
        self._connection = connection
        self._asked = days
        self._days = [day for day in days if not policies.on(day).rests_on(day)]
        self._limit = limit
        self._left_out = left_out

    def outcomes(self) -> Mapping[date, Sequence[DayOutcome]]:
        """Return them, the best of each day first."""
        none: dict[date, Sequence[DayOutcome]] = {day: [] for day in self._asked}
        if not self._days or not self._limit:
            return none
        kept = {day: self._kept_on(day) for day in self._days}
        # What is below is not among the best of any day.
        lowest = min(map(self._lowest, kept.values()))
        idle = self._idle(lowest)
        return none | {
            day: sorted([*kept[day], *idle[day]], key=_best_first)[: self._limit]
            for day in self._days
        }

    def _lowest(self, kept: Sequence[DayOutcome]) -> float:
        """Return the total that is needed to be among the best of a day, given those kept on it."""
        return min(each.total for each in kept) if len(kept) == self._limit else 0.0

    def _kept_on(self, day: date) -> Sequence[DayOutcome]:
        """Return the best of those that were kept on a day."""
        rows = self._connection.execute(_BEST, {"best_of": day, "most": self._limit}).all()
        try:
            return [value_of(outcomes, row, outcome_of) for row in rows]
        except CorruptRowError:
            return self._readable(day)

    def _readable(self, day: date) -> Sequence[DayOutcome]:
        """Return the best of a day that can be read; what is wrong with the others is told."""
        query = select_outcomes().where(outcomes.c.day == day, outcomes.c.total > 0)
        return first_readable(
            self._connection,
            query.order_by(*_KEPT_BEST_FIRST),
            self._limit,
            outcomes,
            outcome_of,
            left_out=self._left_out,
        )

    def _idle(self, lowest: float) -> Mapping[date, Sequence[DayOutcome]]:
        """Return the best of those that stand on each day with so many points, or more.

        The points that they are read by are the most that they can have: time only takes away.
        So a day has its best once the last of them is better than the next can be.
        """
        found: dict[date, list[DayOutcome]] = {day: [] for day in self._days}
        wanting = list(self._days)
        through = idle_through(self._connection)
        for row in self._standing(lowest):
            try:
                outcome = value_of(outcomes, row, outcome_of)
                last = _last_day(row, through)
            except CorruptRowError as error:
                self._left_out(error)
                continue
            begin, end = bisect_right(wanting, outcome.day), bisect_right(wanting, last)
            stands_on = wanting[begin:end]
            best_left = (-row.idle_points, 0, outcome.user_id)
            for day in stands_on:
                self._add(found[day], outcome.standing_on(day))
            wanting[begin:end] = [
                day for day in stands_on if not self._is_settled(found[day], best_left)
            ]
            if not wanting:
                break
        return found

    def _add(self, best: list[DayOutcome], outcome: DayOutcome) -> None:
        """Take in an outcome, if it is among the best."""
        if outcome.total > 0:
            insort(best, outcome, key=_best_first)
            del best[self._limit :]

    def _is_settled(self, best: Sequence[DayOutcome], left: tuple[float, int, str]) -> bool:
        """Return whether what is left can't be among the best."""
        return len(best) == self._limit and _best_first(best[-1]) <= left

    def _standing(self, lowest: float) -> Iterator[Row[Any]]:
        """Yield the outcomes that stand on some day, the best first."""
        if self._later_days_are_closed():
            return self._rows(self._old().where(outcomes.c.idle_points >= lowest))
        now = self._rows(self._now(lowest))
        ended = self._rows(self._ended().where(outcomes.c.idle_points >= lowest))
        return merge(now, ended, key=_best_idle_first)

    def _now(self, lowest: float) -> Select[Any]:
        """Ask for those that still stand."""
        query = self._idling(_NULL, states.c.next_day, states.c.idle_points).join(
            states, (states.c.user_id == outcomes.c.user_id) & (states.c.last_day == outcomes.c.day)
        )
        # In this order: SQLite begins to read the index where the first of them says.
        query = query.where(states.c.idle_points >= lowest, stands)
        return query.order_by(states.c.idle_points.desc(), states.c.user_id)

    def _ended(self) -> Select[Any]:
        """Ask for those that stood until one came that is after the first day."""
        query = self._idling(_later.c.day, _NULL).join(_later, _follows)
        day_after_it = day_after(self._connection.dialect.name, outcomes.c.day)
        query = query.where(_later.c.day > self._days[0], _later.c.day > day_after_it)
        return query.order_by(*_BEST_FIRST)

    def _old(self) -> Select[Any]:
        """Ask for both where few outcomes are as old as the days."""
        query = self._idling(_later.c.day, states.c.next_day).outerjoin(_later, _follows)
        query = query.join(states, states.c.user_id == outcomes.c.user_id)
        stood = or_(_later.c.day > self._days[0], states.c.last_day == outcomes.c.day)
        return query.where(stood).order_by(*_BEST_FIRST)

    def _idling(
        self,
        ended: ColumnElement[Any],
        due: ColumnElement[Any],
        points: ColumnElement[Any] = _NULL,
    ) -> Select[Any]:
        """Ask for outcomes that give idle days a score, with the day that ended or may end them."""
        query = select_outcomes().add_columns(
            ended.label("ended"), due.label("next_day"), points.label("idle")
        )
        return query.where(outcomes.c.day < self._days[-1], outcomes.c.idle_points > 0)

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


def _last_day(row: Row[Any], through: date) -> date:
    """Return the last day on which an outcome stands.

    Raises:
        CorruptRowError: What the state or the next outcome says can't be read.
    """
    if row.idle is not None and row.idle != row.idle_points:
        raise _corrupt(states, row, "idle_points", row.idle, "is not what it is in the outcome")
    if row.ended is not None:
        return _day_before(outcomes, row, "day", row.ended)
    if row.next_day is None:
        return through
    return min(through, _day_before(states, row, "next_day", row.next_day))


def _day_before(table: Table, row: Row[Any], column: str, value: object) -> date:
    try:
        return as_day(value) - _ONE_DAY
    except (InvalidValueError, OverflowError) as error:
        raise _corrupt(table, row, column, value, "is not a date") from error


def _corrupt(
    table: Table, row: Row[Any], column: str, value: object, problem: str
) -> CorruptRowError:
    return corrupt_value(table, column, value, problem, key={"user_id": row.user_id})


def _best_first(outcome: DayOutcome) -> tuple[float, int, str]:
    return -outcome.total, -outcome.streak_before, outcome.user_id


def _best_idle_first(row: Row[Any]) -> tuple[float, str]:
    points = row.idle_points  # what is not a number is the first, as SQLite has it
    return -points if isinstance(points, float) else -math.inf, str(row.user_id)
