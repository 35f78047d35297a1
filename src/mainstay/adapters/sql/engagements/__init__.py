"""Everybody's days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, func, select, update

from mainstay import _checks as checks
from mainstay.adapters.sql.arrivals import know_first_days
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.engagements._outcomes import candidate_of, outcome_of, select_outcomes
from mainstay.adapters.sql.engagements._page import SqlEngagementPage, is_due
from mainstay.adapters.sql.engagements.tables import candidates, closed_days, engagements, outcomes
from mainstay.adapters.sql.policies import read_policies
from mainstay.adapters.sql.reading import value_of
from mainstay.adapters.sql.sessions import staged
from mainstay.adapters.sql.settings import Settings
from mainstay.errors import NoLongerKeptError
from mainstay.jobs._tally import LOGGER
from mainstay.ports import EngagementPage
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

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

    def policies(self) -> PolicyHistory[EngagementPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        with self._database.reading() as connection:
            return read_policies(connection, EngagementPolicy)

    @contextmanager
    def page(self) -> Iterator[EngagementPage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock="engagements") as connection:
            page = SqlEngagementPage(connection, self._settings)
            yield page
        for error in page.left_out:
            LOGGER.error("left out: %s", error, exc_info=error)

    def events_arrived(self, connection: Connection) -> None:
        """Know whose first day it is; count posts of days that had been evaluated before."""
        know_first_days(connection, engagements)
        late = (
            select(
                staged.c.user_id,
                func.count().label("posts"),
                func.count(staged.c.rating).label("rated"),
                func.coalesce(func.sum(staged.c.rating), 0).label("ratings"),
            )
            .join(engagements, engagements.c.user_id == staged.c.user_id)
            .where(
                staged.c.kind.in_(sorted(self._settings.posts)),
                staged.c.day <= engagements.c.last_day,
            )
            .group_by(staged.c.user_id)
            .subquery("late")
        )
        connection.execute(
            update(engagements)
            .where(engagements.c.user_id == late.c.user_id)
            .values(
                {name: engagements.c[name] + late.c[name] for name in ("posts", "rated", "ratings")}
            )
        )

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
            if row is None:
                _require_not_evaluated(connection, user_id, day)
        return None if row is None else value_of(outcomes, row, outcome_of)

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed.

        Raises:
            CorruptRowError: The row of one can't be read.
            NoLongerKeptError: Rows are no longer there.
        """
        closed = select(closed_days.c.candidates).where(closed_days.c.day == checks.day("day", day))
        picked = select(candidates).where(candidates.c.day == day).order_by(candidates.c.place)
        with self._database.reading() as connection:
            picks = connection.scalar(closed)
            found = [value_of(candidates, row, candidate_of) for row in connection.execute(picked)]
        if picks is not None and len(found) < picks:
            raise _no_longer_kept("candidates", "are no longer kept", str(day))
        return None if picks is None else found


def _require_not_evaluated(connection: Connection, user_id: str, day: date) -> None:
    """Tell what was never there from what is gone."""
    query = select(engagements.c.user_id).where(
        engagements.c.user_id == user_id,
        engagements.c.first_evaluated <= day,
        engagements.c.last_day.between(day, date.max),
    )
    if connection.scalar(query) is not None:
        raise _no_longer_kept("outcome", "is no longer kept", f"{user_id} on {day}")


def _no_longer_kept(field: str, problem: str, value: str) -> NoLongerKeptError:
    return NoLongerKeptError(
        problem,
        field=field,
        value=value,
        remedy="It was deleted; a backup from before then has it.",
    )
