"""The part of a transaction on everybody's days that closes them: which are open, who was best."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Text, func, insert, literal, select
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.counts import days_between
from mainstay.adapters.sql.engagements._outcomes import (
    candidate_row,
    outcome_of,
    select_outcomes,
)
from mainstay.adapters.sql.engagements.tables import candidates, closed_days, engagements, outcomes
from mainstay.adapters.sql.reading import as_day, first_readable, value_of
from mainstay.errors import CorruptRowError, InvalidValueError
from mainstay.scores.engagement.day import DayOutcome

__all__ = ["ClosingRows"]


class ClosingRows:
    """What closes days.

    Attributes:
        left_out: What is wrong with the rows that could not be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.left_out: list[CorruptRowError] = []

    def open_days(self, through: date, *, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first."""
        checks.integer("limit", limit, 1)
        first = self._first_day(checks.day("through", through))
        if first is None:
            return []
        past = self._connection.execute(select(closed_days).where(closed_days.c.day <= through))
        closed = {value_of(closed_days, row, _day) for row in past}
        return [day for day in days_between(first, through) if day not in closed][:limit]

    def _first_day(self, through: date) -> date | None:
        """Return the first day of anybody's; one that is not a date is reported as its user's."""
        first = engagements.c.first_day
        earliest = select(func.min(first)).where(first >= date.min, first <= through)
        found = self._connection.scalar(earliest)
        while found is not None:
            try:
                return as_day(found)
            except InvalidValueError:
                found = self._connection.scalar(earliest.where(first > literal(found, Text)))
        return None

    def best_missed(self, day: date, *, limit: int) -> Sequence[DayOutcome]:
        """Return a day's outcomes with a total above 0, the highest first."""
        query = (
            select_outcomes()
            .where(outcomes.c.day == checks.day("day", day), outcomes.c.total > 0)
            .order_by(outcomes.c.total.desc(), outcomes.c.streak_before.desc(), outcomes.c.user_id)
        )
        most = checks.integer("limit", limit, 0)
        return first_readable(
            self._connection, query, most, outcomes, outcome_of, left_out=self.left_out.append
        )

    def close(self, day: date, picked: Sequence[DayOutcome]) -> None:
        """Fix a day's candidates, in their order; a day that is closed stays as it is."""
        known = select(closed_days.c.day).where(closed_days.c.day == checks.day("day", day))
        if self._connection.scalar(known) is not None:
            return
        self._connection.execute(insert(closed_days).values(day=day, candidates=len(picked)))
        if picked:
            rows = [candidate_row(place, outcome) for place, outcome in enumerate(picked, 1)]
            self._connection.execute(insert(candidates), rows)


def _day(row: Row[Any]) -> date:
    return as_day(row.day)
