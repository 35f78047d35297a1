"""Notifications: when each user is told of an outlook, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import ColumnElement, UnaryExpression, select, true

from mainstay import _checks as checks
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.notifications._history import notified
from mainstay.adapters.sql.notifications._page import NotificationsPage, count_due, count_users
from mainstay.adapters.sql.notifications._replanning import replan
from mainstay.adapters.sql.outlooks import LOCK
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.preferences import (
    find_preferences,
    keep_preferences,
    plan_kept,
)
from mainstay.adapters.sql.reading import limit_of
from mainstay.outlook import Preferences
from mainstay.ports import NotificationPage, NotificationPlan, NotificationTarget, Notified
from mainstay.ports.notification_entries import storable_preferences

__all__ = ["SqlNotifications"]


class SqlNotifications:
    """A :class:`mainstay.ports.NotificationStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def page(self) -> Iterator[NotificationPage]:
        """Begin a transaction; another page, also of outlooks, begins when it has ended."""
        with self._database.writing(lock=LOCK) as connection:
            yield NotificationsPage(connection)

    def count_due(self, target: NotificationTarget) -> int:
        """Return how many outlooks are without a notification, of all days that may be due."""
        checks.instance("target", target, NotificationTarget)
        with self._database.reading() as connection:
            return count_due(connection, target)

    def count_users(self, target: NotificationTarget) -> int:
        """Return how many users the outlooks that are due have: one user may have several."""
        checks.instance("target", target, NotificationTarget)
        with self._database.reading() as connection:
            return count_users(connection, target)

    def plan(self) -> NotificationPlan | None:
        """Return how far notifications have been planned; ``None`` if none ever were.

        Raises:
            CorruptRowError: The row can't be read.
        """
        with self._database.reading() as connection:
            return plan_kept(connection)

    def prefer(self, user_id: str, preferences: Preferences, *, now: datetime) -> None:
        """Keep when a user wants to be told, and plan what waits by it."""
        wanted, at = storable_preferences(user_id, preferences), checks.instant("now", now)
        with self._database.writing(lock=LOCK) as connection:
            keep_preferences(connection, user_id, wanted)
            replan(connection, user_id, wanted, at)

    def preferences(self, user_ids: Iterable[str]) -> Mapping[str, Preferences]:
        """Return when some users want to be told, by user id.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        with self._database.reading() as connection:
            return find_preferences(connection, asked).readable()

    def of_user(
        self, user_id: str, *, before: date | None = None, limit: int = 100
    ) -> Sequence[Notified]:
        """Return a user's notifications, the latest day first.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        mine = outlooks.c.user_id == checks.text("user_id", user_id)
        day = outlooks.c.day
        earlier = true() if before is None else day < checks.day("before", before)
        return self._notified(mine & earlier, day.desc(), limit)

    def of_day(
        self, day: date, *, after: str | None = None, limit: int = 1000
    ) -> Sequence[Notified]:
        """Return the notifications of a day, by user id.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        this = outlooks.c.day == checks.day("day", day)
        user = outlooks.c.user_id
        later = true() if after is None else user > checks.text("after", after)
        return self._notified(this & later, user.asc(), limit)

    def _notified(
        self, which: ColumnElement[bool], order: UnaryExpression[object], limit: int
    ) -> list[Notified]:
        some = select(outlooks.c.day, outlooks.c.user_id, outlooks.c.viewed_at).where(which)
        with self._database.reading() as connection:
            return notified(connection, some.order_by(order).limit(limit_of(limit)))
