"""Everybody's weeks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, update

from mainstay import _checks as checks
from mainstay.adapters.sql.arrivals import know_first_days
from mainstay.adapters.sql.columns import Day
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.policies import read_policies
from mainstay.adapters.sql.reading import value_of
from mainstay.adapters.sql.reputations._page import SqlReputationPage, is_due
from mainstay.adapters.sql.reputations._rows import reputation_of
from mainstay.adapters.sql.reputations.tables import reputations, staged_weeks
from mainstay.adapters.sql.sessions import staged
from mainstay.adapters.sql.settings import Settings
from mainstay.daystarts import DayStart
from mainstay.localdays import IsoWeek
from mainstay.ports import ReputationPage
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["SqlReputations", "reputations", "staged_weeks"]

_AT_ONCE = 1000


class SqlReputations:
    """A :class:`mainstay.ports.ReputationStore`."""

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

    def policies(self) -> PolicyHistory[WeeklyStreakPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        with self._database.reading() as connection:
            return read_policies(connection, WeeklyStreakPolicy)

    @contextmanager
    def page(self) -> Iterator[ReputationPage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock="reputations") as connection:
            yield SqlReputationPage(connection)

    def events_arrived(self, connection: Connection) -> None:
        """Know whose first day it is, and whose weeks are late."""
        know_first_days(connection, reputations)
        connection.execute(_now_late)

    def count_due(self, week: IsoWeek) -> int:
        """Return how many users may have something to record."""
        query = select(func.count()).select_from(reputations).where(is_due(week))
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def reputations(self, user_ids: Iterable[str]) -> Mapping[str, Reputation]:
        """Return what is kept of some users, by user id.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        ids = sorted({checks.text("user_ids", user) for user in user_ids})
        found: dict[str, Reputation] = {}
        with self._database.reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = reputations.c.user_id.in_(ids[start : start + _AT_ONCE])
                for row in connection.execute(select(reputations).where(some)):
                    found[row.user_id] = value_of(reputations, row, reputation_of)
        return found


_new = (
    select(staged.c.user_id, func.min(staged.c.day, type_=Day()).label("day"))
    .group_by(staged.c.user_id)
    .subquery("new")
)
_now_late = (
    update(reputations)
    .where(reputations.c.user_id == _new.c.user_id, _new.c.day <= reputations.c.recorded_through)
    .values(late=1)
)
