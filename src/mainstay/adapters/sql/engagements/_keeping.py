"""The part of a transaction on everybody's days that keeps what they came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import attrs
from sqlalchemy import Connection, case, func, literal, select, update
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.bulk import insert_rows, near, nothing, stage
from mainstay.adapters.sql.columns import Day
from mainstay.adapters.sql.counts import midnight
from mainstay.adapters.sql.engagements._outcomes import (
    IDLE_POINTS,
    Maxima,
    outcome_row,
    recent_of,
)
from mainstay.adapters.sql.engagements._punctual import (
    OneOfMany,
    PunctualDay,
    PunctualOutcome,
    Totals,
)
from mainstay.adapters.sql.engagements.tables import engagements, outcomes, staged_states
from mainstay.adapters.sql.sessions import events
from mainstay.daystarts import DayStart, days_ahead
from mainstay.errors import RejectedError
from mainstay.ports import DueDays, EvaluatedDays
from mainstay.scores.engagement.day import DayOutcome

if TYPE_CHECKING:  # numpy is optional
    from mainstay.adapters.sql.engagements._arrays import ColumnOutcome, DayArrays, JudgedArrays

__all__ = ["KeptDays"]

_ONE_DAY = timedelta(days=1)


#: A row, in the order of its table's columns.
_Row: TypeAlias = tuple[Any, ...]


class KeptDays:
    """What is kept of users that were due in a transaction.

    Attributes:
        columns: Those with one day, many at a time.
        punctual: Others with one day.
        stragglers: The others, with the totals through each of their days that are known.
    """

    def __init__(self, connection: Connection, day_start: DayStart) -> None:
        self._connection = connection
        self._ahead = days_ahead(day_start)
        self._maxima = Maxima(connection)
        self.asked(date.min, date.min)
        self.columns: list[DayArrays] = []
        self.punctual: dict[str, PunctualDay] = {}
        self.stragglers: dict[str, tuple[DueDays, Mapping[date, Totals]]] = {}

    def asked(self, day: date, idle: date) -> None:
        """Know the last day that is to be evaluated, and the one through which all were idle."""
        self._day, self._idle, self._today = day, idle, str(day)

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep what the days came to.

        Raises:
            RejectedError: A user was not due, or has other outcomes than those of the due days.
        """
        for days, judged, at in _judged_together(evaluated):
            self._in_columns(days, judged, at)
        rows: list[_Row] = []
        states: list[_Row] = []
        for each in evaluated:
            if isinstance(each, PunctualOutcome):
                states.append(self._punctual(each, rows))
            elif not isinstance(each, OneOfMany):
                states.append(self._straggler(each, rows))
        if rows:
            insert_rows(self._connection, outcomes, sorted(rows))
            self._move_on(states, [state[0] for state in states])

    def _in_columns(self, days: DayArrays, judged: JudgedArrays, at: list[int]) -> None:
        """Keep what one day came to for many users, in order."""
        if days not in self.columns or days.day != self._day:
            raise _not_due(days.users[at[0]], self._day)
        maxima = None if judged.met[at].all() else self._maxima.number(judged.policy.maxima)
        rows, states = judged.rows(days, at, maxima, nothing(self._connection))
        insert_rows(self._connection, outcomes, rows)
        self._move_on(states, [days.users[at[0]], days.users[at[-1]]])

    def _punctual(self, outcome: PunctualOutcome, rows: list[_Row]) -> _Row:
        """Return the row of a user's state, and add that of the outcome to others."""
        due, after, parts = outcome.due, outcome.streak_after, outcome.parts
        user, today, totals = due.user_id, self._today, due.totals
        if self.punctual.get(user) is not due or due.day != self._day:
            raise _not_due(user, self._day)
        maxima = None if parts is None else self._maxima.number(outcome.policy.maxima)
        row = outcome_row(user, today, due.last, due.streak, after, totals, parts, maxima)
        rows.append(row)
        idle = row[IDLE_POINTS]
        return user, today, after, *totals, today, None if idle == due.idle else idle, after

    def _straggler(self, evaluated: EvaluatedDays, rows: list[_Row]) -> _Row:
        """Return the row of a user's state, and add those of the outcomes to others."""
        state = evaluated.state
        due, through = self._due(state.user_id)
        if not due.is_answered_by(evaluated):
            raise _not_due(state.user_id, self._day)
        first, last = due.activities[0].day, due.state.last_day
        totals, previous = through[first], None if last is None else str(last)
        for outcome in evaluated.outcomes:
            totals = through.get(outcome.day, totals)
            rows.append(self._row(outcome, previous, totals))
            previous = str(outcome.day)
        idle, unscored = rows[-1][IDLE_POINTS], int(not evaluated.outcomes[-1].stands)
        return state.user_id, previous, state.streak, *totals, str(first), idle, unscored

    def _row(self, outcome: DayOutcome, previous: str | None, totals: Totals) -> _Row:
        score, parts, maxima = outcome.score, None, None
        if score is not None:
            parts = attrs.astuple(score.breakdown)
            maxima = self._maxima.of(score)
        day, streaks = str(outcome.day), (outcome.streak_before, outcome.streak_after)
        known = (outcome.user_id, day, previous, *streaks, totals, parts, maxima)
        return outcome_row(*known, recent_of(score))

    def _due(self, user: str) -> tuple[DueDays, Mapping[date, Totals]]:
        if user in self.stragglers:
            return self.stragglers[user]
        if user in self.punctual:
            due = self.punctual[user]
            return due, {self._day: due.totals}
        for days in self.columns:
            if days.day == self._day and (row := days.rows.get(user)) is not None:
                due = days.plain(row)
                return due, {self._day: due.totals}
        raise _not_due(user, self._day)

    def _move_on(self, states: Iterable[Sequence[Any]], users: Sequence[str]) -> None:
        """Bring the states of users to where the outcomes have left them."""
        stage(self._connection, staged_states, states)
        new, user = staged_states.c, engagements.c.user_id
        moved = update(engagements).where(user == new.user_id, near(user, users))
        begun = func.coalesce(engagements.c.first_evaluated, new.first_evaluated)
        values: dict[str, ColumnElement[Any]] = {
            "first_evaluated": begun,
            "next_day": self._next_day(),
            "corrected": literal(0),
            **{name: new[name] for name in ("last_day", "streak", "posts", "rated", "ratings")},
        }
        idle = func.coalesce(new.idle_points, engagements.c.idle_points)
        if self._connection.dialect.name != "sqlite":
            self._connection.execute(moved.values(idle_points=idle, **values))
            return
        self._connection.execute(moved.values(**values))
        # Apart from the others: they stay the same for many, and SQLite would change their index.
        other = moved.where(new.idle_points.is_not(None))
        self._connection.execute(other.values(idle_points=new.idle_points))

    def _next_day(self) -> ColumnElement[Any]:
        """Say the next day that must be evaluated, of a staged user; null if none is known."""
        tomorrow = literal(self._day + _ONE_DAY if self._day < date.max else None, Day())
        if self._day < self._idle:
            return tomorrow
        return case((staged_states.c.unscored > 0, tomorrow), else_=self._next_event())

    def _next_event(self) -> ColumnElement[Any]:
        """Say the first day after the last one on which a staged user did something."""
        begun = events.c.started_at >= midnight(self._day, -self._ahead)
        later = (begun, events.c.day > self._day)
        of_user = events.c.user_id == staged_states.c.user_id
        return select(func.min(events.c.day)).where(of_user, *later).scalar_subquery()


def _judged_together(
    evaluated: Iterable[EvaluatedDays],
) -> Sequence[tuple[DayArrays, JudgedArrays, list[int]]]:
    """Return those that were judged on columns, and where in them they are, in order."""
    found: dict[JudgedArrays, tuple[DayArrays, list[int]]] = {}
    judged, at = None, list[int]()
    for each in evaluated:
        if _is_on_columns(each):
            if each.judged is not judged:  # it is the same for many in a row
                judged = each.judged
                _, at = found.setdefault(judged, (each.days, []))
            at.append(each.row)
    return [(days, judged, sorted(at)) for judged, (days, at) in found.items()]


def _is_on_columns(evaluated: EvaluatedDays) -> TypeGuard[ColumnOutcome]:
    return isinstance(evaluated, OneOfMany)


def _not_due(user: str, day: date) -> RejectedError:
    return RejectedError(
        f"must have just the outcomes of the days that were due through {day}",
        field="evaluated",
        value=user,
        remedy="Keep what was made of due() in the same transaction.",
    )
