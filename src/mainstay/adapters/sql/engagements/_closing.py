"""The part of a transaction on everybody's days that closes them: which are open, who was best."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Text, func, literal, or_, select
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of, insert_rows
from mainstay.adapters.sql.columns import Day
from mainstay.adapters.sql.corrected import floor_kept
from mainstay.adapters.sql.counts import days_between, started_around
from mainstay.adapters.sql.engagements._best import Best
from mainstay.adapters.sql.engagements._outcomes import candidate_row
from mainstay.adapters.sql.engagements.tables import candidates, closed_days, engagements
from mainstay.adapters.sql.policies import held
from mainstay.adapters.sql.reading import as_day, limit_of, value_of
from mainstay.adapters.sql.sessions import events
from mainstay.errors import CorruptRowError, InvalidValueError
from mainstay.scores.engagement.day import DayOutcome

__all__ = ["ClosingRows"]

_ONE_DAY = timedelta(days=1)
_AT_ONCE = 1000


class ClosingRows:
    """What closes days.

    Attributes:
        left_out: What is wrong with the rows that could not be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.left_out: list[CorruptRowError] = []

    def open_days(self, through: date, *, after: date | None = None, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first."""
        most = limit_of(limit)
        first = self._first_day(checks.day("through", through))
        if first is None or (after is not None and checks.day("after", after) >= through):
            return []
        if after is not None and after >= first:
            first = after + _ONE_DAY
        day = closed_days.c.day  # one that is before all days is not a date: it is an error
        span = or_(day.between(first, through), day < date.min)
        past = self._connection.execute(select(closed_days).where(span))
        closed = {value_of(closed_days, row, _day) for row in past}
        return [each for each in days_between(first, through) if each not in closed][:most]

    def _first_day(self, through: date) -> date | None:
        """Return the first day of anybody's; one that is not a date is reported as its user's."""
        first = engagements.c.first_day
        lowest = floor_kept(self._connection) or date.min
        earliest = select(func.min(first)).where(first >= date.min, first <= through)
        found = self._connection.scalar(earliest)
        while found is not None:
            try:
                return max(as_day(found), lowest)
            except InvalidValueError:
                found = self._connection.scalar(earliest.where(first > literal(found, Text)))
        return None

    def best_missed(
        self, days: Collection[date], *, limit: int
    ) -> Mapping[date, Sequence[DayOutcome]]:
        """Return each day's outcomes with a total above 0, the highest first."""
        asked = sorted({checks.day("days", day) for day in days})
        most = limit_of(limit, low=0)
        policies = held(self._connection)
        return Best(self._connection, asked, most, policies, self.left_out.append).outcomes()

    def picked_between(self, first: date, last: date) -> Mapping[date, Collection[str]]:
        """Return the users picked on each closed day from one to another."""
        days = select(closed_days.c.day).where(closed_days.c.day.between(first, last))
        found: dict[date, set[str]] = {as_day(day): set() for day in self._connection.scalars(days)}
        span = candidates.c.day.between(first, last)
        query = select(candidates.c.day, candidates.c.user_id).where(span)
        for day, user in self._connection.execute(query):
            found.setdefault(as_day(day), set()).add(user)
        return found

    def last_active(self, user_ids: Collection[str], first: date, last: date) -> Mapping[str, date]:
        """Return the last day from one to another on which each user has an event."""
        latest = func.max(events.c.day, type_=Day())
        query = select(events.c.user_id, latest).where(
            any_of(self._connection, events.c.user_id, user_ids),
            started_around(first, last),
            events.c.day.between(first, last),
        )
        rows = self._connection.execute(query.group_by(events.c.user_id))
        return {user: as_day(day) for user, day in rows}

    def close(self, picked: Mapping[date, Sequence[DayOutcome]]) -> None:
        """Fix the candidates of days, in their order; a day that is closed stays as it is."""
        new = {checks.day("candidates", day): picked[day] for day in sorted(picked)}
        days = [*new]
        for at in range(0, len(days), _AT_ONCE):
            known = select(closed_days.c.day).where(closed_days.c.day.in_(days[at : at + _AT_ONCE]))
            for day in self._connection.scalars(known):
                del new[as_day(day)]
        closed = [(day.isoformat(), len(outcomes)) for day, outcomes in new.items()]
        rows = [
            candidate_row(place, outcome)
            for outcomes in new.values()
            for place, outcome in enumerate(outcomes, 1)
        ]
        if closed:
            insert_rows(self._connection, closed_days, closed)
        if rows:
            insert_rows(self._connection, candidates, rows)


def _day(row: Row[Any]) -> date:
    return as_day(row.day)
