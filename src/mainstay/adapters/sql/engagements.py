"""Everybody's days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlalchemy import func, select

from mainstay import checks
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.engagement_page import SqlEngagementPage, is_closed, is_due
from mainstay.adapters.sql.outcomes import outcome_of, select_outcomes
from mainstay.adapters.sql.reading import value_of
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.tables import candidates, engagements, outcomes
from mainstay.ports import EngagementPage
from mainstay.scores.day import DayOutcome

__all__ = ["SqlEngagements"]


class SqlEngagements:
    """A :class:`mainstay.ports.EngagementStore`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self._settings.local_days

    @contextmanager
    def page(self) -> Iterator[EngagementPage]:
        """Begin a transaction, in which nobody else writes."""
        with self._database.writing() as connection:
            yield SqlEngagementPage(connection, self._settings)

    def count_due(self, day: date) -> int:
        """Return how many users are due."""
        query = select(func.count()).select_from(engagements).where(is_due(day))
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        query = select_outcomes().where(
            outcomes.c.day == checks.day("day", day),
            outcomes.c.user_id == checks.text("user_id", user_id),
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else value_of(outcomes, row, outcome_of)

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        checks.day("day", day)
        picked = select_outcomes().join(
            candidates,
            (candidates.c.day == outcomes.c.day) & (candidates.c.user_id == outcomes.c.user_id),
        )
        picked = picked.where(candidates.c.day == day).order_by(candidates.c.place)
        with self._database.reading() as connection:
            if not is_closed(connection, day):
                return None
            return [value_of(outcomes, row, outcome_of) for row in connection.execute(picked)]
