"""Badges: who has which, and whom to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, delete, select
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql._due_users import begin_sweep, count_due, due_users
from mainstay.adapters.sql._standings import standings
from mainstay.adapters.sql.bulk import any_of, insert_into
from mainstay.adapters.sql.columns import key, metadata
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.entries import put_entries
from mainstay.adapters.sql.marks import checks_due
from mainstay.adapters.sql.points import put_storable
from mainstay.adapters.sql.policies import keep_undated, read_undated
from mainstay.adapters.sql.reading import converted, limit_of, value_of
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.undoing import undo
from mainstay.codec import from_json, to_json
from mainstay.daystarts import DayStart
from mainstay.errors import RejectedError
from mainstay.ports import BadgeCheck, BadgePage, BadgeStanding, BadgeTarget, Unreadable
from mainstay.ports.pages import not_due
from mainstay.ports.points import new_credits
from mainstay.recognition import Badge, BadgePolicy, Credit

__all__ = ["SqlBadges", "badges"]

#: The badges that users have been looked at for, as last known.
badges: Table = Table(
    "mainstay_badges",
    metadata,
    Column("key", key, primary_key=True),
    # JSON.
    Column("badge", Text, nullable=False),
)


class SqlBadges:
    """A :class:`mainstay.ports.BadgeStore`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    @contextmanager
    def page(self) -> Iterator[BadgePage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock="badges") as connection:
            yield _Page(connection, self._settings.day_start)

    def count_due(self, target: BadgeTarget) -> int:
        """Return about how many users are due."""
        checks.instance("target", target, BadgeTarget)
        with self._database.reading() as connection:
            another = target.policy != read_undated(connection, BadgePolicy)
            return count_due(connection, target.now, everybody=another)

    def policy(self) -> BadgePolicy | None:
        """Return what users were last looked at for; ``None`` if nobody was."""
        with self._database.reading() as connection:
            return read_undated(connection, BadgePolicy)

    def standing(self, user_id: str, target: BadgeTarget) -> BadgeStanding:
        """Return what is known of a user, whether they are due or not.

        Raises:
            CorruptRowError: A row of theirs can't be read.
        """
        checks.text("user_id", user_id)
        checks.instance("target", target, BadgeTarget)
        with self._database.reading() as connection:
            (found,) = standings(connection, [user_id], target, self._settings.day_start)
        if isinstance(found, Unreadable):
            raise found.error
        return found

    def known(self) -> Sequence[Badge]:
        """Return all badges that users have been looked at for, as last known, by key.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(badges).order_by(badges.c.key))
            return [value_of(badges, row, _badge) for row in rows]


def _badge(row: Row[Any]) -> Badge:
    return converted("badge", row.badge, partial(from_json, kind=Badge))


class _Page:
    """One transaction on users that are to be looked at."""

    def __init__(self, connection: Connection, day_start: DayStart) -> None:
        self._connection = connection
        self._day_start = day_start
        self._due: dict[str, datetime] = {}

    def due(
        self, target: BadgeTarget, *, after: str | None = None, limit: int
    ) -> Sequence[BadgeStanding | Unreadable]:
        """Return users for whom something was added since they were last looked at."""
        checks.instance("target", target, BadgeTarget)
        self._look_for(target.policy)
        most = limit_of(limit)
        users = due_users(self._connection, target.now, after=after, limit=most)
        found = standings(self._connection, users, target, self._day_start)
        readable = (each.key for each in found if isinstance(each, BadgeStanding))
        self._due.update(dict.fromkeys(readable, target.now))
        return found

    def _look_for(self, policy: BadgePolicy) -> None:
        """Make everybody due, if what there is to achieve is not what it was."""
        if policy == read_undated(self._connection, BadgePolicy):
            return
        begin_sweep(self._connection)
        keep_undated(self._connection, policy)
        new = insert_into(self._connection.dialect.name, badges)
        known = new.on_conflict_do_update(
            index_elements=["key"], set_={"badge": new.excluded.badge}
        )
        if rows := [{"key": each.key, "badge": to_json(each)} for each in policy.badges]:
            self._connection.execute(known, rows)

    def keep(self, done: Sequence[BadgeCheck]) -> None:
        """Credit awards, and note that users have been looked at."""
        if not done:
            return
        try:
            self._give(done)
        except RejectedError:
            undo(self._connection)  # nothing is kept, even if the block goes on
            raise
        seen = any_of(self._connection, checks_due.c.user_id, [check.user_id for check in done])
        self._connection.execute(delete(checks_due).where(seen))
        again = [
            {"user_id": check.user_id, "due_at": check.look_again_at}
            for check in done
            if check.look_again_at is not None
        ]
        if again:
            self._connection.execute(checks_due.insert(), again)

    def _give(self, done: Sequence[BadgeCheck]) -> None:
        if given := self._awards(done):
            put_storable(self._connection, given, mark=False)
        put_entries(self._connection, (entry for check in done for entry in check.entries))

    def _awards(self, done: Sequence[BadgeCheck]) -> dict[tuple[str, str], Credit]:
        """Return awards of users who were due in this transaction."""
        for check in done:
            if check.user_id not in self._due:
                raise not_due("user_id", check.user_id)
            if any(award.user_id != check.user_id for award in check.awards):
                raise RejectedError(
                    "must be credits of the user who was looked at",
                    field="awards",
                    value=check,
                    remedy="Give each user's awards in a check of their own.",
                )
        now = max(self._due[check.user_id] for check in done)
        return new_credits((award for check in done for award in check.awards), now=now)
