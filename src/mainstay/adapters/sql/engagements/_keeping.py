"""The part of a transaction on everybody's days that keeps what they came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

import attrs
from sqlalchemy import Connection, func, update

from mainstay.adapters.sql.bulk import insert_rows, stage
from mainstay.adapters.sql.counts import next_days
from mainstay.adapters.sql.engagements._outcomes import Maxima, outcome_row
from mainstay.adapters.sql.engagements._punctual import PunctualDay, PunctualOutcome, Totals
from mainstay.adapters.sql.engagements.tables import engagements, outcomes, staged_states
from mainstay.errors import RejectedError
from mainstay.ports import DueDays, EvaluatedDays
from mainstay.scores.engagement.day import DayOutcome

__all__ = ["KeptDays"]

_ONE_DAY = timedelta(days=1)


#: A row, in the order of its table's columns.
_Row: TypeAlias = tuple[object, ...]


class KeptDays:
    """What is kept of users that were due in a transaction.

    Attributes:
        punctual: Those with one day.
        stragglers: The others, with the totals through each of their days that are known.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._maxima = Maxima(connection)
        self.asked(date.min, date.min)
        self.punctual: dict[str, PunctualDay] = {}
        self.stragglers: dict[str, tuple[DueDays, Mapping[date, Totals]]] = {}

    def asked(self, day: date, idle: date) -> None:
        """Know the last day that is to be evaluated, and the one through which all were idle."""
        self._day, self._idle = day, idle
        self._today, self._yesterday = str(day), str(day - _ONE_DAY) if day > date.min else None

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep what the days came to.

        Raises:
            RejectedError: A user was not due, or has other outcomes than those of the due days.
        """
        rows: list[_Row] = []
        states: list[_Row] = []
        for each in evaluated:
            if isinstance(each, PunctualOutcome):
                states.append(self._punctual(each, rows))
            else:
                states.append(self._straggler(each, rows))
        if rows:
            insert_rows(self._connection, outcomes, sorted(rows))
            self._move_on(states)

    def _punctual(self, outcome: PunctualOutcome, rows: list[_Row]) -> _Row:
        """Return the row of a user's state, and add that of the outcome to others."""
        day, user, before, after, totals, parts, policy = outcome.row
        due = self.punctual.get(user)
        if due is None or day != self._day:
            raise _not_due(user, self._day)
        maxima = None if parts is None else self._maxima.number(policy.maxima)
        rows.append(outcome_row(user, self._today, None, before, after, totals, parts, maxima))
        stood = None if before else due.row.last
        return user, self._today, after, *totals, self._today, stood, self._yesterday

    def _straggler(self, evaluated: EvaluatedDays, rows: list[_Row]) -> _Row:
        """Return the row of a user's state, and add those of the outcomes to others."""
        state = evaluated.state
        due, through = self._due(state.user_id)
        if not due.is_answered_by(evaluated):
            raise _not_due(state.user_id, self._day)
        first = due.activities[0].day
        totals = through[first]
        ends: list[str | None] = [str(each.day - _ONE_DAY) for each in evaluated.outcomes[1:]]
        for outcome, until in zip(evaluated.outcomes, [*ends, None], strict=True):
            totals = through.get(outcome.day, totals)
            rows.append(self._row(outcome, until, totals))
        last = due.state.last_day
        stood, until = None, None
        if last is not None and not due.state.streak:
            stood, until = str(last), str(first - _ONE_DAY)
        return state.user_id, str(state.last_day), state.streak, *totals, str(first), stood, until

    def _row(self, outcome: DayOutcome, until: str | None, totals: Totals) -> _Row:
        score, parts, maxima = outcome.score, None, None
        if score is not None:
            parts = attrs.astuple(score.breakdown)
            maxima = self._maxima.number(score.maxima)
        day, streaks = str(outcome.day), (outcome.streak_before, outcome.streak_after)
        return outcome_row(outcome.user_id, day, until, *streaks, totals, parts, maxima)

    def _due(self, user: str) -> tuple[DueDays, Mapping[date, Totals]]:
        if user in self.stragglers:
            return self.stragglers[user]
        if user in self.punctual:
            due = self.punctual[user]
            return due, {self._day: due.row.totals}
        raise _not_due(user, self._day)

    def _move_on(self, states: Sequence[_Row]) -> None:
        """Bring the states of users to where the outcomes have left them."""
        stage(self._connection, staged_states, [*self._with_next_days(states)])
        new = staged_states.c
        self._connection.execute(
            update(outcomes)
            .where(outcomes.c.user_id == new.user_id, outcomes.c.day == new.stood)
            .values(until=new.until)
        )
        first = func.coalesce(engagements.c.first_evaluated, new.first_evaluated)
        same = ("last_day", "streak", "posts", "rated", "ratings", "next_day")
        self._connection.execute(
            update(engagements)
            .where(engagements.c.user_id == new.user_id)
            .values(first_evaluated=first, **{name: new[name] for name in same})
        )

    def _with_next_days(self, states: Sequence[_Row]) -> Iterator[_Row]:
        """Yield the rows of states, each with the next day that must be evaluated."""
        tomorrow = str(self._day + _ONE_DAY) if self._day < date.max else None
        later: Mapping[str, str] = {}
        if self._day >= self._idle:
            ended = sorted(str(row[0]) for row in states if not row[2])
            later = next_days(self._connection, ended, after=self._day)
        behind = tomorrow if self._day < self._idle else None
        for row in states:
            yield (*row, tomorrow if row[2] else behind or later.get(str(row[0])))


def _not_due(user: str, day: date) -> RejectedError:
    return RejectedError(
        f"must have just the outcomes of the days that were due through {day}",
        field="evaluated",
        value=user,
        remedy="Keep what was made of due() in the same transaction.",
    )
