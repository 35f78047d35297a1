"""Everybody's days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.corrected import floor_kept
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.engagements._arrivals import days_arrived
from mainstay.adapters.sql.engagements._asked import count_due
from mainstay.adapters.sql.engagements._outcomes import candidate_of, outcome_of, select_outcomes
from mainstay.adapters.sql.engagements._page import SqlEngagementPage
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements.tables import candidates, closed_days, engagements, outcomes
from mainstay.adapters.sql.policies import held, read_policies
from mainstay.adapters.sql.reading import value_of
from mainstay.adapters.sql.settings import Settings
from mainstay.daystarts import DayStart
from mainstay.errors import NoLongerKeptError
from mainstay.jobs._tally import LOGGER
from mainstay.ports import EngagementPage
from mainstay.ports.corrections import before_floor
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

    @property
    def day_start(self) -> DayStart:
        """When a day begins, or ends, where the user was or in UTC."""
        return self._settings.day_start

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
        """Know who is due, and whose totals have grown."""
        days_arrived(connection, self._settings.posts)

    def count_due(self, day: date) -> int:
        """Return how many users are due."""
        with self._database.reading() as connection:
            return count_due(connection, day)

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated.

        Raises:
            CorruptRowError: The row of the outcome that stands on it can't be read.
            NoLongerKeptError: That row is no longer there.
        """
        checks.day("day", day)
        of_user = engagements.c.user_id == checks.text("user_id", user_id)
        before = select_outcomes().where(outcomes.c.user_id == user_id, outcomes.c.day <= day)
        latest = before.order_by(outcomes.c.day.desc()).limit(1)
        after = select(outcomes.c.previous).where(outcomes.c.user_id == user_id)
        following = after.where(outcomes.c.day > day).order_by(outcomes.c.day).limit(1)
        with self._database.reading() as connection:
            _require_kept(connection, day)
            # In this order: what others write in between only makes the day be evaluated later.
            through, policy = idle_through(connection), held(connection).on(day)
            state = connection.execute(select(engagements).where(of_user)).one_or_none()
            row = connection.execute(latest).one_or_none()
            previous = connection.scalar(following)
        if row is None or row.day != day.isoformat():
            if state is None or not _is_evaluated(state, day, through):
                return None
            if row is None or row.day != (previous or state.last_day):  # one between is gone
                raise _no_longer_kept("outcome", "is no longer kept", f"{user_id} on {day}")
        return value_of(outcomes, row, outcome_of).idle_on(day, policy=policy)

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed.

        Raises:
            CorruptRowError: The row of one can't be read.
            NoLongerKeptError: Rows are no longer there.
        """
        closed = select(closed_days.c.candidates).where(closed_days.c.day == checks.day("day", day))
        picked = select(candidates).where(candidates.c.day == day).order_by(candidates.c.place)
        with self._database.reading() as connection:
            _require_kept(connection, day)
            picks = connection.scalar(closed)
            found = [value_of(candidates, row, candidate_of) for row in connection.execute(picked)]
        if picks is not None and len(found) < picks:
            raise _no_longer_kept("candidates", "are no longer kept", str(day))
        return None if picks is None else found


def _require_kept(connection: Connection, day: date) -> None:
    """Refuse what is asked of a day before the floor."""
    lowest = floor_kept(connection)
    if lowest is not None and day < lowest:
        raise before_floor("day", day, lowest)


def _is_evaluated(state: Row[Any], day: date, through: date) -> bool:
    """Return whether a user has been evaluated through a day, and since when."""
    if state.last_day is None or day.isoformat() < state.first_evaluated:
        return False
    idle = day <= through and (state.next_day is None or day.isoformat() < state.next_day)
    return idle or day.isoformat() <= state.last_day


def _no_longer_kept(field: str, problem: str, value: str) -> NoLongerKeptError:
    return NoLongerKeptError(
        problem,
        field=field,
        value=value,
        remedy="It was deleted; a backup from before then has it.",
    )
